"""What people say about duplicates holds: answers, splits, opposite decisions, linked studies; through whole runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.decisions.take_over import take_over
from pipeline.errors import ReviewError
from pipeline.explain import explain
from pipeline.review import Review
from pipeline.split import split
from tests.flow.toy_review import (
    bibtex,
    command,
    fill,
    make_review,
    output_hashes,
    read_csv,
    ris,
    run_stages,
    statuses,
    works,
    write,
)


def clusters(review: Review) -> dict[str, str]:
    """Return entry -> record of the last run."""
    rows = pq.read_table(review.stages / "deduplicate" / "clusters.parquet").to_pylist()
    return {row["entry_id"]: row["cluster_id"] for row in rows}


def joined(review: Review) -> tuple[str, str]:
    """Return the record and the other entry of a record of two entries."""
    found = clusters(review)
    return next((record, entry) for entry, record in sorted(found.items()) if entry != record)


def question(review: Review, one: dict[str, str], other: dict[str, str]) -> Path:
    """Put two works into exports of their own, run, and return the duplicates sheet that asks about them."""
    write(review.references / "one.ris", ris([one]))
    write(review.references / "other.ris", ris([other]))
    run_stages(review)
    return min(review.duplicate_sheets.glob("*.csv"))


WELL = {
    "title": "Neighbours who repair the village well together",
    "abstract": "Neighbours repair a well. " * 30,
    "journal": "Journal of Wells",
    "author": "Aalto, Ida",
    "year": "2011",
    "doi": "10.5555/well.1",
    "volume": "3",
    "pages": "11-19",
}
OTHER_WELL = WELL | {"doi": "10.5555/well.2", "pages": "111-119"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a toy review that was run once."""
    review = make_review(tmp_path_factory.mktemp("people") / "toy")
    run_stages(review)
    return review.folder


@pytest.fixture
def review(finished: Path, tmp_path: Path) -> Review:
    """Return a fresh copy of the finished toy review."""
    return Review(Path(shutil.copytree(finished, tmp_path / "toy")))


# --- the sheet ------------------------------------------------------------------------------------------------------


def test_the_sheet_shows_both_side_by_side_and_says_what_differs(review: Review) -> None:
    (row,) = read_csv(question(review, WELL, OTHER_WELL))
    assert row["differs"] == "differ: pages, doi; agree: title, authors, year, journal, volume, abstract"
    assert {row["doi"], row["other_doi"]} == {"10.5555/well.1", "10.5555/well.2"}
    assert row["sources"]
    assert row["other_sources"]
    assert len(row["abstract"]) < 420
    assert row["abstract"].endswith(" ...")
    assert "same title and authors, published elsewhere" in row["why"]


@pytest.mark.parametrize(("answer", "together"), [("same", True), ("different", False), ("same study", False)])
def test_an_answer_holds_in_later_runs_and_is_not_asked_again(review: Review, answer: str, together: bool) -> None:
    sheet = question(review, WELL, OTHER_WELL)
    (row,) = read_csv(sheet)
    fill(sheet, {row["id"]: {"answer": answer}})
    run = run_stages(review)
    found = clusters(review)
    assert (found[row["id"]] == found[row["other_id"]]) is together
    for number in range(3):  # more copies, which change the smallest id of the two clusters
        write(review.references / f"again{number}.bib", bibtex([WELL | {"title": f"{WELL['title']}{'.' * number}"}]))
        run = run_stages(review)
        found = clusters(review)
        assert (found[row["id"]] == found[row["other_id"]]) is together
        assert not [name for name in run.issued.new if "duplicates" in name]
    assert set(statuses(run_stages(review)).values()) == {"unchanged"}


def test_an_answer_holds_when_the_exports_are_downloaded_again(review: Review) -> None:
    """The database writes a number of citations now: new ids, the same texts."""
    sheet = question(review, WELL, OTHER_WELL | {"abstract": f"{WELL['abstract']}They dig."})
    (row,) = read_csv(sheet)
    fill(sheet, {row["id"]: {"answer": "same"}})
    run_stages(review)
    number = len(set(clusters(review).values()))
    for name in ("one.ris", "other.ris"):
        text = (review.references / name).read_text("utf-8")
        write(review.references / name, text.replace("ER  - ", "N1  - Cited By: 3\nER  - "))
    run = run_stages(review, accept_changes=True)
    assert row["id"] not in clusters(review)
    assert len(set(clusters(review).values())) == number
    assert not [name for name in run.issued.new if "duplicates" in name]


