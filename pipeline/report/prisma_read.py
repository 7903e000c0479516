"""A flow read from a PRISMA2020 file: CSV as the R package, its Shiny app, Excel and this program write it.

Old and new templates, commas, semicolons or tabs, with and without BOM. Values are taken as they are, errors included:
whether they add up is for `flow_identities`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from pipeline.errors import InputError, compose
from pipeline.report.counts import Adjustment
from pipeline.report.flow import Flow, FlowLane, FlowLine, Number, Stage, StagePlace
from pipeline.report.prisma_lists import read_lines, read_number
from pipeline.report.prisma_template import (
    ADJUSTMENT_KEY,
    BOX_OF,
    LABELS,
    LISTED,
    REPEATED,
    SOURCES_KEY,
    STAGE_KEY,
    TEMPLATE_KEY,
    UNCLEAR_KEY,
)
from pipeline.report.text_measure import clean_text
from pipeline.tables import plain_cell

TEMPLATES: Final = ("new_v1", "new_v2", "upd_v1", "upd_v2")
_SOURCES: Final = ("website_results", "organisation_results", "citations_results")
_OTHER_NUMBERS: Final = (*_SOURCES, "other_sought_reports", "other_notretrieved_reports", "other_assessed")
_NEEDED: Final = ("records_screened", "new_studies")
_USUAL: Final = {
    "new_studies": ("Studies included in review",),
    "new_reports": ("Reports of included studies",),
    "duplicates": ("Duplicate records removed",),
}


@dataclass(frozen=True)
class PrismaFile:
    """What a file says: its flow, remarks on what was taken otherwise than it stands there, addresses by box."""

    flow: Flow
    remarks: tuple[str, ...]
    links: Mapping[str, str]


@dataclass(frozen=True)
class _Row:
    number: int
    box: str
    label: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class _Values:
    """The rows by their keys."""

    file: str
    rows: Mapping[str, Sequence[_Row]]

    def number(self, key: str) -> Number:
        """Return the number of a row; None where the row or its number is not there."""
        return read_number(self.rows[key][0].value) if key in self.rows else None

    def lines(self, key: str) -> tuple[FlowLine, ...]:
        """Return the entries of a listed row."""
        return read_lines(self.rows[key][0].value) if key in self.rows else ()

    def label(self, key: str) -> str:
        """Return the label of a row as it stands in the file, the template's where there is none."""
        return (self.rows[key][0].label if key in self.rows else "") or LABELS[key]

    def relabelled(self, key: str) -> bool:
        """Return whether the label says something else than the template's."""
        usual = (LABELS[key], *_USUAL.get(key, ()))
        return self.label(key).casefold() not in [label.casefold() for label in usual]


def read_prisma(data: bytes, file: str, template: str | None = None) -> PrismaFile:
    """Return the flow of a PRISMA2020 file.

    Args:
        data: the file.
        file: its name, for messages.
        template: new_v1, new_v2, upd_v1 or upd_v2; without it, it follows from the numbers that are there.

    Raises:
        InputError: it is no such file, or holds values that are no numbers; each is named with its row.
    """
    values = _rows(data, file)
    _check_numbers(values)
    stated = values.rows[TEMPLATE_KEY][0].value.strip() if TEMPLATE_KEY in values.rows else ""
    chosen = template or (stated if stated in TEMPLATES else _template_of(values))
    unclear = _reports_unclear(values)
    flow = Flow(
        updated=chosen.startswith("upd"),
        previous_studies=values.number("previous_studies") if chosen.startswith("upd") else None,
        previous_reports=values.number("previous_reports") if chosen.startswith("upd") else None,
        databases=_total(values.number("database_results"), values.lines("database_specific_results")),
        database_lines=values.lines("database_specific_results"),
        registers=_total(values.number("register_results"), values.lines("register_specific_results")),
        register_lines=values.lines("register_specific_results"),
        duplicates=values.number("duplicates"),
        automation_ineligible=values.number("excluded_automatic"),
        removed_other=values.number("excluded_other"),
        removed_lines=values.lines("ext_removed_why"),
        screened=values.number("records_screened"),
        awaiting_screening=values.number("ext_await_title") or 0,
        in_conflict=values.number("ext_in_conflict") or 0,
        excluded=values.number("records_excluded"),
        excluded_human=values.number("ext_excl_by_people"),
        excluded_automation=values.number("ext_excl_by_tools"),
        main=_lane(values, "dbr"),
        other_lines=_other_lines(values) if chosen.endswith("v2") else (),
        other_removed=values.lines("ext_other_taken_out") if chosen.endswith("v2") else (),
        other=_lane(values, "other") if chosen.endswith("v2") else None,
        stages=tuple(_stages(values)),
        studies=values.number("new_studies"),
        reports=None if unclear else values.number("new_reports"),
        total_studies=values.number("total_studies"),
        total_reports=values.number("total_reports"),
        synthesis_studies=values.number("total_studies_ma"),
        synthesis_reports=values.number("total_reports_ma"),
        adjustments=tuple(_adjustments(values)),
        previous_waiting=values.lines("ext_earlier_waits") if chosen.startswith("upd") else (),
        strata=values.lines("ext_kept_apart"),
        reports_unclear=unclear,
    )
    return PrismaFile(flow, (*_left_out(values, chosen), *_remarks(values, unclear)), _links(values))


