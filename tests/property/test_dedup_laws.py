"""Laws of deduplication: idempotent, transitive under vetoes, copies always join, strangers change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.dedup.comparables import comparables
from pipeline.dedup.comparison import compare
from pipeline.dedup.decision import decide
from pipeline.dedup.deduplicate import deduplicate
from pipeline.dedup.tables import DECISION_COLUMNS, Deduplication
from pipeline.protocol import DedupSection
from pipeline.records import entry_frame, rows_of

BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SECTION = DedupSection()
PLACE = {"kind": "database", "file": "f", "line": 1, "format": "ris"}
ABSTRACT = (
    "Citizens and officials of four towns kept the halls open together, and the study asks what made it last. " * 2
)

Rows = list[dict[str, Any]]

# Records of few works, so that many pairs are nearly one work, or contradict each other in a field or two.
ROWS = st.fixed_dictionaries(
    {
        "title": st.sampled_from(
            [
                "Village halls and the people who keep them open",
                "VILLAGE HALLS AND THE PEOPLE WHO KEEP THEM OPEN",
                "Village halls and the people who keep them open: a study of four towns",
                "Village halls and the people who keep them open, part 2",
                "Reply to: Village halls and the people who keep them open",
                "Editorial",
                None,
            ]
        ),
        "authors": st.sampled_from([["Okafor, Nneka", "Lim, Su"], ["Okafor N.", "Lim S."], ["Berg, Ana"], []]),
        "year": st.sampled_from([2012, 2013, 2019, None]),
        "journal": st.sampled_from(["Journal of Town Studies", "J Town Stud", "Waters", None]),
        "volume": st.sampled_from(["14", "15", None]),
        "issue": st.sampled_from(["1", "2", None]),
        "pages": st.sampled_from(["101-119", "101-19", "220-231", None]),
        "doi": st.sampled_from(["10.5555/a", "10.5555/b", None, None]),
        "abstract": st.sampled_from([ABSTRACT, None]),
    }
)
TABLES = st.lists(ROWS, min_size=1, max_size=8)
STRANGER = {
    "title": "Zinc in the diet of freshwater otters",
    "authors": ["Quist, Xaver"],
    "year": 1987,
    "journal": "Otter Reports",
    "volume": "88",
    "issue": "7",
    "pages": "9001-9007",
    "doi": "10.5556/otters",
    "abstract": "Nothing else has been said on how much zinc an otter takes up with its prey in spring and winter. "
    * 2,
}


def entry_table(rows: Rows) -> pd.DataFrame:
    return entry_frame(
        [{**PLACE, "source": f"s{n % 2}", "entry_id": f"e{n}", "raw": f"own {n}", **row} for n, row in enumerate(rows)]
    )


def run(entries: pd.DataFrame) -> Deduplication:
    return deduplicate(entries, entry_frame([], DECISION_COLUMNS), SECTION)


def cluster_of(result: Deduplication) -> dict[str, str]:
    return dict(zip(result.clusters["entry_id"], result.clusters["cluster_id"], strict=True))


def as_entries(result: Deduplication) -> pd.DataFrame:
    """Return merged records as entries of another search."""
    left_out = {"cluster_id", "origin", "other_identifiers", "members", "sources", "kinds"}
    rows = []
    for record in rows_of(result.records):
        fields = {name: value for name, value in record.items() if name not in left_out and value is not pd.NA}
        rows.append(
            {**PLACE, "source": "merged", "entry_id": record["cluster_id"], "raw": record["cluster_id"], **fields}
        )
    return entry_frame(rows)


@BOUNDED
@given(rows=TABLES)
def test_deduplicating_merged_records_finds_nothing_new(rows: Rows) -> None:
    """Holds wherever nothing was left open: a question or a contradiction between two clusters may read otherwise once
    each of them is one record."""
    result = run(entry_table(rows))
    if not result.pairs["verdict"].isin(["uncertain", "different"]).any():
        again = run(as_entries(result))
        assert again.clusters["cluster_id"].tolist() == result.records["cluster_id"].tolist()


@BOUNDED
@given(rows=TABLES)
def test_no_cluster_holds_a_pair_that_a_veto_keeps_apart(rows: Rows) -> None:
    entries = entry_table(rows)
    labels = run(entries).clusters["cluster_id"].to_numpy(dtype=object)
    left, right = (places.astype(np.int64) for places in np.triu_indices(len(rows), 1))
    apart = decide(compare(comparables(entries), left, right), SECTION).apart
    assert not (apart & (labels[left] == labels[right])).any()


@BOUNDED
@given(rows=TABLES, chosen=st.integers(0, 7))
def test_a_copy_of_a_record_always_joins_it(rows: Rows, chosen: int) -> None:
    entries = entry_table(rows)
    copied = entries.iloc[[chosen % len(rows)]].assign(entry_id="x", source="other")
    clusters = cluster_of(run(pd.concat([entries, copied], ignore_index=True)))
    assert clusters["x"] == clusters[f"e{chosen % len(rows)}"]


@BOUNDED
@given(row=ROWS, raw=st.sampled_from(["own 0", "as another database writes it"]))
def test_a_whole_record_of_another_database_joins_its_like(row: dict[str, Any], raw: str) -> None:
    whole = {name: value or STRANGER[name] for name, value in row.items()}
    entries = entry_table([whole, whole]).assign(raw=["own 0", raw])
    assert len(set(cluster_of(run(entries)).values())) == 1


@BOUNDED
@given(rows=TABLES)
def test_a_record_of_another_work_changes_nothing(rows: Rows) -> None:
    before, after = run(entry_table(rows)), run(entry_table([*rows, STRANGER]))
    assert cluster_of(after) == cluster_of(before) | {f"e{len(rows)}": f"e{len(rows)}"}
    pd.testing.assert_frame_equal(after.pairs, before.pairs)
