"""Writing and hashing files: nothing half-written is ever seen, and what was written can be recognised.

A write goes to a temporary file in the same folder, is flushed to disk and put in place in one step. Every stage has a
manifest: hashes of what it read, the protocol sections and the code it ran with, hashes of what it wrote. A stage is
up to date when its manifest matches and its outputs are intact.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import Notice, ReviewError

MANIFEST_VERSION = 1


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str | None:
    """Return the SHA-256 of a file, None where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def write_atomic(path: Path, data: bytes, *, keep_backup: bool = False) -> None:
    """Write a file so that a reader sees the old content or the new, never a part.

    Args:
        path: the file; its folder is made where it is missing.
        data: the new content.
        keep_backup: keep the old content beside it as `.bak`.

    Raises:
        ReviewError: the folder cannot be written, the disk is full, or the file is held by another program.
    """
    temporary: Path | None = None
    try:
        for link in (path, path.parent):
            if link.is_symlink():
                raise ReviewError(
                    "is a symbolic link; nothing is written through links",
                    file=str(link),
                    hint="put a file or folder of your own in its place",
                )
        path.parent.mkdir(parents=True, exist_ok=True)
        if keep_backup and path.exists():
            write_atomic(path.with_name(path.name + ".bak"), path.read_bytes())
        temporary = path.parent / f".writing-{secrets.token_hex(8)}.tmp"
        with temporary.open("xb") as stream:  # rights as the umask says, so that a shared folder stays shared
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReviewError(
            f"cannot be written: {reason}", file=str(path), hint="close it elsewhere, check rights and disk space"
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files that a killed run left below a folder; the caller holds the review's lock."""
    for path in folder.rglob(".writing-*.tmp"):
        with contextlib.suppress(OSError):
            path.unlink()


def write_if_changed(path: Path, data: bytes) -> bool:
    """Write a file unless it has that content already; return whether it was written."""
    if not path.is_symlink() and sha256_of_file(path) == sha256_of(data):
        return False
    write_atomic(path, data)
    return True


def json_bytes(value: object) -> bytes:
    """Return a value as JSON bytes that are the same for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


@dataclass(frozen=True)
class Manifest:
    """What a stage read, ran with and wrote.

    Attributes:
        stage: name of the stage.
        key: hash of inputs, protocol sections, code and libraries; equal keys mean equal results.
        parts: the key's parts by name, to tell what changed.
        outputs: file relative to outputs/ -> SHA-256.
        notices: what people must see, repeated by every run.
        summary: one line about the result.
    """

    stage: str
    key: str
    parts: Mapping[str, str]
    outputs: Mapping[str, str]
    notices: tuple[Notice, ...] = ()
    summary: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


def manifest_key(parts: Mapping[str, str]) -> str:
    """Return the hash of the parts of a key."""
    return sha256_of(json_bytes(dict(parts)))


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest; always the last write of a stage."""
    content = {
        "manifest_version": MANIFEST_VERSION,
        "stage": manifest.stage,
        "key": manifest.key,
        "parts": dict(manifest.parts),
        "outputs": dict(manifest.outputs),
        "notices": [notice.as_dict() for notice in manifest.notices],
        "summary": manifest.summary,
        "numbers": dict(manifest.numbers),
    }
    write_atomic(path, json_bytes(content | {"sha256": sha256_of(json_bytes(content))}))


def read_manifest(path: Path) -> Manifest | None:
    """Return a manifest; None where it is missing, damaged, edited or of another version (the stage runs again)."""
    try:
        content = json.loads(path.read_bytes())
        seal = content.pop("sha256")
        if content.pop("manifest_version") != MANIFEST_VERSION:
            return None
        if seal != sha256_of(json_bytes(content | {"manifest_version": MANIFEST_VERSION})):
            return None
        notices = tuple(Notice(**notice) for notice in content.pop("notices"))
        manifest = Manifest(**content, notices=notices)
        return manifest if all(_inside(name) for name in dict(manifest.outputs)) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _inside(name: str) -> bool:
    """Return whether an output's name stays below outputs/ (the runner deletes what a stage no longer writes)."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and not set(name) & {"\\", ":"}


def is_fresh(manifest: Manifest | None, key: str, outputs: Path) -> bool:
    """Return whether a stage need not run: same key, and every file it wrote is as it left it."""
    if manifest is None or manifest.key != key:
        return False
    return all(sha256_of_file(outputs / name) == digest for name, digest in manifest.outputs.items())
