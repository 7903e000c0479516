"""Decisions that an export of another screening tool carries become rows of ledgers named for the tool."""

from __future__ import annotations

import hashlib
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pipeline.decisions.ledger import LedgerRow
from pipeline.decisions.take_over import GivenRow, Index, append_given, plain_title
from pipeline.errors import DONE, Notice, ReviewError, compose
from pipeline.formats import read_export
from pipeline.formats.screening_labels import FULL_TEXT, KEY, ScreeningDecision
from pipeline.identity import entry_id, normal_raw
from pipeline.lock import run_lock
from pipeline.protocol import Protocol, read_protocol
from pipeline.records import ParsedEntry
from pipeline.review import Review

_SHOWN = 20
_LONGEST_NAME = 40
_STAGES: Mapping[str, Literal["title_abstract", "full_text"]] = {FULL_TEXT: "full_text"}


def take_over_export(review: Review, export: Path) -> tuple[list[str], int]:
    """Append the decisions of an export to ledgers named for its tool; return what was taken, and the exit status.

    Args:
        review: the review; it must have been run, so that its entries are known.
        export: an export in any format that is read; a path that is not there is looked for in the review.

    Raises:
        ReviewError: the export cannot be read or carries no decisions, the protocol does not know the ledgers' names,
            or a ledger cannot be written; the message says which line to add.
    """
    protocol = read_protocol(review.protocol)
    if not export.is_file() and (review.folder / export).is_file():
        export = review.folder / export
    given = _given(export)
    if not given:
        hint = "for a table with a column `decision` say whose they are: --reviewer NAME"
        raise ReviewError("carries no decisions of a screening tool that is known", file=str(export), hint=hint)
    unknown = [name for name in given if name not in protocol.all_reviewers]
    if unknown:
        raise _unknown(protocol, unknown)
    lines: list[str] = []
    exit_status = DONE
    with run_lock(review.state / "lock"):
        index = Index(review)
        for name, rows in given.items():
            told, status = append_given(review, protocol, name, export.name, rows, index)
            exit_status = max(exit_status, status)
            lines += told[: _SHOWN + 1]
            if len(told) > _SHOWN + 1:
                lines.append(f"not taken: {len(told) - _SHOWN - 1:,} more decisions of {name}, for the like reasons")
    return lines, exit_status


def _unknown(protocol: Protocol, names: Sequence[str]) -> ReviewError:
    """Return the error that tells which line makes the names known."""
    past = ", ".join(f'"{name}"' for name in (*protocol.screening.past_reviewers, *names))
    return ReviewError(
        f"the protocol does not know {', '.join(names)}, so nothing was taken",
        hint=f"write in [screening] of screening/protocol.toml: past_reviewers = [{past}]; their decisions then count "
        "as those of earlier readers, without worklists",
    )


def _given(export: Path) -> dict[str, list[GivenRow]]:
    """Return the decisions of an export by the name of the ledger they belong to."""
    try:
        data = export.read_bytes()
    except OSError as error:
        hint = "check the name of the file, close it in other programs"
        raise ReviewError(f"cannot be read: {error.strerror}", file=str(export), hint=hint) from error
    entries = read_export(export.name, data).reading.entries
    found = [(entry, decision) for entry in entries for decision in decisions_of(entry.extra.get(KEY, ()))]
    name_of = ledger_names(decision for _, decision in found)
    given: dict[str, list[GivenRow]] = {}
    for entry, decision in found:
        name = name_of[decision.tool, decision.person]
        given.setdefault(name, []).append(_row(entry, decision))
    return dict(sorted(given.items()))


def _row(entry: ParsedEntry, decision: ScreeningDecision) -> GivenRow:
    """Return an entry's decision as a row to be taken over."""
    fields = entry.fields
    cells = {
        "id": entry_id(normal_raw(entry.raw)),
        "doi": str(fields.get("doi", "")),
        "title": str(fields.get("title", "")),
        "year": str(fields.get("year", "")),
        "decision": decision.decision,
        "reason": decision.reason,
    }
    return GivenRow(entry.line, cells, _STAGES.get(decision.stage, "title_abstract"), decision.tool)


