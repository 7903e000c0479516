"""One suite for every format that is read: whoever adds a format adds a sample here and inherits the tests."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.formats import FORMATS, ExportReading, read_export
from pipeline.formats.draft import Draft
from pipeline.identity import entry_id
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, ParsedEntry

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = ROOT / "tests" / "fixtures" / "exports"
DTYPES = {column.name: column.dtype for column in BIBLIOGRAPHIC_COLUMNS}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@dataclass(frozen=True)
class Sample:
    """A file of four records in one format; how to part its records; how to spoil the second (None: nothing can)."""

    format: str
    file: str
    parted: Callable[[str], tuple[str, list[str], str]]
    spoil: Callable[[str], str] | None = None
    header: str = ""

    @property
    def text(self) -> str:
        return (EXPORTS / self.file).read_text(encoding="utf-8")

    @property
    def records(self) -> list[str]:
        return self.parted(self.text)[1]

    def joined(self, records: list[str]) -> str:
        head, _, tail = self.parted(self.text)
        return head + "".join(records) + tail


def _by(start: str, tail: str = "") -> Callable[[str], tuple[str, list[str], str]]:
    def parted(text: str) -> tuple[str, list[str], str]:
        body = text.removesuffix(tail)
        places = [found.start() for found in re.finditer(start, body, re.MULTILINE)]
        ends = [*places[1:], len(body)]
        return body[: places[0]], [body[a:b] for a, b in zip(places, ends, strict=True)], tail

    return parted


def _without_colon(record: str) -> str:
    return record.replace('"title":', '"title"', 1)


def _csv_parted(text: str) -> tuple[str, list[str], str]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    written = []
    for row in rows:
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(row)
        written.append(out.getvalue())
    return written[0], written[1:], ""


SAMPLES = [
    Sample("ris", "core.ris", _by(r"^TY  - "), lambda r: r.split("\n", 1)[1], "Provider: Invented\n\n"),
    Sample("bibtex", "core.bib", _by(r"^@"), lambda r: r.rstrip().removesuffix("}") + "\n\n", "@comment{nothing}\n"),
    Sample("wos", "core.wos.txt", _by(r"^PT ", "EF\n"), lambda r: r.split("\n", 1)[1], "FN ISI\nVR 1.0\nEF\n"),
    Sample("wos-tab", "core.wos-tab.txt", _by(r"^[JBC]\t"), lambda r: r.replace("\t", "\tx\ty\t", 3)),
    Sample("nbib", "core.nbib", _by(r"^(?:PMID- |OWN - ERIC)")),
    Sample(
        "pubmed-xml",
        "core.pubmed.xml",
        _by(r"^<Pubmed(?:Book)?Article>", "</PubmedArticleSet>\n"),
        lambda r: r.replace("</LastName>", "", 1),
    ),
    Sample(
        "endnote-xml", "core.endnote.xml", _by(r"^<record>", "</records></xml>\n"), lambda r: r.replace("<author>", "")
    ),
    Sample("openalex-json", "core.openalex.json", _by(r"^\{", "]\n"), _without_colon),
    Sample("crossref-json", "core.crossref.json", _by(r"^\{\n", "]}}\n"), _without_colon),
    Sample("csl-json", "core.csl.json", _by(r"^\{", "]\n"), _without_colon),
    Sample("pop-json", "core.pop.json", _by(r"^\{", "]\n"), _without_colon),
    Sample("json", "core.json", _by(r"^\{", "]\n"), _without_colon),
    Sample("csv", "core.csv", _csv_parted, lambda r: r.replace('"Okafor N."', "a,b,c,d")),
    Sample("enw", "core.enw", _by(r"^(?:%0 |%T Lib)")),
    Sample("refworks", "core.refworks.txt", _by(r"^RT "), header="Exported references\n\n"),
    Sample("ovid", "core.ovid.txt", _by(r"^<\d+\. >$"), header="Search Strategy:\n----------\n1  tools.ti. (12)\n\n"),
    Sample("proquest", "core.proquest.txt", _by(r"^_{60}$"), header="Report Information from ProQuest\n\n"),
    Sample("ebsco", "core.ebsco.txt", _by(r"^TI- ")),
    Sample("embase", "core.embase.txt", _by(r"^RECORD \d+$"), header="SEARCH QUERY\n  'tools'/exp\n\n"),
]
# Formats in which nothing ends a record: a cut is not always seen, the last record is then read as it stands.
WITHOUT_END_MARKS = ("nbib", "enw", "refworks", "ovid", "proquest", "ebsco", "embase")
each = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format)


def read(text: str, encoding: str = "utf-8", name: str = "sample.txt") -> ExportReading:
    return read_export(name, text.encode(encoding))


def facts(reading: ExportReading) -> list[tuple[str, str]]:
    """Return what an entry says, without its place."""
    return [(entry.raw, repr((dict(entry.fields), dict(entry.extra)))) for entry in reading.reading.entries]


def test_every_format_has_a_sample() -> None:
    # Binary formats have suites of their own: tests/unit/test_formats_NAME.py.
    binary = {form.name for form in FORMATS if form.binary}
    assert {sample.format for sample in SAMPLES} == {form.name for form in FORMATS} - binary
    assert all((ROOT / "tests" / "unit" / f"test_formats_{name}.py").is_file() for name in binary)
    assert len({form.label for form in FORMATS}) == len(FORMATS)


@each
def test_recognised_and_counted(sample: Sample) -> None:
    found = read(sample.text)
    assert found.format.name == sample.format
    assert len(found.reading.entries) == 4
    assert not found.reading.rejects
    assert all(entry.fields.get("title") for entry in found.reading.entries)


@each
def test_name_of_file_does_not_matter(sample: Sample) -> None:
    assert facts(read(sample.text, name="x.pdf")) == facts(read(sample.text, name="export.ris"))


@each
def test_fields_are_columns_of_the_right_type(sample: Sample) -> None:
    kinds: dict[str, type] = {"str": str, "int": int, "list": list}
    for entry in read(sample.text).reading.entries:
        for column, value in entry.fields.items():
            assert isinstance(value, kinds[DTYPES[column]]), column
            assert value not in ("", []), column
            if isinstance(value, list):
                assert all(isinstance(item, str) and item.strip() for item in value)
        for values in entry.extra.values():
            assert values
            assert all(isinstance(item, str) and item.strip() for item in values)
        assert entry.raw.strip()


@each
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("ends", LINE_ENDS)
def test_encoding_and_line_ends_change_nothing(sample: Sample, encoding: str, ends: str) -> None:
    plain = read(sample.text)
    other = read(sample.text.replace("\n", LINE_ENDS[ends]), encoding)
    assert facts(other) == facts(plain)
    assert [entry.line for entry in other.reading.entries] == [entry.line for entry in plain.reading.entries]


@each
def test_macroman_is_recognised_by_its_accents(sample: Sample) -> None:
    found = read(sample.text.replace("\n", "\r"), "mac_roman")
    if sample.format == "bibtex":  # its accents are LaTeX
        return
    assert facts(found) == facts(read(sample.text))
    assert any("guess" in remark for remark in found.remarks)


@each
def test_order_of_records_changes_no_entry(sample: Sample) -> None:
    plain = facts(read(sample.text))
    records = [
        record.rstrip("\n") + "\n" * (1 if "\t" in record or sample.format == "csv" else 2) for record in sample.records
    ]
    for seed in range(3):
        shuffled = list(records)
        random.Random(seed).shuffle(shuffled)
        assert sorted(facts(read(sample.joined(shuffled)))) == sorted(plain)


@each
def test_lines_before_the_first_record_change_no_entry(sample: Sample) -> None:
    for before in ("\n\n", "\ufeff", sample.header):
        found = read(before + sample.text)
        assert [entry_id(raw) for raw, _ in facts(found)] == [entry_id(raw) for raw, _ in facts(read(sample.text))]


@each
def test_same_file_twice_over_gives_equal_raw_texts(sample: Sample) -> None:
    head, records, tail = sample.parted(sample.text)
    if not records[-1].endswith("\n\n") and sample.format in ("ris", "bibtex", "wos", *WITHOUT_END_MARKS):
        records[-1] += "\n"
    found = read(head + "".join(records) * 2 + tail)
    raws = [entry.raw for entry in found.reading.entries]
    assert raws[:4] == raws[4:]
    assert len({entry_id(raw) for raw in raws}) == 4


@each
def test_deterministic(sample: Sample) -> None:
    assert read(sample.text) == read(sample.text)


@each
def test_one_spoilt_record_costs_no_other(sample: Sample) -> None:
    if sample.spoil is None:
        pytest.skip("nothing in this format can be spoilt but its mapping")
    records = sample.records
    spoilt = sample.spoil(records[1])
    found = read(sample.joined([records[0], spoilt, *records[2:]])).reading
    assert (len(found.entries), len(found.rejects)) == (3, 1)
    reject = found.rejects[0]
    assert reject.reason
    assert "Shared kitchens" in reject.raw
    assert "Neighbours" not in reject.raw
    assert "Libraries" not in reject.raw
    assert found.entries[0].line < reject.line < found.entries[1].line


@each
def test_mapping_error_costs_one_entry_and_is_named(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = Draft.finish

    def failing(self: Draft, line: int, raw: str) -> ParsedEntry:
        if "Shared kitchens" in raw:
            raise RecursionError("a mistake of ours")
        return finish(self, line, raw)

    monkeypatch.setattr(Draft, "finish", failing)
    found = read(sample.text).reading
    assert len(found.entries) == 3
    assert [("RecursionError" in reject.reason, "Okafor" in reject.raw) for reject in found.rejects] == [(True, True)]


@each
def test_cut_anywhere_in_the_last_record(sample: Sample) -> None:
    head, records, _ = sample.parted(sample.text)
    whole = facts(read(head + "".join(records)))
    start = len(head + "".join(records[:3]))
    text = head + "".join(records)
    for end in range(start + 1, len(text), 7):
        found = read(text[:end])
        assert [raw for raw, _ in facts(found)[:3]] == [raw for raw, _ in whole[:3]]
        assert 3 <= len(found.reading.entries) + len(found.reading.rejects) <= 4
        for entry in found.reading.entries[3:]:
            assert "title" in entry.fields or sample.format in WITHOUT_END_MARKS


@each
@pytest.mark.parametrize("text", ["", "\n\n  \n", "\ufeff"])
def test_empty_files_are_named(sample: Sample, text: str) -> None:
    with pytest.raises(InputError, match=r"no records in nothing\.txt"):
        read(text, name="nothing.txt")


@each
def test_header_only(sample: Sample) -> None:
    head = sample.parted(sample.text)[0] or sample.header
    if not head.strip():
        pytest.skip("this format has no header")
    with pytest.raises(InputError, match=r"no records in h\.txt|not a bibliographic export"):
        read(head, name="h.txt")


@each
def test_provider_lines_alone_are_no_records(sample: Sample) -> None:
    with pytest.raises(InputError, match=r"no records in sample\.txt"):
        read("Provider: EBSCOhost\nDatabase: SocINDEX\nContent: text/plain\n")


# The shared development exports: true counts by hand or by record marks, in manifest.csv.

IN_SCOPE = {"ris", "nbib", "bibtex", "csv", "tab", "xml", "tagged", "enw", "txt", "json", "csl-json"}
EXCEPTIONS: dict[str, str] = {}  # path -> why entries + rejects may differ from the true count


def shared_data() -> Path:
    folder = Path(os.environ.get("REVIEW_SHARED_DATA", ROOT.parent / "shared" / "data")) / "exports"
    if not (folder / "manifest.csv").is_file():
        pytest.skip(f"the shared development exports are not at {folder}")
    return folder


def manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.shared_data
def test_shared_exports() -> None:
    folder = shared_data()
    wrong = []
    for row in manifest(folder):
        if row["format"] not in IN_SCOPE:
            continue
        count, true = 0, int(row["records"])
        try:
            found = read_export(row["path"], (folder / row["path"]).read_bytes()).reading
            count = len(found.entries) + len(found.rejects)
        except InputError as error:
            if true:
                wrong.append(str(error))
        if count != true and row["path"] not in EXCEPTIONS:
            wrong.append(f"{row['path']}: {count} instead of {true}")
    assert not wrong


@pytest.mark.shared_data
def test_shared_exports_of_other_formats_are_refused_by_name() -> None:
    folder = shared_data()
    wrong = []
    for row in manifest(folder):
        if row["format"] in IN_SCOPE:
            continue
        try:
            read_export(row["path"], (folder / row["path"]).read_bytes())
            wrong.append(f"{row['path']}: read as something else")
        except InputError as error:
            if int(row["records"]) and "is not read yet" not in str(error):
                wrong.append(str(error))
    assert not wrong


@pytest.mark.shared_data
def test_shared_exports_ids_are_unique_within_a_record_set() -> None:
    """Entries with the same raw text are the same entry: nearly all ids of a file differ."""
    folder = shared_data()
    found = read_export("x", (folder / "wos-ris/1_WoS.ris").read_bytes()).reading
    assert len({entry_id(entry.raw) for entry in found.entries}) == len(found.entries)


# Awkward files, with all that must come out of them: look at every change of these before accepting it.

AWKWARD = [
    "awkward.ris",
    "awkward.bib",
    "awkward.csv",
    "awkward.nbib",
    "awkward.wos.txt",
    "awkward.enw",
    "awkward.refworks.txt",
    "awkward.ovid.txt",
    "awkward.proquest.txt",
    "awkward.ebsco.txt",
    "awkward.embase.txt",
    "awkward.pubmed.xml",
    "awkward.endnote.xml",
]
AWKWARD += ["awkward.openalex.json", "awkward.crossref.json", "awkward.csl.json", "awkward.pop.json", "awkward.json"]


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_files_give_what_is_written_beside_them(name: str) -> None:
    found = read_export(name, (EXPORTS / name).read_bytes()).reading
    told = {
        "entries": [
            {"line": e.line, "flags": list(e.flags), "fields": dict(e.fields), "extra": dict(e.extra)}
            for e in found.entries
        ],
        "rejects": [{"line": r.line, "reason": r.reason, "raw": r.raw} for r in found.rejects],
        "remarks": list(found.remarks),
    }
    expected = EXPORTS / f"{name}.json"
    if os.environ.get("REVIEW_ACCEPT_EXPECTED") == "1":
        expected.write_text(json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    assert told == json.loads(expected.read_text(encoding="utf-8"))
