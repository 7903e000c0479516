"""One run at a time: the second is refused in a line, and a run that was killed leaves no lock behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.errors import LockedError, ReviewError
from pipeline.lock import run_lock

REPOSITORY = Path(__file__).resolve().parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from pipeline.lock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def other_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "held\n"
            yield child
        finally:
            child.kill()


def test_a_second_run_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    path = tmp_path / ".pipeline" / "lock"
    with other_process(path) as child:
        with pytest.raises(LockedError) as caught, run_lock(path):
            pass
        assert caught.value.exit_status == 2
        (line,) = caught.value.lines
        assert line.startswith(f"another run works in this folder (process {child.pid} on ")
        assert line.endswith("wait for it to end, or stop it, then run again")


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with other_process(path) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert path.read_text("utf-8").startswith(f"process {child.pid} ")
        with run_lock(path):
            assert path.read_text("utf-8").startswith(f"process {os.getpid()} ")


def test_the_lock_is_released_after_the_block_and_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with pytest.raises(RuntimeError), run_lock(path):
        raise RuntimeError
    with run_lock(path), pytest.raises(LockedError), run_lock(path):
        pass
    assert path.read_bytes() == b""


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_in_the_place_of_the_lock_does_not_empty_its_target(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "lock").symlink_to(victim)
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    for path in (tmp_path / "lock", tmp_path / "folder" / "victim"):
        with pytest.raises(ReviewError, match="symbolic link"), run_lock(path):
            pass
    assert victim.read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReviewError, match="cannot be written") as caught, run_lock(tmp_path / "file" / "lock"):
        pass
    assert not isinstance(caught.value, LockedError)


@pytest.mark.skipif(os.name == "nt", reason="flock")
def test_a_disk_without_locks_is_not_taken_for_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with (
        pytest.raises(ReviewError, match="cannot be locked: No locks available") as caught,
        run_lock(tmp_path / "lock"),
    ):
        pass
    assert not isinstance(caught.value, LockedError)
