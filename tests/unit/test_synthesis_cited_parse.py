"""Cited references: every layout, what is missing stays missing, and no text takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.cell_lists import scopus_references
from pipeline.synthesis.cited_keys import joined_keys, key_surname, keys_of
from pipeline.synthesis.cited_parse import LONGEST, find_dois, layout_of, parse_reference, parse_references, surname


def parts(text: str) -> tuple[object, ...]:
    found = parse_reference(text)
    return found.layout, found.author, found.year, found.title, found.source, found.volume, found.page, found.doi


# --- the strings that must pass


def test_web_of_science_with_a_comma_after_the_surname() -> None:
    found = parse_reference("Aaker, JL, 1997, J MARKETING RES, V34, P347, DOI 10.2307/3151897")
    assert (found.author, found.year, found.source) == ("Aaker", 1997, "J MARKETING RES")
    assert (found.volume, found.page, found.doi, found.several_dois) == ("34", "347", "10.2307/3151897", False)


def test_several_dois_keep_the_first_and_are_flagged() -> None:
    text = "Zupic I, 2015, ORGAN RES METHODS, V18, P429, DOI [10.1177/1094428114562629, 10.1016/j.ufug.2020.126932]"
    found = parse_reference(text)
    assert (found.doi, found.several_dois) == ("10.1177/1094428114562629", True)
    assert (found.volume, found.page, found.source) == ("18", "429", "ORGAN RES METHODS")
    assert find_dois("DOI [10.1177/1, 10.1177/1]") == ("10.1177/1", False), "one DOI twice is one"


def test_without_a_year_a_reference_is_kept() -> None:
    (found,) = parse_references(["[Anonymous], ANAL DONNESS ANAL CO"])
    assert (found.author, found.year, found.source) == ("", 0, "ANAL DONNESS ANAL CO")


def test_scopus_until_2022_has_the_year_before_the_source() -> None:
    text = "Bovaird, T., Beyond engagement and participation (2007) Public Administration Review, 67 (5), pp. 846-860"
    wanted = ("scopus_2022", "Bovaird", 2007, "Beyond engagement and participation", "Public Administration Review")
    assert parts(text) == (*wanted, "67", "846", "")


def test_scopus_since_2023_has_the_year_last() -> None:
    text = "Pestoff V., Citizens and co-production of welfare services, Public Management Review, 8, 4, pp. 503-519"
    text += ", (2006)"
    wanted = ("scopus_2023", "Pestoff", 2006, "Citizens and co-production of welfare services")
    assert parts(text) == (*wanted, "Public Management Review", "8", "503", "")


def test_scopus_of_2025_parts_authors_as_it_parts_references() -> None:
    cell = (
        "Cheng M.; Xue Y.; Cui M., Title, Spine, 50, pp. E128-E139, (2025); Li T.; Yan J., Title, Ann Med, 57, (2025)"
    )
    texts = scopus_references(cell)
    assert len(texts) == 2
    one, other = parse_references(texts)
    assert one[:8] == ("scopus_2025", "Cheng", 2025, "Title", "Spine", "50", "E128", "")
    assert other[:8] == ("scopus_2025", "Li", 2025, "Title", "Ann Med", "57", "", "")


def test_a_reference_with_a_comma_in_the_name_does_not_hang() -> None:
    text = (
        "Amit, Raphael, CHALLENGES TO THEORY DEVELOPMENT IN ENTREPRENEURSHIP RESEARCH*, "
        "Journal of Management Studies, 30, 5, pp. 815-834, (1993)"
    )
    found = parse_reference(text)
    assert (found.year, found.source, found.volume, found.page) == (1993, "Journal of Management Studies", "30", "815")


# --- the layouts in their variants


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1856, LUNCH NEWS, V8, P287", ("", 1856, "LUNCH NEWS", "8", "287")),
        ("DOE J, LUNCHES OF ROME, V9, P44", ("DOE", 0, "LUNCHES OF ROME", "9", "44")),
        ("DOE J, 1990, P67, DOI 10.1007/978-0", ("DOE", 1990, "", "", "67")),
        ("Doe J, 2004, LUNCH P, VB 4, P275", ("Doe", 2004, "LUNCH P", "B 4", "275")),
        ("Doe J, 2004, P LUNCH SOC, V2, PA12", ("Doe", 2004, "P LUNCH SOC", "2", "A12")),
        ("Doe J, 2001, Lunch, Tea and Supper, V1, P2", ("Doe", 2001, "Lunch, Tea and Supper", "1", "2")),
        (r"{[}Anonymous], 2001, LUNCH SUPPER \& TEA, V11th, P325.", ("", 2001, "LUNCH SUPPER & TEA", "11th", "325")),
        ("van der Doe JA, 2011, VOLUME, V7", ("van der Doe", 2011, "VOLUME", "7", "")),
    ],
)
def test_web_of_science(text: str, wanted: tuple[object, ...]) -> None:
    found = parse_references([text, "Roe A, 2001, LUNCH, V1, P1"])[0]
    assert (found.author, found.year, found.source, found.volume, found.page) == wanted
    assert found.layout == "wos"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Doe, A., Roe, B.-C., Lunch, again (2001) J Lunch, 1, p. 7",
            ("Doe", 2001, "Lunch, again", "J Lunch", "1", "7"),
        ),
        ("Doe, A., (1970) Lunch for all, , Wells Press", ("Doe", 1970, "", "Lunch for all", "", "")),
        ("Doe, A., Lunch (2011), pp. 52-71", ("Doe", 2011, "", "Lunch", "", "52")),
        ("(2015), http://lunch.example/a, Accessed May 1", ("", 2015, "", "", "", "")),
        ("Food Board, Lunch report (2004)", ("Food Board", 2004, "", "Lunch report", "", "")),
        (
            "Doe, A., Lunch (2004) Meals, Tea, and Supper, 3 (SUPPL. 1), pp. S1-S2. , https://doi.org/10.1000/ABC",
            ("Doe", 2004, "Lunch", "Meals, Tea, and Supper", "3", "S1"),
        ),
    ],
)
def test_scopus_until_2022(text: str, wanted: tuple[object, ...]) -> None:
    found = parse_references([text, "Roe, A., Title (2001) Source, 1, pp. 1-2"] * 2)[0]
    assert (found.author, found.year, found.title, found.source, found.volume, found.page) == wanted
    assert found.doi == ("10.1000/abc" if "doi.org" in text else "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Doe A.B., Roe C., Of lunch, J. Lunch, 7, (1999)", ("Doe", 1999, "Of lunch", "J. Lunch", "7", "")),
        ("Doe A.B., The book of lunch, (1999)", ("Doe", 1999, "", "The book of lunch", "", "")),
        ("The state of lunch, Lunch, 5, pp. 1-2, (2023)", ("", 2023, "The state of lunch", "Lunch", "5", "1")),
        (
            "Van Eck N. J.; Roe L., Lunch, Scient., 84, 2, pp. 523-8, (2010)",
            ("Van Eck", 2010, "Lunch", "Scient", "84", "523"),
        ),
        ("Doe A., In the DNA of lunch, PNAS, 1, (2001)", ("Doe", 2001, "In the DNA of lunch", "PNAS", "1", "")),
    ],
)
def test_scopus_with_the_year_last(text: str, wanted: tuple[object, ...]) -> None:
    found = parse_reference(text)
    assert (found.author, found.year, found.title, found.source, found.volume, found.page) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Doe J, Roe A. On lunch. J Lunch. 2013;16:848-50. [pubmed 23708142]", ("Doe", 2013, "J Lunch", "16", "848")),
        ("Lunch Med. 2008 Jun;70(5):539-45 [PMID 18519880]", ("", 2008, "Lunch Med", "70", "539")),
        ("Doe, J. M., & Roe, A. (1998). On lunch. Child Meals, 3, 17-26.", ("Doe", 1998, "Child Meals", "3", "17")),
        (
            "Doe KC, Roe GM. 2000. On lunch in towns. Meal Applications 10: 528-540.",
            ("Doe", 2000, "Meal Applications", "10", "528"),
        ),
        (
            "J. Doe and A. Roe, \u201cOn Lunch,\u201d Advanced Meals 14 (2024): 2402068.",
            ("Doe", 2024, "Advanced Meals", "14", "2402068"),
        ),
    ],
)
def test_printed_references(text: str, wanted: tuple[object, ...]) -> None:
    found = parse_reference(text)
    assert (found.author, found.year, found.source, found.volume, found.page) == wanted


def test_crossref_and_openalex() -> None:
    assert parse_reference("doi:10.1000/Lunch.1").doi == "10.1000/lunch.1"
    found = parse_reference("Doe J, 2002, On lunch, Lunch Quarterly, 26, 2, 13, doi:10.1000/x")
    assert found[:8] == ("crossref", "Doe", 2002, "On lunch", "Lunch Quarterly", "26", "13", "10.1000/x")
    assert parse_reference("https://openalex.org/W2914278783").work_id == "openalex:W2914278783"
    assert parse_reference("Lunch. 2001;1:2 [pubmed 77]").work_id == "pmid:77"


def test_what_gives_no_sign_is_read_as_the_other_references_of_its_list() -> None:
    sure = "Roe A, 2001, LUNCH, V1, P1"
    assert parse_references(["SOMETHING", sure])[0].layout == "wos"
    assert layout_of("SOMETHING") is None
    assert [
        found.layout for found in parse_references(["Doe A., Lunch, J, (2001)", "Roe A.; Doe B., Tea, J, (2002)"])
    ] == [
        "scopus_2025",
        "scopus_2025",
    ], "one export writes all of its references in one way"


# --- keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Doe J, 2001, J LUNCH, V7, P12", "Doe J., Of lunch, Journal of Lunch, 7, pp. 12-19, (2001)"),
        ("VANDERDOE J, 2001, LUNCH, V7, P12", "van der Doe JA, 2001, J LUNCH, V7, P12"),
        ("Doe J, 2001, LUNCH, V7, P12, DOI 10.1000/A", "Roe K, 2002, TEA, DOI 10.1000/a"),
        ("Doe J, 1990, GOVERNING LUNCH", "Doe Jane, 1990, GOVERNING THE LUNCH"),
        ("Dóe-Roe J, 1990, LUNCH ALL US", "Doe J, 1990, LUNCH ALL US"),
    ],
)
def test_two_references_to_one_work_have_one_key(one: str, other: str) -> None:
    first, second = (keys_of(found)[0] for found in (parse_reference(one), parse_reference(other)))
    assert first == second


def test_a_reference_without_doi_takes_the_one_that_others_with_its_place_agree_on() -> None:
    texts = ["Doe J, 2001, LUNCH, V7, P12, DOI 10.1000/a", "Doe J, 2001, J LUNCH, V7, P12", "Doe J, 2001, TEA, V7, P13"]
    assert joined_keys(map(keys_of, parse_references(texts))) == ["doi:10.1000/a"] * 2 + ["doe|2001|7|13"]
    torn = [*texts[:2], "Doe J, 2001, LUNCH, V7, P12, DOI 10.1000/b"]
    assert joined_keys(map(keys_of, parse_references(torn))) == ["doi:10.1000/a", "doe|2001|7|12", "doi:10.1000/b"]


def test_a_reference_that_says_nothing_has_no_key() -> None:
    assert keys_of(parse_reference("[Anonymous], UNTOLD")) == ()
    assert joined_keys([()]) == [""]


def test_surnames() -> None:
    assert [surname(name) for name in ("Doe JA", "de la Roe M.", "World Food Board", "[Anonymous]", "")] == [
        "Doe",
        "de la Roe",
        "World Food Board",
        "",
        "",
    ]
    assert key_surname("O'Doe") == "odoe" and key_surname("De La Roe Smith") == "delaroe"


# --- any text, and time


@given(st.lists(st.text(alphabet="AaZz .,;()[]{}\\:019VPDOI/\u201c\u201d-&\u00e9", max_size=80), max_size=6))
def test_any_texts_give_one_reference_each(texts: list[str]) -> None:
    found = parse_references(texts)
    assert len(found) == len(texts)
    assert parse_references(texts) == found
    for reference in found:
        assert reference.year == 0 or 1400 <= reference.year < 2100
        keys_of(reference)


_PIECES = (
    "A",
    "a. ",
    ", ",
    "; ",
    "(2001) ",
    "(",
    "1",
    "10.1000/",
    "DOI [",
    "V1, ",
    "Doe J., ",
    "{\\",
    "\u201c",
    " ",
    "1999, ",
)


def test_no_text_of_five_thousand_characters_takes_a_tenth_of_a_second() -> None:
    for one in _PIECES:
        for other in _PIECES:
            for end in ("", ", (1999)", " (2001) J"):
                text = ((one + other) * LONGEST)[: LONGEST - len(end)] + end
                start = time.process_time()
                parse_references([text])
                scopus_references(text)
                assert time.process_time() - start < 0.1, text[:30]
