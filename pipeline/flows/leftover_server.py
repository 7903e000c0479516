"""A run that was killed leaves Prefect's temporary server behind: it is noted by pid, and the next run stops it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from pathlib import Path

from pipeline.review import Review

_MARKS = ("uvicorn", "prefect")


def note_server(review: Review) -> None:
    """Note the pid of the temporary server of this process, where it has one.

    Prefect offers no public way to ask for it; where its inside changes nothing is noted and nothing is lost.
    """
    from prefect.server.api import server

    instances = getattr(getattr(server, "SubprocessASGIServer", None), "_instances", {})
    processes = [getattr(instance, "server_process", None) for instance in instances.values()]
    pids = [process.pid for process in processes if process is not None]
    if pids:
        path = _note(review)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(pids), encoding="utf-8")


def stop_leftover(review: Review) -> list[int]:
    """Stop servers that an earlier run of this review noted and left running; return their pids.

    A process is stopped only when its command line is that of a Prefect server: pids are given out again. Does nothing
    on systems without `ps` (Windows).
    """
    path = _note(review)
    try:
        pids = [pid for pid in json.loads(path.read_text(encoding="utf-8")) if isinstance(pid, int) and pid > 1]
    except (OSError, ValueError, TypeError):
        return []
    stopped = []
    for pid in pids:
        if all(mark in _command_line(pid) for mark in _MARKS):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)
                stopped.append(pid)
    path.unlink(missing_ok=True)
    return stopped


def _note(review: Review) -> Path:
    return review.state / "server.json"


def _command_line(pid: int) -> str:
    """Return the whole command line of a process (`-ww`: however long), empty where there is none."""
    try:
        done = subprocess.run(
            ["ps", "-ww", "-p", str(pid), "-o", "command="], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout
