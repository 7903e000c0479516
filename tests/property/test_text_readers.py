"""The readers of text exports lose no value, for any words under any tags, and no text crashes or slows them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats import ebsco_text, embase, enw, ovid, proquest, refworks
from pipeline.records import ParsedEntry, Reading

WORDS = (
    st.text("abcdefgXYZ éöñß中ё.:()!?/+'", min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: bool(text) and text[0].isalpha() and "://" not in text)
)
Records = list[list[tuple[str, str]]]


def records(tags: str) -> st.SearchStrategy[Records]:
    """Return lists of records: tag and value, any tag any number of times."""
    pairs = st.tuples(st.sampled_from(tags.split("|")), WORDS)
    return st.lists(st.lists(pairs, min_size=1, max_size=10), min_size=1, max_size=4)


def everything(entry: ParsedEntry) -> str:
    """Return all letters and figures that an entry holds: names may be turned round, points at ends go."""
    parts: list[str] = []
    for value in (*entry.fields.values(), *entry.extra.values()):
        parts.extend(str(item) for item in (value if isinstance(value, list) else [value]))
    return " ".join(parts)


def letters(text: str) -> set[str]:
    """Return the words of a text."""
    return {word for word in "".join(c if c.isalnum() else " " for c in text).split() if word}


def check(found: Reading, written: Records) -> None:
    """Assert that every word written is in its entry."""
    assert (len(found.entries), len(found.rejects)) == (len(written), 0)
    for entry, record in zip(found.entries, written, strict=True):
        held = letters(everything(entry))
        assert [value for _, value in record if not letters(value) <= held] == []


def written_as(start: str, pair: str, end: str) -> Callable[[Records], str]:
    """Return what writes records: `{n}` is the number of the record, every record ends with one tag of its own."""

    def write(rows: Records) -> str:
        parts = []
        for number, row in enumerate(rows, start=1):
            middle = "".join(pair.format(tag=tag, value=value) for tag, value in row)
            parts.append(start.format(n=number) + middle + end)
        return "".join(parts)

    return write


FORMS: dict[str, tuple[str, Callable[[Records], str], Callable[[str], Reading]]] = {
    "enw": (
        "A|E|B|J|D|8|V|N|P|I|C|K|X|U|R|@|M|W|~|Z|G|+|?|9|Q|2|[|7",
        written_as("%0 Generic\n", "%{tag} {value}\n", "\n"),
        enw.read,
    ),
    "refworks": (
        "A1|A2|T2|JF|JO|YR|FD|VO|IS|SP|OP|K1|AB|NO|PB|PP|SN|AD|AN|LA|CL|LK|DO|DB|OL|U1|ED",
        written_as("RT Generic\n", "{tag} {value}\n", "\n"),
        refworks.read,
    ),
    "ovid": (
        "DB|UI|AN|TI|AU|FA|ED|IN|AD|SO|BT|AB|KW|ID|MH|CC|LG|PT|DT|ST|IS|IB|YR|DP|VO|IP|PG|DO|PM|XL|RF|CM|ZZ|GS",
        written_as("<{n}. >\n", "{tag}  - {value}\n", "UP  - 1\n\n"),
        ovid.read,
    ),
    "ovid labels": (
        "Database|Unique Identifier|Title|Authors|Source|Institution|Abstract|Subject Headings|Invented Label|Year",
        written_as("<{n}>\n", "{tag}\n  {value}\n", "Update Date\n  1\n\n"),
        ovid.read,
    ),
    "ebsco": (
        "PS|AU|AF|SO|VI|SD|YR|PG|SP|LA|KP|DE|AB|MN|CL|PT|AT|UR|DB|ZZ|IS|DO",
        written_as("TI- \n", "{tag}- {value}\n", "AN- 1\n\n"),
        ebsco_text.read,
    ),
    "ebsco details": (
        "Title|Authors|Source|Abstract|Subject Terms|Document Type|Database|ISSN|DOI|Made-up Label",
        written_as("Record: {n}\n", "{tag}:\n\t{value}\n", "Accession Number: 1\n"),
        ebsco_text.read,
    ),
    "embase": (
        "TITLE|AUTHOR NAMES|SOURCE|SOURCE TITLE|ABSTRACT|EMTREE TERMS|DOI|ISSN|MEDLINE PMID|INVENTED LABEL|FIRST PAGE",
        written_as("RECORD {n}\n", "{tag}\n  {value}\n", "PUI\n  1\n"),
        embase.read,
    ),
    "proquest": (
        "Author|Abstract|Subject|Publication title|Volume|Pages|ISSN|DOI|Document type|Links|Identifier / keyword",
        written_as("_" * 60 + "\n\nTitle: \n\n", "{tag}: {value}\n\n", "Database: D\n\n"),
        proquest.read,
    ),
}


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=60)
@given(st.data())
def test_no_value_is_lost(name: str, data: st.DataObject) -> None:
    tags, write, read = FORMS[name]
    written = data.draw(records(tags))
    check(read(write(written)), written)


_PIECES = (
    "%0 Book\n|%T T\n|%A \n|%|RT Book\n|T1 T\n|A1 \n|<1>\n|<2. >\n|<|VN  - Ovid\n|TI  - T\n|Title\n|  value\n"
    "|\tvalue\n|TI- T\n|AU- \n|AN- 1\n|Record: 1\n|Title:\n|Title: T\n|RECORD 1\n|TITLE\n|AUTHOR NAMES\n"
    "|Author: A\n|Database: D\n|Publication title: P\n|Bibliography\n|\n|\n\n|SO  - J. 1(2):3-4, 2001.\n"
    "|AU  - \n|Contact us at: x\n"
)
_RULES = ["_" * 60 + "\n", "_" * 20, "\x0c", "\u2028", "ID  - a; b [doi]\n"]
PIECES = st.sampled_from([*_PIECES.split("|"), *_RULES])


@pytest.mark.parametrize("read", [form[2] for form in FORMS.values()], ids=list(FORMS))
@settings(max_examples=80)
@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=25).map("".join))
def test_any_text_is_read(read: Callable[[str], Reading], text: str) -> None:
    found = read(text)
    for entry in found.entries:
        assert all(isinstance(item, str) and item for values in entry.extra.values() for item in values)
        assert all(value not in ("", []) for value in entry.fields.values())
    for reject in found.rejects:
        assert reject.reason
        assert reject.raw
        assert "could not be mapped" not in reject.reason
