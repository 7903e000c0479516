"""Where an export may be written: never over people's files, never through links, never over a file of another hand."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from pipeline.errors import ReviewError
from pipeline.review import Review
from pipeline.store import json_bytes, sha256_of, sha256_of_file, write_atomic

_REMEMBERED = 500


def write_export(review: Review, out: Path, data: bytes, *, force: bool) -> None:
    """Write an export.

    A file that is there is replaced only if it is, byte for byte, one that an export of this review wrote, or with
    `force`. Below references/ and screening/ nothing is ever written.

    Args:
        review: the review.
        out: the file to write.
        data: its content.
        force: replace a file that is there, whoever wrote it.

    Raises:
        ReviewError: nothing was written; says why and what to do.
    """
    target = _allowed(review, out)
    known = _written_before(review)
    if target.exists() and not force and sha256_of_file(target) not in known:
        raise ReviewError(
            "is there already, and is not what an export of this review wrote",
            file=str(out),
            hint="choose another name, or replace it with --force",
        )
    write_atomic(target, data)
    digests = list(dict.fromkeys([*known, sha256_of(data)]))[-_REMEMBERED:]
    with contextlib.suppress(ReviewError):  # then the next export over this file needs `force`
        write_atomic(_memory(review), json_bytes(digests))


def _allowed(review: Review, out: Path) -> Path:
    """Return the file that would be written, links in its folder resolved.

    Raises:
        ReviewError: it is a folder or a link, is a person's file, or lies in the review only by way of a link.
    """
    named = Path.cwd() / out
    if named.is_symlink():
        raise ReviewError(
            "is a symbolic link; nothing is written through links", file=str(out), hint="choose another name"
        )
    if named.is_dir() or not out.name:
        raise ReviewError("is a folder", file=str(out), hint="name the file too, for example included.ris")
    target = named.parent.resolve() / named.name
    for folder in (review.references, review.screening):
        if target.is_relative_to(folder.resolve()):
            raise ReviewError(
                "nothing is exported into a folder of people's files",
                file=str(out),
                found=review.shown(folder) + "/",
                hint="choose another folder, for example exports/",
            )
    if _below(named, review.folder) and not target.is_relative_to(review.folder):
        raise ReviewError(
            "leads out of the review through a symbolic link; nothing is written through links",
            file=str(out),
            found=str(target),
            hint="name the file where it really is",
        )
    return target


def _below(path: Path, folder: Path) -> bool:
    """Return whether a path is written as one below a folder, whether or not links lead elsewhere."""
    parents = [*path.parents]
    return any(parent.exists() and parent.resolve() == folder for parent in parents if ".." not in parent.parts)


def _memory(review: Review) -> Path:
    return review.state / "exports.json"


def _written_before(review: Review) -> list[str]:
    """Return the hashes of what exports of this review wrote; nothing where that is not known any more."""
    try:
        digests = json.loads(_memory(review).read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    return [digest for digest in digests if isinstance(digest, str)] if isinstance(digests, list) else []
