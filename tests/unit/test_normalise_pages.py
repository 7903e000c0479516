"""Pages, volumes and issues as numbers, with all the ways exports spoil them."""

from __future__ import annotations

import pytest

from pipeline.normalise.pages import PageSpan, leading_number, page_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("482-491", PageSpan(482, 491, "")),
        ("482-91", PageSpan(482, 491, "")),
        ("482--491", PageSpan(482, 491, "")),
        ("482–491", PageSpan(482, 491, "")),
        ("376 -- 383", PageSpan(376, 383, "")),
        ("pp. 482-491", PageSpan(482, 491, "")),
        ("p. 482", PageSpan(482, None, "")),
        ("S123", PageSpan(123, None, "s")),
        ("S123-S125", PageSpan(123, 125, "s")),
        ("e43268", PageSpan(43268, None, "e")),
        ("CD006828", PageSpan(6828, None, "cd")),
        ("1217-24; discussion 1224-5", PageSpan(1217, 1224, "")),
        ("484-491 + 505", PageSpan(484, 491, "")),
        ("06-Oct", PageSpan(6, 10, "")),
        ("Oct-16", PageSpan(10, 16, "")),
        ("xi-xv", PageSpan(11, 15, "roman")),
        ("iv", PageSpan(4, None, "roman")),
        ("35+", PageSpan(35, None, "")),
        ("249A", PageSpan(249, None, "")),
    ],
)
def test_pages_that_can_be_read(text: str, span: PageSpan) -> None:
    assert page_span(text) == span


@pytest.mark.parametrize("text", ["", "  ", "n/a", "NA", "unknown", "no pagination", "-", "In press", "forthcoming"])
def test_pages_that_say_nothing(text: str) -> None:
    assert page_span(text) is None


def test_same_article_in_two_layouts() -> None:
    first, second = page_span("S123"), page_span("123-125")
    assert first is not None and second is not None
    assert first.first == second.first


def test_very_long_numbers_do_not_break() -> None:
    span = page_span("9" * 40)
    assert span is not None and span.first == 999999999999999


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10", "10"),
        ("10 (7) (no pagination)", "10"),
        ("Vol. 12", "12"),
        ("007", "7"),
        ("5 Suppl 2", "5"),
        ("Suppl 2", "2"),
        ("XIV", "14"),
        ("61 (Supplement 1)", "61"),
        ("1)", ""),
        ("UNKNOWN", ""),
        ("n/a", ""),
        ("", ""),
        ("Spec No", ""),
        ("2015-April", "2015"),
    ],
)
def test_volumes_and_issues(text: str, number: str) -> None:
    assert leading_number(text) == number
