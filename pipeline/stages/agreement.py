"""Stage 6b, agreement: how far the people who read the same records agree, by why these were read by more than one.

Kappa is stated from the records that were drawn at random; the pilot and the records that were read twice because they
were doubtful stand apart, for they are no sample of all records. What a person decided after the record was settled
does not count: it is no reading of their own any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from pipeline.decisions.resolve import Decision, by_cluster, decision_order, newest
from pipeline.protocol import Protocol
from pipeline.records import Column, entry_frame, mapping_of, rows_of
from pipeline.screen.agreement import Agreement, by_code, on_decisions, on_reasons, pairs, raters_agreement
from pipeline.screen.agreement_words import GROUP_WORDS
from pipeline.screen.readings import ALL, PILOT, RANDOM
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.screen import decisions_of

OTHER: Final = "other"
GROUPS: Final = (RANDOM, ALL, PILOT, OTHER)
DECISION: Final = "decision"
DECISION_MAYBE_IN: Final = "decision, maybe as include"
REASON: Final = "reason"

Readings = dict[str, dict[str, tuple[str, str]]]
"""Reader -> record -> decision and reason."""

PAIR_COLUMNS: tuple[Column, ...] = (
    Column("group", "str", "why the records were read by more than one: random, all, pilot or other", nullable=False),
    Column("first", "str", "one reader", nullable=False),
    Column("second", "str", "the other", nullable=False),
    Column("measure", "str", "decision; decision, maybe as include; reason (both excluded)", nullable=False),
    Column("n", "int", "records both read", nullable=False),
    Column("agreed", "int", "of these, with the same answer", nullable=False),
    Column("share", "float", "agreed / n"),
    Column("share_low", "float", "lower end of its Wilson interval"),
    Column("share_high", "float", "upper end"),
    Column("kappa", "float", "Cohen's kappa"),
    Column("kappa_low", "float", "lower end of its large-sample interval (Fleiss, Cohen & Everitt 1969)"),
    Column("kappa_high", "float", "upper end"),
    Column("bootstrap_low", "float", "lower end of its bootstrap interval"),
    Column("bootstrap_high", "float", "upper end"),
    Column("pabak", "float", "prevalence- and bias-adjusted kappa (Byrt, Bishop & Carlin 1993)"),
    Column("remark", "str", "why a figure is missing"),
    Column("answers", "list", "answer of the first / answer of the second: records", nullable=False),
)

CODE_COLUMNS: tuple[Column, ...] = (
    Column("group", "str", "why the records were read by more than one", nullable=False),
    Column("first", "str", "one reader", nullable=False),
    Column("second", "str", "the other", nullable=False),
    Column("code", "str", "exclusion code", nullable=False),
    Column("first_n", "int", "records both excluded to which the first gave it", nullable=False),
    Column("second_n", "int", "to which the second gave it", nullable=False),
    Column("both", "int", "to which both did", nullable=False),
    Column("positive", "float", "specific agreement: 2 both / (first + second)", nullable=False),
    Column("kappa", "float", "Cohen's kappa of this code against all others"),
)

GROUP_COLUMNS: tuple[Column, ...] = (
    Column("group", "str", "why the records were read by more than one", nullable=False),
    Column("wanted", "int", "records of this group", nullable=False),
    Column("n", "int", "of these, read by two or more", nullable=False),
    Column("readers", "int", "people who read them", nullable=False),
    Column("alpha", "float", "Krippendorff's alpha, nominal"),
    Column("fleiss", "float", "Fleiss' kappa, where all of them read all of these records"),
    Column("complete", "int", "records that as many people read as are to", nullable=False),
    Column("remark", "str", "why a figure is missing"),
)

SETTLED_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "record that readers decided differently", nullable=False),
    Column("resolver", "str", "who settled it", nullable=False),
    Column("decision", "str", "how", nullable=False),
    Column("read_it", "bool", "the resolver is one of its readers", nullable=False),
)


def agreement_stage(stage: StageInput) -> StageResult:
    """Return the tables pairs, codes, groups and settled.

    Inputs: `screen/screened` for the records and how they are read, `deduplicate/clusters`, `decisions/screening`.
    """
    screened, clusters = stage.tables["screen/screened"], stage.tables["deduplicate/clusters"]
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    decisions = by_cluster(decisions_of(stage.tables["decisions/screening"]), cluster_of)
    main = screened[screened["lane"] == "main"]
    record_of = mapping_of(main, "cluster_id", "record_id")
    given = {record_of[cluster]: found for cluster, found in decisions.items() if cluster in record_of}
    readings = independent_readings(given)
    pair_rows, code_rows, group_rows = [], [], []
    for group, members in _groups(main).items():
        own = {who: {r: said for r, said in found.items() if r in members} for who, found in readings.items()}
        for first, second in pairs(own):
            pair_rows += _pair_rows(group, first, second, own, stage.protocol)
            labels = {"group": group, "first": first, "second": second}
            code_rows += [
                labels
                | {"code": item.code, "first_n": item.first, "second_n": item.second, "both": item.both}
                | {"positive": item.positive, "kappa": item.kappa}
                for item in by_code(own[first], own[second])
            ]
        row = _group_row(group, members, own)
        if row["n"] or group != OTHER:
            group_rows.append(row)
    tables = {
        "pairs": entry_frame(pair_rows, PAIR_COLUMNS),
        "codes": entry_frame(code_rows, CODE_COLUMNS),
        "groups": entry_frame(group_rows, GROUP_COLUMNS),
        "settled": entry_frame(settled_rows(given), SETTLED_COLUMNS),
    }
    numbers = {str(row["group"]): int(row["n"]) for row in group_rows}
    return StageResult(tables, summary=_summary(tables), numbers=numbers)


def independent_readings(decisions: Mapping[str, Iterable[Decision]]) -> Readings:
    """Return what each person decided about each record before it was settled.

    Args:
        decisions: record -> its decisions at title and abstract, consensus among them.
    """
    readings: Readings = {}
    for record, found in decisions.items():
        given = list(found)
        settled = min((decision_order(d)[0] for d in given if d.stage == "consensus"), default="~~")
        own = [d for d in given if d.stage == "title_abstract" and decision_order(d)[0] <= settled]
        for decision in newest(own):
            readings.setdefault(decision.reviewer, {})[record] = (decision.decision, decision.reason)
    return readings


def settled_rows(decisions: Mapping[str, Iterable[Decision]]) -> list[dict[str, Any]]:
    """Return the records that somebody settled, and whether that person had read them."""
    rows = []
    for record in sorted(decisions):
        given = list(decisions[record])
        readers = {d.reviewer for d in given if d.stage == "title_abstract"}
        for d in newest(d for d in given if d.stage == "consensus"):
            row = {"record_id": record, "resolver": d.reviewer, "decision": d.decision}
            rows.append(row | {"read_it": d.reviewer in readers})
    return rows


def _groups(main: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return group -> its records and how many people are to read each."""
    found: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    for record, reading, readers in zip(main["record_id"], main["reading"], main["readers"], strict=True):
        group = reading if isinstance(reading, str) and reading in GROUPS else OTHER
        found[group][record] = 1 if pd.isna(readers) else int(readers)
    return {group: records for group, records in found.items() if records}


