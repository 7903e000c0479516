"""The ranking as the worklists use it: order, bands, reasons, remarks, and the cases without much to learn from."""

from __future__ import annotations

import gzip
import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from pipeline.protocol import ScreeningSection
from pipeline.screen.classifier import ClassifierSettings, fit, gather_evidence, out_of_fold_scores
from pipeline.screen.evaluate import early_recall, work_saved
from pipeline.screen.features import features_from, record_features
from pipeline.screen.printed_terms import OTHER_WORDS, START, all_terms
from pipeline.screen.ranking import (
    RANKING_COLUMNS,
    CriteriaText,
    Ranking,
    in_points,
    learn,
    rank_records,
    ranking_of,
)

SCREENING = ScreeningSection(reviewers=("ann",))
CRITERIA = CriteriaText(include="participation of service users in the design of care", exclude="animals")
NO_CRITERIA = CriteriaText(include="", exclude="")
SHARED_DATA = Path(os.environ.get("REVIEW_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))

RELEVANT = "service users participation design care public"
OTHER = "soil bacteria wheat yield nitrogen galaxy redshift steel fatigue trade route"


def corpus(number: int, every: int = 5) -> pd.DataFrame:
    """Return records of which each `every`-th is about participation, with words drawn by a fixed generator."""
    generator = np.random.default_rng(20260101)
    rows = []
    for place in range(number):
        topic = RELEVANT.split() if place % every == 0 else OTHER.split()
        words = [*generator.choice(topic, 5), *generator.choice(["study", "method", "results", "data"], 3)]
        rows.append((f"r{place:04d}", f"{words[0]} {words[1]} {place}", " ".join(words)))
    frame = pd.DataFrame(rows, columns=["record_id", "title", "abstract"]).astype("string")
    return frame.assign(
        keywords_author=[[] for _ in rows],
        keywords_index=[[] for _ in rows],
        journal=pd.array(["J"] * number, "string"),
    )


def truth(records: pd.DataFrame, every: int = 5) -> dict[str, bool]:
    return {record_id: place % every == 0 for place, record_id in enumerate(records["record_id"])}


def ranked(
    records: pd.DataFrame, labels: Mapping[str, bool], criteria: CriteriaText = CRITERIA, seed: int = 1
) -> Ranking:
    return rank_records(records, labels, criteria, SCREENING, seed)


def by_id(ranking: Ranking) -> pd.DataFrame:
    return ranking.table.set_index("record_id").sort_index()


def some(labels: Mapping[str, bool], number: int) -> dict[str, bool]:
    return dict(list(labels.items())[:number])


def printed_sum(terms: list[str]) -> float:
    return sum(float(term.rsplit(" ", 1)[1]) for term in terms)


def test_the_table_keeps_its_contract() -> None:
    records = corpus(60)
    table = ranked(records, some(truth(records), 20)).table
    assert list(table.columns) == [column.name for column in RANKING_COLUMNS]
    assert table["rank"].tolist() == list(range(1, 61))
    assert sorted(table["record_id"]) == sorted(records["record_id"])
    assert {name: str(table[name].dtype) for name in ("rank", "score", "out_of_fold_score", "band", "remark")} == {
        "rank": "Int64",
        "score": "Float64",
        "out_of_fold_score": "Float64",
        "band": "string",
        "remark": "string",
    }
    assert table["score"].is_monotonic_decreasing


def test_records_like_the_inclusions_come_first() -> None:
    records = corpus(200)
    labels = truth(records)
    ranking = ranked(records, some(labels, 40), NO_CRITERIA)
    assert ranking.basis == "decisions"
    undecided = ranking.table[~ranking.table["record_id"].isin(list(some(labels, 40)))]
    assert [labels[record_id] for record_id in undecided["record_id"][:32]] == [True] * 32


def test_criteria_alone_order_the_records() -> None:
    records = corpus(200)
    ranking = ranked(records, {})
    assert ranking.basis == "criteria"
    assert early_recall([truth(records)[record_id] for record_id in ranking.table["record_id"]], 0.25) == 1.0
    assert ranking.table["band"].eq("borderline").all()
    assert ranking.table["out_of_fold_score"].isna().all()
    assert (
        "no settled decision yet: ordered by likeness of words to the text of the inclusion criteria" in ranking.remarks
    )
    assert ranking.model_card["criteria_text_used"] is True


def test_the_first_decisions_are_helped_out_and_the_remarks_say_so() -> None:
    records = corpus(200)
    ranking = ranked(records, some(truth(records), 3))
    assert ranking.remarks[0] == "ordered by a classifier that learned from 1 inclusions and 2 exclusions"
    assert any("stands in for an inclusion until 5 are known" in remark for remark in ranking.remarks)
    assert any("100 undecided records, drawn at random" in remark for remark in ranking.remarks)
    assert ranking.model_card["presumed_exclusions_used"] == 100


def test_few_inclusions_still_lean_on_the_criteria() -> None:
    records = corpus(100)
    assert ranked(records, some(truth(records), 20)).basis == "criteria"  # 4 inclusions
    assert ranked(records, some(truth(records), 21)).basis == "decisions"  # 5
    assert ranked(records, some(truth(records), 20), NO_CRITERIA).basis == "decisions"


@pytest.mark.parametrize("number", [0, 1, 30])
def test_nothing_to_learn_from_is_a_seeded_random_order_that_says_so(number: int) -> None:
    records = corpus(number)
    ranking = ranked(records, {}, NO_CRITERIA)
    assert ranking.basis == "none"
    assert ranking.remarks[0].startswith("nothing to learn from (0 inclusions and 0 exclusions with text)")
    assert "random (seed 1)" in ranking.remarks[0]
    assert ranking.table["score"].isna().all()
    assert ranking.table["band"].eq("borderline").all()
    assert all(terms == [] for terms in ranking.table["terms"])
    if number == 30:
        order = ranking.table["record_id"].tolist()
        assert order not in (sorted(order), sorted(order, reverse=True))
        assert order != ranked(records, {}, NO_CRITERIA, seed=2).table["record_id"].tolist()
        assert order == ranked(records[::-1], {}, NO_CRITERIA).table["record_id"].tolist()


def _texts(kind: str) -> pd.DataFrame:
    records = corpus(24)
    if kind == "all the same":
        return records.assign(title="one title", abstract="one abstract")
    if kind == "empty":
        return records.assign(title=pd.NA, abstract=pd.NA)
    if kind == "titles only":
        return records.assign(abstract=pd.NA)
    return records


@pytest.mark.parametrize("kind", ["different", "all the same", "empty", "titles only"])
@pytest.mark.parametrize("number", [1, 2, 24])
@pytest.mark.parametrize("included", [0, 1, 24])
@pytest.mark.parametrize("excluded", [0, 1, 24])
@pytest.mark.parametrize("criteria", [CRITERIA, NO_CRITERIA])
def test_no_corner_crashes(kind: str, number: int, included: int, excluded: int, criteria: CriteriaText) -> None:
    records = _texts(kind).head(number).astype({"title": "string", "abstract": "string"})
    labels = dict.fromkeys(records["record_id"][:included], True)
    labels |= dict.fromkeys(records["record_id"][::-1][:excluded], False)
    ranking = ranked(records, labels, criteria)
    assert ranking.table["rank"].tolist() == list(range(1, number + 1))
    assert included > 1 or not ranking.table["band"].eq("likely_out").any()
    assert ranking.remarks
    json.dumps(ranking.model_card, allow_nan=False)
    if kind in ("all the same", "empty"):
        assert ranking.basis == "none" or kind == "all the same"


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(40)), st.integers(0, 40), st.integers(0, 3))
def test_the_order_of_rows_and_decisions_does_not_matter(order: list[int], decided: int, seed: int) -> None:
    records = corpus(40)
    labels = some(truth(records), decided)
    expected = ranked(records, labels, seed=seed)
    shuffled = ranked(records.iloc[order], dict(reversed(labels.items())), seed=seed)
    pd.testing.assert_frame_equal(shuffled.table, expected.table)
    assert shuffled.remarks == expected.remarks
    assert shuffled.model_card == expected.model_card


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.integers(0, 5))
def test_equal_texts_stand_in_order_of_their_ids(kinds: list[int], seed: int) -> None:
    words = ("service users care", "soil wheat", "users pay", "")
    records = pd.DataFrame(
        {
            "record_id": pd.array([f"r{place * 7 % 31:02d}" for place in range(len(kinds))], dtype="string"),
            "title": pd.array([words[kind] for kind in kinds], dtype="string"),
            "abstract": pd.array([pd.NA] * len(kinds), dtype="string"),
            "keywords_author": [[] for _ in kinds],
            "keywords_index": [[] for _ in kinds],
        }
    )
    ranking = ranked(records, {}, seed=seed)
    if ranking.basis == "none":
        return
    text_of = dict(zip(records["record_id"], records["title"], strict=True))
    for text in words:
        same = [record_id for record_id in ranking.table["record_id"] if text_of[record_id] == text]
        assert same == sorted(same)


