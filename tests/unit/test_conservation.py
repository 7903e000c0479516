"""Conservation: each check is broken on purpose and must stop the run, naming the entries behind the break."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup.tables import CLUSTER_COLUMNS, RECORD_COLUMNS
from pipeline.errors import ConservationError
from pipeline.protocol import Protocol
from pipeline.records import ENTRY_COLUMNS, REJECT_COLUMNS, entry_frame
from pipeline.report.conservation import (
    ENTRY_STATES,
    check_decided,
    check_entries,
    check_states,
    entries_behind,
    require_equal,
)
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.count import count, entry_states
from pipeline.stages.full_text import REPORT_COLUMNS
from pipeline.stages.import_exports import SOURCE_COLUMNS
from pipeline.stages.screen import SCREENED_COLUMNS

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {"I": {"label": "in", "include_if": "x"}, "E1": {"label": "One", "exclude_if": "x"}},
        "strata": {"near": {"label": "Near", "reasons": ["E1"]}},
        "screening": {"reviewers": ["ann"]},
    }
)
Tables = dict[str, pd.DataFrame]


def tables_of(entries: list[dict[str, Any]], rejects: list[dict[str, Any]], screened: list[dict[str, Any]]) -> Tables:
    """Return tables that fit: `entries` carry their cluster, `screened` are one a cluster, with the report's state."""
    clusters: dict[str, list[str]] = {}
    for row in entries:
        clusters.setdefault(row["cluster"], []).append(row["entry_id"])
    whole = [
        {"line": 1, "format": "ris", "raw": "x", **{k: v for k, v in row.items() if k != "cluster"}} for row in entries
    ]
    bad = [{"line": 1, "format": "ris", "raw": "x", "reason": "cut", **row} for row in rejects]
    files = {row["file"]: row for row in [*whole, *bad]}
    sources = [
        {
            "source": row["source"],
            "kind": row["kind"],
            "file": file,
            "sha256": file,
            "status": "read",
            "entries": sum(item["file"] == file for item in whole),
            "rejects": sum(item["file"] == file for item in bad),
        }
        for file, row in sorted(files.items())
    ]
    reports = [
        {"report_id": row["record_id"], "study_id": row["record_id"], **row}
        for row in screened
        if row["outcome"] == "included" or row["lane"] == "other"
    ]
    names = {column.name for column in REPORT_COLUMNS}
    return {
        "import/entries": entry_frame(sorted(whole, key=lambda row: row["entry_id"]), ENTRY_COLUMNS),
        "import/rejects": entry_frame(bad, REJECT_COLUMNS),
        "import/sources": entry_frame(sources, SOURCE_COLUMNS),
        "deduplicate/clusters": entry_frame(
            [
                {"entry_id": member, "cluster_id": cluster, "cluster_size": len(members)}
                for cluster, members in clusters.items()
                for member in members
            ],
            CLUSTER_COLUMNS,
        ),
        "deduplicate/records": entry_frame(
            [{"cluster_id": cluster, "origin": "{}", "members": members} for cluster, members in clusters.items()],
            RECORD_COLUMNS,
        ),
        "screen/screened": entry_frame(
            [{k: v for k, v in row.items() if k != "state"} | {"text_changed": False} for row in screened],
            SCREENED_COLUMNS,
        ),
        "full_text/reports": entry_frame(
            [{k: v for k, v in row.items() if k in names} for row in reports], REPORT_COLUMNS
        ),
    }


def entry(name: str, cluster: str, source: str = "db", kind: str = "database") -> dict[str, Any]:
    return {"entry_id": name, "cluster": cluster, "source": source, "kind": kind, "file": f"{source}.ris"}


def decided(record: str, cluster: str, outcome: str, lane: str = "main", **more: str | None) -> dict[str, Any]:
    return {"record_id": record, "cluster_id": cluster, "outcome": outcome, "lane": lane, **more}


