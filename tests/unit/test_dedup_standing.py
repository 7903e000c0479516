"""Standing: opposite decisions are not joined without a person, and a decided record keeps its id."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from pipeline.dedup.deduplicate import deduplicate, find_clusters
from pipeline.dedup.standing import BETWEEN, OPPOSED, Standing, opposed, settle
from pipeline.dedup.tables import CLUSTER_COLUMNS, DECISION_COLUMNS, PAIR_COLUMNS
from pipeline.protocol import DedupSection
from pipeline.records import check, entry_frame

Link = tuple[str, str, float]


def standing(**words: str) -> Standing:
    """Return what was decided, a word an entry, in the order given."""
    return Standing({entry: frozenset(said.split("+")) for entry, said in words.items()}, tuple(words))


def settled(
    clusters: dict[str, str], links: list[Link], said: Standing, by_person: list[tuple[str, str]] | None = None
) -> tuple[dict[str, str], pd.DataFrame]:
    """Settle clusters (entry -> cluster) that these links made; return entry -> cluster, and the pairs."""
    sizes = list(clusters.values())
    table = entry_frame(
        [{"entry_id": e, "cluster_id": c, "cluster_size": sizes.count(c)} for e, c in sorted(clusters.items())],
        CLUSTER_COLUMNS,
    )
    rows: list[dict[str, Any]] = [
        {"entry_a": a, "entry_b": b, "verdict": "duplicate", "reason": "same DOI", "score": score, "joins": True}
        | {"basis": "person" if (a, b) in (by_person or []) else "rule"}
        for a, b, score in sorted(links)
    ]
    found, pairs = settle(table, entry_frame(rows, PAIR_COLUMNS), said)
    check(found, CLUSTER_COLUMNS, "clusters")
    check(pairs, PAIR_COLUMNS, "pairs")
    return dict(zip(found["entry_id"], found["cluster_id"], strict=True)), pairs


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("included", "excluded", True),
        ("excluded", "included", True),
        ("report included", "report excluded", True),
        ("report included", "excluded", True),
        ("included", "included", False),
        ("included", "report excluded", False),
        ("excluded", "report excluded", False),
        ("included+report included", "included+report excluded", True),
    ],
)
def test_what_is_opposite(one: str, other: str, wanted: bool) -> None:
    first, second = frozenset(one.split("+")), frozenset(other.split("+"))
    assert opposed(first, second) is opposed(second, first) is wanted


def test_without_decisions_nothing_changes() -> None:
    clusters, pairs = settled({"a": "a", "b": "a", "c": "c"}, [("a", "b", 0.9)], Standing())
    assert clusters == {"a": "a", "b": "a", "c": "c"}
    assert pairs["verdict"].tolist() == ["duplicate"]


def test_opposite_decisions_part_a_cluster_and_ask() -> None:
    clusters, pairs = settled({"a": "a", "b": "a"}, [("a", "b", 0.9)], standing(a="included", b="excluded"))
    assert clusters == {"a": "a", "b": "b"}
    assert pairs[["verdict", "basis", "joins"]].to_numpy().tolist() == [["uncertain", "rule", False]]
    assert pairs["reason"].iloc[0] == f"{OPPOSED}; same DOI"


def test_the_strongest_links_stay_and_one_question_is_asked() -> None:
    links = [("a", "b", 0.9), ("a", "c", 0.8), ("b", "c", 0.7), ("b", "d", 0.95)]
    clusters, pairs = settled(dict.fromkeys("abcd", "a"), links, standing(a="included", d="excluded"))
    assert clusters == {"a": "a", "c": "a", "b": "d", "d": "d"}
    asked = pairs[pairs["verdict"] == "uncertain"]
    assert asked[["entry_a", "entry_b"]].to_numpy().tolist() == [["a", "b"]]
    assert pairs["verdict"].tolist().count("duplicate") == 2


def test_what_a_person_joined_stays_joined_with_all_that_hangs_on_it() -> None:
    links = [("a", "b", 0.9), ("c", "d", 0.9), ("b", "c", 0.5)]
    clusters, pairs = settled(
        dict.fromkeys("abcd", "a"), links, standing(a="included", d="excluded"), by_person=[("b", "c")]
    )
    assert set(clusters.values()) == {"a"}
    assert set(pairs["verdict"]) == {"duplicate"}


def test_works_that_only_a_contrary_work_linked_are_told_so() -> None:
    links = [("a", "b", 0.9), ("b", "c", 0.8)]
    words = standing(b="excluded", a="included", c="included")
    clusters, pairs = settled(dict.fromkeys("abc", "a"), links, words)
    assert clusters == {"a": "a", "b": "b", "c": "c"}
    assert {reason.partition(";")[0] for reason in pairs["reason"]} == {OPPOSED}
    both = entry_frame(
        [
            {"entry_a": "a", "entry_b": "b", "verdict": "duplicate", "basis": "rule", "reason": "x", "joins": True},
            {"entry_a": "a", "entry_b": "c", "verdict": "duplicate", "basis": "rule", "reason": "y", "joins": False},
            {"entry_a": "b", "entry_b": "c", "verdict": "duplicate", "basis": "rule", "reason": "z", "joins": True},
        ],
        PAIR_COLUMNS,
    )
    table = entry_frame([{"entry_id": e, "cluster_id": "a", "cluster_size": 3} for e in "abc"], CLUSTER_COLUMNS)
    _, pairs = settle(table, both, words)
    assert [reason.partition(";")[0] for reason in pairs["reason"]] == [OPPOSED, BETWEEN, OPPOSED]


def test_the_id_is_that_of_the_earliest_decided_entry() -> None:
    clusters = {"a": "a", "b": "a", "c": "a", "d": "d"}
    links = [("a", "b", 0.9), ("b", "c", 0.9)]
    assert settled(clusters, links, Standing({}, ("c", "b")))[0] == {"a": "c", "b": "c", "c": "c", "d": "d"}
    assert settled(clusters, links, Standing({}, ("gone", "b", "c")))[0]["a"] == "b"


def work(entry: str, **more: object) -> dict[str, object]:
    """Return an entry of one made-up work."""
    plain = {"title": "Neighbours who repair the well", "authors": ["Aalto, Ida"], "year": 2011, "journal": "Wells"}
    place = {"source": "Index", "kind": "database", "file": entry, "line": 1, "format": "ris", "raw": entry}
    return {**place, **plain, "volume": "3", "pages": "1-9", "doi": "10.5555/well", "entry_id": entry, **more}


NONE = entry_frame([], DECISION_COLUMNS)


def test_a_later_entry_that_joins_two_contrary_records_is_put_to_the_one_it_fits_best() -> None:
    entries = entry_frame([work("m1", abstract="A long text. " * 20), work("m2", doi=None), work("a0", year=2012)])
    found = deduplicate(entries, NONE, DedupSection(), standing(m1="excluded", m2="included"))
    cluster = dict(zip(found.clusters["entry_id"], found.clusters["cluster_id"], strict=True))
    assert cluster["m1"] == "m1"
    assert cluster["m2"] == "m2"
    assert cluster["a0"] in ("m1", "m2")
    assert sorted(found.records["cluster_id"]) == ["m1", "m2"]
    assert found.pairs["reason"].str.startswith(OPPOSED).sum() == 1


def test_links_of_a_cluster_are_marked() -> None:
    entries = entry_frame([work("m1"), work("m2"), work("m3", raw="m2")])
    found = find_clusters(entries, NONE, DedupSection())
    clusters, pairs = found.clusters, found.pairs
    assert set(clusters["cluster_id"]) == {"m1"}
    joined = {(a, b) for a, b, joins in zip(pairs["entry_a"], pairs["entry_b"], pairs["joins"], strict=True) if joins}
    assert {("m1", "m2"), ("m2", "m3")} <= joined
