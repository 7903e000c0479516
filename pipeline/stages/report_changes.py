"""What changed since the closed version of an updated review: new records, decisions, counts; a page and a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from pipeline.protocol import Protocol
from pipeline.records import rows_of
from pipeline.report.counts import Counts
from pipeline.report.page import FileLink, Page, Section, Table, render_page
from pipeline.stages.contract import StageInput
from pipeline.stages.count import counts_of
from pipeline.stages.update import changed_states, old_entries, since, version_of
from pipeline.summary import count_lines
from pipeline.tables import csv_bytes
from pipeline.versions import Version

HEADER = ("entry_id", "change", "state_then", "reason_then", "state_now", "reason_now", "source", "title")
SHOWN = 200
"""Rows of a list on the page; the file has all."""
_NEW, _GONE, _CHANGED = "new", "gone", "stands elsewhere"
_ELSEWHERE = (
    "Entries of the version with another state now: a decision was changed, or a work that came by other methods was "
    "found in a database, too."
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
    kinds = Counter(row[1] for row in change_rows(stage, version))
    text = (
        f"This update goes on from version {version.name}, closed on {version.closed_on}. Since then: {kinds[_NEW]:,} "
        f"new entries, {kinds[_CHANGED]:,} entries that stand elsewhere, {kinds[_GONE]:,} gone. The totals of both "
        "versions are derived from the ids of their studies."
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


def change_rows(stage: StageInput, version: Version) -> list[Row]:
    """Return a row for each entry that is new, gone, or stands elsewhere than in the version; columns `HEADER`."""
    protocol, states = stage.protocol, stage.tables["count/states"]
    entries = stage.tables["import/entries"]
    titles = dict(zip(entries["entry_id"], entries["title"], strict=True))
    old = old_entries(version, states)

    def side(row: Mapping[str, object]) -> tuple[str, str]:
        return _text(row.get("state")), protocol.label(_text(row.get("reason")))

    rows = [
        (row["entry_id"], _NEW, "", "", *side(row), row["source"], _text(titles.get(row["entry_id"])))
        for row in rows_of(states)
        if row["entry_id"] not in old
    ]
    for then, now in changed_states(version, states):
        entry = str(then["entry_id"])
        change = _CHANGED if now else _GONE
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
        ("new", _NEW, "New entries", "Entries that the version did not settle, and where they stand."),
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
        "The update's own lanes hold what the version had not settled. An entry that joins a record of the version is "
        "a duplicate there."
    ]
    paragraphs += [f"{item.identity}: {item.n:+,} ({item.note})" for item in since(version, states).adjustments]
    return Section("Counts", "counts", tuple(paragraphs), (Table("Counts then and now", header, cells, ""),))


def _numbers(counts: Counts) -> dict[str, int]:
    return dict(count_lines(counts.as_dict()))


def _sources_section(version: Version, states: pd.DataFrame) -> Section:
    new = states[~states["entry_id"].isin(old_entries(version, states))]
    there = states["source"].value_counts(), new["source"].value_counts(), version.states["source"].value_counts()
    lanes = since(version, states).states
    records = lanes.loc[lanes["state"] != "duplicate", "source"].value_counts()
    rows = tuple(
        (source, *(f"{int(part.get(source, 0)):,}" for part in (there[2], there[0], there[1], records)))
        for source in sorted({*there[0].index, *there[2].index})
    )
    header = ("Source", "Entries then", "Entries now", "New entries", "New and no duplicate")
    return Section("Sources", "sources", (), (Table("Entries of each source", header, rows, ""),))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