def _rows(data: bytes, file: str) -> _Values:
    """Return the rows by key; columns are found by their names, whatever their order."""
    text = _decoded(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";\t,", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter))
    except csv.Error as error:
        hint = "is a quotation mark missing?"
        raise InputError(f"is no CSV that can be read: {error}", file=file, hint=hint) from None
    header = [name.strip().strip('"').lower() for name in table[0]] if table else []
    if not {"data", "n"} <= set(header):
        hint = "use the template of the PRISMA2020 package or a file that this program wrote"
        raise InputError("is no PRISMA2020 file: columns 'data' and 'n' are needed", file=file, hint=hint)
    place = {name: header.index(name) for name in ("data", "box", "boxtext", "url", "n") if name in header}
    found: dict[str, list[_Row]] = {}
    for number, cells in enumerate(table[1:], 2):
        values = {name: plain_cell(cells[at].strip()) if at < len(cells) else "" for name, at in place.items()}
        key = values["data"].strip()
        label = clean_text(values.get("boxtext", ""))
        box, url = values.get("box", "").strip(), values.get("url", "").strip()
        row = _Row(number, box, "" if label == "NA" else label, values["n"], url)
        if key in found and key not in REPEATED and key != "NA" and key:
            raise InputError(f"{key!r} stands there twice", file=file, row=number, hint="keep one of the rows")
        found.setdefault(key, []).append(row)
    if not any(key in found for key in _NEEDED):
        raise InputError(
            f"has no row {_NEEDED[0]!r} and none {_NEEDED[1]!r}", file=file, hint="is it a PRISMA2020 file?"
        )
    return _Values(file, found)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _check_numbers(values: _Values) -> None:
    """Raise one error that names every value that is no number."""
    wrong = []
    known = [key for key in values.rows if key in LABELS or key in REPEATED]
    for key in known:
        listed = key in LISTED or key == "ext_stage_removed"
        for row in values.rows[key] if not listed and key not in ("identification", "screening", "included") else ():
            try:
                read_number(row.value)
            except ValueError as error:
                hint = "write a whole number, or NA where it is not recorded"
                wrong.append(compose(f"{key}: {error}", file=values.file, row=row.number, column="n", hint=hint))
    if wrong:
        refused = InputError(wrong[0])
        refused.lines = wrong
        raise refused


def _template_of(values: _Values) -> str:
    """Return the template that has a place for every number other than zero."""
    other = any(values.number(key) for key in _OTHER_NUMBERS)
    other = other or any(line.n for key in ("other_excluded", "ext_further_sources") for line in values.lines(key))
    updated = bool(values.number("previous_studies") or values.number("previous_reports"))
    return f"{'upd' if updated else 'new'}_{'v2' if other else 'v1'}"


def _total(stated: Number, lines: tuple[FlowLine, ...]) -> Number:
    """Return the number of a kind of source: as stated, else the sum of those listed where each is recorded."""
    if stated is None and lines and all(line.n is not None for line in lines):
        return sum(line.n or 0 for line in lines)
    return stated


def _lane(values: _Values, prefix: str) -> FlowLane:
    key = f"{prefix}_excluded"
    reasons = values.lines(key)
    bare_zero = key in values.rows and values.rows[key][0].value.strip() == "0"
    return FlowLane(
        sought=values.number(f"{prefix}_sought_reports"),
        awaiting_retrieval=values.number(f"ext_{prefix}_await_retrieval") or 0,
        not_retrieved=values.number(f"{prefix}_notretrieved_reports"),
        assessed=values.number(f"{prefix}_assessed"),
        awaiting_eligibility=values.number(f"ext_{prefix}_await_eligibility") or 0,
        excluded=reasons[0].n if len(reasons) == 1 else 0 if bare_zero else None,
        reasons=reasons,
    )


