"""Two people, their spreadsheets and the program in any order: no decision is lost, changed, doubled or invented."""

from __future__ import annotations

import csv
import random
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.decisions.ledger import LedgerRow, read_ledger
from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.decisions.words import EXCLUDE, INCLUDE, MAYBE, WITHDRAW
from tests.unit.decisions_support import IDS, Cells, Desk, protocol, save, shuffled, task

PEOPLE = ("ann", "bob")
RECORDS = IDS[:9]
SPELLINGS = {
    INCLUDE: ("include", " Include.", "YES", "y", "1", "x", "incl.", "“in”"),
    EXCLUDE: ("exclude", "OUT", "no", "n", "0", "Excluded!"),
    MAYBE: ("maybe", "?", "Unsure"),
    WITHDRAW: ("withdraw", "Undo"),
}
REASONS = {"E1_technical": ("E1", "e1_technical", "Technical"), "E2_policy": ("E2", "Politics, policy, planning")}
NOTES = ("", "see p. 3", "=1+1; «odd»\nsecond line", '"quoted", -')
DIALECTS: tuple[dict[str, Any], ...] = (
    {},
    {"delimiter": ";", "encoding": "utf-8"},
    {"delimiter": ";", "encoding": "cp1252"},
    {"delimiter": "\t", "encoding": "utf-16"},
    {"quoting": csv.QUOTE_ALL, "line_end": "\n"},
    {"delimiter": ";", "first": "sep=;\r\n"},
    {"delimiter": "|", "encoding": "utf-16-le"},
)
Said = tuple[str, str, str]  # decision, reason, note


@dataclass
class Paper:
    """A sheet as its person sees it: the rows and, beside the ids, what the answers in them mean."""

    path: Path
    reviewer: str
    rows: list[Cells]
    answers: dict[str, Said]
    data: bytes

    def save(self, **dialect: Any) -> None:  # noqa: ANN401
        """Save the rows as a spreadsheet would."""
        columns = list(self.rows[0]) if self.rows else ["id", "decision", "reason", "note"]
        self.data = save(self.path, self.rows, columns=columns, **dialect)

    @property
    def blank(self) -> set[str]:
        """The records it still asks about."""
        return {row["id"] for row in self.rows} - set(self.answers)


