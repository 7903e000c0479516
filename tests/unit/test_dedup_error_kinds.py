"""The kinds of errors that duplicate detection is known for, each with made-up records: what is joined and what is not.

The kinds are those on which published tools still fail on labelled sets; no record here is real.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.dedup.deduplicate import Deduplication, deduplicate
from pipeline.dedup.tables import DECISION_COLUMNS
from pipeline.protocol import DedupSection
from pipeline.records import entry_frame

MERGED = DedupSection(cochrane_versions="merged", preprints="merged")
PAPER: dict[str, Any] = {
    "type": "article", "title": "Neighbours who plan their own parks: a field study of shared budgets",
    "authors": ["Halvorsen, Inger B.", "Okafor, Chidi", "Lindqvist, Per"],
    "journal": "Nordic Journal of Municipal Research", "year": 2014, "volume": "22", "issue": "3", "pages": "282-297",
    "abstract": "We followed nine neighbourhoods that were handed the budget of their park. " * 4,
}  # fmt: skip


def paper(*left_out: str, **changes: object) -> dict[str, Any]:
    return {**{name: value for name, value in PAPER.items() if name not in left_out}, **changes}


def judged(*rows: dict[str, Any], settings: DedupSection = MERGED) -> Deduplication:
    place = {"source": "s", "kind": "database", "line": 1, "format": "ris"}
    numbered = [
        {**place, "file": f"{n}.ris", "entry_id": f"e{n}", "raw": f"raw {n}", **row} for n, row in enumerate(rows)
    ]
    return deduplicate(entry_frame(numbered), entry_frame([], DECISION_COLUMNS), settings)


def verdict(one: dict[str, Any], other: dict[str, Any], settings: DedupSection = MERGED) -> str:
    pairs = judged(one, other, settings=settings).pairs
    return "none" if pairs.empty else str(pairs["verdict"].iloc[0])


REVIEW = {
    "type": "article", "title": "Home visits by volunteers for older people living alone",
    "authors": ["Quist, A.", "Moreau, B."], "journal": "Cochrane Database of Systematic Reviews",
}  # fmt: skip

MISSED = [
    pytest.param({**REVIEW, "year": 2004, "issue": "2", "pages": "CD009991"},
                 {**REVIEW, "year": 2011, "volume": "8", "doi": "10.1002/14651858.CD009991.pub3"},
                 id="1 Cochrane review, another version, number in another field"),
    pytest.param(paper("abstract"),
                 paper("abstract", title="Naboer som planlegger egne parker: feltstudie av delte budsjetter"),
                 id="2 translated title on the same pages"),
    pytest.param(paper(), paper(journal="Nordisk tidsskrift for kommunal forskning"),
                 id="3 translated name of the journal"),
    pytest.param(paper("abstract"), paper("abstract", "pages", "issue"), id="4 a record that lacks the page"),
    pytest.param(paper("issue", title="Uptake of [<sup>11</sup>C]-labelled tracers by park soils in cities"),
                 paper("issue", title="Uptake of [11C]-labelled tracers by park soils in cities"),
                 id="6 superscript written as a tag"),
    pytest.param(paper(pages="282-97"), paper(pages="282"), id="7 first page alone"),
    pytest.param(paper(pages="08-Nov"), paper(pages="8-11"), id="7 pages that a spreadsheet made a date"),
    pytest.param(paper("abstract"), paper("abstract", title="Neighbours who plan their own parks"),
                 id="8 missing subtitle"),
    pytest.param(paper(), paper(title="Neigh bours who pl an their own parks: a field study of shared budgets"),
                 id="9 blanks inside words"),
    pytest.param(paper("abstract"), paper("abstract", title="Section review 12: " + PAPER["title"]),
                 id="10 series before the title"),
    pytest.param(paper("authors", doi="10.5555/a.1"), paper(authors=["Anonymous"], doi="10.5555/a.1"),
                 id="11 no authors and Anonymous"),
    pytest.param(paper(authors=PAPER["authors"][:1] + ["et al."]), paper(volume="1)"),
                 id="12 author list cut, rest of a supplement as volume"),
    pytest.param(paper(doi="10.5555/njmr.2014.22.3.282"), paper(doi="10.5555/21.000417"),
                 id="one record under two DOIs"),
    pytest.param(paper(volume="22"), paper("issue", volume="S7"), id="supplement counted by itself"),
    pytest.param(paper(), paper("abstract", "issue", title=PAPER["title"] + ".[Erratum appears in Nord J Munic Res."
                                " 2015;23(1):4 Note: Okafor, C [added]]"), id="erratum tail that holds brackets"),
    pytest.param(paper(), paper(authors=["Halvorsen IngerB.Okafor ChidiLindqvist Per"]), id="names run together"),
    pytest.param(paper(), paper(authors=["B. Halvorsen, Inger", "Okafor, C", "Lindqvist, P"]),
                 id="names cut elsewhere"),
    pytest.param(paper(journal="Nord. J. Munic. Res."), paper(), id="abbreviated journal"),
    pytest.param(paper(journal="Nordic Journal of Municipal Research. Conference: 9th Nordic Days. Oslo Norway"),
                 paper(), id="conference tail of Ovid"),
    pytest.param(paper(title="[" + PAPER["title"] + "]. [Norwegian] [Review] [33 refs]"), paper(),
                 id="remarks of the database in the title"),
    pytest.param(paper("pages", article_number="e0417"), paper(pages="e0417"), id="article number in place of pages"),
    pytest.param(paper(title="NaÃ¯ve neighbours in FrÃ¶lunda and their shared budgets"),
                 paper(title="Naïve neighbours in Frölunda and their shared budgets"), id="mojibake"),
    pytest.param(paper(pages="1-16"), paper(pages="e204417"), id="own count of pages and article number"),
    pytest.param(paper("doi", pages="982-297"), paper(pages="282-297"), id="page range that runs backwards"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), MISSED)
def test_what_tools_miss_is_joined(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert verdict(one, other) == "duplicate"
    assert verdict(other, one) == "duplicate"


EDITORIAL = {"type": "article", "authors": ["Halvorsen, Inger B."], "journal": PAPER["journal"], "year": 2014}
TALK = paper("issue", "pages", "volume")
WRONGLY_JOINED = [
    pytest.param({**EDITORIAL, "title": "Editor's comments", "volume": "22"},
                 {**EDITORIAL, "title": "Editor's comments", "volume": "23"}, id="recurring title, other volume"),
    pytest.param({**EDITORIAL, "title": "Remarks from the editor", "volume": "22", "issue": "1"},
                 {**EDITORIAL, "title": "Remarks from the editor", "volume": "22", "issue": "2"},
                 id="recurring title, other issue"),
    pytest.param({"title": "Proceedings of the 9th Nordic Days, volume 1", "year": 2013, "type": "book"},
                 {"title": "Proceedings of the 9th Nordic Days, volume 2", "year": 2013, "type": "book"},
                 id="volumes of proceedings"),
    pytest.param(paper(title="Parks and budgets, Part 1: methods"),
                 paper(title="Parks and budgets, Part 2: findings", pages="298-310"), id="two parts"),
    pytest.param(paper(title="Parks and budgets. I. Methods of sharing"),
                 paper(title="Parks and budgets. II. Methods of sharing", pages="298-310"), id="roman parts"),
    pytest.param({**TALK, "volume": "22", "issue": "S1", "pages": "S12"},
                 {**TALK, "year": 2015, "journal": "European Parks Review", "volume": "4", "pages": "S98"},
                 id="one abstract at two meetings"),
    pytest.param(paper(title="Erratum: " + PAPER["title"], pages="410"), paper(), id="erratum and article"),
    pytest.param(paper(title="Correction to: " + PAPER["title"], pages="410", doi="10.5555/b.2"),
                 paper(doi="10.5555/b.1"), id="correction with a DOI of its own"),
    pytest.param(paper(title="Comment on: " + PAPER["title"], pages="298", authors=["Quist, A"]), paper(),
                 id="comment"),
    pytest.param(paper(title=PAPER["title"] + " - Reply", pages="299"), paper(pages="298"), id="reply"),
    pytest.param({**EDITORIAL, "title": "Editorial", "volume": "7", "pages": "1-2", "journal": "Cities Today"},
                 {**EDITORIAL, "title": "Editorial", "volume": "7", "pages": "1-2", "authors": ["Moreau, B."]},
                 id="editorials of two journals with equal numbers"),
    pytest.param({"type": "chapter", "title": "Introduction to sharing", "isbn": ["9788215031675"], "year": 2010,
                  "pages": "1-12", "authors": ["Quist, A"]},
                 {"type": "chapter", "title": "Sharing in practice", "isbn": ["9788215031675"], "year": 2010,
                  "pages": "13-40", "authors": ["Quist, A"]}, id="chapters of one ISBN"),
    pytest.param(paper(title="Sharing budgets improves parks", authors=["Quist, A."], doi="10.5555/suppl",
                       pages="S5-S6", volume="37)"),
                 paper(title="Sharing budgets improves parks (con)", authors=["Moreau, B."], doi="10.5555/suppl",
                       pages="S4-S5", volume="37)"), id="pro and con under the DOI of the supplement"),
    pytest.param(paper("abstract", title="Park budgets and hay fever at school age: pooled data", doi="10.5555/suppl",
                       pages="23", volume="90)"),
                 paper("abstract", title="Park budgets and asthma at school age: pooled data", doi="10.5555/suppl",
                       pages="22", volume="90)"), id="neighbours under the DOI of the supplement"),
    pytest.param(paper("abstract", title="Sharing budgets: a survey of parks in southern and eastern districts",
                       pages="578", doi="10.5555/c.1"),
                 paper("abstract", title="Sharing budgets: a survey of parks in northern and western districts",
                       pages="518", doi="10.5555/c.2"), id="two studies of one series"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), WRONGLY_JOINED)
def test_what_tools_join_wrongly_stays_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert verdict(one, other) != "duplicate"
    assert verdict(other, one) != "duplicate"


def test_5_a_running_counter_in_the_issue_says_nothing() -> None:
    others = [
        {"title": f"Wholly different matter of town number {n} and its {n * 7} ponds", "authors": [f"Person{n}, A"],
         "year": 1980 + n % 40, "issue": str(n), "file": "one.ris"}
        for n in range(1, 120)
    ]  # fmt: skip
    twice = [{**paper("abstract"), "issue": "211", "file": "one.ris"}, {**paper("abstract", "volume"), "issue": "98"}]
    found = judged(*others, {**twice[0], "volume": None}, {**twice[1], "file": "two.ris"})
    assert len(found.records) == len(others) + 1


def test_a_title_less_record_chains_no_issue() -> None:
    place = {"journal": PAPER["journal"], "year": 2014, "volume": "22", "doi": "10.5555/issue"}
    found = judged({**place, "title": PAPER["title"]}, place, {**place, "title": "Fishing rights in small harbours"})
    assert not any({"e0", "e2"} <= set(members) for members in found.records["members"])


def test_13_a_corrected_print_elsewhere_is_asked() -> None:
    assert verdict(paper("abstract", pages="151"), paper("abstract", issue="4", pages="388-392")) == "uncertain"


def test_17_a_reprint_in_a_sister_journal_is_asked() -> None:
    sister = paper("abstract", journal="Parks of the North", volume="3", issue="1", pages="12-27")
    assert verdict(paper("abstract"), sister) == "uncertain"


def test_20_a_meeting_abstract_and_the_paper_are_linked_or_asked_never_merged() -> None:
    talk = paper("abstract", "volume", "issue", "pages", type="conference", booktitle="9th Nordic Days", journal=None)
    assert verdict(paper("abstract"), talk, DedupSection()) == "same_study"


def test_15_registrations_of_two_trials_stay_apart() -> None:
    trial = {"authors": ["Northern Parks, Inc"], "year": 2011}
    adults = {**trial, "title": "Open label trial of shared budgets in adult neighbours with garden-sensitive interest"}
    young = {**trial, "title": "Open label trial of shared budgets in young neighbours with garden-resistant interest"}
    assert verdict(adults, young) in ("none", "different")


def test_16_an_article_that_its_journal_rewrites_each_year_is_a_version() -> None:
    article = {
        "type": "article", "title": "Hay fever", "authors": ["Quist, A."], "journal": "Evidence Yearly",
        "abstract": "Hay fever is found in one of six people and we looked for what helps. " * 6,
    }  # fmt: skip
    one, other = {**article, "year": 2008, "volume": "2008"}, {**article, "year": 2010, "volume": "2010"}
    assert verdict(one, other) == "duplicate"
    assert verdict(one, other, DedupSection()) == "same_study"


def test_18_a_work_at_two_venues_is_asked() -> None:
    elsewhere = paper("abstract", "issue", "pages", journal="European Parks Review", volume="30")
    assert verdict(paper("abstract"), elsewhere) == "uncertain"


def test_19_a_one_page_record_without_doi_joins_the_whole_one() -> None:
    assert verdict(paper(doi="10.5555/b.1"), paper("abstract", "issue", pages="282-282")) == "duplicate"


def test_two_pieces_of_one_author_on_the_same_pages_of_two_issues_stay_apart() -> None:
    first = paper("abstract", title="Parks of the week", issue="1", pages="4-5")
    assert verdict(first, {**first, "title": "Ponds of the week", "issue": "2"}) != "duplicate"


def test_a_letter_and_the_reply_on_its_page_stay_apart() -> None:
    letter = paper("abstract", title="Who pays for the parks that neighbours plan?", pages="310")
    reply = {**letter, "title": "Who pays for the parks that neighbours plan? - Reply", "authors": ["Moreau, B."]}
    assert verdict(letter, reply) != "duplicate"


def test_editions_of_a_chapter_stay_apart() -> None:
    chapter = {"type": "chapter", "title": "Planning parks with neighbours", "authors": ["Quist, A."]}
    second = {**chapter, "booktitle": "Handbook of parks", "year": 2016, "pages": "201-219"}
    assert (
        verdict({**chapter, "booktitle": "Handbook of parks", "year": 2009, "pages": "88-104"}, second) != "duplicate"
    )