def test_a_second_run_gives_the_same_table_and_another_seed_another_draw() -> None:
    records = corpus(300)
    labels = some(truth(records), 30)
    one, two, other = ranked(records, labels), ranked(records, labels), ranked(records, labels, seed=9)
    pd.testing.assert_frame_equal(one.table, two.table)
    assert one.model_card == two.model_card
    assert one.table["score"].tolist() != other.table["score"].tolist()


def test_nothing_but_title_abstract_and_keywords_matters() -> None:
    records = corpus(80)
    labels = some(truth(records), 40)
    leaky = records.assign(
        journal=["Included Journal" if labels.get(record_id) else "Other" for record_id in records["record_id"]],
        doi=[f"10.1/{labels.get(record_id)}" for record_id in records["record_id"]],
        source=[str(labels.get(record_id)) for record_id in records["record_id"]],
    )
    pd.testing.assert_frame_equal(ranked(leaky, labels).table, ranked(records, labels).table)


def test_all_terms_and_the_intercept_are_the_score() -> None:
    records = corpus(90)
    labels = some(truth(records), 45)
    ranking = ranked(records, labels)
    method = ClassifierSettings()
    decisions = [{True: 1, False: 0, None: -1}[labels.get(record_id)] for record_id in records["record_id"]]
    evidence = gather_evidence(records, decisions, CRITERIA.include, 1, method)
    fitted = fit(evidence, None, method)
    assert fitted.model is not None
    raw = fitted.model.scores(evidence.features.matrix)
    model = in_points(fitted, raw, out_of_fold_scores(evidence, method), evidence.decisions)[0].model
    assert model is not None
    assert ranking.model_card["intercept"] == model.intercept
    scores = by_id(ranking)["score"]
    for row, record_id in enumerate(records["record_id"]):
        terms = all_terms(model, evidence.features, row)
        text = " ".join(re.findall(r"\w\w+", f"{records['title'][row]} . {records['abstract'][row]}".lower()))
        assert all(term.split(": ")[1].strip("_") in text for term in terms if ": " in term)
        assert all(term in text for term in terms if ": " not in term)
        assert sum(terms.values()) + model.intercept == pytest.approx(scores[record_id], abs=1e-9)


