"""One cited reference as text -> its author, year, title, source, volume, page and DOI, in every layout exports have.

All of it takes linear time: texts are split at `, ` and parts are told apart by patterns that look at one part; texts
are cut at `LONGEST` characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.synthesis.cited_columns import Layout
from pipeline.synthesis.cited_texts import printed_parts

LONGEST = 5_000

_YEAR = r"(?:1[4-9]|20)\d\d"
_YEAR_PART = re.compile(rf", ({_YEAR})(?=, |$)")
_YEAR_FIRST = re.compile(rf"({_YEAR})(?=, )")
_YEAR_LAST = re.compile(rf"\(({_YEAR})[a-z]?\)[\s.]*$")
_YEAR_INSIDE = re.compile(rf"\((?<![^ ]\()({_YEAR})[a-z]?\)(?:,? (?=[^\s.,])|$)")
_NUMBERED = re.compile(r"\d(?:\(\w{1,9}\))?:[A-Za-z]?\d")
_WOS_TAIL = re.compile(r", (?:V(?=\S*\d)\S+|P(?=\w*\d)[\w.-]+|DOI \S+)(?=, |$)")
_WOS_VOLUME = re.compile(r"V(?=\S*\d)\S+|V[A-Z] \d+|V[IVXLC]+")
_WOS_PAGE = re.compile(r"P(?=\w*\d)[\w.\-]+|P[ivxlc]+|P[IVXLC]+")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"]+")
_NUMBER = re.compile(r"[A-Za-z]{0,2}\d+[A-Za-z]?(?:[-/\u2013]\d+)?(?: \([^()]{0,30}\))?")
_VOLUME_ISSUE = re.compile(r"(\S+?)(?: \(([^()]{0,30})\))?[\s.]*")
_PAGES = re.compile(r"pp?\. ?(\S+)")
_TAIL_WORD = re.compile(r"(?:suppl|no|iss|issue|vol|part|pt|art|art\. no|special issue|spec\. iss)\b", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_a-zß-öø-ÿ][.’']?[- ]?|[A-Z][a-z]?\.[- ]?){1,5}(?:Jr\.?|II|III)?")
_ADDED = re.compile(r"(?:https?:|doi|pmid|www\.|\W*$)", re.IGNORECASE)
_OPENALEX = re.compile(r"(?:https?://openalex\.org/)?(W\d{4,12})")
_PUBMED = re.compile(r"\[(?:pubmed|PMID) (\d{1,9})\]")
_EVEN: frozenset[Layout] = frozenset({"wos", "scopus_2022", "scopus_2023", "scopus_2025"})
_MISTAKEN: frozenset[Layout] = frozenset({"wos", "crossref", "scopus_2022", "text"})
"""Databases that write all references in one way, and layouts that one of theirs may be mistaken for by itself."""

_ANONYMOUS = frozenset({"[anonymous]", "anonymous", "anon", "[anon]"})


class CitedReference(NamedTuple):
    """What a reference says; an empty text (0 for the year) stands for what it does not say.

    `work_id` is the work's number where the reference is or has one: `openalex:W123`, `pmid:123`.
    """

    layout: Layout
    author: str = ""
    year: int = 0
    title: str = ""
    source: str = ""
    volume: str = ""
    page: str = ""
    doi: str = ""
    several_dois: bool = False
    work_id: str = ""


def parse_references(texts: Sequence[str]) -> list[CitedReference]:
    """Return the references of one record, each read in its own layout; what gives no sign is read as the others.

    Args:
        texts: the record's cited references as the export has them.

    Returns:
        One a text, in order. Linear in their length.
    """
    cut = [text[:LONGEST].strip() for text in texts]
    layouts = [layout_of(text) for text in cut]
    told = Counter(layout for layout in layouts if layout is not None)
    usual: Layout = min(told, key=lambda layout: (-told[layout], layout)) if told else "wos"
    if told["scopus_2025"] and usual == "scopus_2023":
        usual = "scopus_2025"
    if usual == "openalex":
        usual = "text"
    return [parse_reference(text, _settled(layout, usual)) for text, layout in zip(cut, layouts, strict=True)]


def _settled(layout: Layout | None, usual: Layout) -> Layout:
    """Return the layout a reference is read in among others: one export writes all of them in the same way."""
    if layout in ("scopus_2023", "scopus_2025"):
        return "scopus_2025" if usual == "scopus_2025" else layout
    if layout is None or (layout in _MISTAKEN and usual in _EVEN):
        return usual
    return layout


def parse_reference(text: str, layout: Layout | None = None) -> CitedReference:
    """Return one reference; without a layout it is told by the text itself."""
    text = text[:LONGEST].strip()
    layout = layout or layout_of(text) or "text"
    if layout in ("wos", "crossref"):
        return _comma_parts(text, layout)
    if layout == "openalex":
        found = _OPENALEX.fullmatch(text)
        return CitedReference(layout, work_id=f"openalex:{found[1]}" if found else "")
    if layout in ("scopus_2023", "scopus_2025"):
        return _year_last(text, layout)
    if layout == "scopus_2022":
        return _year_inside(text)
    doi, several = find_dois(text)
    number = _PUBMED.search(text)
    work_id = f"pmid:{number[1]}" if number else ""
    return CitedReference(layout, *printed_parts(text), doi, several, work_id)


def layout_of(text: str) -> Layout | None:
    """Return how a reference is written, or None where nothing tells it."""
    if "openalex.org/W" in text or (text[:1] == "W" and _OPENALEX.fullmatch(text)):
        return "openalex"
    if text[-5:-1].isdigit() or text[-6:-2].isdigit():
        if dated := _YEAR_LAST.search(text[-14:]):
            if not text[-14:][: dated.start()].rstrip().endswith(","):
                return "scopus_2022"
            return "scopus_2025" if "; " in text else "scopus_2023"
    if "[pubmed " in text or "[PMID " in text or "[pmc " in text:
        return "pubmed"
    if _dated_part(text):
        return "crossref" if ", doi:10." in text or _bare_numbers(text) else "wos"
    if text.startswith("doi:10."):
        return "crossref"
    inside = _YEAR_INSIDE.search(text)
    if inside and not _NUMBERED.search(text, inside.end()):
        return "scopus_2022"
    if _WOS_TAIL.search(text):
        return "wos"
    return "text" if re.search(_YEAR, text) else None


def _dated_part(text: str) -> re.Match[str] | None:
    """Return the year that stands between commas by itself, at the beginning where no author is named."""
    return _YEAR_FIRST.match(text) or _YEAR_PART.search(text)


def _bare_numbers(text: str) -> bool:
    """Return whether volume and page stand there without the letters that Web of Science writes before them."""
    last = text.rpartition(", ")[2]
    return bool(_NUMBER.fullmatch(last)) and not _WOS_TAIL.search(text) and text.count(", ") > 2


def find_dois(text: str) -> tuple[str, bool]:
    """Return the first DOI of a text, bare and in small letters, and whether there are several."""
    if "10." not in text:
        return "", False
    found = list(dict.fromkeys(filter(None, map(_bare_doi, _DOI.findall(text.replace("\\", ""))))))
    return (found[0], len(found) > 1) if found else ("", False)


def _bare_doi(found: str) -> str:
    doi = found.rstrip(".,;]}>\u201d").lower()
    while doi.endswith(")") and doi.count("(") < doi.count(")"):
        doi = doi[:-1].rstrip(".,;]")
    return "" if doi.endswith("/") else doi


def _comma_parts(text: str, layout: Layout) -> CitedReference:
    """Return a reference of Web of Science (`Author, year, SOURCE, V1, P2, DOI 10.x`) or Crossref (bare numbers)."""
    if "\\" in text or "{" in text:
        text = text.replace("\\", "").replace("{", "").replace("}", "")
    doi, several = find_dois(text)
    if doi and "[" in text:
        text = re.sub(r"(DOI )\[[^\]]{0,300}\]?", r"\1-", text)
    dated = _dated_part(text)
    if dated:
        author, year = text[: dated.start()], int(dated[1])
        parts = text[dated.end() :].removeprefix(", ").split(", ")
    else:
        author, _, rest = text.partition(", ")
        year, parts = 0, rest.split(", ")
        if rest and (_WOS_PAGE.fullmatch(parts[0]) or _WOS_VOLUME.fullmatch(parts[0])):
            author, parts = "", [author, *parts]
        elif not rest:
            author, parts = "", [author] if author.casefold() not in _ANONYMOUS else []
    words: list[str] = []
    volume = page = ""
    numbers: list[str] = []
    for part in parts:
        if part[:3] in ("DOI", "doi"):
            continue
        if part[:1] == "V" and not volume and _WOS_VOLUME.fullmatch(part.rstrip(".")) and (words or " " not in part):
            volume = part[1:].strip(". ")
        elif part[:1] == "P" and not page and _WOS_PAGE.fullmatch(part.rstrip(".")):
            page = part[1:].strip(". ")
        elif layout == "crossref" and (_NUMBER.fullmatch(part) or (numbers and len(part) < 9)):
            numbers.append(part)
        elif part and not (volume or page or numbers):
            words.append(part)
    title = ""
    if layout == "crossref":
        volume, page = (numbers[0] if numbers else ""), (numbers[-1] if len(numbers) > 1 else "")
        title, words = ", ".join(words[:-1]), words[-1:]
    source = ", ".join(words).rstrip(". ")
    return CitedReference(layout, surname(author), year, title, source, volume, page, doi, several)


def _year_last(text: str, layout: Layout) -> CitedReference:
    """Return a Scopus reference since 2023: `Authors, title, source, volume, issue, pp. 1-2, (year)`."""
    doi, several = find_dois(text)
    dated = _YEAR_LAST.search(text)
    body = text[: dated.start()] if dated else text
    parts = [part for part in (part.strip() for part in body.split(", ")) if part.strip(" ,;")]
    count = _authors(parts)
    author = parts[0].partition("; ")[0] if count else ""
    texts, tail = parts[count:], list[str]()
    while len(texts) > 1 and (_is_tail(texts[-1]) or _ADDED.match(texts[-1])):
        tail.append(texts.pop().rstrip(","))
    if not texts and count:
        author, texts = "", parts[:count]
    volume, page = _volume_and_page(tail[::-1])
    title, source = ", ".join(texts[:-1]), texts[-1].rstrip(" ,.") if texts else ""
    return CitedReference(
        layout, surname(author), int(dated[1]) if dated else 0, title, source, volume, page, doi, several
    )


def _authors(parts: Sequence[str]) -> int:
    """Return how many parts at the beginning are names: `Doe A.B.`, or several with `; ` between them."""
    count = 0
    for part in parts[:-1]:
        last = part.rpartition("; ")[2]
        family, _, initials = last.rpartition(" ")
        short = last if not family else initials
        named = len(family.split()) <= 5 and family[:1] and _INITIALS.fullmatch(short) is not None
        if family and family.endswith("."):
            named = named or _INITIALS.fullmatch(family.rpartition(" ")[2] + " " + initials) is not None
        plain = not count and "; " in part
        if not (named or plain or last in ("Jr", "Jr.", "et al", "et al.")) or len(part) > 1000:
            break
        if family.split()[:1] and family.split()[0] in ("The", "A", "An", "On", "In"):
            break
        count += 1
        if "; " in part:
            break
    return count


def _is_tail(part: str) -> bool:
    part = part.rstrip(",.")
    return bool(_NUMBER.fullmatch(part) or _PAGES.match(part) or (_TAIL_WORD.match(part) and len(part) < 25))


def _volume_and_page(tail: Sequence[str]) -> tuple[str, str]:
    """Return volume and first page of the parts behind a source."""
    volume = page = ""
    for part in tail:
        pages = _PAGES.match(part)
        if pages and not page:
            page = re.split(r"[-\u2013]", pages[1].rstrip(".,;"), maxsplit=1)[0]
        elif not volume and not page and not pages and (found := _VOLUME_ISSUE.fullmatch(part)):
            volume = found[1] if any(map(str.isdigit, found[1])) else ""
    return volume, page


def _year_inside(text: str) -> CitedReference:
    """Return a Scopus reference up to 2022: `Doe, A., Roe, B., Title (year) Source, 1 (2), pp. 3-4`."""
    doi, several = find_dois(text)
    dated = _YEAR_INSIDE.search(text)
    if not dated:
        found = _year_last(text, "scopus_2022")
        return found if found.year else _comma_parts(text, "scopus_2022")
    head, behind = text[: dated.start()].rstrip(" ,").split(", "), text[dated.end() :].split(", ")
    count = 0
    while count + 1 < len(head) and _INITIALS.fullmatch(head[count + 1]):
        count += 2
    author = head[0] if count or len(head) > 1 else ""
    title = ", ".join(head[count or (1 if author else 0) :]).strip(" ,")
    words: list[str] = []
    for part in behind:
        if not part.strip() or (words and _is_tail(part)) or _PAGES.match(part) or _ADDED.match(part):
            break
        words.append(part.strip())
    source = ", ".join(words).rstrip(" .,")
    volume, page = _volume_and_page([part for part in behind[len(words) :] if part.strip()])
    if not source:
        title, _, source = title.rpartition(". ") if volume or page else ("", "", title)
    return CitedReference("scopus_2022", surname(author), int(dated[1]), title, source, volume, page, doi, several)


def surname(author: str) -> str:
    """Return the surname of the author a text names first; a group stays as it is, an anonymous one is empty.

    >>> surname("Van Eck N. J."), surname("Aaker, JL"), surname("World Bank")
    ('Van Eck', 'Aaker', 'World Bank')
    """
    author = author.strip(" .,;*")
    if author.casefold() in _ANONYMOUS or not author:
        return ""
    family = author.partition(",")[0].strip()
    words = family.split(" ")
    while len(words) > 1 and _INITIALS.fullmatch(words[-1]):
        words.pop()
    return " ".join(words)
