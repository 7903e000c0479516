"""What the review says about a record: set, state, decision, stage, reason, by whom, from which sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# State of the flow -> decision and the stage it was made at.
DECIDED: dict[str, tuple[str, str]] = {
    "duplicate": ("duplicate", "deduplicate"),
    "awaiting_screening": ("", ""),
    "in_conflict": ("conflict", "title_abstract"),
    "excluded_human": ("exclude", "title_abstract"),
    # No decision of a person: other programs must not learn from it as from one.
    "excluded_machine": ("exclude_by_machine", "title_abstract"),
    "ineligible_machine": ("exclude_by_machine", "title_abstract"),
    "awaiting_retrieval": ("include", "title_abstract"),
    "not_retrieved": ("not_retrieved", "retrieval"),
    "awaiting_eligibility": ("include", "title_abstract"),
    "report_excluded": ("exclude", "full_text"),
    "included": ("include", "full_text"),
}


def said_of(
    chosen: str,
    state: Mapping[str, Any],
    screened: Mapping[str, Any],
    report: Mapping[str, Any] | None,
    members: list[str],
) -> dict[str, str]:
    """Return what the review says about a record or entry, in the order of the note.

    Args:
        chosen: name of the set that is exported.
        state: its row of count/states.
        screened: the row of screen/screened of its record.
        report: the row of full_text/reports of its record, None where none is sought.
        members: the entries of its record.
    """
    decision, stage = DECIDED[state["state"]]
    by = report if report and stage in ("retrieval", "full_text") else screened
    said = {
        "set": chosen,
        "state": state["state"],
        "decision": decision,
        "stage": stage,
        "reason": state["reason"] or "",
        "stratum": state["stratum"] or "",
        "reviewers": ", ".join(by["decided_by"] or []) if decision not in ("", "duplicate") else "",
        "study": state["study_id"] or "",
        "entries": ", ".join(members) if len(members) > 1 else "",
    }
    return {name: str(value) for name, value in said.items()}
