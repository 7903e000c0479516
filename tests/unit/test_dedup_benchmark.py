"""The benchmark of duplicates: counting, the files it writes, excused records, and sets that grow."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from benchmarks import dedup_sets
from benchmarks.__main__ import main
from benchmarks.dedup_counts import Counts, at_pair_level, at_record_level, joined, mixed_clusters, without
from benchmarks.dedup_growth import grow, joined_sets
from benchmarks.dedup_sets import read_set

HEADER = ["Key", "ENTRYTYPE", "author", "title", "year", "journal", "volume", "number", "pages", "isbn", "search_set"]
ROWS = [
    ["k3", "article", "Okafor, N. and Lim, S.", "Village halls and libraries made together", "2019", "Governance", "4",
     "2", "10-19", "1234-5679", "one"],
    ["k1", "article", "Okafor N.; Lim S.", "VILLAGE HALLS AND LIBRARIES MADE TOGETHER", "2019", "Governance", "4", "2",
     "10-9", "", "two"],
    ["k2", "inproceedings", "Berg, A.", "Trust in shared services: a survey", "2020", "", "", "", "", "", ""],
    ["k4", "article", "Berg, A.", "Fish farming in northern lakes", "2001", "Waters", "1", "1", "1-9", "", "two"],
]  # fmt: skip


def set_folder(tmp_path: Path, labels: bool = True) -> Path:
    place = tmp_path / "sets" / "halls"
    place.mkdir(parents=True)
    with gzip.open(place / "records.csv.gz", "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *ROWS])
    if labels:
        (place / "clusters").mkdir()
        (place / "clusters" / "merged_ids.csv").write_text("merged_ids\nk1;k3\n", encoding="utf-8")
    return place.parent


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def clusters(*groups: str) -> dict[str, str]:
    """Return record -> label of groups such as "ab", records in alphabetical order."""
    return dict(sorted((record, group) for group in groups for record in group))


def test_counting_at_record_level() -> None:
    true = clusters("abc", "d", "e")
    assert at_record_level(clusters("a", "b", "c", "d", "e"), true) == Counts(0, 0, 2)
    assert at_record_level(true, true) == Counts(2, 0, 0)
    assert at_record_level(clusters("ab", "c", "de"), true) == Counts(1, 1, 1)
    assert at_record_level(clusters("abcde"), true) == Counts(2, 2, 0)
    assert mixed_clusters(clusters("abcde"), true) == 1


def test_counting_at_pair_level_shows_what_record_level_hides() -> None:
    true = clusters("ab", "cd")
    crossed = clusters("ac", "bd")
    assert at_record_level(crossed, true) == Counts(1, 1, 1)
    assert at_pair_level(crossed, true) == Counts(0, 2, 2)
    assert at_pair_level(clusters("abcd"), true) == Counts(2, 4, 0)
    assert mixed_clusters(crossed, true) == 2


def test_no_error_of_an_excused_record_counts() -> None:
    true, predicted = clusters("ab", "c", "d"), clusters("a", "b", "cd")
    assert at_record_level(predicted, true) == Counts(0, 1, 1)
    assert at_record_level(without(predicted, "bd"), without(true, "bd")) == Counts(0, 0, 0)
    assert at_record_level(without(predicted, "a"), without(true, "a")) == Counts(0, 1, 0)


def test_shares_of_nothing_are_whole() -> None:
    assert (Counts(0, 0, 0).precision, Counts(0, 0, 0).recall, Counts(0, 1, 1).f1) == (1.0, 1.0, 0.0)


def test_clusters_joined_by_pairs() -> None:
    found = joined(clusters("a", "b", "c", "de"), [("a", "b"), ("b", "d"), ("a", "d")])
    assert len({found[record] for record in "abde"}) == 1
    assert found["c"] != found["a"]


def test_every_column_that_the_pipeline_reads_is_used(tmp_path: Path) -> None:
    records, ids = read_set(set_folder(tmp_path) / "halls")
    assert ids == ["k3", "k1", "k2", "k4"]
    entries = records.entries.set_index("entry_id")
    assert list(entries.index) == ["k1", "k2", "k3", "k4"]
    assert entries.loc["k3", "issue"] == "2"
    assert entries.loc["k3", "issn"] == ["1234-5679"]
    assert entries.loc["k2", "type"] == "conference"
    assert entries["source"].tolist() == ["two", "", "one", "two"]


def test_the_files_of_a_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["dedup", str(set_folder(tmp_path)), "--out", str(out)]) == 0
    found = rows_of(out / "halls.clusters.csv")
    assert [row["id"] for row in found] == ["k3", "k1", "k2", "k4"]
    assert found[0]["cluster"] == found[1]["cluster"] not in (found[2]["cluster"], found[3]["cluster"])
    assert (out / "halls.review.csv").read_text("utf-8").startswith("id_a,id_b,score,reason,")
    (row,) = rows_of(out / "dedup.csv")
    assert list(row)[:7] == ["name", "records", "pairs_compared", "review_pairs", "cpu_s", "wall_s", "peak_mb"]
    wanted = {"name": "halls", "records": "4", "TP": "1", "FP": "0", "FN": "0", "F1": "1.0", "mixed": "0"}
    assert wanted | {"pair_TP": "1", "excused_FN": "0", "reachable": "1.0"} == {
        key: row[key] for key in (*wanted, "pair_TP", "excused_FN", "reachable")
    }
    assert float(row["cpu_s"]) > float(row["find_cpu_s"]) > 0
    assert "record level" in capsys.readouterr().out


def test_a_set_without_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["dedup", str(set_folder(tmp_path, labels=False)), "--out", str(out)]) == 0
    (row,) = rows_of(out / "dedup.csv")
    assert "TP" not in row
    assert len(rows_of(out / "halls.clusters.csv")) == 4
    assert "record level" not in capsys.readouterr().out


def test_a_folder_without_sets(tmp_path: Path) -> None:
    assert main(["dedup", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert main(["dedup-scale", str(tmp_path), "--out", str(tmp_path / "out")]) == 2


def test_excused_records_have_their_evidence() -> None:
    rows = rows_of(dedup_sets.EXCUSED)
    assert all(row["evidence"] and row["ids"] for row in rows)
    assert "id_0000002" in dedup_sets.excused("haematology")
    assert dedup_sets.excused("copper") == set()


def test_sets_grow_the_same_way_each_time(tmp_path: Path) -> None:
    folder = set_folder(tmp_path)
    for name in ("a", "b"):
        grow(folder, tmp_path / name / "grown", 120)
    first, second = (tmp_path / name / "grown" / "records.csv.gz" for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    rows, works = joined_sets(tmp_path / "a")
    assert len(rows) == len({row["ID"] for row in rows}) == 120
    sizes = [list(works.values()).count(work) for work in set(works.values())]
    assert max(sizes) > 2
    assert sizes.count(1) > 20


def test_what_sets_cost_when_they_grow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dedup-scale", str(set_folder(tmp_path)), "--records", "40", "--out", str(tmp_path / "out")]) == 0
    assert "40 records" in capsys.readouterr().out
    assert rows_of(tmp_path / "out" / "dedup-scale.csv")[0]["records"] == "40"
