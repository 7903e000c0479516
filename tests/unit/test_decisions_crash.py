"""Power cuts and full disks: whatever write is cut off, no acknowledged decision is lost and none is counted twice."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import store
from pipeline.errors import ReviewError
from tests.unit.decisions_support import IDS, Desk, fill, read_cells, task

IN, OUT = {"decision": "include"}, {"decision": "exclude", "reason": "E1"}
TASKS = tuple(task(number, needs=2) for number in range(4))


class PowerCutError(BaseException):
    """The process is gone: nothing after this runs, not even clean-up that catches exceptions."""


class Fuse:
    """Counts calls of a function and blows at the n-th."""

    def __init__(self, function: Callable[..., object], at: int, error: BaseException) -> None:
        self.function, self.at, self.error, self.calls = function, at, error, 0

    def __call__(self, *given: object, **named: object) -> object:
        self.calls += 1
        if self.calls == self.at:
            raise self.error
        return self.function(*given, **named)


def two_sheets(folder: Path) -> Desk:
    """Return a review in which two people have filled their sheets and nothing was collected yet."""
    desk = Desk(folder)
    desk.issue(*TASKS)
    fill(desk.sheet(), IN, OUT, IN)
    fill(desk.sheet("0002-borderline.bob.csv"), OUT, IN)
    return desk


EXPECTED = {
    "ann": [(IDS[0], "include", ""), (IDS[1], "exclude", "E1_technical"), (IDS[2], "include", "")],
    "bob": [(IDS[0], "exclude", "E1_technical"), (IDS[1], "include", "")],
}


def snapshot(desk: Desk) -> dict[str, list[tuple[str, str, str]]]:
    return {reviewer: desk.decisions(reviewer) for reviewer in EXPECTED}


@pytest.mark.parametrize("place", ["fsync", "replace"])
@pytest.mark.parametrize("error", [PowerCutError(), OSError(28, "No space left on device")], ids=["power", "full disk"])
@pytest.mark.parametrize("number", range(1, 9))
def test_collecting_that_was_cut_off_at_any_write_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, error: BaseException, number: int
) -> None:
    desk = two_sheets(tmp_path)
    desk.collect()
    fill(desk.sheet(), OUT)
    fill(desk.sheet("0002-borderline.bob.csv"), IN, OUT, IN)
    before = snapshot(desk)
    fuse = Fuse(os.fsync if place == "fsync" else Path.replace, number, error)
    target = (store.os, "fsync") if place == "fsync" else (Path, "replace")
    with monkeypatch.context() as patch:
        patch.setattr(*target, lambda *given: fuse(*given))
        try:
            desk.collect()
        except (PowerCutError, ReviewError) as stopped:
            assert fuse.calls == number
            assert isinstance(stopped, PowerCutError) or "No space left on device" in str(stopped)
    between = snapshot(desk)
    for reviewer, rows in before.items():
        assert between[reviewer][: len(rows)] == rows, "what was written before is still there"
        assert desk.ledger(reviewer).notices == (), "and the file is whole"
    desk.collect()
    after = snapshot(desk)
    assert after["ann"] == [*EXPECTED["ann"], (IDS[0], "exclude", "E1_technical")]
    assert after["bob"] == [
        *EXPECTED["bob"],
        (IDS[0], "include", ""),
        (IDS[1], "exclude", "E1_technical"),
        (IDS[2], "include", ""),
    ]
    assert desk.collect().number == 0


def test_every_write_of_a_first_collection_can_be_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = 0
    while True:
        number += 1
        desk = two_sheets(tmp_path / str(number))
        fuse = Fuse(store.write_atomic, number, PowerCutError())
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.decisions.ledger.write_atomic", fuse)
            with contextlib.suppress(PowerCutError):
                desk.collect()
        written = [reviewer for reviewer in EXPECTED if desk.decisions(reviewer)]
        assert len(written) == min(number - 1, 2)
        desk.collect()
        assert snapshot(desk) == EXPECTED
        assert desk.collect().number == 0
        if fuse.calls < number:
            break
    assert number == 3


def test_a_disk_that_is_full_is_named_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = two_sheets(tmp_path)
    fuse = Fuse(os.fsync, 1, OSError(28, "No space left on device"))
    monkeypatch.setattr(store.os, "fsync", fuse)
    with pytest.raises(ReviewError, match=r"ann\.csv: cannot be written: No space left on device; close it elsewhere"):
        desk.collect()


@pytest.mark.parametrize("number", range(1, 5))
def test_issuing_that_was_cut_off_gives_nobody_a_row_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    desk = Desk(tmp_path)
    fuse = Fuse(Path.replace, number, PowerCutError())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *given: fuse(*given))
        with contextlib.suppress(PowerCutError):
            desk.issue(*TASKS)
    desk.issue(*TASKS)
    sheets = sorted(desk.review.worklists.iterdir())
    assert [path.name for path in sheets if not path.name.startswith(".")] == [
        "0001-borderline.ann.csv",
        "0002-borderline.bob.csv",
    ]
    for path in sheets:
        assert [row["id"] for row in read_cells(path)] == list(IDS[:4])
    assert desk.issue(*TASKS).new == ()


def test_a_half_written_file_of_a_run_that_died_is_passed_over(tmp_path: Path) -> None:
    desk = two_sheets(tmp_path)
    for folder in (desk.review.worklists, desk.review.ledgers):
        folder.mkdir(exist_ok=True)
        (folder / ".writing-x1.tmp").write_bytes(b"id,deci")
    desk.collect()
    assert snapshot(desk) == EXPECTED
    assert desk.collected.notices == ()
