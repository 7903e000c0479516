"""What people and their spreadsheets do to a sheet, row by row of the list of faults: C01 to C20."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from pipeline.decisions.sheet_workbook import LONGEST_CELL, is_workbook
from pipeline.decisions.worklist_kinds import is_leftover
from pipeline.errors import ProtocolError, ReviewError
from pipeline.identity import check_character, id_problem
from pipeline.protocol import read_protocol
from pipeline.tables import plain_cell, safe_cell
from tests.unit.decisions_support import (
    IDS,
    Cells,
    Desk,
    abstract,
    assert_line,
    change,
    fill,
    protocol,
    read_cells,
    save,
    save_workbook,
    shuffled,
    task,
    title,
    workbook_cells,
)
from tests.unit.office_support import FIXTURES, desk_for_office, filled_rows

IN: Cells = {"decision": "include"}
OUT: Cells = {"decision": "exclude", "reason": "E1"}
SHEET = "screening/worklists/0001-borderline.ann.csv"
TOOK = [(IDS[0], "include", ""), (IDS[1], "exclude", "E1_technical")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "review")


@pytest.fixture
def books(tmp_path: Path) -> Desk:
    """Return a desk whose sheets are workbooks."""
    return Desk(tmp_path / "review", protocol(sheets="xlsx"))


def answered(rows: list[Cells], *answers: Cells) -> list[Cells]:
    return [row | (answers[place] if place < len(answers) else {}) for place, row in enumerate(rows)]


# --- C01, C02, C03: the file ----------------------------------------------------------------------------------------

DIALECTS: list[dict[str, Any]] = [
    {"delimiter": ";", "encoding": "cp1252"},
    {"delimiter": ";", "encoding": "utf-8-sig"},
    {"delimiter": "\t", "encoding": "utf-16"},
    {"encoding": "utf-8", "line_end": "\n"},
    {"quoting": csv.QUOTE_ALL},
    {"delimiter": ";", "quote": "'", "quoting": csv.QUOTE_ALL},
    {"first": "sep=;\r\n", "delimiter": ";"},
]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_c01_a_sheet_saved_by_any_spreadsheet_is_read_the_same(desk: Desk, dialect: dict[str, Any]) -> None:
    fill(desk.issued(), IN, OUT | {"note": "naïve, “quoted”; line\nbreak"}, **dialect)
    desk.collect()
    assert (desk.decisions(), desk.problems()) == (TOOK, [])
    assert " ".join(desk.rows()[1].note.split()) == "naïve, “quoted”; line break"


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_c01_a_csv_sheet_saved_as_a_workbook_is_that_sheet_whatever_its_ending(desk: Desk, ending: str) -> None:
    path = desk.issued()
    rows = answered(read_cells(path), IN, OUT)
    path.unlink()
    save_workbook(path.with_suffix(f".{ending}"), rows)
    desk.collect()
    assert (desk.decisions(), desk.problems(), desk.texts("warning")) == (TOOK, [], [])
    assert {row.worklist for row in desk.rows()} == {SHEET}


def test_c02_columns_reordered_and_added_are_matched_by_name_and_the_additions_are_named(desk: Desk) -> None:
    path = desk.issued()
    rows = [{"my remark": "?!", **dict(reversed(row.items()))} for row in answered(read_cells(path), IN, OUT)]
    data = save(path, rows)
    desk.collect()
    assert desk.decisions() == TOOK
    assert_line(desk.texts("info")[0], "'my remark'", "stays in this file", "remarks belong in the column note")
    assert path.read_bytes() == data


def test_c02_hidden_columns_and_rows_of_a_workbook_and_pages_of_ones_own_cost_nothing(books: Desk) -> None:
    from tests.unit.workbook_support import workbook

    path = books.issued()
    rows = answered(workbook_cells(path), IN, OUT)
    names = list(rows[0])
    page = [names, *([row.get(name, "") for name in names] for row in rows)]
    path.write_bytes(workbook({"my notes": [["to do"], ["ask bob"]], "borderline": page}, hidden=["borderline"]))
    books.collect()
    assert (books.decisions(), books.problems()) == (TOOK, [])
    assert_line(books.texts("info")[0], "other pages of the workbook are not read", "'my notes'")


@pytest.mark.parametrize("gone", ["id", "decision", "reason"])
def test_c03_a_column_renamed_or_deleted_refuses_the_sheet_and_names_it(desk: Desk, gone: str) -> None:
    path = desk.issued()
    rows = answered(read_cells(path), IN, OUT)
    save(path, [{f"{name}x" if name == gone else name: cell for name, cell in row.items()} for row in rows])
    desk.collect()
    assert desk.decisions() == []
    assert_line(desk.problems()[0], SHEET, f"has no column {gone!r}", "nothing of it was read", "give the column")
    assert desk.collected.sheets[0].refused


def test_c03_a_column_renamed_in_a_workbook_refuses_it_too(books: Desk) -> None:
    path = books.issued()
    save_workbook(
        path, [{("verdict" if k == "decision" else k): v for k, v in r.items()} for r in workbook_cells(path)]
    )
    books.collect()
    assert_line(books.problems()[0], "0001-borderline.ann.xlsx", "has no column 'decision'", "found 'id, verdict")


# --- C04, C06: the rows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_c04_rows_sorted_deleted_doubled_and_blank(tmp_path: Path, kind: str) -> None:
    desk = Desk(tmp_path / "review", protocol(sheets=kind))
    path = desk.issued(4)
    rows = answered(read_cells(path) if kind == "csv" else workbook_cells(path), IN, OUT, IN)
    blank = dict.fromkeys(rows[0], "")
    rows = [blank, *shuffled([rows[0], rows[0], rows[1], rows[2]]), blank]
    save(path, rows) if kind == "csv" else save_workbook(path, rows)
    desk.collect()
    assert (sorted(desk.decisions()), desk.problems()) == (sorted([*TOOK, (IDS[2], "include", "")]), [])
    assert_line(desk.texts("info")[0], "1 of the rows issued are not in the sheet", IDS[3])
    assert IDS[3] in {row["id"] for file in desk.issue(task(3)).new for row in _rows(desk.folder / file)}


def _rows(path: Path) -> list[Cells]:
    return workbook_cells(path) if is_workbook(path.read_bytes()) else read_cells(path)


def test_c04_the_same_id_twice_with_two_answers_is_a_conflict_by_row(desk: Desk) -> None:
    path = desk.issued()
    change(path, lambda rows: [*answered(rows, IN, OUT), rows[0] | OUT])
    desk.collect()
    assert desk.decisions() == TOOK[1:]
    assert_line(desk.problems()[0], "rows 2, 5 have the same id and different answers", "none of them was taken")
    assert IDS[0] in desk.collected.sheets[0].open


def test_c06_a_half_filled_sheet_gives_what_is_there_and_running_again_adds_nothing(desk: Desk) -> None:
    path = desk.issued(5)
    fill(path, IN, OUT)
    assert desk.collect().number == 2
    assert desk.collect().number == 0
    assert desk.collected.sheets[0].open == set(IDS[2:5])


# --- C05: spellings -------------------------------------------------------------------------------------------------

SPELLINGS = {
    "include": [
        "Include",
        "include ",
        "IN",
        "yes",
        "y",
        "1",
        "x",
        "incl.",
        "TRUE",
        "WAHR",
        "sí",
        "да",
        "はい",
        "inclus",
    ]
    + ["ＩＮＣＬＵＤＥ", "“include”", "1.0", "VERDADERO", "włączyć", "纳入"],
    "exclude": ["Exclude", "OUT", "no", "n", "0", "excl", "FALSCH", "nein", "нет", "排除", "ausschließen", "não"],
    "maybe": ["maybe", "?", "unsure", "vielleicht", "peut-être", "quizás", "возможно", "może"],
}


@pytest.mark.parametrize(("word", "text"), [(word, text) for word, texts in SPELLINGS.items() for text in texts])
def test_c05_spellings_of_several_languages(desk: Desk, word: str, text: str) -> None:
    fill(desk.issued(), {"decision": text, "reason": "E1" if word == "exclude" else ""})
    desk.collect()
    assert [decision for _, decision, _ in desk.decisions()] == [word]


def test_c05_words_of_the_protocol(tmp_path: Path) -> None:
    own = protocol().model_copy(update={"words": {}})
    own = type(own).model_validate({**protocol().model_dump(exclude_unset=True), "words": {"include": ["Já takk"]}})
    desk = Desk(tmp_path / "review", own)
    fill(desk.issued(), {"decision": "JÁ TAKK!"}, {"decision": "ja takk"})
    desk.collect()
    assert [decision for _, decision, _ in desk.decisions()] == ["include"]
    assert_line(desk.problems()[0], "row 3", "unknown word", "found 'ja takk'")


def test_c05_a_word_may_not_mean_two_things(tmp_path: Path) -> None:
    file = tmp_path / "protocol.toml"
    file.write_text(
        '[review]\ntitle = "t"\nquestion = "q"\n[criteria.E1]\nlabel = "l"\nexclude_if = "x"\n'
        '[screening]\nreviewers = ["ann"]\n[words]\nmaybe = ["Yes"]\n'
    )
    with pytest.raises(ProtocolError, match=r"\[words\]: a word may mean one decision only, and 'yes' means include"):
        read_protocol(file)


@pytest.mark.parametrize("text", ["includ", "perhaps", "2", "in/out", "e1", "ok", "-"])
def test_c05_an_unknown_word_is_refused_by_row_with_the_allowed_list_and_the_rest_counts(desk: Desk, text: str) -> None:
    fill(desk.issued(), {"decision": text}, OUT)
    desk.collect()
    assert desk.decisions() == TOOK[1:]
    assert_line(desk.problems()[0], SHEET, "row 2", f"found {text!r}", "allowed: include, exclude, maybe, withdraw")


# --- C07, C08: ids --------------------------------------------------------------------------------------------------


def test_c07_no_id_can_be_read_as_a_number_or_date() -> None:
    for key in IDS:
        assert key[0] == "r"
        with pytest.raises(ValueError, match="could not convert"):
            float(key)


def test_c07_a_typing_error_is_found_by_the_check_character(desk: Desk) -> None:
    wrong = IDS[0][:5] + ("3" if IDS[0][5] != "3" else "4") + IDS[0][6:]
    assert check_character(wrong[1:-1]) != wrong[-1]
    change(desk.issued(), lambda rows: [rows[0] | IN | {"id": wrong}, rows[1] | OUT])
    desk.collect()
    assert desk.decisions() == TOOK[1:]
    assert_line(desk.problems()[0], "row 2", "the check character does not fit", "copy the id back")


@pytest.mark.parametrize("mangled", ["1E+05", "MAR1", "01.03.2026", "0012", "46082"])
def test_c07_what_a_spreadsheet_makes_of_other_ids_is_no_id_of_ours(desk: Desk, mangled: str) -> None:
    assert id_problem(mangled)
    change(desk.issued(), lambda rows: [rows[0] | IN | {"id": mangled}, rows[1] | OUT])
    desk.collect()
    assert desk.decisions() == TOOK[1:]
    assert_line(desk.problems()[0], "row 2", "not an id")


def test_c08_an_unknown_id_is_refused_by_row_and_the_rest_counts(desk: Desk) -> None:
    desk.known = frozenset(IDS[1:])
    change(desk.issued(), lambda rows: answered(rows, IN, OUT))
    desk.collect()
    assert desk.decisions() == TOOK[1:]
    assert_line(desk.problems()[0], "row 2", "no entry of this review has or had this id", IDS[0])


# --- C09, C10, C11: texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_c09_a_title_edited_beside_its_id_is_taken_with_a_warning(tmp_path: Path, kind: str) -> None:
    desk = Desk(tmp_path / "review", protocol(sheets=kind))
    path = desk.issued()
    rows = answered(_rows(path), IN, OUT)
    rows[0]["title"] = "Another work altogether"
    save(path, rows) if kind == "csv" else save_workbook(path, rows)
    desk.collect()
    assert desk.decisions() == TOOK
    assert_line(desk.texts("warning")[0], "row 2", "title or abstract differ from what was issued", "Another work")


def test_c10_a_sheet_of_an_older_export_is_matched_by_its_stable_ids_and_stale_rows_are_named(desk: Desk) -> None:
    fill(desk.issued(), IN, OUT)
    desk.known = frozenset(IDS) - {IDS[0]}
    desk.collect()
    assert desk.decisions() == TOOK[1:]
    assert_line(desk.problems()[0], "row 2", "no entry of this review has or had this id")
    assert desk.rows()[0].worklist_sha256.startswith("s")
    assert desk.rows()[0].protocol_version == "2"


def test_c11_a_long_abstract_is_whole_in_csv_and_cut_and_flagged_in_the_workbook(tmp_path: Path) -> None:
    from dataclasses import replace

    from pipeline.identity import text_sha256

    long = "A line of an abstract.\n" * 2000
    assert len(long) > 32_767
    item = task(0)
    item = replace(item, cells={**item.cells, "abstract": long, "text_sha256": text_sha256(title(0), long)})
    for kind in ("csv", "xlsx"):
        desk = Desk(tmp_path / kind, protocol(sheets=kind))
        desk.issue(item)
        path = desk.sheet(f"0001-borderline.ann.{kind}")
        rows = _rows(path)
        if kind == "csv":
            assert rows[0]["abstract"] == long
            save(path, answered(rows, IN))
        else:
            assert rows[0]["abstract"].endswith("(cut for the spreadsheet; the whole text is in the export)")
            assert LONGEST_CELL < len(rows[0]["abstract"]) < 32_767
            assert rows[0]["abstract"][:LONGEST_CELL] == long[:LONGEST_CELL]
            save_workbook(path, answered(rows, IN))
        desk.collect()
        assert (desk.decisions(), desk.texts("warning")) == (TOOK[:1], [])


def test_c11_line_breaks_in_cells_survive_both(tmp_path: Path) -> None:
    for kind in ("csv", "xlsx"):
        desk = Desk(tmp_path / kind, protocol(sheets=kind))
        assert _rows(desk.issued())[0]["abstract"] == abstract(0)


# --- C12 to C15: the same row again ---------------------------------------------------------------------------------


def test_c12_two_people_who_edit_one_sheet_in_two_files_are_told(desk: Desk) -> None:
    path = desk.issued()
    rows = read_cells(path)
    save(path, answered(rows, IN, OUT))
    save_workbook(path.with_suffix(".xlsx"), answered(rows, OUT, OUT))
    for _ in range(2):
        desk.collect()
        assert desk.decisions() == TOOK[1:]
        assert_line(
            desk.problems()[0], "0001-borderline.ann.csv and", ".xlsx are one sheet", "neither answer was taken"
        )


def test_c12_a_conflicted_copy_is_named_and_not_read(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    path.with_name("0001-borderline.ann (Bob's conflicted copy 2026-11-22).csv").write_bytes(path.read_bytes())
    desk.collect()
    assert desk.decisions() == TOOK[:1]
    assert_line(desk.problems()[0], "conflicted copy", "nothing of it was read")


def test_c12_two_sheets_of_one_person_with_two_new_answers_are_named(desk: Desk) -> None:
    first = desk.issued()
    new = desk.issue(*(task(n) for n in (0, 3)), on_request=True).new
    second = desk.folder / next(file for file in new if "ann" in file)
    fill(first, IN)
    change(second, lambda rows: [*rows, read_cells(first)[0] | OUT])
    desk.collect()
    assert desk.decisions()[-2:] == [TOOK[0], (IDS[0], "exclude", "E1_technical")]
    assert_line(desk.texts("warning")[-1], "both are kept, this one counts")


@pytest.mark.parametrize(("reason", "message"), [("", "an exclusion needs a reason"), ("E9", "unknown reason")])
def test_c13_an_exclusion_without_a_reason_of_the_list_is_refused_by_row(desk: Desk, reason: str, message: str) -> None:
    fill(desk.issued(), {"decision": "exclude", "reason": reason}, OUT)
    desk.collect()
    assert desk.decisions() == TOOK[1:]
    assert_line(desk.problems()[0], "row 2", "column 'reason'", message, "allowed: E1_technical, E2_policy, E10_type")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_c14_the_same_sheet_again_and_saved_again_changes_nothing(tmp_path: Path, kind: str) -> None:
    desk = Desk(tmp_path / "review", protocol(sheets=kind))
    path = desk.issued()
    rows = answered(_rows(path), IN, OUT)
    save(path, rows) if kind == "csv" else save_workbook(path, rows)
    assert desk.collect().number == 2
    before = (desk.review.ledgers / "ann.csv").read_bytes()
    save(path, rows, delimiter=";") if kind == "csv" else save_workbook(path, shuffled(rows))
    assert desk.collect().number == 0
    assert (desk.review.ledgers / "ann.csv").read_bytes() == before


def test_c15_a_decision_changed_later_keeps_both_and_the_newer_counts(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    desk.collect("2026-11-22T10:00:00Z")
    fill(path, OUT)
    desk.collect("2026-11-23T10:00:00Z")
    assert desk.decisions() == [TOOK[0], (IDS[0], "exclude", "E1_technical")]
    assert [row.when[:10] for row in desk.rows()] == ["2026-11-22", "2026-11-23"]


# --- C16, C17, C18: people ------------------------------------------------------------------------------------------
# Blinding itself (C16) is shown on whole reviews in test_two_readers.py; here what the protocol makes of its keys.


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ({}, True),
        ({"readers_per_record": 2}, False),
        ({"double_screening": "random"}, False),
        ({"pilot": 5}, False),
        ({"double_screening": "all", "show_scores": True}, True),
    ],
)
def test_c16_two_readers_are_blinded_unless_the_protocol_says_otherwise(keys: dict[str, Any], shown: bool) -> None:
    settings = protocol(**keys).screening
    assert settings.show_scores is shown
    assert settings.show_decisions is False


def test_c17_a_conflict_is_settled_by_a_third_person_unless_configured(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "review", protocol(resolver="dora"))
    desk.issue(task(0, "conflicts", asked_of=("dora",)))
    path = desk.sheet("0001-conflicts.dora.csv")
    fill(path, IN)
    desk.collect()
    assert [(row.stage, row.reviewer) for row in desk.rows("dora")] == [("consensus", "dora")]

    other = Desk(tmp_path / "other", protocol())
    other.issue(task(0, "conflicts"))
    other.protocol = protocol(resolver="dora")
    fill(other.sheet("0001-conflicts.ann.csv"), IN)
    other.collect()
    assert other.rows("ann") == ()
    assert_line(other.problems()[0], "the protocol asks somebody else", "found 'ann'", "allowed: dora")
    new = other.issue(task(0, "conflicts", asked_of=("dora",))).new
    assert [file.rpartition("/")[2] for file in new] == ["0002-conflicts.dora.csv"], "the resolver gets it all the same"


def test_c17_what_somebody_settled_before_the_protocol_named_a_resolver_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "review", protocol())
    desk.issue(task(0, "conflicts"), task(1, "conflicts"))
    path = desk.sheet("0001-conflicts.ann.csv")
    fill(path, IN)
    desk.collect()
    desk.protocol = protocol(resolver="dora")
    fill(path, IN, OUT)
    desk.collect()
    assert [(row.entry_id, row.decision) for row in desk.rows("ann")] == [(IDS[0], "include")]
    assert_line(desk.problems()[0], "so 1 answers were not taken")


def test_c17_a_reader_as_resolver_has_to_be_allowed() -> None:
    with pytest.raises(ValueError, match="resolver_may_read = true"):
        protocol(reviewers=["ann", "bob"], resolver="ann")
    assert protocol(reviewers=["ann", "bob"], resolver="ann", resolver_may_read=True).screening.resolver == ("ann",)


@pytest.mark.parametrize("name", ["0001-borderline.Ann.csv", "0001-BORDERLINE.ANN .csv"])
def test_c18_a_name_in_capitals_or_with_blanks_is_the_name(desk: Desk, name: str) -> None:
    path = desk.issued()
    fill(path, IN)
    path.rename(path.with_name(name))
    desk.collect()
    assert (desk.decisions(), desk.problems()) == (TOOK[:1], [])


def test_c18_an_unknown_name_is_refused_with_the_near_ones(desk: Desk) -> None:
    from pipeline.decisions.take_over import take_over

    path = desk.issued()
    fill(path, IN)
    path.rename(path.with_name("0001-borderline.anne.csv"))
    desk.collect()
    assert desk.decisions() == []
    assert_line(desk.problems()[0], "did you mean 'ann'?", "allowed: ann, bob, cleo")
    desk.review.protocol.write_text(
        '[review]\ntitle = "t"\nquestion = "q"\n[criteria.E1]\nlabel = "l"\nexclude_if = "x"\n'
        '[screening]\nreviewers = ["ann"]\n'
    )
    with pytest.raises(ReviewError, match="unknown reviewer; did you mean 'ann'") as caught:
        take_over(desk.review, path, "Anne ")
    assert caught.value.exit_status == 2


# --- C19, C20 and B02: programs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issued", "ending"),
    [(issued, ending) for issued in ("csv", "xlsx") for ending in ("csv", "xlsx", "ods", "xls")]
    + [("csv_as_cp1252", "csv"), ("csv_as_cp1252", "xlsx")],
)
def test_c19_a_whole_sheet_through_libreoffice_gives_equal_decisions_and_texts(
    tmp_path: Path, issued: str, ending: str
) -> None:
    """The files were recorded by `make acceptance`, see tests/acceptance/test_office_round_trip.py."""
    recorded = FIXTURES / f"from_{issued}.{ending}"
    desk = desk_for_office(tmp_path / "review", issued[:4].removesuffix("_"))
    path = next(iter(desk.review.worklists.iterdir()))
    path.unlink()
    path.with_suffix(f".{ending}").write_bytes(recorded.read_bytes())
    desk.collect()
    assert (desk.problems(), desk.texts("warning")) == ([], [])
    given = [(row.entry_id, row.decision, row.reason, row.title, row.note) for row in desk.rows()]
    assert given == filled_rows()


@pytest.mark.parametrize("name", ["~$0001-borderline.ann.xlsx", ".~lock.0001-borderline.ann.csv#", "0001.tmp"])
def test_c20_lock_files_are_passed_over(desk: Desk, name: str) -> None:
    path = desk.issued()
    fill(path, IN)
    path.with_name(name).write_bytes(b"\x00ann")
    assert is_leftover(name)
    desk.collect()
    assert (desk.decisions(), desk.problems()) == (TOOK[:1], [])


def test_c20_a_sheet_that_a_spreadsheet_holds_is_named_and_read_the_next_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.issued()
    fill(path, IN)
    with monkeypatch.context() as patch:

        def locked(self: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        patch.setattr(Path, "read_bytes", locked)
        desk.collected = desk.collected
        try:
            desk.collect()
        except ReviewError as error:  # the log of sheets is held too
            assert_line(str(error), "close it in the spreadsheet")
    desk.collect()
    assert desk.decisions() == TOOK[:1]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'=1", "''=1", "'plain"]


@pytest.mark.parametrize("text", FORMULAS)
def test_b02_a_cell_that_would_be_run_is_neutralised_and_comes_back_equal(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    if text != "'plain":
        assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_b02_titles_like_formulas_come_back_equal_from_both(tmp_path: Path, kind: str) -> None:
    from dataclasses import replace

    from pipeline.identity import text_sha256

    desk = Desk(tmp_path / "review", protocol(sheets=kind))
    texts = [text for text in FORMULAS if text == text.strip()]
    desk.issue(
        *(
            replace(item := task(n), cells={**item.cells, "title": text, "text_sha256": text_sha256(text, abstract(n))})
            for n, text in enumerate(texts)
        )
    )
    path = desk.sheet(f"0001-borderline.ann.{kind}")
    rows = [row | IN for row in _rows(path)]
    if kind == "xlsx":
        assert [row["title"] for row in rows][:4] == FORMULAS[:4], "text in a cell of text needs no apostrophe"
    save(path, rows) if kind == "csv" else save_workbook(path, rows)
    desk.collect()
    assert (desk.texts("warning"), [row.title for row in desk.rows()]) == ([], texts)
