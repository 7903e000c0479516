"""Tables of two dimensions, gaps, factors, agreement, the test of traditions: numbers worked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.inter_rater import nominal_alpha
from pipeline.synthesis.coded import coded_dimension
from pipeline.synthesis.cross_tables import Axis, cross_table, dimension_axis, valued_axis
from pipeline.synthesis.factor_tables import factor_rows, told_once
from pipeline.synthesis.frame import read_frame
from pipeline.synthesis.gaps import gap_cells
from pipeline.synthesis.reliability import code_reliability, unreliable_codes
from pipeline.synthesis.tables import GROUPS
from pipeline.synthesis.tradition_test import newcombe, tradition_test

GROUP = GROUPS[0]


def confirmed(*rows: tuple[str, str, str], reviewer: str = "ann", value: str = "") -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["record_id", "dimension", "code"], dtype="string")
    return table.assign(reviewer=reviewer, value=value)


def suggestions(*rows: tuple[str, str, str, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["record_id", "dimension", "code", "value", "negated"])


def axis(name: str, having: dict[str, set[str]], judged: set[str] | None = None) -> Axis:
    everybody = frozenset().union(*having.values()) | (judged or set())
    return Axis(name, tuple(having), lambda code: frozenset(having[code]), frozenset(judged or everybody))


# --- codes that count -----------------------------------------------------------------------------------------------


def test_codes_of_people_count_and_suggestions_for_others_only() -> None:
    hints = suggestions(
        ("s1", "meal", "lunch", "+", False), ("s2", "meal", "lunch", "-", False), ("s3", "meal", "lunch", "", True)
    )
    given = pd.concat([confirmed(("s1", "meal", "breakfast"), value="-"), confirmed(("s4", "meal", "not_stated"))])
    found = coded_dimension("meal", hints, given, ["s1", "s2", "s3", "s4"])
    assert found.of == {"s1": {"breakfast": "-"}, "s4": {}, "s2": {"lunch": "-"}}
    assert (found.by_people, found.suggested) == ({"s1", "s4"}, {"s2"})
    assert found.having("lunch") == {"s2"}
    assert found.having("lunch", "+") == frozenset()


# --- tables of two dimensions ---------------------------------------------------------------------------------------


def worked_table() -> pd.DataFrame:
    rows = axis("meal", {"lunch": {"a", "b", "c", "d", "e", "f"}, "fruit": {"f", "g"}}, {*"abcdefg"})
    columns = axis("place", {"school": {"a", "b", "f"}, "home": {"c"}}, {*"abcf"})
    return cross_table("x", "X", rows, columns, frozenset("abcdefgh"), GROUP).frame.set_index("meal")


def test_a_table_of_two_dimensions_worked_by_hand() -> None:
    frame = worked_table()
    assert frame["studies"].to_dict() == {"lunch": 6, "fruit": 2, "not_stated": 1, "total": 8}
    assert frame["school"].to_dict() == {"lunch": 3, "fruit": 1, "not_stated": 0, "total": 3}
    assert frame["not_stated"].to_dict() == {"lunch": 2, "fruit": 1, "not_stated": 1, "total": 4}
    assert frame.loc["lunch", "school share"] == 0.5
    assert round(float(frame.loc["lunch", "school low"]), 4) == 0.1876


def test_small_rows_have_no_interval_and_say_so() -> None:
    frame = worked_table()
    assert pd.isna(frame.loc["fruit", "school low"])
    assert frame["size"].to_dict() == {"lunch": "small", "fruit": "n only", "not_stated": "n only", "total": "small"}


def test_a_table_without_studies_or_judgements_says_why() -> None:
    nobody = axis("place", {"school": set()})
    some = axis("meal", {"lunch": {"a"}})
    assert "no studies included" in cross_table("x", "X", some, nobody, frozenset(), GROUP).note
    assert "in no study both" in cross_table("x", "X", some, nobody, frozenset("a"), GROUP).note


def test_outcomes_have_a_row_for_each_sign_that_occurs() -> None:
    given = pd.concat(
        [confirmed(("a", "result", "health"), value="+"), confirmed(("b", "result", "health"), value="-")]
    )
    found = coded_dimension("result", suggestions(), given, ["a", "b", "c"])
    rows = valued_axis("result", ["health", "cost"], found, ["+", "-", "mixed"])
    assert rows.codes == ("health:+", "health:-")
    assert rows.members("health:-", frozenset("abc")) == {"b"}
    assert rows.members("not_stated", frozenset("abc")) == {"c"}


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from("abcdefghij"), st.sets(st.sampled_from(["lunch", "fruit"])), min_size=1))
def test_the_total_row_counts_everybody_once(codes: dict[str, set[str]]) -> None:
    rows = [(key, "meal", code) for key, given in codes.items() for code in given or {"not_stated"}]
    found = coded_dimension("meal", suggestions(), confirmed(*rows), codes)
    side = dimension_axis("meal", ["lunch", "fruit"], found)
    frame = cross_table("x", "X", side, side, frozenset(codes), GROUP).frame.set_index("meal")
    assert frame.loc["total", "studies"] == len(codes)
    assert frame.loc["lunch", "lunch"] == frame.loc["lunch", "studies"]


# --- gaps -----------------------------------------------------------------------------------------------------------


def test_the_residual_of_the_specification_and_its_power() -> None:
    studies = [str(number) for number in range(60)]
    rows = axis("r", {"x": set(studies[:30]), "y": set(studies[30:])})
    columns = axis("c", {"u": {*studies[:20], *studies[30:35]}, "v": {*studies[20:30], *studies[35:]}})
    found = gap_cells(rows, columns, frozenset(studies))
    cells = {(gap.row, gap.column): gap for gap in found.cells}
    assert cells["y", "u"].residual == pytest.approx(-3.927922, abs=1e-6)
    assert cells["y", "u"].expected == pytest.approx(12.5)
    assert {key for key, gap in cells.items() if gap.is_gap} == {("x", "v"), ("y", "u")}
    assert found.untested == 0


def test_cells_with_few_expected_are_not_tested() -> None:
    rows = axis("r", {"x": {"1", "2"}, "y": {"3"}})
    found = gap_cells(rows, rows, frozenset("123"))
    assert (found.cells, found.untested, found.studies) == ((), 4, 3)
    assert "five studies expected" in found.reason


def test_studies_without_a_statement_stay_out_of_the_gaps() -> None:
    studies = [str(number) for number in range(80)]
    rows = axis("r", {"x": set(studies[:30]), "y": set(studies[30:60])}, set(studies))
    columns = axis("c", {"u": set(studies[:60:2]), "v": set(studies[1:60:2])}, set(studies))
    assert gap_cells(rows, columns, frozenset(studies)).studies == 60


# --- factors --------------------------------------------------------------------------------------------------------


def test_one_incident_counts_a_study_and_factor_and_reviews_none() -> None:
    told = told_once(
        [("s1", "rules", "hinders"), ("s1", "rules", "hinders"), ("s2", "rules", "fosters"), ("r", "rules", "hinders")],
        frozenset("r"),
    )
    assert factor_rows(told, ["trust", "rules"]) == [("rules", "all", 2, 1, 1, 0, "", "", "")]


def test_factors_by_discipline_and_the_interval_from_five_studies_on() -> None:
    told = told_once([(f"s{n}", "rules", "hinders" if n else "fosters") for n in range(6)], frozenset())
    rows = factor_rows(told, ["rules"], {"PA": frozenset(f"s{n}" for n in range(5)), "EDU": frozenset({"s5"})})
    assert rows[0] == ("rules", "PA", 5, 1, 4, 0, 0.2, 0.036, 0.624)
    assert rows[1] == ("rules", "EDU", 1, 0, 1, 0, "", "", "")


# --- agreement ------------------------------------------------------------------------------------------------------

FRAME = read_frame(b"dimension,code,pattern,selection\nmeal,lunch,,multi\nmeal,fruit,,multi\nplace,school,,one\n")


def test_alpha_of_a_published_example() -> None:
    """Two coders, ten units, answers 0 and 1: Krippendorff's worked example, .095."""
    pairs = ["01", "11", "01", "00", "00", "01", "00", "00", "10", "00"]
    counts = np.array([[pair.count("0"), pair.count("1")] for pair in pairs], dtype=float)
    assert nominal_alpha(counts) == pytest.approx(0.095, abs=0.001)


