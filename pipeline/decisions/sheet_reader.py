"""Reading one sheet that a person filled: its answers as ledger rows, what is still open, what people must see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.decisions.ledger import LedgerRow
from pipeline.decisions.sheet import Sheet, decode_sheet, not_text, read_sheet_bytes
from pipeline.decisions.sheet_log import LoggedSheet
from pipeline.decisions.sheet_state import SheetState
from pipeline.decisions.words import EXCLUDE, INCLUDE, SHOWN_AS, WITHDRAW, decision_word, first_reason, several
from pipeline.decisions.worklist_kinds import KINDS, SheetName, sheet_name
from pipeline.errors import Notice, compose
from pipeline.identity import clean_id, id_problem, text_sha256
from pipeline.protocol import Protocol, nearest
from pipeline.tables import plain_cell

_CELL_LIMIT = 32_000
_ID = re.compile(r"\br[0-9a-z]{13}\b", re.IGNORECASE)
_MOVED = re.compile(r"[,;|\t]")
_STAMP = re.compile(r"[0-9a-f]{64}( [0-9a-f]{64})?")
_NOT_STATED = "not_stated"

Subject = tuple[str, str, str, str]
Answer = tuple[int, LedgerRow]


@dataclass(frozen=True)
class SheetContext:
    """What a sheet is read against.

    Attributes:
        protocol: the review's protocol.
        known_ids: every entry id the review has or had.
        dimensions: dimension of the coding frame -> its codes.
        log: the sheets that were issued, by file.
    """

    protocol: Protocol
    known_ids: frozenset[str]
    dimensions: Mapping[str, Sequence[str]]
    log: Mapping[str, LoggedSheet]


class SheetReader:
    """Reads one sheet; `notices` and `blank` (row number, row without an answer) are filled on the way."""

    def __init__(
        self, file: str, name: SheetName, context: SheetContext, given: Mapping[Subject, LedgerRow] | None = None
    ) -> None:
        """Make a reader.

        Args:
            file: the file, as messages name it.
            name: its parts.
            context: what it is read against.
            given: the last answer on each subject that this sheet gave the ledger before.
        """
        self.file, self.name, self.kind, self.context = file, name, KINDS[name.kind], context
        self.protocol, self.given = context.protocol, given or {}
        self.notices: list[Notice] = []
        self.blank: list[Answer] = []
        self._hidden = False
        self._edited: list[Answer] = []
        self._without_id: list[int] = []

    def read(self, data: bytes) -> tuple[list[LedgerRow], SheetState]:
        """Return the answered rows, each subject once, and the sheet's state."""
        sheet = read_sheet_bytes(data, known=self.kind.columns)
        seals = Counter(cells.get("sheet", "").strip() for _, cells in sheet.rows)
        seal = next((value for value, _ in seals.most_common() if value), "")
        if self._is_refused(data, sheet) or self._is_another(set(seals), seal):
            return [], self.refused(data)
        for number, problem in sheet.broken:
            self._hidden = True
            self._problem(problem, row=number, hint="the row was not read; put its cells and quotes in order")
        answers: dict[Subject, list[Answer]] = {}
        listed: dict[str, bool] = {}
        for number, cells in sheet.rows:
            base = self._base_row(number, cells)
            if base is not None:
                given, answered = self._answers(number, cells, base)
                for row in given:
                    answers.setdefault(row.subject, []).append((number, row))
                listed[_key(base)] = listed.get(_key(base), False) or answered
        chosen, unequal = self._one_answer_each(answers)
        self.blank = [(number, row) for number, row in self.blank if row.subject not in answers]
        self._notes_about(sheet, listed, seal)
        still_open = {key for key, answered in listed.items() if not answered} | unequal
        still_open |= set(self._issued(data)) - set(listed) if self._hidden else set()
        return chosen, SheetState(self.name, self.file, frozenset(listed), frozenset(still_open), seal)

    def refused(self, data: bytes = b"") -> SheetState:
        """Return the state of a sheet of which nothing can be read: all its rows are open."""
        keys = frozenset(self._issued(data))
        return SheetState(self.name, self.file, keys, keys, refused=True)

    def _issued(self, data: bytes) -> tuple[str, ...]:
        """Return the keys of the sheet as issued: by the log, else the ids that stand anywhere in the file."""
        logged = self.context.log.get(f"screening/{self.kind.folder}/{self.name.file}")
        if logged:
            return logged.keys
        ids = dict.fromkeys(clean_id(found) for found in _ID.findall(decode_sheet(data)[0]))
        return tuple(key for key in ids if key in self.context.known_ids)

    # --- the sheet as a whole -----------------------------------------------------------------------------------

    def _is_refused(self, data: bytes, sheet: Sheet) -> bool:
        columns = self.kind.columns
        if not_text(data):
            self._problem(f"is {not_text(data)}, not a CSV, so nothing of it was read", "sheet_columns", hint=_SAVE)
            return True
        if not sheet.header:
            hint = "put it back as it was saved last, or delete it: its rows then come on a new sheet"
            self._problem("is empty, so nothing of it was read", "sheet_columns", hint=hint)
            return True
        missing = [column for column in self.kind.required if column not in sheet.header]
        twice = sheet.twice([*self.kind.required, "note", "stratum", "dimension"])
        if not missing and not twice:
            return False
        message = f"has no column {' and no column '.join(map(repr, missing))}"
        close = "".join(nearest(column, sheet.header).replace("did you mean", "is it") for column in missing)
        hint = "give the column its name back"
        if not missing:
            message, hint = f"has more than one column {' and '.join(map(repr, twice))}", "take the wrong one out"
        found = ", ".join(sheet.raw_header)
        self._problem(
            f"{message}, so nothing of it was read{close}", "sheet_columns", found=found, allowed=columns, hint=hint
        )
        return True

    def _is_another(self, seals: set[str], seal: str) -> bool:
        """Return whether the sheet is one that was issued under another name: a copy, or given to somebody else."""
        log = self.context.log
        own = log.get(self.file)
        home = next((item for item in log.values() if seal and item.seal == seal and item.file != self.file), None)
        if home is None or (own is not None and own.seal in seals):
            return False
        self._problem(
            "is a sheet that was issued under another name, so nothing of it was read",
            "sheet_copy",
            found=self.file,
            allowed=[home.file],
            hint="give it that name again; where that file is there too, take one of the two away",
        )
        self.name = sheet_name(home.file.rpartition("/")[2]) or self.name
        return True

    def _notes_about(self, sheet: Sheet, listed: Mapping[str, bool], seal: str) -> None:
        """Note what concerns many rows in one line each."""
        unread = [raw.strip() or "(without a name)" for raw in sheet.unread(self.kind.columns)]
        if unread:
            text = "what stands in columns that the sheet was not issued with is not read; it stays in this file"
            self._notice("info", text, "sheet_extra", found=", ".join(unread), hint="remarks belong in the column note")
        if self._without_id:
            text = f"{_rows(self._without_id)} no usable id and no answer: not read"
            self._notice("warning", text, "sheet_row", hint="copy the id back if the row is one of the sheet's")
        if self._edited:
            number, row = self._edited[0]
            more = f" (and in {len(self._edited) - 1} more rows)" if len(self._edited) > 1 else ""
            text = f"title or abstract differ from what was issued{more}; the decision was taken"
            self._notice("warning", text, "sheet_row", row=number, found=row.title, hint=_TEXT)
        logged = self.context.log.get(self.file)
        answered = {"|".join(part for part in subject[1:] if part) for subject in self.given}
        gone = set(logged.keys) - set(listed) - answered if logged and not self._hidden else set()
        if gone:
            text = f"{len(gone)} of the rows issued are not in the sheet; unless decided they come on a later one"
            self._notice("info", text, "sheet_rows_gone", found=min(gone))

    def _problem(self, message: str, code: str = "sheet_row", **place: object) -> None:
        self._notice("problem", message, code, **place)

    def _notice(self, severity: str, message: str, code: str, **place: object) -> None:
        text = compose(message, file=self.file, **place)  # type: ignore[arg-type]
        self.notices.append(Notice(severity, text, code))  # type: ignore[arg-type]

    # --- one row ------------------------------------------------------------------------------------------------

    def _base_row(self, number: int, cells: Mapping[str, str]) -> LedgerRow | None:
        ids = {}
        for column in ("id", "other_id") if "other_id" in self.kind.required else ("id",):
            ids[column] = clean_id(plain_cell(cells[column]))
            problem = id_problem(ids[column]) if ids[column] else "the row has no id"
            if not problem and ids[column] not in self.context.known_ids:
                problem = "no entry of this review has or had this id"
            if not problem and column == "other_id" and ids["id"] == ids["other_id"]:
                problem = "both ids are the same"
            if problem:
                self._no_id(number, column, cells, problem)
                return None
        seal = cells.get("sheet", "").strip()
        if _MOVED.search(seal):
            self._hidden = True
            hint = "the row was not read; put each cell back into its column"
            self._problem("the cells of this row have moved", row=number, column="sheet", found=seal, hint=hint)
            return None
        title, abstract = plain_cell(cells.get("title", "")), plain_cell(cells.get("abstract", ""))
        stamp = cells.get("text_sha256", "").strip()
        dimension = cells["dimension"].strip() if "dimension" in self.kind.required else ""
        known = {name.casefold(): name for name in self.context.dimensions}
        return LedgerRow(
            reviewer=self.name.reviewer,
            entry_id=ids["id"],
            other_entry_id=ids.get("other_id", ""),
            dimension=known.get(dimension.casefold(), dimension),
            note=self.kind.note({name: plain_cell(cell) for name, cell in cells.items()}),
            title=title,
            text_sha256=stamp
            if _STAMP.fullmatch(stamp)
            else text_sha256(title, abstract)
            if "abstract" in cells
            else "",
            worklist=self.file,
            worklist_sha256=seal,
            protocol_version=self.protocol.review.version,
        )

    def _no_id(self, number: int, column: str, cells: Mapping[str, str], problem: str) -> None:
        if any(cells.get(answer, "").strip() for answer in self.kind.answers):
            self._hidden = True
            self._problem(problem, row=number, column=column, found=cells[column], hint="copy the id back")
        else:
            self._without_id.append(number)

    def _answers(self, number: int, cells: Mapping[str, str], base: LedgerRow) -> tuple[list[LedgerRow], bool]:
        """Return the answers of a row and whether nothing is left to answer in it."""
        found = {
            column: self._answer(number, cells, column, replace(base, stage=stage))
            for column, stage in self.kind.answers.items()
        }
        given = [row for row in found.values() if row]
        if "retrieved" not in found:
            return given, len(given) == len(found)
        retrieved, decision = found["retrieved"], found["decision"]
        missing = retrieved is not None and retrieved.decision == "not_retrieved"
        if missing and decision and decision.decision != WITHDRAW:
            self._problem(
                f"not retrieved, and yet {decision.decision!r}: neither was taken",
                row=number,
                column="retrieved",
                found=cells["retrieved"],
                allowed=SHOWN_AS["retrieval"],
                hint="write yes, or empty the decision",
            )
            return [], False
        return given, decision is not None or (missing and not cells["decision"].strip())

    def _answer(self, number: int, cells: Mapping[str, str], column: str, base: LedgerRow) -> LedgerRow | None:
        text = plain_cell(cells.get(column, "")).strip()
        if not text:
            self.blank.append((number, base))
            reason = cells.get("reason", "").strip() if column == "decision" else ""
            if reason and base.subject not in self.given and not _not_retrieved(cells):
                text, hint = "a reason without a decision: the row waits", f"write {EXCLUDE} if that is meant"
                self._notice("warning", text, "sheet_row", row=number, found=reason, hint=hint)
            return None
        if base.stage == "coding":
            return self._codes(number, text, base)
        decision = decision_word(text, base.stage)
        if decision is None:
            self._problem(
                "unknown word", row=number, column=column, found=text, allowed=SHOWN_AS[base.stage], hint=_ONE
            )
            return None
        row = replace(base, decision=decision)
        stamp, abstract = cells.get("text_sha256", "").strip(), plain_cell(cells.get("abstract", ""))
        if len(stamp) == 64 and "abstract" in cells and len(abstract) < _CELL_LIMIT:
            if text_sha256(row.title, abstract) != stamp:
                self._edited.append((number, row))
        if base.stage in ("title_abstract", "consensus", "full_text"):
            return self._with_reason(number, cells, row)
        reason = plain_cell(cells.get("reason", "")).strip()
        return _noted(row, reason) if row.decision == "not_retrieved" else row

    def _codes(self, number: int, text: str, base: LedgerRow) -> LedgerRow | None:
        earlier = self.given.get(base.subject)
        known_before = earlier.decision.split("; ") if earlier else []
        allowed = self.context.dimensions.get(base.dimension)
        if allowed is None and not earlier:
            known = list(self.context.dimensions)
            message = f"unknown dimension{nearest(base.dimension, known)}"
            self._problem(message, row=number, column="dimension", found=base.dimension, allowed=known, hint=_ONE)
            return None
        alone = (_NOT_STATED, WITHDRAW)
        codes = {code.casefold(): code for code in (*known_before, *(allowed or ()), *alone)}
        words = several(text)
        wrong = [word for word in words if word.casefold() not in codes]
        shown = [*(allowed or ()), *alone]
        if wrong or not words:
            found = wrong[0] if wrong else text
            self._problem(
                "unknown code", row=number, column="codes", found=found, allowed=shown, hint="part codes by `;`"
            )
            return None
        chosen = list(dict.fromkeys(codes[word.casefold()] for word in words))
        if len(chosen) > 1 and set(chosen) & set(alone):
            message = f"{' and '.join(sorted(set(chosen) & set(alone)))} cannot stand beside a code"
            self._problem(message, row=number, column="codes", found=text, allowed=shown, hint="leave one of them")
            return None
        return replace(base, decision="; ".join(chosen))

    def _with_reason(self, number: int, cells: Mapping[str, str], row: LedgerRow) -> LedgerRow | None:
        text, stratum = plain_cell(cells.get("reason", "")).strip(), plain_cell(cells.get("stratum", "")).strip()
        if row.decision != EXCLUDE:
            for column, cell in (("reason", text), ("stratum", stratum)):
                if cell and row.decision == INCLUDE:
                    message = f"an include needs no {column}; it is kept in the note"
                    hint = f"empty the {column}, or write {EXCLUDE} if that is meant"
                    self._notice("warning", message, "sheet_row", row=number, column=column, found=cell, hint=hint)
                row = _noted(row, f"{column}: {cell}" if cell else "")
            return row
        codes = self.protocol.full_text_codes if row.stage == "full_text" else self.protocol.exclusion_codes
        # A code that the protocol has no more is still good where this sheet gave it before.
        earlier = self.given.get(row.subject)
        code, others, problem = first_reason(
            text, self.protocol, (earlier.reason,) if earlier and earlier.reason else ()
        )
        if problem:
            code, others, problem = first_reason(text, self.protocol, codes)
        if problem:
            self._problem(problem, row=number, column="reason", found=text, allowed=codes, hint=_ONE)
            return None
        return self._with_stratum(number, stratum, _noted(replace(row, reason=code), others))

    def _with_stratum(self, number: int, text: str, row: LedgerRow) -> LedgerRow | None:
        earlier = self.given.get(row.subject)
        fitting = [name for name, stratum in self.protocol.strata.items() if row.reason in stratum.reasons]
        names = {name.casefold(): name for name in [earlier.stratum if earlier else "", *fitting] if name}
        if text and text.casefold() not in names:
            message, allowed = f"no stratum that goes with {row.reason}", fitting or ["(leave it empty)"]
            self._problem(message, row=number, column="stratum", found=text, allowed=allowed, hint="or leave it empty")
            return None
        return replace(row, stratum=names.get(text.casefold(), ""))

    def _one_answer_each(self, answers: Mapping[Subject, Sequence[Answer]]) -> tuple[list[LedgerRow], set[str]]:
        """Return one row a subject, and the keys of subjects that two rows answer differently."""
        chosen, unequal = [], set()
        for given in answers.values():
            first = given[0][1]
            if len({(row.decision, row.reason, row.stratum) for _, row in given}) > 1:
                unequal.add(_key(first))
                words = ", ".join(dict.fromkeys(f"{row.decision} {row.reason}".strip() for _, row in given))
                self._problem(
                    f"{_rows(number for number, _ in given)} the same id and different answers ({words}); "
                    "none of them was taken",
                    found=first.entry_id,
                    hint="leave one of them",
                )
                continue
            chosen.append(replace(first, note="; ".join(dict.fromkeys(row.note for _, row in given if row.note))))
        return chosen, unequal


_SAVE = "open it and save it as CSV (UTF-8) under the same name"
_ONE = "write one of these"
_TEXT = "check that the row still belongs to its id"


def _not_retrieved(cells: Mapping[str, str]) -> bool:
    return decision_word(cells.get("retrieved", ""), "retrieval") == "not_retrieved"


def _key(row: LedgerRow) -> str:
    return "|".join(part for part in row.subject[1:] if part)


def _noted(row: LedgerRow, text: str) -> LedgerRow:
    """Return the row with a remark added to its note."""
    return replace(row, note=f"{row.note} ({text})".strip()) if text else row


def _rows(numbers: Iterable[int]) -> str:
    found = list(numbers)
    shown = ", ".join(map(str, found[:10])) + (f" and {len(found) - 10} more" if len(found) > 10 else "")
    return f"row {shown} has" if len(found) == 1 else f"rows {shown} have"