# --- split ----------------------------------------------------------------------------------------------------------


def test_a_split_is_one_row_and_holds_in_later_runs(review: Review) -> None:
    record, other = joined(review)
    lines = split(review, record)
    assert lines[0].startswith(f"{other} (")
    assert f"is taken out of record {record}" in lines[0]
    (row,) = read_csv(review.ledgers / "ann.csv")
    assert (row["stage"], row["entry_id"], row["other_entry_id"], row["decision"]) == ("split", other, record, "split")
    before = len(set(clusters(review).values()))
    run = run_stages(review)
    assert len(set(clusters(review).values())) == before + 1
    assert clusters(review)[other] != clusters(review)[record]
    assert not [name for name in run.issued.new if "duplicates" in name]
    write(review.references / "again.bib", bibtex(works()))
    run_stages(review)
    assert clusters(review)[other] != clusters(review)[record]
    with pytest.raises(ReviewError, match="was taken out of its record already"):
        split(review, other)


def test_a_split_is_taken_back_by_undo(review: Review) -> None:
    record, other = joined(review)
    before = output_hashes(review)
    split(review, other)
    run_stages(review)
    split(review, record, undo=True)
    run_stages(review)
    after = output_hashes(review)
    assert clusters(review)[other] == record
    tables = ("stages/deduplicate/clusters.parquet", "stages/deduplicate/records.parquet", "report/counts.json")
    assert {name: after[name] for name in tables} == {name: before[name] for name in tables}
    with pytest.raises(ReviewError, match="no split of this id"):
        split(review, record, undo=True)


def test_of_more_than_two_entries_one_is_named_or_all_are_parted(review: Review) -> None:
    write(review.references / "again.bib", bibtex(works()[16:24]))
    run_stages(review)
    found = clusters(review)
    record = next(record for record in found.values() if list(found.values()).count(record) == 3)
    members = sorted(entry for entry, of in found.items() if of == record)
    named = next(entry for entry in members if entry != record)
    split(review, record, [named])
    run_stages(review)
    found = clusters(review)
    assert [found[entry] == found[record] for entry in members].count(True) == 2
    assert found[named] == named
    split(review, record)
    run_stages(review)
    found = clusters(review)
    assert len({found[entry] for entry in members}) == 3


def test_decisions_stay_with_the_entry_they_were_made_on(review: Review) -> None:
    record, other = joined(review)
    decide(review, {record: "include"})
    run_stages(review)
    (line, _) = split(review, record)
    assert f"1 decision stays with {record}, none go with {other}, which waits for people" in line
    run_stages(review)
    assert (states(review)[record], states(review)[other]) == ("awaiting_retrieval", "awaiting_screening")


@pytest.mark.parametrize("word", ["r0000000000000", "nonsense"])
def test_an_unknown_id_is_refused_with_the_nearest(review: Review, word: str) -> None:
    with pytest.raises(ReviewError, match="no entry or record of this review has this id"):
        split(review, word)
    record, other = joined(review)
    with pytest.raises(ReviewError, match=f"did you mean '{other}'"):
        split(review, record, [other[:-1] + ("0" if other[-1] != "0" else "1")])
    with pytest.raises(ReviewError, match="unknown reviewer; did you mean 'ann'"):
        split(review, record, reviewer="anne")


def test_a_record_of_one_entry_cannot_be_split(review: Review) -> None:
    found = clusters(review)
    alone = next(entry for entry, record in found.items() if list(found.values()).count(record) == 1)
    with pytest.raises(ReviewError, match="nothing to split"):
        split(review, alone)


