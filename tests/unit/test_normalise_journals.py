"""Names of journals: abbreviations, translations, acronyms of proceedings, and names that only look alike."""

from __future__ import annotations

import pytest

from pipeline.normalise.journals import is_abbreviation, is_acronym, journal_forms, journal_similarity


def similarity(one: str, other: str) -> float:
    return journal_similarity(journal_forms(one), journal_forms(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Public Management Review", "PUBLIC MANAGEMENT REVIEW"),
        ("Public Money & Management", "Public Money and Management"),
        ("The British Journal of Criminology", "British Journal of Criminology"),
        ("International Review of Administrative Sciences", "Int. Rev. Adm. Sci."),
        ("BMJ Quality & Safety", "BMJ Qual Saf"),
        ("Public Money & Management", "PUBLIC MONEY MANAGE"),
        ("Zhonghua jie he za zhi = Chinese journal of tuberculosis", "Chinese Journal of Tuberculosis"),
        ("Vaccine [Electronic Resource]", "Vaccine"),
        ("JAMA : the journal of the American Medical Association", "JAMA"),
        ("Der Chirurg; Zeitschrift für alle Gebiete", "Chirurg"),
        ("AMCIS 2017 Proceedings", "Americas Conference on Information Systems"),
        ("International Conference on Information Systems", "ICIS: Transforming Society"),
        ("Pediatric Nephrology.Conference: 44th Annual Meeting", "Pediatric Nephrology"),
        ("Hawaii International Conference on System Sciences", "50th Annual Hawaii Conference on System Sciences"),
        ("Proceedings of the 33rd Annual ACM Conference", "Proceedings of the 34th Annual ACM Conference"),
    ],
)
def test_one_journal_under_two_names(one: str, other: str) -> None:
    assert similarity(one, other) >= 0.8
    assert similarity(one, other) == similarity(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Public Management Review", "Governance"),
        ("International Conference on Information Systems", "Americas Conference on Information Systems"),
        ("Journal of Urology", "Journal of Rheumatology"),
        ("Public Administration", "Public Management Review"),
        ("Diabetes", "Diabetologia und Stoffwechsel"),
        ("Diabetes", "Diabetes Care"),
        ("Neurology", "Journal of Neurology"),
    ],
)
def test_two_journals(one: str, other: str) -> None:
    assert similarity(one, other) < 0.8


def test_a_missing_name_is_like_nothing() -> None:
    assert journal_forms("") == ()
    assert similarity("", "Public Management Review") == 0.0


def test_years_and_ordinals_do_not_count() -> None:
    assert journal_forms("Proceedings of the 33rd Conference 2015") == ("proceedings conference",)


def test_the_name_of_a_conference_is_not_cut() -> None:
    assert journal_forms("European Conference on Information Systems") == ("european conference information systems",)


def test_a_name_of_small_words_alone_is_kept() -> None:
    assert journal_forms("On the") == ("on the",)


@pytest.mark.parametrize(
    ("short", "full", "outcome"),
    [
        ("int rev adm sci", "international review administrative sciences", True),
        ("j pers soc psychol", "journal personality social psychology", True),
        ("dtsch med wochenschr", "deutsche medizinische wochenschrift", True),
        ("int rev adm", "international review administrative sciences", False),
        ("ext rev adm sci", "international review administrative sciences", False),
        ("", "", False),
    ],
)
def test_abbreviations(short: str, full: str, outcome: bool) -> None:
    assert is_abbreviation(short, full) is outcome


@pytest.mark.parametrize(
    ("short", "full", "outcome"),
    [
        ("icis", "international conference information systems", True),
        ("amcis", "americas conference information systems", True),
        ("pacis", "pacific asia conference information systems", True),
        ("jama", "journal american medical association", True),
        ("ecis", "international conference information systems", False),
        ("is", "information systems", False),
        ("icisx", "international conference information systems", False),
    ],
)
def test_acronyms(short: str, full: str, outcome: bool) -> None:
    assert is_acronym(short, full.split()) is outcome
