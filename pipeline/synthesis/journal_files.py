"""The files about journals a review brings: a register, abbreviations, topics, and a list of the team's own.

All are CSV, plain or gzipped. The register is the first scheme's; the team's own list (SCImago's, a Scopus source list
saved as CSV, or any table of titles, ISSNs and categories) is the second's.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import ProtocolError, compose
from pipeline.synthesis.cells import normal_issn, normal_label, normal_title
from pipeline.synthesis.discipline_files import DisciplineFiles
from pipeline.synthesis.journals import Journal, Journals, gathered, shares_of

_TITLES = ("title", "source title", "journal title", "journal", "title_other", "title_alt")
_ISSNS = ("issn", "print-issn", "print issn", "e-issn", "eissn", "issn_l")
_CATEGORIES = ("category", "categories", "all science journal classification codes (asjc)", "asjc", "field")
_PARTS = re.compile(r"[;|]")
_QUARTILE = re.compile(r"\(Q\d\)\s*$")
_ISSN_PARTS = re.compile(r"[|;,\s]+")
_JOURNAL_SCHEMES = ("asjc", "sjr_label")
_MISTAKES_SHOWN = 10


@dataclass(frozen=True)
class JournalFileNames:
    """How messages name the files."""

    register: str = "screening/disciplines/journals.csv"
    abbreviations: str = "screening/disciplines/journal_abbreviations.csv"
    topics: str = "screening/disciplines/topics.csv"
    own: str = "screening/disciplines/own_journals.csv"


@dataclass(frozen=True)
class JournalFiles:
    """What the files about journals say.

    Attributes:
        register: journals of the first scheme.
        own: journals of the team's own list for the second scheme; None where there is no such list.
        topics: normal label of a topic -> discipline.
    """

    register: Journals = field(default_factory=Journals)
    own: Journals | None = None
    topics: Mapping[str, str] = field(default_factory=dict)


def read_journal_files(
    files: DisciplineFiles,
    register: bytes = b"",
    abbreviations: bytes = b"",
    topics: bytes = b"",
    own: bytes = b"",
    names: JournalFileNames | None = None,
) -> JournalFiles:
    """Return what the files about journals say; empty bytes mean that the review does without.

    Args:
        files: the discipline files: categories are mapped by their crosswalk, core journals settle what they say.
        register: title, issn (several with `|`), category (several with `|` or `;`); where wanted scheme (of the
            crosswalk) and title_other.
        abbreviations: abbreviation, title.
        topics: topic, and code or subfield (as the crosswalk knows them).
        own: the team's own list of journals, for the second scheme. SCImago's CSV and a Scopus source list saved as CSV
            are known by their columns.
        names: how messages name the files.

    Raises:
        ProtocolError: every mistake of all the files, a line each.
    """
    shown = names or JournalFileNames()
    mistakes: list[str] = []
    short = _abbreviations(_table(abbreviations, shown.abbreviations, mistakes), shown.abbreviations, mistakes)
    further = frozenset(files.by_title)
    listed = gathered(
        _rows(_table(register, shown.register, mistakes), files, shown.register, mistakes), short, further
    )
    owned = None
    if own.strip():
        owned = gathered(_rows(_table(own, shown.own, mistakes), files, shown.own, mistakes), short, further)
    named = _topics(_table(topics, shown.topics, mistakes), files, shown.topics, mistakes)
    if mistakes:
        raise ProtocolError.from_lines(mistakes[:_MISTAKES_SHOWN])
    return JournalFiles(listed, owned, named)


def _table(content: bytes, file: str, mistakes: list[str]) -> Iterator[list[str]]:
    """Yield the header in small letters, then the rows with a cell for each of its columns; nothing for no file."""
    try:
        text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        mistakes.append(compose("is no CSV in UTF-8", file=file, hint="save it as CSV UTF-8, plain or gzipped"))
        return
    if not text.strip():
        return
    first = text[: text.find("\n") if "\n" in text else len(text)]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    header: list[str] = []
    try:
        for row in rows:
            if not header:
                header = [cell.strip().casefold() for cell in row]
                yield header
            elif any(row):
                yield row + [""] * (len(header) - len(row))
    except csv.Error as error:
        hint = "look for a quotation mark that is not closed"
        mistakes.append(compose(f"is not a CSV table: {error}", file=file, row=rows.line_num, hint=hint))


def _columns(header: Sequence[str], names: Sequence[str]) -> list[int]:
    return [header.index(name) for name in names if name in header]


def _missing(file: str, column: str, header: Sequence[str]) -> str:
    return compose("column missing", file=file, row=1, column=column, found=", ".join(header), hint="add the column")


def _rows(
    table: Iterator[list[str]], files: DisciplineFiles, file: str, mistakes: list[str]
) -> Iterator[tuple[list[str], list[str], Journal]]:
    header = next(table, None)
    if header is None:
        return
    titles, issns, categories = (_columns(header, names) for names in (_TITLES, _ISSNS, _CATEGORIES))
    if not titles or not categories:
        mistakes += [
            _missing(file, name, header) for name, at in (("title", titles), ("category", categories)) if not at
        ]
        return
    scheme_at = header.index("scheme") if "scheme" in header else -1
    known: dict[tuple[str, str], str] = {}
    for row in table:
        scheme = row[scheme_at].strip() if scheme_at >= 0 else ""
        labels = [part.strip() for part in _PARTS.split(row[categories[0]]) if part.strip()]
        for label in labels:
            if (scheme, label) not in known:
                known[scheme, label] = _discipline(label, scheme, files)
        codes = [known[scheme, label] for label in labels]
        broad = files.covers.get((scheme, normal_label(labels[0])), frozenset()) if len(labels) == 1 else frozenset()
        numbers = [normal_issn(_hyphenless(part)) for at in issns for part in _ISSN_PARTS.split(row[at]) if part]
        names = [row[at].strip() for at in titles if row[at].strip()]
        yield names, [number for number in numbers if number], _journal(names, numbers, codes, broad, files)


def _hyphenless(issn: str) -> str:
    """Return an ISSN with the leading zeros that spreadsheets drop."""
    signs = issn.replace("-", "")
    return signs.zfill(8) if 5 <= len(signs) < 8 else signs


def _journal(
    names: Sequence[str], issns: Sequence[str], codes: Sequence[str], covers: frozenset[str], files: DisciplineFiles
) -> Journal:
    title = names[0] if names else ""
    settled = next((files.by_issn[issn] for issn in issns if issn in files.by_issn), "")
    if settled and settled not in files.uninformative:
        return Journal(title, ((settled, 1.0),), settled=True)
    return Journal(title, shares_of(codes, files.uninformative), covers=covers)


def _discipline(label: str, scheme: str, files: DisciplineFiles) -> str:
    """Return the discipline of a category: by the row's scheme, else as a code or name that journal lists use."""
    key = normal_label(_QUARTILE.sub("", label))
    if scheme:
        return files.by_scheme.get(scheme, {}).get(key, "")
    if key.isdecimal():
        return files.by_code.get(key, "")
    schemes = (files.by_scheme.get(name, {}) for name in _JOURNAL_SCHEMES)
    return next((found[key] for found in schemes if key in found), files.by_category.get(key, ""))


