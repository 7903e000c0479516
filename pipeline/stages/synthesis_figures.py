"""Figures of the synthesis from its data: mosaic of modes, bars of factors, evidence map; or a sentence why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.report.evidence_map import UNGRADED, MapCell, evidence_map
from pipeline.report.factor_figure import FactorBar, factor_figure
from pipeline.report.mosaic_figure import MosaicRow, mosaic_figure
from pipeline.report.page import Figure
from pipeline.stages.synthesis_data import Studies, SynthesisData
from pipeline.stages.synthesis_pages import plain
from pipeline.synthesis.factor_tables import Told
from pipeline.synthesis.frame import NOT_STATED
from pipeline.synthesis.incidents import FOSTERS, HINDERS, MIXED
from pipeline.synthesis.roles import DISCIPLINE

_LIST = "tables/coded_studies.csv"
_MOST_MODES, _MOST_FACTORS = 5, 24


def _unconfirmed(studies: Studies, *dimensions: str) -> str:
    people = frozenset.intersection(*(studies.dimension(name).by_people for name in dimensions))
    if people >= studies.members:
        return ""
    return f" Codes confirmed by people: {len(people):,} of {len(studies.members):,}; the others are suggestions."


def modes_figure(data: SynthesisData) -> Figure | str:
    """Return F5, modes by discipline; a sentence where it cannot be drawn."""
    name, studies = data.roles.modes, data.main
    if not name:
        return "F5 not drawn: the protocol names no dimension of modes in [synthesis]."
    found = studies.dimension(name)
    if not found.judged:
        return f"F5 not drawn: no mode is known of any of {len(studies.members):,} {studies.group.unit}."
    codes = [item.code for item in data.frame.of(name)][:_MOST_MODES]
    disciplines = studies.axis(DISCIPLINE, data.disciplines_shown)
    rows = []
    for label in disciplines.codes:
        keys = sorted(disciplines.having(label))
        parts: dict[str, float] = {}
        for key in keys:
            given = [code for code in found.of.get(key, {}) if code in codes]
            for code in given or [NOT_STATED]:
                parts[plain(code)] = parts.get(plain(code), 0.0) + 1 / max(len(given), 1)
        rows.append(MosaicRow(label, len(keys), parts))
    title = f"F5 Modes by discipline, {studies.group.unit} {studies.group.described}"
    columns = [plain(NOT_STATED), *map(plain, codes)]
    svg = mosaic_figure(title, rows, columns, unit=studies.group.unit, address=_LIST)
    caption = (
        f"{title}. The height of a row is its number of {studies.group.unit}; one with several modes counts in parts."
        f"{_unconfirmed(studies, name)}"
    )
    return Figure(svg, caption, "mode_mosaic.svg")


def factors_figure(data: SynthesisData, told: Sequence[Told]) -> Figure | str:
    """Return F6, factors that foster and hinder, from confirmed incidents, and keep its file; else a sentence."""
    if not told:
        return "F6 not drawn: it shows incidents that people confirmed, and there is none yet."
    named = {item.code: item.code for dimension in data.roles.incidents.factors for item in data.frame.of(dimension)}
    order = list(dict.fromkeys([*named, *sorted({item.factor for item in told})]))
    count = Counter((item.factor, item.direction) for item in told)
    bars = [FactorBar(plain(code), count[code, HINDERS], count[code, FOSTERS], count[code, MIXED]) for code in order]
    shown = [bar for bar in bars if bar.studies]
    kept = {bar.name for bar in sorted(shown, key=lambda bar: (-bar.studies, bar.name))[:_MOST_FACTORS]}
    title = "F6 What fostered and what hindered, studies with a confirmed incident"
    svg = factor_figure(title, [bar for bar in shown if bar.name in kept], address="incidents.csv")
    caption = (
        f"{title}. One incident a study and factor; reviews are left out. Abstracts tell less of what hinders, so the "
        "sides are not to be set against each other."
    )
    return Figure(svg, caption, "factors.svg")


def outcomes_figure(data: SynthesisData) -> Figure | str:
    """Return F7, the evidence map of outcomes by modes; a sentence where it cannot be drawn."""
    roles, studies = data.roles, data.main
    if not roles.outcomes or not roles.modes:
        return "F7 not drawn: the protocol names no dimensions of outcomes and modes in [synthesis]."
    outcomes, modes = studies.dimension(roles.outcomes), studies.dimension(roles.modes)
    if not outcomes.judged:
        return f"F7 not drawn: no outcome is known of any of {len(studies.members):,} {studies.group.unit}."
    grades = [item.code for item in data.frame.of(roles.grades)] if roles.grades else []
    graded = studies.dimension(roles.grades) if roles.grades else None
    rows = [item.code for item in data.frame.of(roles.outcomes)]
    columns = [*(item.code for item in data.frame.of(roles.modes)), NOT_STATED]
    cells: dict[tuple[str, str], MapCell] = {}
    for row in rows:
        for column in columns:
            there = outcomes.having(row)
            without = frozenset(key for key in there if not modes.of.get(key))
            there = without if column == NOT_STATED else there & modes.having(column)
            strongest = Counter(
                next((grade for grade in grades if graded and grade in graded.of.get(key, {})), UNGRADED)
                for key in there
            )
            shown = {plain(grade): strongest[grade] for grade in [*grades, UNGRADED]}
            cells[plain(row), plain(column)] = MapCell(len(there), shown)
    title = f"F7 Evidence map: outcomes by modes, {studies.group.unit} {studies.group.described}"
    svg = evidence_map(
        title,
        [plain(row) for row in rows],
        [plain(column) for column in columns],
        [plain(grade) for grade in grades],
        cells,
        unit=studies.group.unit,
        address=_LIST,
    )
    if not svg:
        return f"F7 not drawn: no outcome is stated in any of {len(studies.members):,} {studies.group.unit}."
    caption = (
        f"{title}. Area: number of {studies.group.unit}; shade and letter: the strongest evidence among them; "
        f"a short line: "
        f"none.{_unconfirmed(studies, roles.outcomes, roles.modes)}"
    )
    return Figure(svg, caption, "evidence_map.svg")
