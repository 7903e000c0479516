"""The table of cited references: parsed, joined to works, resolved to journals, disciplines and records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.records import entry_frame
from pipeline.synthesis.cells import list_of
from pipeline.synthesis.cited_columns import LIST_COLUMNS, REFERENCE_COLUMNS, UNRESOLVED_COLUMNS, Status
from pipeline.synthesis.cited_keys import Works, joined_keys, keys_of
from pipeline.synthesis.cited_parse import CitedReference, parse_references
from pipeline.synthesis.discipline_files import UNKNOWN
from pipeline.synthesis.journals import Shares

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.synthesis.cited_resolve import SourceTable

CITED_OFTEN = 3
"""Records that must cite an unresolved work before people are asked about it."""

_NO_EVIDENCE = frozenset({"predicted", "none"})


class Assigned(NamedTuple):
    """Disciplines of a record of the review under both schemes, and where each comes from."""

    shares: Shares = ()
    evidence: str = "none"
    second: Shares = ()
    second_evidence: str = "none"


@dataclass(frozen=True)
class CitedTables:
    """`REFERENCE_COLUMNS`, `LIST_COLUMNS` and `UNRESOLVED_COLUMNS`."""

    references: pd.DataFrame
    lists: pd.DataFrame
    unresolved: pd.DataFrame


def cited_tables(
    citing: pd.DataFrame,
    works: Works,
    sources: SourceTable,
    assign: Callable[[set[str]], Mapping[str, Assigned]],
    by_hand: Mapping[str, Shares] | None = None,
) -> CitedTables:
    """Return the references of some records.

    Args:
        citing: record_id, group, cited_references (list of texts as the export has them).
        works: all records of the review, to find those that are cited.
        sources: the journals.
        assign: gives the disciplines of the records that are cited; they count where they are no prediction.
        by_hand: key of a cited work -> disciplines that a person gave it; they go before everything else.
    """
    read: list[tuple[str, int, CitedReference]] = []
    for record, texts in zip(citing["record_id"], citing["cited_references"], strict=True):
        found = parse_references(list_of(texts))
        read += [(str(record), place, reference) for place, reference in enumerate(found, start=1)]
    own_keys = [keys_of(reference) for _, _, reference in read]
    keys = joined_keys(own_keys)
    cited = [works.cited(own, record) for own, (record, _, _) in zip(own_keys, read, strict=True)]
    keys = _one_key_a_record(keys, cited, works.doi)
    assigned = assign({record for record in cited if record})
    rows = [
        _row(record, place, reference, key, target, sources, assigned, (by_hand or {}).get(key, ()))
        for (record, place, reference), key, target in zip(read, keys, cited, strict=True)
    ]
    lists, unresolved = _lists(citing, rows), _unresolved(rows)
    references = entry_frame(rows, REFERENCE_COLUMNS, consume=True)
    return CitedTables(references, lists, unresolved)


def _one_key_a_record(keys: Sequence[str], cited: Sequence[str], dois: Mapping[str, str]) -> list[str]:
    """Return the keys with one for all references to the same record of the review: its DOI, else their smallest."""
    smallest: dict[str, str] = {}
    for key, record in zip(keys, cited, strict=True):
        if record:
            smallest[record] = min(key, smallest.get(record, key))
    smallest |= {record: f"doi:{dois[record]}" for record in smallest if record in dois}
    return [smallest[record] if record else key for key, record in zip(keys, cited, strict=True)]


def _row(
    record: str,
    place: int,
    reference: CitedReference,
    key: str,
    target: str,
    sources: SourceTable,
    assigned: Mapping[str, Assigned],
    by_hand: Shares,
) -> dict[str, Any]:
    found = sources.resolve(reference.source, reference.title)
    title, source = reference.title, reference.source
    if found.parts:
        pieces = title.split(", ")
        title, source = ", ".join(pieces[: -found.parts]), ", ".join([*pieces[-found.parts :], source])
    status: Status = found.status
    told = Assigned(found.shares, found.evidence, found.second, found.second_evidence)
    known = assigned.get(target, Assigned())
    if by_hand:
        told, status = Assigned(by_hand, "person", by_hand, "person"), "resolved"
    elif known.shares and known.evidence not in _NO_EVIDENCE:
        told, status = known, "resolved"
    elif not key and not source:
        status = "unparsed"
    return {
        "record_id": record,
        "position": place,
        "key": key or None,
        "doi": reference.doi or None,
        "author": reference.author or None,
        "year": reference.year or None,
        "title": title or None,
        "source": source or None,
        "source_title": found.journal or None,
        "volume": reference.volume or None,
        "page": reference.page or None,
        "status": status,
        "disciplines": _written(told.shares),
        "discipline_source": told.evidence if told.shares else "none",
        "second_disciplines": _written(told.second),
        "second_source": told.second_evidence if told.second else "none",
        "cited_record_id": target or None,
        "layout": reference.layout,
        "several_dois": reference.several_dois,
    }


def _written(shares: Shares) -> list[str]:
    return [f"{code}:{share:.6g}" for code, share in shares]


def shares_read(written: Sequence[str]) -> Shares:
    """Return the shares that a cell `CODE:weight` of the table stands for.

    >>> shares_read(["PA:0.5", "SOC:0.5"])
    (('PA', 0.5), ('SOC', 0.5))
    """
    return tuple((code, float(share)) for code, _, share in (cell.rpartition(":") for cell in written))


def assigned_records(first: pd.DataFrame, second: pd.DataFrame) -> dict[str, Assigned]:
    """Return the disciplines of records by their id.

    Args:
        first: `DISCIPLINE_COLUMNS` under the first scheme.
        second: the same under the second.
    """
    one, other = _shares_of(first), _shares_of(second)
    empty: tuple[Shares, str] = ((), "none")
    return {record: Assigned(*one.get(record, empty), *other.get(record, empty)) for record in {**one, **other}}


def _shares_of(table: pd.DataFrame) -> dict[str, tuple[Shares, str]]:
    found: dict[str, tuple[Shares, str]] = {}
    names = ("record_id", "discipline", "weight", "discipline_source")
    for record, code, weight, source in zip(*(table[name] for name in names), strict=True):
        if code != UNKNOWN:
            found[str(record)] = ((*found.get(str(record), ((), ""))[0], (str(code), float(weight))), str(source))
    return found


def _lists(citing: pd.DataFrame, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        own = counts.setdefault(row["record_id"], Counter())
        own["references"] += 1
        own[row["status"]] += 1
        own["in_review"] += row["cited_record_id"] is not None
    names = [column.name for column in LIST_COLUMNS[2:]]
    listed = []
    for record, group in zip(citing["record_id"], citing["group"], strict=True):
        own = counts.get(str(record), Counter())
        listed.append({"record_id": record, "group": group} | {n: own[n] if own else None for n in names})
    return entry_frame(listed, LIST_COLUMNS)


def _unresolved(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the works without discipline that several records cite, most cited first."""
    citing: dict[str, set[str]] = {}
    shown: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row["key"] and row["status"] in ("no_journal", "ambiguous", "unparsed"):
            citing.setdefault(row["key"], set()).add(row["record_id"])
            shown.setdefault(row["key"], row)
    often = sorted((key for key, records in citing.items() if len(records) >= CITED_OFTEN), key=str)
    names = ("author", "year", "title", "source", "status")
    listed = [
        {"key": key, "cited": len(citing[key])} | {name: shown[key][name] for name in names}
        for key in sorted(often, key=lambda key: -len(citing[key]))
    ]
    return entry_frame(listed, UNRESOLVED_COLUMNS)