def _abbreviations(table: Iterator[list[str]], file: str, mistakes: list[str]) -> dict[str, tuple[str, ...]]:
    header = next(table, None)
    if header is None:
        return {}
    if missing := [name for name in ("abbreviation", "title") if name not in header]:
        mistakes += [_missing(file, name, header) for name in missing]
        return {}
    short, full = header.index("abbreviation"), header.index("title")
    found: dict[str, tuple[str, ...]] = {}
    for row in table:
        key, title = normal_title(row[short]), normal_title(row[full])
        if key and title and title not in found.get(key, ()):
            found[key] = (*found.get(key, ()), title)
    return found


def _topics(table: Iterator[list[str]], files: DisciplineFiles, file: str, mistakes: list[str]) -> dict[str, str]:
    header = next(table, None)
    if header is None:
        return {}
    if "topic" not in header or not {"code", "subfield"} & set(header):
        mistakes.append(_missing(file, "topic, code", header))
        return {}
    topic = header.index("topic")
    code = header.index("code" if "code" in header else "subfield")
    found: dict[str, str] = {}
    torn = set()
    for row in table:
        key, discipline = normal_label(row[topic]), _discipline(row[code].strip(), "", files)
        if discipline and found.setdefault(key, discipline) != discipline:
            torn.add(key)
    return {key: discipline for key, discipline in found.items() if key not in torn}
