"""The first sections of the report: question and protocol, criteria, and how the protocol changed."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from pipeline.decisions.criteria_log import (
    CRITERIA_LOG,
    CriteriaChange,
    Made,
    criteria_changes,
    present_state,
    read_criteria_log,
)
from pipeline.protocol import Protocol
from pipeline.records import rows_of
from pipeline.report.page import Section, Table
from pipeline.report.wording import counted
from pipeline.stages.report_content import ReportContent

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_GONE = "(no code of the protocol now; decisions name it)"
_NONE = "(no reason given)"
_NAMES = {"screening": "title and abstract", "full_text": "full text", "coding": "coding"}


def opening_sections(content: ReportContent) -> Iterable[Section]:
    """Yield question and protocol, criteria, and changes of the protocol (PRISMA 2020, items 4, 5, 24)."""
    yield _question(content)
    yield _criteria(content)
    yield _amendments(content)


def _question(content: ReportContent) -> Section:
    protocol, settings = content.protocol, content.protocol.report
    said = [
        " ".join(protocol.review.question.split()),
        f"This {content.words.review} follows protocol version {protocol.review.version}; random steps use the seed "
        f"{protocol.review.seed}.",
    ]
    stated = (
        ("Registration", settings.registration),
        ("Protocol", settings.protocol_address),
        ("Support", settings.support),
        ("Competing interests", settings.interests),
    )
    rows = tuple((name, " ".join(text.split()) or "not stated in the protocol") for name, text in stated)
    return Section(
        "Question and protocol",
        "question",
        tuple(said),
        (Table("Registration, protocol, support and interests", ("What", "As stated"), rows),),
    )


def _criteria(content: ReportContent) -> Section:
    protocol, counts = content.protocol, content.counts
    at_title = {line.code: line.n for line in counts.excluded_reasons}
    at_full_text: dict[str, int] = {}
    for line in (*counts.main.excluded, *counts.other.excluded):
        at_full_text[line.code] = at_full_text.get(line.code, 0) + line.n
    rows = [
        (code, protocol.label(code), " ".join(protocol.criteria[code].include_if.split()), "", "")
        for code in protocol.inclusion_codes
    ]
    rows += [
        (
            code,
            protocol.label(code),
            " ".join(protocol.criteria[code].exclude_if.split()),
            f"{at_title.get(code, 0):,}",
            f"{at_full_text.get(code, 0):,}",
        )
        for code in protocol.exclusion_codes
    ]
    gone = sorted({*at_title, *at_full_text} - {*protocol.exclusion_codes})
    rows += [
        (code, code, _GONE if code else _NONE, f"{at_title.get(code, 0):,}", f"{at_full_text.get(code, 0):,}")
        for code in gone
    ]
    header = ("Code", "Name", "Text", "Records excluded", "Reports excluded")
    text = "All inclusion criteria must hold; of the exclusion codes the first that fits is given."
    note = "Records are excluded at title and abstract, reports at full text."
    table = Table("Inclusion criteria and exclusion codes", header, tuple(rows), note)
    return Section("Criteria", "criteria", (text,), (table,))


def _amendments(content: ReportContent) -> Section:
    """Return the versions of the protocol that decisions were made under, and the changes that people declared."""
    versions, given = _versions(content)
    declared = content.protocol.amendments.values()
    changes = tuple(
        (item.version, f"{item.made_on:%Y-%m-%d}" if item.made_on else "", *_one_line(item.what, item.why))
        for item in declared
    )
    tables = [Table("Protocol versions of the decisions", ("Version", "Decisions", "First", "Last", "Stages"), given)]
    if changes:
        tables.append(Table("Changes of the protocol", ("Version", "Date", "What", "Why"), changes))
    unnumbered = _unnumbered(content)
    said = [_said_of_versions(versions, content.protocol, unnumbered), *map(_said_of_change, unnumbered)]
    later = {*versions[1:], content.protocol.review.version} - {*versions[:1]} if versions else set[str]()
    unexplained = sorted(later - {item.version for item in declared})
    if unexplained:
        said.append(
            f"Not explained in the protocol: the change to version {', '.join(unexplained)}. Each is described in a "
            "table [amendments.NAME] of screening/protocol.toml."
        )
    return Section("Changes of the protocol", "amendments", tuple(said), tuple(tables))


def _one_line(*texts: str) -> tuple[str, ...]:
    return tuple(" ".join(text.split()) for text in texts)


def _unnumbered(content: ReportContent) -> list[CriteriaChange]:
    """Return the changes of criteria that people decided before and after under one version of the protocol."""
    tables = (content.stage.tables[f"decisions/{name}"] for name in ("screening", "full_text"))
    given = [
        Made(_plain(row["protocol_version"]), row["reviewer"], row["sequence"])
        for table in tables
        for row in rows_of(table.loc[table["stage"] != "retrieval", ["protocol_version", "reviewer", "sequence"]])
    ]
    log = read_criteria_log(content.stage.files.get(CRITERIA_LOG, b""))
    return criteria_changes(log, present_state(content.protocol), given)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _said_of_change(change: CriteriaChange) -> str:
    were = "decision was" if change.decisions == 1 else "decisions were"
    return (
        f"The criteria changed under version {change.version} without a new version: {'; '.join(change.what)}. "
        f"{change.decisions:,} {were} made before that, under the earlier criteria, and stand as they were made."
    )


def _said_of_versions(versions: list[str], protocol: Protocol, unnumbered: list[CriteriaChange]) -> str:
    if not versions:
        return "No decision has been made yet."
    if len(versions) == 1 and versions[0] == protocol.review.version:
        if unnumbered:
            return f"Every decision was made under protocol version {versions[0]}, the present one."
        return (
            f"Every decision was made under protocol version {versions[0]}, the present one: no version was raised "
            "after screening began."
        )
    later = [version for version in [*versions[1:], protocol.review.version] if version != versions[0]]
    names = ", ".join(dict.fromkeys(later))
    return (
        f"Screening began under protocol version {versions[0]}. The protocol changed after that: version {names}. "
        "Earlier decisions stand as they were made, unless a person decided again."
    )


def _versions(content: ReportContent) -> tuple[list[str], tuple[tuple[str | int, ...], ...]]:
    """Return the versions in the order they came into use, and a row for each."""
    parts = [
        content.stage.tables[f"decisions/{name}"][["protocol_version", "when"]].assign(stage=words)
        for name, words in _NAMES.items()
    ]
    decisions = pd.concat(parts, ignore_index=True)
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows_of(decisions):
        version = row["protocol_version"] if isinstance(row["protocol_version"], str) else ""
        entry = found.setdefault(version or "not recorded", {"when": [], "stage": []})
        day = _DATE.match(row["when"]) if isinstance(row["when"], str) else None
        entry["when"] += [day.group()] if day else []
        entry["stage"].append(row["stage"])
    ordered = sorted(found, key=lambda version: (min(found[version]["when"], default="9999"), version))
    rows = tuple(
        (
            version,
            len(found[version]["stage"]),
            min(found[version]["when"], default=""),
            max(found[version]["when"], default=""),
            ", ".join(name for name in _NAMES.values() if name in found[version]["stage"]),
        )
        for version in ordered
    )
    return [version for version in ordered if version != "not recorded"], rows


def decided(content: ReportContent) -> str:
    """Return in words how many decisions the ledgers hold for the report."""
    number = sum(len(content.stage.tables[f"decisions/{name}"]) for name in _NAMES)
    return counted(number, "decision", "decisions")
