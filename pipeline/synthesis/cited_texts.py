"""References as journals print them (PubMed, Ovid, Crossref): the styles of medicine, psychology and the rest."""

from __future__ import annotations

import re

_YEAR = r"(?:1[5-9]|20)\d\d"
_BRACKET_NOTE = re.compile(r"\s*\[(?:pubmed|pmc|doi|PMID)[^\[\]]{0,200}\]")
_NUMBERS = re.compile(
    rf"(?<=\.) ({_YEAR})(?: [A-Z][a-z]{{2}}(?:[-/][A-Z][a-z]{{2}})?(?: \d{{1,2}})?)?"
    r"[;:] ?(\w{0,9})(?: ?\([^()]{0,30}\))?(?::([\w.]{0,12}))?"
)
_IN_BRACKETS = re.compile(rf"\(({_YEAR})[a-z]?(?:, [^()]{{0,30}})?\)")
_PLAIN = re.compile(rf"(?<=[.,;] )({_YEAR})[a-z]?(?=[.,;:]|$)")
_ANY = re.compile(rf"(?<!\d)({_YEAR})(?!\d)")
_SOURCE_END = re.compile(r",? (?=(?:vol\.? )?\d)|,? \(|, (?=pp?\.)|: (?=\d)|\. (?=\d)", re.IGNORECASE)
_VOLUME = re.compile(r"(?:vol\.? )?(\w{1,9}?)(?: ?\([^()]{0,30}\))?(?:[:,;]? (?:pp?\.? ?)?|:)([A-Za-z]?\d\w{0,11})?")
_QUOTED = re.compile('[\u201c"]([^\u201c\u201d"]{3,600})[\u201d"]')
_SENTENCE = re.compile(r"(?<=[^\s.]{3}[.?!]) (?=\S)")

Parts = tuple[str, int, str, str, str, str]


def printed_parts(text: str) -> Parts:
    """Return author, year, title, source, volume and first page of a printed reference, as far as they can be told.

    Args:
        text: the reference; notes such as `[pubmed 123]` are left out. Linear in its length.
    """
    plain = _BRACKET_NOTE.sub("", text).strip()
    if numbers := _NUMBERS.search(plain):
        return _medical(plain, numbers)
    dated = _IN_BRACKETS.search(plain) or _PLAIN.search(plain) or _ANY.search(plain)
    if quoted := _QUOTED.search(plain):
        return _with_quotes(plain, quoted, int(dated[1]) if dated else 0)
    if not dated:
        return "", 0, "", "", "", ""
    sentences = [part for part in _SENTENCE.split(plain[dated.end() :].lstrip(" ).,:;")) if part]
    title = sentences[0].rstrip(" .") if len(sentences) > 1 else ""
    behind = " ".join(sentences[1:2]) if title else "".join(sentences)
    source, volume, page = _source(behind)
    if not source:
        title, source = "", title
    return _first_author(plain[: dated.start()]), int(dated[1]), title, source, volume, page


def _medical(plain: str, numbers: re.Match[str]) -> Parts:
    """`Doe A, Roe B. Title. Journal. 2001;12:34-5`, or the journal alone."""
    sentences = [part.strip(" .") for part in _SENTENCE.split(plain[: numbers.start()]) if part.strip(" .")]
    if not sentences:
        return "", int(numbers[1]), "", "", numbers[2], numbers[3] or ""
    whole = plain[: numbers.start()].rstrip(". ")
    if len(sentences) == 1:
        return "", int(numbers[1]), "", whole, numbers[2], numbers[3] or ""
    title = " ".join(sentences[1:-1])
    return _first_author(sentences[0]), int(numbers[1]), title, sentences[-1], numbers[2], numbers[3] or ""


def _with_quotes(plain: str, quoted: re.Match[str], year: int) -> Parts:
    """`A. Doe and B. Roe, "Title," Journal 12 (2001): 34-45`."""
    source, volume, page = _source(plain[quoted.end() :].strip(" ,."))
    title = quoted[1].rstrip(" ,.")
    return _first_author(plain[: quoted.start()]), year, title, source or title, volume, page


def _source(behind: str) -> tuple[str, str, str]:
    """Return the source, the volume and the first page of what stands behind a title."""
    end = _SOURCE_END.search(behind)
    source = (behind[: end.start()] if end else behind).strip(" .,;")
    numbers = _VOLUME.match(behind, end.end()) if end else None
    if numbers is None or not any(map(str.isdigit, numbers[1])):
        return source, "", ""
    return source, numbers[1], numbers[2] or ""


def _first_author(names: str) -> str:
    """Return the surname of the first of some names, given names before it or behind it."""
    first = re.split(r",|;| & | and | et al", names.strip(" .,;("), maxsplit=1)[0].strip()
    words = first.split()
    while len(words) > 1 and re.fullmatch(r"(?:[^\W\d_]\.-?){1,4}", words[0]):
        words = words[1:]
    while len(words) > 1 and re.fullmatch(r"[^\W\d_a-z]{1,3}|(?:[^\W\d_]\.-?){1,4}", words[-1]):
        words = words[:-1]
    return " ".join(words) if len(words) <= 6 else ""
