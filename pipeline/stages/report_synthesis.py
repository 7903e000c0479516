"""The synthesis part of the report: tables by discipline, incidents, outcomes, gaps, agreement, strata, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from pipeline.report.counts import Counts
from pipeline.report.page import FileLink, Section, Table
from pipeline.report.wording import counted
from pipeline.stages.contract import StageInput
from pipeline.stages.report_evidence import incident_section, outcome_section
from pipeline.stages.report_trust import agreement_section, appraisal_section, gap_section, tradition_section
from pipeline.stages.synthesis_data import Studies, SynthesisData, check_studies, synthesis_data
from pipeline.stages.synthesis_figures import modes_figure
from pipeline.stages.synthesis_pages import page_tables, plain, table_csv, year_cell
from pipeline.synthesis.coded import Dimension, Given
from pipeline.synthesis.cross_tables import cross_table
from pipeline.synthesis.discipline_files import SEVERAL, UNKNOWN
from pipeline.synthesis.roles import DISCIPLINE, Pair
from pipeline.synthesis.settled import settled_rows
from pipeline.synthesis.tables import GROUPS, SynthesisTable, synthesis_tables
from pipeline.tables import csv_bytes

_MEETING = 3
"""Disciplines that must meet in an area to make it a place where integration could be tried."""


@dataclass(frozen=True)
class SynthesisPart:
    """Sections of the page and files below outputs/report/."""

    sections: tuple[Section, ...]
    files: Mapping[str, bytes]


@dataclass
class _Made:
    """Tables on their way: what goes on the page, and the files."""

    stage: StageInput
    data: SynthesisData
    files: dict[str, bytes] = field(default_factory=dict)

    def shown(self, tables: Sequence[SynthesisTable]) -> tuple[list[str], tuple[Table, ...]]:
        """Keep the tables as files; return sentences on those that could not be computed, and the others."""
        empty: dict[str, list[str]] = {}
        found: list[Table] = []
        for table in tables:
            self.files[f"tables/{table.name}.csv"] = table_csv(table)
            found += page_tables(table)
            if table.frame.empty:
                empty.setdefault(table.note, []).append(table.title)
        said = [f"{note[:1].upper()}{note[1:]} ({'; '.join(titles)})" for note, titles in empty.items()]
        return said, tuple(found)


def synthesis_sections(stage: StageInput, counts: Counts, *, derived: bool = False) -> tuple[Section, ...]:
    """Return the sections of the synthesis; see `synthesis_part`."""
    return synthesis_part(stage, counts, derived=derived).sections


def synthesis_part(stage: StageInput, counts: Counts, *, derived: bool = False, draft: bool = False) -> SynthesisPart:
    """Return the sections of the synthesis and its files.

    Args:
        stage: needs `code/*`, `suggest/*`, `screen/screened`, `deduplicate/records`, the coding frame and the
            discipline files.
        counts: the numbers of the flow.
        derived: the review goes on from a closed version.
        draft: the flow does not add up and the report says so; the tables are not held against it.

    Raises:
        ConservationError: I21, the tables count other studies than the flow.
    """
    data = synthesis_data(stage)
    if not draft:
        check_studies(data, counts, derived=derived)
    made = _Made(stage, data)
    sections = [
        _coding_section(made),
        _tables_section(made),
        *incident_section(stage, data, made.files),
        *outcome_section(data, made.files),
        gap_section(data, made.files),
        agreement_section(stage, data, made.files),
        *_strata_section(made),
        *tradition_section(data),
        appraisal_section(data, made.files),
    ]
    return SynthesisPart(tuple(sections), made.files)


# --- coding ---------------------------------------------------------------------------------------------------------


def _coding_section(made: _Made) -> Section:
    data = made.data
    main = data.main
    total = len(main.members)
    rows = []
    for name in data.frame.dimensions:
        found = main.dimension(name)
        share = f"{len(found.judged) / total:.0%}" if total else ""
        cells = (f"{len(given):,}" for given in (found.by_people, found.unsettled, found.suggested))
        rows.append((plain(name), *cells, share))
    made.files["tables/coded_studies.csv"] = _coded_studies(data)
    confirmed = settled_rows(main.confirmed)["record_id"].nunique()
    said = (
        f"Codes of {total:,} {main.group.unit} {main.group.described}. Patterns of words suggest codes; "
        f"people confirmed "
        f"codes of {confirmed:,}. What nobody confirmed is a hint and no finding. Abstracts show only part of what a "
        "study reports, so a study in which a dimension could not be judged is counted as not stated, never as no."
    )
    models = made.stage.tables["suggest/models"]
    trained = int((models["reason"] == "").sum())
    learned = (
        f"Models trained on confirmed codes suggest {counted(trained, 'code', 'codes')}; how right they and the "
        "patterns are on the confirmed records stands in code_models.csv."
        if trained
        else "No code has enough confirmed studies yet to train a suggestion "
        f"({made.stage.protocol.coding.least_positives} with it and as many without)."
    )
    made.files["tables/code_models.csv"] = csv_bytes(
        [str(name) for name in models.columns],
        [["" if pd.isna(cell) else cell for cell in row] for row in models.itertuples(index=False)],
    )
    header = ("Dimension", "Judged by people", "Not settled", "Suggested only", "Coverage")
    caption = f"How much could be judged, {main.group.unit} {main.group.described}"
    table = Table(
        caption,
        header,
        tuple(rows),
        "Coverage is the share of all that were judged or have a suggestion. Not settled: one code is possible and "
        "people gave several; such a study is counted with no code until they agree. Where several codes are possible, "
        "a study has all that any of the people gave it.",
        "",
    )
    links = (
        FileLink("tables/coded_studies.csv", "every study with its codes: what stands behind the cells"),
        FileLink("tables/code_models.csv", "pattern and model against confirmed codes, code by code"),
    )
    return Section("Coding", "coding", (said, learned), (table,) if total else (), links)


def _coded_studies(data: SynthesisData) -> bytes:
    """Return the list behind all cells: group, study, title, year, discipline, and the codes of every dimension."""
    header = ["group", "study", "title", "year", "discipline", *data.frame.dimensions, "confirmed_dimensions"]
    rows: list[list[object]] = []
    for studies in data.groups.values():
        years = dict(zip(studies.table["record_id"], studies.table["year"], strict=True))
        dimensions = {name: studies.dimension(name) for name in data.frame.dimensions}
        for key in sorted(studies.members):
            codes = [_codes_cell(found, key) for found in dimensions.values()]
            people = "; ".join(name for name, found in dimensions.items() if key in found.by_people)
            year = year_cell(years[key])
            first = [studies.group.key, key, data.titles.get(key, ""), year, studies.firsts[key]]
            rows.append([*first, *codes, people])
    return csv_bytes(header, rows)


def _codes_cell(found: Dimension, key: str) -> str:
    if key in found.unsettled:
        given = (f"{_listed(codes)} ({person})" for person, codes in found.unsettled[key].items())
        return f"unsettled: {' | '.join(given)}"
    return (_listed(found.of.get(key, {})) or "not_stated") if key in found.judged else ""


def _listed(codes: Given) -> str:
    return "; ".join(f"{code}:{value}" if value else code for code, value in codes.items())


# --- tables by discipline -------------------------------------------------------------------------------------------


def _tables_section(made: _Made) -> Section:
    """Return the tables by discipline and of two dimensions that could be computed; of the others why not."""
    data = made.data
    tables = [_numbered(made, table) for table in _discipline_tables(made)]
    paragraphs, shown = made.shown(tables)
    more = [*_tradition_table(data), *(_pair_table(data, pair) for pair in data.roles.pairs)]
    said, pairs = made.shown(more)
    meeting = [
        f"{plain(pair.rows).capitalize()} in which three or more disciplines meet, where integration could be tried: "
        f"{', '.join(map(plain, found)) or 'none'}."
        for pair in data.roles.pairs
        if pair.columns == DISCIPLINE
        for found in [_meeting_places(data, pair)]
    ]
    figure = modes_figure(data)
    lead = "A study stands in the row of its first discipline; in each cell: number, share of the row, 95 % interval."
    figures, why = ((figure,), []) if not isinstance(figure, str) else ((), [figure])
    text = (lead, *meeting, *paragraphs, *said, *why)
    return Section("Tables by discipline", "tables", text, (*shown, *pairs), figures=figures)


def _discipline_tables(made: _Made) -> list[SynthesisTable]:
    data, protocol = made.data, made.stage.protocol
    groups = [data.groups[group.key] for group in GROUPS]
    return synthesis_tables(
        pd.concat([studies.table for studies in groups])[["record_id", "year", "group"]],
        data.disciplines,
        pd.concat([studies.suggestions for studies in groups]),
        pd.concat([studies.confirmed for studies in groups]),
        names=data.names,
        dimensions=tuple(data.roles.tables),
        year_bands=protocol.report.year_bands,
        codes=data.frame.code_names(),
    )


def _numbered(made: _Made, table: SynthesisTable) -> SynthesisTable:
    """Return the table with the number that the protocol gives it before its title, and marked codes in the note."""
    dimension = table.name.removeprefix("discipline_by_").rpartition("_")[0]
    number = "T1" if dimension == "year" else made.data.roles.tables.get(dimension, "")
    title = f"{number} {table.title}" if number else table.title
    note = table.note
    for column, words in made.stage.protocol.synthesis.marks.items() if not table.frame.empty else ():
        marked = made.data.frame.marked(column).get(dimension, {})
        note += f" {words}: {', '.join(map(plain, marked))}." if marked else ""
    return SynthesisTable(table.name, title, note, table.frame)


def _meeting_places(data: SynthesisData, pair: Pair) -> tuple[str, ...]:
    rows = data.main.axis(pair.rows, data.disciplines_shown)
    known = {key for key, code in data.main.firsts.items() if code not in (UNKNOWN, SEVERAL)}
    found = []
    for code in rows.codes:
        meet = {data.main.firsts[key] for key in rows.having(code) & known}
        if len(meet) >= _MEETING:
            found.append(code)
    return tuple(found)


def _tradition_table(data: SynthesisData) -> list[SynthesisTable]:
    """Return T4, second part: which traditions the studies of a discipline use, and how many bridge two of them."""
    if not data.roles.traditions:
        return []
    main = data.main
    number = next((data.roles.tables.get(name, "") for name in data.roles.traditions), "")
    title = f"{number} Discipline by tradition used, {main.group.unit} {main.group.described}".strip()
    notes = ["bridging: codes of two or more traditions", *_provisional(main, tuple(data.roles.traditions))]
    axis = main.axis(DISCIPLINE, data.disciplines_shown)
    traditions = main.traditions(data.roles.traditions)
    name = f"discipline_by_tradition_{main.group.key}"
    return [cross_table(name, title, axis, traditions, main.members, main.group, notes)]


def _pair_table(data: SynthesisData, pair: Pair, studies: Studies | None = None) -> SynthesisTable:
    chosen = studies or data.main
    rows, columns = (chosen.axis(name, data.disciplines_shown) for name in (pair.rows, pair.columns))
    number = f"{pair.number} " if pair.number else ""
    named = f"{plain(pair.rows).capitalize()} by {plain(pair.columns)}"
    title = f"{number}{named}, {chosen.group.unit} {chosen.group.described}"
    notes = _provisional(chosen, (pair.rows, pair.columns))
    name = f"{pair.rows}_by_{pair.columns}_{chosen.group.key}"
    return cross_table(name, title, rows, columns, chosen.members, chosen.group, notes)


def _provisional(studies: Studies, names: Sequence[str]) -> list[str]:
    said = []
    for name in names:
        if name != DISCIPLINE:
            found = studies.dimension(name)
            said.append(f"{plain(name)}: confirmed by people {len(found.by_people)}, suggested {len(found.suggested)}")
    return said


# --- strata ---------------------------------------------------------------------------------------------------------


def _strata_section(made: _Made) -> Iterator[Section]:
    data = made.data
    strata = [studies for key, studies in data.groups.items() if key not in {group.key for group in GROUPS}]
    if not strata:
        return
    lead = "Strata are records that the flow excludes and that some questions need. They are never among the included."
    said: list[str] = []
    tables: list[Table] = []
    for studies in strata:
        total = len(studies.members)
        described = studies.group.described
        said.append(f"{total:,} records {described}." if total else f"No record {described} yet.")
        for name in data.roles.strata.get(studies.group.key, ()) if total else ():
            why, found = made.shown([_pair_table(data, Pair(DISCIPLINE, name), studies)])
            said += why
            tables += found
    yield Section("Strata", "strata", (lead, *said), tuple(tables))
