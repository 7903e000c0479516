"""Machine runs in the screen stage: what the run that counts excludes now, whether its statement holds, what is next.

The stage only proposes a run; the runner freezes it with the time and versions, and the stage then reads it as a file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from pipeline.decisions.resolve import Outcome
from pipeline.errors import Notice, compose
from pipeline.protocol import Protocol
from pipeline.screen.machine_run import (
    REVOKED_FILE,
    CheckOutcome,
    ListedRecord,
    MachineRun,
    Revocation,
    barred_records,
    check_order,
    check_outcome,
    criteria_sha256,
    data_sha256,
    read_revocations,
    read_runs,
    standing_run,
    void_reasons,
)
from pipeline.screen.statements import Triage
from pipeline.screen.stopping import StoppingAdvice
from pipeline.screen.triage import TriageCut

OUTCOME_OF_MODE = {"screening": "excluded_machine", "before_screening": "ineligible_machine"}
_RUNS = "screening/machine/runs"


@dataclass(frozen=True)
class MachineFiles:
    """The machine runs of a review, what was revoked of them, and what people must see about the files."""

    runs: tuple[MachineRun, ...] = ()
    revoked: tuple[Revocation, ...] = ()
    notices: tuple[Notice, ...] = ()

    def counting(self, protocol: Protocol) -> MachineRun | None:
        """Return the run that counts; none while the protocol has exclusions by the classifier switched off."""
        if protocol.screening.classifier_exclusions == "off":
            return None
        return standing_run(self.runs, self.revoked)


@dataclass(frozen=True)
class MachineState:
    """What the run that counts does to the records as they are now.

    Attributes:
        run: the run that counts, None: none does.
        outcomes: cluster -> excluded_machine or ineligible_machine.
        rows: rows of the table `MACHINE_COLUMNS`.
        void: why its statement no longer holds.
        check: what people found in the sample of what it excluded.
    """

    run: MachineRun | None = None
    outcomes: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[dict[str, Any], ...] = ()
    void: tuple[str, ...] = ()
    check: CheckOutcome | None = None


def machine_files(files: Mapping[str, bytes]) -> MachineFiles:
    """Return the machine runs among a stage's files; a file that was edited is named and not used."""
    own = {PurePosixPath(path).name: data for path, data in files.items() if path.startswith(f"{_RUNS}/")}
    runs, wrong = read_runs(own)
    notices = [
        Notice(
            "problem",
            compose(
                f"this machine run cannot be used: {what}; what it excluded goes to people",
                file=f"{_RUNS}/{name}",
                hint="put both of its files back as they were, or take it back: python -m pipeline screen undo --run "
                f"{int(name.partition('.')[0])}",
            ),
            "machine_run",
        )
        for name, what in wrong
    ]
    return MachineFiles(tuple(runs), tuple(read_revocations(own.get(REVOKED_FILE, b""))), tuple(notices))


def criteria_now(protocol: Protocol) -> str:
    """Return the hash of the criteria of a protocol."""
    return criteria_sha256((code, item.include_if, item.exclude_if) for code, item in protocol.criteria.items())


