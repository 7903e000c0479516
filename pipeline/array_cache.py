"""Arrays that are slow to make and always come out the same, kept as plain .npz files that may be deleted."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from pipeline.store import write_atomic

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class FolderCache:
    """Keeps arrays below a folder, one file a name: `features-3f2a...` is the newest of its kind `features`."""

    folder: Path

    def get(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """Return the arrays kept under a name; None where there are none or the file is damaged."""
        import numpy as np

        try:
            with np.load(self._path(name), allow_pickle=False) as kept:
                return {key: kept[key] for key in kept.files}
        except (OSError, ValueError, EOFError, KeyError, SyntaxError, BadZipFile):
            return None

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays under a name and delete older ones of the same kind.

        Raises:
            ReviewError: the folder cannot be written.
        """
        import numpy as np

        stream = io.BytesIO()
        np.savez(stream, **arrays)  # type: ignore[arg-type]
        write_atomic(self._path(name), stream.getvalue())
        for other in self.folder.glob(f"{name.partition('-')[0]}-*.npz"):
            if other != self._path(name):
                with contextlib.suppress(OSError):
                    other.unlink()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"
