"""Properties of deduplication that hold for any entries and any answers."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.dedup.deduplicate import deduplicate
from pipeline.dedup.standing import OPPOSED, Standing, opposed
from pipeline.dedup.tables import DECISION_COLUMNS, Deduplication
from pipeline.identity import normal_raw
from pipeline.protocol import DedupSection
from pipeline.records import entry_frame

BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SECTION = DedupSection()

TITLES = [
    None,
    "Editorial",
    "Citizens as partners in service delivery",
    "Citizens as partners in service delivery: a review",
    "CITIZENS AS PARTNERS IN SERVICE DELIVERY",
    "Citizens as partners in service delivery, part II",
    "Erratum to: Citizens as partners in service delivery",
    "Correlates of co-production in five nations",
    "Ⅳ. \ufffd <b>über</b> 共同生産",
]
ROWS = st.fixed_dictionaries(
    {
        "title": st.sampled_from(TITLES),
        "authors": st.sampled_from([[], ["Ostrom, Elinor"], ["Ostrom E.", "Parks R."], ["Pestoff, V"]]),
        "year": st.sampled_from([None, 2012, 2013, 2019]),
        "journal": st.sampled_from([None, "Public Management Review", "PUBLIC MANAGE REV", "Governance"]),
        "volume": st.sampled_from([None, "14", "15"]),
        "pages": st.sampled_from([None, "1-9", "11-20", "e5"]),
        "doi": st.sampled_from([None, None, "10.1/a", "10.1/b"]),
        "type": st.sampled_from([None, "article", "conference", "preprint"]),
        "abstract": st.sampled_from([None, "Short.", "A long abstract about citizens who produce services. " * 6]),
        "keywords_author": st.lists(st.sampled_from(["Trust", "trust", "care"]), max_size=2),
        "raw": st.sampled_from(["", "same", "same ", "own", "own", "own", "own"]),
        "source": st.sampled_from(["Scopus", "ERIC"]),
    }
)
TABLES = st.lists(ROWS, max_size=9)
ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 8), st.integers(0, 8), st.sampled_from(["same", "different", "same_study", "split", "withdraw"])
    ),
    max_size=6,
)
Rows = list[dict[str, Any]]
Said = list[tuple[int, int, str]]


def entry_table(rows: Rows) -> pd.DataFrame:
    place = {"kind": "database", "file": "f", "line": 1, "format": "ris"}
    complete = [
        {**place, **row, "entry_id": f"e{n}", "raw": f"own {n}" if row["raw"] == "own" else row["raw"]}
        for n, row in enumerate(rows)
    ]
    return entry_frame(complete)


def answer_table(said: Said) -> pd.DataFrame:
    rows = [
        {
            "stage": "split" if decision in ("split", "withdraw") else "duplicate_pair",
            "entry_id": f"e{one}",
            "other_entry_id": None if decision in ("split", "withdraw") else f"e{other}",
            "decision": decision,
            "reviewer": "anna",
            "sequence": number,
        }
        for number, (one, other, decision) in enumerate(said, start=1)
    ]
    return entry_frame(rows, DECISION_COLUMNS)


def run(rows: Rows, said: Said) -> Deduplication:
    return deduplicate(entry_table(rows), answer_table(said), SECTION)


def cluster_of(result: Deduplication) -> dict[str, str]:
    return dict(zip(result.clusters["entry_id"], result.clusters["cluster_id"], strict=True))


def same(one: Deduplication, other: Deduplication) -> None:
    pd.testing.assert_frame_equal(one.clusters, other.clusters)
    pd.testing.assert_frame_equal(one.records, other.records)
    pd.testing.assert_frame_equal(one.pairs, other.pairs)


def newest(said: Said) -> dict[frozenset[int], str]:
    pairs = {}
    for one, other, decision in said:
        if decision in ("same", "different", "same_study") and one != other:
            pairs[frozenset((one, other))] = decision
    return pairs


@BOUNDED
@given(rows=TABLES, said=ANSWERS, seed=st.integers(0, 999))
def test_the_order_of_rows_does_not_matter(rows: Rows, said: Said, seed: int) -> None:
    entries, answers = entry_table(rows), answer_table(said)
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    shuffled = entries.iloc[order].reset_index(drop=True)
    turned = answers.iloc[::-1].reset_index(drop=True)
    same(deduplicate(entries, answers, SECTION), deduplicate(shuffled, turned, SECTION))


@BOUNDED
@given(rows=TABLES, said=ANSWERS)
def test_the_same_input_gives_the_same_result(rows: Rows, said: Said) -> None:
    same(run(rows, said), run(rows, said))


@BOUNDED
@given(rows=TABLES, said=ANSWERS)
def test_each_entry_is_in_exactly_one_cluster(rows: Rows, said: Said) -> None:
    result = run(rows, said)
    ids = [f"e{n}" for n in range(len(rows))]
    assert result.clusters["entry_id"].tolist() == sorted(ids)
    members = [member for cluster in result.records["members"] for member in cluster]
    assert sorted(members) == sorted(ids)
    assert sum(result.records["members"].map(len)) == int(result.clusters["cluster_size"].eq(1).sum()) + sum(
        len(cluster) for cluster in result.records["members"] if len(cluster) > 1
    )
    for cluster_id, cluster in zip(result.records["cluster_id"], result.records["members"], strict=True):
        assert cluster_id == min(cluster)


@BOUNDED
@given(rows=TABLES, said=ANSWERS)
def test_no_cluster_joins_what_a_person_keeps_apart(rows: Rows, said: Said) -> None:
    clusters = cluster_of(run(rows, said))
    for pair, decision in newest(said).items():
        one, other = sorted(pair)
        if other < len(rows) and decision != "same":
            assert clusters[f"e{one}"] != clusters[f"e{other}"]


@BOUNDED
@given(rows=TABLES, pair=st.tuples(st.integers(0, 8), st.integers(0, 8)))
def test_a_single_answer_is_followed(rows: Rows, pair: tuple[int, int]) -> None:
    one, other = pair
    if one == other or max(pair) >= len(rows):
        return
    joined = cluster_of(run(rows, [(one, other, "same")]))
    assert joined[f"e{one}"] == joined[f"e{other}"]
    alone = cluster_of(run(rows, [(one, other, "split")]))
    assert list(alone.values()).count(alone[f"e{one}"]) == 1


@BOUNDED
@given(rows=TABLES)
def test_the_same_text_is_one_work(rows: Rows) -> None:
    clusters = cluster_of(run(rows, []))
    texts: dict[str, set[str]] = {}
    for number, row in enumerate(rows):
        text = normal_raw(row["raw"])
        if text.strip() and row["raw"] != "own":
            texts.setdefault(text, set()).add(clusters[f"e{number}"])
    assert all(len(found) == 1 for found in texts.values())


@BOUNDED
@given(first=TABLES, second=TABLES, said=ANSWERS)
def test_a_later_search_gives_the_result_of_one_run(first: Rows, second: Rows, said: Said) -> None:
    whole = entry_table((first + second)[:9])
    earlier, later = whole.iloc[: len(first)], whole.iloc[len(first) :]
    answers = answer_table(said)
    deduplicate(earlier, answers, SECTION)
    same(
        deduplicate(pd.concat([later, earlier], ignore_index=True), answers, SECTION),
        deduplicate(whole, answers, SECTION),
    )


@BOUNDED
@given(rows=TABLES)
def test_no_merge_rests_on_a_title_alone(rows: Rows) -> None:
    bare = [{**row, "raw": "own"} for row in rows]
    for row in bare:
        for name in ("authors", "year", "journal", "volume", "pages", "doi", "type", "abstract", "keywords_author"):
            row[name] = [] if name in ("authors", "keywords_author") else None
    assert len(run(bare, []).records) == len(rows)


@BOUNDED
@given(rows=TABLES, said=ANSWERS)
def test_pairs_agree_with_clusters(rows: Rows, said: Said) -> None:
    result = run(rows, said)
    clusters = cluster_of(result)
    assert not result.pairs.duplicated(["entry_a", "entry_b"]).any()
    for pair in result.pairs.to_dict("records"):
        assert pair["entry_a"] < pair["entry_b"]
        together = clusters[pair["entry_a"]] == clusters[pair["entry_b"]]
        assert together == (pair["verdict"] == "duplicate")
        assert 0 <= pair["score"] <= 1
        assert pair["reason"]
    answered = {tuple(sorted(f"e{n}" for n in pair)) for pair in newest(said) if max(pair) < len(rows)}
    assert answered <= set(zip(result.pairs["entry_a"], result.pairs["entry_b"], strict=True))


@BOUNDED
@given(rows=TABLES)
def test_merging_loses_no_value_of_a_united_list(rows: Rows) -> None:
    result = run(rows, [])
    for record in result.records.to_dict("records"):
        wanted = {word.casefold() for member in record["members"] for word in rows[int(member[1:])]["keywords_author"]}
        assert {word.casefold() for word in record["keywords_author"]} == wanted
        assert record["sources"] == sorted({rows[int(member[1:])]["source"] for member in record["members"]})


WORDS = st.dictionaries(
    st.integers(0, 8),
    st.sampled_from(
        [{"included"}, {"excluded"}, {"included", "report included"}, {"included", "report excluded"}, set()]
    ),
    max_size=6,
)
Decided = dict[int, set[str]]


def standing(decided: Decided) -> Standing:
    return Standing({f"e{n}": frozenset(said) for n, said in decided.items() if said}, [f"e{n}" for n in decided])


@BOUNDED
@given(rows=TABLES, decided=WORDS)
def test_without_a_person_no_record_holds_opposite_decisions(rows: Rows, decided: Decided) -> None:
    result = deduplicate(entry_table(rows), answer_table([]), SECTION, standing(decided))
    for members in result.records["members"]:
        said = [frozenset(decided.get(int(member[1:]), set())) for member in members]
        assert not any(opposed(one, other) for place, one in enumerate(said) for other in said[place + 1 :])
    plain, clusters = cluster_of(run(rows, [])), cluster_of(result)
    for one, first in clusters.items():  # nothing is joined that was not joined before
        assert all(plain[one] == plain[other] for other, second in clusters.items() if first == second)
    for pair in result.pairs.to_dict("records"):
        assert (clusters[pair["entry_a"]] == clusters[pair["entry_b"]]) == (pair["verdict"] == "duplicate")
        assert pair["verdict"] == "uncertain" or not pair["reason"].startswith(OPPOSED)
    asked = result.pairs[result.pairs["reason"].str.startswith("not joined: one was")]
    assert len(
        {frozenset((clusters[a], clusters[b])) for a, b in zip(asked.entry_a, asked.entry_b, strict=True)}
    ) == len(asked)


@BOUNDED
@given(rows=TABLES, decided=WORDS, pair=st.tuples(st.integers(0, 8), st.integers(0, 8)))
def test_a_person_joins_also_what_was_decided_differently(rows: Rows, decided: Decided, pair: tuple[int, int]) -> None:
    one, other = pair
    if one == other or max(pair) >= len(rows):
        return
    answers = answer_table([(one, other, "same")])
    clusters = cluster_of(deduplicate(entry_table(rows), answers, SECTION, standing(decided)))
    assert clusters[f"e{one}"] == clusters[f"e{other}"]


@BOUNDED
@given(first=TABLES, second=TABLES, decided=WORDS)
def test_a_later_search_moves_no_id_of_a_decided_record(first: Rows, second: Rows, decided: Decided) -> None:
    """People decide records of the first search under the ids they are shown; the second adds smaller ids too."""
    whole = entry_table((second + first)[:9])
    earlier = whole.iloc[min(len(second), 9) :]
    before = cluster_of(deduplicate(earlier, answer_table([]), SECTION))
    shown = list(dict.fromkeys(before[f"e{n}"] for n in decided if f"e{n}" in before))
    words = {entry: frozenset({"included" if place % 2 else "excluded"}) for place, entry in enumerate(shown)}
    after = cluster_of(deduplicate(whole, answer_table([]), SECTION, Standing(words, shown)))
    kept = {entry for entry in shown if after[entry] == entry}
    joined = [entry for entry in shown if entry not in kept]
    for entry in joined:  # two records decided the same way that turned out to be one work: the earlier id stays
        assert after[entry] in kept
        assert shown.index(after[entry]) < shown.index(entry)
        assert words[after[entry]] == words[entry]
    undecided = cluster_of(deduplicate(whole, answer_table([]), SECTION))
    for entry, cluster in after.items():
        companions = {other for other, of in after.items() if of == cluster}
        if not companions & set(shown) and companions == {o for o, of in undecided.items() if of == undecided[entry]}:
            assert cluster == min(companions)


@BOUNDED
@given(rows=TABLES, decided=WORDS, seed=st.integers(0, 999))
def test_order_does_not_matter_with_decisions_either(rows: Rows, decided: Decided, seed: int) -> None:
    entries, order = entry_table(rows), list(range(len(rows)))
    random.Random(seed).shuffle(order)
    turned = Standing(dict(reversed(standing(decided).words.items())), standing(decided).decided)
    same(
        deduplicate(entries, answer_table([]), SECTION, standing(decided)),
        deduplicate(entries.iloc[order].reset_index(drop=True), answer_table([]), SECTION, turned),
    )
