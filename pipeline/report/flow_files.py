"""All files of one flow: the figure as SVG, PDF, PNG and HTML page, and the numbers as PRISMA2020 file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.report.figure_files import RESOLUTIONS, figure_files, missing_notice
from pipeline.report.flow import Flow
from pipeline.report.flow_content import FlowContent, flow_content
from pipeline.report.flow_diagram import figure_faces, flow_diagram
from pipeline.report.flow_identities import Findings
from pipeline.report.fonts import fallback_fonts, foreign_characters
from pipeline.report.page import FLOW_ANCHOR, Figure, FileLink, Page, Section, Table, render_page
from pipeline.report.prisma_write import written_prisma
from pipeline.report.text_measure import clean_text

DRAFT: str = "DRAFT: counts do not reconcile"
PRISMA_FILE: str = "PRISMA.csv"
FLOW_CAPTION: str = "PRISMA 2020 flow diagram: how many records were found, and what became of each."
_UNTITLED = "PRISMA 2020 flow diagram"
_HOLDS = (
    ("flow.svg", "the figure, vector, text that can be selected"),
    ("flow.pdf", "the figure, vector, fonts embedded, tagged"),
    ("flow-300dpi.png", "the figure as picture, 300 dots per inch"),
    ("flow-600dpi.png", "the figure as picture, 600 dots per inch"),
    (PRISMA_FILE, "the numbers, for this program and the R package PRISMA2020"),
)


@dataclass(frozen=True)
class FlowFiles:
    """The files by name, and what a person must know about them (characters that no font can draw)."""

    files: Mapping[str, bytes]
    warnings: tuple[str, ...]


def drawn_flow(flow: Flow, *, title: str, notices: tuple[str, ...], links: Mapping[str, str]) -> FlowFiles:
    """Return the figure in all its forms and the PRISMA2020 file; the page is apart (`flow_page`).

    `links` maps box keys to addresses of the lists behind them.
    """
    named = clean_text(title) or _UNTITLED
    description = flow_content(flow, notices).prose
    svg = flow_diagram(flow, title=title, notices=notices, links=links, with_font=True)
    fallback = fallback_fonts(foreign_characters(named + description))
    made = figure_files(svg, title=named, description=description, fallback=fallback)
    files = {"flow.svg": svg.encode("utf-8"), PRISMA_FILE: written_prisma(flow)}
    files |= {f"flow{ending}": data for ending, data in made.files.items()}
    warnings = [missing_notice(made.missing)]
    if len(made.files) <= len(RESOLUTIONS):
        warnings.append(
            "the flow diagram is too tall for all of its pictures; use the SVG or the PDF, or shorten names"
        )
    return FlowFiles(files, tuple(filter(None, warnings)))


def flow_page(
    flow: Flow, findings: Findings, *, title: str, notices: tuple[str, ...], links: Mapping[str, str]
) -> bytes:
    """Return one HTML page with the figure, its numbers as a table, and which identities hold."""
    figure = flow_diagram(flow, title=title, notices=notices, links=links)
    page = Page(
        title=title,
        question="",
        notices=notices,
        font_faces=figure_faces(figure),
        sections=(
            flow_section(Figure(figure, FLOW_CAPTION, "flow.svg")),
            Section("Numbers", "numbers", tables=(flow_numbers(flow_content(flow)),)),
            _checks(flow, findings),
            Section("Files", "files", files=tuple(FileLink(name, holds) for name, holds in _HOLDS)),
        ),
    )
    return render_page(page).encode("utf-8")


def flow_section(figure: Figure, *, paragraphs: tuple[str, ...] = (), tables: tuple[Table, ...] = ()) -> Section:
    """Return the section with the flow diagram."""
    return Section("Flow of the review", FLOW_ANCHOR, paragraphs, tables, figures=(figure,))


def flow_numbers(content: FlowContent) -> Table:
    """Return every number of the figure with the box it stands in."""
    rows: list[tuple[str | int, ...]] = []
    for box in content.boxes:
        first = box.labels[0].text.rstrip("*:")
        for label in box.labels:
            if label.n is not None:
                rows.append((label.text.rstrip("*:"), first if label is not box.labels[0] else "", label.n))
    return Table("Numbers of the flow, in the order of the figure", ("What", "Box", "n"), tuple(rows))


def _checks(flow: Flow, findings: Findings) -> Section:
    said = [str(broken) for broken in findings.broken]
    said += [f"Not checked: {text}" for text in findings.open_sums]
    if flow.not_recorded:
        said.append("Not recorded: " + "; ".join(flow.not_recorded) + ".")
    return Section("Arithmetic", "arithmetic", tuple(said) or ("Every sum between the boxes holds.",))