class ReviewMachine(RuleBasedStateMachine):
    """What people and the program may do; the model says what every ledger must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(Path(tempfile.mkdtemp(prefix="ledger-")), protocol(reviewers=PEOPLE, past_reviewers=[]))
        self.papers: list[Paper] = []
        self.names: set[str] = set()
        self.given: dict[tuple[str, str], Said] = {}  # sheet and record -> what the sheet gave last
        self.expected: dict[str, list[tuple[str, Said]]] = {reviewer: [] for reviewer in PEOPLE}
        self.seen: dict[str, tuple[LedgerRow, ...]] = dict.fromkeys(PEOPLE, ())
        self.number = 0

    def teardown(self) -> None:
        """Collect what is left and take the review away."""
        self.collect()
        shutil.rmtree(self.desk.folder)

    # --- the program --------------------------------------------------------------------------------------------

    @rule()
    def collect(self) -> None:
        """Collect twice: the first time brings what the model says, the second nothing."""
        self.desk.collect(f"2026-01-01T00:00:{self.number:02d}Z")
        assert self.desk.problems() == []
        self._model_collects()
        assert self.desk.collect().number == 0
        self._check_ledgers()

    @initialize()
    def first_sheets(self) -> None:
        """Give both people a sheet."""
        self.issue(on_request=False, batch_size=4)

    @rule(on_request=st.booleans(), batch_size=st.integers(1, 5))
    def issue(self, on_request: bool, batch_size: int) -> None:
        """Issue sheets: only what waits, to one person, under a number never used."""
        self.collect()
        wanted = [number for number, key in enumerate(RECORDS) if not self._is_settled(key)]
        held = set().union(*(paper.blank for paper in self.papers))
        issued = self.desk.issue(*(task(n) for n in wanted), batch_size=batch_size, on_request=on_request)
        for file in issued.new:
            path = self.desk.folder / file
            data = path.read_bytes()
            rows = [dict(cells) for _, cells in read_sheet_bytes(data, known=("id", "decision")).rows]
            assert path.name[:4] not in self.names, "a number was given twice"
            assert 0 < len(rows) <= batch_size
            asked = {row["id"] for row in rows}
            assert asked <= {RECORDS[n] for n in wanted}
            assert not asked & held, "a record is on two sheets"
            held |= asked
            self.names.add(path.name[:4])
            self.papers.append(Paper(path, path.name.split(".")[1], rows, {}, data))
        full = {paper.reviewer for paper in self.papers if paper.blank & {RECORDS[n] for n in wanted}}
        assert full == set(PEOPLE) or {RECORDS[n] for n in wanted} <= held, "nobody is left without work"

    # --- people -------------------------------------------------------------------------------------------------

    @precondition(lambda self: any(paper.rows for paper in self.papers))
    @rule(choice=st.data(), dialect=st.sampled_from(DIALECTS), then_run=st.sampled_from([True, True, False]))
    def fill(self, choice: st.DataObject, dialect: dict[str, Any], then_run: bool) -> None:
        """Write or correct some answers, in any spelling, and save; mostly a run follows."""
        paper = choice.draw(st.sampled_from([paper for paper in self.papers if paper.rows]))
        chosen = choice.draw(st.sets(st.sampled_from([row["id"] for row in paper.rows]), min_size=1, max_size=4))
        for key in sorted(chosen):
            decision = choice.draw(st.sampled_from(sorted(SPELLINGS)))
            reason = choice.draw(st.sampled_from(sorted(REASONS))) if decision == EXCLUDE else ""
            note = choice.draw(st.sampled_from(NOTES))
            cells = {
                "decision": choice.draw(st.sampled_from(SPELLINGS[decision])),
                "reason": choice.draw(st.sampled_from(REASONS[reason])) if reason else "",
                "note": note,
            }
            for row in paper.rows:
                if row["id"] == key:
                    row |= cells
            paper.answers[key] = (decision, reason, note)
        paper.save(**dialect)
        if then_run:
            self.collect()

    @precondition(lambda self: any(paper.answers for paper in self.papers))
    @rule(choice=st.data(), dialect=st.sampled_from(DIALECTS))
    def empty_a_cell(self, choice: st.DataObject, dialect: dict[str, Any]) -> None:
        """Empty a cell: that takes nothing back."""
        paper = choice.draw(st.sampled_from([paper for paper in self.papers if paper.answers]))
        key = choice.draw(st.sampled_from(sorted(paper.answers)))
        del paper.answers[key]
        for row in paper.rows:
            if row["id"] == key:
                row |= {"decision": "", "reason": ""}
        paper.save(**dialect)

    @precondition(lambda self: any(paper.rows for paper in self.papers))
    @rule(choice=st.data(), seed=st.integers(0, 99), dialect=st.sampled_from(DIALECTS))
    def disarrange(self, choice: st.DataObject, seed: int, dialect: dict[str, Any]) -> None:
        """Sort, double and blank rows, turn the columns round, write ids in capitals."""
        paper = choice.draw(st.sampled_from([paper for paper in self.papers if paper.rows]))
        chance = random.Random(seed)
        rows = [*paper.rows, *(dict(row) for row in chance.sample(paper.rows, 1) if chance.random() < 0.5)]
        rows = shuffled(rows, seed)[: len(RECORDS) + 3]
        kept = {row["id"] for row in rows}
        paper.rows = [dict(reversed(row.items())) for row in rows] if chance.random() < 0.5 else rows
        paper.answers = {key: said for key, said in paper.answers.items() if key in kept}
        paper.save(**dialect)
        if chance.random() < 0.3:
            shown = [row | {"id": f" {row['id'].upper()} "} for row in paper.rows]
            blank = dict.fromkeys(shown[0], "")
            paper.data = save(paper.path, [blank, *shown, blank], **dialect)

    @precondition(lambda self: any(paper.rows for paper in self.papers))
    @rule(choice=st.data(), dialect=st.sampled_from(DIALECTS))
    def drop_a_row(self, choice: st.DataObject, dialect: dict[str, Any]) -> None:
        """Delete a record's rows from a sheet."""
        paper = choice.draw(st.sampled_from([paper for paper in self.papers if paper.rows]))
        key = choice.draw(st.sampled_from(sorted({row["id"] for row in paper.rows})))
        paper.rows = [row for row in paper.rows if row["id"] != key]
        paper.answers.pop(key, None)
        paper.save(**dialect)

    @precondition(lambda self: len(self.papers) > 3)
    @rule(choice=st.data())
    def delete_a_sheet(self, choice: st.DataObject) -> None:
        """Delete a sheet; what it gave stays."""
        paper = choice.draw(st.sampled_from(self.papers))
        paper.path.unlink()
        self.papers.remove(paper)

    @precondition(lambda self: any(self.seen.values()))
    @rule(choice=st.data(), dialect=st.sampled_from([d for d in DIALECTS if d.get("encoding") != "cp1252"]))
    def save_a_ledger(self, choice: st.DataObject, dialect: dict[str, Any]) -> None:
        """Open a ledger in a spreadsheet and save it."""
        reviewer = choice.draw(st.sampled_from([name for name, rows in self.seen.items() if rows]))
        path = self.desk.review.ledgers / f"{reviewer}.csv"
        sheet = read_sheet_bytes(path.read_bytes(), known=("stage", "entry_id", "decision"))
        save(path, [cells for _, cells in sheet.rows], columns=sheet.header, **dialect)

    # --- what always holds --------------------------------------------------------------------------------------

    @invariant()
    def sheets_are_as_their_people_left_them(self) -> None:
        """The program never changes a byte of a sheet."""
        for paper in self.papers:
            assert paper.path.read_bytes() == paper.data

    @invariant()
    def nothing_ever_leaves_a_ledger(self) -> None:
        """Every row that was ever in a ledger is there still, in its place, as it was."""
        for reviewer in PEOPLE:
            ledger = self.desk.ledger(reviewer)
            assert ledger.rows[: len(self.seen[reviewer])] == self.seen[reviewer]
            assert (ledger.notices, ledger.closed) == ((), "")
            self.seen[reviewer] = ledger.rows

    # --- the model ----------------------------------------------------------------------------------------------

    def _model_collects(self) -> None:
        self.number += 1
        for paper in sorted(self.papers, key=lambda paper: paper.path.name):
            for row in paper.rows:
                key = row["id"]
                said = paper.answers.get(key)
                if said and self.given.get((paper.path.name, key)) != said:
                    self.given[paper.path.name, key] = said
                    self.expected[paper.reviewer].append((key, said))

    def _newest(self, reviewer: str) -> dict[str, str]:
        return {key: said[0] for key, said in self.expected[reviewer]}

    def _is_settled(self, key: str) -> bool:
        words = {self._newest(reviewer).get(key, WITHDRAW) for reviewer in PEOPLE}
        return bool(words & {INCLUDE, EXCLUDE}) and MAYBE not in words

    def _check_ledgers(self) -> None:
        for reviewer in PEOPLE:
            path = self.desk.review.ledgers / f"{reviewer}.csv"
            rows = read_ledger(reviewer, path.read_bytes() if path.exists() else b"", path.name).rows
            assert [(r.entry_id, (r.decision, r.reason, _plain(r.note))) for r in rows] == [
                (key, (decision, reason, _plain(note))) for key, (decision, reason, note) in self.expected[reviewer]
            ]
            assert len({r.row_id for r in rows}) == len(rows)


def _plain(note: str) -> str:
    return " ".join(note.split())


TestReview = ReviewMachine.TestCase
TestReview.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
