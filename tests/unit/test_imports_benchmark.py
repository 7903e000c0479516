"""The imports benchmark writes a row a file with the columns that were promised, and says what is silently wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.imports import COLUMNS

RIS = (
    "TY  - JOUR\nTI  - Halls\nAB  - NA\nKW  - a\nKW  - b\nER  - \nTY  - JOUR\nTI  - Kitchens\nAB  - We asked.\nER  - \n"
)


def folder_of(tmp_path: Path, records: int) -> Path:
    (tmp_path / "some-ris").mkdir()
    (tmp_path / "some-ris" / "two.ris").write_text(RIS, encoding="utf-8")
    (tmp_path / "empty.ris").write_text("", encoding="utf-8")
    (tmp_path / "manifest.csv").write_text(
        "path,database,format,encoding,line_ends,records,has_abstracts\n"
        f"some-ris/two.ris,some,ris,utf-8,LF,{records},2\nempty.ris,some,empty,utf-8,LF,0,0\n",
        encoding="utf-8",
    )
    return tmp_path


def test_a_row_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, 2)
    assert main(["imports", str(folder), "--out", str(tmp_path / "out")]) == 0
    with (tmp_path / "out" / "imports.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == COLUMNS
    assert "path format encoding parsed rejected refused with_abstract values_in values_kept cpu_s".split() == COLUMNS  # noqa: SIM905
    first, second = rows
    assert (first["path"], first["format"], first["encoding"]) == ("some-ris/two.ris", "ris", "utf-8")
    assert (first["parsed"], first["rejected"], first["refused"], first["with_abstract"]) == ("2", "0", "", "2")
    assert first["values_in"] == first["values_kept"] == "8"
    assert "0 bytes" in second["refused"]
    shown = capsys.readouterr().out
    assert "1 of them say only that there is none" in shown
    assert "exact: 100.0 % of 2 files" in shown


def test_a_wrong_count_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["imports", str(folder_of(tmp_path, 3)), "--out", str(tmp_path / "out")]) == 1
    assert "not exact: some-ris/two.ris: 2, instead of 3 records" in capsys.readouterr().out


def test_a_folder_without_manifest(tmp_path: Path) -> None:
    assert main(["imports", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
