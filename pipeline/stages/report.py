"""Stage 11, report: one document as HTML page, PDF and DOCX, the flow diagram, the lists and tables people open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.errors import Notice
from pipeline.report.checklist import HEADER
from pipeline.report.figure_files import missing_notice
from pipeline.report.flow import flow_of
from pipeline.report.flow_diagram import figure_faces, with_typeface
from pipeline.report.flow_files import drawn_flow
from pipeline.report.page import Figure, Page, Section, render_page
from pipeline.report.page_docx import docx_page
from pipeline.report.page_pdf import pdf_page
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.report_agreement import agreement_sections
from pipeline.stages.report_changes import changes_files, changes_section
from pipeline.stages.report_closing import checklist, checklist_page, closing_sections
from pipeline.stages.report_content import ReportContent
from pipeline.stages.report_flow import LINKS, flow_sections
from pipeline.stages.report_integration import integration_sections
from pipeline.stages.report_methods import methods_sections
from pipeline.stages.report_opening import opening_sections
from pipeline.stages.report_screening import screening_sections
from pipeline.stages.report_sources import source_sections
from pipeline.stages.report_studies import study_sections
from pipeline.stages.report_synthesis import synthesis_part
from pipeline.tables import csv_bytes


def report(stage: StageInput) -> StageResult:
    """Return the files of outputs/report/: the report in all its forms, the figure, PRISMA.csv, checklists, CSV tables.

    Inputs: the tables of all earlier stages; the coding frame and discipline files for names and order.
    """
    content = ReportContent(stage)
    draft, derived = not stage.tables["count/broken"].empty, bool(content.protocol.previous.version)
    synthesis = synthesis_part(stage, content.counts, derived=derived, draft=draft)
    drawn = drawn_flow(flow_of(content.counts), title=content.protocol.review.title, notices=content.marks, links=LINKS)
    page = _page(content, synthesis.sections)
    files = {**_lists(content), **synthesis.files, **drawn.files}
    files |= {
        figure.file: with_typeface(figure.svg).encode("utf-8") for figure in _figures(page) if figure.file not in files
    }
    warnings = list(drawn.warnings)
    files |= _renderings(page, drawn.files, warnings)
    files["checklist.docx"] = docx_page(checklist_page(content))
    notices = tuple(Notice("warning", text, "figure") for text in dict.fromkeys(warnings) if text)
    written = {f"report/{name}": data for name, data in files.items()} | changes_files(stage)
    return StageResult(files=written, notices=notices, summary=f"{len(written)} files in outputs/report/")


def _sections(content: ReportContent, synthesis: Sequence[Section]) -> Iterator[Section]:
    """Yield the sections of the report in their order."""
    yield from opening_sections(content)
    yield from source_sections(content)
    yield from flow_sections(content)
    yield from changes_section(content.stage)
    yield from methods_sections(content)
    yield from screening_sections(content.stage)
    yield from agreement_sections(content.stage)
    yield from study_sections(content)
    yield from synthesis
    yield from integration_sections(content.stage)
    yield from closing_sections(content)


def _page(content: ReportContent, synthesis: Sequence[Section]) -> Page:
    sections = tuple(_sections(content, synthesis))
    svgs = [figure.svg for section in sections for figure in section.figures if figure.svg]
    return Page(
        title=content.protocol.review.title,
        question=" ".join(content.protocol.review.question.split()),
        notices=content.notices,
        sections=sections,
        font_faces=figure_faces(*svgs) if svgs else "",
        mark=" · ".join(content.marks),
        authors=content.protocol.report.authors,
        most_rows=content.protocol.report.most_rows,
    )


def _lists(content: ReportContent) -> dict[str, bytes]:
    """Return the lists behind the boxes and the checklists as CSV."""
    files = {name: csv_bytes(header, rows) for name, (header, rows) in content.lists.items()}
    return files | {"checklist.csv": csv_bytes(HEADER, [line.cells for line in checklist(content)])}


def _figures(page: Page) -> Iterator[Figure]:
    """Yield the figures that have a file beside the report; that of the flow is made with its typeface elsewhere."""
    yield from (figure for section in page.sections for figure in section.figures if figure.svg and figure.file)


def _renderings(page: Page, drawn: Mapping[str, bytes], warnings: list[str]) -> dict[str, bytes]:
    """Return the document as HTML page, PDF and DOCX; what a person must know of them is added to the warnings."""
    pdf = pdf_page(page)
    warnings.append(missing_notice(pdf.missing))
    if pdf.problem:
        warnings.append(f"report.pdf could not be set and is left out ({pdf.problem}); use index.html or report.docx")
    pictures = {"flow.svg": drawn["flow-300dpi.png"]} if "flow-300dpi.png" in drawn else {}
    files = {"index.html": render_page(page).encode("utf-8"), "report.docx": docx_page(page, pictures)}
    return files | ({"report.pdf": pdf.data} if pdf.data else {})