def test_alpha_is_one_for_full_agreement_and_missing_for_one_answer() -> None:
    assert nominal_alpha(np.array([[2.0, 0.0], [0.0, 2.0]])) == 1.0
    assert nominal_alpha(np.array([[2.0, 0.0], [2.0, 0.0]])) is None


def two_readers(number: int, differing: int) -> pd.DataFrame:
    rows = [(f"s{place}", "meal", "lunch" if place % 2 else "fruit") for place in range(number)]
    other = [(key, name, "fruit" if place < differing else code) for place, (key, name, code) in enumerate(rows)]
    return pd.concat([confirmed(*rows), confirmed(*other, reviewer="ben")])


def test_agreement_is_reported_code_by_code_with_an_interval() -> None:
    results = code_reliability(two_readers(40, 2), FRAME, seed=1)
    assert [(item.dimension, item.code, item.measure, item.studies) for item in results] == [
        ("meal", "lunch", "alpha", 40),
        ("meal", "fruit", "alpha", 40),
    ]
    assert results[0].value == pytest.approx(0.95, abs=0.01)
    assert results[0].interval is not None
    assert results[0].interval[0] < results[0].value <= results[0].interval[1]
    assert results[0].verdict == "reliable"
    assert results == code_reliability(two_readers(40, 2), FRAME, seed=1)