def small() -> Tables:
    """Return six entries in four clusters, one of both lanes, and a reject."""
    return tables_of(
        [
            entry("a1", "a1"),
            entry("a2", "a1", "reg", "register"),
            entry("b1", "b1", "web", "other"),
            entry("b2", "b1"),
            entry("c1", "c1", "web", "other"),
            entry("d1", "d1", "demo", "demonstration"),
        ],
        [{"entry_id": "x1", "source": "db", "kind": "database", "file": "db.ris"}],
        [
            decided("a2", "a1", "excluded", reason="E1", stratum="near"),
            decided("b1", "b1", "included", state="included"),
            decided("c1", "c1", "not_screened", "other", state="not_retrieved"),
            decided("d1", "d1", "undecided"),
        ],
    )


def run(tables: Tables) -> StageResult:
    return count(StageInput(tables, {}, PROTOCOL))


def test_tables_that_add_up_pass() -> None:
    result = run(small())
    assert result.numbers["counts"]["identified"] == 5
    assert result.numbers["counts"]["other_identified"] == 2
    assert result.summary.startswith("7 identified = 2 duplicate, 1 ")


def test_no_entries_at_all_pass() -> None:
    result = run(tables_of([], [], []))
    assert result.summary == "0 identified"
    assert result.numbers["counts"]["screened"] == 0


def test_a_draft_notes_what_does_not_hold_and_goes_on() -> None:
    tables = small()
    tables["deduplicate/records"] = pd.concat(
        [tables["deduplicate/records"], tables["deduplicate/records"].iloc[:1]], ignore_index=True
    )
    with pytest.raises(ConservationError):
        run(tables)
    result = count(StageInput(tables, {}, PROTOCOL, draft=True))
    (row,) = result.tables["broken"].to_dict("records")
    assert row["identity"].startswith("K")
    assert row["entries"]
    assert [notice.severity for notice in result.notices] == ["problem"]
    assert count(StageInput(small(), {}, PROTOCOL, draft=True)).tables["broken"].empty


def test_every_sum_that_does_not_hold_is_named_with_the_entries_behind_it() -> None:
    previous = {"studies": 4, "reports": 5, "entered_by": "ann", "entered_at": date(2026, 3, 14)}
    gone = {"a": {"identity": "I15", "n": -30, "note": "x"}, "b": {"identity": "I16", "n": -30, "note": "y"}}
    protocol = Protocol.model_validate(PROTOCOL.model_dump() | {"previous": previous, "adjustments": gone})
    with pytest.raises(ConservationError) as caught:
        count(StageInput(small(), {}, protocol))
    assert len(caught.value.lines) > 1
    assert all("entries: b1" in line or "I00" in line for line in caught.value.lines)
    drawn = count(StageInput(small(), {}, protocol, draft=True))
    assert len(drawn.tables["broken"]) == len(caught.value.lines)


def test_every_count_rests_on_entries_that_are_known_by_a_hash() -> None:
    result = run(small())
    stated = json.loads(result.files["report/counts.json"])
    assert stated["counts_version"] == 1
    ids = stated["entries"]
    assert sum(group["n"] for group in ids["sources"].values()) == 7
    assert sum(group["n"] for group in ids["states"].values()) == 7
    excluded = ids["states"]["main: excluded_human"]
    assert excluded == {"n": 1, "sha256": hashlib.sha256(b"a2\n").hexdigest()}
    assert ids["reasons"]["main: excluded_human: E1"] == excluded


@pytest.mark.parametrize(
    ("identity", "entries"),
    [("I03", ["a1", "x1"]), ("I04", ["a2"]), ("I10", ["c1"]), ("I14", ["b2"]), ("I18", None)],
)
def test_entries_behind_an_identity_are_those_whose_states_it_adds_up(identity: str, entries: list[str] | None) -> None:
    states = run(small()).tables["states"]
    everything = sorted(states["entry_id"])
    assert entries_behind(identity, states) == (everything if entries is None else entries)


# --- broken on purpose ----------------------------------------------------------------------------------------------


def drop(name: str, row: int = 0) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[name] = tables[name].drop(index=row).reset_index(drop=True)

    return change


def double(name: str) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[name] = pd.concat([tables[name], tables[name].iloc[:1]], ignore_index=True)

    return change


def cell(name: str, row: int, column: str, value: object) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        frame = tables[name].copy()
        cells = frame[column].tolist()
        cells[row] = value
        frame[column] = pd.Series(cells, dtype=frame[column].dtype)
        tables[name] = frame

    return change


