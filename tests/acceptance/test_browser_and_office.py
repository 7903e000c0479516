"""What a person sees and uses: the page in a browser, a sheet through an office program. Run by `make acceptance`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from pipeline.prisma import prisma
from pipeline.report.prisma_write import written_prisma
from tests.flow.toy_review import fill, make_review, read_csv, run_stages, truth
from tests.unit.flow_support import UPD_V2

pytestmark = pytest.mark.acceptance

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")
@pytest.mark.parametrize(
    ("name", "size"), [("index.html", "1100,3000"), ("index.html", "360,800"), ("flow.svg", "700,900")]
)
def test_the_browser_draws_page_and_figure(tmp_path: Path, name: str, size: str) -> None:
    review = make_review(tmp_path / "toy")
    run_stages(review)
    picture = tmp_path / "picture.png"
    subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={size}",
            f"--screenshot={picture}",
            (review.outputs / "report" / name).as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert picture.stat().st_size > 8000


@pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine")
@pytest.mark.parametrize("name", ["flow.html", "flow.svg"])
def test_the_flow_of_any_review_opens_offline_with_its_own_typeface(tmp_path: Path, name: str) -> None:
    (tmp_path / "flow.csv").write_bytes(written_prisma(UPD_V2))
    assert prisma(tmp_path / "flow.csv", tmp_path / "out")[2] == 0
    done = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--disable-background-networking",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={tmp_path / 'printed.pdf'}",
            (tmp_path / "out" / name).as_uri(),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "CONSOLE" not in done.stderr
    resources = [page["/Resources"].get_object() for page in PdfReader(tmp_path / "printed.pdf").pages]
    names = [str(font.get_object()["/BaseFont"]) for found in resources for font in found.get("/Font", {}).values()]  # type: ignore[attr-defined]
    assert any("OTS-derived-font" in font or "Arimo" in font for font in names), "the figure is not set in its typeface"


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine")
@pytest.mark.parametrize("name", ["report", "checklist"])
def test_the_documents_open_in_an_office_program(tmp_path: Path, name: str) -> None:
    review = make_review(tmp_path / "toy")
    run_stages(review)
    subprocess.run(
        [
            str(OFFICE),
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            *("--headless", "--convert-to", "pdf", "--outdir", str(tmp_path / "out")),
            str(review.outputs / "report" / f"{name}.docx"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    pages = PdfReader(tmp_path / "out" / f"{name}.pdf").pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "of 42 items filled by the pipeline" in text
    if name == "report":
        assert "The flow diagram as a table" in text
        assert any(page.images for page in pages), "the flow is there as a picture"
        assert any(page.mediabox.width > page.mediabox.height for page in pages), "wide parts stand on their side"


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine")
def test_a_sheet_through_an_office_program_gives_the_same_decisions(tmp_path: Path) -> None:
    review = make_review(tmp_path / "toy")
    run_stages(review)
    sheet = review.worklists / "0001-borderline.ann.csv"
    shown = read_csv(sheet)
    fill(sheet, {row["id"]: truth(row) for row in shown}, dialect="plain")
    for target in ("xlsx", "csv"):
        source = sheet if target == "xlsx" else tmp_path / "out" / f"{sheet.stem}.xlsx"
        subprocess.run(
            [str(OFFICE), "--headless", "--convert-to", target, "--outdir", str(tmp_path / "out"), str(source)],
            check=True,
            capture_output=True,
            timeout=180,
        )
    shutil.copy(tmp_path / "out" / sheet.name, sheet)
    run = run_stages(review)
    assert not [notice for notice in run.notices if notice.severity == "problem"]
    assert len(read_csv(review.ledgers / "ann.csv")) == len(shown)
