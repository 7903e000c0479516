"""Text exports of EndNote, RefWorks, Ovid, ProQuest, EBSCO and Embase: values, cut files."""

from __future__ import annotations

import csv
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.formats import read_export
from pipeline.formats.kinds import document_type
from pipeline.formats.source_citation import Style, parts_of
from pipeline.formats.text_fields import without_notes
from pipeline.records import ParsedEntry, Reading

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = ROOT / "tests" / "fixtures" / "exports"
SHARED = Path(os.environ.get("REVIEW_SHARED_DATA", ROOT.parent / "shared" / "data")) / "exports"
FILES = sorted(
    path.name
    for kind in ("enw", "refworks.txt", "ovid.txt", "proquest.txt", "ebsco.txt", "embase.txt")
    for path in EXPORTS.glob(f"*.{kind}")
)


def read(text: str) -> Reading:
    return read_export("x", text.encode()).reading


def only(text: str) -> ParsedEntry:
    (entry,) = read(text).entries
    return entry


# An independent census: every word of a file that is no tag, label, number or rule must stand in some entry.

TAG = re.compile(
    r"[ \t]{0,3}%\S(?=[ \t]|$)"  # refer
    r"|[ \t]{0,3}[A-Z][A-Z0-9]{1,4} {0,3}- ?(?:XL  - )?"  # Ovid, EBSCO
    r"|(?:RT|SR|ID|[ATK][1-3]|JF|JO|YR|FD|VO|IS|SP|OP|AB|NO|PB|PP|SN|AD|AN|LA|CL|SF|OT|LK|DO|DB|OL|ZZ"
    r"|PMID|PMCID)(?=[ \t]|$)"
    r"|[ \t]{0,3}<\d+(?:\. ?)?>$|RECORD \d+$|Record: \d+$|Document \d+ of \d+$|_{40,}[ \t]*$|-{20,}$"
)
LABEL = re.compile(r"[A-Za-z][A-Za-z0-9/() ,&-]{1,48}:?[ \t]*$")
IGNORED = frozenset(["http", "https", "www", "dx", "doi", "org", "pmid", "pmcid", "issn", "isbn", "www"])
LONG_NUMBER = re.compile(r"\d[\d-]{8,}[\dXx]")


def words(text: str) -> set[str]:
    """Return the words of a text; hyphens in long numbers do not part them."""
    joined = LONG_NUMBER.sub(lambda found: found.group(0).replace("-", ""), text)
    return {word.casefold() for word in re.findall(r"[^\W_]+", joined)} - IGNORED


def values(raw: str) -> Iterator[str]:
    """Yield what stands in a record beside tags and labels."""
    lines = raw.split("\n")
    for place, line in enumerate(lines):
        tag = TAG.match(line)
        after = next((other for other in lines[place + 1 :] if other.strip()), "")
        if tag:
            yield line[tag.end() :]
        elif LABEL.match(line) and (after[:1] in (" ", "\t") or line.isupper() or line.endswith(":")):
            continue
        elif (found := re.match(r"[A-Za-z][A-Za-z0-9/() ,&-]{1,48}: ", line)) is not None:
            yield line[found.end() :]
        else:
            yield line


def held(entry: ParsedEntry) -> set[str]:
    """Return the words that an entry holds in fields and extra."""
    parts: list[str] = []
    for name, value in (*entry.fields.items(), *entry.extra.items()):
        parts += [name, *(str(item) for item in (value if isinstance(value, list) else [value]))]
    return words("\n".join(parts))


def lost(reading: Reading) -> list[tuple[int, set[str]]]:
    """Return the entries that do not hold every word of their text, with these words."""
    missing = ((entry.line, words("\n".join(values(entry.raw))) - held(entry)) for entry in reading.entries)
    return [(line, gone) for line, gone in missing if gone]


