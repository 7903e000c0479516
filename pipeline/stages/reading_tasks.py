"""What waits for people beside the reading order: conflicts to settle, full texts to get and decide; who reads what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.decisions.resolve import Decision
from pipeline.errors import Notice, compose
from pipeline.protocol_screening import ScreeningSection
from pipeline.records import rows_of
from pipeline.screen.readings import BORDERLINE
from pipeline.stages.contract import StageInput
from pipeline.stages.screen import decisions_of

Rows = Iterator[dict[str, Any]]
Texts = Mapping[str, dict[str, Any]]

WORK = ("title", "abstract", "authors", "year", "journal", "keywords", "doi", "text_sha256")


def plain(value: object) -> str:
    """Return a text, an empty one for what is none."""
    return value if isinstance(value, str) else ""


def cells_json(texts: Mapping[str, Any], *columns: str, **more: object) -> str:
    """Return the cells of a row as JSON: the named ones of a record, and more."""
    return json.dumps({name: texts[name] for name in columns} | more, ensure_ascii=False)


# --- title and abstract: who reads ----------------------------------------------------------------------------------


def readers_wanted(row: Mapping[str, Any], settings: ScreeningSection, bands: bool) -> int:
    """Return how many people are to read a record that waits: 0 before the pilot is filled, 2 for borderline ones.

    Args:
        row: readers and held (of `screen/screened`), band (of `screen/ranking`).
        settings: the protocol's section [screening].
        bands: whether the ranking tells bands apart yet; while it cannot, every record stands as borderline.
    """
    if not pd.isna(row["held"]) and row["held"]:
        return 0
    readers = 1 if pd.isna(row["readers"]) else int(row["readers"])
    wants_two = bands and settings.double_screening == BORDERLINE and row["band"] == "borderline"
    return max(readers, 2) if wants_two else readers


def reading_cells(
    row: Mapping[str, Any], needs: int, earlier: Sequence[Decision], settings: ScreeningSection
) -> dict[str, object]:
    """Return the cells that only some protocols ask for: what others decided, and how many people are to read it.

    The number goes behind the seal of the sheet and with the decision into the ledger: a record that was borderline
    when it was read is read by two, whatever the ranking says of it afterwards.
    """
    cells: dict[str, object] = {}
    if settings.show_decisions:
        cells["decisions"] = decisions_in_words(earlier)
    if settings.double_screening == BORDERLINE and needs > 1:
        cells["sheet"] = f"-{needs}"
    return cells


def decisions_in_words(decisions: Sequence[Decision]) -> str:
    """Return who decided what, as a cell shows it."""
    return "; ".join(f"{d.reviewer}: {d.decision}{f' ({d.reason})' if d.reason else ''}" for d in decisions)


# --- conflicts ------------------------------------------------------------------------------------------------------


def conflict_tasks(stage: StageInput, texts: Texts) -> Rows:
    """Yield what readers decided differently, each for the person who may settle it."""
    screened = stage.tables["screen/screened"]
    said = {d.row_id: d for d in decisions_of(stage.tables["decisions/screening"])}
    for row in rows_of(screened[screened["outcome"] == "conflict"]):
        given = [said[key] for key in row["rests_on"] if key in said]
        entries = sorted({d.entry_id for d in given})
        why = (
            "readers differ" if len(entries) == 1 else f"decided apart, then found to be one work: {', '.join(entries)}"
        )
        if len(entries) == 1 and any(d.decision == "maybe" for d in given):
            why = "a reader wrote maybe"
        asked_of = resolvers(frozenset(d.reviewer for d in given), stage.protocol.screening)
        # Where people settled two entries differently before these became one work, each of the two is settled again.
        settled = sorted({d.entry_id for d in given if d.stage == "consensus"})
        for entry in settled or [row["record_id"]]:
            shown = {"id": entry, "decision": "", "reason": "", "note": "", "why": why}
            shown["decisions"] = decisions_in_words(given)
            cells = cells_json(texts[row["cluster_id"]], *WORK, **shown)
            needs = 1 if asked_of else 0
            yield {
                "kind": "conflicts",
                "key": entry,
                "cells": cells,
                "done_by": [],
                "needs": needs,
                "asked_of": asked_of,
            }


def resolvers(readers: frozenset[str], settings: ScreeningSection) -> list[str]:
    """Return who may settle a conflict, at most one person.

    The first of `resolver` who did not read the record; one who did only where the protocol allows it. Without
    `resolver` the readers settle it together and the first of `reviewers` writes it down.

    >>> settings = ScreeningSection(reviewers=("ann", "ben", "cleo"), resolver=("ann", "cleo"))
    >>> resolvers(frozenset({"ann", "ben"}), settings), resolvers(frozenset({"ann", "cleo"}), settings)
    (['cleo'], [])
    """
    if not settings.resolver:
        return list(settings.reviewers[:1])
    third = [name for name in settings.resolver if name not in readers]
    return third[:1] or (list(settings.resolver[:1]) if settings.resolver_may_read else [])


def resolver_notices(stuck: Sequence[str]) -> tuple[Notice, ...]:
    """Return a line about conflicts that nobody may settle."""
    if not stuck:
        return ()
    text = compose(
        f"{len(stuck)} {'conflict waits' if len(stuck) == 1 else 'conflicts wait'} for a person who did not read the "
        "record, and [screening] resolver names none",
        file="screening/protocol.toml",
        found=min(stuck),
        hint="name one more in resolver, or set resolver_may_read = true",
    )
    return (Notice("warning", text, "no_resolver"),)


# --- full text ------------------------------------------------------------------------------------------------------


def full_text_tasks(stage: StageInput, texts: Texts) -> Rows:
    """Yield the reports whose full text is to be got or decided."""
    reports = stage.tables["full_text/reports"]
    alone = reports["study_id"].value_counts()
    for row in rows_of(reports[reports["state"].isin(["awaiting_retrieval", "awaiting_eligibility"])]):
        why = "included at title and abstract" if row["lane"] == "main" else "found by other methods"
        if row["state"] == "awaiting_eligibility":
            why += f"; retrieved by {', '.join(row['decided_by'])}"
        shown = {"id": row["report_id"], "retrieved": "", "decision": "", "reason": "", "further_reasons": ""}
        shown |= {"same_study_as": "", "note": "", "why": why, "link": plain(row["link"])}
        shown["pdf"] = "; ".join(row["pdf"])
        shown["study"] = row["study_id"] if alone[row["study_id"]] > 1 else ""
        columns = ("title", "authors", "year", "journal", "doi", "url", "text_sha256")
        cells = cells_json(texts[row["cluster_id"]], *columns, **shown)
        yield {"kind": "full-text", "key": row["report_id"], "cells": cells, "done_by": [], "needs": 1}
