"""Years, types, names, and the draft that gathers one entry."""

from __future__ import annotations

import pytest

from pipeline.formats.authors import Order, bibtex_name, family_first, split_bibtex, split_names
from pipeline.formats.dates import publication_year
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.kinds import document_type
from pipeline.formats.rules import Rules


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2019", 2019),
        ("2019//", 2019),
        ("2024/04/03/", 2024),
        ("2018-05", 2018),
        ("2019 May-Jun", 2019),
        ("2018 Winter", 2018),
        ("4/3/2024", 2024),
        ("13 July 2022", 2022),
        ("4-8 Aug. 2020", 2020),
        ("Mar. 2017", 2017),
        ("AUG 2021", 2021),
        ("2001a", 2001),
        ("2018.0", 2018),
        ("2019-2020", 2019),
        ("July 4th, 1999", 1999),
        ("", None),
        ("0", None),
        ("0000", None),
        ("in press", None),
        ("20011", None),
        ("c2004", None),
        ("n.d.", None),
        ("JUL 15", None),
        ("19", None),
        ("Jul-24", None),
        ("forthcoming 2025", None),
        ("9999", None),
        ("0202", None),
        ("2019abc", None),
        ("1999 or 2000"[4:], None),
        ("٢٠١٩", None),
        ("1 " * 1000, None),
    ],
)
def test_year_is_read_or_left_out(text: str, year: int | None) -> None:
    assert publication_year(text) == year


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        (["JOUR"], "article"),
        (["Journal Article", "Systematic Review"], "review"),
        (["CPAPER"], "conference"),
        (["inproceedings"], "conference"),
        (["Article; Proceedings Paper"], "conference"),
        (["phdthesis"], "thesis"),
        (["Book chapter"], "chapter"),
        (["BOOK"], "book"),
        (["Editorial Material"], "editorial"),
        (["RPRT"], "report"),
        (["posted-content"], "preprint"),
        (["GEN"], "other"),
        (["Article; Early Access"], "article"),
        (["journalArticle"], "article"),
        (["something new"], None),
        ([], None),
    ],
)
def test_types(written: list[str], kind: str | None) -> None:
    assert document_type(written) == kind


@pytest.mark.parametrize(
    ("cell", "separator", "names"),
    [
        ("Smith, J.; Brown, K.", None, ["Smith, J.", "Brown, K."]),
        ("Barrett, Paul M; Willis, Katherine J; ", None, ["Barrett, Paul M", "Willis, Katherine J"]),
        ("Yang, Z. and Jiang, B.", None, ["Yang, Z.", "Jiang, B."]),
        ("Lim SM, Shiau CWC", ",", ["Lim SM", "Shiau CWC"]),
        ("Smith, John", None, ["Smith, John"]),
        ("Aasen, J., Galaaen, K., & Leonhardt, M.", None, ["Aasen, J.", "Galaaen, K.", "Leonhardt, M."]),
        ("World Health Organization", None, ["World Health Organization"]),
        ("", None, []),
    ],
)
def test_split_names(cell: str, separator: str | None, names: list[str]) -> None:
    assert split_names(cell, separator) == names


@pytest.mark.parametrize(
    ("name", "order", "result"),
    [
        ("Smith, John", "given", "Smith, John"),
        ("John van der Berg", "given", "van der Berg, John"),
        ("John Smith Jr.", "given", "Smith Jr., John"),
        ("Liu F.", "initials", "Liu, F."),
        ("van der Berg JK", "initials", "van der Berg, JK"),
        ("Wilson, Lauren N. (58975547800)", "family", "Wilson, Lauren N."),
        ("Stillman, Andrew N. (a@b.org)", "family", "Stillman, Andrew N."),
        ("Invented Research Group", "given", "Invented Research Group"),
        ("Plato", "given", "Plato"),
    ],
)
def test_family_first(name: str, order: Order, result: str) -> None:
    assert family_first(name, order) == result


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("Donald E. Knuth", "Knuth, Donald E."),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("van Beethoven, Ludwig", "van Beethoven, Ludwig"),
        ("King, Jr., Martin Luther", "King Jr., Martin Luther"),
        ("{World Health Organization}", "{World Health Organization}"),
        ("{Shepard III}, Edward M.", "{Shepard III}, Edward M."),
        ("{Barnes and Noble} Books", "Books, {Barnes and Noble}"),
        ("Plato", "Plato"),
    ],
)
def test_bibtex_name(name: str, result: str) -> None:
    assert bibtex_name(name) == result


def test_split_bibtex_at_and_outside_braces() -> None:
    assert split_bibtex("A, B and {C and D} and\n  E, F AND Sand, G") == ["A, B", "{C and D}", "E, F", "Sand, G"]
    assert split_bibtex("Anderson, K. and and B, C") == ["Anderson, K.", "B, C"]


