"""Duplicates in any exports or tables, without a review: every record once, under its own id where it has one."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.own_ids import with_own_ids
from pipeline.records import entry_frame

TABLE = (
    "record_id,title,authors,year,journal,volume,issue,pages,doi,database\n"
    'r9,Village halls made together,"Okafor, N.",2019,Governance,4,2,10-19,10.5555/a,ERIC\n'
    'r2,VILLAGE HALLS MADE TOGETHER,"Okafor, N.",2019,Governance,4,2,10-19,10.5555/a,Scopus\n'
    'r5,Fish farming in northern lakes,"Berg, A.",2001,Waters,1,1,1-9,,ERIC\n'
    'r7,Trust in shared services: a long survey,"Lim, S.",2011,Waters,1,1,21-29,10.5555/b,ERIC\n'
    'r8,Trust in shared services: a long survey,"Lim, S.",2011,Waters,1,1,21-29,10.5555/c,ERIC\n'
)
RIS = "TY  - JOUR\nTI  - Village halls made together\nAU  - Okafor, N.\nPY  - 2019\nDO  - 10.5555/a\nER  - \n"


def rows_of(path: Path) -> list[dict[str, str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(data.decode("utf-8-sig").splitlines()))


def run(*arguments: object) -> int:
    return main(["dedup", "--plain", *map(str, arguments)])


def test_a_table_with_ids_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out, review = tmp_path / "records.csv", tmp_path / "clusters.csv", tmp_path / "pairs.csv"
    table.write_text(TABLE, encoding="utf-8")
    assert run(table, "--out", out, "--review", review) == 0
    rows = rows_of(out)
    assert list(rows[0]) == ["id", "cluster", "records", "reason", "file", "line", "title"]
    assert [row["id"] for row in rows] == ["r9", "r2", "r5", "r7", "r8"]
    assert [row["cluster"] for row in rows] == ["r2", "r2", "r5", "r7", "r8"]
    assert rows[0]["reason"].startswith("r2: same identifier and title")
    assert [row["records"] for row in rows] == ["2", "2", "1", "1", "1"]
    (pair,) = rows_of(review)
    assert (pair["id_a"], pair["id_b"], pair["doi_a"], pair["doi_b"]) == ("r7", "r8", "10.5555/b", "10.5555/c")
    assert "two records of one export that contradict each other" in pair["reason"]
    shown = capsys.readouterr().out
    assert "5 records: 4 works, 1 duplicate;" in shown
    assert "ids: column 'record id'" in shown
    assert "1 uncertain pair for a person: written to" in shown


def test_exports_without_ids_and_what_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two, out = tmp_path / "one.ris", tmp_path / "two.csv", tmp_path / "clusters.csv"
    one.write_text(RIS + "TI  - No type line\nAU  - Nobody\nER  - \n", encoding="utf-8")
    two.write_text(TABLE, encoding="utf-8")
    assert run(tmp_path / "one.ris", two, "--out", out) == 0
    rows = rows_of(out)
    assert len(rows) == len({row["id"] for row in rows}) == 7
    assert sorted(int(row["records"]) for row in rows) == [1, 1, 1, 1, 3, 3, 3]
    assert [row["reason"][:17] for row in rows if "could not" in row["reason"]] == ["could not be read"]
    told = capsys.readouterr()
    assert "ids: our own" in told.out
    assert "add --review FILE.csv" in told.out
    assert "no TY line" in told.err


def test_settings_of_a_protocol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out, settings = tmp_path / "records.csv", tmp_path / "clusters.csv", tmp_path / "protocol.toml"
    table.write_text(TABLE, encoding="utf-8")
    settings.write_text("[dedup]\ntitle_similarity = 0.95\n", encoding="utf-8")
    assert run(table, "--out", out, "--settings", settings) == 0
    settings.write_text("[dedup]\ntitle_similarty = 0.95\n", encoding="utf-8")
    assert run(table, "--out", out, "--settings", settings) == 2
    assert "title_similarty" in capsys.readouterr().err
    settings.write_text("title = 'x'\n", encoding="utf-8")
    assert run(table, "--out", out, "--settings", settings) == 2
    assert "has no section [dedup]" in capsys.readouterr().err
    assert run(table, "--out", out, "--settings", tmp_path / "none.toml") == 2


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["none.csv", "--out", "c.csv"], "is not there"),
        (["records.csv", "--out", "c.txt"], "is no .csv"),
        (["records.csv", "--out", "records.csv"], "would overwrite"),
        (["records.csv", "--out", "c.csv", "--review", "c.csv"], "would overwrite"),
    ],
)
def test_wrong_use(
    tmp_path: Path, arguments: list[str], word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("records.csv").write_text(TABLE, encoding="utf-8")
    assert run(*arguments) == 2
    assert word in capsys.readouterr().err
    assert Path("records.csv").read_text("utf-8") == TABLE


def test_nothing_to_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.ris").write_text("<!DOCTYPE html><html><body>Sign in</body></html>", encoding="utf-8")
    assert run(tmp_path / "page.ris", "--out", tmp_path / "c.csv") == 3
    assert "no record could be read" in capsys.readouterr().err
    assert not (tmp_path / "c.csv").exists()


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    table = tmp_path / "records.csv"
    table.write_text(TABLE, encoding="utf-8")
    for number in (1, 2):
        out, review = tmp_path / f"{number}.csv", tmp_path / f"{number}.pairs.csv"
        assert run(table, "--out", out, "--review", review, "--processes", number) == 0
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert (tmp_path / "1.pairs.csv").read_bytes() == (tmp_path / "2.pairs.csv").read_bytes()


def entries(*cells: dict[str, str]) -> list[dict[str, object]]:
    return [
        {
            "entry_id": f"e{number}",
            "source": "t.csv",
            "kind": "database",
            "file": "t.csv",
            "line": number + 2,
            "format": "csv",
            "extra": json.dumps({key: [value] for key, value in row.items()}),
            "raw": "\n".join(f"{key}: {value}" for key, value in sorted(row.items())),
        }
        for number, row in enumerate(cells)
    ]


def test_ids_that_do_not_tell_records_apart_are_none() -> None:
    twice, name = with_own_ids(entry_frame(entries({"ID": "1"}, {"ID": "1"})))
    assert (twice["entry_id"].tolist(), name) == (["e0", "e1"], "")
    some, name = with_own_ids(entry_frame(entries({"ID": "1"}, {"note": "x"})))
    assert (some["entry_id"].tolist(), name) == (["e0", "e1"], "")
    other, name = with_own_ids(entry_frame(entries({"ID": "1", "key": "b"}, {"ID": "1", "key": "a"})))
    assert (other["entry_id"].tolist(), name) == (["a", "b"], "key")


def test_rows_that_differ_in_their_id_alone_keep_one_text() -> None:
    found, _ = with_own_ids(entry_frame(entries({"ID": "1", "note": "x"}, {"ID": "2", "note": "x"}, {"ID": "3"})))
    first, second, third = found["raw"].tolist()
    assert first == second != third
    assert third == ""


def test_the_search_that_a_row_names_is_its_source() -> None:
    found, _ = with_own_ids(entry_frame(entries({"ID": "1", "search_set": "a"}, {"ID": "2", "note": "x"})))
    assert found["source"].tolist() == ["a", "t.csv"]