def _pair_rows(group: str, first: str, second: str, own: Readings, protocol: Protocol) -> list[dict[str, Any]]:
    confidence, seed = protocol.screening.confidence, protocol.review.seed
    a, b = own[first], own[second]
    found = {DECISION: on_decisions(a, b, confidence=confidence, seed=seed)}
    if any(said == "maybe" for who in (a, b) for said, _ in who.values()):
        found[DECISION_MAYBE_IN] = on_decisions(a, b, maybe_as="include", confidence=confidence, seed=seed)
    found[REASON] = on_reasons(a, b, confidence=confidence, seed=seed)
    labels = {"group": group, "first": first, "second": second}
    return [labels | {"measure": measure} | _figures(item) for measure, item in found.items()]


def _figures(item: Agreement) -> dict[str, Any]:
    cells: dict[str, Any] = {"n": item.n, "agreed": item.agreed, "share": item.share, "kappa": item.kappa}
    for name, interval in (("share", item.share_interval), ("kappa", item.interval), ("bootstrap", item.bootstrap)):
        cells[f"{name}_low"], cells[f"{name}_high"] = interval or (None, None)
    answers = [f"{a} / {b}: {n}" for (a, b), n in sorted((item.counts or {}).items())]
    return cells | {"pabak": item.pabak, "remark": item.reason or None, "answers": answers}


def _group_row(group: str, members: Mapping[str, int], own: Readings) -> dict[str, Any]:
    answers: dict[str, Mapping[str, str]] = {who: {r: said for r, (said, _) in own[who].items()} for who in own}
    found = raters_agreement({who: given for who, given in answers.items() if given})
    number = {record: sum(record in given for given in own.values()) for record in members}
    return {
        "group": group,
        "wanted": len(members) if group != OTHER else found.n,
        "n": found.n,
        "readers": found.readers if found.n else 0,
        "alpha": found.alpha,
        "fleiss": found.fleiss,
        "complete": sum(number[record] >= wanted for record, wanted in members.items()),
        "remark": found.reason or None,
    }


def _summary(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return one line: the agreement that counts most, and how far the pilot is."""
    groups = {row["group"]: row for row in rows_of(tables["groups"])}
    parts = []
    if PILOT in groups:
        parts.append(f"pilot: {groups[PILOT]['complete']:,} of {groups[PILOT]['wanted']:,} records read by all")
    found = tables["pairs"][tables["pairs"]["measure"] == DECISION]
    for group in GROUPS:
        chosen = rows_of(found[found["group"] == group])
        if chosen:
            best = max(chosen, key=lambda row: row["n"])
            kappa = "not stated" if pd.isna(best["kappa"]) else f"{best['kappa']:.2f}"
            parts.append(
                f"{best['share']:.1%} agreement on {best['n']:,} records ({GROUP_WORDS[group]}), kappa {kappa}"
            )
            break
    return "; ".join(parts) or "no record was read by two"