def unaccounted(text: str, reading: Reading) -> list[str]:
    """Return the lines of a file that are in no entry and no reject, and no mark between records."""
    kept = {line.strip() for part in (*reading.entries, *reading.rejects) for line in part.raw.split("\n")}
    return [line for line in text.split("\n") if line.strip() and line.strip() not in kept and not MARK.match(line)]


MARK = re.compile(
    r"[ \t]{0,3}<\d+(?:\. ?)?>[ \t]*$|RECORD \d+$|Record: \d+$|Document \d+ of \d+$|[ \t]*_{40,}[ \t]*$|-{47}$"
)


@pytest.mark.parametrize("name", FILES)
def test_no_value_is_lost(name: str) -> None:
    text = (EXPORTS / name).read_text(encoding="utf-8")
    found = read_export(name, text.encode())
    assert lost(found.reading) == []
    outside = unaccounted(text, found.reading)
    counted = [re.match(r"(\d+) lines outside", remark) for remark in found.remarks]
    assert len(outside) == sum(int(match.group(1)) for match in counted if match)


@pytest.mark.shared_data
def test_no_value_of_the_shared_exports_is_lost() -> None:
    if not (SHARED / "manifest.csv").is_file():
        pytest.skip(f"the shared development exports are not at {SHARED}")
    with (SHARED / "manifest.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["format"] in ("enw", "txt", "tagged")]
    for row in rows:
        if row["path"].split("/")[0] in ("wos-tagged", "zoological-record-tagged", "inspec-tagged", "medline-tagged"):
            continue
        assert lost(read_export(row["path"], (SHARED / row["path"]).read_bytes()).reading) == [], row["path"]


def core(name: str) -> list[ParsedEntry]:
    return list(read_export(name, (EXPORTS / name).read_bytes()).reading.entries)


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("core.")])
def test_the_same_works_come_out_of_every_format(name: str) -> None:
    first, second, third, fourth = core(name)
    assert str(first.fields["title"]).rstrip(".") == "Neighbours as partners: a café study – part one"
    assert [author.split(",")[0] for author in first.fields["authors"]] == ["Müller", "Nuñez"]
    assert first.fields["abstract"].startswith("We asked people")
    assert first.fields["abstract"].endswith("together, mostly.")
    assert (first.fields["year"], first.fields["volume"], first.fields["issue"]) == (2019, "12", "3")
    assert (first.fields["pages"], first.fields["issn"]) == ("101-119", ["1234-5679"])
    assert first.fields["journal"] == "Journal of Invented Services"
    assert [word.lower() for word in first.fields["keywords_author"]] in (
        ["co-production", "public services"],
        ["co-production", "partnership"],
    )
    assert second.fields["isbn"] == ["9783161484100"]
    assert second.fields["type"] == "chapter"
    assert second.fields["pages"] == "44-61"
    assert third.flags == ("year_unreadable",)
    assert third.fields["date"] == "in press"
    assert fourth.fields["type"] == "conference"
    assert fourth.fields["year"] == 2017
    assert all(entry.extra.get("database") for entry in core(name)) or name in ("core.enw", "core.refworks.txt")


