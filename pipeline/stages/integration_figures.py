"""The four figures of integration, drawn from the results: citation matrix, map of papers, time line, vocabulary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np

from pipeline.integration.change import Period
from pipeline.integration.coupling import coupling_matrix
from pipeline.integration.measures import Results
from pipeline.integration.network import bridging_papers
from pipeline.integration.result_table import ResultTable
from pipeline.integration.settings import Measured, MeasureSettings
from pipeline.integration.shared_tables import close_pairs
from pipeline.report.coupling_figure import CouplingMap, MapNode, coupling_figure
from pipeline.report.matrix_figure import MatrixFigure, matrix_figure
from pipeline.report.time_figure import TimeLine, TimePanel, TimePoint, time_figure

MOST_NODES, EDGES_OF_A_NODE, NAMED = 200, 4, 10
LEAST_NODES = 5


@dataclass(frozen=True)
class Drawn:
    """A figure: its file's name, caption and SVG."""

    name: str
    caption: str
    svg: str


def integration_figures(measured: Measured, settings: MeasureSettings, results: Results) -> list[Drawn]:
    """Return the figures that have something to show."""
    drawn = [
        Drawn(
            "citation_heat_map",
            "Who cites whom: observed/expected references from the discipline of the row to that of the column.",
            matrix_figure(_citation_matrix(results.table("citation_matrix"), settings)),
        ),
        Drawn(
            "coupling_map",
            "Map of the studies that share cited works, marked by discipline.",
            coupling_figure(_coupling_map(measured, settings, results)) if measured.has_references else "",
        ),
        Drawn(
            "time_line",
            "Bridging, citations across disciplines and diversity of references over time.",
            time_figure(
                "Integration over time",
                [item.label for item in results.periods],
                _panels(results.periods),
                "Hollow: fewer than 10 studies, or the last year is among them, which exports seldom hold in full; no "
                "line runs through them. Bars: 95 % intervals. Chance: what the margins, or permuted labels, give.",
            ),
        ),
        Drawn(
            "vocabulary_matrix",
            "Distance of the words of two disciplines, corrected for what permuted labels show.",
            matrix_figure(_vocabulary_matrix(results.table("vocabulary"), settings)),
        ),
    ]
    return [figure for figure in drawn if figure.svg]


def _citation_matrix(table: ResultTable, settings: MeasureSettings) -> MatrixFigure:
    """Return the heat map of observed/expected; disciplines without studies have no row."""
    place = {name: number for number, name in enumerate(table.header)}
    values: dict[tuple[str, str], float] = {}
    marked: set[tuple[str, str]] = set()
    for row in table.rows:
        pair = str(row[place["citing"]]), str(row[place["cited"]])
        value = row[place["observed_expected"]]
        if pair[1] and isinstance(value, float | int):
            values[pair] = float(value)
            low, high = row[place["low"]], row[place["high"]]
            if isinstance(low, float) and isinstance(high, float) and (low > 1 or high < 1):
                marked.add(pair)
    rows = list(dict.fromkeys(pair[0] for pair in values))
    columns = list(dict.fromkeys(pair[1] for pair in values))
    return MatrixFigure(
        "citation-matrix",
        "Who cites whom: observed/expected",
        _named(rows, settings.names),
        _named(columns, settings.names),
        tuple(tuple(values.get((row, column)) for column in columns) for row in rows),
        tuple(
            tuple(
                f"{_ratio(values[row, column])}{'*' if (row, column) in marked else ''}"
                if (row, column) in values
                else ""
                for column in columns
            )
            for row in rows
        ),
        "ratio",
        "1: as many references as the sizes alone would give; below 1 (blue): fewer; above 1 (brown): more. A star: "
        "the 95 % interval over studies leaves out 1. A column that is no row is cited but has no study here.",
        "citing",
        "cited",
    )


def _vocabulary_matrix(table: ResultTable, settings: MeasureSettings) -> MatrixFigure:
    place = {name: number for number, name in enumerate(table.header)}
    values: dict[tuple[str, str], float] = {}
    for row in table.rows:
        value = row[place["corrected"]]
        if isinstance(value, float | int):
            one, two = str(row[0]), str(row[1])
            values[one, two] = values[two, one] = float(value)
    codes = list(dict.fromkeys(code for pair in values for code in pair))
    return MatrixFigure(
        "vocabulary-matrix",
        "Distance of words (Jensen-Shannon divergence in bit, corrected)",
        _named(codes, settings.names),
        _named(codes, settings.names),
        tuple(tuple(values.get((one, two)) for two in codes) for one in codes),
        tuple(
            tuple(
                f"{values[one, two] + 0.0:.2f}".replace("-0.00", "0.00") if (one, two) in values else ""
                for two in codes
            )
            for one in codes
        ),
        "share",
        "0: the two use the same words as often (as permuted labels do); 1: no word in common. Words of the search are "
        "left out. Disciplines with fewer than 10 texts are not shown.",
    )


