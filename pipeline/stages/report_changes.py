"""What changed since the closed version of an updated review: new records, decisions, counts; a page and a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from pipeline.protocol import Protocol
from pipeline.report.counts import Counts
from pipeline.report.page import FileLink, Page, Section, Table, render_page
from pipeline.stages.changed_entries import ChangedEntries, changed_entries
from pipeline.stages.contract import StageInput
from pipeline.stages.count import counts_of
from pipeline.stages.update import since, version_of
from pipeline.summary import count_lines
from pipeline.tables import csv_bytes
from pipeline.versions import Version

HEADER = ("entry_id", "change", "state_then", "reason_then", "state_now", "reason_now", "source", "title")
SHOWN = 200
"""Rows of a list on the page; the file has all."""
_NEW, _GONE, _CHANGED = "new", "gone", "stands elsewhere"
_ELSEWHERE = (
    "Entries of the version with another state now: they waited then and are decided now, a decision was changed, or a "
    "work that came by other methods was found in a database, too. What waited then and waits still in the same way is "
    "not listed."
)
_NEW_ONES = (
    "Entries that the version did not have, and where they stand. A copy of a work that the version had is a duplicate."
)

Row = tuple[str, ...]


def changes_files(stage: StageInput) -> dict[str, bytes]:
    """Return `report/changes.csv` and `report/changes.html`; nothing where the protocol names no closed version.

    Inputs: `count/states`, `import/sources`, `import/entries`; the closed version.
    """
    version = version_of(stage.files, stage.protocol)
    if version is None:
        return {}
    rows = change_rows(stage, version)
    page = Page(
        title=f"{stage.protocol.review.title}: what changed since version {version.name}",
        question=" ".join(stage.protocol.review.question.split()),
        notices=tuple(part for part in (" ".join(stage.protocol.review.notice.split()),) if part),
        sections=tuple(_sections(stage, version, rows)),
    )
    return {
        "report/changes.csv": csv_bytes(HEADER, rows),
        "report/changes.html": render_page(page).encode("utf-8"),
    }


def changes_section(stage: StageInput) -> Iterable[Section]:
    """Yield the section of the main page that leads to the page of changes."""
    version = version_of(stage.files, stage.protocol)
    if version is None:
        return
    found = changed_entries(version, stage.tables["count/states"])
    text = (
        f"This update goes on from version {version.name}, closed on {version.closed_on}. Since then: "
        f"{len(found.new):,} new entries, {len(found.elsewhere):,} entries that stand elsewhere, {len(found.gone):,} "
        f"gone. {_waiting(found)}The totals of both versions are derived from the ids of their studies."
    )
    yield Section(
        "What changed since the last version",
        "changes",
        (text,),
        files=(
            FileLink("changes.html", "what changed: counts, sources, decisions"),
            FileLink("changes.csv", "every entry that is new, gone, or stands elsewhere"),
        ),
    )


def _waiting(found: ChangedEntries) -> str:
    """Return how many works wait since the version, as a sentence; an empty text where none does."""
    if not found.waiting:
        return ""
    works = (
        "1 record that waited then waits" if found.waiting == 1 else f"{found.waiting:,} records that waited then wait"
    )
    return f"{works} still. "


def change_rows(stage: StageInput, version: Version) -> list[Row]:
    """Return a row for each entry that is new, gone, or stands elsewhere than in the version; columns `HEADER`."""
    protocol, found = stage.protocol, changed_entries(version, stage.tables["count/states"])
    entries = stage.tables["import/entries"]
    titles = dict(zip(entries["entry_id"], entries["title"], strict=True))

    def side(row: Mapping[str, object]) -> tuple[str, str]:
        return _text(row.get("state")), protocol.label(_text(row.get("reason")))

    rows = [
        (row["entry_id"], _NEW, "", "", *side(row), row["source"], _text(titles.get(row["entry_id"])))
        for row in found.new
    ]
    for change, then, now in [
        *((_CHANGED, then, now) for then, now in found.elsewhere),
        *((_GONE, then, {}) for then in found.gone),
    ]:
        entry = str(then["entry_id"])
        rows.append((entry, change, *side(then), *side(now), _text(then["source"]), version.titles.get(entry, "")))
    order = {_GONE: 0, _CHANGED: 1, _NEW: 2}
    return sorted(rows, key=lambda row: (order[row[1]], row[4], row[0]))


def _sections(stage: StageInput, version: Version, rows: Sequence[Row]) -> Iterable[Section]:
    states, sources, protocol = stage.tables["count/states"], stage.tables["import/sources"], stage.protocol
    yield _counts_section(version, states, sources, protocol)
    yield _sources_section(version, states)
    for anchor, kind, heading, text in (
        ("changed", _CHANGED, "Stand elsewhere", _ELSEWHERE),
        ("gone", _GONE, "Gone", "Entries of the version whose export was edited or taken away; decisions are kept."),
        ("new", _NEW, "New entries", _NEW_ONES),
    ):
        chosen = [row for row in rows if row[1] == kind]
        more = f" The first {SHOWN:,} of {len(chosen):,}; all are in the file." if len(chosen) > SHOWN else ""
        header = ("id", "then", "reason then", "now", "reason now", "source", "title")
        cells = tuple((row[0], *(part.replace("_", " ") for part in row[2:6]), *row[6:]) for row in chosen[:SHOWN])
        tables = (Table(heading, header, cells, "", "changes.csv"),) if cells else ()
        yield Section(heading, anchor, (f"{text}{more}" if cells else f"{text} There are none.",), tables)


def _counts_section(version: Version, states: pd.DataFrame, sources: pd.DataFrame, protocol: Protocol) -> Section:
    known = version.states[["kind", "source"]].drop_duplicates().sort_values(["kind", "source"])
    then, now = counts_of(version.states, known, protocol), counts_of(states, sources, protocol)
    update = counts_of(states, sources, protocol, version)
    lines = _numbers(then), _numbers(now), _numbers(update)
    names = list(dict.fromkeys(name for part in lines for name in part))
    cells = tuple((name, *(f"{part[name]:,}" if name in part else "" for part in lines)) for name in names)
    header = ("What", f"Version {version.name}", "All entries now", "Update alone")
    paragraphs = [
        "The update's own lanes hold what the version had not settled: the new entries, and those that waited when it "
        "was closed. An entry that joins a record of the version is a duplicate there."
    ]
    paragraphs += [f"{item.identity}: {item.n:+,} ({item.note})" for item in since(version, states).adjustments]
    return Section("Counts", "counts", tuple(paragraphs), (Table("Counts then and now", header, cells, ""),))


def _numbers(counts: Counts) -> dict[str, int]:
    return dict(count_lines(counts.as_dict()))


def _sources_section(version: Version, states: pd.DataFrame) -> Section:
    new = changed_entries(version, states).new
    then, now = Counter(version.states["source"]), Counter(states["source"])
    added = Counter(row["source"] for row in new)
    works = Counter(row["source"] for row in new if row["state"] != "duplicate")
    rows = tuple(
        (source, *(f"{part[source]:,}" for part in (then, now, added, works)))
        for source in sorted(then.keys() | now.keys())
    )
    header = ("Source", "Entries then", "Entries now", "New entries", "New and no duplicate")
    return Section("Sources", "sources", (), (Table("Entries of each source", header, rows, ""),))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
