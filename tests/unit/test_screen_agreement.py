"""Agreement: equal to scikit-learn and to published examples, with intervals, and defined where kappa is not."""

from __future__ import annotations

import csv
import math
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from pipeline.screen.agreement import agreement, by_code, on_decisions, on_reasons, pairs, raters_agreement

WORDS = st.sampled_from(["include", "exclude", "maybe"])


def answers(**said: str) -> dict[str, tuple[str, str]]:
    """Return answers by record: `include` or `exclude E1`."""
    return {record: (text.split()[0], text.partition(" ")[2]) for record, text in said.items()}


@settings(max_examples=40)
@given(st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=60))
def test_kappa_is_that_of_scikit_learn_wherever_that_is_a_number(given_pairs: list[tuple[str, str]]) -> None:
    first, second = [a for a, _ in given_pairs], [b for _, b in given_pairs]
    found = agreement(first, second, seed=1)
    if len({*first, *second}) == 1:
        assert found.kappa is None and "one answer only" in found.reason
        return
    assert found.kappa == pytest.approx(float(cohen_kappa_score(first, second)), abs=1e-12)
    for interval in (found.interval, found.bootstrap, found.share_interval):
        assert interval is None or (interval[0] <= interval[1] and not any(map(math.isnan, interval)))


def test_a_published_example() -> None:
    """Cohen's kappa and its standard error as Fleiss, Cohen and Everitt (1969) give them: .429, .054."""
    table = {("a", "a"): 53, ("a", "b"): 5, ("a", "c"): 2, ("b", "a"): 11, ("b", "b"): 14, ("b", "c"): 5}
    table |= {("c", "a"): 1, ("c", "b"): 6, ("c", "c"): 3}
    pairs_of = [pair for pair, n in table.items() for _ in range(2 * n)]
    found = agreement([a for a, _ in pairs_of], [b for _, b in pairs_of])
    assert found.n == 200
    assert found.kappa == pytest.approx(0.429, abs=5e-4)
    assert found.interval is not None
    assert (found.interval[1] - found.interval[0]) / 2 / 1.959964 == pytest.approx(0.0535, abs=1e-3)


def test_pabak_and_share() -> None:
    found = agreement(["in"] * 9 + ["out"], ["in"] * 10)
    assert (found.n, found.agreed, found.share) == (10, 9, 0.9)
    assert found.pabak == pytest.approx(0.8)
    assert found.kappa == 0.0, "prevalence: kappa is nothing where PABAK is .8"
    assert agreement(["a", "b", "c"], ["a", "b", "b"]).pabak == pytest.approx((3 * 2 / 3 - 1) / 2)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([], [], "no record was read by both"),
        (["in"] * 5, ["in"] * 5, "one answer only (in)"),
        (["in", "out"], ["in", "out"], "agree on every record"),
        (["in", "out"], ["in", "in"], "a reader gave one answer only"),
    ],
)
def test_f10_nothing_is_ever_not_a_number(first: list[str], second: list[str], reason: str) -> None:
    found = agreement(first, second)
    assert reason in found.reason
    for value in (found.share, found.kappa, found.pabak):
        assert value is None or not math.isnan(value)


def test_the_same_draws_give_the_same_bootstrap_and_order_does_not_matter_to_kappa() -> None:
    chance = random.Random(3)
    both = [(chance.choice("ab"), chance.choice("ab")) for _ in range(50)]
    one = agreement([a for a, _ in both], [b for _, b in both], seed=7)
    assert one == agreement([a for a, _ in both], [b for _, b in both], seed=7)
    mixed = chance.sample(both, 50)
    assert agreement([a for a, _ in mixed], [b for _, b in mixed], seed=7).kappa == one.kappa


def test_overlap_may_be_partial_and_maybe_is_a_decision() -> None:
    ann = answers(a="include", b="maybe", c="exclude E1", d="exclude E2", x="include")
    ben = answers(a="include", b="include", c="exclude E1", d="exclude E1", y="exclude E1")
    assert (on_decisions(ann, ben).n, on_decisions(ann, ben).agreed) == (4, 3)
    assert on_decisions(ann, ben, maybe_as="include").agreed == 4
    assert (on_reasons(ann, ben).n, on_reasons(ann, ben).agreed) == (2, 1)
    codes = {item.code: (item.first, item.second, item.both, item.positive) for item in by_code(ann, ben)}
    assert codes == {"E1": (1, 2, 1, 2 / 3), "E2": (1, 0, 0, 0.0)}
    assert on_reasons(answers(a="include"), answers(a="include")).reason.startswith("no record was excluded by both")


def test_krippendorffs_alpha_of_a_published_example() -> None:
    """Four observers, twelve units, some missing: nominal alpha .743 (Krippendorff 2011, Computing alpha, C)."""
    table = {
        "A": "123321412...",
        "B": "12332241 25.3".replace(" ", ""),
        "C": ".3332342251.",
        "D": "12332441251.",
    }
    readings = {who: {str(n): sign for n, sign in enumerate(row) if sign != "."} for who, row in table.items()}
    found = raters_agreement(readings)
    assert (found.readers, found.n) == (4, 11)
    assert found.alpha == pytest.approx(0.743, abs=5e-4)
    assert found.fleiss is None


def test_fleiss_kappa_of_a_published_example() -> None:
    """Fleiss (1971) as in the textbook table of ten subjects and fourteen raters: .210."""
    table = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    readings: dict[str, dict[str, str]] = {f"rater {n:02d}": {} for n in range(14)}
    for subject, row in enumerate(table):
        given_answers = [str(answer) for answer, times in enumerate(row) for _ in range(times)]
        for rater, answer in zip(readings, given_answers, strict=True):
            readings[rater][str(subject)] = answer
    assert raters_agreement(readings).fleiss == pytest.approx(0.210, abs=5e-4)


@pytest.mark.parametrize(
    ("readings", "reason"),
    [
        ({}, "no record was read by two"),
        ({"a": {"1": "x"}, "b": {"2": "x"}}, "no record was read by two"),
        ({"a": {"1": "x"}, "b": {"1": "x"}}, "one answer only"),
    ],
)
def test_f10_several_raters(readings: dict[str, dict[str, str]], reason: str) -> None:
    found = raters_agreement(readings)
    assert found.alpha is None and reason in found.reason


def test_pairs_are_those_with_a_record_in_common() -> None:
    readings: dict[str, Any] = {"c": answers(a="include"), "a": answers(a="include"), "b": answers(b="include")}
    assert pairs(readings) == [("a", "c")]


@pytest.mark.shared_data
def test_the_two_readings_of_the_shared_development_data(shared_data: Path) -> None:
    readings = []
    for name in ("labels_dev.csv", "labels_dev_reader2.csv"):
        with (shared_data / "coproduction" / name).open(encoding="utf-8-sig", newline="") as stream:
            readings.append({row["id"]: (row["decision"], row["reason"]) for row in csv.DictReader(stream)})
    first, second = readings
    found = on_decisions(first, second, seed=1)
    assert (found.n, found.n - found.agreed) == (200, 4)
    assert found.share == pytest.approx(0.98)
    assert found.kappa == pytest.approx(0.9375, abs=1e-12)
    assert found.bootstrap == pytest.approx((0.87, 0.99), abs=0.01)
    reasons = on_reasons(first, second, seed=1)
    assert (reasons.n, reasons.share, reasons.kappa) == (
        158,
        pytest.approx(0.829, abs=5e-4),
        pytest.approx(0.80, abs=0.005),
    )
