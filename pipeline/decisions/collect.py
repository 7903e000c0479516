"""Collecting what people wrote: filled rows of the sheets become rows of their ledgers, each once.

A row is compared with what the same sheet gave the ledger before, so collecting twice adds nothing, a corrected cell
adds a row, and a decision is never taken back by an empty cell (`withdraw` does that).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.decisions.ledger import Ledger, LedgerRow, append_rows, ledger_path, read_ledger
from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.decisions.words import ALLOWED, EXCLUDE, INCLUDE, SHOWN_AS, decision_word, reason_code
from pipeline.decisions.worklist_kinds import KINDS, SheetKind, SheetName, is_leftover, sheet_name
from pipeline.errors import Notice, compose
from pipeline.identity import clean_id, id_problem, text_sha256
from pipeline.protocol import Protocol, nearest
from pipeline.review import Review
from pipeline.tables import plain_cell

_CELL_LIMIT = 32_000


@dataclass(frozen=True)
class SheetState:
    """A sheet as it stands: which subjects it lists, which of them have no answer yet."""

    name: SheetName
    file: str
    listed: frozenset[str]
    open: frozenset[str]


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
    """Return every person's ledger, by person; ledgers of unknown people are reported in an empty one."""
    ledgers = {}
    for path in sorted(review.ledgers.glob("*.csv")) if review.ledgers.is_dir() else []:
        file, reviewer = review.shown(path), path.stem
        if is_leftover(path.name):
            continue
        if reviewer not in protocol.all_reviewers:
            text = compose(
                f"ledger of somebody the protocol does not know{nearest(reviewer, protocol.all_reviewers)}",
                file=file,
                found=reviewer,
                allowed=protocol.all_reviewers,
                hint="add the name to [screening] reviewers or past_reviewers; its decisions are not used until then",
            )
            ledgers[reviewer] = Ledger(reviewer, notices=(Notice("problem", text, "ledger_unknown"),))
            continue
        ledgers[reviewer] = read_ledger(reviewer, path.read_bytes(), file)
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
        ReviewError: a ledger cannot be written.
    """
    ledgers = read_ledgers(review, protocol)
    appended: dict[str, tuple[LedgerRow, ...]] = {}
    sheets, notices = [], []
    for path in _sheet_files(review):
        name = sheet_name(path.name)
        file = review.shown(path)
        if name is None or name.reviewer not in protocol.all_reviewers:
            notices.append(_not_a_sheet(name, file, protocol))
            continue
        reader = _SheetReader(file, name, KINDS[name.kind], protocol, known_ids, dimensions)
        try:
            rows, state = reader.read(path.read_bytes())
        except OSError as error:
            text = compose(
                f"cannot be read: {error.strerror}", file=file, hint="close it in the spreadsheet, run again"
            )
            notices.append(Notice("problem", text, "sheet_locked"))
            continue
        earlier = ledgers[name.reviewer].rows if name.reviewer in ledgers else ()
        new = [replace(row, when=when) for row in _new_rows(rows, [*earlier, *appended.get(name.reviewer, ())], file)]
        if new:
            sealed = append_rows(ledger_path(review.ledgers, name.reviewer), new)
            appended[name.reviewer] = (*appended.get(name.reviewer, ()), *sealed)
        decided = [*earlier, *appended.get(name.reviewer, ())]
        notices += [*reader.notices, *_emptied(reader.blank, decided, file)]
        if state:
            sheets.append(state)
    return Collected(appended, tuple(sheets), tuple(notices))


def _sheet_files(review: Review) -> list[Path]:
    folders = (review.worklists, review.duplicate_sheets)
    found = [path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file()]
    wanted = [path for path in found if not is_leftover(path.name) and path.suffix.lower() not in (".md", ".txt")]
    return sorted(wanted, key=lambda path: (path.name, path.parent.name))


def _not_a_sheet(name: SheetName | None, file: str, protocol: Protocol) -> Notice:
    if name is not None:
        text = compose(
            f"sheet of somebody the protocol does not know{nearest(name.reviewer, protocol.all_reviewers)}; not read",
            file=file,
            found=name.reviewer,
            allowed=protocol.all_reviewers,
            hint="rename the file or add the name to [screening] reviewers",
        )
    else:
        text = compose(
            "is not named like a worklist, so nothing of it was read",
            file=file,
            hint="name it as it was issued (0001-borderline.NAME.csv) and save it as CSV; or move it elsewhere",
        )
    return Notice("problem", text, "sheet_name")


def _new_rows(rows: Iterable[LedgerRow], earlier: Sequence[LedgerRow], file: str) -> list[LedgerRow]:
    """Return the rows whose answer differs from the last one that the same sheet gave for the subject."""
    last = {row.subject: row for row in earlier if row.worklist == file}
    fields = ("decision", "reason", "stratum", "note")
    return [
        row
        for row in rows
        if row.subject not in last or any(getattr(row, n) != getattr(last[row.subject], n) for n in fields)
    ]


def _emptied(blank: Iterable[tuple[int, LedgerRow]], decided: Sequence[LedgerRow], file: str) -> list[Notice]:
    last = {row.subject: row for row in decided if row.worklist == file}
    return [
        Notice(
            "warning",
            compose(
                f"the cell is empty now, but {last[row.subject].decision!r} was written on {last[row.subject].when}; "
                "that decision stands",
                file=file,
                row=number,
                hint="write `withdraw` to take it back",
            ),
            "sheet_emptied",
        )
        for number, row in blank
        if row.subject in last and last[row.subject].decision != "withdraw"
    ]


class _SheetReader:
    """Reads one sheet; `notices` and `blank` (row number, row without an answer) are filled on the way."""

    def __init__(
        self,
        file: str,
        name: SheetName,
        kind: SheetKind,
        protocol: Protocol,
        known_ids: frozenset[str],
        dimensions: Mapping[str, Sequence[str]],
    ) -> None:
        self.file, self.name, self.kind, self.protocol = file, name, kind, protocol
        self.known_ids, self.dimensions = known_ids, dimensions
        self.notices: list[Notice] = []
        self.blank: list[tuple[int, LedgerRow]] = []

    def read(self, data: bytes) -> tuple[list[LedgerRow], SheetState | None]:
        """Return the answered rows and the sheet's state; None where the sheet was refused."""
        sheet = read_sheet_bytes(data, known=self.kind.columns)
        missing = [column for column in self.kind.required if column not in sheet.header]
        if missing:
            close = "".join(nearest(column, sheet.header).replace("did you mean", "is it") for column in missing)
            self._problem(
                f"has no column {' and no column '.join(map(repr, missing))}, so nothing of it was read{close}",
                found=", ".join(sheet.raw_header),
                allowed=self.kind.columns,
                hint="give the column its name back",
                code="sheet_columns",
            )
            return [], None
        answers: dict[tuple[str, ...], list[tuple[int, LedgerRow]]] = {}
        listed: dict[str, bool] = {}
        for number, cells in sheet.rows:
            base = self._base_row(number, cells)
            if base is None:
                continue
            answered = True
            for column, stage in self.kind.answers.items():
                row = self._answer(number, cells, column, replace(base, stage=stage))
                if row is None:
                    answered = answered and column == "decision" and self._ends_without_decision(cells)
                else:
                    answers.setdefault(row.subject, []).append((number, row))
            key = "|".join(part for part in (base.entry_id, base.other_entry_id, base.dimension) if part)
            listed[key] = listed.get(key, False) or answered
        state = SheetState(
            self.name, self.file, frozenset(listed), frozenset(key for key, answered in listed.items() if not answered)
        )
        return self._one_answer_each(answers), state

    def _ends_without_decision(self, cells: Mapping[str, str]) -> bool:
        """A report that cannot be got needs no eligibility decision."""
        return decision_word(cells.get("retrieved", ""), "retrieval") == "not_retrieved"

    def _problem(self, message: str, code: str = "sheet_row", **place: object) -> None:
        self.notices.append(Notice("problem", compose(message, file=self.file, **place), code))  # type: ignore[arg-type]

    def _base_row(self, number: int, cells: Mapping[str, str]) -> LedgerRow | None:
        ids = {}
        for column in ("id", "other_id") if "other_id" in self.kind.required else ("id",):
            ids[column] = clean_id(plain_cell(cells[column]))
            problem = id_problem(ids[column]) if ids[column] else "the row has no id"
            if not problem and ids[column] not in self.known_ids:
                problem = "no entry of this review has or had this id"
            if problem:
                if any(cells.get(answer, "").strip() for answer in self.kind.answers):
                    self._problem(problem, row=number, column=column, found=cells[column], hint="copy the id back")
                return None
        title, abstract = plain_cell(cells.get("title", "")), plain_cell(cells.get("abstract", ""))
        stamp = cells.get("text_sha256", "").strip()
        return LedgerRow(
            reviewer=self.name.reviewer,
            entry_id=ids["id"],
            other_entry_id=ids.get("other_id", ""),
            dimension=cells.get("dimension", "").strip() if "dimension" in self.kind.required else "",
            note=plain_cell(cells.get("note", "")).strip(),
            title=title,
            text_sha256=stamp if len(stamp) == 64 else text_sha256(title, abstract) if "abstract" in cells else "",
            worklist=self.file,
            worklist_sha256=cells.get("sheet", "").strip(),
            protocol_version=self.protocol.review.version,
        )

    def _answer(self, number: int, cells: Mapping[str, str], column: str, base: LedgerRow) -> LedgerRow | None:
        text = plain_cell(cells.get(column, "")).strip()
        if not text:
            self.blank.append((number, base))
            return None
        if base.stage == "coding":
            return self._codes(number, text, base)
        decision = decision_word(text, base.stage)
        if decision is None:
            self._problem("unknown word", row=number, column=column, found=text, allowed=SHOWN_AS[base.stage])
            return None
        row = replace(base, decision=decision, worklist=self.file)
        self._warn_if_text_differs(number, cells, row)
        if base.stage in ("title_abstract", "consensus", "full_text"):
            return self._with_reason(number, cells, row)
        return row

    def _codes(self, number: int, text: str, base: LedgerRow) -> LedgerRow | None:
        allowed = self.dimensions.get(base.dimension)
        if allowed is None:
            self._problem(
                f"unknown dimension{nearest(base.dimension, list(self.dimensions))}",
                row=number,
                column="dimension",
                found=base.dimension,
                allowed=list(self.dimensions),
            )
            return None
        known = {code.casefold(): code for code in (*allowed, "not_stated", "withdraw")}
        words = [word.strip() for word in text.replace(",", ";").split(";") if word.strip()]
        wrong = [word for word in words if word.casefold() not in known]
        if wrong:
            self._problem("unknown code", row=number, column="codes", found=wrong[0], allowed=list(known.values()))
            return None
        return replace(base, decision="; ".join(dict.fromkeys(known[word.casefold()] for word in words)))

    def _with_reason(self, number: int, cells: Mapping[str, str], row: LedgerRow) -> LedgerRow | None:
        codes = self.protocol.full_text_codes if row.stage == "full_text" else self.protocol.exclusion_codes
        text = plain_cell(cells.get("reason", "")).strip()
        if row.decision != EXCLUDE:
            if text and row.decision == INCLUDE:
                self._warn("an include needs no reason; the reason is kept in the note", number, found=text)
            return replace(row, note=row.note or text)
        if not text:
            self._problem("an exclusion needs a reason", row=number, column="reason", allowed=codes)
            return None
        first, *others = [part.strip() for part in text.split(";") if part.strip()] or [text]
        code, problem = reason_code(first, self.protocol, codes)
        if problem:
            self._problem(problem, row=number, column="reason", found=first, allowed=codes)
            return None
        if others:
            row = replace(row, note=f"{row.note} (also: {'; '.join(others)})".strip())
        return self._with_stratum(number, cells, replace(row, reason=code))

    def _with_stratum(self, number: int, cells: Mapping[str, str], row: LedgerRow) -> LedgerRow | None:
        text = plain_cell(cells.get("stratum", "")).strip()
        if not text:
            return row
        fitting = [name for name, stratum in self.protocol.strata.items() if row.reason in stratum.reasons]
        if text.casefold() not in fitting:
            message = f"no stratum that goes with {row.reason}"
            self._problem(message, row=number, column="stratum", found=text, allowed=fitting or ["(leave it empty)"])
            return None
        return replace(row, stratum=text.casefold())

    def _warn(self, message: str, number: int, **place: object) -> None:
        text = compose(message, file=self.file, row=number, **place)  # type: ignore[arg-type]
        self.notices.append(Notice("warning", text, "sheet_row"))

    def _warn_if_text_differs(self, number: int, cells: Mapping[str, str], row: LedgerRow) -> None:
        stamp, abstract = cells.get("text_sha256", "").strip(), plain_cell(cells.get("abstract", ""))
        if len(stamp) == 64 and "abstract" in cells and len(abstract) < _CELL_LIMIT and row.stage != "full_text":
            if text_sha256(row.title, abstract) != stamp:
                self._warn("title or abstract was edited in the sheet; the decision was taken", number, found=row.title)

    def _one_answer_each(self, answers: Mapping[tuple[str, ...], list[tuple[int, LedgerRow]]]) -> list[LedgerRow]:
        chosen = []
        for given in answers.values():
            if len({(row.decision, row.reason) for _, row in given}) > 1:
                numbers = ", ".join(str(number) for number, _ in given)
                self._problem(
                    f"rows {numbers} have the same id and different answers; none of them was taken",
                    found=given[0][1].entry_id,
                    hint="leave one of them",
                )
            else:
                chosen.append(given[0][1])
        return chosen


__all__ = ["ALLOWED", "Collected", "SheetState", "collect", "read_ledgers"]
