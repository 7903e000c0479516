"""Text for comparing: what is folded away, what must survive, and what a title tells about itself."""

from __future__ import annotations

import pytest

from pipeline.normalise.text import (
    abstract_words,
    compact,
    fold,
    is_recurring_title,
    repair_mojibake,
    title_notice,
    title_numbers,
    title_series,
    title_words,
    words,
)


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("KÃ¶nig", "König"),
        ("citizenâ€™s voice", "citizen’s voice"),
        ("SÃ£o Paulo", "São Paulo"),
        ("plain text", "plain text"),
        ("Ångström", "Ångström"),
        ("Âge", "Âge"),
        ("", ""),
    ],
)
def test_mojibake_is_repaired_and_other_text_left_alone(broken: str, whole: str) -> None:
    assert repair_mojibake(broken) == whole


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("PUBLIC MANAGEMENT REVIEW", "public management review"),
        ("Ostrom, É.", "ostrom, e."),
        ("Røiseland &amp; Vabø", "roiseland & vabo"),
        ("<i>in vivo</i> CO<sub>2</sub>", "in vivo co2"),
        ("&lt;b&gt;bold&lt;/b&gt; é", "bold e"),
        ("TNF-α", "tnf-alpha"),
        ("Straße", "strasse"),
        ("a < b", "a < b"),
        ("ﬁnance", "finance"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Citizens’ role(s): co-production", "citizens role s co production"),
        ("don't", "dont"),
        ("snake_case", "snake case"),
        ("  many\n blanks\t ", "many blanks"),
        ("?!", ""),
        ("Совместное производство", "совместное производство"),
        ("共同生産", "共同生産"),
    ],
)
def test_words(text: str, plain: str) -> None:
    assert words(text) == plain


def test_compact_makes_hyphens_and_blanks_irrelevant() -> None:
    assert compact(words("Co-production of health-care")) == compact(words("Coproduction of healthcare"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Co-production in care. [Review] [33 refs]", "Co-production in care"),
        ("[Co-production in care]. [Chinese]", "Co-production in care"),
        ("Co-production in care. Russian", "Co-production in care"),
        ("RETRACTED: Co-production in care", "Co-production in care"),
        ("Co-production in care (Retracted article. See vol. 3, p. 4)", "Co-production in care"),
        ("Reprint of: Co-production in care", "Co-production in care"),
        ("Co-production in care [Erratum appears in Lancet 2001;2:3]", "Co-production in care"),
        ("Co-production in care, Part II", "Co-production in care, part two"),
        ("Co-production in care: part I", "Co-production in care: Part 1"),
    ],
)
def test_titles_that_say_the_same(one: str, other: str) -> None:
    assert title_words(one) == title_words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Co-production in care, Part I", "Co-production in care, Part II"),
        ("Retraction notice to: Co-production in care", "Co-production in care"),
        ("Erratum to: Co-production in care", "Co-production in care"),
        ("Annual report 2016", "Annual report 2017"),
    ],
)
def test_titles_that_say_something_else(one: str, other: str) -> None:
    assert title_words(one) != title_words(other)


def test_a_title_that_is_only_a_remark_is_kept() -> None:
    assert title_words("[Letter]") == "letter"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Erratum to: Citizens as partners", "erratum"),
        ("Correction: Citizens as partners", "erratum"),
        ("Author Correction: Citizens as partners", "erratum"),
        ("Citizens as partners (vol 360, pg 542, 2009)", "erratum"),
        ("Citizens as partners (vol 9, e98734, 2014)", "erratum"),
        ("Retraction notice to 'Citizens as partners'", "retraction"),
        ("Expression of Concern: Citizens as partners", "retraction"),
        ("Citizens as partners - Reply", "reply"),
        ("Authors' response", "reply"),
        ("Reply to Smith", "reply"),
        ("Comment on: Citizens as partners", "comment"),
        ("Citizens as partners: a commentary", "comment"),
        ("Book review: Citizens as partners", "book review"),
        ("Citizens as partners: study protocol for a randomised trial", "protocol"),
        ("Citizens as partners", ""),
        ("Evolution of OpenStreetMap in response to humanitarian events", ""),
        ("The Montreal Protocol and its citizens", ""),
        ("", ""),
    ],
)
def test_notices_about_other_works(title: str, kind: str) -> None:
    assert title_notice(title_words(title)) == kind


@pytest.mark.parametrize(
    ("title", "series"),
    [
        ("Citizens as partners. Part II", "2"),
        ("Citizens as partners, part b", "b"),
        ("ICIS 2013, Volume 3", "3"),
        ("Study 1: the mayor; study 2: the council", "1 2"),
        ("Citizens as partners", ""),
        ("Type 2 diabetes", ""),
    ],
)
def test_parts_of_a_series(title: str, series: str) -> None:
    assert title_series(title_words(title)) == series


def test_numbers_in_a_title_lose_leading_zeros() -> None:
    assert title_numbers("report 007 of 2016") == {"7", "2016"}
    assert title_numbers("no number") == frozenset()
    assert title_numbers("year 000") == {"0"}


@pytest.mark.parametrize(
    "title",
    [
        "Editorial",
        "Editor's Comments",
        "From the editors",
        "Introduction to the special issue on co-production",
        "Guest editorial: co-production",
        "Book reviews",
        "In this issue",
        "Remarks from MIS Quarterly editor",
        "Foreword",
        "",
    ],
)
def test_titles_that_return_issue_after_issue(title: str) -> None:
    assert is_recurring_title(title_words(title))


@pytest.mark.parametrize(
    "title",
    [
        "Citizens as partners in service delivery",
        "Correlates of co-production: evidence from a five-nation survey of citizens",
        "The editor's dilemma in participatory newsrooms and what readers make of it",
    ],
)
def test_titles_of_single_works(title: str) -> None:
    assert not is_recurring_title(title_words(title))


def test_abstracts_are_compared_by_their_beginning() -> None:
    text = "Background: Co-production is " + "very " * 200 + "good."
    assert len(abstract_words(text)) == 300
    assert abstract_words(text).startswith("backgroundcoproductionis")
    assert abstract_words("Short. © 2012 Elsevier Ltd. All rights reserved.") == "short"
    assert abstract_words("") == ""
