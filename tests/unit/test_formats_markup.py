"""Mark-up to plain text, without losing what is not mark-up."""

from __future__ import annotations

import time

import pytest

from pipeline.normalise.markup import mended, one_line, plain, without_entities, without_latex, without_tags


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("Trends &amp; Issues", "Trends & Issues"),
        ("Alzheimer&#39;s &#x2013; care", "Alzheimer's – care"),
        ("&amp;lt;i&amp;gt;", "<i>"),
        ("&amp;amp;", "&"),
        ("AT&T; R&D", "AT&T; R&D"),
        ("&copy 2020", "&copy 2020"),
        ("&nosuchentity;", "&nosuchentity;"),
    ],
)
def test_entities(given: str, text: str) -> None:
    assert without_entities(given) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("H<sub>2</sub>O and <i>E. coli</i>", "H2O and E. coli"),
        ("p < 0.05 and q > 3", "p < 0.05 and q > 3"),
        ("p<0.05 <b>bold</b>", "p<0.05 bold"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("<jats:p>One</jats:p> <jats:title>T</jats:title>", "One T"),
        ('<AbstractText Label="AIM" NlmCategory="OBJECTIVE">Look.</AbstractText>', "AIM: Look."),
        ("line<br/>break<br>", "line break"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("a <i b", "a <i b"),
        ("if x <i> y", "if x y"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math>", "x"),
    ],
)
def test_tags(given: str, text: str) -> None:
    assert plain(given) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (r"M{\"u}ller", "Müller"),
        (r"M\"uller", "Müller"),
        (r"M{\"{u}}ller", "Müller"),
        (r"Nu\~{n}ez", "Nuñez"),
        (r"Fran\c{c}ois and \c cedilla", "François and çedilla"),
        (r"\v{S}koda, \v Skoda", "Škoda, Škoda"),
        (r"D\'{\i}az, D\'\i az", "Díaz, Díaz"),
        (r"{\'E}lise", "Élise"),
        (r"\AA sa, {\AA}sa, \o re, stra{\ss}e", "Åsa, Åsa, øre, straße"),
        (r"50\% of R\&D at \$5 \#1 a\_b", "50% of R&D at $5 #1 a_b"),
        (r"50% stays, nothing is a comment", "50% stays, nothing is a comment"),
        (r"{A} {Title} in {{Braces}}", "A Title in Braces"),
        (r"\{kept\}", "{kept}"),
        (r"$\alpha$-test, $\beta$", "α-test, β"),
        (r"it costs $5 and $10", "it costs $5 and $10"),
        (r"\emph{stressed} and \textbf{bold}", "stressed and bold"),
        (r"\textsuperscript{2}", "2"),
        (r"a -- b --- c", "a – b — c"),
        (r"``quoted''", "“quoted”"),
        (r"Knuth~D.", "Knuth\u00a0D."),
        (r"\unknowncommand{x} stays", r"\unknowncommandx stays"),
        (r"line\\break", "line break"),
        (r"\textregistered{} mark", "® mark"),
        (r"$\leq$", "≤"),
        ("plain", "plain"),
    ],
)
def test_latex(given: str, text: str) -> None:
    assert plain(given, latex=True) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("sets {a, b} and C:\\temp", "sets {a, b} and C:\\temp"),
        ("range 1--2 and ~3", "range 1--2 and ~3"),
        (r"caf\'{e}", "café"),
        (r"the $\beta $-catenin", "the β -catenin"),
    ],
)
def test_latex_outside_bibtex_only_where_it_is_plain(given: str, text: str) -> None:
    assert plain(given) == text


@pytest.mark.parametrize("words", ["Müller – “study”", "Ñandú café", "naïve’s", "œuvre à 5 €"])
def test_text_encoded_twice_is_mended(words: str) -> None:
    assert mended(_twice(words)) == words
    assert mended(words) == words


def _twice(words: str) -> str:
    """Return the words as a program shows them that takes UTF-8 for cp1252."""
    undefined = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
    return "".join(chr(b) if b in undefined else bytes([b]).decode("cp1252") for b in words.encode("utf-8"))


def test_mended_leaves_what_is_not_wholly_broken() -> None:
    for words in ("Ã© and 中", "Â", "São Paulo Ã", "Ã", "a plain text"):
        assert mended(words) == words


def test_one_line_keeps_unicode_line_separators() -> None:
    assert one_line(" a\r\n\t b\u2028c ") == "a b\u2028c"


def test_without_tags_leaves_text_without_tags_alone() -> None:
    assert without_tags("nothing here") == "nothing here"
    assert without_latex("nothing here") == "nothing here"


@pytest.mark.parametrize(
    "text",
    [
        "<i " * 200_000,
        "&amp;" * 200_000,
        "{" * 300_000,
        "\\a" * 200_000,
        "$a" * 200_000,
        "\\'{" * 100_000,
        "<p" * 300_000,
        "\\v " * 200_000,
        "-" * 500_000,
        "'" * 500_000,
    ],
)
def test_linear_time(text: str) -> None:
    start = time.process_time()
    plain(text, latex=True)
    assert time.process_time() - start < 5
