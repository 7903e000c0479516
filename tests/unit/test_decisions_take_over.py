"""Taking over decisions made elsewhere: matched by id, DOI or title, never by guessing, and never twice."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.decisions.ledger import LedgerRow, append_rows, read_ledger
from pipeline.decisions.take_over import plain_title, take_over
from pipeline.errors import ReviewError
from pipeline.identity import text_sha256
from pipeline.review import Review
from tests.unit.decisions_support import IDS, assert_line, save_workbook

PROTOCOL = """
[review]
title = "School meals"
question = "What helps?"
version = "3"

[criteria.C1]
label = "A meal"
include_if = "A meal at school."

[criteria.E1_machine]
label = "Machines"
exclude_if = "Kitchen machines."

[criteria.E2_policy]
label = "Politics, policy"
exclude_if = "Only policy."

[screening]
reviewers = ["ann"]
past_reviewers = ["cleo"]
"""

# entry, record it belongs to, title, DOI, year
WORKS = [
    (0, 0, "Free school meals: a trial", "10.1234/a", 2010),
    (1, 0, "Free School Meals - A Trial", None, 2010),
    (2, 2, "Écoles et cantines", "10.1234/b", 2011),
    (3, 3, "Editorial", None, 2012),
    (4, 4, "Editorial", None, 2013),
    (5, 5, "One DOI, two works", "10.1234/c", 2014),
    (6, 6, "One DOI, two works: part two", "10.1234/c", 2014),
    (7, 7, None, None, None),
]


@pytest.fixture
def review(tmp_path: Path) -> Review:
    """Return a review as a run leaves it, as far as taking over needs it."""
    review = Review(tmp_path / "review")
    review.screening.mkdir(parents=True)
    review.protocol.write_text(PROTOCOL)
    tables = {
        "import/entries": [
            {"entry_id": IDS[n], "title": title, "abstract": f"On {n}.", "doi": doi, "year": year}
            for n, _, title, doi, year in WORKS
        ],
        "deduplicate/records": [
            {"members": [IDS[n] for n, r, *_ in WORKS if r == record], "title": title, "abstract": f"On {record}."}
            for entry, record, title, *_ in WORKS
            if entry == record
        ],
        "count/states": [{"entry_id": IDS[n], "record_id": IDS[record]} for n, record, *_ in WORKS],
    }
    for name, rows in tables.items():
        path = review.stages / f"{name}.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), path)
    return review


def take(review: Review, text: str, name: str = "old.csv", reviewer: str = "cleo") -> tuple[list[str], int]:
    table = review.folder / name
    table.write_bytes(text.encode())
    return take_over(review, table, reviewer)


def ledger(review: Review, reviewer: str = "cleo") -> tuple[LedgerRow, ...]:
    path = review.ledgers / f"{reviewer}.csv"
    return read_ledger(reviewer, path.read_bytes(), path.name).rows if path.exists() else ()


def decisions(review: Review) -> list[tuple[str, str, str]]:
    return [(row.entry_id, row.decision, row.reason) for row in ledger(review)]


@pytest.mark.parametrize(
    ("cells", "entry"),
    [
        (f"{IDS[1]},,", 1),
        (f" {IDS[1].upper()} ,,", 1),
        (",10.1234/A,", 0),
        (",https://doi.org/10.1234/b,", 2),
        (",http://dx.doi.org/10.1234/b,", 2),
        (",doi: 10.1234/b.,", 2),
        (",,FREE SCHOOL MEALS A TRIAL", 0),
        (",,ecoles et cantines", 2),
        (",10.1234/c,One DOI two works: part two", 6),
        (",10.9999/zzz,Écoles et cantines", 2),
        ("17,,Écoles et cantines", 2),
    ],
)
def test_a_row_is_matched_by_id_doi_or_title(review: Review, cells: str, entry: int) -> None:
    lines, status = take(review, f"decision,id,doi,title\ninclude,{cells}\n".replace('"', ""))
    assert (lines, status) == (["1 decisions taken into screening/decisions/cleo.csv, 0 were in it already"], 0)
    assert decisions(review) == [(IDS[entry], "include", "")]


def test_the_year_decides_between_equal_titles(review: Review) -> None:
    _, status = take(review, "title,year,decision\nEditorial,2013,yes\nEditorial,2012.0,maybe\n")
    assert (status, decisions(review)) == (0, [(IDS[4], "include", ""), (IDS[3], "maybe", "")])


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        ("include,,,Editorial,", ("fits more than one work of the review", "found 'Editorial'")),
        ("include,,,Editorial,1999", ("fits more than one work of the review",)),
        ("include,,,Nothing like it,", ("fits no work of the review", "found 'Nothing like it'")),
        ("include,,,,", ("fits no work of the review",)),
        ("include,,10.1234/c,,", ("fits more than one work of the review", "found '10.1234/c'")),
        ("include,,10.1234/a,Écoles et cantines,", ("the DOI is that of one work, the title that of another",)),
        ("include,r123,,,", ("fits no work of the review", "found 'r123'")),
        ("perhaps,,10.1234/a,,", ("unknown decision", "found 'perhaps'", "allowed: include, exclude, maybe, withdraw")),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_the_others_are_taken(
    review: Review, row: str, parts: tuple[str, ...]
) -> None:
    lines, status = take(review, f"decision,id,doi,title,year\n{row}\ninclude,,10.1234/b,,\n")
    assert status == 3
    assert decisions(review) == [(IDS[2], "include", "")]
    assert_line(lines[1], "not taken: old.csv, row 2: ", *parts)


def test_reasons_words_and_notes(review: Review) -> None:
    text = (
        "Title;Decision;Reason;Note\n"
        "Free school meals: a trial;OUT;e1;first\n"
        "Ecoles et cantines;Excluded;Politics, policy;\n"
        "One DOI, two works;exclude;E2; E1;both\n"
        "One DOI two works part two;incl.;E1;kept\n"
    ).replace("E2; E1", '"E2; E1"')
    lines, status = take(review, text)
    assert (lines[1:], status) == ([], 0)
    assert [(row.decision, row.reason, row.note) for row in ledger(review)] == [
        ("exclude", "E1_machine", "first"),
        ("exclude", "E2_policy", ""),
        ("exclude", "E2_policy", "both (also: E1)"),
        ("include", "", "kept (reason: E1)"),
    ]


def test_an_unknown_reason_is_named(review: Review) -> None:
    lines, status = take(review, "doi,decision,reason\n10.1234/a,exclude,E1_machines\n")
    assert status == 3
    assert_line(
        lines[1], "row 2: unknown reason; did you mean 'E1_machine'?", "found 'E1_machines'", "allowed: E1_machine"
    )


def test_an_exclusion_without_a_reason_is_named_where_the_table_has_reasons(review: Review) -> None:
    lines, status = take(review, "doi,decision,reason\n10.1234/a,exclude,\n10.1234/b,include,\n")
    assert (status, decisions(review)) == (3, [(IDS[2], "include", "")])
    assert_line(lines[1], "row 2", "an exclusion needs a reason", "allowed: E1_machine, E2_policy")


@pytest.mark.parametrize("column", ["label", "included", "Label_Included", "asreview_label", "decision", "Vote"])
def test_a_column_of_labels_of_any_program_is_read(review: Review, column: str) -> None:
    rows = ["10.1234/a,1", "10.1234/b,0.0", "10.1234/x,-1", "10.9999/none,1"]
    lines, status = take(review, "\n".join([f"doi,{column}", *rows, ""]), name="labels.csv")
    assert decisions(review) == [(IDS[0], "include", ""), (IDS[2], "exclude", "")]
    assert ledger(review)[1].note == "(no reason in labels.csv)"
    assert {row.worklist for row in ledger(review)} == {"labels.csv"}
    assert status == 3
    assert_line(lines[-1], "row 5", "fits no work of the review")
    assert "1 rows have no decision" in lines
    again, _ = take(review, "\n".join([f"doi,{column}", *rows, ""]), name="labels.csv")
    assert again[0].startswith("0 decisions taken")


def test_labels_in_a_workbook_are_read(review: Review) -> None:
    table = review.folder / "labels.xlsx"
    rows = [{"DOI": "10.1234/a", "Included": 1}, {"DOI": "10.1234/b", "Included": 0}, {"DOI": "", "Included": ""}]
    save_workbook(table, rows)
    assert take_over(review, table, " Cleo ")[1] == 0
    assert decisions(review) == [(IDS[0], "include", ""), (IDS[2], "exclude", "")]


def test_what_is_written_says_where_it_came_from_and_what_the_record_says_now(review: Review) -> None:
    take(review, f"id,decision\n{IDS[1]},include\n")
    row = ledger(review)[0]
    assert (row.worklist, row.reviewer, row.stage, row.protocol_version) == ("old.csv", "cleo", "title_abstract", "3")
    assert row.title == "Free School Meals - A Trial"
    assert row.text_sha256 == text_sha256("Free school meals: a trial", "On 0.")
    assert row.is_sealed(1)


def test_rows_without_a_decision_are_counted(review: Review) -> None:
    lines, status = take(review, "doi,decision\n10.1234/a,\n10.1234/b,include\n")
    assert (lines[1], status) == ("1 rows have no decision", 0)


def test_a_table_that_says_two_things_about_one_work_takes_neither(review: Review) -> None:
    text = f"id,doi,decision\n{IDS[0]},,include\n,10.1234/a,maybe\n,10.1234/b,include\n,10.1234/b,yes\n"
    lines, status = take(review, text)
    assert status == 3
    assert decisions(review) == [(IDS[2], "include", "")]
    assert_line(lines[1], "old.csv: rows 2, 3 say different things about one work; none was taken", "leave one")


def test_a_row_that_cannot_be_parted_into_cells_is_named(review: Review) -> None:
    lines, status = take(review, 'doi,decision\n10.1234/a,include,no\n10.1234/b,"inc"lude\n10.1234/b,include\n')
    assert status == 3
    assert_line(lines[1], "old.csv, row 2: has 3 cells under 2 columns", "put its cells and quotes in order")
    assert_line(lines[2], "old.csv, row 3: a quote in it is not closed")
    assert decisions(review) == [(IDS[2], "include", "")]


@pytest.mark.parametrize("second", ["old.csv", "renamed.csv"])
def test_the_same_table_again_adds_nothing(review: Review, second: str) -> None:
    text = "doi,decision,reason\n10.1234/a,include,\n10.1234/b,exclude,E1\n"
    take(review, text)
    lines, status = take(review, text.replace(",", ";"), second)
    assert (lines, status) == (["0 decisions taken into screening/decisions/cleo.csv, 2 were in it already"], 0)
    assert len(ledger(review)) == 2


def test_a_table_that_was_corrected_adds_the_correction_and_can_go_back(review: Review) -> None:
    for decision in ("include", "maybe", "include"):
        take(review, f"doi,decision\n10.1234/a,{decision}\n")
        take(review, f"doi,decision\n10.1234/a,{decision}\n")
    assert [row.decision for row in ledger(review)] == ["include", "maybe", "include"]


def test_a_table_does_not_undo_what_was_written_on_a_sheet_since(review: Review) -> None:
    text = "doi,decision\n10.1234/a,include\n"
    take(review, text)
    later = LedgerRow(
        reviewer="cleo",
        stage="title_abstract",
        entry_id=IDS[0],
        decision="maybe",
        worklist="screening/worklists/0001-borderline.cleo.csv",
    )
    append_rows(review.ledgers / "cleo.csv", [later])
    take(review, text)
    assert [row.decision for row in ledger(review)] == ["include", "maybe"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_tables_of_any_dialect(review: Review, encoding: str) -> None:
    table = review.folder / "t.csv"
    table.write_bytes("Titel;title;decision\r\nx;Écoles et cantines;In\r\n".encode(encoding))
    assert take_over(review, table, "cleo")[1] == 0
    assert decisions(review) == [(IDS[2], "include", "")]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "doi,verdict\n",
            ("needs a column `decision` (or `label`", "one of id, doi, title", "found 'doi, verdict'", "allowed: id"),
        ),
        ("decision,name\n", ("needs a column `decision`",)),
        ("", ("needs a column `decision`", "found ''")),
        ("doi,decision,decision\n", ("has more than one column decision", "take the wrong one out")),
        ("PK\x03\x04", ("is a damaged workbook", "as CSV")),
    ],
)
def test_a_table_that_cannot_be_used_is_named(review: Review, text: str, parts: tuple[str, ...]) -> None:
    with pytest.raises(ReviewError) as caught:
        take(review, text)
    assert_line(str(caught.value), "old.csv: ", *parts)
    assert ledger(review) == ()


def test_a_table_that_is_not_there(review: Review) -> None:
    with pytest.raises(ReviewError, match=r"none\.csv: cannot be read: No such file"):
        take_over(review, review.folder / "none.csv", "cleo")


def test_an_unknown_person(review: Review) -> None:
    with pytest.raises(ReviewError) as caught:
        take(review, "doi,decision\n", reviewer="clea")
    assert_line(str(caught.value), "did you mean 'cleo'?", "found 'clea'", "allowed: ann, cleo", "past_reviewers")


def test_a_review_that_was_never_run(review: Review) -> None:
    (review.stages / "count" / "states.parquet").unlink()
    with pytest.raises(ReviewError, match="was not run yet; run it once"):
        take(review, "doi,decision\n10.1234/a,include\n")


def test_a_ledger_that_takes_nothing_is_left_alone(review: Review) -> None:
    review.ledgers.mkdir()
    (review.ledgers / "cleo.csv").write_bytes(b"a,b\r\n1,2\r\n")
    with pytest.raises(ReviewError, match=r"nothing can be added to the ledger: .*put the header back"):
        take(review, "doi,decision\n10.1234/a,include\n")
    assert (review.ledgers / "cleo.csv").read_bytes() == b"a,b\r\n1,2\r\n"


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Co-Production: A Réview.", "co production a review"),
        ("  ﬁne   ＴＥＸＴ ", "fine text"),
        ("共同生産 & «x»", "共同生産 x"),
        ("...", ""),
    ],
)
def test_plain_titles(title: str, plain: str) -> None:
    assert plain_title(title) == plain
