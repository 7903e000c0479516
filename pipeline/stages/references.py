"""Stage 9, references: what the coded records cite, and the disciplines of the second scheme."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.errors import Notice
from pipeline.stages.code import coding_files, journal_files
from pipeline.stages.contract import StageInput, StageResult
from pipeline.synthesis.cited_by_hand import hand_list, read_by_hand
from pipeline.synthesis.cited_keys import Works
from pipeline.synthesis.cited_resolve import SourceTable
from pipeline.synthesis.cited_table import Assigned, CitedTables, assigned_records, cited_tables
from pipeline.synthesis.disciplines import SCHEMES, WORDS, assign_disciplines

WHAT_TO_EXPORT = (
    "export again with references: Web of Science as 'Full Record and Cited References', Scopus as CSV with "
    "'References' ticked, or OpenAlex (its ids tell citations within the review only)"
)

HAND_LIST = "report/cited_works_unresolved.csv"


def references(stage: StageInput) -> StageResult:
    """Return the tables references, lists, unresolved and disciplines (the second scheme).

    Inputs: `code/coded` (included, passed and strata), `code/disciplines`, `screen/screened`, `deduplicate/records`
    with their raw cited references; the discipline files, the files about journals, and the cited works that people
    assigned. Writes `report/cited_works_unresolved.csv`: works cited by three records or more that have no discipline.

    Raises:
        ProtocolError: a file has mistakes; all of them, a line each.
    """
    _, files = coding_files(stage.files, stage.protocol)
    journals = journal_files(stage.files, stage.protocol, files)
    name = f"screening/{stage.protocol.disciplines.cited_works}"
    by_hand = read_by_hand(stage.files.get(name, b""), name, tuple(files.names))
    screened = stage.tables["screen/screened"][["record_id", "cluster_id"]]
    records = screened.merge(stage.tables["deduplicate/records"], on="cluster_id", how="left")
    coded, first = stage.tables["code/coded"], stage.tables["code/disciplines"]
    of_coded = records[records["record_id"].isin(coded["record_id"])]
    second = assign_disciplines(of_coded, files, journals, scheme="second")
    citing = coded[["record_id", "group"]].merge(of_coded[["record_id", "cited_references"]], on="record_id")
    citing = citing[citing["record_id"].notna()].sort_values("record_id", ignore_index=True)

    def assigned(cited: set[str]) -> Mapping[str, Assigned]:
        """Return the disciplines of cited records; of those that are not coded by other evidence than words."""
        known = assigned_records(first, second)
        others = records[records["record_id"].isin(sorted(cited - known.keys()))].drop(columns=list(WORDS))
        if others.empty:
            return known
        more = (assign_disciplines(others, files, journals, scheme) for scheme in SCHEMES)
        return known | assigned_records(*more)

    tables = cited_tables(citing, Works(records), SourceTable(records, files, journals), assigned, by_hand)
    unused = sorted(set(by_hand) - set(tables.references["key"].dropna()))
    elsewhere = int(records["cited_references"].map(len).gt(0).sum()) if tables.references.empty else 0
    notices = [_not_computed(len(coded), elsewhere)] if tables.references.empty and len(coded) else []
    if unused:
        text = f"{len(unused)} cited works of {name} are cited by no record, the first: {unused[0]}"
        notices.append(Notice("info", text, "cited_works"))
    return StageResult(
        {
            "references": tables.references,
            "lists": tables.lists,
            "unresolved": tables.unresolved,
            "disciplines": second,
        },
        {} if tables.unresolved.empty else {HAND_LIST: hand_list(tables.unresolved)},
        tuple(notices),
        _summary(tables, elsewhere),
        _numbers(tables),
    )


def _not_computed(coded: int, elsewhere: int) -> Notice:
    text = f"citation measures: not computed: none of {coded} coded records has cited references in any export"
    others = f"other records have ({elsewhere:,}); for these {WHAT_TO_EXPORT}" if elsewhere else WHAT_TO_EXPORT
    return Notice("info", f"{text}; {others}", "cited_references")


def _numbers(tables: CitedTables) -> dict[str, int]:
    if tables.references.empty:
        return {}
    counts: pd.Series[int] = tables.references["status"].value_counts()
    found = {str(status): int(count) for status, count in sorted(counts.items())}
    listed = int(tables.lists["references"].notna().sum())
    return {"records_with_references": listed, "references": len(tables.references)} | found


def _summary(tables: CitedTables, elsewhere: int) -> str:
    if tables.references.empty and elsewhere:
        others = "1 other record has" if elsewhere == 1 else f"{elsewhere:,} other records have"
        return f"not computed: no coded record has cited references ({others})"
    if tables.references.empty:
        return "not computed: no cited references in any export"
    numbers = _numbers(tables)
    resolved, total = numbers.get("resolved", 0), numbers["references"]
    shown = f"{total:,} references of {numbers['records_with_references']:,} records"
    return f"{shown}, {resolved:,} with a discipline ({100 * (1 - resolved / total):.0f} % unresolved)"
