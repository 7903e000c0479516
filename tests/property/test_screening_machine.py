"""Two blinded readers, a resolver, their spreadsheets and growing searches in any order: what is decided is what was
written, once, by whom it was written; nothing is lost, changed or invented, and no id ever moves."""

from __future__ import annotations

import random
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.decisions.issue import Task
from pipeline.decisions.reading_plan import plan_of
from pipeline.decisions.resolve import Decision, title_abstract_outcome
from pipeline.decisions.sheet_workbook import is_workbook
from pipeline.identity import entry_id, text_sha256
from pipeline.screen.readings import Reading
from tests.unit.decisions_support import (
    Cells,
    Desk,
    protocol,
    read_cells,
    save,
    save_workbook,
    shuffled,
    workbook_cells,
)

READERS, RESOLVER = ("ann", "bob"), "dora"
PEOPLE = (*READERS, RESOLVER)
WORDS = {
    "include": ("include", "YES", "1", "ja"),
    "exclude": ("exclude", "no", "0", "нет"),
    "maybe": ("maybe", "?"),
    "withdraw": ("withdraw", "undo"),
}
Said = tuple[str, str]


@dataclass
class Paper:
    """A sheet as its person sees it: rows, what the answers in them mean, and its earlier states."""

    path: Path
    kind: str
    person: str
    rows: list[Cells]
    answers: dict[str, Said] = field(default_factory=dict)
    past: list[tuple[list[Cells], dict[str, Said]]] = field(default_factory=list)

    def save(self, workbook: bool) -> None:
        """Save the rows as CSV or workbook in the place of what was there."""
        self.path.unlink(missing_ok=True)
        self.path = self.path.with_suffix(".xlsx" if workbook else ".csv")
        columns = list(self.rows[0]) if self.rows else ["id", "decision", "reason"]
        if workbook:
            save_workbook(self.path, self.rows, columns=columns)
        else:
            save(self.path, self.rows, columns=columns, delimiter=";")
        self.past.append(([dict(row) for row in self.rows], dict(self.answers)))


