"""No value is lost, no text crashes a reader, and what does not matter changes nothing: for any input."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.formats import FORMATS, Format, read_export
from pipeline.formats.bibtex import read as read_bibtex
from pipeline.formats.csv_export import read as read_csv
from pipeline.formats.decode import decode
from pipeline.formats.nbib import read as read_nbib
from pipeline.formats.ris import read as read_ris
from pipeline.formats.wos import read as read_wos
from pipeline.identity import entry_id
from pipeline.normalise.identifiers import clean_doi, clean_pmid, find_isbns, find_issns
from pipeline.normalise.markup import mended, plain
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, ParsedEntry, Reading

COLUMNS = {column.name: column.dtype for column in BIBLIOGRAPHIC_COLUMNS}

# Words without mark-up: what is written must come out letter by letter.
WORDS = (
    st.text("abcdefgXYZ éöñß中ё.:()!?/+'", min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: bool(text) and text[0].isalpha())
)
ANY = st.text(max_size=60)


def everything(entry: ParsedEntry) -> str:
    """Return all that an entry holds, in one text."""
    parts: list[str] = []
    for value in (*entry.fields.values(), *entry.extra.values()):
        parts.extend(str(item) for item in (value if isinstance(value, list) else [value]))
    return "\n".join(parts)


def missing(entry: ParsedEntry, values: Iterable[str]) -> list[str]:
    """Return the values that an entry does not hold."""
    held = everything(entry)
    return [value for value in values if value not in held]


def whole(reading: Reading) -> list[tuple[str, dict[str, Any], dict[str, list[str]]]]:
    """Return what the entries of a reading say, without their place."""
    return [(entry.raw, dict(entry.fields), dict(entry.extra)) for entry in reading.entries]


RIS_TAGS = st.sampled_from(
    "TI T1 T2 T3 AU A1 A2 A3 AB N1 N2 JF JO JA J2 KW VL IS SP EP PB CY DB DP AD LA M1 M3 C1 C3 ID ZZ Q7 SN DO".split()  # noqa: SIM905
)


@given(st.lists(st.lists(st.tuples(RIS_TAGS, WORDS), min_size=1, max_size=12), min_size=1, max_size=5))
def test_ris_loses_no_value(records: list[list[tuple[str, str]]]) -> None:
    text = "".join(
        "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in record) + "ER  - \n\n" for record in records
    )
    found = read_ris(text)
    assert len(found.entries) == len(records)
    for entry, record in zip(found.entries, records, strict=True):
        assert missing(entry, (value for _, value in record)) == []
        assert entry.raw.count("\n") == len(record) + 1


WOS_TAGS = st.sampled_from(
    [
        "TI",
        "SO",
        "AB",
        "DE",
        "ID",
        "AU",
        "AF",
        "CA",
        "C1",
        "CR",
        "WC",
        "SC",
        "VL",
        "IS",
        "BP",
        "EP",
        "AR",
        "PY",
        "PD",
        "PU",
        "SE",
        "LA",
        "FU",
        "FX",
        "RP",
        "OI",
        "Z9",
        "NR",
    ]
)


@given(st.lists(st.dictionaries(WOS_TAGS, st.lists(WORDS, min_size=1, max_size=4), min_size=1), min_size=1, max_size=4))
def test_wos_loses_no_value(records: list[dict[str, list[str]]]) -> None:
    text = "FN x\nVR 1.0\n"
    for record in records:
        text += "PT J\nTI a title\n" if "TI" not in record else "PT J\n"
        text += "".join(f"{tag} " + "\n   ".join(lines) + "\n" for tag, lines in record.items()) + "ER\n\n"
    found = read_wos(text + "EF\n")
    assert len(found.entries) == len(records)
    for entry, record in zip(found.entries, records, strict=True):
        assert missing(entry, (line for lines in record.values() for line in lines)) == []


NBIB_TAGS = st.sampled_from("TI TT AB FAU AU AD JT TA VI IP PG DP LA PT MH OT CN SO GR RN COIS LID AID IS PL".split())  # noqa: SIM905


@given(st.lists(st.lists(st.tuples(NBIB_TAGS, WORDS), min_size=1, max_size=12), min_size=1, max_size=4))
def test_nbib_loses_no_value(records: list[list[tuple[str, str]]]) -> None:
    text = ""
    for number, record in enumerate(records, start=1):
        text += f"PMID- {number}\nTI  - title {number}\n"
        text += "".join(f"{tag:4}- " + value.replace(" ", "\n      ", 1) + "\n" for tag, value in record)
        text += "SO  - Source.\n\n"
    found = read_nbib(text)
    assert len(found.entries) == len(records)
    for entry, record in zip(found.entries, records, strict=True):
        names = {value for tag, value in record if tag in ("AU",)}
        lost = [value for value in missing(entry, (value for _, value in record)) if value not in names]
        assert lost == []
        held = everything(entry).replace(",", "")
        assert all(name.replace(",", "") in held for name in names)


NAMES = st.from_regex(r"[a-z]{2,8}(-[a-z]{2,5})?", fullmatch=True).filter(
    lambda name: name not in {"author", "editor", "crossref", "xdata", "type", "document", "month", "date", "cut"}
)


@given(
    st.lists(st.lists(st.tuples(NAMES, WORDS), min_size=1, max_size=10), min_size=1, max_size=5), st.sampled_from('{"')
)
def test_bibtex_loses_no_value(records: list[list[tuple[str, str]]], sign: str) -> None:
    close = {"{": "}", '"': '"'}[sign]
    text = ""
    for number, record in enumerate(records):
        text += (
            f"@misc{{key {number},\n"
            + "".join(f"  {name} = {sign}{value}{close},\n" for name, value in record)
            + "}\n\n"
        )
    found = read_bibtex(text)
    assert (len(found.entries), len(found.rejects)) == (len(records), 0)
    for entry, record in zip(found.entries, records, strict=True):
        lost = missing(entry, (value for _, value in record))
        assert [value for value in lost if "''" not in value] == []


@given(st.lists(st.text('{}\\"@=,#ab1 \n', max_size=40), min_size=1, max_size=4))
def test_bibtex_neighbours_of_rubbish_survive(rubbish: list[str]) -> None:
    """Whatever stands in one entry, the sound entries round it are read (it may eat itself)."""
    text = "@article{first,\n title = {First},\n year = {2001}\n}\n\n"
    text += "".join(f"@article{{bad{n},\n title = {{{part}\n}}\n\n" for n, part in enumerate(rubbish))
    text += "@article{last,\n title = {Last},\n year = {2002}\n}\n"
    found = read_bibtex(text)
    titles = [entry.fields.get("title") for entry in found.entries]
    assert titles[0] == "First"
    assert titles[-1] == "Last" or any("Last" in reject.raw for reject in found.rejects)


CELLS = st.text("abc ;,\t|\"\n'éß<&{}=", max_size=20)


@given(
    st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.permutations(range(6)),
)
def test_csv_round_trip(cells: list[list[str]], delimiter: str, quoting: int, order: list[int]) -> None:
    """Any cells, written by the standard library in any dialect and order of columns, come back the same."""
    header = ["Title", "Year", "one thing", "another", "third", "fourth"]
    rows = [[f"Title {n}", "2001", *row] for n, row in enumerate(cells)]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerows([row[place] for place in order] for row in [header, *rows])
    found = read_csv(out.getvalue())
    assert (len(found.entries), len(found.rejects)) == (len(rows), 0)
    for entry, row in zip(found.entries, rows, strict=True):
        expected = {name: cell.strip() for name, cell in zip(header[2:], row[2:], strict=True) if cell.strip()}
        guarded = {name: re.sub(r'^="(.*)"$', r"\1", cell, flags=re.DOTALL) for name, cell in expected.items()}
        assert {name: values[0] for name, values in entry.extra.items() if name in expected} == {
            name: cell for name, cell in guarded.items() if cell.strip()
        } or any('="' in cell for cell in expected.values())
        assert "Title: " + row[0] in entry.raw.split("\n")


@given(st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_order_of_records_changes_no_id(pairs: list[tuple[str, str]], random: Random) -> None:
    def ids(order: list[tuple[str, str]]) -> set[str]:
        ris = "".join(f"TY  - JOUR\nTI  - {title}\nAB  - {words}\nER  - \n\n" for title, words in order)
        bib = "".join(f"@misc{{x,\n title = {{{title}}},\n note = {{{words}}}\n}}\n\n" for title, words in order)
        return {entry_id(entry.raw) for text in (read_ris(ris), read_bibtex(bib)) for entry in text.entries}

    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert ids(shuffled) == ids(pairs)
    assert len(ids(pairs)) == 2 * len(pairs)


@given(
    st.lists(WORDS, min_size=1, max_size=5),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_encodings_and_line_ends(titles: list[str], encoding: str, ends: str) -> None:
    text = "".join(f"TY  - JOUR\nTI  - {title}\nER  - \n\n" for title in titles)
    found = read_export("x", text.replace("\n", ends).encode(encoding))
    assert whole(found.reading) == whole(read_export("x", text.encode()).reading)


FRAGMENTS = st.sampled_from(
    [
        "TY  - JOUR\n",
        "ER  - \n",
        "TI  - T\n",
        "AU  - A, B\n",
        "@article{k,\n",
        "title = {T},\n",
        "}\n",
        "{",
        '"',
        "\\",
        "PT J\n",
        "ER\n",
        "EF\n",
        "TI T\n",
        "   more\n",
        "PMID- 1\n",
        "      more\n",
        "title,year\n",
        "a,b\n",
        '"a\n',
        "\t",
        "\r",
        "\n",
        "\ufeff",
        "\x00",
        "\u2028",
        "<xml>",
        "<records>",
        "<record>",
        "</record>",
        "<PubmedArticle>",
        "<ArticleTitle>T</ArticleTitle>",
        "</PubmedArticle>",
        "<titles><title>T</title></titles>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&nbsp;",
        "[{",
        "%0 Book\n",
        "@string{a = {b}}\n",
        "KW  - a; b\n",
        "PY  - 2001\n",
        "DO  - 10.1234/x\n",
        "=",
        "#",
        "PT\tAU\tTI\tSO\tPY\tVL\tIS\tBP\tEP\tUT\n",
        "J\tA\tT\tS\t2001\n",
        "Title;Jahr\n",
        "N1  - RAYYAN-INCLUSION: {\n",
        "&lt;",
        "\ud7ff",
    ]
)


def check(reading: Reading) -> None:
    """Assert what holds for every reading."""
    for entry in reading.entries:
        assert entry.raw.strip()
        assert entry.line >= 1
        for column, value in entry.fields.items():
            kind = {"str": str, "int": int, "list": list}[COLUMNS[column]]
            assert isinstance(value, kind)
            assert value != [] and value != ""
        assert all(isinstance(item, str) and item for values in entry.extra.values() for item in values)
        assert len(set(entry.flags)) == len(entry.flags)
    for reject in reading.rejects:
        assert reject.raw.strip()
        assert reject.reason
        assert "could not be mapped" not in reject.reason
        assert reject.line >= 1


@settings(max_examples=300)
@given(st.lists(st.one_of(FRAGMENTS, ANY), max_size=25).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        check(read_export("x", text.encode("utf-8", "surrogatepass")).reading)
    except InputError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("form", [form for form in FORMATS if not form.binary], ids=lambda form: form.name)
@settings(max_examples=120)
@given(st.lists(st.one_of(FRAGMENTS, ANY), max_size=20).map("".join))
def test_every_reader_takes_any_text(form: Format, text: str) -> None:
    """A reader may be wrong about a text that is not its own; it may not fail."""
    assert 0 <= form.recognise(text) <= 1
    if form.name == "wos-tab" and not form.recognise(text):
        return
    check(form.read(text))


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        found = decode(data)
    except InputError:
        return
    assert "\ufeff" not in found.text
    assert "\r\n" not in found.text


@given(ANY)
def test_cleaning_is_idempotent(text: str) -> None:
    doi, pmid = clean_doi(text), clean_pmid(text)
    assert doi is None or clean_doi(doi) == doi
    assert pmid is None or clean_pmid(pmid) == pmid
    for issn in find_issns(text):
        assert find_issns(issn) == [issn]
    for isbn in find_isbns(text):
        assert find_isbns(isbn) == [isbn]
    assert mended(mended(text)) == mended(text) or "Ã" in text
    plain(text)
    plain(text, latex=True)


@given(st.text("abc é<>&;$\\{}'\"~-`^ ", max_size=60))
def test_plain_text_never_loses_letters(text: str) -> None:
    """What is no mark-up stays: without `<`, `&` and LaTeX signs the words come out as they are."""
    safe = re.sub(r"[<>&;$\\{}~`'^-]", "", text)
    assert plain(safe) == " ".join(safe.split())
    assert plain(safe, latex=True) == " ".join(safe.split())