class TestCutFiles:
    def test_cut_seen_by_the_tag_that_ends_all_others(self) -> None:
        text = (EXPORTS / "core.ovid.txt").read_text(encoding="utf-8")
        found = read(text[: text.index("YR  - 2017")])
        assert [entry.flags for entry in found.entries][3] == ("incomplete",)
        found = read(text[: text.index("TI  - Transport")])
        assert len(found.entries) == 3
        assert "cut off at the end of the file before its title" in found.rejects[0].reason

    def test_a_last_refer_record_without_the_last_tag_is_whole(self) -> None:
        text = (
            "".join(f"%0 Book\n%T Title {n}\n%U https://example.org/{n}\n\n" for n in range(3)) + "%0 Book\n%T Last\n"
        )
        assert read(text).entries[-1].flags == ()
        assert read(text.rstrip("\n")[:-1]).entries[-1].flags == ("incomplete",)

    @pytest.mark.parametrize(
        ("name", "stub"), [("core.ovid.txt", "<4"), ("core.embase.txt", "RECORD"), ("core.enw", "%")]
    )
    def test_a_cut_mark_is_a_reject(self, name: str, stub: str) -> None:
        text = (EXPORTS / name).read_text(encoding="utf-8")
        found = read(text + "\n" + stub)
        assert len(found.entries) == 4
        assert [reject.raw for reject in found.rejects] == [stub]

    def test_a_number_without_a_record_is_a_reject(self) -> None:
        found = read("<1>\nVN  - Ovid Technologies\nTI  - T\n\n<2>\n\n<3>\nVN  - Ovid Technologies\nTI  - U\n")
        assert (len(found.entries), [reject.line for reject in found.rejects]) == (2, [5])

    def test_a_cut_heading_of_proquest_is_an_incomplete_entry(self) -> None:
        text = (EXPORTS / "core.proquest.txt").read_text(encoding="utf-8")
        found = read(text[: text.index("passengers\n")])
        assert found.entries[3].flags == ("incomplete",)
        assert found.entries[3].fields["title"] == "Transport planned by"


class TestOvid:
    def test_record_without_its_number_is_told_by_the_vendor(self) -> None:
        found = read(
            "<1>\nVN  - Ovid Technologies\nTI  - A\n\nVN  - Ovid Technologies\nTI  - B\n\n<3>\nTI  - C\nAU  - D\n"
        )
        assert [entry.fields["title"] for entry in found.entries] == ["A", "B", "C"]

    def test_short_tags_on_lines_of_their_own(self) -> None:
        entry = only(
            "<1>\nUI\n\t12345678\nAU\n\tRoy BC\n\tLim S\nTI\n\tOn bread\nDB\n\tOvid MEDLINE(R)\nMH\n\t*Bread\n\tSalt\n"
        )
        assert entry.fields["authors"] == ["Roy, BC", "Lim, S"]
        assert entry.fields["keywords_index"] == ["*Bread", "Salt"]
        assert (entry.fields["pmid"], entry.fields["accession"]) == ("12345678", "12345678")

    def test_number_is_no_part_of_the_text(self) -> None:
        one, other = (only(f"<{number}. >\nVN  - Ovid Technologies\nTI  - A\n") for number in (1, 3001))
        assert one.raw == other.raw

    def test_search_strategy_behind_the_records_is_no_record(self) -> None:
        found = read_export("x", b"<1>\nTI  - A\nAU  - B\n\nSearch Strategy:\n---------\n1  bread.ti. (12)\n")
        assert len(found.reading.entries) == 1
        assert "bread.ti" not in found.reading.entries[0].raw
        assert "3 lines outside any record" in found.remarks[0]


@pytest.mark.parametrize(
    ("style", "text", "parts"),
    [
        ("ovid", "Gazette of Bread. 1288(3), Nov. 16, 2004.", ("Gazette of Bread", "Nov. 16, 2004", "1288", "3", None)),
        ("ovid", "Bread. Vol.43(5), Sep 2015, pp. 623-634.", ("Bread", "Sep 2015", "43", "5", "623-634")),
        (
            "ovid",
            "Bread & Salt January/February 2010;14(1):56",
            ("Bread & Salt", "January/February 2010", "14", "1", "56"),
        ),
        (
            "ovid",
            "Bread. 12 (S3) (no pagination), 2018. Date of Publication: 2018.",
            ("Bread", "2018", "12", "S3", None),
        ),
        ("ovid", "BMJ Bread. 8(2):e017813, 2018 Feb 15.", ("BMJ Bread", "2018 Feb 15", "8", "2", "e017813")),
        ("ovid", "Bread. 2007 15 June; 433-441.", ("Bread", "2007 15 June", None, None, "433-441")),
        ("ebsco", "Bread. Mar2018, Vol. 12 Issue 3, p123-145. 23p.", ("Bread", "Mar 2018", "12", "3", "123-145")),
        ("ebsco", "Bread, Vol 12(3), Mar, 2018. pp. 123-145.", ("Bread", "Mar, 2018", "12", "3", "123-145")),
        ("ebsco", "Bread [Br] 2018 Mar; Vol. 12 (3), pp. 1-5.", ("Bread", "2018 Mar", "12", "3", "1-5")),
        ("embase", "Bread (2014) 3:3 (152-160). Date of Publication: 2014", ("Bread", "2014", "3", "3", "152-160")),
        ("ovid", "in: a text that is no citation, 2004", (None, None, None, None, None)),
    ],
)
def test_citation_strings(style: Style, text: str, parts: tuple[str | None, ...]) -> None:
    found = parts_of(text, style)
    assert tuple(found.get(name) for name in ("journal", "date", "volume", "issue", "pages")) == parts


