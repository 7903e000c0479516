"""Scans that list the records of an export and the values under each tag, apart from the readers.

One value is one occurrence of a tag with its continuation lines; in a table one cell, in BibTeX one field, the kind of
the entry and its key. Nothing here is shared with `pipeline.formats`, so that both can be wrong only in different ways.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Record:
    """A record as the scan sees it: the line where it begins, from 1, and its tags with their values, in order."""

    line: int
    values: list[tuple[str, str]] = field(default_factory=list)

    def filled(self) -> Iterator[tuple[str, str]]:
        """Yield the tags that have a value."""
        return ((tag, value.strip()) for tag, value in self.values if value.strip())


@dataclass
class Census:
    """The records of a file, and the lines with a tag that belong to none."""

    records: list[Record] = field(default_factory=list)
    outside: list[int] = field(default_factory=list)

    @property
    def values_in(self) -> int:
        """How many values the records hold."""
        return sum(1 for record in self.records for _ in record.filled())


def text_of(data: bytes) -> str:
    """Return the text of a file: by its byte order mark, by zero bytes, as UTF-8, else as cp1252; `\\n` line ends."""
    marks = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF8, "utf-8"))
    codec = next((name for mark, name in marks if data.startswith(mark)), "")
    if not codec and data[:400].count(0) > len(data[:400]) // 3:
        codec = "utf-16-be" if data[0] == 0 else "utf-16-le"
    try:
        text = data.decode(codec or "utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    text = text.replace("\ufeff", "").replace("\r\n", "\n")
    return text.replace("\r", "\n") if text.count("\r") > text.count("\n") else text


_RIS_LINE = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9]|PMC?ID|DOI|ISSN)[ \t]{0,3}-(?: (.*)|)$", re.S)
_RIS_SURE = re.compile(r"[ \t]*(?:[A-Za-z][A-Za-z0-9]|PMC?ID|DOI|ISSN)  -")
_RIS_USUAL = re.compile(
    r"TY|ER|A[1-4BDNUV]|BT|C[1-8ANPTY]|D[ABOP]|E[DPT]|I[DS]|J[12AFO]|KW|L[1-4ABK]|M[1-3]|N[12V]|OP|P[BPY]|R[INP]"
    r"|S[ENPT]|T[123AIT]|U[1-5R]|V[LO]|Y[12]|PMID|PMCID|DOI|ISSN"
)
_RIS_WORK = frozenset(["TI", "T1", "AU", "A1", "AB", "N2", "DO", "JO", "JF", "T2"])


def _ris_line(line: str) -> tuple[str, str]:
    """Return tag and value; with fewer blanks than the rule (`KW - x`, `ER-`) only a usual tag is one."""
    found = _RIS_LINE.match(line)
    if found and (
        _RIS_SURE.match(line)
        or (_RIS_USUAL.fullmatch(found.group(1)) and (line[found.end(1)] in " \t" or not found.group(2)))
    ):
        return found.group(1).upper(), found.group(2) or ""
    return "", ""


def ris(text: str) -> Census:
    """Scan RIS: TY opens, ER or the next TY closes; tags that no TY opened are a record if they describe a work."""
    text = re.sub(r"\r(?=[A-Z][A-Z0-9]  - )", "\n", text)
    census, current, loose = Census(), None, None
    for number, line in enumerate(text.split("\n"), start=1):
        tag, value = _ris_line(line)
        if tag == "TY":
            current, loose = Record(number), None
            census.records.append(current)
        elif tag == "ER":
            if current and value.strip():
                current.values.append((tag, value))
            current = loose = None
            continue
        elif current is None and tag:
            loose = loose or Record(number)
            if tag in _RIS_WORK and loose not in census.records:
                census.records.append(loose)
            census.outside.append(number)
        _line(current or loose, tag, value, line)
    census.records = [record for record in census.records if len(record.values) > 1 or record.values[0][0] == "TY"]
    return census


def _line(record: Record | None, tag: str, value: str, line: str) -> None:
    """Give a line to a record: a new value, or more of the last one."""
    if record is None:
        return
    if tag:
        record.values.append((tag, value))
    elif line.strip() and record.values:
        last, before = record.values[-1]
        record.values[-1] = (last, f"{before}\n{line.strip()}")


def _tagged(text: str, line_of: re.Pattern[str], opens: re.Pattern[str], closes: re.Pattern[str]) -> Census:
    """Scan lines with tags; a line that opens a record may hold a tag itself."""
    census, current = Census(), None
    for number, line in enumerate(text.split("\n"), start=1):
        found = line_of.match(line)
        if opens.match(line):
            current = Record(number)
            census.records.append(current)
        elif closes.match(line):
            current = None
            continue
        if found and current is None:
            census.outside.append(number)
        _line(
            current, found.group(1) if found else "", found.group(2) if found else "", "" if opens.match(line) else line
        )
    return census


def wos(text: str) -> Census:
    """Scan tagged Web of Science text: PT opens, ER closes."""
    line = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|\s*)$", re.S)
    census, current = Census(), None
    for number, row in enumerate(text.split("\n"), start=1):
        found = line.match(row)
        tag = found.group(1) if found else ""
        if tag == "PT":
            current = Record(number)
            census.records.append(current)
        elif tag in ("ER", "EF"):
            current = None
        _line(current, tag, (found.group(2) or "") if found else "", row)
    return census


def tab(text: str) -> Census:
    """Scan a tab-delimited Web of Science file: no quoting, one row a line."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    header = lines[0][1].split("\t")
    return Census([Record(number, list(zip(header, row.split("\t"), strict=False))) for number, row in lines[1:]])


