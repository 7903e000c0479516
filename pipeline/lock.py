"""One run at a time in a folder: a lock that the operating system releases when its holder dies."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pipeline.errors import LockedError, ReviewError

# The lock is on a byte far behind the text, so that the text can be read while the lock is held (Windows).
_LOCK_AT = 1 << 20
_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK})


@contextlib.contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a review while the block runs.

    The lock is the operating system's, so a run that was killed leaves no stale lock; the text in the file only tells
    a second run who holds it.

    Raises:
        LockedError: another run holds it.
        ReviewError: the lock file cannot be made (read-only folder), or the file system has no locks.
    """
    if path.is_symlink() or path.parent.is_symlink():
        raise ReviewError("is or lies behind a symbolic link; nothing is written through links", file=str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+b")
    except OSError as error:
        raise ReviewError(
            f"cannot be written: {error.strerror}", file=str(path), hint="check the rights of the review's folder"
        ) from error
    with stream:
        if not _acquire(stream, path):
            stream.seek(0)
            holder = stream.read(200).decode("utf-8", "replace").strip() or "unknown"
            raise LockedError(
                f"another run works in this folder ({holder})", hint="wait for it to end, or stop it, then run again"
            )
        stream.truncate(0)
        stream.write(f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)
            _release(stream)


def _acquire(stream: IO[bytes], path: Path) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            stream.seek(_LOCK_AT)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        reason = error.strerror or str(error)
        raise ReviewError(
            f"cannot be locked: {reason}", file=str(path), hint="copy the review to a disk of this computer"
        ) from error
    return True


def _release(stream: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        stream.seek(_LOCK_AT)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
