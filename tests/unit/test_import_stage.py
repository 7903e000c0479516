"""Import: ids do not depend on names or order, nothing is counted twice or lost, one bad file costs no other."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from pipeline.formats import read_export
from pipeline.identity import id_problem
from pipeline.protocol import Protocol, SearchLog
from pipeline.records import ENTRY_COLUMNS, REJECT_COLUMNS, check, rows_of
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.import_exports import SEARCH_LOG, SOURCE_COLUMNS, import_exports

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {"I": {"label": "in", "include_if": "x"}},
        "screening": {"reviewers": ["ann"]},
    }
)
RIS_1 = "TY  - JOUR\nTI  - School gardens\nAU  - Doe, A\nPY  - 2001\nER  - \n"
RIS_2 = "TY  - JOUR\nTI  - Shared kitchens\nPY  - 2002\nDO  - 10.1000/xyz\nER  - \n"
RIS = f"{RIS_1}\n{RIS_2}"
CSV = 'Title,Year,Authors,Abstract\nSchool gardens,2001,"Doe, A",Text\nWater,1999,"Roe, B",\n'
CSV_TURNED = 'Abstract,Title,Authors,Year\n,Water,"Roe, B",1999\nText,School gardens,"Doe, A",2001\n'
BIB_1 = "@article{a, title = {Gardens}, author = {Doe, A}, year = {2001}}\n"
BIB_2 = "@article{b, title = {Kitchens}, year = {2002}}\n"
BIB_CUT = "@article{c, author = {Cut off, A"


def run(files: Mapping[str, str | bytes], log: str = "", steps: list[tuple[int, int]] | None = None) -> StageResult:
    given = {f"references/{name}": data.encode() if isinstance(data, str) else data for name, data in files.items()}
    if log:
        given[SEARCH_LOG] = log.encode()
    seen = steps if steps is not None else []
    result = import_exports(StageInput({}, given, PROTOCOL, lambda done, total: seen.append((done, total))))
    check(result.tables["entries"], ENTRY_COLUMNS, "entries")
    check(result.tables["rejects"], REJECT_COLUMNS, "rejects")
    check(result.tables["sources"], SOURCE_COLUMNS, "sources")
    sources = result.tables["sources"]
    assert int(sources["entries"].sum()) == len(result.tables["entries"])
    assert int(sources["rejects"].sum()) == len(result.tables["rejects"])
    for notice in result.notices:
        assert notice.text.isprintable()
    return result


def ids(result: StageResult) -> list[str]:
    return result.tables["entries"]["entry_id"].tolist()


def told(result: StageResult, code: str) -> list[str]:
    return [notice.text for notice in result.notices if notice.code == code]


def source(name: str, export: str, **more: object) -> str:
    lines = [f'name = "{name}"', f"export = {export}", *(f"{key} = {value}" for key, value in more.items())]
    return "\n".join(["[[source]]", 'kind = "database"', *lines, ""])


# --- ids ------------------------------------------------------------------------------------------------------------


def test_names_of_files_are_no_part_of_an_id() -> None:
    known = run({"a.ris": RIS, "b.csv": CSV, "c.bib": BIB_1 + BIB_2})
    other = run({"z/1.ris": RIS, "a.csv": CSV, "B.bib": BIB_1 + BIB_2})
    assert len(ids(known)) == 6
    assert ids(known) == ids(other)
    assert all(id_problem(found) is None for found in ids(known))


@pytest.mark.parametrize(
    ("name", "text", "other"),
    [
        ("a.ris", RIS, f"{RIS_2}\n\n{RIS_1}"),
        ("a.ris", RIS, RIS.replace("\n", "\r\n")),
        ("a.ris", RIS, "\ufeff" + RIS),
        ("a.csv", CSV, CSV_TURNED),
        ("a.csv", CSV, CSV.replace(",", ";").replace("Doe; A", "Doe, A").replace("Roe; B", "Roe, B")),
        ("a.bib", BIB_1 + BIB_2, BIB_2 + "\n" + BIB_1),
    ],
)
def test_order_line_ends_and_delimiters_are_no_part_of_an_id(name: str, text: str, other: str) -> None:
    assert ids(run({name: text})) == ids(run({name: other}))


def test_another_search_changes_no_id_there_was() -> None:
    before = set(ids(run({"a.ris": RIS})))
    assert before < set(ids(run({"a.ris": RIS, "0.ris": RIS_1 + BIB_1, "z.bib": BIB_2})))


def test_the_order_in_which_files_are_handed_over_does_not_count() -> None:
    files = {"a.ris": RIS_1, "b.ris": RIS, "c.bib": BIB_1}
    known = run(files)
    for order in itertools.permutations(files):
        other = run({name: files[name] for name in order})
        assert other.tables["entries"].equals(known.tables["entries"])
        assert other.notices == known.notices


def test_identical_entries_in_two_files_are_both_counted() -> None:
    result = run({"a.ris": RIS_1, "b.ris": RIS})
    rows = [row for row in rows_of(result.tables["entries"]) if row["title"] == "School gardens"]
    assert len(rows) == 2
    assert len({row["entry_id"] for row in rows}) == 2
    assert {row["file"] for row in rows} == {"a.ris", "b.ris"}
    assert {row["entry_id"] for row in rows} > set(ids(run({"a.ris": RIS_1})))


def test_the_same_entry_twice_in_one_file_is_counted_twice() -> None:
    assert len(set(ids(run({"a.bib": BIB_1 + BIB_1})))) == 2


# --- files ----------------------------------------------------------------------------------------------------------


def test_identical_files_are_counted_once() -> None:
    result = run({"a.ris": RIS, "copy of a.ris": RIS})
    assert len(ids(result)) == 2
    assert told(result, "same_file") == ["references/copy of a.ris: the same file as a.ris; counted once"]
    assert result.tables["sources"]["status"].tolist() == ["read", "same_file"]


def test_of_two_identical_files_the_one_in_the_search_log_counts() -> None:
    result = run({"a.ris": RIS, "b.ris": RIS}, source("Scopus", '"b.ris"'))
    assert set(result.tables["entries"]["source"]) == {"Scopus"}
    assert told(result, "source_unlogged") == []


def test_two_empty_files_are_both_named() -> None:
    result = run({"a.ris": "", "b.ris": ""})
    assert len(told(result, "file_refused")) == 2


@pytest.mark.parametrize("bad", [b"", b"\n\n", b"PK\x03\x04junk", b"%PDF-1.4", "just some words\n", "<html></html>"])
def test_a_file_that_is_no_export_costs_no_other(bad: str | bytes) -> None:
    result = run({"a.ris": RIS, "bad.csv": bad})
    assert len(ids(result)) == 2
    (text,) = told(result, "file_refused")
    assert "bad.csv" in text
    assert [notice.severity for notice in result.notices if notice.code == "file_refused"] == ["problem"]
    status = {row["file"]: row["status"] for row in rows_of(result.tables["sources"])}
    assert status == {"a.ris": "read", "bad.csv": "refused"}


def test_a_reader_that_fails_costs_no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, data: bytes) -> object:
        if name.endswith("b.ris"):
            raise RecursionError("too deep")
        return read_export(name, data)

    monkeypatch.setattr("pipeline.stages.import_exports.read_export", fail)
    result = run({"a.ris": RIS, "b.ris": RIS_1})
    assert len(ids(result)) == 2
    (text,) = told(result, "file_refused")
    assert text.startswith("references/b.ris: the reader of this file failed (RecursionError: too deep)")


def test_progress_reaches_the_end() -> None:
    steps: list[tuple[int, int]] = []
    run({"a.ris": RIS, "b.ris": RIS, "c.csv": ""}, steps=steps)
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_nothing_to_read_is_an_empty_table() -> None:
    result = run({})
    assert ids(result) == []
    assert result.summary == "0 entries from 0 files"


# --- rejects --------------------------------------------------------------------------------------------------------


def test_an_entry_that_cannot_be_read_is_kept_and_named() -> None:
    result = run({"a.bib": BIB_1 + BIB_CUT})
    assert len(ids(result)) == 1
    (row,) = rows_of(result.tables["rejects"])
    assert (row["file"], row["line"]) == ("a.bib", 2)
    assert "Cut off" in row["raw"]
    assert id_problem(row["entry_id"]) is None
    (text,) = told(result, "entry_rejected")
    assert text.startswith(f"references/a.bib: line 2: entry {row['entry_id']} could not be read: ")
    assert result.summary == "1 entry from 1 file, 1 could not be read"


def test_a_long_list_of_rejects_is_cut_and_says_so() -> None:
    files = {f"{place:02}.bib": BIB_1.replace("Gardens", str(place)) + BIB_CUT for place in range(53)}
    result = run(files)
    assert len(result.tables["rejects"]) == 53
    assert result.tables["rejects"]["entry_id"].is_unique
    found = told(result, "entry_rejected")
    assert len(found) == 51
    assert found[-1] == "3 more entries could not be read; all: outputs/report/rejects.csv"


# --- search log -----------------------------------------------------------------------------------------------------


def test_a_file_nobody_logged_is_read_and_named() -> None:
    result = run({"a.ris": RIS})
    (text,) = told(result, "source_unlogged")
    assert text.startswith("references/a.ris: is not in references/sources.toml; it was read; add a [[source]]")
    assert set(result.tables["entries"]["source"]) == {"a.ris"}


def test_what_the_log_says_stands_with_the_entries() -> None:
    log = source(
        "Scopus", '"a.ris"', database='"Scopus"', query="'TITLE(x)'", searched_on="2026-01-31", hits_reported=2
    )
    result = run({"a.ris": RIS}, log)
    assert [notice for notice in result.notices if notice.severity != "info"] == []
    (row,) = rows_of(result.tables["sources"])
    assert (row["source"], row["query"], row["searched_on"], row["hits_reported"]) == (
        "Scopus",
        "TITLE(x)",
        "2026-01-31",
        2,
    )
    assert set(result.tables["entries"]["database"]) == {"Scopus"}


def test_an_export_that_is_not_there_is_named_and_its_source_still_shows() -> None:
    result = run(
        {"a.ris": RIS}, source("Scopus", '["a.ris", "gone.ris"]') + source("WoS", '"none.txt"', hits_reported=9)
    )
    assert [text.partition(";")[0] for text in told(result, "export_missing")] == [
        "references/sources.toml: the export of source 'Scopus' is not there",
        "references/sources.toml: the export of source 'WoS' is not there",
    ]
    rows = {row["file"]: (row["source"], row["status"], row["entries"]) for row in rows_of(result.tables["sources"])}
    assert rows == {
        "a.ris": ("Scopus", "read", 2),
        "gone.ris": ("Scopus", "missing", 0),
        "none.txt": ("WoS", "missing", 0),
    }
    assert told(result, "hits_differ") == []


@pytest.mark.parametrize(("hits", "warned"), [(2, 0), (3, 1), (1, 1), (0, 1)])
def test_hits_that_do_not_fit_the_export_are_named(hits: int, warned: int) -> None:
    found = told(run({"a.ris": RIS}, source("Scopus", '"a.ris"', hits_reported=hits)), "hits_differ")
    assert len(found) == warned
    for text in found:
        assert text.startswith(
            f"references/sources.toml: source 'Scopus': the database reported {hits} hits, its export holds 2; "
        )


@pytest.mark.parametrize(("number", "kind", "warned"), [(200, "other", 0), (201, "other", 1), (201, "database", 0)])
def test_many_records_that_skip_screening_are_named(number: int, kind: str, warned: int) -> None:
    works = "\n".join(RIS_1.replace("gardens", f"gardens {place}") for place in range(number))
    log = source("Zotero library", '"z.ris"').replace('"database"', f'"{kind}"')
    found = told(run({"z.ris": works}, log), "source_unscreened")
    assert len(found) == warned
    for text in found:
        assert text.startswith("references/sources.toml: source 'Zotero library': its kind is \"other\"")
        assert "201 records" in text and "skip title and abstract screening" in text and 'kind = "database"' in text


def test_hits_are_compared_with_all_exports_of_a_source_and_rejects_count() -> None:
    log = source("Scopus", '["a.ris", "b.bib"]', hits_reported=4)
    assert told(run({"a.ris": RIS, "b.bib": BIB_1 + BIB_CUT}, log), "hits_differ") == []


def test_a_source_that_gave_the_same_file_as_another_has_its_hits() -> None:
    log = source("Scopus", '"a.ris"', hits_reported=2) + source("Mirror", '"b.ris"', hits_reported=2)
    result = run({"a.ris": RIS, "b.ris": RIS}, log)
    assert told(result, "hits_differ") == []
    assert len(told(result, "same_file")) == 1


def test_a_refused_export_is_not_also_called_short() -> None:
    result = run({"a.ris": b"PK\x03\x04"}, source("Scopus", '"a.ris"', hits_reported=2))
    assert [notice.code for notice in result.notices if notice.severity != "info"] == ["file_refused"]


def test_a_log_with_mark_and_windows_line_ends_is_read() -> None:
    log = "\ufeff" + source("Scopus", '"a.ris"').replace("\n", "\r\n")
    assert set(run({"a.ris": RIS}, log).tables["entries"]["source"]) == {"Scopus"}


def test_an_accented_file_name_is_found_however_it_is_stored() -> None:
    result = run({"Gro\u0308\u00dfe.ris": RIS}, source("Scopus", '"Gr\u00f6\u00dfe.ris"'))
    assert [notice for notice in result.notices if notice.severity != "info"] == []
    assert SearchLog().source_of("x") is None


def test_a_search_without_hits_stands_with_zero_with_and_without_an_export() -> None:
    log = source("WoS", '"a.ris"') + source("CINAHL", "[]", hits_reported=0)
    log += source("SocINDEX", '"empty.ris"', hits_reported=0)
    result = run({"a.ris": RIS, "empty.ris": "Provider: x\nContent: text\n\n"}, log)
    rows = {row["source"]: row for row in rows_of(result.tables["sources"])}
    assert [rows[name]["status"] for name in ("WoS", "CINAHL", "SocINDEX")] == ["read", "no_hits", "no_hits"]
    assert [rows[name]["file"] for name in ("CINAHL", "SocINDEX")] == ["", "empty.ris"]
    assert not [notice for notice in result.notices if notice.severity != "info"]


def test_an_export_that_holds_more_than_was_reported_was_not_cut() -> None:
    (more,) = told(run({"a.ris": RIS}, source("A", '"a.ris"', hits_reported=1)), "hits_differ")
    (fewer,) = told(run({"a.ris": RIS}, source("A", '"a.ris"', hits_reported=9)), "hits_differ")
    assert "cut exports" not in more and more.endswith("look whether the file holds another search, too")
    assert "databases cut exports at a limit" in fewer
