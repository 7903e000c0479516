"""The sets that can be exported, in the words of the flow diagram: which states of entries each holds."""

from __future__ import annotations

_WAITING = ("awaiting_screening", "in_conflict", "awaiting_retrieval", "awaiting_eligibility")
_ASSESSED = ("awaiting_eligibility", "report_excluded", "included")
_SOUGHT = ("awaiting_retrieval", "not_retrieved", *_ASSESSED)
_EXCLUDED = ("excluded_human", "excluded_machine")

# Name of a set -> the states of entries that it holds.
SETS: dict[str, tuple[str, ...]] = {
    "identified": ("duplicate", "awaiting_screening", "in_conflict", *_EXCLUDED, *_SOUGHT),
    "records": ("awaiting_screening", "in_conflict", *_EXCLUDED, *_SOUGHT),
    "screened": ("awaiting_screening", "in_conflict", *_EXCLUDED, *_SOUGHT),
    "awaiting": _WAITING,
    "excluded": _EXCLUDED,
    "sought": _SOUGHT,
    "not_retrieved": ("not_retrieved",),
    "assessed": _ASSESSED,
    "full_text_excluded": ("report_excluded",),
    "included": ("included",),
    "duplicates": ("duplicate",),
    "awaiting_screening": ("awaiting_screening",),
    "in_conflict": ("in_conflict",),
    "awaiting_retrieval": ("awaiting_retrieval",),
    "awaiting_eligibility": ("awaiting_eligibility",),
}
MEANING: dict[str, str] = {
    "identified": "every entry of every export, duplicates included, as it was read",
    "records": "every work once: what is left when duplicates are removed",
    "screened": "the records of databases and registers that are screened at title and abstract, whatever came of it",
    "awaiting": "everything that waits for a person, at any stage",
    "excluded": "excluded at title and abstract",
    "sought": "reports sought for retrieval",
    "not_retrieved": "reports that could not be had",
    "assessed": "reports assessed for eligibility",
    "full_text_excluded": "reports excluded at full text",
    "included": "included reports",
    "duplicates": "the entries that are duplicates of others",
    "awaiting_screening": "records that nobody has decided",
    "in_conflict": "records that readers decided differently",
    "awaiting_retrieval": "reports whose full text is still to be had",
    "awaiting_eligibility": "reports that wait for a full-text decision",
}
BY_ENTRY = frozenset({"identified", "duplicates"})
MAIN_LANE = frozenset({"screened"})
