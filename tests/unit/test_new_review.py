"""A new review: a skeleton that is a valid protocol, never written over anything; and folders that are no reviews."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ReviewError
from pipeline.new_review import new_review
from pipeline.protocol import read_protocol, read_search_log
from pipeline.review import Review, open_review
from pipeline.status import read_status

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_review(tmp_path / "review")
    return tmp_path / "review"


def test_the_skeleton_is_a_review_without_mistakes(folder: Path) -> None:
    review = open_review(folder)
    protocol = read_protocol(review.protocol)
    assert protocol.exclusion_codes
    assert read_search_log(review.search_log).source == ()
    assert (folder / "outputs" / ".gitignore").read_bytes() == b"*\n!.gitignore\n"


def test_every_line_of_the_skeleton_that_is_commented_out_is_valid(folder: Path, tmp_path: Path) -> None:
    for path, read in ((folder / "references" / "sources.toml", read_search_log),):
        lines = path.read_text("utf-8").splitlines()
        start = lines.index("# [[source]]")
        (tmp_path / "x.toml").write_text("\n".join(line[2:] for line in lines[start:]), "utf-8")
        assert len(read(tmp_path / "x.toml").source) == 1


def test_what_to_do_next_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    folder = tmp_path / "my review's"
    lines = new_review(folder)
    assert [line for line in lines if line.startswith("wrote ")]
    assert shlex.split(lines[-1].split("REVIEW=")[1])[0] == folder.as_posix()


@pytest.mark.parametrize("name", ["notes.txt", ".git"])
def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(ReviewError, match="exists and is not empty"):
        new_review(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_in_the_place_of_the_folder_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReviewError, match="not empty"):
        new_review(tmp_path / "file")
    with pytest.raises(ReviewError, match="cannot be"):
        new_review(tmp_path / "file" / "below")


@pytest.mark.parametrize("make", [False, True])
def test_what_is_no_review_is_said_to_be_none(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "x").mkdir()
    with pytest.raises(ReviewError, match="is not a review" if make else "no such folder") as caught:
        open_review(tmp_path / "x")
    assert "python -m pipeline new FOLDER" in caught.value.lines[0]


@needs_links
@pytest.mark.parametrize(
    "name", ["screening/decisions", "screening/worklists", "outputs/stages", "outputs/report", ".pipeline"]
)
def test_a_folder_that_leads_out_of_the_review_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / name).symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(ReviewError, match=f"{name}: is a symbolic link that leads out"):
        open_review(folder)


@needs_links
def test_references_may_lie_on_another_disk(folder: Path, tmp_path: Path) -> None:
    (folder / "references").rename(tmp_path / "exports")
    (folder / "references").symlink_to(tmp_path / "exports", target_is_directory=True)
    assert open_review(folder).folder == folder.resolve()


def test_paths_are_shown_from_the_review_on(folder: Path, tmp_path: Path) -> None:
    review = Review(folder)
    assert review.shown(review.ledgers / "ann.csv") == "screening/decisions/ann.csv"
    assert review.shown(tmp_path / "x") == (tmp_path / "x").as_posix()


# --- outputs/status.json --------------------------------------------------------------------------------------------


STATUS: dict[str, Any] = {
    "status_version": 1,
    "title": "T",
    "state": "complete",
    "exit_status": 0,
    "counts": {},
    "waiting": [],
    "queued": {},
    "notices": [],
}


def write_status(folder: Path, value: object) -> None:
    path = folder / "outputs" / "status.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")


def test_the_status_of_the_last_run_is_read(folder: Path) -> None:
    write_status(folder, STATUS)
    assert read_status(folder) == STATUS


def test_a_review_that_was_not_run_says_so(folder: Path) -> None:
    with pytest.raises(ReviewError, match="was not run yet"):
        read_status(folder)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        {},
        {"status_version": 1},
        STATUS | {"counts": {"main": {}}},
        STATUS | {"counts": 3},
        STATUS | {"notices": [{}]},
        STATUS | {"waiting": None, "queued": None, "notices": None},
        {name: value for name, value in STATUS.items() if name != "title"},
    ],
)
def test_a_damaged_status_is_a_message(folder: Path, value: object) -> None:
    write_status(folder, value)
    with pytest.raises(ReviewError, match=r"outputs/status\.json: is damaged"):
        read_status(folder)


def test_a_status_of_another_version_is_a_message(folder: Path) -> None:
    write_status(folder, STATUS | {"status_version": 2})
    with pytest.raises(ReviewError, match="another version of the program; found '2'; allowed: 1"):
        read_status(folder)
