"""Exports read into one table without a review: everything that was found is in the table or among the rejects."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline.cli import main
from pipeline.errors import ReviewError
from pipeline.import_files import import_files
from pipeline.records import ENTRY_COLUMNS

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
RIS = "TY  - JOUR\nTI  - Village halls; and libraries\nAU  - Okafor, N.\nAU  - Lim, S. M.\nPY  - 2019\nER  - \n"


def quiet(done: int, total: int) -> None:
    """Take no notice of progress."""


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "exports with blanks"
    (folder / "deeper").mkdir(parents=True)
    (folder / "one.ris").write_text(RIS + "TI  - No type line\nAU  - Nobody\nER  - \n", encoding="utf-8")
    (folder / "deeper" / "two.nbib").write_bytes((EXPORTS / "core.nbib").read_bytes())
    (folder / "same.txt").write_bytes((folder / "deeper" / "two.nbib").read_bytes())
    (folder / "login.ris").write_text("<!DOCTYPE html><html><body>Sign in</body></html>", encoding="utf-8")
    for name in (".hidden", "README.md", "sources.toml"):
        (folder / name).write_text("nothing", encoding="utf-8")
    return folder


def test_everything_found_is_parsed_or_rejected(tmp_path: Path) -> None:
    out, report = tmp_path / "out" / "records.parquet", tmp_path / "report.json"
    lines, problems, status = import_files([folder_of(tmp_path)], out, report, quiet)
    frame = pd.read_parquet(out)
    assert list(frame.columns) == [column.name for column in ENTRY_COLUMNS]
    assert len(frame) == 5
    assert status == 3
    rejects = out.with_name("records.rejects.csv")
    assert lines == [f"5 entries from 2 files, 1 could not be read; written to {out}, rejects to {rejects}"]
    told = json.loads(report.read_text("utf-8"))
    assert told["totals"] == {"found": 6, "parsed": 5, "rejected": 1, "with_abstract": 1}
    files = {Path(file["file"]).name: file for file in told["files"]}
    assert files["one.ris"]["rejects"][0]["line"] == 7
    assert "no TY line" in files["one.ris"]["rejects"][0]["reason"]
    assert "web page" in files["login.ris"]["refused"]
    assert {files["two.nbib"]["status"], files["same.txt"]["status"]} == {"read", "same_file"}
    assert not files["same.txt"]["refused"]
    assert any("login.ris" in problem for problem in problems)


def test_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "one.ris").write_text(RIS, encoding="utf-8")
    out = tmp_path / "records.csv"
    _, problems, status = import_files([tmp_path / "one.ris"], out, None, quiet)
    assert (problems, status) == ([], 0)
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert rows[0]["title"] == "Village halls; and libraries"
    assert rows[0]["authors"] == "Okafor, N.; Lim, S. M."
    assert rows[0]["year"] == "2019"


def test_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    import_files([folder], first, None, quiet)
    import_files([folder], second, None, quiet)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("paths", "out", "word"),
    [
        (["nowhere.ris"], "x.csv", "is not there"),
        (["one.ris"], "x.txt", "neither .parquet nor .csv"),
        (["one.csv"], "one.csv", "overwrite an export"),
        (["empty"], "x.csv", "no files to read"),
    ],
)
def test_wrong_use_writes_nothing(tmp_path: Path, paths: list[str], out: str, word: str) -> None:
    (tmp_path / "one.ris").write_text(RIS, encoding="utf-8")
    (tmp_path / "one.csv").write_text("Title,Year\nHalls,2019\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    with pytest.raises(ReviewError, match=word):
        import_files([tmp_path / path for path in paths], tmp_path / out, None, quiet)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path)
    assert main(["import", str(folder), "--out", str(tmp_path / "r.csv"), "--json", str(tmp_path / "r.json")]) == 3
    shown = capsys.readouterr()
    assert shown.out.startswith("5 entries from 2 files, 1 could not be read")
    assert "a web page" in shown.err
    assert "Traceback" not in shown.err
    assert main(["import", str(folder / "nowhere"), "--out", str(tmp_path / "r.csv")]) == 2
