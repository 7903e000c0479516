"""Order does not matter, and a review lives: new exports change no id, no decision, no cluster of what was there."""

from __future__ import annotations

import csv
import io
import random
import shutil
from pathlib import Path

import pytest

from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES
from pipeline.tables import read_parquet
from tests.flow.toy_review import (
    SOURCES,
    bibtex,
    fill,
    make_review,
    read_csv,
    ris,
    run_stages,
    table,
    truth,
    works,
    write,
)


def rows(review: Review, name: str) -> list[dict[str, object]]:
    """Return the rows of a stage's table."""
    stage, _, which = name.partition("/")
    columns = next(item for item in STAGES if item.name == stage).columns(which)
    return read_parquet(review.stages / f"{name}.parquet", columns).to_dict("records")  # type: ignore[return-value]


def identity(review: Review) -> tuple[set[tuple[object, ...]], object]:
    """Return what must not depend on order: entry, cluster and state of each entry, and the counts."""
    clusters = {row["entry_id"]: row["cluster_id"] for row in rows(review, "deduplicate/clusters")}
    states = {
        (row["entry_id"], clusters.get(row["entry_id"]), row["record_id"], row["state"])
        for row in rows(review, "count/states")
    }
    return states, (review.outputs / "report" / "counts.json").read_bytes()


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """Return the toy review after one run."""
    review = make_review(tmp_path_factory.mktemp("order") / "toy")
    run_stages(review)
    return review


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_rows_and_renamed_exports_change_nothing(reference: Review, tmp_path: Path, seed: int) -> None:
    shuffle = random.Random(seed).shuffle
    review = make_review(tmp_path / "toy")
    blocks = (reference.references / "food.ris").read_text().split("ER  - \n")[:-1]
    shuffle(blocks)
    write(review.references / "a folder" / "z.txt", "ER  - \n".join(blocks) + "ER  - \n")
    header, *lines = list(csv.reader(io.StringIO((reference.references / "schools.csv").read_text())))
    shuffle(lines)
    order = list(range(len(header)))
    shuffle(order)
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows([[row[place] for place in order] for row in [header, *lines]])
    write(review.references / "0.csv", stream.getvalue())
    entries = (reference.references / "ministry.bib").read_text().split("\n\n")
    shuffle(entries)
    write(review.references / "m.bib", "\n\n".join(entry.strip() for entry in entries))
    for name in ("food.ris", "schools.csv", "ministry.bib"):
        (review.references / name).unlink()
    log = SOURCES.replace("food.ris", "a folder/z.txt").replace("schools.csv", "0.csv").replace("ministry.bib", "m.bib")
    write(review.search_log, log)
    run_stages(review)
    assert identity(review) == identity(reference)


def decide(review: Review, rounds: int) -> ReviewRun:
    """Fill the borderline sheets rightly, some rounds long."""
    for _ in range(rounds):
        for sheet in sorted(review.worklists.glob("*-borderline.*.csv")):
            fill(sheet, {row["id"]: truth(row) for row in read_csv(sheet)})
        run = run_stages(review)
    return run


def test_a_new_export_changes_no_id_of_a_decided_record_and_loses_no_decision(tmp_path: Path) -> None:
    items = works()
    review = make_review(tmp_path / "toy")
    (review.references / "schools.csv").rename(tmp_path / "later.csv")
    write(review.search_log, SOURCES.replace('export = "schools.csv"', 'export = "schools-not-yet.csv"'))
    run_stages(review)
    decide(review, 2)
    before = {row["record_id"]: row["state"] for row in rows(review, "count/states") if row["state"] != "duplicate"}
    given = {row["entry_id"] for row in rows(review, "decisions/screening")}
    decided = {key: state for key, state in before.items() if key in given}
    assert len(decided) > 15
    shutil.copy(tmp_path / "later.csv", review.references / "schools.csv")
    write(review.references / "more.ris", ris(items[30:]))
    write(review.search_log, SOURCES)
    run = run_stages(review)
    after = {row["record_id"]: row["state"] for row in rows(review, "count/states") if row["state"] != "duplicate"}
    assert {key: after.get(key) for key in decided} == decided
    assert run.status()["counts"]["duplicates"] > 8
    known = {row["entry_id"] for row in rows(review, "decisions/screening")}
    sheets = [read_csv(review.folder / name) for name in run.issued.new]
    assert not known & {row["id"] for sheet in sheets for row in sheet if "decision" in row and "band" in row}


def test_first_one_export_then_both_gives_the_clusters_of_both_at_once(reference: Review, tmp_path: Path) -> None:
    review = make_review(tmp_path / "toy")
    (review.references / "schools.csv").rename(tmp_path / "later.csv")
    run_stages(review)
    (tmp_path / "later.csv").rename(review.references / "schools.csv")
    run_stages(review)
    assert identity(review) == identity(reference)


