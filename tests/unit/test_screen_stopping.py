"""Stopping: what each rule says, on what it rests, and that it never speaks too early."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.screen.audit import NOT_CHECKED, AuditRound, audit_order, audit_sample, check_omega, latest_rounds
from pipeline.screen.stopping import (
    RULES,
    Reading,
    Rule,
    advise,
    first_stop,
    may_stop,
    reading_of,
    records_needed,
    stopping_advice,
)

HEAD = Reading(tuple(range(1, 101)), read=600, unread=1000)


def test_reading_counts_what_was_read_out_of_order_elsewhere() -> None:
    reading = reading_of(
        included=[True, False, True, True, False, True],
        has_abstract=[True, True, False, True, True, True],
        at_random=[False, False, False, True, False, False],
        unread=10,
        unread_without_abstract=2,
    )
    assert reading == Reading((1, 4), 4, 10, found_elsewhere=2, read_elsewhere=2, without_abstract=2)
    assert (reading.found, reading.urn) == (4, 14)


def test_a_random_tail_starts_where_the_order_became_random() -> None:
    reading = reading_of([True, False, False, True], [True] * 4, [False, False, True, True], 5, 0, random_from=2)
    assert reading == Reading((2,), 2, 5, found_elsewhere=1, read_elsewhere=2, random=True)
    assert "random order" in advise("corrected", reading, 0.95, 0.95).assumption


@pytest.mark.parametrize("rule", RULES)
def test_without_an_inclusion_nothing_can_be_said(rule: Rule) -> None:
    advice = advise(rule, Reading((), 500, 300, without_abstract=7), 0.95, 0.95)
    assert (advice.advice, advice.estimate, advice.lower, advice.more_needed) == ("cannot say", None, None, 307)
    assert advice.sentence.startswith("cannot say: no inclusion is found yet, 300 records")


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_lets_stop_while_records_without_an_abstract_are_unread(rule: Rule) -> None:
    waiting = advise(rule, Reading((1, 2), 990, 0, without_abstract=3), 0.95, 0.95)
    assert (waiting.advice, waiting.more_needed) == ("read on", 3)
    assert "3 records without an abstract" in waiting.sentence
    assert advise(rule, Reading((1, 2), 990, 0), 0.95, 0.95).advice == "stop"


def test_the_rules_name_their_assumptions_and_differ_in_what_they_need() -> None:
    spoken = {item.rule: item for item in stopping_advice(HEAD, 0.95, 0.95)}
    assert list(spoken) == list(RULES)
    assert spoken["biased_urn"].more_needed <= spoken["hypergeometric"].more_needed <= spoken["corrected"].more_needed
    assert "at least 2.5 times as likely" in spoken["biased_urn"].assumption
    assert "not checked" in spoken["biased_urn"].assumption
    assert "no worse than a random order" in spoken["corrected"].assumption
    for item in spoken.values():
        assert item.assumption in item.sentence
        assert (item.advice == "stop") == (item.more_needed == 0)


@pytest.mark.parametrize("rule", RULES)
def test_the_number_needed_is_the_first_that_lets_stop(rule: Rule) -> None:
    needed = records_needed(rule, HEAD, 0.95, 0.95)
    assert needed > 0
    assert not may_stop(rule, Reading(HEAD.places, 600 + needed - 1, 1000 - needed + 1), 0.95, 0.95)
    assert may_stop(rule, Reading(HEAD.places, 600 + needed, 1000 - needed), 0.95, 0.95)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=2, max_size=120), st.integers(0, 60), st.sampled_from(RULES))
def test_stop_and_lower_end_of_the_interval_agree(hits: list[bool], unread: int, rule: Rule) -> None:
    places = tuple((np.flatnonzero(hits) + 1).tolist())
    advice = advise(rule, Reading(places, len(hits), unread), 0.9, 0.9)
    if advice.lower is not None and advice.estimate is not None:
        assert 0 < advice.lower <= advice.estimate <= 1
        if rule != "hypergeometric":
            assert (advice.advice == "stop") == (advice.lower >= 0.9 - 1e-12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=150), st.sampled_from(RULES))
def test_first_stop_is_what_looking_after_every_record_gives(hits: list[bool], rule: Rule) -> None:
    stop = first_stop(rule, hits, 0, 0.9, 0.8, 1.0)
    for read in range(1, len(hits)):
        places = tuple((np.flatnonzero(hits[:read]) + 1).tolist())
        if may_stop(rule, Reading(places, read, len(hits) - read), 0.9, 0.8):
            assert stop == read
            return
    assert stop == len(hits)


def test_the_corrected_rule_keeps_its_confidence_on_random_orders_and_the_published_one_does_not() -> None:
    random = np.random.default_rng(5)
    early = {"corrected": 0, "hypergeometric": 0}
    for _ in range(150):
        order = random.permutation(np.arange(600) < 60).tolist()
        for rule in ("corrected", "hypergeometric"):
            stop = first_stop(rule, order, 0, 0.95, 0.8)  # type: ignore[arg-type]
            early[rule] += sum(order[:stop]) < 57
    assert early["corrected"] <= 0.2 * 150 + 3 * (150 * 0.2 * 0.8) ** 0.5
    assert early["hypergeometric"] > early["corrected"]


def test_an_audit_share_that_contradicts_omega_hands_over_to_the_corrected_rule() -> None:
    rounds = [AuditRound(ranked=90, ranked_hits=4, audited=10, audit_hits=3)]
    check = check_omega(rounds, 2.5)
    assert check.contradicted
    advice = advise("biased_urn", HEAD, 0.95, 0.95, 2.5, check)
    assert advice.rule == "corrected"
    assert advice.sentence.startswith("the audit share contradicts an omega of 2.5: 3 inclusions")
    assert advice.more_needed == advise("corrected", HEAD, 0.95, 0.95).more_needed


def test_an_audit_share_without_inclusions_contradicts_nothing() -> None:
    check = check_omega([AuditRound(90, 4, 10, 0)], 2.5)
    assert (check.contradicted, check.probability) == (False, pytest.approx(1.0))
    assert check_omega([], 2.5).sentence == NOT_CHECKED


def test_a_true_omega_is_seldom_contradicted() -> None:
    random = np.random.default_rng(2)
    doubted = 0
    for _ in range(200):
        weights = np.where(np.arange(100) < 8, 2.5, 1.0)
        audit = random.choice(100, 10, replace=False)
        left = np.setdiff1d(np.arange(100), audit)
        ranked = left[np.argsort(random.exponential(size=90) / weights[left])][:45]
        round_seen = AuditRound(45, int((ranked < 8).sum()), 10, int((audit < 8).sum()))
        doubted += check_omega([round_seen], 2.5).contradicted
    assert doubted <= 40


def test_the_latest_rounds_hold_the_second_half() -> None:
    rounds = [AuditRound(9, 5, 1, 0), AuditRound(9, 1, 1, 0), AuditRound(18, 1, 2, 0)]
    assert latest_rounds(rounds) == tuple(rounds[2:])


def test_the_audit_order_and_sample_depend_on_ids_and_seed_only() -> None:
    ids = [f"r{number}" for number in range(30)]
    order = audit_order(ids, 7)
    assert order == audit_order(ids[::-1], 7) != audit_order(ids, 8)
    decisions = dict.fromkeys([*order[:4], *order[5:9]], False)
    assert audit_sample(ids, decisions, 7) == order[:4]