def test_names_lose_notes_only() -> None:
    assert without_notes("Roy MD") == "Roy MD"
    assert without_notes("Lim, S. M.") == "Lim, S. M."
    assert without_notes("Brun, Ida1,2 ida@example.org") == "Brun, Ida"
    assert without_notes("4") == "4"


def test_eric_genres_do_not_hide_the_form() -> None:
    assert document_type(["080 Journal Articles, 143 Reports - Research"]) == "article"
    assert document_type(["143 Reports - Research"]) == "report"


def test_refworks_table() -> None:
    text = (
        "Reference Type\tAuthors, Primary\tTitle Primary\tPeriodical Full\tPub Year\tPub Date Free From\tStart Page"
        "\tOther Pages\tKeywords\tISSN/ISBN\tLinks\tUser 1\n"
        "Journal Article\tRoy,Bo; Lim,Su\tOn bread\tBread Letters\t2001\tMay\t4\t9\tsalt; flour\t1234-5679\thttp://a.b\tx\n"
    )
    found = read_export("x", text.encode())
    fields = found.reading.entries[0].fields
    assert found.remarks[0] == "table of RefWorks"
    assert (fields["title"], fields["authors"], fields["pages"]) == ("On bread", ["Roy, Bo", "Lim, Su"], "4-9")
    assert (fields["journal"], fields["year"], fields["url"]) == ("Bread Letters", 2001, ["http://a.b"])


HOSTILE = {
    "letters": "a" * 300_000,
    "blanks": " " * 300_000,
    "commas": "A, " * 100_000,
    "brackets": "[" * 150_000 + "(" * 150_000,
    "semicolons": ";" * 300_000,
    "numbers": ". 1" * 100_000,
    "links": "https://x?doi=" * 20_000,
    "names": "A. B; " * 50_000,
}
FRAMES = {
    "enw": "%0 Book\n%T T\n%A {}\n%X {}\n%U {}\n%@ {}\n",
    "refworks": "RT Book\nT1 T\nA1 {}\nAB {}\nLK {}\nSN {}\n",
    "ovid": "<1>\nVN  - Ovid Technologies\nTI  - {}\nAU  - {}\nSO  - {}\nXL  - {}\nID  - {}\nMH  - {}\n",
    "proquest": "_" * 60 + "\n\nT\n\nAuthor: {}\n\nTitle: {}\n\nPublication title: {}\n\nLinks: {}\n\nDatabase: x\n",
    "ebsco": "TI- T\nAU- {}\nSO- {}\nAB- {}\nAN- {}\nUR- {}\n",
    "embase": "RECORD 1\nTITLE\n  {}\nAUTHOR NAMES\n  {}\nSOURCE\n  {}\nEMTREE TERMS\n  {}\n",
}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_large_odd_values_take_bounded_time(frame: str, kind: str) -> None:
    text = FRAMES[frame].replace("{}", HOSTILE[kind])
    start = time.process_time()
    assert len(read(text).entries) == 1
    assert time.process_time() - start < 10
