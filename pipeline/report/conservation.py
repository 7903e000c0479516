"""Conservation: every entry that came in is somewhere, exactly once, at every step; checked on ids, not on totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from pipeline.errors import ConservationError
from pipeline.records import Column, cells_of, mapping_of, rows_of
from pipeline.store import sha256_of

ENTRY_STATES = (
    "duplicate",
    "removed",
    "awaiting_screening",
    "in_conflict",
    "excluded_human",
    "excluded_machine",
    "ineligible_machine",
    "awaiting_retrieval",
    "not_retrieved",
    "awaiting_eligibility",
    "report_excluded",
    "included",
)

STATE_COLUMNS: tuple[Column, ...] = (
    Column("entry_id", "str", "entry", nullable=False),
    Column("lane", "str", "main (databases, registers, demonstration) or other", nullable=False),
    Column("source", "str", "source", nullable=False),
    Column("kind", "str", "kind of the source", nullable=False),
    Column("file", "str", "export file", nullable=False),
    Column("record_id", "str", "record the entry belongs to; empty for entries that could not be read"),
    Column("study_id", "str", "study, where the record leads to a report"),
    Column("state", "str", ", ".join(ENTRY_STATES), nullable=False),
    Column("reason", "str", "code of an exclusion, or why an entry was removed"),
    Column("stratum", "str", "stratum of an excluded record"),
)

BROKEN_COLUMNS: tuple[Column, ...] = (
    Column("identity", "str", "identity or conservation law that does not hold", nullable=False),
    Column("what", "str", "both sides and the difference, in words", nullable=False),
    Column("entries", "list", "entries behind it"),
)

_MAIN, _OTHER = ("main",), ("other",)
_BOTH = (*_MAIN, *_OTHER)
_BEHIND: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "I02": (_MAIN, ("removed",)),
    "I03": (_MAIN, ("duplicate", "ineligible_machine", "removed")),
    "I04": (_MAIN, ("excluded_human", "excluded_machine")),
    "I05": (_MAIN, ("awaiting_screening", "in_conflict", "excluded_human", "excluded_machine")),
    "I06": (_MAIN, ("awaiting_retrieval", "not_retrieved")),
    "I07": (_MAIN, ("report_excluded",)),
    "I08": (_MAIN, ("awaiting_eligibility", "report_excluded", "included")),
    "I09": (_OTHER, ("duplicate", "removed")),
    "I10": (_OTHER, ("awaiting_retrieval", "not_retrieved")),
    "I11": (_OTHER, ("report_excluded",)),
    "I12": (_OTHER, ("awaiting_eligibility", "report_excluded", "included")),
    **dict.fromkeys(("I13", "I14", "I15", "I16", "I17"), (_BOTH, ("included",))),
}


def entries_behind(identity: str, states: pd.DataFrame) -> list[str]:
    """Return the entries whose states an identity adds up, sorted; those of all states where it adds all of them.

    Args:
        identity: such as I07.
        states: `STATE_COLUMNS`.
    """
    lanes, wanted = _BEHIND.get(identity, (_BOTH, ENTRY_STATES))
    chosen = states[states["lane"].isin(lanes) & states["state"].isin(wanted)]
    return sorted(map(str, chosen["entry_id"]))


def identified_ids(states: pd.DataFrame) -> dict[str, dict[str, dict[str, int | str]]]:
    """Return for each number that rests on entries how many they are and the SHA-256 of their ids, sorted, a line each.

    Args:
        states: `STATE_COLUMNS`.

    Returns:
        By sources, by states (`main: included`) and by reasons (`main: report_excluded: CODE`), each name in order.
    """
    found: dict[str, dict[str, list[str]]] = {"sources": {}, "states": {}, "reasons": {}}
    for row in rows_of(states[["entry_id", "lane", "source", "state", "reason"]]):
        state = f"{row['lane']}: {row['state']}"
        names = {"sources": row["source"], "states": state}
        if isinstance(row["reason"], str):
            names["reasons"] = f"{state}: {row['reason']}"
        for kind, name in names.items():
            found[kind].setdefault(name, []).append(row["entry_id"])
    return {
        kind: {
            name: {"n": len(ids), "sha256": sha256_of("".join(f"{one}\n" for one in sorted(ids)).encode("utf-8"))}
            for name, ids in sorted(groups.items())
        }
        for kind, groups in found.items()
    }


def require_equal(identity: str, what: str, left: Iterable[str], right: Iterable[str]) -> None:
    """Stop unless both sides hold the same ids, each once.

    Raises:
        ConservationError: names the identity, both numbers, and the ids that are on one side only or twice.
    """
    left, right = _values(left), _values(right)
    odd = set(left) ^ set(right)
    for side in (left, right):
        odd |= {value for value, number in Counter(side).items() if number > 1}
    if odd:
        message = f"{what}: {len(left):,} on one side, {len(right):,} on the other"
        raise ConservationError(identity, message, sorted(odd))


def _values(ids: Iterable[str]) -> list[str]:
    return cells_of(ids) if isinstance(ids, pd.Series) else list(ids)


def check_entries(
    sources: pd.DataFrame, entries: pd.DataFrame, rejects: pd.DataFrame, clusters: pd.DataFrame, records: pd.DataFrame
) -> None:
    """Check that files, entries, clusters and records are partitions of one another.

    Args:
        sources: import/sources (entries and rejects counted per file while reading).
        entries: import/entries.
        rejects: import/rejects.
        clusters: deduplicate/clusters.
        records: deduplicate/records.

    Raises:
        ConservationError: with the entries behind the break.
    """
    lost = sorted(set(cells_of(entries["entry_id"])) ^ set(cells_of(clusters["entry_id"])))
    for what, table in (("entries", entries), ("rejects", rejects)):
        counted = dict(zip(sources["file"], sources[what], strict=True))
        there = Counter(cells_of(table["file"]))
        for file in sorted({*counted, *there}):
            if there[file] != counted.get(file, 0):
                message = f"{file}: {counted.get(file, 0):,} {what} counted while reading, {there[file]:,} in the table"
                ids = list(table.loc[table["file"] == file, "entry_id"])
                raise ConservationError("K1 file = entries + rejects", message, lost or ids)
    both = [*cells_of(entries["entry_id"]), *cells_of(rejects["entry_id"])]
    require_equal("K2 every entry once", "entries and rejects", both, dict.fromkeys(both))
    require_equal("K3 every entry in one cluster", "entries and clusters", entries["entry_id"], clusters["entry_id"])
    members = [member for row in records["members"] for member in row]
    require_equal("K4 every entry in one record", "entries and members of records", entries["entry_id"], members)
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    pairs = [(member, row["cluster_id"]) for row in rows_of(records) for member in row["members"]]
    astray = sorted(member for member, cluster in pairs if cluster_of[member] != cluster)
    if astray:
        raise ConservationError("K4 every entry in one record", f"{len(astray)} in the record of another", astray)
    wanted = dict.fromkeys(cells_of(clusters["cluster_id"]))
    require_equal("K5 one record a cluster", "clusters and records", wanted, records["cluster_id"])


def check_decided(screened: pd.DataFrame, clusters: pd.DataFrame, reports: pd.DataFrame) -> None:
    """Check that each cluster is one screened record and that each record to be read in full is one report.

    Raises:
        ConservationError: with the ids behind the break.
    """
    require_equal(
        "K6 one screened record a cluster",
        "clusters and screened records",
        dict.fromkeys(cells_of(clusters["cluster_id"])),
        screened["cluster_id"],
    )
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    astray = [
        r
        for r, c in zip(cells_of(screened["record_id"]), cells_of(screened["cluster_id"]), strict=True)
        if cluster_of.get(r) != c
    ]
    if astray:
        raise ConservationError("K7 a record is shown by one of its entries", f"{len(astray)} are not", astray)
    sought = screened.loc[(screened["outcome"] == "included") | (screened["lane"] == "other"), "record_id"]
    require_equal("K8 one report a record sought", "records sought and reports", sought, reports["record_id"])


def check_states(states: pd.DataFrame, entries: pd.DataFrame, rejects: pd.DataFrame) -> None:
    """Check that each entry and each reject has exactly one known state.

    Raises:
        ConservationError: with the ids behind the break.
    """
    both = [*cells_of(entries["entry_id"]), *cells_of(rejects["entry_id"])]
    require_equal("I18 every entry has exactly one state", "entries and states", both, states["entry_id"])
    unknown = states.loc[~states["state"].isin(ENTRY_STATES), "entry_id"]
    if len(unknown):
        raise ConservationError("I18 every entry has exactly one state", "unknown state", list(unknown))
