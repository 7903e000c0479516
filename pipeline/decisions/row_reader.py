"""Reading the rows of a sheet that a person filled: one row's cells as the person's answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipeline.decisions.ledger import LedgerRow
from pipeline.decisions.resolve import further_note, further_of
from pipeline.decisions.sheet_log import LoggedSheet
from pipeline.decisions.words import (
    EXCLUDE,
    INCLUDE,
    SHOWN_AS,
    WITHDRAW,
    decision_word,
    first_reason,
    reason_code,
    several,
)
from pipeline.decisions.worklist_kinds import KINDS, SheetName, stem_of
from pipeline.errors import Notice, compose
from pipeline.identity import clean_id, id_problem, text_sha256
from pipeline.protocol import Protocol, nearest
from pipeline.synthesis.incident_answers import from_note
from pipeline.tables import plain_cell

_CELL_LIMIT = 32_000
_MOVED = re.compile(r"[,;|\t]")
_STAMP = re.compile(r"[0-9a-f]{64}( [0-9a-f]{64})?")
_NOT_STATED = "not_stated"
_INCIDENT = "incident."

NEW_RECORD = "a record that the review does not have comes in as a file in references/, not on a sheet"

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
        there: names of the sheets that lie in the folders, without endings.
        labels: code of a criterion -> every label it ever had.
    """

    protocol: Protocol
    known_ids: frozenset[str]
    dimensions: Mapping[str, Sequence[str]]
    log: Mapping[str, LoggedSheet]
    there: frozenset[str] = frozenset()
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def issued_as(self, name: SheetName, file: str) -> str:
        """Return the file a sheet was issued as, whatever it was saved as since; without the log the file itself."""
        return self._issued.get(name.stem, file)

    @cached_property
    def _issued(self) -> dict[str, str]:
        return {stem_of(file): file for file in self.log}


