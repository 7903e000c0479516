"""Which addresses become links."""

from __future__ import annotations

import pytest

from pipeline.report.links import safe_link

HARMLESS = (
    "records/screened.csv",
    "#sources",
    "?page=2",
    "https://doi.org/10.1136/bmj.n71",
    "HTTP://a.example",
    "/a:b",
)
HARMFUL = (
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript\u200b:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//elsewhere.example/x",
    "\\\\elsewhere\\x",
    "/\\elsewhere",
    "a b.csv",
    "",
    "   ",
)


@pytest.mark.parametrize("address", HARMLESS)
def test_web_addresses_and_places_of_the_page_become_links(address: str) -> None:
    assert safe_link(address) == address


@pytest.mark.parametrize("address", HARMFUL)
def test_scripts_data_and_tricks_never_do(address: str) -> None:
    assert safe_link(address) is None


def test_space_around_an_address_is_left_out() -> None:
    assert safe_link("  records/screened.csv\n") == "records/screened.csv"
