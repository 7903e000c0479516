"""A server left behind by a killed run is stopped by the next; no other process ever is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.flows.leftover_server import stop_leftover
from pipeline.review import Review

pytestmark = pytest.mark.skipif(shutil.which("ps") is None, reason="no `ps` on this system")


def sleeper(*words: str) -> subprocess.Popen[bytes]:
    """Start a process that does nothing, with words in its command line."""
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", *words])


def note(review: Review, text: str) -> Path:
    """Write the note of an earlier run."""
    path = review.state / "server.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_server_an_earlier_run_left_is_stopped(tmp_path: Path) -> None:
    server = sleeper("uvicorn", "prefect.server")
    path = note(Review(tmp_path), json.dumps([server.pid]))
    assert stop_leftover(Review(tmp_path)) == [server.pid]
    assert server.wait(10) != 0
    assert not path.exists()


def test_a_process_that_only_got_the_same_number_is_left_alone(tmp_path: Path) -> None:
    other = sleeper("somebody's", "work")
    try:
        note(Review(tmp_path), json.dumps([other.pid, os.getpid()]))
        assert stop_leftover(Review(tmp_path)) == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait(10)


@pytest.mark.parametrize("text", ["", "nonsense", "{}", '["a", -1, 0, 1]', "[99999999]", "7"])
def test_a_note_that_means_nothing_stops_nothing(tmp_path: Path, text: str) -> None:
    note(Review(tmp_path), text)
    assert stop_leftover(Review(tmp_path)) == []


def test_no_note_is_fine(tmp_path: Path) -> None:
    assert stop_leftover(Review(tmp_path)) == []
