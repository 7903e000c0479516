"""Bytes to text: encodings, line ends, and what is refused because it is no text."""

from __future__ import annotations

import pytest

from pipeline.errors import BAD_DATA, InputError
from pipeline.formats import decode, read_export

RIS = "TY  - JOUR\nTI  - Über „Räume“ – ein Überblick\nAU  - Nuñez, Zoë\nER  - \n"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_encodings(encoding: str, named: str) -> None:
    found = decode(RIS.encode(encoding))
    assert found.text == RIS
    assert found.encoding == named
    assert any("guess" in remark for remark in found.remarks) == (named in ("cp1252", "mac_roman"))


def test_cp1252_stays_cp1252_with_few_accents() -> None:
    for words in ("résumé", "naïve – “quoted” don’t", "Krešimir Müller", "œuvre complète", "Straße"):
        assert decode(f"title\n{words}\n".encode("cp1252")).text == f"title\n{words}\n"


def test_bytes_that_cp1252_leaves_undefined() -> None:
    found = decode(b"title\nm\xfcller \x81 x\n")
    assert found.text == "title\nmüller \x81 x\n"
    assert "\ufffd" not in found.text


def test_byte_order_mark_inside_is_stripped() -> None:
    assert decode("a\ufeffb\n\ufeffc".encode()).text == "ab\nc"


def test_lost_characters_and_nul_are_remarked() -> None:
    found = decode("title\nlost \ufffd character\x00 here, a longer line of words and more of them\n".encode())
    assert any("U+FFFD" in remark for remark in found.remarks)
    assert any("NUL" in remark for remark in found.remarks)


def test_damaged_utf16_is_read_and_remarked() -> None:
    data = "title\nsomething".encode("utf-16") + b"\x00"
    found = decode(data)
    assert found.text.startswith("title\nsomething")
    assert any("damaged" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (b"a\r\nb\r\n", "a\nb\n"),
        (b"a\rb\r", "a\nb\n"),
        (b"a\r\nb\rc\r\n", "a\nb\rc\n"),
        (b"a\nb\rc\n", "a\nb\rc\n"),
        ("a\u2028b\u2029c\x85d\x0ce\x0bf\n".encode(), "a\u2028b\u2029c\x85d\x0ce\x0bf\n"),
    ],
)
def test_line_ends(given: bytes, text: str) -> None:
    assert decode(given).text == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", "a damaged zip archive or workbook"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "an old Word"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x89PNG\r\n", "picture"),
        (b"{\\rtf1 TY  - JOUR}", "rich text"),
        (b"<!DOCTYPE html>\n<html>", "web page"),
        (b"\n  <!-- login --> <HTML><body>", "web page"),
        (b"\xef\xbb\xbf<html>", "web page"),
        (bytes(range(1, 32)) * 20, "binary"),
        (b"\x00\x01\x02\x03" * 50, "binary"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_export("references/x.csv", data)
    assert words in str(caught.value)
    assert str(caught.value).startswith("references/x.csv: ")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == BAD_DATA


def test_comments_before_html_are_searched_in_linear_time() -> None:
    assert decode(b"<!--" + b"-->" * 20000 + b"<notes>").encoding == "utf-8"
