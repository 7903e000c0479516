"""Writing: old or new, never half; nothing through links; a manifest that was touched is no manifest."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import Notice, ReviewError
from pipeline.store import (
    Manifest,
    is_fresh,
    json_bytes,
    manifest_key,
    read_manifest,
    remove_leftovers,
    sha256_of,
    sha256_of_file,
    write_atomic,
    write_if_changed,
    write_manifest,
)

needs_rights = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_written_with_its_folder(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a" / "b" / "c.txt", b"new")
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == b"new"
    assert names(tmp_path / "a" / "b") == ["c.txt"]


def test_the_old_file_is_kept_once_where_that_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "ann.csv"
    for content in (b"1", b"2", b"3"):
        write_atomic(path, content, keep_backup=True)
    assert (path.read_bytes(), (tmp_path / "ann.csv.bak").read_bytes()) == (b"3", b"2")
    assert names(tmp_path) == ["ann.csv", "ann.csv.bak"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), RuntimeError("bug")])
@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(b"old")

    def fail(*arguments: object, **_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        if step == "fsync":
            patched.setattr("pipeline.store.os.fsync", fail)
        else:
            patched.setattr(Path, step, fail)
        expected = ReviewError if isinstance(error, OSError) else type(error)
        with pytest.raises(expected) as caught:
            write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["ledger.csv"]
    if isinstance(caught.value, ReviewError):
        assert caught.value.lines == [
            f"{path}: cannot be written: No space left on device; close it elsewhere, check rights and disk space"
        ]


@pytest.mark.parametrize("failing", range(1, 5))
def test_with_a_backup_every_step_may_fail_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    path = tmp_path / "ann.csv"
    path.write_bytes(b"old")
    calls = 0
    original: dict[str, Callable[..., object]] = {"fsync": os.fsync, "replace": Path.replace}

    def counted(name: str) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            nonlocal calls
            calls += 1
            if calls == failing:
                raise OSError(5, "Input/output error")
            return original[name](*arguments)

        return call

    with monkeypatch.context() as patched:
        patched.setattr("pipeline.store.os.fsync", counted("fsync"))
        patched.setattr(Path, "replace", counted("replace"))
        with pytest.raises(ReviewError):
            write_atomic(path, b"new", keep_backup=True)
    assert path.read_bytes() == b"old"
    assert not [name for name in names(tmp_path) if name.endswith(".tmp")]


@needs_links
def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "review"
    outside.mkdir()
    inside.mkdir()
    (outside / "victim.txt").write_bytes(b"mine")
    (inside / "file").symlink_to(outside / "victim.txt")
    (inside / "folder").symlink_to(outside, target_is_directory=True)
    for path in (inside / "file", inside / "folder" / "victim.txt"):
        for write in (write_atomic, write_if_changed):
            with pytest.raises(ReviewError, match="symbolic link"):
                write(path, b"theirs")
    assert (outside / "victim.txt").read_bytes() == b"mine"
    assert names(outside) == ["victim.txt"]


@needs_rights
def test_a_read_only_folder_is_a_message_of_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ReviewError) as caught:
            write_atomic(tmp_path / "x", b"")
    finally:
        tmp_path.chmod(0o700)
    assert caught.value.lines[0].startswith(f"{tmp_path}/x: cannot be written: Permission denied; ")


def test_a_folder_or_file_in_the_way_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "folder", tmp_path / "file" / "below"):
        with pytest.raises(ReviewError, match="cannot be written"):
            write_atomic(path, b"x")
        with pytest.raises(ReviewError, match="cannot be written"):
            write_if_changed(path, b"x")
    assert names(tmp_path) == ["file", "folder"]


@pytest.mark.skipif(os.name == "nt", reason="rights of groups")
def test_the_rights_of_a_shared_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "shared.csv"
    path.write_bytes(b"")
    path.chmod(0o664)
    write_atomic(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o664
    old = os.umask(0o002)
    try:
        write_atomic(tmp_path / "new.csv", b"")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o664


def test_an_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "x"
    assert write_if_changed(path, b"1")
    before = path.stat()
    assert not write_if_changed(path, b"1")
    assert path.stat().st_ino == before.st_ino
    assert write_if_changed(path, b"2")


def test_json_is_the_same_for_the_same_value() -> None:
    assert json_bytes({"b": 1, "a": "é"}) == json_bytes({"a": "é", "b": 1}) == '{\n "a": "é",\n "b": 1\n}\n'.encode()


# --- manifests ----------------------------------------------------------------------------------------------------


PARTS = {"code import": "c0", "file references/a.ris": "f0"}


@pytest.fixture
def written(tmp_path: Path) -> Manifest:
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages" / "a.parquet").write_bytes(b"table")
    manifest = Manifest(
        "import",
        manifest_key(PARTS),
        PARTS,
        {"stages/a.parquet": sha256_of(b"table")},
        (Notice("warning", "look", "code"),),
        "1 entry",
        {"entries": 1},
    )
    write_manifest(tmp_path / "manifest.json", manifest)
    return manifest


def test_a_manifest_comes_back_as_it_was(tmp_path: Path, written: Manifest) -> None:
    assert read_manifest(tmp_path / "manifest.json") == written
    assert is_fresh(written, manifest_key(PARTS), tmp_path)


@pytest.mark.parametrize("part", [*PARTS, "library pandas"])
def test_another_input_makes_a_stage_run(tmp_path: Path, written: Manifest, part: str) -> None:
    assert not is_fresh(written, manifest_key(PARTS | {part: "other"}), tmp_path)


def test_an_output_that_is_gone_or_edited_makes_a_stage_run(tmp_path: Path, written: Manifest) -> None:
    path = tmp_path / "stages" / "a.parquet"
    path.write_bytes(b"edited")
    assert not is_fresh(written, written.key, tmp_path)
    path.unlink()
    assert not is_fresh(written, written.key, tmp_path)
    assert not is_fresh(None, written.key, tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("f0", "f1"),
        lambda text: text.replace("1 entry", "2 entries"),
        lambda text: text.replace('"manifest_version": 1', '"manifest_version": 2'),
        lambda text: "[]",
        lambda text: "null",
        lambda text: "[" * 100_000,
        lambda text: "\x00\xff",
        lambda text: json.dumps(json.loads(text) | {"sha256": None}),
        lambda text: json.dumps({"sha256": "x"}),
    ],
)
def test_a_damaged_edited_or_foreign_manifest_is_none(
    tmp_path: Path, written: Manifest, damage: Callable[[str], str]
) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(damage(path.read_text("utf-8")), "utf-8")
    assert read_manifest(path) is None


def test_a_missing_manifest_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "manifest.json") is None
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize("name", ["../screening/decisions/ann.csv", "/etc/passwd", "a/../../b", "..\\b", "c:b", ""])
def test_a_manifest_that_names_files_outside_is_none(tmp_path: Path, name: str) -> None:
    """The runner deletes outputs that a stage no longer writes: it must not be led out of outputs/."""
    path = tmp_path / "manifest.json"
    write_manifest(path, Manifest("import", "k", {}, {name: "0"}))
    assert read_manifest(path) is None


def test_hash_of_what_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert sha256_of_file(tmp_path) is None
    assert sha256_of_file(tmp_path / "none") is None


def test_a_folder_without_rights_is_a_message_for_whoever_runs_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ReviewError) as caught:
        write_atomic(tmp_path / "x", b"")
    assert caught.value.exit_status == 2
    assert len(caught.value.lines) == 1


def test_what_a_killed_run_left_half_written_is_removed_and_nothing_else(tmp_path: Path) -> None:
    kept, left = tmp_path / "a" / "sheet.csv", tmp_path / "a" / ".writing-x1.tmp"
    kept.parent.mkdir()
    for path in (kept, left):
        path.write_bytes(b"x")
    remove_leftovers(tmp_path)
    assert kept.exists()
    assert not left.exists()
