"""Drift (F04): a search whose records score otherwise is named with its shift."""

from __future__ import annotations

from pipeline.screen.drift import score_drift

OLD = {f"o{place}": ["Old"] for place in range(30)}
NEW = {f"n{place}": ["New"] for place in range(30)}


def test_searches_that_score_alike_have_a_shift_of_a_half() -> None:
    scores = {record: float(int(record[1:])) for record in (*OLD, *NEW)}
    both = score_drift(OLD | NEW, scores, {"o1": True, "n1": False})
    assert [(item.source, item.shift, item.remark) for item in both] == [("New", 0.5, ""), ("Old", 0.5, "")]
    assert [(item.decided, item.included) for item in both] == [(1, 0), (1, 1)]


def test_a_search_that_scores_lower_is_named_and_so_is_one_that_nobody_read() -> None:
    scores = {record: float(record.startswith("o")) for record in (*OLD, *NEW)}
    new, old = score_drift(OLD | NEW, scores, {"o1": True})
    assert (new.shift, old.shift) == (0.0, 1.0)
    assert new.remark == (
        "its records score lower than the others: what was learned elsewhere may not hold for them; "
        "no record of it is decided yet"
    )


def test_few_records_or_none_with_a_score_say_nothing() -> None:
    few = {"a": ["A"], "b": ["B"]}
    assert [item.remark for item in score_drift(few, {"a": 1.0, "b": 0.0}, {})] == ["", ""]
    (alone,) = score_drift({"a": ["A"]}, {"a": float("nan")}, {})
    assert (alone.median, alone.shift, alone.remark) == (None, None, "")
