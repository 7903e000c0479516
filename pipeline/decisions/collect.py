"""Collecting what people wrote: filled rows of the sheets become rows of their ledgers, each once.

A row is compared with what the same sheet gave the ledger before, so collecting twice adds nothing, a corrected cell
adds a row, and a decision is never taken back by an empty cell (`withdraw` does that).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.decisions.criteria_log import criteria_log, earlier_labels
from pipeline.decisions.ledger import Ledger, LedgerRow, append_rows, ledger_bytes, ledger_path, read_ledger
from pipeline.decisions.ledger_log import closed_where_lost
from pipeline.decisions.sheet_log import read_sheet_log
from pipeline.decisions.sheet_reader import SheetContext, SheetReader, Subject
from pipeline.decisions.sheet_state import SheetState
from pipeline.decisions.words import ALLOWED, WITHDRAW
from pipeline.decisions.worklist_kinds import KINDS, SheetName, is_leftover, meant_name, sheet_name, stem_of
from pipeline.errors import InputError, Notice, compose
from pipeline.protocol import Protocol, nearest
from pipeline.review import Review

_NOTES = (".md", ".txt")


@dataclass(frozen=True)
class Collected:
    """What a collection brought: rows appended by person, the sheets' states, what people must see."""

    appended: Mapping[str, tuple[LedgerRow, ...]] = field(default_factory=dict)
    sheets: tuple[SheetState, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def number(self) -> int:
        """How many decisions were appended."""
        return sum(len(rows) for rows in self.appended.values())


def read_ledgers(review: Review, protocol: Protocol) -> dict[str, Ledger]:
    """Return every person's ledger, by person; ledgers of unknown people are reported in an empty one.

    Raises:
        ReviewError: a ledger is there and cannot be read.
    """
    ledgers = {}
    for path in sorted(review.ledgers.iterdir()) if review.ledgers.is_dir() else []:
        if is_leftover(path.name) or not path.is_file() or path.suffix.lower() in _NOTES:
            continue
        file, reviewer = review.shown(path), unicodedata.normalize("NFC", path.stem)
        if reviewer in protocol.all_reviewers and path.suffix == ".csv":
            ledgers[reviewer] = read_ledger(reviewer, ledger_bytes(path, file), file)
            continue
        owner = next((name for name in protocol.all_reviewers if reviewer.lower().startswith(name)), None)
        hint = "add the name to [screening] reviewers or past_reviewers; its decisions are not used until then"
        if owner:
            hint = f"if it is a copy of {owner}.csv, put rows that only it has at the end of {owner}.csv; else name it"
        text = compose(
            f"is no ledger of a person the protocol knows; no decision in it is used"
            f"{nearest(reviewer, protocol.all_reviewers)}",
            file=file,
            found=path.name,
            allowed=[f"{name}.csv" for name in protocol.all_reviewers],
            hint=hint,
        )
        ledgers[path.name] = Ledger(reviewer, notices=(Notice("problem", text, "ledger_unknown"),))
    return ledgers


def collect(
    review: Review, protocol: Protocol, known_ids: frozenset[str], dimensions: Mapping[str, Sequence[str]], when: str
) -> Collected:
    """Read every sheet and append what is new to the ledgers.

    Args:
        review: the review.
        protocol: its protocol.
        known_ids: every entry id the review has or had.
        dimensions: dimension of the coding frame -> its codes.
        when: the time to write, UTC.

    Raises:
        ReviewError: a ledger cannot be read or written.
    """
    files = _sheet_files(review)
    named = (sheet_name(path.name) for paths in files for path in paths)
    there = frozenset(name.stem for name in named if name)
    labels = earlier_labels(criteria_log(review))
    context = SheetContext(protocol, known_ids, dimensions, read_sheet_log(review), there, labels)
    collection = _Collection(review, context, when)
    for paths in files:
        collection.take(paths)
    return collection.result()


def _sheet_files(review: Review) -> list[list[Path]]:
    """Return what may be sheets, in order of their numbers; files that one sheet was saved as stand together."""
    folders = (review.worklists, review.duplicate_sheets)
    found = [path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file()]
    named = [(meant_name(path.name), path) for path in found if not is_leftover(path.name)]
    wanted = [(name, path) for name, path in named if name or path.suffix.lower() not in _NOTES]
    ordered = sorted(wanted, key=lambda item: (item[0].number if item[0] else 0, str(item[1])))
    together: dict[object, list[Path]] = {}
    for _, path in ordered:
        own = sheet_name(path.name)
        together.setdefault((path.parent, own) if own else path, []).append(path)
    return list(together.values())


class _Collection:
    """One collection on its way: the ledgers as they grow, what was appended, states, notices."""

    def __init__(self, review: Review, context: SheetContext, when: str) -> None:
        self.review, self.context, self.when = review, context, when
        self.ledgers = closed_where_lost(review, read_ledgers(review, context.protocol), context.protocol.all_reviewers)
        self.rows = {reviewer: list(ledger.rows) for reviewer, ledger in self.ledgers.items()}
        self.appended: dict[str, tuple[LedgerRow, ...]] = {}
        self.sheets: list[SheetState] = []
        unknown = [notice for ledger in self.ledgers.values() for notice in ledger.notices]
        self.notices = [notice for notice in unknown if notice.code in ("ledger_unknown", "ledger_lost")]
        self._brought: dict[tuple[str, Subject], LedgerRow] = {}
        self._copies: list[tuple[SheetReader, Sequence[LedgerRow]]] = []

    def result(self) -> Collected:
        """Return what the collection brought; a refused copy of a sheet that was read does not count as a sheet."""
        self.notices += [notice for reader, new in self._copies if (notice := self._copied_along(reader, new))]
        read = {state.name for state in self.sheets if not state.refused}
        sheets = tuple(state for state in self.sheets if not state.refused or state.name not in read)
        return Collected(self.appended, sheets, tuple(self.notices))

    def take(self, paths: Sequence[Path]) -> None:
        """Read the files that one sheet was saved as and append what is new in them."""
        read = [found for path in paths if (found := self._read(path))]
        if not read:
            return
        issued_as = read[0].reader.issued_as
        given = read[0].reader.given
        answers, unequal = _joined(read, self.notices)
        blank = [item for part in read for item in part.reader.blank if item[1].subject not in answers]
        state = _joined_state([part.state for part in read], {_key(subject) for subject in unequal})
        new = _new_rows(answers.values(), given)
        taken = self._append(state.name.reviewer, issued_as, new)
        if read[0].reader.copied_from and taken:
            self._copies.append((read[0].reader, new))
        self.sheets.append(state if taken else replace(state, open=state.listed | state.open))
        for part in read:
            self.notices += part.reader.notices
        self.notices += _emptied(blank, given, read[0].reader.file)

    def _read(self, path: Path) -> _ReadFile | None:
        """Read one file; what is no sheet, or cannot be read, is named and keeps its rows."""
        file = unicodedata.normalize("NFC", self.review.shown(path))
        name, meant = sheet_name(path.name), meant_name(path.name)
        known = self.context.protocol.all_reviewers
        notice = _not_a_sheet(name, path, file, known)
        if notice:
            self.notices.append(notice)
            if meant and meant.reviewer in known:
                self.sheets.append(SheetReader(file, meant, self.context).refused())
            return None
        assert name is not None  # else there was a notice
        earlier = [row for row in self.rows.get(name.reviewer, ()) if _is_of(row, name)]
        reader = SheetReader(file, name, self.context, {row.subject: row for row in earlier})
        try:
            answers, state = reader.read(path.read_bytes())
        except OSError as error:
            hint = "close it in the spreadsheet, run again"
            text = compose(f"cannot be read: {error.strerror}", file=file, hint=hint)
            self.notices.append(Notice("problem", text, "sheet_locked"))
            self.sheets.append(reader.refused())
            return None
        if state.refused:
            self.notices += reader.notices
            self.sheets.append(state)
            return None
        return _ReadFile(reader, answers, state)

    def _copied_along(self, reader: SheetReader, new: Sequence[LedgerRow]) -> Notice | None:
        """Return a warning where a second person's new codes are those of the sheet that theirs was copied from."""
        first = {row.subject: row.decision for row in self.rows.get(reader.copied_from, ())}
        both = [row for row in new if row.subject in first]
        if not both or any(row.decision != first[row.subject] for row in both):
            return None
        number = "the one answer" if len(both) == 1 else f"all {len(both)} answers"
        who = reader.name.reviewer
        text = compose(
            f"{number} taken for {who} on rows that {reader.copied_from} coded, too, are the same as those codes",
            file=reader.file,
            hint=f"if they were copied along, write withdraw into codes until {who} has coded the row",
        )
        return Notice("warning", text, "sheet_copied")

    def _append(self, reviewer: str, file: str, new: Sequence[LedgerRow]) -> bool:
        """Append the rows and return whether that was possible."""
        if not new:
            return True
        ledger = self.ledgers.get(reviewer)
        path = ledger_path(self.review.ledgers, reviewer)
        try:
            if ledger and ledger.closed:
                raise InputError(ledger.closed)
            sealed = append_rows(path, [replace(row, when=self.when) for row in new])
        except InputError as error:
            number = f"{len(new)} answer{'s' if len(new) > 1 else ''}"
            text = compose(f"{number} not taken, because the ledger takes none: {error}", file=file)
            self.notices.append(Notice("problem", text, "ledger_closed"))
            return False
        for row in sealed:
            other = self._brought.get((reviewer, row.subject))
            if other and (other.decision, other.reason) != (row.decision, row.reason):
                text = compose(
                    f"{other.decision!r} for {row.entry_id} in {other.worklist} and {row.decision!r} here were written "
                    "since the last run; both are kept, this one counts",
                    file=file,
                    hint="correct it here if the other is meant",
                )
                self.notices.append(Notice("warning", text, "sheets_differ"))
            self._brought[reviewer, row.subject] = row
        self.rows.setdefault(reviewer, []).extend(sealed)
        self.appended[reviewer] = (*self.appended.get(reviewer, ()), *sealed)
        return True


@dataclass(frozen=True)
class _ReadFile:
    """A file that was read: its reader with what it noticed, its answers, its state."""

    reader: SheetReader
    answers: Sequence[LedgerRow]
    state: SheetState


def _is_of(row: LedgerRow, name: SheetName) -> bool:
    """Return whether a row of a ledger came from a sheet, as whatever that was saved."""
    return row.worklist.startswith("screening/") and stem_of(row.worklist) == name.stem


def _joined(read: Sequence[_ReadFile], notices: list[Notice]) -> tuple[dict[Subject, LedgerRow], set[Subject]]:
    """Return the answers of the files that one sheet was saved as, and the subjects they answer differently.

    Which of two files is the newer one is not guessed: where they differ neither is taken.
    """
    found: dict[Subject, list[tuple[str, LedgerRow]]] = {}
    for part in read:
        for row in part.answers:
            found.setdefault(row.subject, []).append((part.reader.file, row))
    unequal = {
        subject: rows
        for subject, rows in found.items()
        if len({(r.decision, r.reason, r.stratum) for _, r in rows}) > 1
    }
    if unequal:
        first = next(iter(unequal.values()))
        text = compose(
            f"{' and '.join(file for file, _ in first)} are one sheet and answer {len(unequal)} "
            f"{'row' if len(unequal) == 1 else 'rows'} differently; neither answer was taken",
            found=f"{first[0][1].entry_id}: {', '.join(row.decision for _, row in first)}",
            hint="take one of the two files away",
        )
        notices.append(Notice("problem", text, "sheet_twice"))
    return {subject: rows[-1][1] for subject, rows in found.items() if subject not in unequal}, set(unequal)


def _joined_state(states: Sequence[SheetState], unequal: set[str]) -> SheetState:
    """Return the state of a sheet that stands in several files: a row is open where none of them answers it."""
    listed = frozenset(key for state in states for key in state.listed)
    answered = {key for state in states for key in state.listed - state.open}
    still = {key for state in states for key in state.open} - answered
    seal = next((state.seal for state in states if state.seal), "")
    return replace(states[0], listed=listed, open=frozenset(still | unequal), seal=seal)


def _key(subject: Subject) -> str:
    return "|".join(part for part in subject[1:] if part)


def _not_a_sheet(name: SheetName | None, path: Path, file: str, known: tuple[str, ...]) -> Notice | None:
    """Return why a file cannot be read as a sheet, going by its name and folder."""
    meant = meant_name(path.name)
    if name is None:
        issued = meant.file if meant else "0001-borderline.NAME.csv"
        hint = f"save it under the name it was issued with ({issued}), or move it away"
        text = compose("is not named like a worklist, so nothing of it was read", file=file, found=path.name, hint=hint)
    elif name.reviewer not in known:
        text = compose(
            f"sheet of somebody the protocol does not know{nearest(name.reviewer, known)}; nothing of it was read",
            file=file,
            found=name.reviewer,
            allowed=known,
            hint=_UNKNOWN + (", or past_reviewers for who only codes" if KINDS[name.kind].copied else ""),
        )
    elif path.parent.name != KINDS[name.kind].folder:
        text = compose(
            "lies in another folder than it was issued in, so nothing of it was read",
            file=file,
            found=path.parent.name,
            allowed=[KINDS[name.kind].folder],
            hint="move it back; where it is there too, take one of the two away",
        )
    else:
        return None
    return Notice("problem", text, "sheet_name")


_UNKNOWN = "name it as it was issued, or add the name to [screening] reviewers"


def _new_rows(rows: Iterable[LedgerRow], given: Mapping[Subject, LedgerRow]) -> list[LedgerRow]:
    """Return the rows whose answer differs from the last one that the same sheet gave for the subject."""
    fields = ("decision", "reason", "stratum", "note")
    return [
        row
        for row in rows
        if row.subject not in given or any(_text(row, name) != _text(given[row.subject], name) for name in fields)
    ]


def _text(row: LedgerRow, name: str) -> str:
    """Return a cell without the differences that a ledger's own journey through a spreadsheet may make."""
    return " ".join(str(getattr(row, name)).split())


def _emptied(blank: Iterable[tuple[int, LedgerRow]], given: Mapping[Subject, LedgerRow], file: str) -> Iterable[Notice]:
    for number, row in blank:
        last = given.get(row.subject)
        if last and last.decision != WITHDRAW:
            text = compose(
                f"the cell is empty now, but {last.decision!r} was written on {last.when}; that decision stands",
                file=file,
                row=number,
                found="",
                hint="write `withdraw` to take it back",
            )
            yield Notice("warning", text, "sheet_emptied")


__all__ = ["ALLOWED", "Collected", "SheetState", "collect", "read_ledgers"]