def nbib(text: str) -> Census:
    """Scan PubMed's format: a record begins with PMID, or with a tag after an empty line."""
    line = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)$", re.S)
    census, blank = Census(), True
    for number, row in enumerate(text.split("\n"), start=1):
        found = line.match(row)
        if found and (blank or (found.group(1) == "PMID" and "PMID" in dict(census.records[-1].values))):
            census.records.append(Record(number))
        blank = not row.strip()
        if census.records:
            _line(census.records[-1], found.group(1) if found else "", found.group(2) if found else "", row)
    return census


_MONTH_WORDS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_BIB_FIELD = re.compile(r"[\s,]*([A-Za-z_][^\s={}\",#()]*)\s*=\s*")
_BIB_BARE = re.compile(r"[^\s,#{}\"()=]+")


def bibtex(text: str) -> Census:
    """Scan BibTeX by counting braces; @string gives words to expand, @comment and @preamble are no records."""
    census = Census()
    macros = {month[:3].lower(): month for month in _MONTH_WORDS}
    place = 0
    opening = re.compile(r"(?:^|(?<=\}))[ \t]*@[ \t]*([A-Za-z]+)\s*[{(]", re.M)
    while found := opening.search(text, place):
        kind, line = found.group(1).lower(), text.count("\n", 0, found.end() - 1 - len(found.group(0).lstrip())) + 1
        line = text.count("\n", 0, text.index("@", found.start())) + 1
        end = _closing(text, found.end() - 1)
        following = opening.search(text, found.end())
        if end < 0 and kind in ("comment", "preamble"):
            end = found.end()
        elif end < 0 or (following and following.start() < end and _entry_like(text, following.end())):
            end = following.start() if following else len(text)
        body = text[found.end() : end]
        if kind == "string":
            for name, value in _bib_fields(body, macros):
                macros.setdefault(name.lower(), value)
        elif kind not in ("comment", "preamble"):
            key = re.match(r"([^={}\"\n]*?),", body) or re.match(r"\s*([^\s={}\",]+)\s*$", body)
            record = Record(line, [("@", kind), ("key", key.group(1) if key else "")])
            record.values += _bib_fields(body[key.end() if key else 0 :], macros)
            census.records.append(record)
        place = max(end, found.end())
    return census


def _entry_like(text: str, place: int) -> bool:
    """Return whether an entry's key and first field stand at a place."""
    return re.match(r"[^{}=\n]{0,300},\s*[A-Za-z][\w-]*\s*=", text[place : place + 600]) is not None


def _closing(text: str, place: int, quote: bool = False) -> int:
    """Return where the brace, bracket or quote at a place is closed, -1 where it is not."""
    opener = text[place]
    depth = 0
    step = re.compile(r"\\.|[{}()\"]", re.S)
    for found in step.finditer(text, place + 1):
        sign = found.group(0)
        if depth == 0 and sign == {"{": "}", "(": ")", '"': '"'}[opener]:
            return found.start()
        depth += (sign == "{") - (sign == "}")
    return -1