def test_points_part_what_was_included_from_what_was_excluded_and_keep_the_order() -> None:
    records = corpus(90)
    relevant = truth(records)
    labels = some(relevant, 45)
    table = ranked(records, labels).table.set_index("record_id")
    sides = [table.loc[[key for key in labels if labels[key] == side], "score"].median() for side in (True, False)]
    assert sides[0] > 0 > sides[1]
    assert table.sort_values("rank")["score"].is_monotonic_decreasing


def test_printed_terms_are_the_score_as_printed() -> None:
    records = corpus(90)
    ranking = ranked(records, some(truth(records), 45))
    for terms, score in zip(ranking.table["terms"], ranking.table["score"], strict=True):
        assert 0 < len(terms) <= 9
        assert all(re.fullmatch(r".+ [+-]\d+\.\d\d", term) for term in terms)
        assert terms[-1] == f"{START} {ranking.model_card['intercept']:+.2f}"
        assert printed_sum(terms) == pytest.approx(score, abs=0.006)


def test_strongest_terms_come_first_and_few_words_need_no_rest() -> None:
    records = corpus(60)
    records.loc[0, ["title", "abstract"]] = ["qi", pd.NA]
    table = by_id(ranked(records, some(truth(records), 40)))
    strengths = [abs(float(term.rsplit(" ", 1)[1])) for term in table["terms"].iloc[20] if term[0] != "("]
    assert strengths == sorted(strengths, reverse=True)
    assert any(OTHER_WORDS in term for term in table["terms"].iloc[20])
    assert not any(OTHER_WORDS in term for term in table["terms"].iloc[0])


