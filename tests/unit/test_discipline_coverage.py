"""`python -m pipeline disciplines`: any export, outside a review."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.discipline_coverage import HEADER

WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Doe, J
TI Lunch at school
SO PUBLIC ADMINISTRATION REVIEW
J9 PUBLIC ADMIN REV
DT Article
SN 0033-3352
PY 2010
VL 70
BP 12
WC Political Science; Public Administration
CR Roe A, 2001, PUBLIC ADMIN REV, V61, P3
   Moss E, 1990, GOVERNING LUNCH
UT WOS:000000000000001
ER

PT J
AU Roe, A
TI Value for guests
SO JOURNAL OF SERVICE RESEARCH
DT Article
SN 1094-6705
PY 2011
WC Business
UT WOS:000000000000002
ER

EF
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "savedrecs.txt"
    path.write_text(WOS, encoding="utf-8")
    return path


def test_coverage_is_printed_and_the_table_written(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = export.parent / "out.csv"
    assert main(["disciplines", str(export), "--out", str(out), "--plain"]) == 0
    told = capsys.readouterr().out
    assert "where the discipline comes from: core 2" in told
    assert "journal articles with ISSN: 2 of 2 (100.0 %) by other than words; 0 more" in told
    assert "cited references: 2 of 1 records, 50.0 % without a discipline (no_journal 1, resolved 1)" in told
    assert "the same first discipline for 2 of 2 records with both" in told
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert tuple(rows[0]) == HEADER
    found = [
        (row["discipline"], row["second_discipline"], row["references"], row["references_resolved"]) for row in rows
    ]
    assert sorted(found) == [("MKT", "MKT", "", ""), ("PA", "PA", "2", "1")]


def test_without_references_the_export_to_choose_is_named(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in WOS.splitlines() if not line.startswith(("CR ", "   Moss"))]
    export.write_text("\n".join(lines), encoding="utf-8")
    assert main(["disciplines", str(export), "--plain"]) == 0
    assert "cited references: not computed: no cited references in any export; export again" in capsys.readouterr().out


def test_the_protocol_of_another_topic_is_used(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = export.parent / "screening"
    folder.mkdir()
    (folder / "names.csv").write_text("code,name\nMEAL,Meals\n", encoding="utf-8")
    (folder / "core.csv").write_text("title,issn,discipline\nx,1094-6705,MEAL\n", encoding="utf-8")
    protocol = '[review]\ntitle = "T"\nquestion = "Q"\n[criteria.E1]\nlabel = "x"\nexclude_if = "y"\n'
    protocol += '[screening]\nreviewers = ["ann"]\n[disciplines]\nnames = "names.csv"\ncore_journals = "core.csv"\n'
    (folder / "protocol.toml").write_text(protocol, encoding="utf-8")
    assert main(["disciplines", str(export), "--protocol", str(folder / "protocol.toml"), "--plain"]) == 0
    told = capsys.readouterr().out
    assert "core 1, none 1" in told and "MEAL  Meals" in told


def test_wrong_use_is_said_in_a_line(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["disciplines", str(export), "--out", str(export), "--plain"]) == 2
    assert main(["disciplines", str(export.parent / "absent.txt"), "--plain"]) == 2
    assert main(["disciplines", str(export), "--protocol", str(export.parent / "no.toml"), "--plain"]) == 2
    errors = capsys.readouterr().err
    assert "is no .csv, or is a file that is read" in errors and "is not there" in errors and "Traceback" not in errors
