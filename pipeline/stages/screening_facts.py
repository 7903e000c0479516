"""The facts about screening that a methods section and the report need, from the tables of the screen stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.records import rows_of
from pipeline.screen.methods_facts import ModelUse, ScreeningFacts
from pipeline.stages.contract import StageInput

# The rule whose advice stands in the methods section: of those that speak, the one with a bounded error that saves
# most; where the audit share contradicts its assumption it is the corrected rule that speaks under this name.
_REPORTED = ("biased_urn", "corrected", "hypergeometric")


def advice_row(stage: StageInput) -> Mapping[str, Any] | None:
    """Return the row of `screen/statements` whose advice is reported, None without any."""
    rows = {row["name"]: row for row in rows_of(stage.tables["screen/statements"])}
    return next((rows[name] for name in _REPORTED if name in rows), None)


def screening_facts(stage: StageInput) -> ScreeningFacts:
    """Return the facts for the methods paragraph about screening (PRISMA 2020, item 8).

    Inputs: `screen/screened`, `screen/reading`, `screen/rounds`, `screen/statements`, `screen/model`, `screen/runs`
    and `screen/machine`.
    """
    tables, settings = stage.tables, stage.protocol.screening
    screened = tables["screen/screened"]
    main = screened[screened["lane"] == "main"]
    outcomes = main["outcome"].value_counts()
    model = dict(zip(tables["screen/model"]["name"], tables["screen/model"]["value"], strict=True))
    people = main[main["outcome"].isin(["included", "excluded"])]
    by_machine = sum(int(outcomes.get(name, 0)) for name in ("excluded_machine", "ineligible_machine"))
    basis = str(model["basis"])
    use: ModelUse = "not used" if basis == "none" else "ranked and excluded" if by_machine else "ranked"
    included, excluded = int(model["inclusions_used"]), int(model["exclusions_used"])
    return ScreeningFacts(
        model=str(model["model"]),
        features=str(model["features"]),
        software=tuple(str(model["software"]).split("; ")),
        basis=basis,
        use=use,
        records=len(main),
        records_without_abstract=len(main) - int(model["records_with_abstract"]),
        training_records=included + excluded,
        training_relevant=included,
        labelled_by=tuple(sorted({name for names in people["decided_by"] for name in names})),
        # Where two read only some of the records the section on agreement says which.
        readers_per_record=settings.readers_per_record if settings.double_screening in ("none", "all") else None,
        decided_by_people=len(people),
        waiting=sum(int(outcomes.get(name, 0)) for name in ("undecided", "maybe", "conflict")),
        excluded_by_machine=by_machine,
        thresholds=_thresholds(stage, model),
        target_recall=settings.target_recall,
        confidence=settings.confidence,
        inclusions_found=int((people["outcome"] == "included").sum()),
        rounds=len(tables["screen/rounds"]),
        audit_share=settings.audit_share,
        seed=stage.protocol.review.seed,
        **_stopping(stage),
        **_audit(stage),
        **_machine(stage),
    )


def _thresholds(stage: StageInput, model: Mapping[str, Any]) -> tuple[str, ...]:
    counting = [row["sentence"] for row in rows_of(stage.tables["screen/runs"]) if row["standing"] == "counts"]
    return (str(model["lower_cut"]), str(model["upper_cut"]), *counting)


def _stopping(stage: StageInput) -> dict[str, Any]:
    row = advice_row(stage)
    if row is None:
        return {}
    return {
        "stopping_rule": row["name"],
        "stopping_advice": row["says"],
        "stopping_assumption": row["assumption"],
        "estimated_recall": None if pd.isna(row["estimate"]) else float(row["estimate"]),
        "recall_lower": None if pd.isna(row["lower"]) else float(row["lower"]),
    }


def _audit(stage: StageInput) -> dict[str, Any]:
    reading = stage.tables["screen/reading"]
    drawn = reading[reading["drawn"] == "audit"]
    ranked = reading[reading["drawn"] == "rank"]
    if not len(drawn):
        return {"audit_records": 0, "audit_relevant": 0, "audit_outcome": "No record drawn at random is decided yet."}
    hits, by_rank = int(drawn["included"].sum()), int(ranked["included"].sum())
    outcome = (
        f"Of {len(drawn):,} records drawn at random {hits:,} {'was' if hits == 1 else 'were'} included "
        f"({hits / len(drawn):.1%}), of {len(ranked):,} read by rank {by_rank:,}"
    )
    outcome += f" ({by_rank / len(ranked):.1%})." if len(ranked) else "."
    return {"audit_records": len(drawn), "audit_relevant": hits, "audit_outcome": outcome}


def _machine(stage: StageInput) -> dict[str, Any]:
    for row in rows_of(stage.tables["screen/runs"]):
        if row["standing"] == "counts":
            return {
                "machine_sample_records": int(row["check_read"]),
                "machine_sample_missed": int(row["check_missed"]),
                "machine_missed_upper": None if pd.isna(row["check_upper"]) else int(row["check_upper"]),
                "machine_outcome": _sentence(row["check_sentence"]),
                "statement": row["statement"],
                "statement_void": _sentence(row["void"]),
            }
    return {}


def _sentence(value: object) -> str:
    return value if isinstance(value, str) else ""
