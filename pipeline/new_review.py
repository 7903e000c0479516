"""Writing the skeleton of a new review."""

from __future__ import annotations

import shlex
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
    if not _is_free(folder):
        raise ReviewError("exists and is not empty", file=str(folder), hint="name a folder that does not exist yet")
    written = _copy(files("pipeline") / "skeleton", folder)
    write_atomic(folder / "outputs" / ".gitignore", b"*\n!.gitignore\n")
    quoted = shlex.quote(folder.as_posix())
    lines = [f"wrote {path.as_posix()}" for path in written]
    return [
        *lines,
        f"1. put the exports of your searches into {(folder / 'references').as_posix()}/ and log them in sources.toml",
        f"2. write question and criteria into {(folder / 'screening' / 'protocol.toml').as_posix()}",
        f"3. make review REVIEW={quoted}    (without make: python -m pipeline review {quoted})",
    ]


def _is_free(folder: Path) -> bool:
    try:
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as error:
        raise ReviewError(f"cannot be read: {error.strerror}", file=str(folder), hint="check its rights") from error


def _copy(source: Traversable, target: Path) -> list[Path]:
    written = []
    for item in sorted(source.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            written += _copy(item, target / item.name)
        elif item.name.endswith((".toml", ".csv", ".md")):
            write_atomic(target / item.name, item.read_bytes())
            written.append(target / item.name)
    return written
