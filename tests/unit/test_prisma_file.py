"""PRISMA2020 files: what people write is read, what we write is read back, and neither loses a number."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.report.flow import Flow, FlowLane, FlowLine
from pipeline.report.flow_diagram import flow_diagram
from pipeline.report.flow_identities import check_flow
from pipeline.report.prisma_lists import read_lines, read_number, written_lines
from pipeline.report.prisma_read import read_prisma
from pipeline.report.prisma_template import ADDED_ROWS, ADJUSTMENT_KEY, HEADER, ROWS, STAGE_KEY, STAGE_REMOVED_KEY
from pipeline.report.prisma_write import written_prisma
from pipeline.report.text_measure import clean_text
from tests.unit.flow_support import (
    DECLARED,
    FORTY,
    HOSTILE,
    NEW_V1,
    NEW_V2,
    ODD_REASONS,
    TEMPLATES,
    UPD_V2,
    with_reasons,
)


def read(data: bytes, template: str | None = None) -> Flow:
    return read_prisma(data, "flow.csv", template).flow


def rewritten(flow: Flow, delimiter: str = ",", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    stream = io.StringIO(newline="")
    rows = csv.reader(io.StringIO(written_prisma(flow).decode("utf-8"), newline=""))
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(rows)
    return stream.getvalue().encode(encoding)


def changed(flow: Flow, **values: str) -> bytes:
    """The file of a flow with other values in the rows of these keys."""
    rows = list(csv.reader(io.StringIO(written_prisma(flow).decode("utf-8"), newline="")))
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([[*row[:-1], values.get(row[0], row[-1])] for row in rows])
    return stream.getvalue().encode("utf-8")


def as_read(flow: Flow) -> Flow:
    """A flow as a file can hold it: one reason is the total, several are listed without one; texts are clean."""

    def lane(given: FlowLane) -> FlowLane:
        reasons = clean(given.reasons)
        total = reasons[0].n if len(reasons) == 1 else None if reasons else given.excluded
        return replace(given, reasons=reasons, excluded=total, included=None)

    def clean(lines: tuple[FlowLine, ...]) -> tuple[FlowLine, ...]:
        return tuple(FlowLine(clean_text(line.label), line.n) for line in lines)

    return replace(flow, main=lane(flow.main), other=lane(flow.other) if flow.other else None)


# ---- lists and numbers


@pytest.mark.parametrize("reason", (*ODD_REASONS, *HOSTILE))
def test_odd_reasons_survive(reason: str) -> None:
    lines = (FlowLine(clean_text(reason), 41), FlowLine("Other", 67))
    assert read_lines(written_lines(lines)) == lines


def test_lists_are_read_as_people_write_them() -> None:
    assert read_lines("108") == (FlowLine("No reason given", 108),)
    assert read_lines("0") == read_lines("NA") == read_lines("") == ()
    assert read_lines("Reason1, xxx; Reason2, xxx") == ()
    assert read_lines("Too old ,5;No data,  7 ;") == (FlowLine("Too old", 5), FlowLine("No data", 7))
    assert read_lines("No number at all") == (FlowLine("No number at all", None),)
    assert read_lines("Before 2000, 12, 7") == (FlowLine("Before 2000, 12", 7),)


@pytest.mark.parametrize("text", ["abc", "12.5", "1.234", "1e3", "0x10", "12 %", "--3", "٣a"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no whole number"):
        read_number(text)


labels = st.text(min_size=1, max_size=40).map(clean_text).filter(lambda text: text and "\u037e" not in text)


@given(st.lists(st.builds(FlowLine, labels, st.integers(0, 10**6)), max_size=6).map(tuple))
def test_any_list_is_read_back(lines: tuple[FlowLine, ...]) -> None:
    assert read_lines(written_lines(lines)) == lines


# ---- files


@pytest.mark.parametrize(
    "flow", [*TEMPLATES.values(), DECLARED, with_reasons(UPD_V2)], ids=[*TEMPLATES, "all", "forty"]
)
def test_a_flow_is_read_back_equal(flow: Flow) -> None:
    assert read(written_prisma(flow)) == as_read(flow)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_encodings_and_line_ends_make_no_difference(delimiter: str, encoding: str, end: str) -> None:
    assert read(rewritten(NEW_V2, delimiter, encoding, end)) == as_read(NEW_V2)


def test_the_windows_code_page_is_read() -> None:
    flow = replace(NEW_V1, database_lines=(FlowLine("Österreich", 950),))
    assert read(rewritten(flow, ";", "cp1252")).database_lines == flow.database_lines


def test_the_old_template_without_the_later_rows_and_columns_is_read() -> None:
    later = ("specific", "_ma", "ext_", "identification", "screening", "included", "NA")
    rows = list(csv.reader(io.StringIO(written_prisma(NEW_V2).decode("utf-8"), newline="")))
    kept = [["data", "description", "n"], *([row[0], row[3], row[-1]] for row in rows[1:])]
    old = "\n".join(",".join(f'"{cell}"' for cell in row) for row in kept if not any(word in row[0] for word in later))
    flow = read(old.encode("utf-8"))
    assert flow == as_read(replace(NEW_V2, database_lines=(), register_lines=()))


def test_columns_are_found_by_name_in_any_order() -> None:
    rows = list(csv.reader(io.StringIO(written_prisma(NEW_V2).decode("utf-8"), newline="")))
    turned = "\r\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in reversed(row)) for row in rows)
    assert read(turned.encode("utf-8")) == as_read(NEW_V2)


def test_what_is_written_suits_the_r_package() -> None:
    data = written_prisma(DECLARED)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    assert not data.startswith(b"\xef\xbb\xbf"), "read.csv takes a mark for part of the first name"
    assert tuple(rows[0]) == HEADER
    assert [row["data"] for row in rows[: len(ROWS)]] == [row.key for row in ROWS]
    assert data == written_prisma(DECLARED)
    keys = [row.key for row in ROWS if row.key != "NA"]
    added = [
        *(row.key for row in ADDED_ROWS),
        STAGE_KEY,
        STAGE_REMOVED_KEY,
        ADJUSTMENT_KEY,
        "ext_which",
        "ext_unclear",
        "ext_sources",
    ]
    assert not [(key, own) for own in added for key in keys if key in own], "it looks for its keys within ours"


def test_a_semicolon_within_a_reason_parts_nothing_in_the_r_package() -> None:
    flow = replace(NEW_V1, main=replace(NEW_V1.main, reasons=(FlowLine("a; b", 60), FlowLine("c", 48))))
    cell = next(
        row for row in csv.reader(io.StringIO(written_prisma(flow).decode("utf-8"))) if row[0] == "dbr_excluded"
    )
    assert len(cell[-1].split(";")) == 2
    assert read(written_prisma(flow)).main.reasons == flow.main.reasons


def test_formulas_are_neutralised_and_come_back() -> None:
    flow = replace(NEW_V1, database_lines=(FlowLine("=HYPERLINK(1)", 950),), registers=60)
    data = written_prisma(flow)
    assert b",'=HYPERLINK" in data or b"\"'=HYPERLINK" in data
    assert read(data).database_lines == flow.database_lines


def test_template_follows_from_numbers_and_can_be_chosen() -> None:
    data = "\r\n".join(
        line for line in written_prisma(UPD_V2).decode("utf-8").split("\r\n") if not line.startswith("ext_which")
    ).encode("utf-8")
    assert read(data).template == "upd_v2"
    assert read(data, "new_v1").template == "new_v1"
    assert read(written_prisma(NEW_V1), "upd_v2").template == "upd_v2"


def test_what_is_not_recorded_stays_so_and_sources_give_their_sum() -> None:
    flow = read(changed(NEW_V1, duplicates="xxx", database_results="NA", records_screened=""))
    assert (flow.duplicates, flow.databases, flow.screened) == (None, 950, None)


def test_errors_are_taken_as_they_are() -> None:
    flow = read(changed(NEW_V1, duplicates="-210", records_screened="9,999"))
    assert (flow.duplicates, flow.screened) == (-210, 9999)


def test_every_wrong_value_is_named_with_its_row() -> None:
    with pytest.raises(InputError) as caught:
        read(changed(NEW_V1, duplicates="many", records_screened="760.5"))
    assert len(caught.value.lines) == 2
    assert "flow.csv, row 14, column 'n': duplicates: 'many' is no whole number" in caught.value.lines[0]
    assert caught.value.exit_status == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "columns 'data' and 'n'"),
        (b"a,b\n1,2\n", "columns 'data' and 'n'"),
        (b"data,n\nfoo,1\n", "has no row"),
        (b"data,n\nnew_studies,1\nnew_studies,2\n", "twice"),
        (b"data,n,box\nnew_studies,1,\next_stage,3,elsewhere\n", "no stage can come after"),
        (b"data,n,box\nnew_studies,1,\next_adjust,3,I03\n", "cannot be adjusted"),
    ],
)
def test_other_files_are_refused_with_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(data)


def test_labels_of_another_meaning_are_remarked_and_not_used() -> None:
    text = written_prisma(NEW_V1).decode("utf-8")
    text = text.replace("Reports of new included studies,NA", "Studies included via citations,NA")
    remarks = read_prisma(text.encode("utf-8"), "flow.csv").remarks
    assert read(text.encode("utf-8")).reports is None
    assert any("new_reports counts studies" in remark for remark in remarks)
    assert read_prisma(written_prisma(NEW_V1), "flow.csv").remarks == ()


def test_a_chosen_template_that_leaves_numbers_out_says_so() -> None:
    remarks = read_prisma(written_prisma(UPD_V2), "flow.csv", "new_v1").remarks
    assert [word for word in ("previous studies", "other methods") if any(word in remark for remark in remarks)] == [
        "previous studies",
        "other methods",
    ]


@given(st.binary(max_size=400), st.integers(0, 5000), st.integers(0, 200))
def test_damaged_files_are_read_or_refused_but_never_crash(noise: bytes, at: int, cut: int) -> None:
    data = written_prisma(DECLARED)
    for damaged in (noise, data[:at] + noise + data[at + cut :], b"data,n\nnew_studies," + noise):
        try:
            flow = read(damaged)
        except InputError as error:
            assert "\n" not in str(error)
        else:
            check_flow(flow)
            flow_diagram(flow, title="")


def test_other_sources_of_any_name_and_number_are_read_back() -> None:
    lines = (FlowLine("Experts asked", 7), FlowLine("Citation searching", 20), FlowLine("Websites", None))
    flow = replace(NEW_V2, other_lines=lines)
    assert set(read(written_prisma(flow)).other_lines) == set(lines)
    many = (*NEW_V2.other_lines, FlowLine("Experts asked", 0), FlowLine("Hand searching", 0))
    assert set(read(written_prisma(replace(NEW_V2, other_lines=many))).other_lines) == set(many)


def test_unknown_rows_are_named() -> None:
    data = written_prisma(NEW_V1) + b"my_row,NA,ext,x,x,NA,NA,5\r\n"
    assert ["no key of the template" in remark for remark in read_prisma(data, "flow.csv").remarks] == [True]


def test_only_web_addresses_become_links() -> None:
    text = written_prisma(NEW_V1).decode("utf-8")
    text = text.replace("duplicates.html", "javascript:alert(1)").replace(
        "records_screened.html", "https://x.example/a"
    )
    assert read_prisma(text.encode("utf-8"), "flow.csv").links == {"screened": "https://x.example/a"}


def test_forty_reasons_are_all_there() -> None:
    assert len(FORTY) == 40
    assert len(read(written_prisma(with_reasons(NEW_V1))).main.reasons) == 40
