"""Kept arrays: the same back, nothing of a damaged file, the newest of a kind only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.array_cache import FolderCache


def test_arrays_come_back_and_an_older_one_of_the_kind_goes(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path / "arrays")
    assert cache.get("features-a") is None
    cache.put("features-a", {"x": np.arange(3)})
    cache.put("other-a", {"y": np.ones(1)})
    cache.put("features-b", {"x": np.arange(4)})
    kept = cache.get("features-b")
    assert kept is not None
    assert kept["x"].tolist() == [0, 1, 2, 3]
    assert sorted(path.name for path in cache.folder.iterdir()) == ["features-b.npz", "other-a.npz"]


@pytest.mark.parametrize("keep", [0, 10, 60, -40])
def test_a_damaged_file_is_no_file(tmp_path: Path, keep: int) -> None:
    cache = FolderCache(tmp_path)
    cache.put("features-a", {"x": np.arange(500)})
    path = tmp_path / "features-a.npz"
    path.write_bytes(path.read_bytes()[:keep])
    assert cache.get("features-a") is None


def test_objects_are_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "features-a.npz", x=np.array([{}], dtype=object))
    assert FolderCache(tmp_path).get("features-a") is None
