"""The sets that can be exported, in the words of the flow diagram: which states of entries each holds."""

from __future__ import annotations

_WAITING = ("awaiting_screening", "in_conflict", "awaiting_retrieval", "awaiting_eligibility")
_ASSESSED = ("awaiting_eligibility", "report_excluded", "included")
_SOUGHT = ("awaiting_retrieval", "not_retrieved", *_ASSESSED)
_EXCLUDED = ("excluded_human", "excluded_machine")

_OTHERS = ("ineligible_machine", "not_retrieved", "report_excluded")

# Name of a set -> the states of entries that it holds. The states themselves are sets too.
SETS: dict[str, tuple[str, ...]] = {
    "identified": ("duplicate", "ineligible_machine", "awaiting_screening", "in_conflict", *_EXCLUDED, *_SOUGHT),
    "records": ("ineligible_machine", "awaiting_screening", "in_conflict", *_EXCLUDED, *_SOUGHT),
    "screened": ("awaiting_screening", "in_conflict", *_EXCLUDED, *_SOUGHT),
    "awaiting": _WAITING,
    "excluded": _EXCLUDED,
    "sought": _SOUGHT,
    "assessed": _ASSESSED,
    "full_text_excluded": ("report_excluded",),
}
SETS |= {state: (state,) for state in ("included", "duplicate", *_WAITING, *_EXCLUDED, *_OTHERS)}
BY_ENTRY = frozenset({"identified", "duplicate"})
MAIN_LANE = frozenset({"screened"})
