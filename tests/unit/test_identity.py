"""Ids of entries: what they depend on, which mistakes they show, and that no spreadsheet misreads them."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipeline.identity import ALPHABET, check_character, clean_id, entry_id, id_problem, normal_raw, text_sha256

TEXT = "TY  - JOUR\nTI  - Co-production\nER  -"


@pytest.mark.parametrize(
    ("raw", "occurrence", "known"),
    [
        (TEXT, 1, "rf173fgxptncn2"),
        (TEXT, 2, "r0acxx7vsew1h5"),
        ("@article{a, title = {Größe}}", 1, "rn1b1aekrr34bb"),
        ("", 1, "rm07rfca846c7h"),
    ],
)
def test_known_texts_keep_their_ids_for_ever(raw: str, occurrence: int, known: str) -> None:
    assert entry_id(raw, occurrence) == known


@pytest.mark.parametrize(
    "same",
    [
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        "\ufeff" + TEXT,
        TEXT.replace("\n", "  \t\n"),
        "\n\n" + TEXT + "\n\n",
        "  \n" + TEXT + "\n \t\n",
    ],
)
def test_line_ends_marks_and_blanks_at_line_ends_do_not_count(same: str) -> None:
    assert entry_id(same) == entry_id(TEXT)
    assert normal_raw(same) == TEXT


@pytest.mark.parametrize("other", [TEXT + "x", TEXT.lower(), " " + TEXT, TEXT.replace("\n", "\n\n"), TEXT[:-1]])
def test_another_text_is_another_entry(other: str) -> None:
    assert entry_id(other) != entry_id(TEXT)


def test_identical_texts_are_told_apart_by_their_number() -> None:
    assert len({entry_id(TEXT, number) for number in range(1, 50)}) == 49


def test_no_text_can_pass_for_the_second_of_another() -> None:
    assert entry_id(TEXT + "\x1f2") != entry_id(TEXT, 2)
    assert entry_id(TEXT + "\x1f", 2) != entry_id(TEXT + "\x1f\x1f2")


def test_a_lone_surrogate_in_a_text_is_no_obstacle() -> None:
    assert id_problem(entry_id("title \ud800")) is None
    assert len(text_sha256("\ud800", None)) == 64


def test_every_changed_character_is_found() -> None:
    good = entry_id(TEXT)
    for place in range(len(good)):
        for character in ALPHABET:
            if {character, good[place]} in ({"0", "z"}, {good[place]}):
                continue
            assert id_problem(good[:place] + character + good[place + 1 :]), (place, character)


def test_only_0_and_z_pass_for_one_another() -> None:
    assert check_character("00000000000z") == check_character("000000000000")
    assert id_problem("r" + "000000000000" + check_character("000000000000")) is None


@pytest.mark.parametrize("number", range(20))
def test_swapped_neighbours_are_found(number: int) -> None:
    good = entry_id(f"entry {number}")
    for place in range(len(good) - 1):
        one, two = good[place], good[place + 1]
        if one != two and {one, two} != {"0", "z"}:
            assert id_problem(good[:place] + two + one + good[place + 2 :]), (good, place)


@pytest.mark.parametrize(
    "wrong", ["", "r", "x" * 14, "r" * 13, "r" * 15, "R" + "0" * 13, "r00000000000o0", "r0000 00000000"]
)
def test_what_is_no_id_is_said_to_be_none(wrong: str) -> None:
    assert str(id_problem(wrong)).startswith("not an id")


def test_a_mistyped_id_is_told_from_no_id() -> None:
    good = entry_id(TEXT)
    wrong = good[:3] + ("a" if good[3] != "a" else "b") + good[4:]
    assert "mistyped" in str(id_problem(wrong))


def test_an_id_typed_by_hand_is_repaired() -> None:
    good = next(found for found in map(entry_id, map(str, range(999))) if "0" in found and "1" in found)
    for typed in (
        good.upper(),
        f"  {good}\u00a0\n",
        f"'{good}",
        f'"{good}"',
        good.replace("0", "O"),
        good.replace("0", "o"),
        good.replace("1", "l"),
        good.replace("1", "I"),
        good[:5] + " " + good[5:],
    ):
        assert clean_id(typed) == good, typed
    assert clean_id("") == ""


def test_no_id_can_be_read_as_a_number_or_a_date() -> None:
    for number in range(500):
        found = entry_id(str(number))
        assert found[0] == "r"
        assert found.isascii()
        assert found.isalnum()
        with pytest.raises(ValueError):
            float(found)
        with pytest.raises(ValueError):
            int(found, 16)
        for form in ("%d%b", "%b%d", "%d%b%Y", "%b%Y"):
            with pytest.raises(ValueError):
                datetime.strptime(found, form)


def test_the_hash_of_a_read_text_leaves_out_case_spacing_and_the_last_point() -> None:
    known = text_sha256("A  title.", "An abstract")
    assert known == text_sha256("a title", "AN\nABSTRACT. ")
    assert known != text_sha256("a title", "an abstracts")
    assert text_sha256("a b", None) == text_sha256("a b", "")
    assert text_sha256("a", "b") != text_sha256("a b", None)
