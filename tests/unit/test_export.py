"""Exporting: which records a set holds, what is said about them, what other programs see, where may be written."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.cli import main
from pipeline.dedup.tables import RECORD_COLUMNS
from pipeline.errors import ReviewError
from pipeline.export.bibtex import bibtex, latex
from pipeline.export.csv_table import LONGEST_CELL, csv_table
from pipeline.export.decisions import DECIDED
from pipeline.export.export import FORMATS, export
from pipeline.export.ris import ris
from pipeline.export.rows import ExportRow, visible
from pipeline.export.set_names import BY_ENTRY, SETS
from pipeline.export.sets import rows_of_set
from pipeline.formats import read_export
from pipeline.formats.carried import CSV_VALUES, OWN_NOTE, note_of, note_text
from pipeline.lock import run_lock
from pipeline.records import BIBLIOGRAPHIC_COLUMNS
from pipeline.report.conservation import ENTRY_STATES, STATE_COLUMNS
from pipeline.review import Review
from pipeline.stages.screen import SCREENED_COLUMNS
from pipeline.tables import parquet_bytes, read_parquet
from tests.flow.toy_review import fill, make_review, read_csv, run_stages, truth, write

ROW = ExportRow(
    "r7k3m9q2x4abcd",
    {
        "type": "article",
        "type_raw": "Article",
        "title": "Cost & <i>benefit</i>: 5% of {x}",
        "authors": ["van Dam, Ada", "World Health Organization", "Moss, Edith, Jr."],
        "journal": "Journal of Reeds",
        "year": 2019,
        "pages": "10-20",
        "pmid": "123",
        "pmcid": "PMC9",
        "doi": "10.5555/reeds.1",
        "keywords_author": ["one", "two; three"],
        "times_cited": 4,
    },
    {"database": ["Reed Index"], "FU": ["a fund"]},
    {"set": "included", "state": "included", "decision": "include", "stage": "full_text", "reviewers": "ann, ben"},
)
NOTE = (
    "review-pipeline: id=r7k3m9q2x4abcd; set=included; state=included; decision=include; stage=full_text; "
    "reviewers=ann, ben"
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """Return a toy review after two rounds of screening and one of full text, with an entry that cannot be read."""
    review = make_review(tmp_path_factory.mktemp("export") / "toy")
    write(review.references / "cut.bib", "@article{cut,\n  author = {Berg, Nora\n")
    run_stages(review)
    for _ in range(2):
        for sheet in sorted(review.worklists.glob("*-borderline.*.csv")):
            fill(sheet, {row["id"]: truth(row) for row in read_csv(sheet)})
        run_stages(review)
    for sheet in sorted(review.worklists.glob("*-full-text.*.csv")):
        answers = [
            {"retrieved": "yes", "decision": "include"},
            {"retrieved": "yes", "decision": "exclude", "reason": "E2"},
            {"retrieved": "no"},
            {"retrieved": "yes"},
        ]
        fill(sheet, {row["id"]: answers[n % 4] for n, row in enumerate(read_csv(sheet))})
    run_stages(review)
    return review


@pytest.fixture
def review(finished: Review, tmp_path: Path) -> Review:
    """Return a copy of the finished review."""
    return Review(Path(shutil.copytree(finished.folder, tmp_path / "toy")))


def states_of(review: Review) -> list[dict[str, Any]]:
    """Return the states of all entries."""
    return read_parquet(review.stages / "count" / "states.parquet", STATE_COLUMNS).to_dict("records")  # type: ignore[return-value]


def test_the_review_of_these_tests_has_records_in_many_states(finished: Review) -> None:
    found = {row["state"] for row in states_of(finished)}
    assert found >= {"duplicate", "removed", "excluded_human", "not_retrieved", "report_excluded", "included"}


def test_every_state_of_a_record_is_decided_and_a_set() -> None:
    states = set(ENTRY_STATES) - {"removed"}
    assert set(DECIDED) == states
    assert states <= set(SETS)
    assert {state for held in SETS.values() for state in held} == states


@pytest.mark.parametrize("chosen", SETS)
def test_a_set_holds_the_entries_of_its_states(finished: Review, chosen: str) -> None:
    rows, unreadable = rows_of_set(finished, chosen)
    states = [row for row in states_of(finished) if row["state"] in SETS[chosen]]
    if chosen == "screened":
        states = [row for row in states if row["lane"] == "main"]
    key = "entry_id" if chosen in BY_ENTRY else "record_id"
    assert [row.record_id for row in rows] == sorted(row[key] for row in states)
    assert unreadable == (1 if chosen == "identified" else 0)
    assert {row.said["state"] for row in rows} <= set(SETS[chosen])


def test_the_sets_add_up_as_the_flow_does(finished: Review) -> None:
    number = {chosen: len(rows_of_set(finished, chosen)[0]) for chosen in SETS}
    counts = json.loads((finished.outputs / "status.json").read_bytes())["counts"]
    assert number["identified"] + 1 == counts["identified"] + counts["other_identified"]
    assert number["records"] == number["identified"] - number["duplicate"]
    assert number["screened"] == counts["screened"]
    assert number["sought"] == counts["main"]["sought"] + counts["other"]["sought"]
    assert number["included"] == counts["main"]["included"] + counts["other"]["included"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("chosen", ["identified", "records", "included", "excluded", "awaiting"])
def test_what_a_review_exports_reads_back_as_its_tables_have_it(review: Review, chosen: str, name: str) -> None:
    out = review.folder / f"export.{name}"
    export(review, out, chosen, name)
    rows, _ = rows_of_set(review, chosen)
    entries = read_export(out.name, out.read_bytes()).reading.entries
    assert len(entries) == len(rows) > 0
    for entry, row in zip(entries, rows, strict=True):
        assert note_of(entry.extra[OWN_NOTE][0])["id"] == row.record_id
        assert {"year", "title", "authors", "doi"} <= set(entry.fields)
        assert dict(entry.fields) == row.values()
        assert {tag: values for tag, values in entry.extra.items() if tag != OWN_NOTE} == row.extra_values()


def test_a_row_holds_what_the_tables_hold(finished: Review) -> None:
    table = read_parquet(finished.stages / "deduplicate" / "records.parquet", RECORD_COLUMNS).to_dict("records")
    by_entry = {entry: record for record in table for entry in record["members"]}
    for row in rows_of_set(finished, "records")[0]:
        record = by_entry[row.record_id]
        for column in BIBLIOGRAPHIC_COLUMNS:
            given = record[column.name]
            assert row.fields[column.name] == (given if isinstance(given, list) or not pd.isna(given) else None)
    originals = {row.record_id: row for row in rows_of_set(finished, "identified")[0]}
    merged = next(row for row in rows_of_set(finished, "records")[0] if row.said["entries"])
    for entry in merged.said["entries"].split(", "):
        for tag, values in originals[entry].extra.items():
            assert set(values) <= set(merged.extra[tag])


def test_what_is_said_about_a_record(finished: Review) -> None:
    by_state = {row.said["state"]: row for row in rows_of_set(finished, "records")[0]}
    excluded = by_state["excluded_human"].said
    assert (excluded["decision"], excluded["stage"]) == ("exclude", "title_abstract")
    ledger = (finished.ledgers / f"{excluded['reviewers']}.csv").read_text("utf-8-sig")
    assert by_state["excluded_human"].record_id in ledger  # a decided record is shown by its decided entry
    assert excluded["reason"] in ("E1_no_meal", "E2_no_school")
    report = by_state["report_excluded"].said
    assert (report["decision"], report["stage"], report["reason"]) == ("exclude", "full_text", "E2_no_school")
    assert by_state["included"].said["study"] == by_state["included"].record_id
    merged = next(row for row in rows_of_set(finished, "records")[0] if row.said["entries"])
    assert merged.record_id in merged.said["entries"].split(", ")
    assert ", " in merged.said["sources"]
    records = {row.record_id for row in rows_of_set(finished, "records")[0]}
    assert {row.said["record"] for row in rows_of_set(finished, "duplicate")[0]} <= records


def test_ris_has_the_tags_that_other_programs_keep() -> None:
    lines = ris([ROW]).split("\n")
    assert lines[:2] == ["TY  - JOUR", "ID  - r7k3m9q2x4abcd"]
    for line in (
        "TI  - Cost & <i>benefit</i>: 5% of {x}",
        "AU  - World Health Organization",
        "T2  - Journal of Reeds",
        "SP  - 10",
        "EP  - 20",
        "KW  - two; three",
        "LB  - r7k3m9q2x4abcd",
        "N1  - PMID: 123",
        f"N1  - {NOTE}",
        "N1  - ASReview_relevant",
    ):
        assert line in lines
    assert lines[-3:] == ["ER  - ", "", ""]


def test_bibtex_has_the_id_as_key_and_names_as_they_are() -> None:
    text = bibtex([ROW])
    assert text.startswith("@article{r7k3m9q2x4abcd,\n")
    assert "  author = {van Dam, Ada and {World Health Organization} and {Moss, Edith, Jr.}},\n" in text
    assert r"  title = {Cost \& {<}i>benefit{<}/i>: 5\% of \{x\}}," in text
    assert f"  annote = {{{NOTE}}}" in text


def test_csv_has_the_columns_of_rayyan_and_asreview() -> None:
    (row,) = csv.DictReader(io.StringIO(csv_table([ROW])))
    assert row["key"] == row["id"] == "r7k3m9q2x4abcd"
    assert (row["included"], row["asreview_label"], row["decision"], row["notes"]) == ("1", "1", "include", NOTE)
    assert row["authors"] == "van Dam, Ada; World Health Organization; Moss, Edith, Jr."
    assert "label" not in row, "ASReview would take another tool's label for a decision"


@pytest.mark.parametrize(("decision", "label"), [("include", "1"), ("exclude", "0"), ("conflict", ""), ("", "")])
def test_only_decisions_become_labels(decision: str, label: str) -> None:
    (row,) = csv.DictReader(io.StringIO(csv_table([ExportRow("r1", {"title": "T"}, {}, {"decision": decision})])))
    assert (row["included"], row["asreview_label"]) == (label, label)


def test_formulas_are_disarmed_and_come_back() -> None:
    rows = [ExportRow("r1", {"title": "=HYPERLINK(1)", "publisher": "+1", "series": "'=x"}, {}, {"reason": "@x"})]
    (row,) = csv.DictReader(io.StringIO(csv_table(rows)))
    assert (row["title"], row["publisher"], row["series"], row["reason"]) == ("'=HYPERLINK(1)", "'+1", "''=x", "'@x")
    assert row[CSV_VALUES] == ""
    (entry,) = read_export("x.csv", csv_table(rows).encode()).reading.entries
    assert dict(entry.fields) == rows[0].values()


def test_long_cells_are_parted_and_come_back() -> None:
    row = ExportRow("r1", {"title": "T", "abstract": "word and " * 20_000, "cited_references": ["a; b" * 9000] * 20})
    text = csv_table([row, ExportRow("r2", {"title": "U"})])
    csv.field_size_limit(131_072)
    assert max(len(cell) for cells in csv.reader(io.StringIO(text)) for cell in cells) <= LONGEST_CELL + 1
    first, second = read_export("x.csv", text.encode()).reading.entries
    assert dict(first.fields) == row.values()
    assert (dict(second.fields), set(second.extra)) == ({"title": "U"}, {OWN_NOTE})


@pytest.mark.parametrize("name", FORMATS)
def test_a_corrected_title_wins_over_the_carried_one(name: str) -> None:
    row = ExportRow("r1", {"title": "A <i>fisrt</i>\u2028try", "abstract": "First line.\nSecond line."})
    text = FORMATS[name].write([row])
    found = re.sub(r"^(TI  - |  title = \{|r1,r1,).*?(\}?,.*|)$", r"\g<1>A first try\2", text, count=1, flags=re.M)
    if name == "csv":
        cells = list(csv.reader(io.StringIO(text)))
        cells[1][cells[0].index("title")] = "A first try"
        stream = io.StringIO()
        csv.writer(stream).writerows(cells)
        found = stream.getvalue()
    (entry,) = read_export("x", found.encode()).reading.entries
    assert entry.fields["title"] == "A first try"
    assert entry.fields["abstract"] == "First line.\nSecond line.", "what nobody touched is as it was"


@pytest.mark.parametrize("name", FORMATS)
def test_a_decision_made_elsewhere_since_is_read_as_a_label(name: str) -> None:
    text = FORMATS[name].write([ExportRow("r1", {"title": "T"}, {}, {"decision": ""})])
    if name == "ris":
        (entry,) = read_export("x", text.replace("ASReview_not_seen", "ASReview_relevant").encode()).reading.entries
        assert entry.fields["label"] == "included"
    (entry,) = read_export("x", text.encode()).reading.entries
    assert "label" not in entry.fields


def test_files_of_others_are_read_as_ever() -> None:
    """Only our own note makes carried values count."""
    values = '[["title","Changed",""],["publisher","P",""]]'
    text = f"TY  - JOUR\nTI  - T\nID  - x\nN1  - a note\nU5  - {values}\nER  - \n"
    (entry,) = read_export("x.ris", text.encode()).reading.entries
    assert dict(entry.fields) == {"type_raw": "JOUR", "type": "article", "title": "T"}
    assert dict(entry.extra) == {"ID": ["x"], "N1": ["a note"], "U5": [values]}


@pytest.mark.parametrize(
    "values",
    [
        '[["year",1e5,""]]',
        '[["year",99999999999999999999,""]]',
        '[["year",true,""]]',
        '[["authors","one",""]]',
        '[["authors",[1],""]]',
        '[["no such column","x",""]]',
        '[["publisher","\\ud800",""]]',
        '[["publisher","x"]]',
        '[["publisher",{"a":1},""]]',
        '[["publisher"' + "[" * 5000,
    ],
)
def test_carried_values_that_no_column_can_hold_stay_text(values: str) -> None:
    text = f"TY  - JOUR\nTI  - T\nN1  - review-pipeline: id=r1\nU5  - {values}\nER  - \n"
    (entry,) = read_export("x.ris", text.encode()).reading.entries
    assert set(entry.fields) == {"type_raw", "type", "title"}
    assert entry.extra["U5"] == [values]


def test_notes_are_read_as_they_are_written() -> None:
    said = {"id": "r1", "decision": "include", "reason": "", "reviewers": "ann, ben"}
    assert note_of(note_text(said)) == {name: value for name, value in said.items() if value}
    row = ExportRow("r1", said={"reason": "a; decision=exclude {b}\n\\c"})
    assert row.note == "review-pipeline: id=r1; reason=a, decision:exclude b c"


def test_visible_text() -> None:
    assert visible(" a\u2028b\tc\x00\x1b[0m\ufeff\u200d\u202e ") == "a b c[0m\u200d\u202e"
    assert latex("}{ &amp; a--b ~") == (r"\textbraceright{}\textbraceleft{} \&{}amp; a-{}-b \textasciitilde{}")


# Where may be written.


def test_the_line_says_how_many_of_what_where(review: Review) -> None:
    number = len(rows_of_set(review, "sought")[0])
    out = review.folder / "exports" / "sought.ris"
    assert export(review, out, "sought") == f"{number} records of the set sought written as RIS to {out.as_posix()}"
    line = export(review, review.folder / "all.csv", "identified")
    assert re.fullmatch(r"\d+ entries of .* as CSV to .*; 1 that could not be read are left out", line)


@pytest.mark.parametrize(
    ("name", "content"), [("ris", b""), ("bibtex", b"% no records\n"), ("csv", b"\xef\xbb\xbfkey,")]
)
def test_an_empty_set_writes_an_empty_file_and_says_so(review: Review, name: str, content: bytes) -> None:
    out = review.folder / f"x.{name}"
    line = export(review, out, "excluded_machine", name)
    assert line.startswith("0 records of the set excluded_machine")
    assert line.endswith("(the set is empty, the file holds no record)")
    assert out.read_bytes().startswith(content)
    assert b"\nr" not in out.read_bytes()


def test_only_what_an_export_wrote_is_replaced(review: Review) -> None:
    out = review.folder / "x.ris"
    export(review, out, "included")
    export(review, out, "excluded")
    before = out.read_bytes()
    out.write_bytes(before + b"\n")
    with pytest.raises(ReviewError, match="is there already"):
        export(review, out, "included")
    assert out.read_bytes() == before + b"\n"
    export(review, out, "included", force=True)
    assert out.read_bytes() != before + b"\n"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    "place", ["references/food.ris", "references/new/x.ris", "screening/x.csv", "a/../screening/x.csv"]
)
def test_nothing_is_written_among_people_s_files(review: Review, place: str, force: bool) -> None:
    def files() -> dict[Path, bytes]:
        found = (path for path in review.folder.rglob("*") if path.is_file() and review.state not in path.parents)
        return {path: path.read_bytes() for path in found}

    before = files()
    (review.folder / "a").mkdir()
    with pytest.raises(ReviewError, match="people's files"):
        export(review, review.folder / place, force=force)
    assert files() == before


@pytest.mark.parametrize("force", [False, True])
def test_nothing_is_written_through_links(review: Review, tmp_path: Path, force: bool) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "theirs.ris").write_text("theirs")
    (review.folder / "link.ris").symlink_to(outside / "theirs.ris")
    (review.folder / "exports").symlink_to(outside)
    (review.folder / "sheets").symlink_to(review.screening)
    for place, words in (
        ("link.ris", "symbolic link"),
        ("exports/x.ris", "leads out of the review"),
        ("exports/deep/x.ris", "leads out of the review"),
        ("sheets/x.ris", "people's files"),
    ):
        with pytest.raises(ReviewError, match=words):
            export(review, review.folder / place, force=force)
    assert [path.read_text() for path in outside.rglob("*")] == ["theirs"]


def test_a_folder_outside_that_is_reached_by_a_link_is_fine(review: Review, tmp_path: Path) -> None:
    """/tmp is a link on some systems."""
    (tmp_path / "real").mkdir()
    (tmp_path / "named").symlink_to(tmp_path / "real")
    export(review, tmp_path / "named" / "x.bib")
    assert (tmp_path / "real" / "x.bib").is_file()


def test_wrong_use_is_named(review: Review, tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="no such set; found 'inclded'; allowed: identified"):
        export(review, tmp_path / "x.ris", "inclded")
    with pytest.raises(ReviewError, match="names no format"):
        export(review, tmp_path / "x.xlsx")
    with pytest.raises(ReviewError, match="is a folder"):
        export(review, tmp_path, name="ris")
    shutil.rmtree(review.outputs)
    with pytest.raises(ReviewError, match="was not run yet"):
        export(review, tmp_path / "x.ris")


def test_a_stopped_run_and_a_running_one_are_named(review: Review, tmp_path: Path) -> None:
    with run_lock(review.state / "lock"), pytest.raises(ReviewError, match="another run"):
        export(review, tmp_path / "x.ris")
    empty = read_parquet(review.stages / "screen" / "screened.parquet", SCREENED_COLUMNS).head(0)
    (review.stages / "screen" / "screened.parquet").write_bytes(parquet_bytes(empty, SCREENED_COLUMNS))
    with pytest.raises(ReviewError, match="stopped before its end"):
        export(review, tmp_path / "x.ris", "records")
    assert not (tmp_path / "x.ris").exists()


def test_the_command(review: Review, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.bib"
    arguments = ["export", "--review", str(review.folder), "--set", "sought", "--out", str(out)]
    assert main(arguments) == 0
    assert "of the set sought written as BibTeX" in capsys.readouterr().out
    out.write_text("mine")
    assert main(arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*arguments, "--force"]) == 0
