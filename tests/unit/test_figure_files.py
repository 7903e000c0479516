"""PDF and PNG of the figure: fonts, tags, size in print, the same bytes, and characters that no font holds."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject, IndirectObject

from pipeline.report.figure_files import figure_files, missing_notice
from pipeline.report.flow import Flow, FlowLine
from pipeline.report.flow_content import flow_content
from pipeline.report.flow_diagram import flow_diagram
from pipeline.report.fonts import Fallback, fallback_fonts, foreign_characters
from tests.unit.flow_support import HOSTILE, NEW_V1, ODD_REASONS, RIGHT_TO_LEFT, UPD_V2, with_reasons

SCRIPTS = with_reasons(
    UPD_V2, tuple(FlowLine(text, place) for place, text in enumerate((*ODD_REASONS, *RIGHT_TO_LEFT, *HOSTILE)))
)


def made(flow: Flow, **options: Fallback) -> dict[str, bytes]:
    svg = flow_diagram(flow, title="Flow")
    description = flow_content(flow).prose
    return dict(figure_files(svg, title="Flow <of> \\a #review", description=description, **options).files)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return made(SCRIPTS)


def objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    for number in range(1, len(reader.xref_objStm) + sum(map(len, reader.xref.values())) + 50):
        try:
            found = reader.get_object(IndirectObject(number, 0, reader))
        except Exception:
            continue
        if isinstance(found, DictionaryObject):
            yield found


def test_the_pdf_is_tagged_says_its_language_and_describes_the_figure(files: dict[str, bytes]) -> None:
    reader = PdfReader(io.BytesIO(files[".pdf"]))
    root = reader.trailer["/Root"].get_object()
    assert isinstance(root, DictionaryObject)
    assert root["/MarkInfo"]["/Marked"] == True  # type: ignore[index]  # noqa: E712
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"].get_object()["/DisplayDocTitle"] == True  # type: ignore[index]  # noqa: E712
    assert reader.metadata is not None
    assert reader.metadata.title == "Flow <of> \\a #review"
    described = [str(item["/Alt"]) for item in objects(reader) if "/Alt" in item]
    assert any("Total studies included in review, n = 60" in text for text in described)
    identified = reader.xmp_metadata
    assert identified is not None
    assert b"pdfuaid" in identified.stream.get_data()


def test_every_font_of_the_pdf_is_embedded(files: dict[str, bytes]) -> None:
    descriptors = [
        item for item in objects(PdfReader(io.BytesIO(files[".pdf"]))) if item.get("/Type") == "/FontDescriptor"
    ]
    assert any("Arimo" in str(item["/FontName"]) for item in descriptors)
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(item) for item in descriptors)


def test_the_pdf_holds_text_and_lines_and_no_picture(files: dict[str, bytes]) -> None:
    page = PdfReader(io.BytesIO(files[".pdf"])).pages[0]
    assert "Reports sought for retrieval" in page.extract_text()
    assert not [item for item in objects(PdfReader(io.BytesIO(files[".pdf"]))) if item.get("/Subtype") == "/Image"]
    assert isinstance(page.get_contents(), ContentStream)


def test_the_page_of_the_pdf_is_as_wide_as_the_print(files: dict[str, bytes]) -> None:
    assert float(PdfReader(io.BytesIO(files[".pdf"])).pages[0].mediabox.width) == pytest.approx(
        250 / 25.4 * 72, abs=0.5
    )


@pytest.mark.parametrize("dots", [300, 600])
def test_pictures_have_the_size_and_say_the_resolution(dots: int) -> None:
    png = made(NEW_V1)[f"-{dots}dpi.png"]
    width, height = struct.unpack(">II", png[16:24])
    assert width == pytest.approx(170 / 25.4 * dots, abs=1)
    assert height > width * 0.6
    at = png.index(b"pHYs")
    assert struct.unpack(">IIB", png[at + 4 : at + 13]) == (round(dots / 0.0254), round(dots / 0.0254), 1)


def test_the_same_figure_gives_the_same_bytes_in_another_process(files: dict[str, bytes]) -> None:
    program = (
        "import hashlib; from tests.unit.test_figure_files import SCRIPTS, made\n"
        "print({ending: hashlib.sha256(data).hexdigest() for ending, data in made(SCRIPTS).items()})"
    )
    root = Path(__file__).resolve().parents[2]
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(said) == 1


def test_characters_that_no_font_holds_are_named_and_drawn_as_the_sign_for_it() -> None:
    odd = "\U000e0fff" if foreign_characters("\U000e0fff") else "\uaaff"
    flow = replace(NEW_V1, database_lines=(FlowLine(f"研究 {odd}", 950),))
    nowhere = fallback_fonts(foreign_characters("研究" + odd), folders=())
    assert nowhere.missing == tuple(sorted({"研", "究", odd}))
    assert "研 (U+7814)" in missing_notice(nowhere.missing)
    text = PdfReader(io.BytesIO(made(flow, fallback=nowhere)[".pdf"])).pages[0].extract_text()
    assert "\ufffd\ufffd" in text
    assert "研" in flow_diagram(flow, title="")
    assert missing_notice(()) == ""


def test_lines_of_many_scripts_are_drawn_as_far_as_they_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.report.figure_files.RESOLUTIONS", ())
    odd = (
        "\u4e2d\ub46a\u0e01\u0627 \ua4d0 mixed",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 family",
        "a\ufe0f\u0301\u0302",
    )
    lines = tuple(FlowLine(text, 1) for text in (*odd, "\u0600\u06dd12", "\ue000private", "共同生产"))
    svg = flow_diagram(with_reasons(NEW_V1, lines), title="Flow")
    drawn = figure_files(svg, title="Flow", description="\U0001f469")
    text = PdfReader(io.BytesIO(drawn.files[".pdf"])).pages[0].extract_text()
    assert "mixed" in text
    assert "family" in text
    assert "\ue000" in drawn.missing
    if not foreign_characters("共同生产") or "共" not in drawn.missing:
        assert "共同生产" in text


def test_broken_font_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"no font")
    (tmp_path / "b.ttc").write_bytes(b"")
    assert fallback_fonts("研", folders=(tmp_path, tmp_path / "none")) == Fallback((), ("研",))
