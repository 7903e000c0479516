"""Writing the skeleton of a new review."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pipeline.errors import ReviewError
from pipeline.store import write_atomic


def new_review(folder: Path) -> list[str]:
    """Write a commented skeleton (references/, screening/, outputs/) and return what to do next, as lines.

    Raises:
        ReviewError: the folder exists and is not empty, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ReviewError("exists and is not empty", file=str(folder), hint="name a folder that does not exist yet")
    written = _copy(files("pipeline") / "skeleton", folder)
    write_atomic(folder / "outputs" / ".gitignore", b"*\n!.gitignore\n")
    lines = [f"wrote {path.as_posix()}" for path in written]
    return [
        *lines,
        f"1. put the exports of your searches into {(folder / 'references').as_posix()}/ and log them in sources.toml",
        f"2. write question and criteria into {(folder / 'screening' / 'protocol.toml').as_posix()}",
        f"3. make review REVIEW={folder.as_posix()}    (without make: python -m pipeline review {folder.as_posix()})",
    ]


def _copy(source: Traversable, target: Path) -> list[Path]:
    written = []
    for item in sorted(source.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            written += _copy(item, target / item.name)
        elif item.name.endswith((".toml", ".csv", ".md")):
            write_atomic(target / item.name, item.read_bytes())
            written.append(target / item.name)
    return written
