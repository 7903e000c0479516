"""Every format has a page with the same headings, and links between pages lead to a page and a heading that exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.formats import FORMATS
from pipeline.records import BIBLIOGRAPHIC_COLUMNS

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "formats"
NAMES = [form.name for form in FORMATS]
HEADINGS = [
    "What it is and who writes it",
    "What it carries",
    "What it loses",
    "How to export it",
    "What is done with odd files",
]


def headings(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets where the pages are shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def sections(page: Path) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("format_tables", ROOT / "docs" / "format_tables.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_every_format_has_a_page_with_the_headings(name: str) -> None:
    page = PAGES / f"{name}.md"
    assert page.is_file(), f"write docs/formats/{name}.md"
    found = sections(page)
    assert [heading for heading in found if heading in HEADINGS] == HEADINGS
    assert all(found[heading] for heading in HEADINGS)
    assert f"../reference/formats.md#{name}" in page.read_text(encoding="utf-8")


def test_there_is_no_page_without_a_format_and_the_index_names_all() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} == set(NAMES)
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"[{name}]({name}.md)" not in index] == []


def test_links_between_pages_lead_to_a_page_and_a_heading() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target, place in re.findall(r"\]\(([^)\s#]*)(?:#([^)\s]+))?\)", page.read_text(encoding="utf-8")):
            if target.startswith(("http://", "https://")):
                continue
            other = (page.parent / target) if target else page
            assert other.exists(), f"{page.relative_to(ROOT)}: {target}"
            if place:
                assert place in map(anchor, headings(other)), f"{page.relative_to(ROOT)}: {target}#{place}"


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_name_columns_of_the_record_and_fill_title_and_abstract(name: str) -> None:
    filled = tables().columns_of(name)
    assert filled <= {column.name for column in BIBLIOGRAPHIC_COLUMNS} | {"database", "extra"}
    assert {"title", "abstract", "authors", "year", "doi"} <= filled
