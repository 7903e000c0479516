"""The kinds of sheets that people fill: their names, columns and which cells hold decisions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

# As what a sheet may be saved; what stands in the file decides how it is read.
ENDINGS = ("csv", "xlsx", "xlsm", "xls", "ods", "tsv", "txt")

# Which names are allowed is the protocol's affair; a name it would refuse is reported as unknown, not as no sheet.
_NAME = re.compile(r"(?P<number>[0-9]{4,})-(?P<kind>[a-z-]+)\.(?P<reviewer>[\w-]+)")
_NOT_OURS = ("desktop.ini", "thumbs.db", "icon\r", "icon")


@dataclass(frozen=True)
class SheetKind:
    """One kind of sheet.

    Attributes:
        name: part of the file name.
        folder: folder below screening/.
        answers: column -> ledger stage; the cells people fill and what they decide.
        columns: all columns in the order they are written.
        required: columns without which the sheet is refused.
        task: what the person is asked, in words.
        kept: further columns people may fill; their cells are kept in the note of the ledger (`column: cell | ...`).
    """

    name: str
    folder: str
    answers: Mapping[str, str]
    columns: tuple[str, ...]
    required: tuple[str, ...]
    task: str
    kept: tuple[str, ...] = ()

    @property
    def copied(self) -> bool:
        """Whether a copy under another person's name is that person's own work: codes, which two people compare."""
        return self.name == "coding"

    def note(self, cells: Mapping[str, str]) -> str:
        """Return the note of a row: its own and, before it, the cells of the kept columns.

        >>> KINDS["incidents"].note({"page": "12", "passage": "they waited", "note": "see also p. 3"})
        'page: 12 | passage: they waited | note: see also p. 3'
        """
        own = cells.get("note", "").strip()
        parts = [f"{name}: {' '.join(cells[name].split())}" for name in self.kept if cells.get(name, "").strip()]
        return " | ".join([*parts, *([f"note: {own}" if parts else own] if own else [])])


_WORK = ("title", "abstract", "authors", "year", "journal", "keywords", "doi")
_TAIL = ("text_sha256", "sheet")

KINDS: Mapping[str, SheetKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            SheetKind(
                "borderline",
                "worklists",
                MappingProxyType({"decision": "title_abstract"}),
                ("id", "decision", "reason", "stratum", "note", "band", *_WORK, "why", "decisions", "score", "terms")
                + ("criteria",)
                + _TAIL,
                ("id", "decision", "reason"),
                "decide title and abstract",
            ),
            SheetKind(
                "conflicts",
                "worklists",
                MappingProxyType({"decision": "consensus"}),
                ("id", "decision", "reason", "stratum", "note", "decisions", *_WORK, "why", "criteria", *_TAIL),
                ("id", "decision", "reason"),
                "settle what readers decided differently",
            ),
            SheetKind(
                "full-text",
                "worklists",
                MappingProxyType({"retrieved": "retrieval", "decision": "full_text"}),
                (
                    "id",
                    "retrieved",
                    "decision",
                    "reason",
                    "further_reasons",
                    "same_study_as",
                    "note",
                    "title",
                    "authors",
                )
                + ("year", "journal", "doi", "link", "pdf", "url", "study", "why", "criteria", *_TAIL),
                ("id", "retrieved", "decision", "reason"),
                "get the full text and decide it",
            ),
            SheetKind(
                "coding",
                "worklists",
                MappingProxyType({"codes": "coding"}),
                ("id", "dimension", "codes", "suggested", "matched", "allowed", "note", "title", "abstract", "journal")
                + _TAIL,
                ("id", "dimension", "codes"),
                "confirm or correct the suggested codes",
            ),
            SheetKind(
                "incidents",
                "worklists",
                MappingProxyType({"codes": "coding"}),
                ("id", "dimension", "codes", "page", "passage", "actor", "phase", "area", "note", "suggested")
                + ("allowed", "title", "abstract", "journal", *_TAIL),
                ("id", "dimension", "codes"),
                "confirm incidents, with the passage and its page",
                ("page", "passage", "actor", "phase", "area"),
            ),
            SheetKind(
                "duplicates",
                "duplicates",
                MappingProxyType({"answer": "duplicate_pair"}),
                ("id", "other_id", "answer", "note", "why", "differs", "title", "other_title", "authors")
                + ("other_authors", "year", "other_year", "journal", "other_journal", "volume", "other_volume")
                + ("issue", "other_issue", "pages", "other_pages", "doi", "other_doi", "sources", "other_sources")
                + ("abstract", "other_abstract", *_TAIL),
                ("id", "other_id", "answer"),
                "say whether the two are the same work",
            ),
        )
    }
)


@dataclass(frozen=True)
class SheetName:
    """The parts of a sheet's file name, `0007-borderline.ann.csv`; the ending tells no two sheets apart."""

    number: int
    kind: str
    reviewer: str
    ending: str = field(default="csv", compare=False)

    @property
    def stem(self) -> str:
        """The file name without its ending: the name of the sheet, as whatever it is saved."""
        return f"{self.number:04d}-{self.kind}.{self.reviewer}"

    @property
    def file(self) -> str:
        """The file name."""
        return f"{self.stem}.{self.ending}"


def stem_of(file: str) -> str:
    """Return the name of the sheet that a file is, without folders and ending.

    >>> stem_of("screening/worklists/0007-borderline.ann.xlsx")
    '0007-borderline.ann'
    """
    return file.rpartition("/")[2].rpartition(".")[0]


def sheet_name(file: str) -> SheetName | None:
    """Return the parts of a sheet's file name, None where it is not the name of a sheet.

    Capitals and blanks around the parts do not matter; a copy's name does.

    >>> sheet_name("0001-Borderline.Ann .XLSX").file, sheet_name("0001-borderline.ann (1).csv")
    ('0001-borderline.ann.xlsx', None)
    """
    name = meant_name(file)
    plain = unicodedata.normalize("NFC", file).lower()
    parts = [part.strip() for part in plain.rsplit(".", 1)]
    return name if name and len(parts) == 2 and parts[1] in ENDINGS and parts[0] == name.stem else None


def meant_name(file: str) -> SheetName | None:
    """Return the sheet that a file was saved from, going by how its name begins: another ending, capitals, a copy.

    >>> meant_name("0001-Borderline.ann (conflicted copy).xlsx").file
    '0001-borderline.ann.csv'
    """
    match = _NAME.match(unicodedata.normalize("NFC", file).lower())
    if not match or match["kind"] not in KINDS:
        return None
    name = SheetName(int(match["number"]), match["kind"], match["reviewer"])
    ending = file[match.end() :].strip().removeprefix(".").lower()
    return replace(name, ending=ending) if ending in ENDINGS else name


def is_leftover(file: str) -> bool:
    """Return whether a file is a lock or temporary file of an office program or system, never to be read."""
    name = file.lower()
    return name.startswith(("~$", ".~lock", ".")) or name.endswith((".tmp", ".bak", "~", "#")) or name in _NOT_OURS
