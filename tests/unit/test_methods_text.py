"""The methods paragraphs: every fact in words, nothing made up where there is none, numbers from the counts."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pandas as pd
import pytest

from pipeline.report.counts import Counts, LaneCounts
from pipeline.screen.methods_facts import ScreeningFacts
from pipeline.stages.report_methods import deduplication_text, screening_text

COUNTS = Counts(duplicates=12, screened=900, excluded_human=500, excluded_machine=340, main=LaneCounts(60))
FULL = ScreeningFacts(
    model="a sum of four linear models",
    features="words of title, abstract and keywords",
    software=("scikit-learn 1.9.1",),
    basis="decisions",
    use="ranked and excluded",
    records=900,
    records_without_abstract=7,
    training_records=520,
    training_relevant=61,
    labelled_by=("ann", "ben"),
    readers_per_record=2,
    decided_by_people=560,
    waiting=0,
    excluded_by_machine=340,
    thresholds=("Scores below 0.03 are read last",),
    target_recall=0.95,
    confidence=0.9,
    stopping_rule="hypergeometric",
    stopping_advice="stop",
    stopping_assumption="the rest is in random order",
    inclusions_found=61,
    estimated_recall=0.984,
    recall_lower=0.951,
    rounds=9,
    audit_share=0.1,
    audit_records=52,
    audit_relevant=3,
    audit_outcome="The order held on the random sample",
    machine_sample_records=120,
    machine_sample_missed=1,
    machine_missed_upper=5,
    statement="whole_review",
    statement_void="the protocol changed",
    seed=7,
)


def text(facts: ScreeningFacts, counts: Counts = COUNTS) -> str:
    return " ".join(screening_text(facts, counts))


def test_without_facts_only_the_counts_are_told() -> None:
    said = text(ScreeningFacts(), Counts(screened=3, awaiting_screening=3))
    assert said == (
        "3 records went into screening at title and abstract. People excluded 0 and automation tools 0; 0 went on to "
        "retrieval. 3 records wait for a decision and readers differ about 0. No automation tool excluded a record."
    )


def test_every_fact_is_told() -> None:
    said = text(FULL)
    for part in (
        "each was to be decided by two people independently",
        "Decisions were made by ann and ben.",
        "People excluded 500 and automation tools 340; 60 went on to retrieval.",
        "7 records have no abstract",
        "A sum of four linear models (words of title, abstract and keywords; scikit-learn 1.9.1) set the order",
        "excluded 340 records that no person decided",
        "trained on 520 decided records, 61 of them inclusions",
        "Scores below 0.03 are read last.",
        "seed of its random steps was 7",
        "a recall of 95% at a confidence of 90%",
        "advised by the hypergeometric rule, whose advice at the last run was: stop.",
        "It assumes that the rest is in random order.",
        "61 inclusions had been found",
        "is 98.4% (from 95.1%, one-sided 90% interval)",
        "10% of each worklist was drawn at random",
        "The order held on the random sample.",
        "people read 120 records as a check and found 1 to include",
        "At most 5 inclusions are estimated",
        "no longer holds. The protocol changed.",
    ):
        assert part in said, part


def test_a_model_that_ranked_is_not_said_to_have_excluded() -> None:
    said = text(replace(FULL, use="ranked"), replace(COUNTS, excluded_machine=0))
    assert "it excluded nothing and replaced no reader" in said
    assert "People excluded 500 and automation tools 0" in said


@pytest.mark.parametrize("name", [entry.name for entry in fields(ScreeningFacts) if entry.default is None])
def test_a_fact_that_is_missing_is_never_printed_as_none(name: str) -> None:
    said = text(replace(FULL, **{name: None}))
    assert not re.search(r"\bNone\b|\bnan\b|  ", said)


@pytest.mark.parametrize(
    ("basis", "words"),
    [("criteria", "words of the criteria alone"), ("none", "last order is random"), ("decisions", "trained on 520")],
)
def test_what_the_order_rests_on_is_told(basis: str, words: str) -> None:
    assert words in text(replace(FULL, basis=basis))


def test_without_a_sentence_on_the_random_sample_its_numbers_are_told() -> None:
    said = text(replace(FULL, audit_outcome="", stopping_rule="corrected"))
    assert "52 records of that sample were decided, 3 of them inclusions." in said
    assert "advised by the hypergeometric rule corrected for repeated looks" in said
    assert "biased urn rule" in text(replace(FULL, stopping_rule="biased_urn"))


def test_a_sentence_on_the_check_of_machine_exclusions_takes_the_place_of_its_numbers() -> None:
    said = text(replace(FULL, machine_outcome="The check found one in 120"))
    assert "The check found one in 120." in said
    assert "people read 120" not in said


def test_duplicates_are_told_with_who_joined_them() -> None:
    pairs = pd.DataFrame(
        {
            "verdict": ["duplicate", "duplicate", "duplicate", "different", "uncertain", "different"],
            "basis": ["rule", "rule", "person", "person", "rule", "rule"],
            "reason": ["same text", "same text", "a person says: same", "a person says: different", "", ""],
        }
    )
    said = deduplication_text(COUNTS, pairs)
    assert "12 duplicate records were removed in databases and registers" in said
    assert "2 pairs were joined by a rule and 1 by a person, and people kept 1 apart." in said
    assert "1 pair is uncertain" in said
    assert "more" not in said


def test_pairs_apart_by_answers_about_other_entries_are_told_from_those_that_people_answered() -> None:
    reasons = ["a person says: different", "a person took one of the two out of the record of the other"]
    reasons += ["kept apart: by answers about entries of the two clusters; same title"] * 4
    pairs = pd.DataFrame({"verdict": "different", "basis": "person", "reason": reasons})
    said = deduplication_text(COUNTS, pairs)
    assert "people kept 2 apart. 4 more pairs were kept apart because of what people said about other entries" in said


def test_reading_that_went_to_the_end_was_not_ended_by_a_rule() -> None:
    said = text(replace(FULL, waiting=0, excluded_by_machine=0))
    assert "Every record was decided by people; reading did not end by a rule." in said
    assert "advised by" not in said
