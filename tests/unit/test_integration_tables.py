"""The tables of the measures: small groups show numbers only, disciplines without papers are no zeros."""

from __future__ import annotations

import pytest

from pipeline.integration.citation_tables import (
    NOT_IN_CORPUS,
    cross_table,
    direction_table,
    diversity_table,
    matrix_table,
    size_table,
    unresolved_table,
)
from pipeline.integration.corpus import Corpus, Paper, Reference, build_corpus
from pipeline.integration.measures import measure
from pipeline.integration.resampling import Resampled
from pipeline.integration.result_table import ResultTable, Value, result_table
from pipeline.integration.settings import Measured, MeasureSettings
from pipeline.integration.shared_tables import close_pairs, cocitation_table, index_pairs
from tests.unit.integration_support import e0, made_up

SETTINGS = MeasureSettings(seed=1, permutations=99, bootstrap=99, periods=(2003,))


def rows(table: ResultTable) -> list[dict[str, Value]]:
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


def sized(*papers: int) -> Corpus:
    """Return disciplines A, B ... of so many papers with 12 references; half go to A, half to X, which has none."""
    codes = "ABCDE"[: len(papers)]
    listed = [
        Paper(f"{code}{n:02d}", 2000 + n, {code: 1.0}, document_type="review" if n == 0 else "article")
        for code, many in zip(codes, papers, strict=True)
        for n in range(many)
    ]
    cited = [Reference(paper.paper_id, f"w{place}", {"AX"[place % 2]: 1.0}) for paper in listed for place in range(12)]
    return build_corpus(listed, cited, (*codes, "X"))


def test_small_disciplines_show_numbers_only_and_the_smallest_are_pooled() -> None:
    found = rows(matrix_table(Resampled(sized(12, 4, 2, 1), 1, 99, 99)))
    cells = {(row["citing"], row["cited"]): row for row in found}
    assert isinstance(cells["A", "A"]["observed_expected"], float) and isinstance(cells["A", "A"]["low"], float)
    assert cells["B", "A"]["references"] == 24 and cells["B", "A"]["observed_expected"] == ""
    assert cells["B", "A"]["remark"] == "n only" and cells["B", "A"]["p_low"] == ""
    assert (
        cells["other", "X"]["references"] == 18 and cells["other", "X"]["remark"] == "pooled, each below 3 papers: C, D"
    )
    assert ("C", "A") not in cells


def test_a_discipline_that_is_cited_but_has_no_paper_is_not_a_row_of_zeros() -> None:
    found = [row for row in rows(matrix_table(Resampled(sized(12, 4), 1, 99, 99))) if row["citing"] == "X"]
    assert [(row["references"], row["remark"]) for row in found] == [("", NOT_IN_CORPUS)]
    zero = [row for row in rows(matrix_table(Resampled(sized(12, 4), 1, 99, 99))) if row["cited"] == "B"]
    assert {row["references"] for row in zero} == {0.0}, "never cited by anybody: a column of zeros"


def test_indices_need_ten_papers_or_a_hundred_references() -> None:
    corpus = sized(12, 4)
    found = {row["discipline"]: row for row in rows(cross_table(Resampled(corpus, 1, 99, 99)))}
    assert found["A"]["share"] == 0.5 and found["B"]["share"] == "" and found["B"]["remark"] == "n only"
    assert index_pairs(corpus) == [] and index_pairs(made_up(0.1)) == [("A", "B")]
    assert rows(direction_table(Resampled(corpus, 1, 99, 99))) == []


def test_without_distances_the_diversity_table_says_why_and_keeps_the_rest() -> None:
    table = diversity_table(sized(12, 12), SETTINGS)
    assert "Gini-Simpson" in table.note
    assert [(row["rao_stirling_mean"], row["gini_simpson"]) for row in rows(table)] == [("", 0.5)] * 3
    known = rows(diversity_table(made_up(0.2), SETTINGS))[0]
    assert isinstance(known["low"], float) and known["papers_counted"] == 80


def test_too_few_references_are_counted() -> None:
    found = rows(diversity_table(e0(), SETTINGS))
    assert {row["remark"] for row in found} == {"too_few_refs"} and found[0]["too_few_refs"] == 6
    assert found[0]["rao_stirling_mean"] == "" and isinstance(found[0]["rao_stirling_pooled"], float)


def test_what_is_resolved_is_told_by_period_and_type() -> None:
    found = rows(unresolved_table(sized(12), (2003,)))
    assert [(row["value"], row["papers"]) for row in found] == [
        ("before 2003", 3),
        ("from 2003", 9),
        ("article", 11),
        ("review", 1),
    ]
    assert [row["discipline"] for row in rows(size_table(sized(12, 4)))] == ["all", "A", "B"]
    assert [row["n"] for row in rows(cocitation_table(sized(12)))] == [12, 11]


def test_close_pairs_are_those_of_the_protocol_else_the_two_largest() -> None:
    corpus = sized(5, 9, 7)
    assert close_pairs(corpus, SETTINGS) == [("B", "C")]
    named = MeasureSettings(pairs=(("C", "A"), ("A", "X")))
    assert close_pairs(corpus, named) == [("C", "A")], "X has no paper"
    assert close_pairs(sized(5), SETTINGS) == []


def test_without_bootstrap_there_are_no_intervals_and_no_verdict_but_not_shown() -> None:
    found = measure(
        Measured(made_up(0.0), made_up(0.4, prefix="b")), MeasureSettings(seed=1, permutations=99, bootstrap=0)
    )
    assert {row["low"] for row in rows(found.table("cross_share"))} == {""}
    assert [verdict.word for verdict in found.verdicts] == ["not shown"]


def test_a_measure_is_the_same_whatever_is_measured_beside_it() -> None:
    both = measure(Measured(made_up(0.2), made_up(0.4, prefix="b")), SETTINGS)
    alone = matrix_table(Resampled(made_up(0.2), 1, 99, 99, (2003,)))
    assert both.table("citation_matrix") == alone
    assert both.basis("9")["resolved_share"] == 1.0 and both.basis("9")["similarity"] == "as given"


def test_uneven_rows_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="not as many cells"):
        result_table("x", "X", ("a", "b"), [(1,)])
