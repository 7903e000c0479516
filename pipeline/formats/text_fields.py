"""What the tagged and labelled text formats share: tables of labels, names with notes, identifiers in other fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from pipeline.formats.authors import Order
from pipeline.formats.draft import Draft, Rule
from pipeline.normalise.identifiers import clean_doi, find_doi, find_isbns, find_issns
from pipeline.normalise.markup import one_line

HEAD = 1_000_000
"""So many characters of a file are looked at to recognise its format."""

UNTAGGED = "untagged"
"""Under this word `extra` keeps lines of a record that stand under no tag."""

# Column of the record, labels parted by `|`, separator of several values in one.
Table = tuple[tuple[str, str, str | None], ...]

_BRACKETS = re.compile(r"\[[^\[\]]*\]|\(AUTHOR\)", re.IGNORECASE)
_DEGREE_WORDS = (
    "phd md mph msc bsc mbbs mbchb drph dds dmd dvm edd psyd pharmd mba facsm facp facs facc faap "
    "frcp frcs frcpc frcpath rnc dsc dphil bds fesc msw mha"
)
_DEGREES = frozenset(_DEGREE_WORDS.split())
_FOOTNOTES = re.compile(r"[\d,;*+#&^~|$@!.()\[\]{}<>=/\\§†‡¶-]+")
_ATTACHED = re.compile(r"(?<=[^\W\d_.])\d[\d,]*$|(?<=[^\W\d_]\.)\d[\d,]*$")
_INITIALS = re.compile(r"(?:[A-ZÀ-Þ]\.?-?){1,4}")
_NOBODY = frozenset({"[unknown]", "unknown", "[no author]", "no authorship indicated", "[anonymous]"})
_WORDS = re.compile(r"[^\W\d_]{2}")
_PMID = re.compile(r"\bpmid[:= ]{1,3}(\d{4,9})(?!\d)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S{3}")


def rules_of(table: Table) -> tuple[Rule, ...]:
    """Return the rules of a table, one for each label, in its order."""
    return tuple(Rule(label, column, split) for column, labels, split in table for label in labels.split("|"))


def spelling_of(table: Table, others: str = "") -> dict[str, str]:
    """Return label in lower case -> label as the table spells it; `others` are labels without a column."""
    labels = [label for _, names, _ in table for label in names.split("|")] + [
        name for name in others.split("|") if name
    ]
    return {label.casefold(): label for label in labels}


def without_notes(name: str) -> str:
    """Return a name without the notes, degrees and footnote signs that exporters hang on it.

    >>> [without_notes(name) for name in ("Brun, Ida MD, PhD *", "Lim, Bo [Author; E-mail: b@x.org]", "Roy, MD")]
    ['Brun, Ida', 'Lim, Bo', 'Roy, MD']
    """
    words = _BRACKETS.sub(" ", one_line(name)).split()
    named = any(word.endswith(",") for word in words[:-1])
    while len(words) > 1:
        last = words[-1].strip(",;").replace(".", "").casefold()
        degree = named and len(words) > 2 and last in _DEGREES
        if not (degree or _FOOTNOTES.fullmatch(words[-1]) or "@" in words[-1]):
            break
        words.pop()
    return _ATTACHED.sub("", " ".join(words).rstrip(" ,;"))


def order_of(name: str) -> Order:
    """Return how a name without comma is written: `Family AB`, or `Given Family`.

    >>> [order_of(name) for name in ("Lim SM", "Ada van Dam", "Brun, Ida")]
    ['initials', 'given', 'family']
    """
    if "," in name:
        return "family"
    return "initials" if _INITIALS.fullmatch(name.split()[-1]) else "given"


def claim_names(draft: Draft, tag: str, column: str, names: Iterable[str], order: Order | None = None) -> None:
    """Give names to a column: notes taken off (the name with its notes is kept), no names for unknown authors."""
    for name in names:
        bare = without_notes(name)
        if not bare or name.strip().casefold() in _NOBODY:
            draft.keep(tag, name)
            continue
        if bare != one_line(name).rstrip(" ,;"):
            draft.keep(f"{column}_raw", name)
        draft.claim(Rule(tag, column, order=order or order_of(bare)), bare)


def claim_serials(draft: Draft, tag: str, value: str) -> None:
    """Give the ISSNs and ISBNs of a value to their columns; words beside them are kept with the value."""
    found = [("issn", number) for number in find_issns(value)] + [("isbn", number) for number in find_isbns(value)]
    for column, number in found:
        draft.claim(Rule(tag, column), number)
    if not found or _WORDS.search(value.casefold().replace("issn", "").replace("isbn", "")):
        draft.keep(tag, value)


def claim_pmid(draft: Draft, tag: str, value: str) -> None:
    """Give a PubMed id to its column; a link that stands behind it is kept."""
    number, _, note = value.strip().partition(" ")
    draft.claim(Rule(tag, "pmid"), number)
    draft.keep(tag, note)


def hidden_identifiers(draft: Draft, values: Mapping[str, list[str]], tags: Iterable[str]) -> None:
    """Fill DOI and PubMed id, where still empty, from the text of other fields and from links."""
    for tag in tags:
        for value in values.get(tag, ()):
            parts = re.split(r"[&?]", value) if _ADDRESS.match(value) else [value]
            for part in map(unquote, parts):
                if not draft.has("doi") and (doi := find_doi(part) or clean_doi(part)):
                    draft.claim(Rule(tag, "doi"), doi)
                if not draft.has("pmid") and (pmid := _PMID.search(part)):
                    draft.claim(Rule(tag, "pmid"), pmid.group(1))