class ScreeningMachine(RuleBasedStateMachine):
    """What people, searches and the program may do; the model says what must follow."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(Path(tempfile.mkdtemp(prefix="screening-")), known=frozenset())
        self.works: list[str] = []
        self.ids: dict[str, str] = {}
        self.papers: list[Paper] = []
        self.given: dict[tuple[str, str], Said] = {}  # sheet and record -> what the sheet gave last
        self.expected: dict[str, list[tuple[str, Said]]] = {person: [] for person in PEOPLE}
        self.pilot = 0
        self.clock = 0

    @initialize(pilot=st.sampled_from([0, 2]), double=st.sampled_from(["all", "random"]), sheets=st.booleans())
    def begin(self, pilot: int, double: str, sheets: bool) -> None:
        """Begin a review with one search."""
        keys = {"pilot": pilot, "double_screening": double, "double_share": 0.5}
        kind = "xlsx" if sheets else "csv"
        self.desk.protocol = protocol(reviewers=READERS, past_reviewers=[], resolver=RESOLVER, sheets=kind, **keys)
        self.pilot = pilot
        self.add_search(4, 1)
        self.run_review(False)

    def teardown(self) -> None:
        """Run once more and take the review away."""
        if self.works:
            self.run_review(False)
        shutil.rmtree(self.desk.folder)

    # --- searches -----------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.works) < 12)
    @rule(number=st.integers(1, 3), seed=st.integers(0, 99))
    def add_search(self, number: int, seed: int) -> None:
        """Add works, in another order of all: no id of an earlier work changes."""
        self.works += [f"TY  - JOUR\nTI  - Work {len(self.works) + n}\nER  - " for n in range(number)]
        found = {text: entry_id(text) for text in random.Random(seed).sample(self.works, len(self.works))}
        assert {text: found[text] for text in self.ids} == self.ids
        self.ids = found
        self.desk.known = frozenset(found.values())

    # --- people -------------------------------------------------------------------------------------------------

    @precondition(lambda self: any(paper.rows for paper in self.papers))
    @rule(choice=st.data(), workbook=st.booleans(), then_run=st.booleans())
    def screen(self, choice: st.DataObject, workbook: bool, then_run: bool) -> None:
        """Write, correct or withdraw some answers, and save as CSV or workbook."""
        paper = choice.draw(st.sampled_from([paper for paper in self.papers if paper.rows]))
        keys = sorted({row["id"] for row in paper.rows})
        for key in sorted(choice.draw(st.sets(st.sampled_from(keys), min_size=1, max_size=4))):
            allowed = sorted(WORDS) if paper.kind == "borderline" else ["exclude", "include", "withdraw"]
            word = choice.draw(st.sampled_from([*allowed, "include", "exclude"]))
            reason = choice.draw(st.sampled_from(["E1_technical", "E2_policy"])) if word == "exclude" else ""
            spelled = choice.draw(st.sampled_from(WORDS[word]))
            for row in paper.rows:
                if row["id"] == key:
                    row |= {"decision": spelled, "reason": reason}
            paper.answers[key] = (word, reason)
        paper.save(workbook)
        if then_run:
            self.run_review(False)

    @precondition(lambda self: any(paper.rows for paper in self.papers))
    @rule(choice=st.data(), seed=st.integers(0, 99), workbook=st.booleans())
    def sort_filter_and_double(self, choice: st.DataObject, seed: int, workbook: bool) -> None:
        """Sort the rows, delete some of them, double one."""
        paper = choice.draw(st.sampled_from([paper for paper in self.papers if paper.rows]))
        chance = random.Random(seed)
        gone = {row["id"] for row in paper.rows if chance.random() < 0.15}
        kept = [row for row in paper.rows if row["id"] not in gone]
        doubled = [dict(row) for row in kept[:1]] if len(kept) < 12 else []
        paper.rows = shuffled([*kept, *doubled], seed)
        paper.answers = {key: said for key, said in paper.answers.items() if key not in gone}
        paper.save(workbook)

    @precondition(lambda self: any(len(paper.past) > 1 for paper in self.papers))
    @rule(choice=st.data(), workbook=st.booleans())
    def bring_back_an_older_state(self, choice: st.DataObject, workbook: bool) -> None:
        """Put a sheet back as it was saved some time ago: its answers count as corrections."""
        paper = choice.draw(st.sampled_from([paper for paper in self.papers if len(paper.past) > 1]))
        rows, answers = choice.draw(st.sampled_from(paper.past))
        paper.rows, paper.answers = [dict(row) for row in rows], dict(answers)
        paper.save(workbook)

    # --- the program --------------------------------------------------------------------------------------------

    @rule(on_request=st.booleans())
    def run_review(self, on_request: bool) -> None:
        """Collect twice, hold what is decided against the model, issue what is due."""
        self.clock += 1
        self.desk.collect(f"2026-01-01T00:{self.clock // 60:02d}:{self.clock % 60:02d}Z")
        assert self.desk.problems() == []
        self._model_collects()
        assert self.desk.collect().number == 0, "the same sheets again added something"
        for person in PEOPLE:
            rows = [(row.entry_id, (row.decision, row.reason)) for row in self.desk.rows(person)]
            assert rows == self.expected[person], "a decision was lost, changed or invented"
        plan, decisions = self._plan()
        assert {key: self._outcome(key, plan[key].readers) for key in plan} == {
            key: title_abstract_outcome(decisions.get(key, []), plan[key].readers).outcome for key in plan
        }
        issued = self.desk.issue(*self._tasks(plan), batch_size=3, on_request=on_request)
        for file in issued.new:
            path = self.desk.folder / file
            workbook = is_workbook(path.read_bytes())
            rows = workbook_cells(path) if workbook else read_cells(path)
            number, _, rest = path.name.partition("-")
            kind, person = rest.split(".")[:2]
            assert all(number != paper.path.name[:4] for paper in self.papers), "a number was given twice"
            assert (person == RESOLVER) == (kind == "conflicts")
            self._is_blind(rows, kind)
            self.papers.append(Paper(path, kind, person, rows))

    @invariant()
    def ids_are_sound(self) -> None:
        """Every id there is was there from the first day of its work."""
        assert len(set(self.ids.values())) == len(self.works)

    # --- the model ----------------------------------------------------------------------------------------------

    def _model_collects(self) -> None:
        for paper in sorted(self.papers, key=lambda paper: paper.path.name):
            for row in paper.rows:
                said = paper.answers.get(row["id"])
                if said and self.given.get((paper.path.stem, row["id"])) != said:
                    self.given[paper.path.stem, row["id"]] = said
                    self.expected[paper.person].append((row["id"], said))

    def _newest(self, person: str) -> dict[str, str]:
        """Return the person's newest standing word on each record."""
        last = {key: said[0] for key, said in self.expected[person]}
        return {key: word for key, word in last.items() if word != "withdraw"}

    def _outcome(self, key: str, readers: int) -> str:
        """Return what follows for a record, worked out from what people wrote alone."""
        settled = self._newest(RESOLVER).get(key)
        words = [self._newest(person)[key] for person in READERS if key in self._newest(person)]
        if settled:
            return f"{settled}d"
        if {"include", "exclude"} <= set(words):
            return "conflict"
        if readers == 1 and "maybe" in words:
            return "maybe"
        if len(words) < readers or not words:
            return "undecided"
        return "conflict" if "maybe" in words else f"{words[0]}d"

    def _plan(self) -> tuple[dict[str, Reading], dict[str, list[Decision]]]:
        decisions: dict[str, list[Decision]] = {}
        for person in PEOPLE:
            for place, row in enumerate(self.desk.rows(person), start=1):
                found = Decision(row.row_id, person, row.stage, row.entry_id, place, row.decision, row.when, row.reason)
                decisions.setdefault(row.entry_id, []).append(found)
        records = [{"cluster_id": key, "members": [key], "kinds": ["database"]} for key in sorted(self.desk.known)]
        return plan_of(records, decisions, self.desk.protocol), decisions

    def _tasks(self, plan: dict[str, Reading]) -> list[Task]:
        tasks = []
        for text, key in self.ids.items():
            outcome, reading = self._outcome(key, plan[key].readers), plan[key]
            cells: dict[str, Any] = {"id": key, "title": text[:20], "text_sha256": text_sha256(text[:20], "")}
            done = frozenset(
                p
                for p in READERS
                if self._newest(p).get(key, "maybe") != "maybe" or (key in self._newest(p) and reading.readers > 1)
            )
            if outcome in ("undecided", "maybe"):
                tasks.append(Task("borderline", key, cells, done, 0 if reading.held else reading.readers))
            elif outcome == "conflict":
                tasks.append(Task("conflicts", key, cells, asked_of=(RESOLVER,)))
        held = [key for key, reading in plan.items() if reading.kind == "pilot"]
        assert len(held) == min(self.pilot, len(plan))
        return tasks

    def _is_blind(self, rows: list[Cells], kind: str) -> None:
        """Nothing on a sheet tells what anybody said."""
        if kind == "borderline":
            assert not {"include", "exclude", "maybe", *PEOPLE} & {cell for row in rows for cell in row.values()}


TestScreening = ScreeningMachine.TestCase
TestScreening.settings = settings(
    settings.default,
    max_examples=settings.default.max_examples,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