def swap_members(tables: Tables) -> None:
    frame = tables["deduplicate/records"].copy()
    members = frame["members"].tolist()
    members[0], members[1] = members[1], members[0]
    frame["members"] = pd.Series(members, dtype=object)
    tables["deduplicate/records"] = frame


@pytest.mark.parametrize(
    ("break_it", "identity", "named"),
    [
        (drop("import/entries"), "K1", "a1"),
        (cell("import/sources", 0, "entries", 3), "K1", "a1"),
        (cell("import/sources", 0, "rejects", 0), "K1", "x1"),
        (cell("import/entries", 0, "file", "ghost.ris"), "K1", "b2"),
        (drop("import/sources", 2), "K1", "a2"),
        (cell("import/rejects", 0, "entry_id", "a1"), "K2", "a1"),
        (drop("deduplicate/clusters"), "K3", "a1"),
        (double("deduplicate/clusters"), "K3", "a1"),
        (cell("deduplicate/clusters", 0, "entry_id", "ghost"), "K3", "ghost"),
        (cell("deduplicate/records", 0, "members", ["a1"]), "K4", "a2"),
        (cell("deduplicate/records", 0, "members", ["a1", "a2", "b1"]), "K4", "b1"),
        (swap_members, "K4", "b2"),
        (cell("deduplicate/records", 0, "cluster_id", "z9"), "K4", "a1"),
        (drop("screen/screened"), "K6", "a1"),
        (double("screen/screened"), "K6", "a1"),
        (cell("screen/screened", 0, "record_id", "c1"), "K7", "c1"),
        (cell("screen/screened", 3, "outcome", "included"), "K8", "d1"),
        (cell("screen/screened", 0, "lane", "other"), "K8", "a2"),
        (drop("full_text/reports"), "K8", "b1"),
        (double("full_text/reports"), "K8", "b1"),
    ],
)
def test_each_break_is_found_and_names_its_entries(
    break_it: Callable[[Tables], None], identity: str, named: str
) -> None:
    tables = small()
    break_it(tables)
    with pytest.raises(ConservationError) as caught:
        run(tables)
    assert caught.value.identity.split()[0] == identity
    assert named in caught.value.entry_ids
    assert caught.value.exit_status == 3
    assert len(caught.value.lines) == 1


def test_a_cluster_without_a_record_is_found() -> None:
    tables = small()
    records = tables["deduplicate/records"]
    empty = records.iloc[:1].assign(members=pd.Series([[]], dtype=object))
    tables["deduplicate/records"] = pd.concat([records, empty], ignore_index=True)
    with pytest.raises(ConservationError, match="K5 one record a cluster"):
        run(tables)


def test_a_record_of_a_lane_none_of_its_entries_came_by_is_found() -> None:
    tables = small()
    cell("screen/screened", 2, "lane", "main")(tables)
    drop("full_text/reports", 1)(tables)
    with pytest.raises(ConservationError, match="K9 a record has an entry of its lane") as caught:
        run(tables)
    assert caught.value.entry_ids == ("c1",)


@pytest.mark.parametrize(
    ("break_it", "named"),
    [
        (lambda states: states.iloc[1:], "a1"),
        (lambda states: pd.concat([states, states.iloc[:1]]), "a1"),
        (lambda states: states.assign(state=["lost", *states["state"].tolist()[1:]]), "a1"),
    ],
)
def test_an_entry_without_one_known_state_is_found(
    break_it: Callable[[pd.DataFrame], pd.DataFrame], named: str
) -> None:
    tables = small()
    states = entry_states(*(tables[name] for name in STATE_INPUTS))
    check_states(states, tables["import/entries"], tables["import/rejects"])
    with pytest.raises(ConservationError, match="I18") as caught:
        check_states(break_it(states), tables["import/entries"], tables["import/rejects"])
    assert named in caught.value.entry_ids


STATE_INPUTS = (
    "import/entries",
    "import/rejects",
    "deduplicate/clusters",
    "screen/screened",
    "full_text/reports",
)


