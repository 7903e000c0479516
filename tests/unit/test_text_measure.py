"""Widths and line breaks of figure text."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.fonts import fallback_fonts
from pipeline.report.text_measure import clean_text, has_right_to_left, text_width, wrap

FALLBACKS = fallback_fonts("数据库قاعدة").files

# Advance widths of Arial and Liberation Sans in em, regular and bold: the shipped typeface is as wide.
ARIAL = {
    " ": (0.278, 0.278),
    "i": (0.222, 0.278),
    "a": (0.556, 0.556),
    "m": (0.833, 0.889),
    "W": (0.944, 0.944),
    "0": (0.556, 0.556),
    "(": (0.333, 0.333),
    "=": (0.584, 0.584),
    "@": (1.015, 0.975),
    "é": (0.556, 0.556),
}


@pytest.mark.parametrize("character", ARIAL)
def test_widths_are_those_of_the_typeface_which_is_as_wide_as_arial(character: str) -> None:
    assert text_width(character, 1) == pytest.approx(ARIAL[character][0], abs=0.001)
    assert text_width(character, 1, bold=True) == pytest.approx(ARIAL[character][1], abs=0.001)


@pytest.mark.parametrize("path", FALLBACKS, ids=[path.name for path in FALLBACKS])
def test_lines_that_need_another_font_fit_in_that_font(path: Path) -> None:
    with TTFont(path, fontNumber=0, lazy=True) as font:
        metrics, glyphs, unit = font["hmtx"], font.getBestCmap(), font["head"].unitsPerEm
        for line in ("（CNKI）数据 库 (n = 1234567890)", "قاعدة بيانات المنهل للدوريات ضصسش (n = 3)", "שירות فرطي Aim"):
            if all(ord(character) in glyphs for character in line):
                drawn = sum(metrics[glyphs[ord(character)]][0] for character in line) / unit
                assert drawn <= text_width(line, 1)


def test_wide_characters_take_at_least_one_em_and_marks_none() -> None:
    assert text_width("研究", 10) >= 20
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("\ufdfd", 10) > 100
    assert text_width("🎉", 10) > 10


def test_control_and_direction_changing_characters_are_removed() -> None:
    assert clean_text("a\x00b\x1b[31m\r\n\tc") == "a b [31m c"
    assert clean_text("\u202eab\u2066c\u200b\ufeff") == "abc"
    assert clean_text("می\u200cشود") == "می\u200cشود"
    assert clean_text("\ud800x\ufffe") == "�x�"


def test_heaps_of_marks_are_cut() -> None:
    assert clean_text("a" + "\u0301" * 50) == "a" + "\u0301" * 4


@given(st.text(max_size=200))
def test_cleaned_text_can_be_cleaned_again_and_written(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@given(st.text(max_size=200).map(clean_text), st.integers(60, 300), st.booleans())
def test_no_line_is_wider_than_asked_and_no_character_is_lost(text: str, width: int, bold: bool) -> None:
    lines = wrap(text, width, 9, bold=bold, unbroken_tail="(n = 12)")
    single = max((text_width(character, 9, bold=bold) for character in text), default=0)
    assert all(text_width(line, 9, bold=bold) <= max(width, single * 1.01) for line in lines)
    assert "".join("".join(lines).split()) == "".join(f"{text}(n = 12)".split())
    assert lines[-1].endswith("(n = 12)")


def test_an_unbroken_word_is_cut_between_characters_as_readers_see_them() -> None:
    pieces = wrap("e\u0301" * 40, 60, 9)
    assert len(pieces) > 1
    assert all(not piece.startswith("\u0301") for piece in pieces)


def test_chains_of_joiners_do_not_make_one_endless_character() -> None:
    for chain in ("W" + "\u200dW" * 200, "क" + "ा" * 200):
        assert all(text_width(line, 9) <= 120 for line in wrap(chain, 120, 9))


def test_the_number_stays_together_as_long_as_it_fits() -> None:
    assert wrap("Reports excluded", 60, 9, unbroken_tail="(n = 3)") == ("Reports", "excluded", "(n = 3)")
    assert wrap("", 90, 9, unbroken_tail="(n = 3)") == ("(n = 3)",)
    assert wrap("", 90, 9) == ("",)


def test_a_number_too_long_for_a_line_is_cut_rather_than_let_out() -> None:
    lines = wrap("x", 60, 9, unbroken_tail=f"(n = {10**20})")
    assert len(lines) > 2
    assert all(text_width(line, 9) <= 60 for line in lines)


def test_direction_is_seen() -> None:
    assert has_right_to_left("a עברית")
    assert has_right_to_left("العربية")
    assert not has_right_to_left("Łódź 研究")