def test_records_without_abstract_say_so_and_are_never_likely_out() -> None:
    records = corpus(300)
    records.loc[290:294, "abstract"] = pd.NA
    records.loc[295:, ["title", "abstract"]] = pd.NA
    ranking = ranked(records, some(truth(records), 250), NO_CRITERIA)
    table = by_id(ranking)
    assert table["band"].eq("likely_out").any()
    assert not table["band"].iloc[290:].eq("likely_out").any()
    assert table["has_text"].iloc[288:].tolist() == ["full"] * 2 + ["title_only"] * 5 + ["nothing"] * 5
    assert table["remark"].iloc[[289, 290, 295]].tolist() == [
        "",
        "no abstract: read by a person",
        "no title and no abstract: read by a person",
    ]
    assert "10 records have no abstract: never likely_out, read by a person" in ranking.remarks


def test_bands_follow_the_cuts_of_the_model_card() -> None:
    records = corpus(400)
    labels = some(truth(records), 250)
    workings = learn(records, labels, CRITERIA, SCREENING, 1)
    ranking = ranking_of(workings, SCREENING)
    lower, upper = ranking.model_card["lower_cut"]["value"], ranking.model_card["upper_cut"]["value"]
    assert lower is not None and upper is not None
    learned_from = [*labels, *(workings.evidence.record_ids[row] for row in workings.fitted.presumed)]
    open_ones = ranking.table[~ranking.table["record_id"].isin(learned_from)]
    assert len(open_ones) == 50
    for score, band in zip(open_ones["score"], open_ones["band"], strict=True):
        expected = "likely_out" if score < lower else "likely_in" if score >= upper else "borderline"
        assert band == expected
    assert not open_ones[open_ones["band"] == "likely_out"]["record_id"].map(truth(records)).any()


def test_decided_records_are_banded_by_their_out_of_fold_score() -> None:
    records = corpus(300)
    labels = truth(records)
    labels["r0100"] = False  # about participation, but excluded: the model that learned it knows better than it should
    table = by_id(ranked(records, labels))
    assert table.loc["r0100", "out_of_fold_score"] > table.loc["r0100", "score"]
    assert table.loc["r0100", "band"] != "likely_out"


def test_below_nineteen_inclusions_nothing_is_likely_out() -> None:
    records = corpus(300)
    ranking = ranked(records, some(truth(records), 86))  # 18 inclusions
    assert "cannot cut: 18 inclusions with an abstract, 19 needed" in ranking.remarks
    assert not ranking.table["band"].eq("likely_out").any()
    assert ranking.model_card["lower_cut"]["value"] is None


def test_where_the_top_was_read_first_nothing_is_likely_out() -> None:
    records = corpus(600)
    labels = truth(records)
    found = {record_id: True for record_id, included in labels.items() if included and record_id < "r0400"}
    near = ranked(records, found | some({r: i for r, i in labels.items() if not i}, 60)).table
    read = near["record_id"].head(200).tolist()
    ranking = ranked(records, {record_id: labels[record_id] for record_id in read})
    assert ranking.model_card["score_shift"] > 0.55
    assert any("do not stand for the unread ones" in remark for remark in ranking.remarks)
    assert not ranking.table["band"].eq("likely_out").any()


def test_presumed_exclusions_are_banded_by_scores_that_did_not_learn_from_them() -> None:
    records = corpus(400)
    labels = truth(records)
    ranking = ranked(records, some(labels, 199), NO_CRITERIA)
    assert ranking.model_card["presumed_exclusions_used"] == 100
    undecided = by_id(ranking).iloc[199:]
    assert undecided["band"].eq("likely_out").any()
    assert not undecided["band"][[labels[record_id] for record_id in undecided.index]].eq("likely_out").any()


def test_contradicting_decisions_are_listed_and_not_learned_from() -> None:
    records = corpus(50)
    records.loc[1, ["title", "abstract"]] = records.loc[0, ["title", "abstract"]]
    ranking = ranked(records, some(truth(records), 30))
    assert "same text decided differently, left out of the learning: r0000, r0001" in ranking.remarks
    assert ranking.model_card["conflicts_left_out"] == ["r0000", "r0001"]
    assert ranking.model_card["inclusions_used"] + ranking.model_card["exclusions_used"] == 28
    assert by_id(ranking)["out_of_fold_score"].iloc[:2].isna().all()


