"""The document of the report as DOCX: headings, figures as pictures with their text, tables that can be edited.

The same document gives the same bytes: no clock (fixed properties and times within the file), ids in order.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from pipeline.report.figure_files import RESOLUTIONS, figure_picture
from pipeline.report.figure_size import figure_size
from pipeline.report.links import safe_link
from pipeline.report.page import Cell, Figure, Page, Section, Table, cell_address, checked_figure
from pipeline.report.page_pdf import column_widths, is_wide
from pipeline.report.text_measure import clean_text

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.section import Section as DocxSection
    from docx.text.paragraph import Paragraph

_LANGUAGE: Final = "en-GB"
_FONT: Final = "Arial"
_SHORT_SIDE, _LONG_SIDE, _MARGIN, _HEADING = 210.0, 297.0, 18.0, 25.0
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_TWIPS: Final = 56.7


def docx_page(page: Page, pictures: dict[str, bytes] | None = None) -> bytes:
    """Return the document as DOCX.

    Args:
        page: the document; a figure's `table` stands below its picture.
        pictures: figure file -> PNG of 300 dots per inch, for figures that were drawn already.
    """
    document = Document()
    _styles(document)
    _properties(document, page)
    writer = _Writer(document, pictures or {}, page.most_rows)
    writer.bookmark(document.add_heading(clean_text(page.title) or "Report of the review", 0), "top")
    for text in (page.question, ", ".join(page.authors)):
        if text.strip():
            document.add_paragraph(clean_text(text), style="Subtitle")
    if page.notices:
        document.add_paragraph("Please note", style="Intense Quote")
        for notice in page.notices:
            document.add_paragraph(clean_text(notice), style="List Bullet")
    for section in page.sections:
        paragraph = document.add_paragraph(style="List Number")
        writer.link(paragraph, clean_text(section.heading), f"#{section.anchor}")
    for section in page.sections:
        writer.section(section)
    stream = io.BytesIO()
    document.save(stream)
    return _fixed(stream.getvalue())


class _Writer:
    """Adds the parts of the document one after the other."""

    def __init__(self, document: Docx, pictures: dict[str, bytes], most_rows: int) -> None:
        self.document = document
        self.pictures = pictures
        self.most_rows = most_rows
        self.bookmarks = 0
        self.landscape = False

    def section(self, section: Section) -> None:
        """Add a section; one with a wide table or figure gets pages on their side, and begins with the figure."""
        figures = [figure for figure in section.figures if figure.svg.strip()]
        wide = any(is_wide(table) for table in section.tables)
        wide = wide or any(_scale(figure, True) > _scale(figure, False) for figure in figures)
        self.turn(landscape=wide)
        self.bookmark(self.document.add_heading(clean_text(section.heading), 1), section.anchor)
        if wide:
            self.figures(figures)
        for paragraph in section.paragraphs:
            self.document.add_paragraph(clean_text(paragraph))
        for file in section.files:
            added = self.document.add_paragraph(style="List Bullet")
            self.link(added, clean_text(file.name), safe_link(file.name))
            added.add_run(f": {clean_text(file.holds)}")
        if not wide:
            self.figures(figures)
        for table in [*(figure.table for figure in figures if figure.table), *section.tables]:
            self.table(table)

    def turn(self, *, landscape: bool) -> None:
        """Begin pages of the other orientation where it changes."""
        if landscape != self.landscape:
            _paper(self.document.add_section(), landscape=landscape)
            self.landscape = landscape

    def figures(self, figures: list[Figure]) -> None:
        """Add figures one below the other."""
        for figure in figures:
            self.figure(figure)

    def figure(self, figure: Figure) -> None:
        """Add a figure as picture with its text alternative and its caption."""
        checked_figure(figure.svg)
        picture = self.pictures.get(figure.file) or figure_picture(figure.svg, RESOLUTIONS[0])
        width = figure_size(figure.svg)[0] * _scale(figure, self.landscape)
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(width))
        named = shape._inline.docPr
        named.set("descr", figure.alternative)
        named.set("title", clean_text(figure.caption))
        self.document.add_paragraph(clean_text(figure.caption), style="Caption")

    def table(self, whole: Table) -> None:
        """Add a table with its caption above; its header row is repeated on each page."""
        table = whole.cut(self.most_rows)
        caption = self.document.add_paragraph(clean_text(table.caption), style="Caption")
        caption.paragraph_format.keep_with_next = True
        element = OxmlElement("w:tbl")
        self.document.element.body.insert(-1, element)
        side = _LONG_SIDE if self.landscape else _SHORT_SIDE
        shares = column_widths(table)
        widths = [round((side - 2 * _MARGIN) * _TWIPS * share / sum(shares)) for share in shares]
        columns = list(zip(widths, table.numeric_columns, strict=True))
        for part in _table_start(table.caption, widths):
            element.append(part)
        element.append(self.row(table.header, columns, header=True))
        for row in table.rows:
            element.append(self.row(row, columns))
        texts = [table.note] if table.note else []
        if not table.rows:
            texts.insert(0, "None.")
        for text in texts:
            _small(self.document.add_paragraph(clean_text(text)))
        address = safe_link(table.link)
        last = self.document.add_paragraph()
        if address:
            last.add_run("This table as a file: ")
            self.link(last, clean_text(table.link), address)
        _small(last)

    def row(self, cells: tuple[Cell, ...], columns: list[tuple[int, bool]], *, header: bool = False) -> BaseOxmlElement:
        """Return a row of a table; `columns` are their widths in twips and whether they are set flush right."""
        row = OxmlElement("w:tr")
        properties = _child(row, "w:trPr")
        _child(properties, "w:cantSplit")
        if header:
            _child(properties, "w:tblHeader")
        for cell, (width, flush_right) in zip(cells, columns, strict=True):
            column = _child(row, "w:tc")
            _child(_child(column, "w:tcPr"), "w:tcW", w=str(width), type="dxa")
            for line in str(cell).split("\n") or [""]:
                paragraph = _child(column, "w:p")
                style = _child(paragraph, "w:pPr")
                _child(style, "w:spacing", before="20", after="20")
                if flush_right:
                    _child(style, "w:jc", val="right")
                address = None if header else cell_address(cell)
                holder = self.hyperlink(address) if address else paragraph
                if address:
                    paragraph.append(holder)
                _run(holder, clean_text(line), bold=header, linked=bool(address))
        return row

    def bookmark(self, paragraph: Paragraph, anchor: str) -> None:
        """Give a heading the name that links within the document lead to."""
        self.bookmarks += 1
        start = OxmlElement("w:bookmarkStart")
        start.set(qn("w:id"), str(self.bookmarks))
        start.set(qn("w:name"), anchor)
        end = OxmlElement("w:bookmarkEnd")
        end.set(qn("w:id"), str(self.bookmarks))
        paragraph._p.append(start)
        paragraph._p.append(end)

    def link(self, paragraph: Paragraph, text: str, address: str | None) -> None:
        """Add a text that leads to an address; plain text where there is none."""
        if not address:
            paragraph.add_run(text)
            return
        holder = self.hyperlink(address)
        paragraph._p.append(holder)
        _run(holder, text, linked=True, small=False)

    def hyperlink(self, address: str) -> BaseOxmlElement:
        """Return the element of a link to a place in the document, a file beside it or a web address."""
        element = OxmlElement("w:hyperlink")
        if address.startswith("#"):
            element.set(qn("w:anchor"), address[1:])
        else:
            relation = self.document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            element.set(qn("r:id"), relation)
        return element


def _scale(figure: Figure, landscape: bool) -> float:
    """Return how far a figure is made smaller to stand on a page with its heading and caption."""
    width, height = figure_size(figure.svg)
    across, down = (_LONG_SIDE, _SHORT_SIDE) if landscape else (_SHORT_SIDE, _LONG_SIDE)
    return min(1.0, (across - 2 * _MARGIN) / width, (down - 2 * _MARGIN - _HEADING) / height)


def _styles(document: Docx) -> None:
    """Set typeface, sizes and language of the document."""
    for name, size in (("Normal", 10), ("Heading 1", 14), ("Title", 20), ("Subtitle", 11), ("Caption", 9)):
        style = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), _LANGUAGE)
    _paper(document.sections[0], landscape=False)


def _paper(section: DocxSection, *, landscape: bool) -> None:
    sides = (_LONG_SIDE, _SHORT_SIDE) if landscape else (_SHORT_SIDE, _LONG_SIDE)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(sides[0]), Mm(sides[1])
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN)


def _properties(document: Docx, page: Page) -> None:
    """Set the properties of the file and what stands at the head and foot of each page."""
    properties = document.core_properties
    properties.title = clean_text(page.title)[:255]
    properties.author = clean_text("; ".join(page.authors))[:255]
    properties.language = _LANGUAGE
    properties.comments = properties.keywords = properties.subject = ""
    properties.last_modified_by = ""
    properties.created = properties.modified = _EPOCH
    section = document.sections[0]
    section.header.paragraphs[0].text = clean_text(page.mark)
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{clean_text(page.title)[:90]}, page ")
    for part in ("PAGE", None, "NUMPAGES"):
        if part is None:
            foot.add_run(" / ")
        else:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), part)
            _run(field, "1", small=True)
            foot._p.append(field)
    _small(foot)
    _small(section.header.paragraphs[0])


def _small(paragraph: Paragraph) -> None:
    for run in paragraph.runs:
        run.font.size = Pt(8)


def _table_start(caption: str, widths: list[int]) -> Iterator[BaseOxmlElement]:
    """Yield the properties and the columns of a table; widths in twips."""
    properties = OxmlElement("w:tblPr")
    _child(properties, "w:tblStyle", val="TableGrid")
    _child(properties, "w:tblW", w=str(sum(widths)), type="dxa")
    _child(properties, "w:tblLayout", type="fixed")
    _child(properties, "w:tblLook", val="0420", firstRow="1", noVBand="1")
    _child(properties, "w:tblCaption", val=clean_text(caption))
    yield properties
    grid = OxmlElement("w:tblGrid")
    for width in widths:
        _child(grid, "w:gridCol", w=str(width))
    yield grid


def _run(holder: BaseOxmlElement, text: str, *, bold: bool = False, linked: bool = False, small: bool = True) -> None:
    run = _child(holder, "w:r")
    properties = _child(run, "w:rPr")
    if bold:
        _child(properties, "w:b")
    if linked:
        _child(properties, "w:color", val="0B4F8A")
    if small:
        _child(properties, "w:sz", val="16")
    if linked:
        _child(properties, "w:u", val="single")
    words = _child(run, "w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")


def _child(parent: BaseOxmlElement, name: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    parent.append(element)
    return element


def _fixed(data: bytes) -> bytes:
    """Return a DOCX whose members all have the same time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            target.writestr(member, source.read(name))
    return stream.getvalue()
