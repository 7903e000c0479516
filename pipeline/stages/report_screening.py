"""The screening part of the report: what the ranking did, what can be said about the recall, what a machine decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from pipeline.records import rows_of
from pipeline.report.page import Figure, Section, Table
from pipeline.report.recall_figure import RecallCurve, recall_figure
from pipeline.stages.contract import StageInput
from pipeline.stages.screening_facts import advice_row, screening_facts

__all__ = ["screening_facts", "screening_sections"]

_RULES = {
    "hypergeometric": "Stopping: hypergeometric",
    "corrected": "Stopping: corrected",
    "biased_urn": "Stopping: biased urn",
    "expected_recall": "Triage: expected recall",
    "whole_review": "Triage: whole review",
}
_STANDING = ("excluded", "decided by people", "revoked", "text changed", "gone")


def screening_sections(stage: StageInput) -> Iterable[Section]:
    """Yield the sections of the report about screening at title and abstract.

    Inputs: the tables of the screen stage.
    """
    yield _screening(stage)
    yield _recall(stage)
    yield _model(stage)
    if len(stage.tables["screen/runs"]):
        yield _machine(stage)


def _screening(stage: StageInput) -> Section:
    """Return bands and decisions, and the rounds."""
    bands = stage.tables["screen/ranking"].merge(stage.tables["screen/screened"], on="record_id")
    table = pd.crosstab(bands["band"], bands["outcome"])
    rows = tuple(
        (str(band).replace("_", " "), *(str(n) for n in row))
        for band, row in zip(table.index, table.values, strict=True)
    )
    header = ("Band", *(str(name).replace("_", " ") for name in table.columns))
    off = stage.protocol.screening.classifier_exclusions == "off"
    text = (
        "A classifier trained on the decisions so far orders the records for the people who decide. A band is a hint "
        "for the order of work" + (": nothing is included or excluded without a person." if off else ".")
    )
    tables = (Table("Bands and decisions", header, rows, "", "ranking.csv"),) if len(rows) else ()
    return Section("Screening", "screening", (text,), (*tables, *_rounds(stage)))


def _rounds(stage: StageInput) -> tuple[Table, ...]:
    rounds = rows_of(stage.tables["screen/rounds"])
    if not rounds:
        return ()
    names = ("issued", "decided", "included", "random", "random_included", "read_so_far", "found_so_far")
    header = ("Worklist", "Reader", "Rows", "Decided", "Included", "Drawn at random", "of these included")
    rows = [(f"{row['round']:04d}", row["reviewer"], *(f"{row[name]:,}" for name in names)) for row in rounds]
    note = "A record counts on the worklist on which it was decided first."
    return (Table("Rounds", (*header, "Read so far", "Found so far"), tuple(rows), note, ""),)


def _recall(stage: StageInput) -> Section:
    statements = rows_of(stage.tables["screen/statements"])
    reading = stage.tables["screen/reading"]
    rows = tuple(
        (
            _RULES[row["name"]],
            row["says"],
            _share(row["estimate"]),
            f"{_share(row['lower'])} to 100 %" if not pd.isna(row["lower"]) else "none stated",
            _share(row["confidence"]) or "none (an average)",
            f"{row['more_needed']:,}",
            row["assumption"],
        )
        for row in statements
    )
    header = ("Name", "Says", "Recall", "Interval", "Confidence", "More to read", "Assumed")
    target = f"{stage.protocol.screening.target_recall:.0%}"
    text = (
        f"What each rule says now, for a recall of {target}. Stopping rules speak of the recall if people stopped "
        "reading; triage of the recall if the records below a cut went without a reader. A rule that cannot say "
        "something says so."
    )
    unknown = int((reading["drawn"] == "elsewhere").sum()) if len(reading) else 0
    paragraphs = [text]
    if unknown:
        paragraphs.append(
            f"Of {len(reading):,} decided records {unknown:,} came by no worklist of this program: their order is not "
            "known, they come first in the curve and count as read elsewhere."
        )
    paragraphs += [f"{_RULES[row['name']]}: {row['sentence']}" for row in statements]
    figure = recall_figure(_curve(stage))
    figures = (Figure(figure, _CURVE_CAPTION),) if figure else ()
    tables = (Table("Statements about the recall", header, rows, "", ""),) if rows else ()
    return Section("Recall and stopping", "recall", tuple(paragraphs), tables, figures=figures)


_CURVE_CAPTION = (
    "Inclusions found against records read. Ticks at the bottom: worklists. Dotted: where reading stands now. Dashed "
    "and shaded: how many inclusions there may be in all, by the rule that is named."
)


def _curve(stage: StageInput) -> RecallCurve:
    reading, rounds = stage.tables["screen/reading"], stage.tables["screen/rounds"]
    undecided = len(stage.tables["screen/ranking"]) - len(reading)
    row = advice_row(stage)
    included = [bool(value) for value in reading.sort_values("place")["included"]] if len(reading) else []
    said = undecided > 0 and row is not None and row["says"] != "cannot say" and not pd.isna(row["estimate"])
    return RecallCurve(
        included,
        undecided,
        tuple(int(value) for value in rounds["read_so_far"]),
        float(row["estimate"]) if said and row else None,
        float(row["lower"]) if said and row else None,
        str(row["name"]).replace("_", " ") if row else "",
    )


def _model(stage: StageInput) -> Section:
    """Return what the model learned, and whether its scores drift between the searches."""
    terms = rows_of(stage.tables["screen/terms"])
    rows = tuple(
        (row["term"], row["side"], f"{row['weight']:+.1f}", f"{row['parts']:.2f}", f"{row['records']:,}")
        for row in terms
    )
    header = ("Term", "Side", "Weight", "Parts by", "Records")
    note = "Points; the terms that part the average inclusion from the average record most, four-letter parts left out."
    tables = [Table("Top terms of the model", header, rows, note, "")] if rows else []
    drift = rows_of(stage.tables["screen/drift"])
    drifted = tuple(
        (
            row["source"],
            f"{row['records']:,}",
            f"{row['decided']:,}",
            f"{row['included']:,}",
            "" if pd.isna(row["median"]) else f"{row['median']:+.1f}",
            "" if pd.isna(row["shift"]) else f"{row['shift']:.2f}",
            row["remark"] if isinstance(row["remark"], str) else "",
        )
        for row in drift
    )
    names = ("Source", "Records", "Decided", "Included", "Median score", "Shift", "Remark")
    note = "Shift: share of pairs in which a record of the source scores above one of no such source; 0.50: alike."
    tables += [Table("Scores by source", names, drifted, note, "")] if drifted else []
    facts = screening_facts(stage)
    lines = [f"Model: {facts.model}, from {facts.features}."] if facts.use != "not used" else []
    lines += [facts.audit_outcome] if facts.audit_outcome else []
    return Section("How the ranking did", "ranking", tuple(lines), tuple(tables))


def _machine(stage: StageInput) -> Section:
    """Return what the machine run that counts excluded, and what people found in the sample of it."""
    machine, facts = stage.tables["screen/machine"], screening_facts(stage)
    standing = machine["standing"].value_counts()
    became = tuple((name, f"{int(standing[name]):,}") for name in _STANDING if standing.get(name, 0))
    paragraphs = [
        "Exclusions made by the classifier. Each run is frozen in screening/machine/runs/ with its time, model, random "
        "sample and every record of the review at that time; another ranking does not change it. "
        "`python -m pipeline screen undo --run N` takes a run back, as a whole or by record.",
        facts.machine_outcome,
    ]
    if facts.statement_void:
        paragraphs.append(f"The statement of the run that counts is void: {facts.statement_void}.")
    runs = tuple(
        (
            f"{row['run']}",
            row["when"],
            row["standing"],
            row["mode"].replace("_", " "),
            row["statement"].replace("_", " "),
            f"{row['excluded']:,}",
            f"{row['check_read']:,} of {row['check_wanted']:,}",
            f"{row['check_missed']:,}",
            "" if pd.isna(row["check_upper"]) else f"{row['check_upper']:,}",
        )
        for row in rows_of(stage.tables["screen/runs"])
    )
    header = (
        "Run",
        "Written",
        "Standing",
        "Counted",
        "Statement",
        "Excluded",
        "Sample read",
        "Missed",
        "At most missed",
    )
    note = (
        f"At most missed: upper bound for all it excluded, with {stage.protocol.screening.confidence:.0%} confidence."
    )
    tables = [Table("Machine runs", header, runs, note, "")]
    if became:
        tables.append(Table("What became of what the run that counts excluded", ("Standing", "Records"), became))
    return Section("Machine exclusions", "machine", tuple(part for part in paragraphs if part), tuple(tables))


def _share(value: Any) -> str:  # noqa: ANN401
    return "" if pd.isna(value) else f"{float(value):.1%}"
