"""Sections of the report about what helps and hinders, and with which results: incident register, factors, outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.records import rows_of
from pipeline.report.page import FileLink, Section, Table
from pipeline.stages.contract import StageInput
from pipeline.stages.synthesis_data import SynthesisData
from pipeline.stages.synthesis_figures import factors_figure, outcomes_figure
from pipeline.stages.synthesis_pages import page_tables, plain, shown_cells, table_csv
from pipeline.synthesis.cross_tables import cross_table, valued_axis
from pipeline.synthesis.factor_tables import HEADER, factor_rows, told_once
from pipeline.synthesis.roles import DISCIPLINE
from pipeline.synthesis.tables import SynthesisTable
from pipeline.tables import csv_bytes

REGISTER: Final = (
    *("record_id", "study_id", "title", "passage", "factor", "dimension", "direction", "actor", "phase", "area"),
    *("claim_kind", "source", "coder_kind", "reviewer"),
)
_MOST_CANDIDATES: Final = 40
_SHOWN: Final = ("Study", "Passage", "Factor", "Direction", "Actors", "Claim", "Source")


def incident_section(stage: StageInput, data: SynthesisData, files: dict[str, bytes]) -> Iterator[Section]:
    """Yield the register and T6; candidates stand apart from confirmed incidents and are counted in no table."""
    roles = data.roles.incidents
    if not roles.factors:
        text = "Not computed: the protocol names no dimensions of factors in [synthesis]."
        yield Section("Incident register", "incidents", (text,))
        return
    rows = rows_of(data.incidents)
    files["incidents.csv"] = _register(rows, data.titles)
    confirmed = [row for row in rows if row["coder_kind"] == "person"]
    candidates = [row for row in rows if row["coder_kind"] != "person"]
    members = data.main.members
    reviews = data.main.dimension(roles.review[0]).having(roles.review[1]) if roles.review[0] else frozenset[str]()
    told = told_once(
        ((row["study"], row["factor"], row["direction"]) for row in confirmed if row["study"] in members), reviews
    )
    answered = stage.tables["suggest/answered"]["record_id"].nunique() if "suggest/answered" in stage.tables else 0
    lead = (
        "An incident is a setting, actors, an event that was observed or reported, and a direction: "
        "something fostered or "
        "hindered. Sentences of abstracts that look like one are candidates; a person makes them incidents, from the "
        f"abstract or with the page of the full text. {len(confirmed):,} confirmed; {len(candidates):,} candidates in "
        f"{len({row['record_id'] for row in candidates}):,} records"
        + (f"; {answered:,} records answered about." if answered else ".")
    )
    caution = "Abstracts tell more of what fosters than of what hinders: the ratio of the two is no finding."
    figure = factors_figure(data, told)
    factors = [item.code for dimension in roles.factors for item in data.frame.of(dimension)]
    tables = [*_factor_tables(data, told, factors, files)] if told else []
    said = [lead, caution]
    if not told:
        said.append("T6 not computed: it counts incidents that people confirmed, and there is none yet.")
    if isinstance(figure, str):
        said.append(figure)
    if confirmed:
        tables.append(_listed("Confirmed incidents", confirmed, data.titles, ""))
    if candidates:
        said.append(_quoted(stage))
        tables += [_candidate_counts(candidates, files), _candidate_list(candidates, data)]
    figures = () if isinstance(figure, str) else (figure,)
    links = (FileLink("incidents.csv", "the register: confirmed incidents, then candidates"),)
    yield Section("Incident register", "incidents", tuple(said), tuple(tables), links, figures)


def _quoted(stage: StageInput) -> str:
    """Return whose words the passages are: those of the records at run time."""
    notice = " The notice at the head of this page says whose texts these are." if stage.protocol.review.notice else ""
    return f"Passages of candidates quote title and abstract as they stand in this review's records.{notice}"


def _register(rows: list[dict[str, Any]], titles: Mapping[str, str]) -> bytes:
    return csv_bytes(
        list(REGISTER),
        [
            [titles.get(row["record_id"], "") if name == "title" else row[name] or "" for name in REGISTER]
            for row in rows
        ],
    )


def _listed(caption: str, rows: list[dict[str, Any]], titles: Mapping[str, str], note: str) -> Table:
    shown = [
        (
            titles.get(row["record_id"], "") or row["record_id"],
            f"\u201c{row['passage']}\u201d" if row["passage"] else "",
            plain(row["factor"]),
            row["direction"],
            plain(row["actor"] or ""),
            row["claim_kind"],
            (row["source"] or "").replace("full_text:", "full text, page ").replace("not_stated", "not stated"),
        )
        for row in rows
    ]
    return Table(caption, _SHOWN, shown_cells(shown), note, "incidents.csv")


def _candidate_list(candidates: list[dict[str, Any]], data: SynthesisData) -> Table:
    """Return one candidate a record, those of the first records."""
    first: dict[str, dict[str, Any]] = {}
    for row in candidates:
        first.setdefault(row["record_id"], row)
    caption = "Candidates, not confirmed by a person: one a record"
    shown = list(first.values())[:_MOST_CANDIDATES]
    note = f"{len(shown):,} of {len(first):,} records with a candidate, the first of each. "
    note += f"All {len(candidates):,} are in the file."
    return _listed(caption, shown, data.titles, note)


def _candidate_counts(candidates: list[dict[str, Any]], files: dict[str, bytes]) -> Table:
    told = told_once(((row["study"], row["factor"], row["direction"]) for row in candidates), frozenset())
    rows = [(plain(str(row[0])), *row[2:6]) for row in factor_rows(told, [])]
    header = ("Factor", "Candidates", "fosters", "hinders", "mixed")
    files["tables/incident_candidates.csv"] = csv_bytes(list(header), [list(row) for row in rows])
    note = "Unconfirmed: what the program suggests for reading. This is not T6."
    return Table("Candidates by factor", header, shown_cells(rows), note, "tables/incident_candidates.csv")


def _factor_tables(data: SynthesisData, told: Any, factors: list[str], files: dict[str, bytes]) -> Iterator[Table]:  # noqa: ANN401
    studies = data.main
    disciplines = studies.axis(DISCIPLINE, data.disciplines_shown)
    by_discipline = {name: disciplines.having(name) for name in disciplines.codes}
    parts: list[tuple[str, str, Mapping[str, frozenset[str]] | None]] = [
        ("factors", "T6 Factors by direction", None),
        ("factors_by_discipline", "T6 Factors by direction and discipline", by_discipline),
    ]
    if data.roles.modes:
        axis = studies.axis(data.roles.modes, data.disciplines_shown)
        by_mode = {plain(code): axis.members(code, studies.members) for code in (*axis.codes, "not_stated")}
        parts.append(("factors_by_mode", "T6 Factors by direction and mode", by_mode))
    crossed = {
        item.code: item.crosswalk for dimension in data.roles.incidents.factors for item in data.frame.of(dimension)
    }
    columns = list(dict.fromkeys(name for cells in crossed.values() for name in cells))
    for name, caption, chosen in parts:
        rows = factor_rows(told, factors, chosen)
        files[f"tables/{name}.csv"] = csv_bytes(
            [*HEADER, *columns],
            [[*row, *(crossed.get(str(row[0]), {}).get(name, "") for name in columns)] for row in rows],
        )
        note = "Confirmed incidents, one a study and factor; reviews are left out. Below five studies no interval."
        shown = [(plain(str(row[0])), *row[1:]) for row in rows]
        yield Table(caption, HEADER, shown_cells(shown), note, f"tables/{name}.csv")


def outcome_section(data: SynthesisData, files: dict[str, bytes]) -> Iterator[Section]:
    """Yield T7, outcomes with their signs by strength of evidence, mode and discipline, and the evidence map."""
    roles, studies = data.roles, data.main
    if not roles.outcomes:
        text = "Not computed: the protocol names no dimension of outcomes in [synthesis]."
        yield Section("Outcomes and evidence", "outcomes", (text,))
        return
    codes = data.frame.of(roles.outcomes)
    values = tuple(dict.fromkeys(value for item in codes for value in item.values))
    found = studies.dimension(roles.outcomes)
    rows = valued_axis("outcome", tuple(item.code for item in codes), found, values)
    said: list[str] = [
        "Signs are those of the sentence an outcome stands in; until full texts are appraised, an outcome is "
        "what a study "
        "claims. Harm is an outcome of its own and is always shown."
    ]
    tables: list[Table] = []
    for name in (roles.grades, roles.modes, DISCIPLINE):
        if not name:
            continue
        title = f"T7 Outcome and sign by {plain(name)}, {studies.group.unit} {studies.group.described}"
        note = f"outcomes confirmed by people: {len(found.by_people)}, suggested: {len(found.suggested)}"
        columns = studies.axis(name, data.disciplines_shown)
        table = cross_table(
            f"outcome_by_{name}_{studies.group.key}", title, rows, columns, studies.members, studies.group, [note]
        )
        files[f"tables/{table.name}.csv"] = table_csv(table)
        tables += page_tables(table)
        said += _why(table)
    figure = outcomes_figure(data)
    said += [figure] if isinstance(figure, str) else []
    figures = () if isinstance(figure, str) else (figure,)
    yield Section("Outcomes and evidence", "outcomes", tuple(said), tuple(tables), (), figures)


def _why(table: SynthesisTable) -> list[str]:
    return [f"{table.note[:1].upper()}{table.note[1:]} ({table.title})"] if table.frame.empty else []