def test_an_edited_export_keeps_the_decisions_by_the_text(tmp_path: Path) -> None:
    """A database writes another number of citations at the next download: new ids, the same titles and abstracts."""
    review = make_review(tmp_path / "toy")
    run_stages(review)
    decide(review, 3)
    before = run_stages(review).status()["counts"]
    text = (review.references / "food.ris").read_text()
    write(review.references / "food.ris", text.replace("ER  - ", "N1  - Cited By: 3\nER  - "))
    run = run_stages(review)
    texts = [notice.text for notice in run.notices]
    assert any("food.ris" in text and "was edited" in text for text in texts)
    assert run.exit_status == 3
    after = run.status()["counts"]
    assert {key: after[key] for key in ("excluded_records", "screened")} == {
        key: before[key] for key in ("excluded_records", "screened")
    }
    assert run_stages(review, accept_changes=True).exit_status == 0
    assert run_stages(review).exit_status == 0


def test_an_export_that_was_taken_away_is_named_and_comes_back_with_its_decisions(tmp_path: Path) -> None:
    review = make_review(tmp_path / "toy")
    run_stages(review)
    decide(review, 2)
    before = identity(review)
    ledger = (review.ledgers / "ann.csv").read_bytes()
    (review.references / "food.ris").rename(tmp_path / "kept.ris")
    run = run_stages(review)
    assert any("food.ris" in notice.text and "taken away" in notice.text for notice in run.notices)
    assert any("is kept" in notice.text for notice in run.notices)
    assert (review.ledgers / "ann.csv").read_bytes() == ledger
    (tmp_path / "kept.ris").rename(review.references / "food.ris")
    run_stages(review)
    assert identity(review) == before


def test_the_website_lane_goes_to_retrieval_and_its_duplicates_are_a_declared_line(reference: Review) -> None:
    counts = run_stages(reference).status()["counts"]
    assert counts["other_identified"] == 5
    assert counts["other_removed"] == [{"label": "duplicates of other records", "n": 2, "code": "duplicate"}]
    assert counts["other"]["sought"] == 3
    assert [line["label"] for line in counts["registers"]] == ["Schools Register"]


def test_the_generators_of_the_toy_review_write_what_they_should() -> None:
    items = works()
    assert (len(items), ris(items).count("TY  - "), len(table(items).splitlines()), bibtex(items).count("@")) == (
        36,
        36,
        37,
        36,
    )


def test_a_work_from_a_website_whose_full_text_was_decided_is_not_asked_about_again(tmp_path: Path) -> None:
    review = make_review(tmp_path / "toy")
    run_stages(review)
    sheet = next(review.worklists.glob("*-full-text.ann.csv"))
    listed = [row["id"] for row in read_csv(sheet)]
    fill(sheet, {listed[0]: {"retrieved": "yes", "decision": "include"}})
    assert run_stages(review).status()["counts"]["studies_included"] == 1
    write(review.references / "more.ris", ris(works()[30:]))  # the database has it too, now
    counts = run_stages(review).status()["counts"]
    assert counts["studies_included"] == 1
    assert (counts["main"]["included"], counts["other"]["included"]) == (1, 0)
    assert listed[0] in {row["record_id"] for row in rows(review, "full_text/reports")}


def test_an_undecided_record_whose_id_changes_is_not_issued_twice(tmp_path: Path) -> None:
    """A later export brings a smaller entry of a record that waits on a sheet: the sheet still stands for it."""
    review = make_review(tmp_path / "toy")
    run_stages(review)
    sheets = {path: read_csv(path) for path in review.worklists.glob("*-borderline.*.csv")}
    listed = {row["id"] for each in sheets.values() for row in each}
    write(review.references / "again.bib", bibtex(works()))
    run_stages(review)
    shown = {row["entry_id"]: row["record_id"] for row in rows(review, "count/states")}
    assert {shown[entry] for entry in listed} != listed
    for path, each in sheets.items():
        fill(path, {row["id"]: truth(row) for row in each})
    run = run_stages(review)
    later = [read_csv(review.folder / name) for name in run.issued.new if "borderline" in name]
    again = {shown[row["id"]] for each in later for row in each} & {shown[entry] for entry in listed}
    assert not again
    counts = run.status()["counts"]
    assert counts["excluded_records"] + counts["main"]["sought"] == len(listed)


def test_a_maybe_of_one_of_two_readers_is_a_decision_and_somebody_else_settles_it(tmp_path: Path) -> None:
    review = make_review(tmp_path / "toy")
    text = review.protocol.read_text().replace("readers_per_record = 1", 'readers_per_record = 2\nresolver = "cleo"')
    write(review.protocol, text)
    run_stages(review)
    ann, ben = (review.worklists / f"000{number}-borderline.{name}.csv" for number, name in ((1, "ann"), (2, "ben")))
    answers = {row["id"]: {"decision": "exclude", "reason": "E1"} for row in read_csv(ann)}
    fill(ann, answers)
    fill(ben, {entry: {"decision": "maybe"} for entry in answers})
    run = run_stages(review)
    later = {name.partition("-")[2]: read_csv(review.folder / name) for name in run.issued.new}
    assert not {row["id"] for name in later if "borderline" in name for row in later[name]} & set(answers)
    assert {row["id"] for row in later["conflicts.cleo.csv"]} == set(answers)
    assert {row["why"] for row in later["conflicts.cleo.csv"]} == {"a reader wrote maybe"}