def test_both_sides_are_told_and_what_is_odd_is_named() -> None:
    require_equal("X", "words", ["a", "b"], ["b", "a"])
    with pytest.raises(ConservationError) as caught:
        require_equal("X", "left and right", ["a", "b", "b"], ["b", "c"])
    assert str(caught.value) == "X: left and right: 3 on one side, 2 on the other; entries: a, b, c"


# --- any review -----------------------------------------------------------------------------------------------------

REPORT_STATES = ("awaiting_retrieval", "not_retrieved", "awaiting_eligibility", "report_excluded", "included")
KINDS = {"db": "database", "reg": "register", "web": "other", "demo": "demonstration"}


@st.composite
def reviews(draw: st.DrawFn) -> Tables:
    """Return the tables of a review of any shape, every decision possible."""
    number = draw(st.integers(0, 12))
    sources = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=number, max_size=number))
    groups = draw(st.lists(st.integers(0, 5), min_size=number, max_size=number))
    first: dict[int, str] = {}
    entries = []
    for place, (source, group) in enumerate(zip(sources, groups, strict=True)):
        name = f"e{place:02d}"
        entries.append(entry(name, first.setdefault(group, name), source, KINDS[source]))
    rejects = [
        {"entry_id": f"x{place}", "source": source, "kind": KINDS[source], "file": f"{source}.ris"}
        for place, source in enumerate(draw(st.lists(st.sampled_from(sorted(KINDS)), max_size=3)))
    ]
    screened = []
    for cluster in first.values():
        members = [row for row in entries if row["cluster"] == cluster]
        record = draw(st.sampled_from([row["entry_id"] for row in members]))
        if all(row["kind"] == "other" for row in members):
            state = draw(st.sampled_from(REPORT_STATES))
            row = decided(record, cluster, "not_screened", "other", state=state)
        else:
            outcome = draw(st.sampled_from(["undecided", "maybe", "conflict", "excluded", "included"]))
            row = decided(record, cluster, outcome, state=draw(st.sampled_from(REPORT_STATES)))
        if row["outcome"] == "excluded" or row["state"] == "report_excluded":
            row["reason"] = draw(st.sampled_from(["E1", "gone", None]))
        screened.append(row)
    return tables_of(entries, rejects, screened)


@given(reviews(), st.integers(0, 5))
def test_states_are_a_partition_and_every_count_reconciles(tables: Tables, seed: int) -> None:
    from pipeline.report.identities import broken_identities
    from pipeline.stages.count import counts_of

    states = entry_states(*(tables[name] for name in STATE_INPUTS))
    wanted = sorted([*tables["import/entries"]["entry_id"], *tables["import/rejects"]["entry_id"]])
    assert states["entry_id"].tolist() == wanted
    assert set(states["state"]) <= set(ENTRY_STATES)
    counts = counts_of(states, tables["import/sources"], PROTOCOL)
    assert broken_identities(counts) == []
    assert counts.identified + counts.other_identified == len(states)
    clusters = tables["deduplicate/clusters"]
    assert Counter(states["state"])["duplicate"] == len(clusters) - clusters["cluster_id"].nunique()

    shuffled = {name: frame.sample(frac=1, random_state=seed).reset_index(drop=True) for name, frame in tables.items()}
    again = run(shuffled)
    pd.testing.assert_frame_equal(again.tables["states"], states)
    assert again.numbers == run(tables).numbers


@given(reviews(), st.randoms(use_true_random=False))
def test_no_row_can_be_lost_from_any_table(tables: Tables, chance: random.Random) -> None:
    names = [name for name, frame in tables.items() if len(frame)]
    if not names:
        return
    name = chance.choice(names)
    broken = dict(tables)
    drop(name, chance.randrange(len(tables[name])))(broken)
    with pytest.raises(ConservationError):
        run(broken)


def test_the_checks_can_be_used_one_by_one() -> None:
    tables = small()
    check_entries(
        tables["import/sources"],
        tables["import/entries"],
        tables["import/rejects"],
        tables["deduplicate/clusters"],
        tables["deduplicate/records"],
    )
    check_decided(tables["screen/screened"], tables["deduplicate/clusters"], tables["full_text/reports"])