def _other_lines(values: _Values) -> tuple[FlowLine, ...]:
    used = values.rows[SOURCES_KEY][0].value if SOURCES_KEY in values.rows else " ".join(_SOURCES)
    there = [key for key in _SOURCES if key in values.rows and key in used]
    lines = tuple(FlowLine(values.label(key), values.number(key)) for key in there)
    return lines + values.lines("ext_further_sources")


def _stages(values: _Values) -> list[Stage]:
    removed = values.rows.get("ext_stage_removed", ())
    found = []
    for place, row in enumerate(values.rows.get(STAGE_KEY, ())):
        if row.box not in ("screened", "assessed"):
            hint = "write screened or assessed into the column box"
            raise InputError(f"no stage can come after {row.box!r}", file=values.file, row=row.number, hint=hint)
        label, lines = "Removed", tuple[FlowLine, ...]()
        if place < len(removed):
            label, lines = removed[place].label or label, read_lines(removed[place].value)
        found.append(Stage(cast(StagePlace, row.box), row.label, read_number(row.value), label, lines))
    return found


def _adjustments(values: _Values) -> list[Adjustment]:
    found = []
    for row in values.rows.get(ADJUSTMENT_KEY, ()):
        if row.box not in ("I05", "I15", "I16"):
            hint = "write I05, I15 or I16 into the column box"
            raise InputError(f"{row.box!r} cannot be adjusted", file=values.file, row=row.number, hint=hint)
        number = read_number(row.value)
        if number is None:
            hint = "write how many there are, such as -2"
            raise InputError("an adjustment has no number", file=values.file, row=row.number, hint=hint)
        found.append(Adjustment(row.box, number, row.label))
    return found


def _reports_unclear(values: _Values) -> bool:
    """Return whether the number in the place of the reports included counts studies, by the label it was given."""
    if UNCLEAR_KEY in values.rows:
        return True
    label = values.label("new_reports")
    counts_studies = re.search(r"\bstud(y|ies)\b", label, re.IGNORECASE)
    counts_reports = re.search(r"report|record|paper|article|publication", label, re.IGNORECASE)
    return bool(values.relabelled("new_reports") and counts_studies and not counts_reports)


def _links(values: _Values) -> dict[str, str]:
    """Return the web addresses of the boxes; the template's own (such as duplicates.html) lead nowhere and are left."""
    found: dict[str, str] = {}
    for key, rows in values.rows.items():
        if key in BOX_OF and rows[0].url.lower().startswith(("https://", "http://")):
            found.setdefault(BOX_OF[key], rows[0].url)
    if "included" in found:
        found["included_new"] = found["included"]
    return found


def _left_out(values: _Values, template: str) -> list[str]:
    """Return a remark where a template was chosen that has no place for numbers of the file."""
    needed = _template_of(values)
    arms = [("upd", "previous studies", needed.startswith("upd") and not template.startswith("upd"))]
    arms.append(("v2", "other methods", needed.endswith("v2") and not template.endswith("v2")))
    return [
        compose(f"numbers of {words} are not drawn: {template} has no place for them", file=values.file)
        for _, words, lost in arms
        if lost
    ]


def _remarks(values: _Values, unclear: bool) -> list[str]:
    found = []
    for key, rows in values.rows.items():
        row = rows[0]
        official = key in LABELS and key not in (*_SOURCES, "identification", "screening", "included")
        if official and key not in LISTED and values.relabelled(key):
            text = f"{key} is labelled {values.label(key)[:60]!r}; the figure prints the label of the template"
            found.append(compose(text, file=values.file, row=row.number, hint="check that it counts the same"))
        elif key not in (*LABELS, *REPEATED, SOURCES_KEY, TEMPLATE_KEY, UNCLEAR_KEY, "NA", "") and row.value:
            text = f"{key[:40]!r} is no key of the template and not used"
            found.append(compose(text, file=values.file, row=row.number))
    if unclear:
        text = "new_reports counts studies, by its label; reports included are taken as not recorded"
        found.append(compose(text, file=values.file))
    return found
