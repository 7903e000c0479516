"""The one page of the report: a single HTML file that opens anywhere, without network, script or other files."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pipeline.report.links import safe_link
from pipeline.report.text_measure import clean_text

FIGURE_ANCHOR: Final = "flow"
_OWN_ANCHORS: Final = (FIGURE_ANCHOR, "top", "main", "contents", "notices")
_OWN_IDS: Final = re.compile(r"prisma-|table-|.*-heading$")
_SVG_NAMESPACE: Final = "{http://www.w3.org/2000/svg}"
_FIGURE_ELEMENTS: Final = frozenset({"svg", "title", "desc", "g", "rect", "path", "text", "tspan", "a"})

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """A table of the page; the first cell of a row names the row. `link` is the address of the same table as a file."""

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
            bool(self.rows) and all(_is_number(row[column]) for row in self.rows) for column in range(len(self.header))
        )


@dataclass(frozen=True)
class FileLink:
    """A file beside the page and what it holds."""

    name: str
    holds: str


@dataclass(frozen=True)
class Figure:
    """A figure: plain SVG (as made by `overlap_figure`), what it shows, and its file in outputs/report/."""

    svg: str
    caption: str
    file: str = ""


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
    """What the page says; `figure_svg` is as made by `flow_diagram`, `font_faces` is the CSS of its typeface."""

    title: str
    question: str
    notices: tuple[str, ...] = ()
    figure_svg: str = ""
    sections: tuple[Section, ...] = ()
    font_faces: str = ""

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
        "cell_address": _cell_address,
        "figure": _checked_figure,
    }
    template = environment.from_string((templates / "page.html.jinja").read_text(encoding="utf-8"))
    return template.render(
        page=page,
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
        figure=_checked_figure(page.figure_svg),
        figure_anchor=FIGURE_ANCHOR,
    )


def _checked_figure(figure_svg: str) -> Markup:
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


def _clean(value: Cell) -> str:
    return clean_text(str(value))


def _cell_address(value: Cell) -> str | None:
    """Return the address of a cell that is one web address and nothing else."""
    text = str(value).strip()
    return safe_link(text) if text.lower().startswith(("https://", "http://")) else None


def _is_number(value: Cell) -> bool:
    text = str(value).strip().replace("\u2212", "-")
    return bool(re.fullmatch(r"[-+]?[0-9][0-9.,\u202f ]*%?|n/a|-|–|", text))