class RowReader:
    """Reads rows; `notices`, `blank` (row number, row without an answer) and `copied_from` are filled on the way.

    `copied_from` is the person whose coding sheet this one was copied from, to be coded by a second person.
    """

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
        self.issued_as = context.issued_as(name, file)
        self.copied_from = ""
        self.protocol, self.given = context.protocol, given or {}
        self.notices: list[Notice] = []
        self.blank: list[Answer] = []
        self._hidden = False
        self._edited: list[Answer] = []
        self._without_id: list[int] = []

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
            worklist=self.issued_as,
            worklist_sha256=seal,
            protocol_version=self.protocol.review.version,
        )

    def _with_known_codes(self, number: int, cells: dict[str, str], earlier: LedgerRow | None) -> dict[str, str]:
        """Return the cells without words in actor, phase and area that are no codes, and name these.

        A code that the frame has no more stays where this sheet gave it before.
        """
        section = self.protocol.synthesis
        roles = {"actor": section.actors, "phase": section.phases, "area": section.areas}
        before = from_note(earlier.note) if earlier else {}
        for column in self.kind.kept:
            if not (answers := self.context.dimensions.get(roles.get(column, ""), ())):
                continue
            allowed = list(dict.fromkeys(answer.partition(":")[0] for answer in answers))
            codes = {code.casefold() for code in (*allowed, *several(before.get(column, "")))}
            words = several(cells.get(column, ""))
            for wrong in [word for word in words if word.casefold() not in codes]:
                hint = "part codes by `;`; the rest of the row was taken"
                self._problem("unknown code", row=number, column=column, found=wrong, allowed=allowed, hint=hint)
                cells[column] = "; ".join(word for word in words if word.casefold() in codes)
        return cells

    def _no_id(self, number: int, column: str, cells: Mapping[str, str], problem: str) -> None:
        if any(cells.get(answer, "").strip() for answer in self.kind.answers):
            self._hidden = True
            issued = cells[column].strip() or any(cells.get(name, "").strip() for name in ("sheet", "text_sha256"))
            hint = "copy the id back" if issued else f"copy the id back if the row was issued; {NEW_RECORD}"
            self._problem(problem, row=number, column=column, found=cells[column], hint=hint)
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
        link = self._same_study(number, cells, base)
        given += [link] if link else []
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
            return [link] if link else [], False
        return given, decision is not None or (missing and not cells["decision"].strip())

    def _same_study(self, number: int, cells: Mapping[str, str], base: LedgerRow) -> LedgerRow | None:
        """Return the link to another report of the same study: an id, or `withdraw` and an id to take it back."""
        text = plain_cell(cells.get("same_study_as", "")).strip()
        if not text:
            return None
        word, _, rest = text.rpartition(" ")
        other, taken_back = clean_id(text), False
        if word and decision_word(word, "duplicate_pair", self.protocol.words) == WITHDRAW:
            other, taken_back = clean_id(rest), True
        problem = id_problem(other)
        if not problem and other not in self.context.known_ids:
            problem = "no entry of this review has or had this id"
        if not problem and other == base.entry_id:
            problem = "a report cannot be named as the same study as itself"
        if problem:
            hint = "copy the id of the other report"
            self._problem(problem, row=number, column="same_study_as", found=text, hint=hint)
            return None
        decision = WITHDRAW if taken_back else "same_study"
        return replace(base, stage="duplicate_pair", other_entry_id=other, decision=decision, note="", text_sha256="")

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
            return self._codes(number, text, base, cells)
        decision = decision_word(text, base.stage, self.protocol.words)
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

    def _codes(self, number: int, text: str, base: LedgerRow, cells: Mapping[str, str]) -> LedgerRow | None:
        earlier = self.given.get(base.subject)
        known_before = earlier.decision.split("; ") if earlier else []
        known = [
            name for name in self.context.dimensions if name.startswith(_INCIDENT) == (self.name.kind == "incidents")
        ]
        on_sheet = base.dimension in known or self.name.kind != "incidents"
        allowed = self.context.dimensions.get(base.dimension) if on_sheet else None
        if allowed is None and not earlier:
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
        kept = {name: plain_cell(cell) for name, cell in cells.items()}
        note = self.kind.note(self._with_known_codes(number, kept, earlier) if self.kind.kept else kept)
        return replace(base, decision="; ".join(chosen), note=note)

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
        labels, before = self.context.labels, _codes_before(self.given.get(row.subject))
        code, others, problem = first_reason(text, self.protocol, before, labels)
        if problem:
            code, others, problem = first_reason(text, self.protocol, codes, labels)
        elif code in codes:
            self._told_of_another(number, text, code, codes)
        if problem:
            self._problem(problem, row=number, column="reason", found=text, allowed=codes, hint=_ONE)
            return None
        if row.stage == "full_text":
            return self._with_further(number, cells, code, replace(row, reason=code))
        return self._with_stratum(number, stratum, _noted(replace(row, reason=code), others))

    def _told_of_another(self, number: int, text: str, code: str, codes: tuple[str, ...]) -> None:
        """Say where a reason named one code when it was written and names another one now."""
        now = reason_code(text, self.protocol, codes)[0]
        if now not in ("", code):
            message = f"this named {code} when it was written, and names {now} now; {code} stands"
            hint = f"write {now} if that is meant, else {code}"
            self._notice("warning", message, "sheet_row", row=number, column="reason", found=text, hint=hint)

    def _with_further(self, number: int, cells: Mapping[str, str], first: str, row: LedgerRow) -> LedgerRow | None:
        """Return an exclusion at full text with its primary reason, the protocol's first of all those given.

        Codes that this sheet gave before are known first; where the cells still name all of them and no other, which
        of them is the primary one stays as it was.
        """
        order, codes = self.protocol.full_text_codes, [first]
        before = _codes_before(self.given.get(row.subject))
        cell = plain_cell(cells.get("reason", "")).strip()
        further = plain_cell(cells.get("further_reasons", "")).strip()
        # A label may have commas in it: a reason cell that is one code as a whole is not parted.
        beside = [] if not self._code(cell, before, order)[1] else several(cell)[1:]
        whole = [further] if further and not self._code(further, before, order)[1] else several(further)
        for text in (*beside, *whole):
            code, problem = self._code(text, before, order)
            if problem:
                self._problem(problem, row=number, column="further_reasons", found=text, allowed=order, hint=_ONE)
                return None
            codes.append(code)
        place = {code: number for number, code in enumerate(order)} | dict.fromkeys({*before[:1]} - {*order}, -1)
        ordered = sorted(dict.fromkeys(codes), key=lambda code: place.get(code, len(order)))
        ordered = list(before) if set(ordered) == set(before) else ordered
        if ordered[0] != first and row.subject not in self.given:
            text = f"the protocol names {ordered[0]} before {first}, so it is the primary reason; both are kept"
            self._notice("warning", text, "sheet_row", row=number, column="reason", found=cell)
        return _noted(replace(row, reason=ordered[0]), further_note(ordered[1:]) if len(ordered) > 1 else "")

    def _code(self, text: str, before: tuple[str, ...], order: tuple[str, ...]) -> tuple[str, str]:
        """Return the code a text names, of those that stood in the row before or of the protocol, or what is wrong."""
        found = reason_code(text, self.protocol, before, self.context.labels)
        return reason_code(text, self.protocol, order, self.context.labels) if found[1] else found

    def _with_stratum(self, number: int, text: str, row: LedgerRow) -> LedgerRow | None:
        earlier = self.given.get(row.subject)
        fitting = [name for name, stratum in self.protocol.strata.items() if row.reason in stratum.reasons]
        names = {name.casefold(): name for name in [earlier.stratum if earlier else "", *fitting] if name}
        if text and text.casefold() not in names:
            message, allowed = f"no stratum that goes with {row.reason}", fitting or ["(leave it empty)"]
            self._problem(message, row=number, column="stratum", found=text, allowed=allowed, hint="or leave it empty")
            return None
        return replace(row, stratum=names.get(text.casefold(), ""))


_ONE = "write one of these"


def _not_retrieved(cells: Mapping[str, str]) -> bool:
    return decision_word(cells.get("retrieved", ""), "retrieval") == "not_retrieved"


def _codes_before(earlier: LedgerRow | None) -> tuple[str, ...]:
    """Return the reasons that the last answer of a sheet on a subject gave, the primary one first."""
    return (earlier.reason, *further_of(earlier.note)) if earlier and earlier.reason else ()


def _noted(row: LedgerRow, text: str) -> LedgerRow:
    """Return the row with a remark added to its note."""
    return replace(row, note=f"{row.note} ({text})".strip()) if text else row