class TestDraft:
    def test_first_claim_wins_and_the_other_is_kept(self) -> None:
        draft = Draft()
        Rules([Rule("T1", "title"), Rule("TI", "title")]).fill(
            draft, {"TI": ["Second"], "T1": ["First"], "ZZ": ["x", "y"]}
        )
        entry = draft.finish(1, "raw")
        assert entry.fields["title"] == "First"
        assert entry.extra == {"TI": ["Second"], "ZZ": ["x", "y"]}

    def test_equal_values_are_one(self) -> None:
        draft = Draft()
        Rules([Rule("AB", "abstract"), Rule("N2", "abstract")]).fill(draft, {"AB": ["Same"], "N2": ["Same"]})
        assert draft.finish(1, "r").extra == {}

    def test_longer_abstract_wins(self) -> None:
        draft = Draft()
        Rules([Rule("AB", "abstract"), Rule("N2", "abstract")]).fill(
            draft, {"AB": ["Copyright."], "N2": ["A real abstract."]}
        )
        entry = draft.finish(1, "r")
        assert entry.fields["abstract"] == "A real abstract."
        assert entry.extra["N2"] == ["Copyright."]

    @pytest.mark.parametrize(
        "words",
        [
            "[No abstract available]",
            "No abstract available.",
            "NA",
            "N/A",
            "n.a.",
            "Abstract not available",
            "No abstract is available",
        ],
    )
    def test_no_abstract_is_none(self, words: str) -> None:
        draft = Draft()
        draft.claim(Rule("AB", "abstract"), words)
        entry = draft.finish(1, "r")
        assert "abstract" not in entry.fields
        assert entry.extra["abstract_raw"] == [words]

    def test_unreadable_year(self) -> None:
        draft = Draft()
        draft.claim(Rule("PY", "year"), "in press")
        entry = draft.finish(1, "r")
        assert "year" not in entry.fields
        assert entry.fields["date"] == "in press"
        assert "year_unreadable" in entry.flags

    def test_second_readable_year_helps(self) -> None:
        draft = Draft()
        Rules([Rule("PY", "year"), Rule("Y1", "year")]).fill(draft, {"PY": ["0000"], "Y1": ["2019/05/01"]})
        entry = draft.finish(1, "r")
        assert entry.fields["year"] == 2019
        assert "year_unreadable" not in entry.flags

    def test_raw_is_kept_where_decoding_changed_it(self) -> None:
        draft = Draft()
        draft.claim(Rule("TI", "title"), "H<sub>2</sub>O")
        draft.claim(Rule("AU", "authors"), "M&uuml;ller, J")
        draft.claim(Rule("KW", "keywords_author", r";\s*"), "R&amp;D; water")
        entry = draft.finish(1, "r")
        assert entry.fields == {"title": "H2O", "authors": ["Müller, J"], "keywords_author": ["R&D", "water"]}
        assert entry.extra["title_raw"] == ["H<sub>2</sub>O"]
        assert entry.extra["authors_raw"] == ["M&uuml;ller, J"]
        assert entry.extra["keywords_author_raw"] == ["R&amp;D; water"]
        assert "markup_decoded" in entry.flags

    def test_identifiers_that_are_none_stay_in_extra(self) -> None:
        draft = Draft()
        for tag, column in (("DO", "doi"), ("PM", "pmid"), ("SN", "issn"), ("TC", "times_cited")):
            draft.claim(Rule(tag, column), "nonsense")
        entry = draft.finish(1, "r")
        assert set(entry.extra) == {"DO", "PM", "SN", "TC"}
        assert not entry.fields

    def test_isbn_under_issn_and_the_other_way_round(self) -> None:
        draft = Draft()
        draft.claim(Rule("SN", "issn"), "978-3-16-148410-0")
        draft.claim(Rule("BN", "isbn"), "02613794")
        assert draft.finish(1, "r").fields == {"isbn": ["9783161484100"], "issn": ["0261-3794"]}

    @pytest.mark.parametrize(
        ("first", "last", "pages"),
        [
            ("1", "9", "1-9"),
            ("1-9", "", "1-9"),
            ("1-9", "9", "1-9"),
            ("e12", "", "e12"),
            ("", "9", "9"),
            ("5", "5", "5"),
        ],
    )
    def test_pages(self, first: str, last: str, pages: str) -> None:
        draft = Draft()
        draft.pages(first, last)
        assert draft.fields["pages"] == pages

    def test_flags(self) -> None:
        draft = Draft()
        assert "no_title" in draft.finish(1, "r").flags
        retracted = Draft()
        retracted.claim(Rule("TI", "title"), "RETRACTED: A study")
        assert "retracted" in retracted.finish(1, "r").flags
        by_type = Draft()
        by_type.claim(Rule("PT", "type"), "Retracted Publication")
        assert "retracted" in by_type.finish(1, "r").flags

    def test_count(self) -> None:
        draft = Draft()
        draft.claim(Rule("TC", "times_cited"), "1,234")
        assert draft.finish(1, "r").fields["times_cited"] == 1234