def decisions_of(lines: Iterable[str]) -> list[ScreeningDecision]:
    """Return the decisions of an entry's lines."""
    return [found for found in map(ScreeningDecision.from_line, lines) if found]


def ledger_names(decisions: Iterable[ScreeningDecision]) -> dict[tuple[str, str], str]:
    """Return (tool, person) -> name of the ledger: the tool's, or tool and person where the export names people."""
    people = sorted({(decision.tool, decision.person) for decision in decisions})
    plain = {person: _plain_name(*person) for person in people}
    often = Counter(plain.values())
    return {person: name if often[name] == 1 else _marked(name, person[1]) for person, name in plain.items()}


def _plain_name(tool: str, person: str) -> str:
    """Return a name a protocol may hold: small letters, digits and hyphens."""
    bare = unicodedata.normalize("NFKD", person.casefold())
    word = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in bare if not unicodedata.combining(c))).strip("-")
    if person and not word:
        return _marked(tool, person)
    return f"{tool}-{word}"[:_LONGEST_NAME].strip("-") if word else tool


def _marked(name: str, person: str) -> str:
    """Return a name with a mark of the person, for those that plain letters cannot tell apart."""
    mark = hashlib.sha256(person.encode("utf-8")).hexdigest()[:6]
    return f"{name[: _LONGEST_NAME - 7]}-{mark}"


def untaken_notices(
    rows: Iterable[Mapping[str, Any]], ledgers: Mapping[str, Sequence[LedgerRow]], doi_of: Mapping[str, str]
) -> list[Notice]:
    """Return a line for each file whose decisions of other tools are in no ledger, with the command to take them.

    Args:
        rows: entry_id, file, title, doi and the decisions' lines of the entries that carry any.
        ledgers: person -> rows of the ledger, of the people the protocol knows.
        doi_of: entry -> DOI, of all entries that have one.
    """
    by_file: dict[str, list[tuple[Mapping[str, Any], ScreeningDecision]]] = {}
    for entry in rows:
        for decision in decisions_of(entry[KEY]):
            by_file.setdefault(entry["file"], []).append((entry, decision))
    taken = {
        (reviewer, row.stage, row.decision, key)
        for reviewer, given in ledgers.items()
        for row in given
        for key in _keys(row.entry_id, doi_of.get(row.entry_id), row.title)
    }
    notices = []
    for file, found in sorted(by_file.items()):
        name_of = ledger_names(decision for _, decision in found)
        missing = Counter(
            decision.tool
            for entry, decision in found
            if not any(
                (name_of[decision.tool, decision.person], decision.stage, _LEDGER_WORD[decision.decision], key) in taken
                for key in _keys(entry["entry_id"], entry["doi"], entry["title"])
            )
        )
        if missing:
            notices.append(_untaken(file, missing))
    return notices


_LEDGER_WORD = {"included": "include", "excluded": "exclude", "maybe": "maybe"}


def _keys(entry: str, doi: str | None, title: str | None) -> list[tuple[str, str]]:
    """Return what a decision may be recognised by."""
    found = [("id", entry), ("doi", doi or ""), ("title", plain_title(title or ""))]
    return [key for key in found if key[1]]


def _untaken(file: str, missing: Mapping[str, int]) -> Notice:
    number = sum(missing.values())
    tools = " and ".join(f"{count:,} of {tool}" for tool, count in sorted(missing.items()))
    text = compose(
        f"carries {number:,} {'decision' if number == 1 else 'decisions'} that {'is' if number == 1 else 'are'} in no "
        f"ledger ({tools})",
        file=f"references/{file}",
        hint=f"take them over, from this folder: python -m pipeline import-decisions "
        f"{shlex.quote(f'references/{PurePosixPath(file).as_posix()}')}",
    )
    return Notice("warning", text, "decisions_not_taken")
