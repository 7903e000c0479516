"""What damaging real exports at random brought to light (`make fuzz`), each as a few lines of its own."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from random import Random

import pytest

from pipeline.errors import InputError
from pipeline.formats import read_export
from pipeline.normalise.journals import journal_forms
from pipeline.normalise.pages import page_span
from pipeline.normalise.text import title_words

RIS = "".join(
    f"TY  - JOUR\nTI  - Harbour lamps, part {number}\nAU  - Quill, Nora\nPY  - 2004\nER  - \n\n" for number in (1, 2, 3)
)
BIBTEX = "".join(
    f"@article{{quill{number},\n  title = {{Harbour lamps, part {number}}},\n  year = {{2004}}\n}}\n\n"
    for number in range(60)
)
NBIB = "".join(
    f"PMID- {number}\nTI  - Harbour lamps, part {number}\nDP  - 2004\nSO  - Lamps. 2004;1:{number}.\n\n"
    for number in range(1, 90)
)


def titles(text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    return [entry.fields.get("title", "") for entry in read_export("lamps", data).reading.entries]


@pytest.mark.parametrize("line", ["TY  - JOUR\n", "PT J\n", "\nPT J\nUT 7\nER\n"], ids=["ris", "wos", "wos record"])
def test_a_line_of_another_format_in_one_entry_does_not_make_the_file_that_format(line: str) -> None:
    """In BibTeX and PubMed files such a line far down made all other records disappear."""
    middle = BIBTEX.index("title", len(BIBTEX) // 2) + 20
    read = read_export("lamps", (BIBTEX[:middle] + "\n" + line + BIBTEX[middle:]).encode())
    assert (read.format.name, len(read.reading.entries)) == ("bibtex", 60)
    middle = NBIB.index("TI  - ", len(NBIB) // 2)
    read = read_export("lamps", (NBIB[:middle] + line + NBIB[middle:]).encode())
    assert read.format.name == "nbib"
    assert len(read.reading.entries) + len(read.reading.rejects) >= 89


def test_a_gap_of_zero_bytes_costs_one_record_and_not_the_file() -> None:
    """A broken transfer leaves blocks of zero bytes; the file was refused as binary."""
    text = RIS * 5
    middle = text.index("Quill", len(text) // 2)
    found = titles((text[:middle] + "\x00" * 512 + text[middle:]).encode())
    assert found == titles(text)


def test_binary_data_are_still_refused() -> None:
    noise = b"lamp" + Random(1).randbytes(4_000)
    with pytest.raises(InputError, match="binary data"):
        read_export("lamps", noise)
    with pytest.raises(InputError, match="binary data"):
        read_export("lamps", b"lamp" + b"\x01" * 400)


@pytest.mark.parametrize("text", [RIS, BIBTEX, NBIB, "PT J\nTI Lamps\nUT 1\nER\n\nPT J\nTI Piers\nUT 2\nER\n\nEF\n"])
def test_line_ends_converted_twice(text: str) -> None:
    """CR CR LF, as a transfer in text mode makes of CR LF: end marks were not seen, Web of Science not recognised."""
    found = read_export("lamps", text.replace("\n", "\r\r\n").encode())
    assert found.reading == read_export("lamps", text.encode()).reading


def test_a_lone_cr_in_a_crlf_file_stays_part_of_its_field() -> None:
    text = RIS.replace("part 1", "part\r1").replace("\n", "\r\n")
    assert "Harbour lamps, part\r1" in read_export("lamps", text.encode()).reading.entries[0].raw


def test_a_byte_order_mark_inside_a_file_that_is_not_utf_8() -> None:
    """Files joined by hand, one of them in cp1252: the type line behind the mark was not seen."""
    joined = RIS.replace("Quill", "Quéll").encode("cp1252") + b"\xef\xbb\xbf" + RIS.encode()
    assert titles(joined) == titles(RIS) * 2


def test_ris_tags_without_a_blank_before_the_value() -> None:
    """`TY  -JOUR` opened no record: it and all its tags ran into what stood before."""
    found = read_export("lamps", RIS.replace("TY  - JOUR", "TY  -JOUR").replace("TI  - ", "TI  -").encode()).reading
    assert [entry.fields["title"] for entry in found.entries] == titles(RIS)
    assert [entry.fields["type_raw"] for entry in found.entries] == ["JOUR"] * 3


def test_words_with_a_hyphen_stay_in_their_value() -> None:
    text = RIS.replace("part 1", "part 1\nXX  -ray lamps\nIn  -between")
    assert titles(text)[0] == "Harbour lamps, part 1 XX -ray lamps In -between"


def test_pubmed_tags_parted_by_a_single_cr() -> None:
    """Where one half of a file has lone CRs as line ends, PMIDs inside a value opened no record."""
    half = NBIB.index("PMID- 3\n"), NBIB.index("PMID- 7\n")
    mixed = NBIB[: half[0]] + NBIB[half[0] : half[1]].replace("\n", "\r") + NBIB[half[1] :]
    assert titles(mixed)[:2] == titles(NBIB)[:2]
    assert len(titles(mixed)) == len(titles(NBIB))


def test_what_stands_beside_an_issn_is_kept() -> None:
    """The census found `(Print)` and `E` lost from RIS."""
    text = RIS.replace("PY  - 2004", "PY  - 2004\nSN  - 1234-5679 (Print) 1234-5679\nSN  - E2222-3338\nSN  - 87654321")
    entry = read_export("lamps", text.encode()).reading.entries[0]
    assert entry.fields["issn"] == ["1234-5679", "2222-3338", "8765-4321"]
    assert entry.extra["SN"] == ["1234-5679 (Print) 1234-5679", "E2222-3338"]


LONG = {
    "blanks before no address": "TY  - JOUR\nTI  - x\nUR  - a{}b\nER  - \n",
    "blanks before no identifier": "TY  - JOUR\nTI  - x\nAU  - a{}b\nA1  - a{}b\nN1  - Cited by{}b\nER  - \n",
    "blanks in PubMed's numbers and names": "PMID- 1\nTI  - x\nAID - a{}b\nLID - a{}b\nAU  - a{}b\nSO  - x\n",
    "blanks in pages and addresses": "@article{{k,\n title = {{x}},\n pages = {{a{}b}},\n url = {{a{}b}}\n}}\n",
    "blanks in Web of Science names": "PT J\nTI x\nAU a{}b\nCA a{}b\nUT 1\nER\n",
}


@pytest.mark.parametrize("text", LONG.values(), ids=list(LONG))
@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u2028", "\t"], ids=["blank", "no-break", "line separator", "tab"])
def test_long_runs_of_blanks_take_linear_time(text: str, blank: str) -> None:
    """40,000 no-break spaces in an address took ten seconds: every blank of the run began a search of its own."""
    data = text.replace("{}", blank * 40_000).replace("{{", "{").replace("}}", "}").encode()
    start = time.process_time()
    assert len(read_export("lamps", data).reading.entries) == 1
    assert time.process_time() - start < 1.5


def test_many_addresses_without_brackets_take_linear_time() -> None:
    start = time.process_time()
    found = read_export("lamps", ("PT J\nTI x\nC1 " + "Pier; " * 20_000 + "\nUT 1\nER\n").encode())
    assert time.process_time() - start < 1.5
    assert found.reading.entries[0].fields["affiliations"][0] == "Pier"


def test_addresses_of_the_tab_form_are_parted_outside_brackets_only() -> None:
    header = "PT\tAU\tTI\tSO\tPY\tVL\tIS\tBP\tC1\tUT\n"
    row = "J\tMarsh, I\tTide\tPiers\t1\t1\t2\t3\t[Marsh, I; Holm, P] Univ Ellery; [Quill, N] Port &amp; Sons; Quay\tX\n"
    entry = read_export("lamps", (header + row).encode()).reading.entries[0]
    assert entry.fields["affiliations"] == ["[Marsh, I; Holm, P] Univ Ellery", "[Quill, N] Port & Sons", "Quay"]


REFER = "%0 Journal Article\n%A Quill, Nora\n%T Harbour lamps of the coast\n%D 2004\n"
OLD_WORKBOOK = Path(__file__).parents[1] / "fixtures" / "exports" / "core.xls"


def told(text: str) -> bool:
    """Whether a remark says that something stands outside the records."""
    return any("left out" in remark for remark in read_export("lamps", text.encode()).remarks)


WOS = "FN Own\nVR 1.0\nPT J\nTI Lamps\nUT 1\nER\n\nPT J\nTI Piers\nUT 2\nER\n\nEF\n"


@pytest.mark.parametrize(
    "more", ["Title,Year\nPiers of wood,2001\n", '{"title": "Piers of wood"}\n', "<record>Piers</record>"]
)
def test_a_block_of_another_format_behind_the_end_of_a_web_of_science_file_is_told(more: str) -> None:
    """Lines without a tag behind `EF` were dropped without a word."""
    assert titles(WOS + "\n" + more) == ["Lamps", "Piers"]
    assert told(WOS + "\n" + more)
    assert not told(WOS + "\n\n")


def test_refer_records_in_a_ris_or_bibtex_file_are_told() -> None:
    """`%T Title` was taken for a comment."""
    assert told(REFER + "\n" + RIS * 4)
    assert told(BIBTEX + "\n" + REFER)
    assert not told("% a comment\n" + RIS)
    assert not told("% a comment\n%\n" + BIBTEX)


TAGGED = {
    "ovid": "<1. >\nVN  - Ovid Technologies\nDB  - Own\nTI  - Lamps\nSO  - Piers 2004\n\n"
    "<2. >\nVN  - Ovid Technologies\nDB  - Own\nTI  - Quays\nSO  - Piers 2005\n",
    "enw": REFER + "\n" + REFER,
    "refworks": "RT Journal Article\nSR Print\nA1 Quill,Nora\nT1 Lamps\nJF Piers\n\n"
    "RT Journal Article\nSR Print\nA1 Quill,Nora\nT1 Quays\nJF Piers\n",
    "ebsco": "TI- Lamps\nAU- Quill, Nora\nSO- Piers\nAN- 1\n\nTI- Quays\nAU- Quill, Nora\nSO- Piers\nAN- 2\n",
}


@pytest.mark.parametrize("name", TAGGED)
def test_lone_cr_in_half_of_a_text_file_end_lines(name: str) -> None:
    """A second half whose line ends are lone CRs ran into one value of the record before it."""
    text = TAGGED[name] * 3
    half = len(TAGGED[name]) * 2
    mixed = text[:half] + text[half:].replace("\n", "\r")
    assert read_export("lamps", text.encode()).format.name == name
    assert read_export("lamps", mixed.encode()).reading == read_export("lamps", text.encode()).reading


@pytest.mark.parametrize("place", [44, 48, 60, 64, 68, 72], ids=lambda place: f"header {place}")
@pytest.mark.parametrize("number", [3, 0x10000, 0x7FFFFFFF, 0xFFFFFFF0])
def test_an_old_workbook_is_not_believed_what_it_says_of_its_sectors(place: int, number: int) -> None:
    """One changed byte made the library ask for 4 GB, or follow a circle of sectors for ever."""
    data = bytearray(OLD_WORKBOOK.read_bytes())
    struct.pack_into("<I", data, place, number)
    start = time.process_time()
    try:
        read_export("lamps", bytes(data))
    except InputError as error:
        assert "cannot be read" in str(error)
    assert time.process_time() - start < 1


def old_record(kind: int) -> int:
    """Return where the content of a record of the old workbook begins."""
    data = OLD_WORKBOOK.read_bytes()
    place = data.index(struct.pack("<HHH", 0x0809, 16, 0x0600))
    while True:
        found, size = struct.unpack_from("<HH", data, place)
        if found == kind:
            return place + 4
        place += 4 + size


@pytest.mark.parametrize(
    ("kind", "offset", "number"),
    [
        (0x00FC, 4, 0x7FFFFFFF),
        (0x0200, 4, 0x7FFFFFFF),
        (0x0200, 0, 0x7FFFFFFF),
        (0x0200, 8, 0xFFFF0000),
        (0x00FD, 0, 0xFFFFFFFF),
    ],
    ids=["shared texts", "last row", "first row", "last column", "a cell far out"],
)
def test_an_old_workbook_is_not_believed_how_large_it_is(kind: int, offset: int, number: int) -> None:
    data = bytearray(OLD_WORKBOOK.read_bytes())
    struct.pack_into("<I", data, old_record(kind) + offset, number)
    with pytest.raises(InputError, match="cannot be read"):
        read_export("lamps", bytes(data))


@pytest.mark.parametrize("run", [" ", "\u00a0", "[retracted ", "(reprint ", "(erratum in ", "1 to ", "i"])
def test_what_records_are_compared_by_takes_linear_time(run: str) -> None:
    """200,000 blanks in a title, journal or page range took minutes."""
    text = "a" + run * (200_000 // len(run)) + "b"
    start = time.process_time()
    title_words(text), journal_forms(text), page_span(text)
    assert time.process_time() - start < 1.5


def test_lists_that_a_broken_json_record_leaves_behind_are_told() -> None:
    """The rest of an index of words was passed over in silence once its record had been closed too early."""
    broken = """[
  {
    "id": "https://openalex.org/W1",
    "title": "Harbour lamps",
    "display_name": "Harbour lamps",
    "ids": {
      "doi": "x"
    ],
    "abstract_inverted_index": {
      "lamps": [0],
      "burned": [1]
    },
    "counts_by_year": [
      {"year": 2024, "title": "Piers"}
    ]
  }
]
"""
    read = read_export("lamps", broken.encode())
    held = "".join(item.raw for item in (*read.reading.entries, *read.reading.rejects)) + "".join(read.remarks)
    assert "burned" in held


def test_ovid_records_appended_to_a_proquest_file_do_not_make_it_ovid() -> None:
    """The addresses of ProQuest's first record filled the start by which a file is recognised."""
    links = "Links: http://x.test/?" + "a" * 3_000
    record = f"{'_' * 60}\n\nHarbour lamps\n\nAuthor: Quill, Nora\n\n{links}\n\nTitle: Harbour lamps\n\n"
    text = (record + "Publication title: Piers\n\nDocument type: Article\n\n") * 3
    read = read_export("lamps", (text + "\n" + TAGGED["ovid"]).encode())
    assert (read.format.name, len(read.reading.entries)) == ("proquest", 3)
