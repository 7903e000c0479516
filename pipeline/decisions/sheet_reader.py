"""Reading one sheet that a person filled: its answers as ledger rows, what is still open, what people must see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.decisions.ledger import LedgerRow
from pipeline.decisions.row_reader import NEW_RECORD, Answer, RowReader, SheetContext, Subject
from pipeline.decisions.sheet import Sheet, decode_sheet, read_sheet_bytes, seal_of
from pipeline.decisions.sheet_state import SheetState
from pipeline.decisions.sheet_workbook import is_workbook, read_workbook
from pipeline.decisions.worklist_kinds import sheet_name
from pipeline.errors import InputError
from pipeline.identity import clean_id
from pipeline.protocol import nearest

__all__ = ["SheetContext", "SheetReader", "Subject"]

_ID = re.compile(r"\br[0-9a-z]{13}\b", re.IGNORECASE)


class SheetReader(RowReader):
    """Reads one sheet; `notices` and `blank` (row number, row without an answer) are filled on the way."""

    def read(self, data: bytes) -> tuple[list[LedgerRow], SheetState]:
        """Return the answered rows, each subject once, and the sheet's state."""
        sheet = self._parted(data)
        if sheet is None:
            return [], self.refused(data)
        seals = Counter(seal_of(cells.get("sheet", "")) for _, cells in sheet.rows)
        seal = next((value for value, _ in seals.most_common() if value), "")
        if self._is_refused(sheet) or self._is_another(set(seals), seal):
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
        chosen = self._allowed(chosen)
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
        logged = self.context.log.get(self.context.issued_as(self.name, ""))
        if logged:
            return logged.keys
        text = "" if is_workbook(data) else decode_sheet(data)[0]
        ids = dict.fromkeys(clean_id(found) for found in _ID.findall(text))
        return tuple(key for key in ids if key in self.context.known_ids)

    # --- the sheet as a whole -----------------------------------------------------------------------------------

    def _parted(self, data: bytes) -> Sheet | None:
        """Return the rows of the file, going by what it is and not by its name; None where it cannot be read."""
        if not is_workbook(data):
            return read_sheet_bytes(data, known=self.kind.columns)
        try:
            sheet, others = read_workbook(data, self.kind.columns, self.kind.required)
        except InputError as error:
            self._problem(f"is {error}, so nothing of it was read", "sheet_columns", hint=_SAVE)
            return None
        if others:
            text = "other pages of the workbook are not read; they stay in this file"
            self._notice("info", text, "sheet_extra", found=", ".join(others))
        return sheet

    def _allowed(self, chosen: list[LedgerRow]) -> list[LedgerRow]:
        """Return the answers a person may give: of conflicts settled by somebody the protocol does not ask, the old."""
        asked = self.protocol.screening.resolver
        if self.kind.name != "conflicts" or not asked or self.name.reviewer in asked:
            return chosen
        old = [row for row in chosen if _said(row) == _said(self.given.get(row.subject))]
        if len(old) < len(chosen):
            new = len(chosen) - len(old)
            text = f"the protocol asks somebody else to settle conflicts, so {new} answers were not taken"
            hint = "delete the sheet (the resolver gets one), or add the name to [screening] resolver"
            self._problem(text, "sheet_resolver", found=self.name.reviewer, allowed=asked, hint=hint)
        return old

    def _is_refused(self, sheet: Sheet) -> bool:
        columns = self.kind.columns
        if not sheet.header:
            hint = "put it back as it was saved last, or delete it: its rows then come on a new sheet"
            self._problem("is empty, so nothing of it was read", "sheet_columns", hint=hint)
            return True
        missing = [column for column in self.kind.required if column not in sheet.header]
        twice = sheet.twice([*self.kind.required, "note", "stratum", "dimension"])
        if not missing and not twice:
            return False
        if missing and sheet.header_below:
            message = f"has no names of columns in its first row, but in row {sheet.header_below}"
            hint = f"delete what stands above row {sheet.header_below}, and run again"
            found = ", ".join(filter(None, map(str.strip, sheet.raw_header)))
            self._problem(f"{message}, so nothing of it was read", "sheet_columns", found=found, hint=hint)
            return True
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
        """Return whether the sheet is one that was issued under another name: a copy, or given to somebody else.

        A copy of a coding sheet beside the sheet itself is the work of the person it is named after, since codes are
        compared between people. A sheet that was only renamed is not: nobody can tell who filled it.
        """
        log = self.context.log
        own = log.get(self.issued_as)
        home = next((item for item in log.values() if seal and item.seal == seal), None)
        if not seal and own is None:
            # Without its column `sheet` the file still has the number of the sheet that it was.
            home = next((item for item in log.values() if self._has_number_of(item.file)), None)
        if home is None or home.file == self.issued_as:
            return False
        issued = sheet_name(home.file.rpartition("/")[2]) or self.name
        of_coding = self.kind.copied and issued.kind == self.kind.name and issued.reviewer != self.name.reviewer
        if own is not None and own.seal in seals:
            self.copied_from = issued.reviewer if of_coding else ""
            return False
        if of_coding and own is None and issued.stem in self.context.there:
            self.copied_from = issued.reviewer
            return False
        self._problem(
            "is a sheet that was issued under another name, so nothing of it was read",
            "sheet_copy",
            found=self.file,
            allowed=[home.file],
            hint=_SECOND if of_coding else _AGAIN,
        )
        self.name = issued
        return True

    def _has_number_of(self, file: str) -> bool:
        issued = sheet_name(file.rpartition("/")[2])
        return issued is not None and (issued.number, issued.kind) == (self.name.number, self.name.kind)

    def _notes_about(self, sheet: Sheet, listed: Mapping[str, bool], seal: str) -> None:
        """Note what concerns many rows in one line each."""
        unread = [raw.strip() or "(without a name)" for raw in sheet.unread(self.kind.columns)]
        if unread:
            text = "what stands in columns that the sheet was not issued with is not read; it stays in this file"
            self._notice("info", text, "sheet_extra", found=", ".join(unread), hint="remarks belong in the column note")
        if self._without_id:
            text = f"{_rows(self._without_id)} no usable id and no answer: not read"
            self._notice(
                "warning", text, "sheet_row", hint=f"copy the id back if the row is one of the sheet's; {NEW_RECORD}"
            )
        if self._edited:
            number, row = self._edited[0]
            more = f" (and in {len(self._edited) - 1} more rows)" if len(self._edited) > 1 else ""
            text = f"title or abstract differ from what was issued{more}; the decision was taken"
            self._notice("warning", text, "sheet_row", row=number, found=row.title, hint=_TEXT)
        logged = self.context.log.get(self.issued_as)
        answered = {"|".join(part for part in subject[1:] if part) for subject in self.given}
        gone = set(logged.keys) - set(listed) - answered if logged and not self._hidden else set()
        if gone:
            text = f"{len(gone)} of the rows issued are not in the sheet; unless decided they come on a later one"
            self._notice("info", text, "sheet_rows_gone", found=min(gone))

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


_SAVE = "open it and save it as CSV (UTF-8) or .xlsx under the same name"
_AGAIN = "give it that name again; where that file is there too, take one of the two away"
_SECOND = "give it that name again; for a second person's codes put a copy with that person's name beside it"
_TEXT = "check that the row still belongs to its id"


def _said(row: LedgerRow | None) -> tuple[str, str]:
    return (row.decision, row.reason) if row else ("", "")


def _key(row: LedgerRow) -> str:
    return "|".join(part for part in row.subject[1:] if part)


def _rows(numbers: Iterable[int]) -> str:
    found = list(numbers)
    shown = ", ".join(map(str, found[:10])) + (f" and {len(found) - 10} more" if len(found) > 10 else "")
    return f"row {shown} has" if len(found) == 1 else f"rows {shown} have"
