"""What runs again and what does not, in one process and without Prefect: the freshness is the stages' own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.review import Review
from tests.flow.toy_review import (
    PROTOCOL,
    fill,
    make_review,
    output_hashes,
    read_csv,
    run_stages,
    statuses,
    truth,
    write,
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a toy review that was run once; copy it before changing it."""
    folder = tmp_path_factory.mktemp("reruns") / "toy"
    run_stages(make_review(folder))
    return folder


@pytest.fixture
def review(finished: Path, tmp_path: Path) -> Review:
    """Return a fresh copy of the finished toy review."""
    return Review(Path(shutil.copytree(finished, tmp_path / "toy")))


def first_sheet(review: Review, kind: str = "borderline", reviewer: str = "ann") -> Path:
    """Return the first sheet of a kind and person."""
    return min(review.screening.glob(f"*/*-{kind}.{reviewer}.csv"))


def decide_sheet(path: Path) -> None:
    """Fill every row of a borderline sheet rightly."""
    fill(path, {row["id"]: truth(row) for row in read_csv(path)})


def test_nothing_changed_means_every_stage_unchanged_and_the_same_bytes(review: Review) -> None:
    before = output_hashes(review)
    run = run_stages(review)
    assert set(statuses(run).values()) == {"unchanged"}
    assert output_hashes(review) == before


def test_two_runs_in_two_places_write_the_same_bytes(review: Review, tmp_path: Path) -> None:
    other = make_review(tmp_path / "elsewhere with a blank")
    run_stages(other)
    assert output_hashes(other) == output_hashes(review)


def test_a_filled_row_moves_the_counts_and_leaves_import_and_duplicates_alone(review: Review) -> None:
    sheet = first_sheet(review)
    row = read_csv(sheet)[0]
    fill(sheet, {row["id"]: truth(row)})
    run = run_stages(review)
    status = statuses(run)
    assert status["import"] == status["deduplicate"] == "unchanged"
    assert {name for name in status if status[name] == "ran"} >= {"decisions", "screen", "count", "report"}
    counts = run.status()["counts"]
    assert counts["excluded_records"] + counts["main"]["sought"] == 1


def test_a_half_filled_sheet_stays_the_current_one(review: Review) -> None:
    sheet = first_sheet(review)
    rows = read_csv(sheet)
    fill(sheet, {row["id"]: truth(row) for row in rows[:5]})
    run = run_stages(review)
    assert not [name for name in run.issued.new if "borderline.ann" in name]
    decide_sheet(sheet)
    assert [name for name in run_stages(review).issued.new if "borderline.ann" in name]


def test_the_next_sheet_comes_on_request(review: Review) -> None:
    run = run_stages(review, next_sheet=True)
    assert [name for name in run.issued.new if "borderline.ann" in name]


def test_no_record_is_on_two_sheets_when_one_reader_decides(review: Review) -> None:
    ann, ben = (read_csv(first_sheet(review, reviewer=name)) for name in ("ann", "ben"))
    assert not {row["id"] for row in ann} & {row["id"] for row in ben}


def change_protocol(old: str, new: str) -> Callable[[Review], None]:
    """Return a change of the protocol's text."""

    def change(review: Review) -> None:
        assert old in PROTOCOL
        write(review.protocol, PROTOCOL.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("change", "runs", "rests"),
    [
        (change_protocol('version = "1"', 'version = "1" # comment'), set(), {"import", "screen", "report"}),
        (change_protocol("served in schools", "served at schools"), {"screen"}, {"import", "deduplicate"}),
        (change_protocol("seed = 7", "seed = 8"), {"screen", "report"}, {"import", "deduplicate", "code"}),
        (change_protocol('label = "No meal"', 'label = "No food"'), {"count", "report"}, {"import", "deduplicate"}),
        (
            lambda review: write(review.screening / "names.csv", "code,name\nNUT,Food science\nEDU,Education\n"),
            {"code", "report"},
            {"import", "deduplicate", "screen", "count"},
        ),
    ],
    ids=["comment", "criteria", "seed", "label", "discipline name"],
)
def test_a_change_of_the_protocol_runs_what_it_concerns(
    review: Review, change: Callable[[Review], None], runs: set[str], rests: set[str]
) -> None:
    change(review)
    status = statuses(run_stages(review))
    assert {name for name in runs if status[name] != "ran"} == set()
    assert {name for name in rests if status[name] != "unchanged"} == set()


@pytest.mark.parametrize(
    "victim",
    [
        "stages/import/entries.parquet",
        "stages/screen/manifest.json",
        "report/flow.svg",
        "report/records.csv",
        "status.json",
    ],
)
@pytest.mark.parametrize("harm", ["deleted", "edited"])
def test_an_output_that_was_deleted_or_edited_comes_back_the_same(review: Review, victim: str, harm: str) -> None:
    before = output_hashes(review)
    path = review.outputs / victim
    if harm == "deleted":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-3] + b"xyz")
    run_stages(review)
    assert output_hashes(review) == before


def test_outputs_can_be_deleted_whole(review: Review) -> None:
    before = output_hashes(review)
    shutil.rmtree(review.outputs)
    run_stages(review)
    assert output_hashes(review) == before


def test_changed_code_of_a_stage_makes_it_run(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.stages import contract

    true = contract.code_fingerprint

    def changed(modules: frozenset[str], package: Path = contract.PACKAGE) -> str:
        return true(modules, package) + ("*" if any("screen" in name for name in modules) else "")

    monkeypatch.setattr(contract, "code_fingerprint", changed)
    status = statuses(run_stages(review))
    assert status["screen"] == "ran"
    assert status["import"] == status["deduplicate"] == "unchanged"


def test_sheets_and_ledgers_are_never_rewritten_by_a_run(review: Review) -> None:
    sheet = first_sheet(review)
    decide_sheet(sheet)
    filled = sheet.read_bytes()
    run_stages(review)
    ledger = review.ledgers / "ann.csv"
    written = ledger.read_bytes()
    run_stages(review)
    assert sheet.read_bytes() == filled
    assert ledger.read_bytes() == written


def test_a_write_that_fails_anywhere_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop at one write after another, run again each time, and arrive where an undisturbed run arrives."""
    import os

    undisturbed = make_review(tmp_path / "undisturbed")
    run_stages(undisturbed)
    decide_sheet(first_sheet(undisturbed))
    run_stages(undisturbed)
    review = make_review(tmp_path / "disturbed")
    true, left = os.fsync, [0]

    def failing(handle: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        true(handle)

    monkeypatch.setattr(os, "fsync", failing)
    stops = 0
    for filled in (False, True):
        if filled:
            decide_sheet(first_sheet(review))
        for _ in range(200):
            left[0] = 3 + stops % 4
            try:
                run_stages(review)
            except KeyboardInterrupt:
                stops += 1
                continue
            break
    assert stops > 10

    def reported(one: Review) -> dict[str, str]:
        """The tables of decisions hold times and differ; what is reported must not."""
        hashes = output_hashes(one).items()
        return {name: digest for name, digest in hashes if name.startswith("report/") or "states" in name}

    assert reported(review) == reported(undisturbed)
    assert not list(review.folder.rglob("*.tmp"))
    ledgers = [read_csv(each.ledgers / "ann.csv") for each in (review, undisturbed)]
    assert [[row["entry_id"], row["decision"]] for row in ledgers[0]] == [
        [row["entry_id"], row["decision"]] for row in ledgers[1]
    ]
