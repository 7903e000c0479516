"""One run of a review: which stages are due, running one, and what is done before and after the stages.

Knows nothing of Prefect: the flows call these methods, and so does the short way for a run with nothing to do.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from pipeline.array_cache import FolderCache
from pipeline.decisions.collect import Collected, collect, read_ledgers
from pipeline.decisions.criteria_log import log_criteria
from pipeline.decisions.criteria_notices import criteria_notices
from pipeline.decisions.full_text_files import register_full_texts
from pipeline.decisions.issue import Issued, Task, issue
from pipeline.decisions.ledger_log import closed_where_lost, log_ledgers, read_ledger_log
from pipeline.decisions.sheet_workbook import sheet_form
from pipeline.draws import write_draws
from pipeline.errors import BAD_DATA, DONE, Notice, ProtocolError, compose
from pipeline.protocol import Protocol, read_protocol, read_search_log
from pipeline.register import Registered, gone_notices, read_register, update_register
from pipeline.review import Review
from pipeline.screen.batches import batch_rows
from pipeline.screen.criteria_words import criteria_cell
from pipeline.stages.contract import Progress, Stage, StageInput, StageResult
from pipeline.stages.table import STAGES
from pipeline.store import (
    Manifest,
    is_fresh,
    json_bytes,
    manifest_key,
    read_manifest,
    sha256_of_file,
    write_if_changed,
    write_manifest,
)

STATUS_VERSION = 1


@dataclass(frozen=True)
class StageRun:
    """What became of a stage in this run: it ran, was unchanged or left for later; why it ran; its manifest."""

    stage: str
    status: Literal["ran", "unchanged", "left"]
    why: str
    manifest: Manifest


@dataclass
class ReviewRun:
    """One run in a review's folder; the caller holds the folder's lock."""

    review: Review
    accept_changes: bool = False
    next_sheet: bool = False
    draft: bool = False
    stage_runs: dict[str, StageRun] = field(default_factory=dict)
    collected: Collected = field(default_factory=Collected)
    issued: Issued = field(default_factory=Issued)
    register_notices: list[Notice] = field(default_factory=list)
    _tables: dict[str, tuple[Any, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def protocol(self) -> Protocol:
        """The protocol, read once a run; the search log is checked with it.

        Raises:
            ProtocolError: every mistake of both files.
        """
        lines: list[str] = []
        protocol: Protocol | None = None
        try:
            protocol = read_protocol(self.review.protocol)
        except ProtocolError as error:
            lines += error.lines
        try:
            read_search_log(self.review.search_log)
        except ProtocolError as error:
            lines += error.lines
        if lines or protocol is None:
            raise ProtocolError.from_lines(lines)
        return protocol

    # --- stages -------------------------------------------------------------------------------------------------

    def fresh(self, stage: Stage) -> StageRun | None:
        """Return the stage's result where it need not run, else None. Stages before it must be settled."""
        parts = self._parts(stage)
        manifest = read_manifest(self._manifest_path(stage))
        if manifest is None or not is_fresh(manifest, manifest_key(parts), self.review.outputs):
            return None
        run = StageRun(stage.name, "unchanged", "", manifest)
        self.stage_runs[stage.name] = run
        return run

    def leave(self, stages: Collection[Stage]) -> None:
        """Let stages stand as the last run that reached them left them, so that what they said is still said.

        Args:
            stages: stages that no other stage of this run reads.
        """
        for stage in stages:
            manifest = read_manifest(self._manifest_path(stage))
            if manifest is not None:
                self.stage_runs[stage.name] = StageRun(stage.name, "left", "", manifest)

    def run_stage(self, stage: Stage, progress: Progress) -> StageRun:
        """Run a stage, check what it returns, write it, and its manifest last.

        Raises:
            ReviewError: a mistake of the user or in the data.
            ValueError: the stage broke its contract (a mistake of the program).
        """
        from pipeline.records import check
        from pipeline.tables import parquet_bytes

        parts, old = self._parts(stage), read_manifest(self._manifest_path(stage))
        result = stage.load()(self._input(stage, progress))
        if set(result.tables) != set(stage.writes):
            raise ValueError(f"stage {stage.name!r} returned {sorted(result.tables)}, wanted {sorted(stage.writes)}")
        outputs = {}
        for table in sorted(result.tables):
            columns = stage.columns(table)
            frame = check(result.tables[table], columns, f"{stage.name}/{table}")
            outputs[f"stages/{stage.name}/{table}.parquet"] = parquet_bytes(frame, columns)
        outputs |= dict(result.files)
        manifest = self._write(stage, parts, outputs, result, old)
        run = StageRun(stage.name, "ran", _why(parts, old), manifest)
        self.stage_runs[stage.name] = run
        self.log(f"stage {stage.name} ran ({run.why}): {manifest.summary}")
        return run

    def _write(
        self,
        stage: Stage,
        parts: Mapping[str, str],
        outputs: Mapping[str, bytes],
        result: StageResult,
        old: Manifest | None,
    ) -> Manifest:
        from pipeline.store import sha256_of

        for name, data in sorted(outputs.items()):
            write_if_changed(self.review.outputs / name, data)
        for name in sorted(set(old.outputs) - set(outputs)) if old else ():
            (self.review.outputs / name).unlink(missing_ok=True)
        manifest = Manifest(
            stage.name,
            manifest_key(parts),
            parts,
            {name: sha256_of(data) for name, data in sorted(outputs.items())},
            result.notices,
            result.summary,
            result.numbers,
        )
        write_manifest(self._manifest_path(stage), manifest)
        return manifest

    def _manifest_path(self, stage: Stage) -> Path:
        return self.review.stages / stage.name / "manifest.json"

    def _files(self, stage: Stage) -> dict[str, Path]:
        return {self.review.shown(path): path for path in stage.files(self.review, self.protocol)}

    def _parts(self, stage: Stage) -> dict[str, str]:
        """Return everything a stage's result depends on, by name."""
        parts = {f"code {stage.name}": stage.code_sha256}
        parts |= {"draft": "yes"} if stage.draft and self.draft else {}
        parts |= {f"library {name}": _version(name) for name in stage.libraries}
        parts |= {f"protocol [{name}]": self.protocol.section_sha256((name,)) for name in stage.sections}
        for shown, path in self._files(stage).items():
            digest = sha256_of_file(path)
            if digest is None:
                raise ProtocolError("cannot be read, but the review needs it", file=shown, hint="put it back")
            parts[f"file {shown}"] = digest
        for table in stage.reads:
            earlier = self.stage_runs[table.partition("/")[0]].manifest
            parts[f"table {table}"] = earlier.outputs[f"stages/{table}.parquet"]
        return parts

    def _input(self, stage: Stage, progress: Progress) -> StageInput:
        from pipeline.tables import read_parquet

        by_name = {item.name: item for item in STAGES}
        tables = {}
        for name in stage.reads:
            earlier, _, table = name.partition("/")
            digest = self.stage_runs[earlier].manifest.outputs[f"stages/{name}.parquet"]
            if self._tables.get(name, ("",))[0] != digest:
                frame = read_parquet(self.review.stages / f"{name}.parquet", by_name[earlier].columns(table))
                self._tables[name] = (digest, frame)
            tables[name] = self._tables[name][1].copy(deep=False)
        later = [item.reads for item in STAGES[STAGES.index(stage) + 1 :]]
        for name in [name for name in self._tables if not any(name in reads for reads in later)]:
            del self._tables[name]
        files = {shown: path.read_bytes() for shown, path in self._files(stage).items()}
        cache = FolderCache(self.review.state / "arrays")
        return StageInput(tables, files, self.protocol, progress, cache, draft=self.draft)

    # --- before and after the stages ----------------------------------------------------------------------------

    def collect(self) -> Collected:
        """Note which entries there are, then take what people wrote in their sheets into the ledgers.

        Comes after the import stage, because a sheet's ids are checked against the entries.

        Raises:
            ReviewError: the register or a ledger cannot be written.
        """
        present = self._entries()
        imported = self.stage_runs["import"]
        if imported.status == "ran" or self.accept_changes or not read_register(self.review):
            register = update_register(self.review, present, accept_changes=self.accept_changes)
        else:
            register = read_register(self.review)
        self.register_notices = register_full_texts(self.review, self.protocol.full_text.pdfs)
        self.register_notices += gone_notices(self.review, register, frozenset(item.entry_id for item in present))
        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        known = frozenset(register) | {item.entry_id for item in present}
        given = [row for ledger in read_ledgers(self.review, self.protocol).values() for row in ledger.rows]
        known |= {entry_id for row in given for entry_id in (row.entry_id, row.other_entry_id) if entry_id}
        if self.accept_changes:
            log_ledgers(self.review, read_ledgers(self.review, self.protocol), accept_losses=True)
        self.collected = collect(self.review, self.protocol, known, self._dimensions(), when)
        people = self.protocol.all_reviewers
        ledgers = closed_where_lost(self.review, read_ledgers(self.review, self.protocol), people)
        log_ledgers(self.review, ledgers)
        lengths = {reviewer: rows for reviewer, (rows, _) in read_ledger_log(self.review).items()}
        criteria = log_criteria(self.review, self.protocol, lengths)
        self.register_notices += criteria_notices(criteria, self.protocol, ledgers)
        for reviewer, rows in self.collected.appended.items():
            self.log(f"{len(rows)} decisions of {reviewer} taken into screening/decisions/{reviewer}.csv")
        return self.collected

    def _entries(self) -> list[Registered]:
        import pyarrow.parquet as pq

        present = []
        for table, title in (("entries", "title"), ("rejects", "reason")):
            path = self.review.stages / "import" / f"{table}.parquet"
            rows = pq.read_table(path, columns=["entry_id", "file", title]).to_pylist()
            present += [Registered(row["entry_id"], row["file"], " ".join((row[title] or "").split())) for row in rows]
        return present

    def _dimensions(self) -> dict[str, tuple[str, ...]]:
        from pipeline.synthesis.coding import read_frame
        from pipeline.synthesis.incident_answers import incident_dimensions

        if not self.protocol.coding.frame:
            return {}
        shown = f"screening/{self.protocol.coding.frame}"
        path = self.review.folder / shown
        if not path.is_file():
            raise ProtocolError("named in [coding] frame, but it is not there", file=shown, hint="put it back")
        frame = read_frame(path.read_bytes(), shown)
        return frame.answers() | incident_dimensions(frame, self.protocol.synthesis.factors)

    def issue_sheets(self) -> Issued:
        """Write the sheets that are due.

        Raises:
            ReviewError: a sheet cannot be written.
        """
        import pyarrow.parquet as pq

        rows = pq.read_table(self.review.stages / "worklists" / "tasks.parquet").to_pylist()
        criteria = {"criteria": criteria_cell(self.protocol)}
        tasks = [
            Task(
                row["kind"],
                row["key"],
                json.loads(row["cells"]) | criteria,
                frozenset(row["done_by"] or ()),
                row["needs"],
                tuple(row["members"] or ()),
                tuple(row["asked_of"] or ()),
            )
            for row in rows
        ]
        settings = self.protocol.screening
        decided = self._screening().get("decided", 0)
        drawn = {row["key"]: row["drawn"] for row in rows if row["drawn"]}

        def note_draws(file: str, keys: Sequence[str]) -> None:
            if any(key in drawn for key in keys):
                write_draws(self.review, file, keys, drawn)

        self.issued = issue(
            self.review,
            tasks,
            self.collected.sheets,
            settings.reviewers,
            batch_size=batch_rows(decided, settings.smallest_batch, settings.batch_size),
            on_request=self.next_sheet,
            form=sheet_form(self.protocol),
            before=note_draws,
        )
        for file in self.issued.new:
            self.log(f"worklist {file} written")
        return self.issued

    def freeze_machine_run(self) -> str:
        """Write the machine run that the screen stage proposed, and return its name; empty where none is due.

        The screen stage has to run again afterwards: only then the run counts.

        Raises:
            ReviewError: a file cannot be written.
        """
        due = self.stage_runs["screen"].manifest.numbers.get("proposal")
        if not due:
            return ""
        from pipeline.machine_runs import freeze

        name = freeze(self.review, due)
        self.log(f"{name} written: {due['excluded']} records excluded on the statement {due['statement']}")
        return name

    def _screening(self) -> dict[str, Any]:
        run = self.stage_runs.get("screen")
        found: dict[str, Any] = run.manifest.numbers.get("screening", {}) if run else {}
        return found

    def finish(self) -> dict[str, Any]:
        """Write outputs/status.json and return its content."""
        status = self.status()
        write_if_changed(self.review.outputs / "status.json", json_bytes(status))
        return status

    # --- what there is to say -----------------------------------------------------------------------------------

    @property
    def notices(self) -> list[Notice]:
        """Everything people must see, in the order of the stages."""
        found = [notice for run in self.stage_runs.values() for notice in run.manifest.notices]
        return [*self.register_notices, *self.collected.notices, *found]

    @property
    def exit_status(self) -> int:
        """0 when the run is done or waits for people, 3 when data could not be used."""
        return BAD_DATA if any(notice.severity == "problem" for notice in self.notices) else DONE

    def status(self) -> dict[str, Any]:
        """Return the state of the review for machines, as JSON holds it: no times, the same for the same review."""
        numbers = {name: dict(run.manifest.numbers) for name, run in self.stage_runs.items()}
        counts = numbers.get("count", {}).get("counts", {})
        waiting = bool(self.issued.waiting or self.issued.queued)
        found = bool(counts.get("identified", 0) + counts.get("other_identified", 0))
        status = {
            "status_version": STATUS_VERSION,
            "title": self.protocol.review.title,
            "state": "awaiting people" if waiting else "complete" if found else "awaiting exports",
            "exit_status": self.exit_status,
            "counts": counts,
            "waiting": [asdict(item) for item in self.issued.waiting],
            "queued": dict(self.issued.queued),
            "notices": [notice.as_dict() for notice in self.notices],
            "stages": {item.name: _said(self.stage_runs[item.name]) for item in STAGES if item.name in self.stage_runs},
            "ranking": numbers.get("screen", {}).get("basis", ""),
            "screening": self._screening(),
        }
        plain: dict[str, Any] = json.loads(json_bytes(status))
        return plain

    def log(self, line: str) -> None:
        """Add a line with the time to the run log, the one place where times are kept beside the ledgers."""
        path = self.review.state / "run.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')} {line}\n")


def _said(run: StageRun) -> str:
    return run.manifest.summary + (" (as of the last `make review`)" if run.status == "left" else "")


@lru_cache(maxsize=64)
def _version(distribution: str) -> str:
    return importlib.metadata.version(distribution)


def _why(parts: Mapping[str, str], old: Manifest | None) -> str:
    """Return in words what made a stage run."""
    if old is None:
        return "first run"
    changed = [name for name in {**old.parts, **parts} if old.parts.get(name) != parts.get(name)]
    if not changed:
        return "an output was missing or had been edited"
    return compose(", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "") + " changed")