def test_the_command_says_what_it_did_and_ends_with_2_on_a_mistake(review: Review) -> None:
    record, other = joined(review)
    done = command("split", record, "--review", str(review.folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(other)
    wrong = command("split", "r0", "--review", str(review.folder))
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("error: no entry or record of this review has this id")
    assert wrong.stderr.count("\n") == 1


# --- opposite decisions ---------------------------------------------------------------------------------------------


def decide(review: Review, answers: dict[str, str]) -> None:
    """Take decisions on records into ann's ledger, by id."""
    rows = "".join(f"{entry},{word},{'E1' if word == 'exclude' else ''}\n" for entry, word in answers.items())
    write(review.folder / "said.csv", f"id,decision,reason\n{rows}")
    take_over(review, review.folder / "said.csv", "ann")


def states(review: Review) -> dict[str, str]:
    """Return entry -> state of the last run."""
    return {row["entry_id"]: row["state"] for row in read_csv(review.outputs / "report" / "records.csv")}


def test_opposite_decisions_are_joined_only_by_a_person(review: Review) -> None:
    """A record's entries are decided apart while a split holds; the split is taken back, and the rules would join."""
    record, other = joined(review)
    split(review, record)
    run_stages(review)
    decide(review, {record: "include", other: "exclude"})
    split(review, record, undo=True)
    run = run_stages(review)
    assert (states(review)[record], states(review)[other]) == ("awaiting_retrieval", "excluded_human")
    assert clusters(review)[record] != clusters(review)[other]
    (sheet,) = [name for name in run.issued.new if "duplicates" in name]
    (row,) = read_csv(review.folder / sheet)
    assert row["why"].startswith("not joined: one was included, the other excluded")
    fill(review.folder / sheet, {row["id"]: {"answer": "same"}})
    run = run_stages(review)
    assert clusters(review)[record] == clusters(review)[other]
    assert any("conflicts" in item.file for item in run.issued.waiting)


def test_a_new_copy_does_not_join_two_records_decided_apart(review: Review) -> None:
    (row,) = read_csv(question(review, WELL, OTHER_WELL))
    one, other = row["id"], row["other_id"]
    decide(review, {one: "include", other: "exclude"})
    run_stages(review)
    copy = WELL | {"title": f"{WELL['title']}.", "doi": "", "journal": "Journal of Wells and Ponds"}
    write(review.references / "copy.bib", bibtex([copy, copy | {"doi": "10.5555/well.2"}]))
    run_stages(review)
    found = clusters(review)
    assert found[one] == one
    assert found[other] == other


def test_a_decision_that_bears_on_no_cluster_leaves_the_duplicates_alone(review: Review) -> None:
    record, _ = joined(review)
    decide(review, {record: "include"})
    status = statuses(run_stages(review))
    assert status["compare"] == status["deduplicate"] == "unchanged"
    assert status["reconcile"] == "ran"


def test_the_id_of_a_decided_record_stays_and_explain_knows_the_old_ids(review: Review) -> None:
    listed = {row["id"] for path in review.worklists.glob("*-borderline.*.csv") for row in read_csv(path)}
    decided = sorted(listed)[::2]
    decide(review, dict.fromkeys(decided, "include"))
    run_stages(review)
    write(review.references / "again.bib", bibtex(works()))
    run_stages(review)
    found = clusters(review)
    assert all(found[entry] == entry for entry in decided)
    shown = {row["entry_id"]: row["record_id"] for row in read_csv(review.outputs / "report" / "records.csv")}
    assert shown == found
    renamed = next(entry for entry in sorted(listed - set(decided)) if found[entry] != entry)
    text = "\n".join(explain(review, renamed))
    assert f"Record {renamed} of screening/worklists/000" in text
    assert f"is now part of record {found[renamed]}" in text


# --- explain and sources --------------------------------------------------------------------------------------------


def test_explain_shows_what_each_entry_says_and_how_to_split(review: Review) -> None:
    changed = works()[16] | {"title": works()[16]["title"].upper(), "pages": "1-99"}
    write(review.references / "again.bib", bibtex([changed | {"journal": "J School Food"}]))
    run_stages(review)
    rows = read_csv(review.outputs / "report" / "records.csv")
    entry, record = next((row["entry_id"], row["record_id"]) for row in rows if row["file"] == "again.bib")
    text = "\n".join(explain(review, entry))
    assert f"Record {record}: 3 entries are this work" in text
    assert "differs from the record: " in text
    assert "J School Food" in text
    assert "duplicate by rule: same identifier and title" in text
    assert f"`python -m pipeline split {record} ENTRY` takes an entry out" in text


def test_the_sources_add_up(review: Review) -> None:
    report = review.outputs / "report"
    sets, each = read_csv(report / "source_intersections.csv"), read_csv(report / "source_overlap.csv")
    records = len(set(clusters(review).values()))
    assert sum(int(row["records"]) for row in sets) == records
    assert [row["source"] for row in each] == ["Food Index", "Schools Register", "Ministry website"]
    for row in each:
        assert int(row["records"]) == int(row["unique"]) + int(row["shared"])
        assert int(row["records"]) == sum(int(item["records"]) for item in sets if item[row["source"]] == "yes")
    page = (report / "index.html").read_text("utf-8")
    alone = (report / "source_overlap.svg").read_text("utf-8")
    assert "@font-face" in alone  # opened by itself it is set in the typeface its boxes were measured for
    assert re.sub("<style>.*?</style>", "", alone, flags=re.DOTALL).strip() in page