def machine_state(
    machine: MachineFiles,
    protocol: Protocol,
    cluster_of: Mapping[str, str],
    text_of: Mapping[str, str],
    people: Mapping[str, Outcome],
    advice: Mapping[str, StoppingAdvice],
) -> MachineState:
    """Return what the run that counts excludes now.

    Args:
        machine: the runs.
        protocol: the protocol.
        cluster_of: entry -> cluster.
        text_of: cluster -> hash of its title and abstract, databases and registers only.
        people: cluster -> what people decided; a person's decision of any kind outranks the machine.
        advice: stopping rule -> what it says now.
    """
    run = machine.counting(protocol)
    if run is None:
        return MachineState()
    settings = protocol.screening
    revoked = {item.record_id for item in machine.revoked if item.run == run.number}
    outcomes, rows, decided = {}, [], {}
    for listed in run.excluded:
        cluster = cluster_of.get(listed.record_id, "")
        outcome = people.get(cluster, Outcome())
        standing = _standing(listed, text_of.get(cluster), outcome, revoked)
        if standing == "excluded":
            outcomes[cluster] = OUTCOME_OF_MODE[run.facts["mode"]]
        settled = outcome.outcome if outcome.outcome in ("included", "excluded") else ""
        if settled:
            decided[listed.record_id] = settled == "included"
        row = {"run": run.number, "record_id": listed.record_id, "cluster_id": cluster or None, "standing": standing}
        rows.append(row | {"check": listed.check, "decision": settled or None})
    void = void_reasons(run, text_of, criteria_now(protocol), settings.target_recall)
    rule = advice.get(run.facts["statement"])
    if rule is not None and rule.advice != "stop":
        void.append(f"the rule no longer lets people stop ({rule.advice})")
    if run.facts["statement"] != settings.exclusions_rest_on:
        void.append(f"the protocol now names the statement {settings.exclusions_rest_on}")
    check = check_outcome(run, decided, settings.exclusion_sample, settings.confidence)
    return MachineState(run, outcomes, tuple(rows), tuple(void), check)


def _standing(listed: ListedRecord, text: str | None, outcome: Outcome, revoked: set[str]) -> str:
    if outcome.outcome != "undecided" or outcome.rests_on:
        return "decided by people"
    if listed.record_id in revoked:
        return "revoked"
    if text is None:
        return "gone"
    return "excluded" if text == listed.text_sha256 else "text changed"


def run_rows(machine: MachineFiles, state: MachineState) -> list[dict[str, Any]]:
    """Return the rows of the table `RUN_COLUMNS`: every run there is, and where it stands."""
    whole = {item.run for item in machine.revoked if not item.record_id}
    rows: list[dict[str, Any]] = []
    for run in machine.runs:
        own = state.check if state.run is run else None
        standing = "counts" if state.run is run else "revoked" if run.number in whole else "superseded"
        if standing == "superseded" and run is machine.runs[-1]:
            standing = "switched off"
        facts = {name: run.facts[name] for name in ("when", "mode", "statement", "sentence")}
        rows.append(
            {"run": run.number, "standing": standing, "excluded": len(run.excluded), **facts}
            | {"void": "; ".join(state.void) if own and state.void else None}
            | {"check_wanted": own.wanted if own else 0, "check_read": own.read if own else 0}
            | {"check_missed": own.missed if own else 0, "check_upper": own.upper if own else None}
            | {"check_sentence": own.sentence if own else None}
        )
    return rows


