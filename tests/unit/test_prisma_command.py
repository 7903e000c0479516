"""`python -m pipeline prisma`: broken sums named and refused, sound flows drawn, drafts marked."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.prisma import prisma
from pipeline.report.flow_identities import check_flow
from pipeline.report.prisma_read import read_prisma
from pipeline.report.prisma_write import written_prisma
from tests.unit.flow_support import HOSTILE, NEW_V1, NEW_V2, FlowLine, with_reasons

FILES = ["PRISMA.csv", "flow-300dpi.png", "flow-600dpi.png", "flow.html", "flow.pdf", "flow.svg"]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "flow.csv"
    path.write_bytes(written_prisma(NEW_V2))
    return path


@pytest.fixture
def unsound(tmp_path: Path) -> Path:
    path = tmp_path / "flow.csv"
    path.write_bytes(written_prisma(replace(NEW_V2, screened=759)))
    return path


def test_a_sound_flow_is_drawn_in_every_form(sound: Path, tmp_path: Path) -> None:
    lines, problems, status = prisma(sound, tmp_path / "out")
    assert (status, problems) == (0, [])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
    assert "every sum holds" in lines[0]
    assert (
        read_prisma((tmp_path / "out" / "PRISMA.csv").read_bytes(), "x").flow
        == read_prisma(sound.read_bytes(), "x").flow
    )


def test_twice_gives_the_same_bytes(sound: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        prisma(sound, tmp_path / name)
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in FILES)


def test_a_break_is_named_and_nothing_is_drawn(
    unsound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prisma", str(unsound), "--out", str(tmp_path / "out")]) == 3
    said = capsys.readouterr().err
    assert "I03: records screened (759) = " in said
    assert "(760) does not hold; difference -1" in said
    assert "I05" in said
    assert not (tmp_path / "out").exists()


def test_a_draft_is_drawn_with_a_mark_and_still_fails(unsound: Path, tmp_path: Path) -> None:
    _, _, status = prisma(unsound, tmp_path / "out", draft=True)
    assert status == 3
    for name in ("flow.svg", "flow.html"):
        assert "DRAFT: counts do not reconcile (I03, I05)" in (tmp_path / "out" / name).read_text("utf-8")


def test_what_is_not_recorded_is_said_and_fails_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "flow.csv"
    path.write_bytes(written_prisma(replace(NEW_V1, removed_other=None)))
    _, problems, status = prisma(path, tmp_path / "out")
    assert status == 0
    assert any("not recorded" in line and "removed for other reasons" in line for line in problems)
    assert prisma(path, tmp_path / "out", strict=True)[2] == 3


def test_the_page_is_one_file_with_its_typeface_and_without_addresses(sound: Path, tmp_path: Path) -> None:
    prisma(sound, tmp_path / "out", title="Flow & <title>")
    page = (tmp_path / "out" / "flow.html").read_text("utf-8")
    assert "<script" not in page
    assert "font-src data:" in page
    assert "data:font/woff" in page
    assert "Flow &amp; &lt;title&gt;" in page
    outward = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert {link for link in outward if not link.startswith("#")} == set(FILES) - {"flow.html"}


def test_hostile_text_stays_text_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tuple(FlowLine(text, 18 * (place < 6)) for place, text in enumerate(HOSTILE))
    path = tmp_path / "flow.csv"
    path.write_bytes(written_prisma(with_reasons(NEW_V1, lines)))
    assert main(["prisma", str(path), "--out", str(tmp_path / "out"), "--title", "\x1b[31m<b>"]) == 0
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    for name in ("flow.svg", "flow.html"):
        text = (tmp_path / "out" / name).read_text("utf-8")
        assert "<script" not in text
        assert not re.search(r'href="javascript', text)
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", text)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_mistakes_of_use_are_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prisma", str(tmp_path / "none.csv"), "--out", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err
    (tmp_path / "flow.csv").write_text("a,b\n1,2\n", "utf-8")
    assert main(["prisma", str(tmp_path / "flow.csv"), "--out", str(tmp_path)]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_the_file_that_is_read_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "PRISMA.csv"
    path.write_bytes(written_prisma(NEW_V1) + b"\r\n")
    before = path.read_bytes()
    prisma(path, tmp_path)
    assert path.read_bytes() == before


@pytest.mark.shared_data
def test_shared_flows_are_read_and_only_the_broken_ones_named(shared_data: Path) -> None:
    folder = shared_data / "prisma"
    with (folder / "provenance.csv").open(encoding="utf-8-sig", newline="") as stream:
        import csv

        findings = {row["file"]: row["finding"] for row in csv.DictReader(stream)}
    for path in sorted([*folder.glob("dev*.csv"), *(folder / "synthetic").glob("*.csv")]):
        broken = [item.identity for item in check_flow(read_prisma(path.read_bytes(), path.name).flow).broken]
        if path.name.startswith("bad_"):
            expected = {
                "negative_duplicates": "I00",
                "reason_sum": "I07",
                "screened": "I03",
                "source_sum": "I01",
                "studies_gt_reports": "I14",
                "total_studies": "I15",
            }
            assert broken[0] == expected[path.stem.removeprefix("bad_")], path.name
        elif path.name.startswith("ok_"):
            assert broken == [], path.name
        else:
            assert broken == re.findall(r"\bI\d\d\b", findings[path.name]), path.name
