"""Rules one by one: which pairs each finds, and that none of them merges on a title alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.dedup import merges, questions, rules, vetoes
from pipeline.dedup.comparables import comparables
from pipeline.dedup.comparison import Comparison, compare
from pipeline.dedup.decision import DIFFERENT, DUPLICATE, UNCERTAIN, UNRELATED, decide, reason, score
from pipeline.protocol import DedupSection
from pipeline.records import entry_frame

SECTION = DedupSection()
MERGED = DedupSection(cochrane_versions="merged")
WORK: dict[str, Any] = {
    "type": "article", "title": "Citizens as partners in service delivery",
    "authors": ["Ostrom, Elinor", "Parks, Roger"],
    "journal": "Governance", "year": 2012, "volume": "14", "issue": "2", "pages": "33-49",
    "abstract": "A long abstract about citizens who produce services. " * 6,
}  # fmt: skip
ALL_RULES = (
    *merges.MERGES,
    *vetoes.WORK_VETOES,
    *vetoes.PLACE_VETOES,
    *vetoes.BARRIERS,
    *questions.QUESTIONS,
    *questions.VERSIONS,
)


def compared(one: dict[str, Any], other: dict[str, Any]) -> Comparison:
    place = {"source": "s", "kind": "database", "line": 1, "format": "ris"}
    rows = [
        {**place, "file": f"f{n}", "entry_id": f"e{n}", "raw": f"raw {n}", **row} for n, row in enumerate((one, other))
    ]
    return compare(comparables(entry_frame(rows)), np.array([0]), np.array([1]))


def only(*names: str, **changes: object) -> dict[str, Any]:
    """Return the work with the named fields alone, and changed or added ones."""
    return {**{name: WORK[name] for name in names}, **changes}


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        (merges.identifier_and_title, only("title", doi="10.1/a"), only("title", doi="10.1/a")),
        (merges.identifier_and_title, only("title", pmid="7"), only("title", pmid="7")),
        (merges.identifier_without_title, only("year", doi="10.1/a"), only("title", "year", doi="10.1/a")),
        (
            merges.title_authors_place,
            only("title", "authors", "volume", "pages"),
            only("title", "authors", "volume", "pages"),
        ),
        (
            merges.title_authors_journal,
            only("title", "authors", "journal", "year"),
            only("title", "authors", "journal", "year", "pages"),
        ),
        (merges.title_authors_year, only("title", "authors", "year"), WORK),
        (merges.title_authors_silent, only("title", "authors", "journal"), WORK),
        (merges.title_place, only("title", "journal", "volume", "pages"), WORK),
        (merges.same_print, only("title", "authors", "year", "pages", journal="Styring"), WORK),
        (merges.title_abstract, only("title", "abstract"), WORK),
        (
            merges.translated_title,
            WORK,
            {**WORK, "title": "The citizen as partner in delivering services"},
        ),
        (
            rules.review_update,
            only("title", pages="CD006828", year=2008),
            only("title", pages="CD006828", year=2012),
        ),
    ],
)
def test_each_rule_for_a_merge_finds_its_pairs(rule: rules.Test, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert rule(compared(one, other), MERGED).tolist() == [True]
    assert rule(compared(other, one), MERGED).tolist() == [True]


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [
        (merges.identifier_and_title, only("title", doi="10.1/a"), {"title": "Fish farming", "doi": "10.1/a"}),
        (merges.identifier_and_title, only("title", pmid="7", doi="10.1/a"), only("title", pmid="7", doi="10.1/b")),
        (merges.identifier_without_title, only("year", doi="10.1/a"), {"doi": "10.1/a", "year": 1999}),
        (merges.title_authors_place, WORK, only("title", "authors", "pages", journal="Public Money", volume="3")),
        (merges.title_authors_journal, WORK, {**WORK, "pages": "133-149"}),
        (merges.title_authors_year, WORK, only("title", "authors", "year", journal="Public Money")),
        (merges.title_authors_silent, WORK, only("title", "authors", "journal", year=1999)),
        (merges.title_place, WORK, only("title", "pages", "volume", authors=["Pestoff, V"])),
        (
            merges.same_print,
            only("title", "authors", "year", "volume", pages="1-12"),
            only("title", "authors", "year", "volume", pages="1-12", journal="Styring"),
        ),
        (merges.title_abstract, WORK, only("title", "abstract", authors=["Pestoff, V"])),
        (merges.translated_title, WORK, {**WORK, "title": "Service delivery by partners", "pages": "33"}),
        (rules.review_update, only("title", pages="CD006828"), only("title", pages="CD006829")),
    ],
)
def test_each_rule_for_a_merge_leaves_others(rule: rules.Test, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert rule(compared(one, other), SECTION).tolist() == [False]


@pytest.mark.parametrize("rule", [rule.test for rule in merges.MERGES])
def test_no_rule_merges_on_a_title_alone(rule: rules.Test) -> None:
    assert rule(compared(only("title"), only("title")), SECTION).tolist() == [False]
    assert rule(compared(only("title"), WORK), SECTION).tolist() == [False]


@pytest.mark.parametrize(
    "rule", [rule.test for rule in merges.MERGES if rule.test is not merges.identifier_without_title]
)
def test_no_other_rule_merges_without_a_title(rule: rules.Test) -> None:
    bare = {name: value for name, value in WORK.items() if name != "title"}
    assert rule(compared(bare, WORK), SECTION).tolist() == [False]
    assert rule(compared(bare, bare), SECTION).tolist() == [False]


@pytest.mark.parametrize("rule", [rule.test for rule in (*vetoes.WORK_VETOES, *vetoes.PLACE_VETOES, *vetoes.BARRIERS)])
def test_no_veto_speaks_where_nothing_contradicts(rule: rules.Test) -> None:
    for one, other in ((WORK, WORK), (WORK, {}), (only("title"), WORK), ({}, {})):
        assert rule(compared(one, other), SECTION).tolist() == [False]


@pytest.mark.parametrize(
    ("rule", "other"),
    [
        (vetoes.other_notice, {**WORK, "title": "Erratum to: " + WORK["title"]}),
        (vetoes.other_part, {**WORK, "title": WORK["title"] + ", part II", "pages": "51-60"}),
        (vetoes.other_authors, {**WORK, "authors": ["Pestoff, Victor"], "pages": None}),
        (vetoes.other_volume_and_pages, {**WORK, "volume": "15", "pages": "1-9"}),
        (vetoes.other_volume_and_pages, {**WORK, "issue": "3", "pages": "1-9"}),
        (vetoes.other_journal, {**WORK, "journal": "Public Money", "volume": "15"}),
        (vetoes.other_volume_unsigned, {**WORK, "volume": "15", "authors": []}),
        (vetoes.other_year, {**WORK, "year": 2015}),
        (vetoes.other_pages, {**WORK, "pages": "133-149"}),
    ],
)
def test_each_veto_finds_its_pairs(rule: rules.Test, other: dict[str, Any]) -> None:
    assert rule(compared(WORK, other), SECTION).tolist() == [True]


@pytest.mark.parametrize(
    "rule",
    [
        vetoes.other_authors,
        vetoes.other_volume_and_pages,
        vetoes.other_journal,
        vetoes.other_year,
        vetoes.other_pages,
        vetoes.other_numbers,
    ],
)
def test_the_same_doi_answers_contradictions_of_place(rule: rules.Test) -> None:
    one = {**WORK, "doi": "10.1/a"}
    other = only("title", doi="10.1/a", authors=["X, Y"], journal="Money", year=1999, volume="3", pages="1-2")
    assert rule(compared(one, other), SECTION).tolist() == [False]


def test_numbers_of_reports_are_told_apart() -> None:
    pairs = compared({"title": "Report on cities 2016"}, {"title": "Report on cities 2017"})
    assert vetoes.other_numbers(pairs, SECTION).tolist() == [True]


def test_a_part_on_one_side_is_excused_by_the_same_place() -> None:
    other = {**WORK, "title": WORK["title"] + ", part 2"}
    assert vetoes.other_part(compared(WORK, other), SECTION).tolist() == [False]


@pytest.mark.parametrize("changed", [{"issue": "3"}, {"pages": "133-149"}, {"volume": "15"}, {"year": 2013}])
def test_recurring_titles_need_the_same_issue(changed: dict[str, Any]) -> None:
    editorial = only("authors", "journal", "year", "volume", "issue", title="Editorial")
    assert decide(compared(editorial, {**editorial, **changed}), SECTION).verdict[0] != DUPLICATE


def test_recurring_titles_on_the_same_pages_are_one() -> None:
    editorial = {**WORK, "title": "Editorial", "abstract": None}
    assert decide(compared(editorial, editorial), SECTION).verdict[0] == DUPLICATE


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Fish farming in the north", "authors": ["Fisher, F"], "doi": "10.1/book"},
        {"title": "Fish farming in the north", "pages": "51-60", "doi": "10.1/book"},
        {**WORK, "title": WORK["title"] + " revisited", "pages": "51-60", "doi": "10.1/book"},
        {"title": "Citizens as equal partners in the service delivery", "type": "book", "doi": "10.1/book"},
    ],
)
def test_the_identifier_of_a_whole_book_joins_no_chapters(other: dict[str, Any]) -> None:
    pairs = compared({**WORK, "doi": "10.1/book"}, other)
    assert vetoes.whole_book_identifier(pairs, SECTION).tolist() == [True]


def test_a_crowded_identifier_is_that_of_a_book() -> None:
    pairs = compared(only("title", doi="10.1/book"), {"title": "Fish farming", "doi": "10.1/book"})
    assert vetoes.whole_book_identifier(pairs, SECTION).tolist() == [False]
    crowded = replace(pairs, crowded_doi=np.array([True]))
    assert vetoes.whole_book_identifier(crowded, SECTION).tolist() == [True]


@pytest.mark.parametrize(
    ("one", "other", "verdict", "words"),
    [
        (WORK, WORK, DUPLICATE, "title, authors and pages agree; title 1.00; authors, journal"),
        (
            {**WORK, "doi": "10.1/a"},
            only("title", "authors", "journal", "year", doi="10.1/b"),
            UNCERTAIN,
            "identifiers differ; title 1.00;",
        ),
        (WORK, {**WORK, "authors": ["X, Y"]}, UNCERTAIN, "authors differ, all else agrees; title 1.00;"),
        (only("title"), only("title"), UNCERTAIN, "same title, too little else to tell; title 1.00"),
        (WORK, {**WORK, "authors": ["X, Y"], "pages": None}, DIFFERENT, "kept apart: authors differ; title 1.00;"),
        (WORK, {**WORK, "year": 1999}, UNCERTAIN, "same title and authors, published elsewhere or in another year"),
        (WORK, {"title": "Fish"}, UNRELATED, "kept apart: title 0."),
        (only("title", doi="10.1/a"), {"doi": "10.1/a"}, DUPLICATE, "same identifier, a title is missing; a title is"),
    ],
)
def test_verdicts_and_reasons(one: dict[str, Any], other: dict[str, Any], verdict: str, words: str) -> None:
    pairs = compared(one, other)
    decisions = decide(pairs, SECTION)
    assert decisions.verdict[0] == verdict
    assert reason(pairs, decisions, 0).startswith(words)


def test_duplicates_are_not_barred_and_unlike_titles_are() -> None:
    assert decide(compared(WORK, WORK), SECTION).apart.tolist() == [False]
    assert decide(compared(WORK, {"title": "Fish farming"}), SECTION).apart.tolist() == [True]
    assert decide(compared(WORK, {}), SECTION).apart.tolist() == [False]


def test_the_score_orders_by_evidence() -> None:
    same = score(compared(WORK, WORK))[0]
    bare = score(compared(only("title"), only("title")))[0]
    against = score(compared(WORK, {**WORK, "pages": "133-149", "year": 1999}))[0]
    nothing = score(compared({}, {}))[0]
    assert 1 >= same > bare > nothing == 0.5
    assert same > against > 0


def test_rules_have_words_of_their_own() -> None:
    words = [rule.words for rule in ALL_RULES]
    assert len(set(words)) == len(words)
    assert all(words)


def test_rules_work_on_no_pairs() -> None:
    nothing = np.empty(0, dtype=np.int64)
    pairs = compare(comparables(entry_frame([])), nothing, nothing)
    for rule in ALL_RULES:
        assert rule.test(pairs, SECTION).tolist() == []
    assert decide(pairs, SECTION).verdict.tolist() == []