def test_decisions_on_unknown_ids_are_named_and_change_nothing() -> None:
    records = corpus(50)
    labels = some(truth(records), 30)
    surplus = {f"gone{place:02d}": True for place in range(12)}
    ranking = ranked(records, labels | surplus)
    pd.testing.assert_frame_equal(ranking.table, ranked(records, labels).table)
    assert ranking.remarks[-1].endswith("gone08, gone09 and 2 more")


def test_a_record_twice_is_refused() -> None:
    records = corpus(3)
    with pytest.raises(ValueError, match="stands twice"):
        ranked(pd.concat([records, records]), {})


def test_the_caller_keeps_its_table() -> None:
    records = corpus(30)
    before = records.copy(deep=True)
    ranked(records[::-1], some(truth(records), 10))
    pd.testing.assert_frame_equal(records, before)


def test_the_model_card_is_plain_and_complete() -> None:
    records = corpus(60)
    card = ranked(records, some(truth(records), 40), seed=5).model_card
    assert json.loads(json.dumps(card, allow_nan=False)) == card | {
        "settings": {
            name: list(value) if isinstance(value, tuple) else value for name, value in card["settings"].items()
        }
    }
    assert (card["seed"], card["records"], card["inclusions_used"], card["exclusions_used"]) == (5, 60, 8, 32)
    assert card["settings"]["cost"] == 0.11
    assert not any("version" in key for key in card)


@pytest.mark.shared_data
def test_on_a_real_review_the_ranking_beats_random_clearly() -> None:
    folder = SHARED_DATA / "screening"
    if not (folder / "oud_2018.csv.gz").exists():
        pytest.skip(f"development data not found in {folder} (set REVIEW_SHARED_DATA)")
    with gzip.open(folder / "oud_2018.csv.gz", "rt", encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype="string", keep_default_na=False)
    criteria = json.loads((folder / "criteria.json").read_text(encoding="utf-8"))["oud_2018"]["text"]
    records = table.assign(keywords_author=[[]] * len(table), keywords_index=[[]] * len(table))
    included = dict(zip(table["record_id"], table["included"] == "1", strict=True))
    half = {record_id: included[record_id] for record_id in table["record_id"][::2]}

    def order(labels: Mapping[str, bool]) -> list[bool]:
        ranking = ranked(records, labels, CriteriaText(criteria, ""))
        return [included[record_id] for record_id in ranking.table["record_id"] if record_id not in labels]

    for labels, saved in ({}, 0.25), (half, 0.6):
        found = order(labels)
        assert (work_saved(found) or 0) > saved  # a random order saves 0
        assert (early_recall(found) or 0) > 0.4  # a random order finds 0.1


def test_the_order_is_the_same_at_one_and_two_threads() -> None:
    records = corpus(120)
    labels = some(truth(records), 40)
    with threadpool_limits(1):
        one = ranked(records, labels)
    with threadpool_limits(2):
        two = ranked(records, labels)
    pd.testing.assert_frame_equal(one.table, two.table)


def test_copies_of_one_work_share_a_fold() -> None:
    records = corpus(60)
    records.loc[1, "title"] = str(records.loc[0, "title"]).upper() + "."
    folds = gather_evidence(records, [-1] * 60, "", 1, ClassifierSettings()).folds
    assert folds[0] == folds[1]


def test_two_thousand_records_are_ranked_in_a_few_seconds() -> None:
    records = corpus(2000)
    started = time.process_time()
    ranked(records, some(truth(records), 400))
    assert time.process_time() - started < 10  # about 1 s; a floor, not a measurement


def test_features_made_before_give_the_same_ranking() -> None:
    records = corpus(120)
    labels = some(truth(records), 40)
    kept = features_from(record_features(records[::-1]).arrays())
    given = rank_records(records, labels, CRITERIA, SCREENING, 1, kept)
    pd.testing.assert_frame_equal(given.table, ranked(records, labels).table)
    assert given.model_card == ranked(records, labels).model_card


def test_terms_sum_to_the_score_when_one_machine_learned_from_all_readings() -> None:
    records = corpus(400)
    ranking = ranked(records, some(truth(records), 360))
    assert ranking.model_card["model"].endswith("one linear support vector machine")
    for terms, score in zip(ranking.table["terms"], ranking.table["score"], strict=True):
        assert printed_sum(terms) == pytest.approx(score, abs=0.006)
    shuffled = ranked(records.sample(frac=1, random_state=3), some(truth(records), 360))
    pd.testing.assert_frame_equal(shuffled.table, ranking.table)