def _bib_fields(body: str, macros: dict[str, str]) -> list[tuple[str, str]]:
    """Return the fields of an entry: name and value, pieces joined by `#`."""
    found: list[tuple[str, str]] = []
    place = 0
    while name := _BIB_FIELD.search(body, place):
        place, pieces = name.end(), []
        while place < len(body):
            if body[place] in '{"':
                end = _closing(body, place)
                end = len(body) if end < 0 else end
                pieces.append(body[place + 1 : end])
                place = end + 1
            elif bare := _BIB_BARE.match(body, place):
                pieces.append(macros.get(bare.group(0).lower(), bare.group(0)))
                place = bare.end()
            joined = re.compile(r"\s*#\s*").match(body, place)
            if not joined:
                break
            place = joined.end()
        value = "".join(pieces)
        found.append((name.group(1), _names_parted(name.group(1), value)))
    return found


def _names_parted(tag: str, value: str) -> str:
    """Return a value with `;` for the `and` that parts names."""
    return re.sub(r"\s+and\s+", ";\n", value) if re.fullmatch("authors?|editors?", tag, re.I) else value


def table(text: str) -> Census:
    """Scan a delimited table: the header is the row with most of the usual column names; blank rows are no records."""
    csv.field_size_limit(2**31 - 1)
    best: tuple[int, int, list[tuple[int, list[str]]]] = (0, 0, [])
    for delimiter in ",;\t|":
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows, before = [], 0
        try:
            for row in reader:
                rows.append((before + 1, row))
                before = reader.line_num
        except csv.Error:
            continue
        for place, (_, row) in enumerate(rows[:12]):
            names = [cell for cell in row if len(cell) <= 40]
            usual = sum(bool(re.search(r"title|author|year|doi|abstract|journal", name, re.I)) for name in names)
            if usual > best[0] and len(row) > 1:
                best = (usual, place, rows)
    _, place, rows = best
    header = rows[place][1] if rows else []
    census = Census()
    for line, row in rows[place + 1 :]:
        names = [header[n] if n < len(header) else f"column {n + 1}" for n in range(len(row))]
        cells = [(name, _names_parted(name, cell)) for name, cell in zip(names, row, strict=True)]
        filled = [cell for _, cell in cells if cell.strip()]
        if len(filled) > 1:
            census.records.append(Record(line, cells))
        elif filled:
            census.outside.append(line)
    return census


def refer(text: str) -> Census:
    """Scan EndNote's refer format: `%X value`; an empty line before the next %0 or %T parts two records."""
    census, blank = Census(), True
    for number, line in enumerate(text.split("\n"), start=1):
        found = re.match(r"(%[A-Z0-9@~!#$+*<>^&()\[\]?=|:.])(?: (.*)|)$", line, re.S)
        if found and (blank and (found.group(1) in ("%0", "%T", "%A") or not census.records)):
            census.records.append(Record(number))
        blank = not line.strip()
        if census.records:
            _line(census.records[-1], found.group(1) if found else "", (found.group(2) or "") if found else "", line)
    return census


def refworks(text: str) -> Census:
    """Scan RefWorks tagged text: RT opens a record."""
    never = re.compile(r"(?!)")
    return _tagged(text, re.compile(r"([A-Z][A-Z0-9]) (.*)$", re.S), re.compile(r"RT \S"), never)


def ovid(text: str) -> Census:
    """Scan Ovid text: `<n. >` opens a record; `TI  - value`, or a label on its own line with the value beneath."""
    line = re.compile(r"([A-Z]{2,5}  ?-|[A-Z][A-Za-z/&() -]{2,60}$)(.*)$", re.S)
    return _tagged(text, line, re.compile(r" ?<\d+\. ?> *$|<\d+> *$"), re.compile(r"(?!)"))


def ebsco(text: str) -> Census:
    """Scan EBSCO's generic text: `TI- value`; an empty line before TI parts two records."""
    return _tagged(text, re.compile(r"([A-Z]{2}) ?[-:] (.*)$", re.S), re.compile(r"TI ?[-:] "), re.compile(r"(?!)"))


# Family -> scan. The manifest's words for a format that several databases write otherwise: `family_of`.
FAMILIES: dict[str, Callable[[str], Census]] = {
    "ris": ris, "wos": wos, "wos-tab": tab, "nbib": nbib, "bibtex": bibtex, "csv": table, "enw": refer,
    "refworks": refworks, "ovid": ovid, "ebsco": ebsco,
}  # fmt: skip


def family_of(database: str, form: str) -> str:
    """Return the family of a file of the manifest, an empty text where there is no scan for it."""
    if form == "tagged":
        return next((name for name in ("ovid", "refworks", "ebsco") if name in database), "wos")
    return {"tab": "wos-tab"}.get(form, form if form in FAMILIES else "")
