"""One Prefect server for all tests that run the command line: starting one for each run costs seconds."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.flows.environment import SETTINGS
from pipeline.review import Review
from tests.flow.toy_review import command, make_review

_START_LIMIT = 180


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Prefect server on this machine for the session and return its API address."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    environment = os.environ | SETTINGS | {"PREFECT_HOME": str(home)}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"{api}/health", server, home / "server.log")
            before = {name: os.environ.get(name) for name in ("PREFECT_API_URL", "PREFECT_HOME")}
            os.environ |= {"PREFECT_API_URL": api, "PREFECT_HOME": str(home)}
            yield api
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_LIMIT
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.3)
    pytest.fail(f"the Prefect server did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def run_once(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder of a toy review that the command line ran once, and what it printed."""
    review = make_review(tmp_path_factory.mktemp("commands") / "toy review")
    done = command("review", str(review.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return review.folder, done.stdout


@pytest.fixture
def review(run_once: tuple[Path, str], tmp_path: Path) -> Review:
    """Return a fresh copy of the toy review after its first run."""
    return Review(Path(shutil.copytree(run_once[0], tmp_path / "toy review")))
