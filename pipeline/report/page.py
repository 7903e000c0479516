"""The document of the report: sections with tables, figures and files, and its rendering as one HTML page.

The same objects are rendered as PDF (`page_pdf`) and DOCX (`page_docx`). The HTML page is a single file that opens
anywhere, without network, script or other files.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pipeline.report.links import safe_link
from pipeline.report.text_measure import clean_text

FLOW_ANCHOR: Final = "flow"
MOST_ROWS: Final = 200
_OWN_ANCHORS: Final = ("top", "main", "contents", "notices")
_OWN_IDS: Final = re.compile(r"prisma-|table-|.*-heading$")
_SVG_NAMESPACE: Final = "{http://www.w3.org/2000/svg}"
_FIGURE_ELEMENTS: Final = frozenset({"svg", "title", "desc", "g", "rect", "path", "text", "tspan", "a"})


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere: to a section (`#anchor`), a file beside the report, or a web address."""

    text: str
    address: str

    def __str__(self) -> str:
        """Return the text that is shown."""
        return self.text


Cell = str | int | float | Link


@dataclass(frozen=True)
class Table:
    """A table of the page; the first cell of a row names the row. `link` is the address of the same table as a file.

    `rows` may hold any number; a rendering prints the first of them (`Page.most_rows`) and says how many there are.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    note: str = ""
    link: str = ""

    def __post_init__(self) -> None:
        uneven = [position for position, row in enumerate(self.rows, 1) if len(row) != len(self.header)]
        if uneven:
            raise ValueError(f"table {self.caption!r}: row {uneven[0]} has not as many cells as the header")

    @property
    def numeric_columns(self) -> tuple[bool, ...]:
        """Which columns hold numbers only, so that they are set flush right."""
        return tuple(
            all(_is_number(row[column]) for row in self.rows) and any(str(row[column]).strip() for row in self.rows)
            for column in range(len(self.header))
        )

    def cut(self, most_rows: int) -> Table:
        """Return the table as it is printed: its first rows, and a note that says so where there are more."""
        if len(self.rows) <= most_rows:
            return self
        where = "all are in the file" if self.link else "the rest is not printed"
        note = f"The first {most_rows:,} of {len(self.rows):,} rows; {where}."
        return replace(self, rows=self.rows[:most_rows], note=f"{note} {self.note}".strip())


@dataclass(frozen=True)
class FileLink:
    """A file beside the page and what it holds."""

    name: str
    holds: str


@dataclass(frozen=True)
class Figure:
    """A figure: plain SVG (as made by `flow_diagram`, `overlap_figure`), what it shows, and its file beside the report.

    `table` says the same as a table that can be edited; it stands in the DOCX only.
    """

    svg: str
    caption: str
    file: str = ""
    table: Table | None = None

    @property
    def alternative(self) -> str:
        """What the figure says in words: its own description where it has one, else the caption."""
        return svg_description(self.svg) or self.caption


@dataclass(frozen=True)
class Section:
    """A part of the page with its heading; `anchor` is its address within the page (a-z, 0-9, hyphen).

    A heading, then paragraphs, figures, tables and files in that order.
    """

    heading: str
    anchor: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    files: tuple[FileLink, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Page:
    """What the document says.

    Attributes:
        title: its title.
        question: a sentence below it.
        notices: what a reader must know first.
        sections: its parts, in order.
        font_faces: CSS that carries the typeface of the figures (`figure_faces`).
        mark: a sentence at the head of each page of the PDF and the DOCX; a notice says it on the HTML page.
        authors: who wrote the review.
        most_rows: rows of a table that are printed at most.
    """

    title: str
    question: str
    notices: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    font_faces: str = ""
    mark: str = ""
    authors: tuple[str, ...] = ()
    most_rows: int = MOST_ROWS

    def __post_init__(self) -> None:
        if "<" in self.font_faces:
            raise ValueError("the CSS of the typeface holds markup")
        anchors = [section.anchor for section in self.sections]
        for position, anchor in enumerate(anchors):
            taken = anchor in (*_OWN_ANCHORS, *anchors[:position]) or bool(_OWN_IDS.match(anchor))
            if taken or not re.fullmatch(r"[a-z][a-z0-9-]*", anchor):
                raise ValueError(f"section anchor {anchor!r}: not of the form a-z, 0-9, hyphen, or used already")


def render_page(page: Page) -> str:
    """Return the page as one HTML document; every text is escaped, unsafe links are printed as text."""
    templates = files("pipeline.report") / "templates"
    style = (templates / "page.css").read_text(encoding="utf-8") + page.font_faces
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "clean": _clean,
        "address": safe_link,
        "cell_address": cell_address,
        "figure": checked_figure,
    }
    template = environment.from_string((templates / "page.html.jinja").read_text(encoding="utf-8"))
    return template.render(
        page=page,
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
    )


def checked_figure(figure_svg: str) -> Markup:
    """Return the figure for use in the page; anything but drawing elements, text and safe links is refused."""
    if not figure_svg.strip():
        return Markup("")
    if "<!" in figure_svg or "<?" in figure_svg:
        raise ValueError("the figure holds a document type, comment or processing instruction; only plain SVG is taken")
    for element in ElementTree.fromstring(figure_svg).iter():
        name = element.tag.removeprefix(_SVG_NAMESPACE)
        if name not in _FIGURE_ELEMENTS:
            raise ValueError(f"the figure holds the element {name!r}, which the page does not take")
        for attribute, value in element.attrib.items():
            unsafe_link = attribute == "href" and safe_link(value) is None
            if attribute.lower().startswith("on") or attribute.startswith("{") or attribute == "style" or unsafe_link:
                raise ValueError(f"the figure holds the attribute {attribute!r} ({value[:40]!r}); the page refuses it")
    return Markup(figure_svg)


def svg_description(svg: str) -> str:
    """Return the text of the first `desc` of a figure; empty where it has none."""
    if not svg.strip():
        return ""
    found = ElementTree.fromstring(svg).find(f"{_SVG_NAMESPACE}desc")
    return clean_text("".join(found.itertext())) if found is not None else ""


def _clean(value: Cell) -> str:
    return clean_text(str(value))


def cell_address(value: Cell) -> str | None:
    """Return the address a cell leads to: that of a link, or of a text that is one web address and nothing else."""
    if isinstance(value, Link):
        return safe_link(value.address)
    text = str(value).strip()
    return safe_link(text) if text.lower().startswith(("https://", "http://")) else None


def _is_number(value: Cell) -> bool:
    text = str(value).strip().replace("\u2212", "-")
    return bool(re.fullmatch(r"[-+]?[0-9][0-9.,\u202f ]*%?|n/a|-|–|", text))