@dataclass(frozen=True)
class Proposal:
    """A run that could be made now: the rows of the table `PROPOSED_COLUMNS`, and its facts."""

    rows: tuple[dict[str, Any], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    why_not: str = ""


def proposal(
    machine: MachineFiles,
    state: MachineState,
    protocol: Protocol,
    texts: Mapping[str, str],
    scores: Mapping[str, float],
    untouched: Sequence[str],
    triage: Triage,
    advice: Mapping[str, StoppingAdvice],
) -> Proposal:
    """Return the run that is due, or why none is.

    Args:
        machine: the runs there are.
        state: what the run that counts does.
        protocol: the protocol.
        texts: record -> hash of its text, databases and registers only.
        scores: record -> score.
        untouched: records on which no person has said anything.
        triage: both cuts.
        advice: stopping rule -> what it says.
    """
    settings = protocol.screening
    if settings.classifier_exclusions == "off":
        return Proposal(why_not="switched off in the protocol")
    if state.run is not None and not state.void:
        return Proposal(why_not=f"{state.run.name} counts")
    last = machine.runs[-1] if machine.runs else None
    if last and state.run is None and last.facts["protocol_version"] == protocol.review.version:
        return Proposal(
            why_not=f"{last.name} was taken back; another is made under a new [review] version of the protocol"
        )
    could = set(untouched) - barred_records(machine.runs, machine.revoked)
    rule = advice.get(settings.exclusions_rest_on)
    if rule is not None:
        said, why_not = _rule_facts(rule), rule.sentence if rule.advice != "stop" else "every record is read"
        could = could if rule.advice == "stop" else set()
    else:
        cut = next(item for item in triage.cuts if item.statement == settings.exclusions_rest_on)
        could &= set(triage.without_reader[cut.statement])
        said, why_not = _cut_facts(cut, triage), "the cut leaves no record without a reader"
        why_not = why_not if cut.place else cut.sentence
    if not could:
        return Proposal(why_not=why_not)
    return Proposal(_proposed(could, texts, scores, triage, protocol), said | _facts(could, texts, protocol))


def _proposed(
    could: Collection[str],
    texts: Mapping[str, str],
    scores: Mapping[str, float],
    triage: Triage,
    protocol: Protocol,
) -> tuple[dict[str, Any], ...]:
    """Return every record of the review as the run would list it."""
    order = {item: place for place, item in enumerate(check_order(could, protocol.review.seed), start=1)}
    return tuple(
        {
            "record_id": item,
            "text_sha256": texts[item],
            "excluded": item in could,
            "rank": triage.ranks.get(item),
            "score": scores.get(item),
            "check": order.get(item),
        }
        for item in sorted(texts)
    )


def _cut_facts(cut: TriageCut, triage: Triage) -> dict[str, Any]:
    """Return what a run would rest on that goes by a cut."""
    return {
        "sentence": cut.sentence,
        "assumption": cut.assumption,
        "target_recall": cut.target_recall,
        "confidence": cut.confidence,
        "recall": cut.recall,
        "place": cut.place,
        "sample_records": len(triage.sample),
        "sample_inclusions": cut.inclusions,
    }


def _rule_facts(rule: StoppingAdvice) -> dict[str, Any]:
    """Return what a run would rest on that ends reading where a stopping rule lets people stop."""
    return {
        "sentence": rule.sentence,
        "assumption": rule.assumption,
        "target_recall": rule.target_recall,
        "confidence": rule.confidence,
        "recall": rule.lower,
        "inclusions_found": rule.found,
        "spoken_by": rule.rule,
    }


def _facts(could: Collection[str], texts: Mapping[str, str], protocol: Protocol) -> dict[str, Any]:
    """Return the facts of every run."""
    return {
        "mode": protocol.screening.classifier_exclusions,
        "statement": protocol.screening.exclusions_rest_on,
        "records": len(texts),
        "excluded": len(could),
        "protocol_version": protocol.review.version,
        "seed": protocol.review.seed,
        "criteria_sha256": criteria_now(protocol),
        "data_sha256": data_sha256(texts),
    }


def machine_notices(machine: MachineFiles, state: MachineState, lapsed: int) -> list[Notice]:
    """Return what people must see about the run that counts: its statement is void, exclusions lapsed, misses found."""
    notices = list(machine.notices)
    if state.run is None:
        return notices
    undo = f"python -m pipeline screen undo --run {state.run.number}"
    if state.void:
        text = compose(
            f"the recall statement of {state.run.name} ({state.run.facts['statement']}) is void: "
            f"{'; '.join(state.void)}. What it excluded stays excluded; nothing more is, until the statement can be "
            "made again from a new random sample",
            hint=f"read the random share of the next worklists, or take the run back: {undo}",
        )
        notices.append(Notice("warning", text, "statement_void"))
    if lapsed:
        text = f"{lapsed} records that {state.run.name} excluded have another text now and go to people"
        notices.append(Notice("warning", text, "machine_lapsed"))
    if state.check is not None and state.check.missed:
        text = compose(f"{state.run.name}: {state.check.sentence}", hint=f"to have all of them read: {undo}")
        notices.append(Notice("warning", text, "machine_missed"))
    return notices
