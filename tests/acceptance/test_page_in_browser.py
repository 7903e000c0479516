"""The report in a browser without a network: nothing logged, nothing asked for, every box within a keyboard's reach."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.prisma import prisma
from pipeline.report.prisma_write import written_prisma
from tests.acceptance.browser import BROWSER, Page, opened_browser
from tests.flow.toy_review import make_review, run_stages
from tests.unit.flow_support import UPD_V2

REPOSITORY = Path(__file__).resolve().parents[2]
# `make acceptance` puts axe-core here where npm is installed.
AXE = Path(os.environ.get("AXE_CORE", REPOSITORY / "build" / "acceptance" / "node_modules" / "axe-core" / "axe.min.js"))

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of the toy review, its figure alone, and the page of any flow."""
    folder = tmp_path_factory.mktemp("pages")
    review = make_review(folder / "toy")
    run_stages(review)
    (folder / "flow.csv").write_bytes(written_prisma(UPD_V2))
    assert prisma(folder / "flow.csv", folder / "out")[2] == 0
    report = review.outputs / "report"
    return {
        "index.html": report / "index.html",
        "flow.svg": report / "flow.svg",
        "flow.html": folder / "out" / "flow.html",
    }


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with opened_browser(tmp_path / "profile") as opened:
        yield opened


@pytest.mark.parametrize("name", ["index.html", "flow.svg", "flow.html"])
def test_nothing_is_logged_and_nothing_is_asked_for(page: Page, pages: dict[str, Path], name: str) -> None:
    page.open(pages[name])
    assert page.value("document.fonts.ready.then(fonts => fonts.size)") > 0, "the typeface is not in the page"
    assert page.logged == []
    others = [address for address in page.asked if not address.startswith(("data:", pages[name].as_uri(), "about:"))]
    assert others == []


@pytest.mark.parametrize("name", ["index.html", "flow.svg"])
def test_a_keyboard_reaches_every_box_of_the_figure(page: Page, pages: dict[str, Path], name: str) -> None:
    page.open(pages[name])
    figure = "(document.querySelector('svg.prisma-flow') || document)"
    wanted = page.value(f"[...{figure}.querySelectorAll('a')].map(link => link.getAttribute('href'))")
    assert len(wanted) >= 8
    links = page.value("document.querySelectorAll('a, [tabindex], summary').length")
    reached = []
    for _ in range(links + 5):
        page.press_tab()
        inside = f"{figure}.contains(document.activeElement) && document.activeElement.matches('a')"
        reached += [page.value(f"{inside} ? document.activeElement.getAttribute('href') : null")]
        if len([href for href in reached if href]) == len(wanted):
            break
    assert [href for href in reached if href] == wanted


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm is needed)")
@pytest.mark.parametrize("name", ["index.html", "flow.html"])
def test_axe_finds_no_serious_violation(page: Page, pages: dict[str, Path], name: str) -> None:
    page.open(pages[name])
    page.value(AXE.read_text(encoding="utf-8") + "; 'loaded'")
    told = page.value("axe.run().then(told => JSON.stringify([told.violations, told.passes.length]))")
    found, passed = json.loads(told)
    assert passed > 15, "axe-core looked at next to nothing"
    serious = [
        (item["id"], item["impact"], [node["target"] for node in item["nodes"][:3]])
        for item in found
        if item["impact"] in ("serious", "critical")
    ]
    assert serious == []
