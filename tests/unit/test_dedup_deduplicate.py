"""Deduplicate: what merges, what stays apart, what goes to a person, and what people's answers do."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from pipeline.dedup.deduplicate import deduplicate
from pipeline.dedup.tables import (
    CLUSTER_COLUMNS,
    DECISION_COLUMNS,
    PAIR_COLUMNS,
    RECORD_COLUMNS,
    Deduplication,
)
from pipeline.protocol import DedupSection
from pipeline.records import check, entry_frame

ARTICLE: dict[str, Any] = {
    "type": "article",
    "title": "Facilitating co-production in public services: management implications",
    "authors": ["Sicilia, Mariafrancesca", "Sancino, Alessandro", "Nabatchi, Tina", "Guarini, Enrico"],
    "journal": "Public Money & Management",
    "year": 2019,
    "volume": "39",
    "issue": "4",
    "pages": "233-240",
    "doi": "10.1080/09540962.2019.1592904",
}
BARE = {"title": ARTICLE["title"]}


def entries(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return a table of entries with ids e1, e2, ...; the raw text differs unless a row gives it."""
    place = {"source": "set", "kind": "database", "line": 1, "format": "ris"}
    numbered = [
        {**place, "file": f"{n}.ris", "entry_id": f"e{n}", "raw": f"raw {n}", **row}
        for n, row in enumerate(rows, start=1)
    ]
    return entry_frame(numbered)