def test_few_positives_and_a_low_limit_are_unreliable() -> None:
    few = code_reliability(two_readers(12, 0), FRAME, seed=1)
    assert {item.verdict for item in few} == {"unreliable: 6 positives, 10 are needed"}
    assert unreliable_codes(few) == {"meal": ("lunch", "fruit")}
    low = code_reliability(two_readers(40, 30), FRAME, seed=1)
    assert all(item.verdict.startswith("unreliable: lower limit") for item in low)


def test_a_dimension_with_one_code_has_kappa() -> None:
    rows = [(f"s{place}", "place", "school" if place % 2 else "not_stated") for place in range(30)]
    table = pd.concat([confirmed(*rows), confirmed(*rows[:29], ("s29", "place", "not_stated"), reviewer="ben")])
    first = code_reliability(table, FRAME, seed=1)[0]
    assert (first.code, first.measure, first.positives) == ("", "kappa", 15)
    assert first.value == pytest.approx(0.9333, abs=1e-4)


def test_without_a_second_reader_there_is_no_agreement() -> None:
    assert code_reliability(confirmed(("s1", "meal", "lunch")), FRAME, seed=1) == []


# --- the test of traditions -----------------------------------------------------------------------------------------


def test_the_interval_of_a_difference_is_the_published_one() -> None:
    difference, interval = newcombe(56, 70, 48, 80)
    assert difference == pytest.approx(0.2)
    assert interval == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_a_group_that_bridges_more_often_and_one_that_does_not() -> None:
    marks = {"theory": {"logic": "services", "governance": "administration"}}
    rows = [(f"g{n}", "theory", code) for n in range(30) for code in ("logic", "governance")]
    rows += [(f"o{n}", "theory", "governance") for n in range(30)]
    found = {"theory": coded_dimension("theory", suggestions(), confirmed(*rows), [row[0] for row in rows])}
    group, others = frozenset(f"g{n}" for n in range(30)), frozenset(f"o{n}" for n in range(30))
    result = tradition_test(group, others, found, marks)
    assert (result.both, result.judged, result.both_other, result.judged_other) == (30, 30, 0, 30)
    assert result.says == "the group uses two traditions more often"
    assert tradition_test(others, group, found, marks).says == "the group uses two traditions less often"
    assert tradition_test(frozenset(), others, found, marks).says.startswith("not computed")


def test_works_that_cite_both_count_as_using_both() -> None:
    result = tradition_test(frozenset("a"), frozenset("b"), {}, {}, bridging=frozenset("a"))
    assert (result.both, result.judged, result.judged_other) == (1, 1, 0)