def _ratio(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _named(codes: list[str], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((code, names.get(code, code)) for code in codes)


def _panels(periods: tuple[Period, ...]) -> list[TimePanel]:
    def points(name: str, low: str = "", high: str = "") -> tuple[TimePoint, ...]:
        return tuple(
            TimePoint(
                _known(getattr(item, name)),
                _known(getattr(item, low)) if low else None,
                _known(getattr(item, high)) if high else None,
                hollow=not item.drawn or item.partial,
            )
            for item in periods
        )

    cross = TimeLine("observed", points("cross_share", "low", "high")), TimeLine("chance", points("expected"))
    ratio = TimeLine("observed", points("ratio")), TimeLine("permuted labels", points("permuted_ratio"))
    most = max([1.0, *(value for line in ratio for point in line.points if (value := point.value) is not None)])
    return [
        TimePanel(
            "Share of studies that cite anchor works of both traditions", (TimeLine("bridging", points("bridging")),)
        ),
        TimePanel("Share of references that go to another discipline", cross),
        TimePanel("Coupling across disciplines / within", ratio, math.ceil(most * 2) / 2),
        TimePanel("Rao-Stirling diversity of the references, mean", (TimeLine("mean", points("diversity")),)),
    ]


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _coupling_map(measured: Measured, settings: MeasureSettings, results: Results) -> CouplingMap:
    """Return the most coupled papers, laid out by a spring model with the seed of the review."""
    corpus = measured.corpus
    matrix = coupling_matrix(corpus)
    degree = np.diff(matrix.indptr)
    wanted = [place for place in range(len(corpus.papers)) if degree[place] and corpus.primary[place] >= 0]
    wanted = sorted(sorted(wanted, key=lambda place: (-degree[place], corpus.papers[place].paper_id))[:MOST_NODES])
    if len(wanted) < LEAST_NODES:
        return CouplingMap((), (), (), "", "")
    graph = nx.from_scipy_sparse_array(matrix[wanted][:, wanted])
    kept: set[tuple[int, int]] = set()
    for node in sorted(graph):
        strongest = sorted(graph[node].items(), key=lambda item: (-round(item[1]["weight"], 9), item[0]))
        kept.update((min(node, other), max(node, other)) for other, _ in strongest[:EDGES_OF_A_NODE])
    thinned = nx.Graph()
    thinned.add_nodes_from(range(len(wanted)))
    thinned.add_weighted_edges_from((one, two, graph[one][two]["weight"]) for one, two in sorted(kept))
    places = np.array(
        list(nx.spring_layout(thinned, seed=settings.seed, iterations=200, k=2 / len(wanted) ** 0.5).values())
    )
    spread = np.maximum(places.max(axis=0) - places.min(axis=0), 1e-9)
    places = np.round((places - places.min(axis=0)) / spread, 3)
    numbers = _bridge_numbers(measured, settings)
    nodes = tuple(
        MapNode(
            float(x),
            float(y),
            corpus.disciplines[corpus.primary[place]],
            numbers.get(corpus.papers[place].paper_id, ""),
            corpus.papers[place].name,
        )
        for place, (x, y) in zip(wanted, places, strict=True)
    )
    counted: dict[str, int] = {}
    for node in nodes:
        counted[node.discipline] = counted.get(node.discipline, 0) + 1
    order = sorted(counted, key=lambda code: (-counted[code], corpus.disciplines.index(code)))
    edges = tuple((one, two, float(thinned[one][two]["weight"])) for one, two in sorted(kept))
    return CouplingMap(
        nodes,
        edges,
        tuple((code, settings.name(code), counted[code]) for code in order),
        "Studies that share cited works",
        _map_note(results, len(wanted), int((degree > 0).sum())),
    )


def _bridge_numbers(measured: Measured, settings: MeasureSettings) -> dict[str, str]:
    """Return paper id -> number of the bridging papers of the first close pair, as the table lists them."""
    pairs = close_pairs(measured.corpus, settings)
    if not pairs:
        return {}
    found = bridging_papers(measured.corpus, *pairs[0], seed=settings.seed, top=NAMED)
    return {bridge.paper_id: str(number) for number, bridge in enumerate(found, 1)}


def _map_note(results: Results, shown: int, coupled: int) -> str:
    table = results.table("network")
    row = dict(zip(table.header, table.rows[0], strict=True)) if table.rows else {}
    numbers = [
        f"{text} {row[name]:.2f}"
        for name, text in (("e_i", "E-I index"), ("e_i_expected", "by sizes alone"), ("assortativity", "assortativity"))
        if isinstance(row.get(name), float | int)
    ]
    part = "" if shown == coupled else f"The {shown} most coupled of {coupled} studies. "
    return (
        f"{part}Each study's {EDGES_OF_A_NODE} strongest lines are drawn; nearness has no scale. Numbers: the bridging "
        f"records as the table lists them. {', '.join(numbers)}{'.' if numbers else ''}"
    )