def answers(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Return people's answers (first id, second id or "", decision), the last the newest."""
    return entry_frame(
        [
            {
                "stage": "duplicate_pair" if other else "split",
                "entry_id": one,
                "other_entry_id": other or None,
                "decision": decision,
                "reviewer": "anna",
                "sequence": number,
            }
            for number, (one, other, decision) in enumerate(rows, start=1)
        ],
        DECISION_COLUMNS,
    )


def run(*rows: dict[str, Any], said: tuple[tuple[str, str, str], ...] = ()) -> Deduplication:
    result = deduplicate(entries(*rows), answers(*said), DedupSection())
    check(result.clusters, CLUSTER_COLUMNS, "clusters")
    check(result.records, RECORD_COLUMNS, "records")
    check(result.pairs, PAIR_COLUMNS, "pairs")
    return result


def clusters(result: Deduplication) -> list[list[str]]:
    return [list(members) for members in result.records["members"]]


def verdict(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Return the verdict on two entries; "none" where the pair is not worth a row."""
    result = run(one, other)
    found = "none" if result.pairs.empty else str(result.pairs["verdict"].iloc[0])
    assert (found == "duplicate") == (len(result.records) == 1)
    return found


def without(*names: str, **changes: object) -> dict[str, Any]:
    return {**{name: value for name, value in ARTICLE.items() if name not in names}, **changes}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(ARTICLE, id="everything equal"),
        pytest.param(without(title=ARTICLE["title"].upper()), id="title in capitals"),
        pytest.param(without("doi"), id="no DOI"),
        pytest.param(without("doi", journal="PUBLIC MONEY MANAGE"), id="journal abbreviated in capitals"),
        pytest.param(without("doi", "authors"), id="no authors, but pages and journal"),
        pytest.param(without("doi", "pages", "volume", "issue"), id="no place, but authors, journal and year"),
        pytest.param(without("doi", "pages", "volume", "issue", "journal"), id="authors and year alone"),
        pytest.param(
            without("doi", authors=["Sicilia, M; Sancino, A; Nabatchi, T; Guarini, E"]), id="names in one text"
        ),
        pytest.param(
            without("doi", authors=["Mariafrancesca Sicilia", "Alessandro Sancino", "Tina Nabatchi", "Enrico Guarini"]),
            id="given names first",
        ),
        pytest.param(without("doi", authors=["Sicilia M.", "et al."]), id="author list cut"),
        pytest.param(without("doi", pages="233-40"), id="last page shortened"),
        pytest.param(without("doi", title=ARTICLE["title"] + " [Review] [33 refs]"), id="remark in brackets"),
        pytest.param(
            without("doi", title="Facilitating coproduction in public services : management implications"), id="-"
        ),
        pytest.param(without("doi", title="Facilitating co-production in public services"), id="no subtitle"),
        pytest.param(without("doi", year=2018), id="online a year earlier, same pages"),
        pytest.param(without("title"), id="no title, same DOI"),
        pytest.param(
            without("title", "authors", "journal", "year", "volume", "issue", "pages"), id="nothing but a DOI"
        ),
        pytest.param(without(year=2016, pages="1-8", volume=None), id="same DOI and title outweigh other numbers"),
        pytest.param(without(doi="10.1080/09540962.2019.1592904".upper()), id="DOI in capitals"),
        pytest.param(without(doi="10.1080%2F09540962.2019.1592904"), id="DOI as an address writes it"),
        pytest.param(without("doi", journal="Öffentliche Gelder"), id="translated journal, same pages"),
    ],
)
def test_the_same_work(other: dict[str, Any]) -> None:
    assert verdict(ARTICLE, other) == "duplicate"
    assert verdict(other, ARTICLE) == "duplicate"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(ARTICLE, without("doi", title="Erratum to: " + ARTICLE["title"], pages="310"), id="erratum"),
        pytest.param(ARTICLE, without(title="Correction: " + ARTICLE["title"]), id="erratum under the article's DOI"),
        pytest.param(ARTICLE, without("doi", title="Comment on: " + ARTICLE["title"], pages="241"), id="comment"),
        pytest.param(
            without("doi", title="Citizens in the city, part I"),
            without("doi", title="Citizens in the city, part II", pages="301-310"),
            id="parts",
        ),
        pytest.param(
            without("doi", "pages", title="Citizens in the city, part 1"),
            without("doi", "pages", title="Citizens in the city, part 2"),
            id="parts without pages",
        ),
        pytest.param(
            without("doi", "pages", title="Report on co-production in cities 2016"),
            without("doi", "pages", title="Report on co-production in cities 2017"),
            id="yearly reports",
        ),
        pytest.param(
            without("doi", title="Editorial", pages="1-2", issue="1"),
            without("doi", title="Editorial", pages="101-102", issue="2"),
            id="editorials on other pages",
        ),
        pytest.param(
            without("doi", "pages", title="Editor's comments", issue="1"),
            without("doi", "pages", title="Editor's comments", issue="2"),
            id="editorials of two issues without pages",
        ),
        pytest.param(
            without("doi", title="Introduction to the special issue", volume="39"),
            without("doi", title="Introduction to the special issue", volume="40", year=2020),
            id="introductions of two volumes",
        ),
        pytest.param(
            without("doi", "pages"), without("doi", "pages", authors=["Smith, John", "Jones, Mary"]), id="other authors"
        ),
        pytest.param(
            without("doi", authors=["Brown, A"]),
            without("doi", year=2011, pages="1-9", volume="31", authors=["Miller, B"]),
            id="same title, another work",
        ),
        pytest.param(
            without(
                type="chapter", doi="10.18261/978", title="What is co-production?", pages="11-30", authors=["A, B"]
            ),
            without(type="chapter", doi="10.18261/978", title="Users as researchers", pages="31-50", authors=["C, D"]),
            id="chapters under the DOI of the book",
        ),
        pytest.param(
            without("doi", "pages", "volume", type="chapter", isbn=["9788215031675"], title="What is co-production?"),
            without("doi", "pages", "volume", type="chapter", isbn=["9788215031675"], title="Users as researchers"),
            id="chapters sharing an ISBN",
        ),
        pytest.param(
            {"title": "17th Americas Conference on Information Systems", "year": 2011, "volume": "1"},
            {"title": "17th Americas Conference on Information Systems", "year": 2011, "volume": "2"},
            id="volumes of proceedings",
        ),
        pytest.param(
            {"title": "Managing knowledge across boundaries", "type": "book", "doi": "10.1/book"},
            {"title": "Managing across knowledge boundaries", "type": "chapter", "doi": "10.1/book"},
            id="a book and its chapter under one DOI",
        ),
    ],
)
def test_another_work(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert verdict(one, other) in ("different", "none")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(BARE, BARE, id="title alone"),
        pytest.param(BARE, {**BARE, "year": 2019}, id="title, a year on one side"),
        pytest.param(ARTICLE, BARE, id="full record and bare title"),
        pytest.param(without("issue", "pages"), without("issue", "pages", doi="10.1080/1111"), id="another DOI"),
        pytest.param(
            without("doi", "issue", "pages", pmid="1"), without("doi", "pages", pmid="2"), id="another PubMed number"
        ),
        pytest.param(
            without("doi"), without("doi", authors=["Smith, John", "Jones, Mary"]), id="everything equal but authors"
        ),
        pytest.param(
            without("pages"),
            without("pages", title="Wholly unlike words about fish farming in the north"),
            id="same DOI, unlike title",
        ),
        pytest.param(
            ARTICLE, without("doi", year=2012, volume="32", pages="11-20"), id="same title and authors, other year"
        ),
        pytest.param(without(volume="31"), without(volume="40", pages="900-910"), id="one DOI, two places"),
        pytest.param(
            without("doi", "pages"),
            without("doi", "pages", title="Facilitating co-production within public service: managerial implication"),
            id="similar title, everything else but the pages equal",
        ),
    ],
)
def test_a_person_is_asked(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert verdict(one, other) == "uncertain"


VERSIONS = [
    pytest.param(
        {**BARE, "type": "preprint", "authors": ARTICLE["authors"], "year": 2018, "journal": "SSRN"},
        "preprints",
        id="preprint and article",
    ),
    pytest.param(
        without(
            "doi", "volume", "issue", "pages", "journal", type="conference", booktitle="IRSPM conference", year=2017
        ),
        "conference_versions",
        id="conference paper and article",
    ),
    pytest.param(
        without("doi", title="Retraction notice to: " + ARTICLE["title"], pages="310"),
        "retraction_notices",
        id="article and the notice that retracts it",
    ),
    pytest.param(
        without("doi", title="Republished: " + ARTICLE["title"], pages="310-317", issue="6"),
        "corrected_republications",
        id="article and its corrected republication",
    ),
]


@pytest.mark.parametrize(("version", "key"), VERSIONS)
def test_versions_are_what_the_protocol_says(version: dict[str, Any], key: str) -> None:
    table = entries(ARTICLE, version)
    for policy, expected in (("merged", "duplicate"), ("linked", "same_study"), ("apart", "different")):
        settings = DedupSection.model_validate({key: policy})
        found = deduplicate(table, answers(), settings)
        told = [] if found.pairs.empty else found.pairs["verdict"].tolist()
        assert told == [expected] or (policy == "apart" and told == [])
        assert len(found.records) == (1 if policy == "merged" else 2)


@pytest.mark.parametrize("policy", ["merged", "linked"])
@pytest.mark.parametrize(
    "change",
    [
        {"type": "preprint", "journal": "SSRN"},
        {"type": "conference", "journal": None, "booktitle": "IRSPM conference"},
    ],
)
def test_another_part_or_an_erratum_is_no_version(policy: str, change: dict[str, Any]) -> None:
    settings = DedupSection.model_validate({"preprints": policy, "conference_versions": policy})
    place = ("doi", "volume", "issue", "pages")
    for one, other in ((", part 1", ", part 2"), ("", ", part 2"), (" in 2016", " in 2017")):
        first = without(*place, title=ARTICLE["title"] + one)
        second = without(*place, title=ARTICLE["title"] + other, **change)
        found = deduplicate(entries(first, second), answers(), settings)
        assert not set(found.pairs["verdict"]) & {"duplicate", "same_study"}
    erratum = without(*place, title="Erratum to: " + ARTICLE["title"], **change)
    found = deduplicate(entries(ARTICLE, erratum), answers(), settings)
    assert not set(found.pairs["verdict"]) & {"duplicate", "same_study"}


def test_a_person_unlinks_versions() -> None:
    preprint = {**BARE, "type": "preprint", "authors": ARTICLE["authors"], "year": 2018, "journal": "SSRN"}
    result = run(ARTICLE, preprint, said=(("e1", "e2", "different"),))
    assert result.pairs[["verdict", "basis"]].to_numpy().tolist() == [["different", "person"]]


def test_two_records_of_one_export_are_one_only_where_nothing_contradicts() -> None:
    here = {"file": "scopus.ris"}
    assert verdict({**here, **ARTICLE}, {**here, **without("doi", "abstract", "pages")}) == "duplicate"
    assert verdict({**here, **without("doi")}, {**here, **without("doi", year=2018)}) == "uncertain"
    assert verdict({**here, **without("doi")}, without("doi", year=2018)) == "duplicate"


def test_no_rows() -> None:
    result = run()
    assert (len(result.clusters), len(result.records), len(result.pairs)) == (0, 0, 0)


def test_one_row() -> None:
    result = run(ARTICLE)
    assert clusters(result) == [["e1"]]
    assert result.clusters.to_dict("records") == [{"entry_id": "e1", "cluster_id": "e1", "cluster_size": 1}]


def test_entries_without_anything_stay_alone() -> None:
    assert clusters(run({}, {}, {"raw": ""}, {"raw": ""})) == [["e1"], ["e2"], ["e3"], ["e4"]]


def test_same_raw_text_is_one_work_even_if_nothing_could_be_read() -> None:
    result = run({"raw": "x\r\n"}, {"raw": "x"}, {"raw": "x  \n"}, {"raw": "y"})
    assert clusters(result) == [["e1", "e2", "e3"], ["e4"]]
    assert set(result.pairs["reason"]) == {"same text"}
    assert set(result.pairs["score"]) == {1.0}


def test_the_smallest_id_names_the_cluster() -> None:
    result = run({"entry_id": "z", **ARTICLE}, {"entry_id": "b", **ARTICLE}, {"entry_id": "a", "title": "Other"})
    assert result.clusters["cluster_id"].tolist() == ["a", "b", "b"]
    assert result.clusters["cluster_size"].tolist() == [1, 2, 2]


def test_reasons_name_what_agrees_and_what_differs() -> None:
    joined = run(ARTICLE, without("authors")).pairs.iloc[0]
    assert joined["reason"].startswith("same identifier and title; title 1.00; DOI")
    unplaced = without("doi", "pages")
    apart = run(unplaced, {**unplaced, "authors": ["Smith, John", "Jones, Mary"]}).pairs.iloc[0]
    assert apart["reason"].startswith("kept apart: authors differ; title 1.00;")
    assert pd.isna(run(ARTICLE, without("title")).pairs.iloc[0]["title_similarity"])


def test_a_chain_does_not_join_what_a_rule_keeps_apart() -> None:
    middle = without("doi", "issue", "pages")
    result = run({**middle, "doi": "10.1/one"}, middle, {**middle, "doi": "10.1/two"})
    assert len(result.records) == 2
    pairs = result.pairs.set_index(["entry_a", "entry_b"])["verdict"].to_dict()
    assert sorted(pairs.values()) == ["duplicate", "uncertain"]


def test_a_record_without_title_does_not_chain_two_works() -> None:
    shared = {"doi": "10.1/issue"}
    result = run(
        {**shared, "title": "Citizens as partners in service delivery", "authors": ["Ostrom, E"]},
        {**shared},
        {**shared, "title": "Wholly other words about fish farming", "authors": ["Fisher, F"]},
    )
    for members in clusters(result):
        assert not {"e1", "e3"} <= set(members)


def test_a_record_without_title_and_identifier_joins_nothing() -> None:
    same_place = without("title", "doi")
    assert clusters(run(ARTICLE, same_place)) == [["e1"], ["e2"]]


def test_many_copies_become_one_record() -> None:
    result = run(*[without("doi") if number % 2 else ARTICLE for number in range(30)])
    assert len(result.records) == 1
    assert result.clusters["cluster_size"].unique().tolist() == [30]


def test_answers_outrank_rules() -> None:
    assert clusters(run(ARTICLE, ARTICLE, said=(("e1", "e2", "different"),))) == [["e1"], ["e2"]]
    unlike = {"title": "Fish farming in the north", "authors": ["Fisher, F"]}
    joined = run(ARTICLE, unlike, said=(("e2", "e1", "same"),))
    assert clusters(joined) == [["e1", "e2"]]
    assert joined.pairs[["verdict", "basis"]].to_numpy().tolist() == [["duplicate", "person"]]


def test_the_newest_answer_counts() -> None:
    said = (("e1", "e2", "different"), ("e2", "e1", "same"))
    assert clusters(run(ARTICLE, ARTICLE, said=said)) == [["e1", "e2"]]
    assert clusters(run(ARTICLE, ARTICLE, said=said[::-1])) == [["e1"], ["e2"]]


def test_different_holds_through_chains() -> None:
    said = (("e1", "e3", "different"),)
    result = run(ARTICLE, without("doi"), without("doi", title=ARTICLE["title"] + "."), said=said)
    assert not any({"e1", "e3"} <= set(members) for members in clusters(result))
    assert len(result.records) == 2


def test_different_separates_even_the_same_text() -> None:
    same = {**ARTICLE, "raw": "same"}
    result = run(same, same, same, said=(("e1", "e2", "different"),))
    assert clusters(result) == [["e1", "e3"], ["e2"]]


def test_same_study_is_not_merged_and_reported() -> None:
    result = run(ARTICLE, without("doi"), said=(("e1", "e2", "same_study"),))
    assert clusters(result) == [["e1"], ["e2"]]
    assert result.pairs[["verdict", "basis"]].to_numpy().tolist() == [["same_study", "person"]]


def test_a_split_entry_stands_alone() -> None:
    result = run(ARTICLE, ARTICLE, ARTICLE, said=(("e2", "", "split"),))
    assert clusters(result) == [["e1", "e3"], ["e2"]]
    assert "uncertain" not in set(result.pairs["verdict"])


def test_a_split_is_withdrawn() -> None:
    said = (("e2", "", "split"), ("e2", "", "withdraw"))
    assert clusters(run(ARTICLE, ARTICLE, said=said)) == [["e1", "e2"]]


def test_only_a_later_same_joins_a_split_entry() -> None:
    same, split = ("e1", "e2", "same"), ("e2", "", "split")
    assert clusters(run(ARTICLE, ARTICLE, said=(same, split))) == [["e1"], ["e2"]]
    assert clusters(run(ARTICLE, ARTICLE, said=(split, same))) == [["e1", "e2"]]


def test_splitting_the_first_of_equal_texts_leaves_the_others_joined() -> None:
    same = {**ARTICLE, "raw": "same"}
    result = run(same, same, same, without("doi"), said=(("e1", "", "split"),))
    assert clusters(result) == [["e1"], ["e2", "e3", "e4"]]


def test_answers_that_contradict_each_other_go_back_to_people() -> None:
    said = (("e1", "e3", "different"), ("e1", "e2", "same"), ("e2", "e3", "same"))
    result = run({"title": "A"}, {"title": "B"}, {"title": "C"}, said=said)
    assert clusters(result) == [["e1"], ["e2", "e3"]]
    verdicts = result.pairs.set_index(["entry_a", "entry_b"])["verdict"].to_dict()
    assert verdicts == {("e1", "e2"): "uncertain", ("e1", "e3"): "different", ("e2", "e3"): "duplicate"}


def test_answers_on_unknown_entries_are_ignored() -> None:
    said = (("e1", "gone", "same"), ("gone", "", "split"), ("e1", "e1", "same"))
    assert clusters(run(ARTICLE, ARTICLE, said=said)) == [["e1", "e2"]]


def test_one_question_for_two_clusters() -> None:
    one, other = without("issue", "pages"), without("issue", "pages", doi="10.1080/2222")
    result = run(one, one, other, other)
    asked = result.pairs[result.pairs["verdict"] == "uncertain"]
    assert len(result.records) == 2
    assert len(asked) == 1


def test_an_answer_about_one_pair_settles_the_two_clusters() -> None:
    one, other = without("issue", "pages"), without("issue", "pages", doi="10.1080/2222")
    result = run(one, one, other, other, said=(("e1", "e3", "different"),))
    assert "uncertain" not in set(result.pairs["verdict"])
    assert len(result.records) == 2


def test_updates_of_a_review_follow_the_protocol() -> None:
    review = {
        "title": "Treatment for POEMS syndrome",
        "authors": ["Kuwabara, S", "Dispenzieri, A"],
        "journal": "Cochrane Database of Systematic Reviews",
        "pages": "CD006828",
    }
    table = entries({**review, "year": 2008}, {**review, "year": 2012, "issue": "6"})
    merged = deduplicate(table, answers(), DedupSection(cochrane_versions="merged"))
    apart = deduplicate(table, answers(), DedupSection(cochrane_versions="apart"))
    assert (len(merged.records), len(apart.records)) == (1, 2)


def test_a_lower_title_threshold_merges_more() -> None:
    other = without("doi", "pages", title="Facilitating co-production within public service: managerial implication")
    table = entries(without("doi", "pages"), other)
    assert len(deduplicate(table, answers(), DedupSection(title_similarity=0.8)).records) == 1
    assert len(deduplicate(table, answers(), DedupSection(title_similarity=0.99)).records) == 2


def test_the_given_tables_are_not_changed() -> None:
    table, said = entries(ARTICLE, without("doi")), answers(("e1", "e2", "different"))
    before = table.copy(deep=True), said.copy(deep=True)
    deduplicate(table, said, DedupSection())
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(said, before[1])
