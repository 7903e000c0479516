"""The whole path of one entry: where it came from, what it was joined with, who decided what, where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.decisions.sheet_log import read_sheet_log
from pipeline.decisions.uncounted import waiting_in_words
from pipeline.errors import ReviewError
from pipeline.identity import clean_id, id_problem
from pipeline.members import earlier_id_lines, member_lines, pair_lines, split_line
from pipeline.protocol import Protocol, nearest, read_protocol
from pipeline.register import read_register
from pipeline.review import Review

BOXES = {
    "duplicate": "Duplicate records removed",
    "removed": "Records removed for other reasons",
    "awaiting_screening": "Records screened: waits for a person (provisional)",
    "in_conflict": "Records screened: readers differ (provisional)",
    "excluded_human": "Records excluded (by a person)",
    "excluded_machine": "Records excluded (by an automation tool)",
    "ineligible_machine": "Records removed before screening: marked as ineligible by an automation tool",
    "awaiting_retrieval": "Reports sought for retrieval: waits to be retrieved (provisional)",
    "not_retrieved": "Reports not retrieved",
    "awaiting_eligibility": "Reports assessed for eligibility: waits for a decision (provisional)",
    "report_excluded": "Reports excluded",
    "included": "Studies included in review",
}
_SHOWN_RAW_LINES = 12
_SHOWN_CANDIDATES = 5
_SHOWN_CODES = 12

Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Tables:
    """Access to the stages' tables without pandas, so that an answer comes within a second."""

    review: Review

    def rows(self, table: str, column: str | None = None, values: tuple[str, ...] = ()) -> list[Row]:
        """Return the rows of a table, those with one of the values in a column where one is named."""
        import pyarrow.parquet as pq

        path = self.review.stages / f"{table}.parquet"
        if not path.is_file():
            raise ReviewError(
                "this review was not run yet, or its outputs were deleted",
                file=self.review.shown(path),
                hint="run `make review` (or `python -m pipeline review`) first",
            )
        stored = pq.ParquetFile(path)
        if column is None:
            every: list[Row] = stored.read().to_pylist()
            return every
        # pyarrow's own filters import pandas, which alone takes half a second.
        wanted = set(values)
        cells = stored.read(columns=[column])[column].to_pylist()
        places = [place for place, cell in enumerate(cells) if cell in wanted]
        if not places:
            return []
        whole = stored.read()
        return [whole.slice(place, 1).to_pylist()[0] for place in places]


def explain(review: Review, wanted: str) -> list[str]:
    """Return the path of an entry as lines for people.

    Args:
        review: the review; it must have been run.
        wanted: an entry id or a record id; else a DOI or words of the title, which must fit one entry.

    Raises:
        ReviewError: nothing or too much fits, or the review was not run yet.
    """
    tables = _Tables(review)
    entry_id = _find(tables, wanted)
    protocol = read_protocol(review.protocol)
    rejected = tables.rows("import/rejects", "entry_id", (entry_id,))
    if rejected:
        return list(_rejected_lines(tables, rejected[0]))
    entries = tables.rows("import/entries", "entry_id", (entry_id,))
    if not entries:
        return list(_gone_lines(review, tables, entry_id))
    return list(_path_lines(tables, protocol, entries[0]))


def _find(tables: _Tables, wanted: str) -> str:
    entry_id = clean_id(wanted)
    problem = id_problem(entry_id)
    if not problem:
        return entry_id
    if entry_id.startswith("r") and len(entry_id) == 14 and " " not in wanted.strip():
        raise ReviewError(problem, found=wanted, hint="copy the id from a worklist or from outputs/report/records.csv")
    if not wanted.strip():
        raise ReviewError("nothing to explain", hint="give an id, a DOI or words of a title")
    words = " ".join(wanted.casefold().split()).removeprefix("https://doi.org/").removeprefix("doi:")
    fitting = [
        row
        for row in tables.rows("import/entries")
        if words == (row["doi"] or "") or words in " ".join((row["title"] or "").casefold().split())
    ]
    records = {row["entry_id"]: row for row in tables.rows("count/states")}
    works = {records[row["entry_id"]]["record_id"]: row for row in fitting}
    if len(works) == 1:
        return str(next(iter(works)))
    if not works:
        raise ReviewError("no entry has this id, DOI or title", found=wanted, hint="see outputs/report/records.csv")
    shown = "; ".join(f"{key} {(row['title'] or '')[:60]}" for key, row in sorted(works.items())[:_SHOWN_CANDIDATES])
    raise ReviewError(f"{len(works)} works fit: {shown}", found=wanted, hint="give the id of one")


def _origin_line(tables: _Tables, row: Row) -> str:
    sources = tables.rows("import/sources", "file", (row["file"],))
    searched = sources[0] if sources else {}
    line = f"Identified in references/{row['file']}, line {row['line']} ({row['format']}), source {row['source']}"
    line += f" ({row['kind']}"
    line += f", searched {searched['searched_on']})" if searched.get("searched_on") else ")"
    return line


def _rejected_lines(tables: _Tables, row: Row) -> Iterator[str]:
    yield f"{row['entry_id']}  an entry that could not be read"
    yield "  " + _origin_line(tables, row)
    yield f"  Could not be read: {row['reason']}"
    yield from (f"    | {line}" for line in str(row["raw"]).split("\n")[:_SHOWN_RAW_LINES])
    yield f"  Stands in the flow diagram under: {BOXES['removed']} (unreadable)"


def _gone_lines(review: Review, tables: _Tables, entry_id: str) -> Iterator[str]:
    known = read_register(review).get(entry_id)
    decisions = list(_decision_lines(tables, (entry_id,)))
    if known is None and not decisions:
        near = nearest(entry_id, [row["entry_id"] for row in tables.rows("count/states")])
        raise ReviewError(f"no entry of this review has or had this id{near}", found=entry_id)
    yield f"{entry_id}  {known.title if known else ''}"
    yield f"  Not in any export now; it was in references/{known.file if known else '(unknown)'} when last seen"
    yield from decisions
    yield "  Stands nowhere in the flow diagram: put the export back to bring it and its decisions back"


def _path_lines(tables: _Tables, protocol: Protocol, entry: Row) -> Iterator[str]:
    cluster_id = tables.rows("deduplicate/clusters", "entry_id", (entry["entry_id"],))[0]["cluster_id"]
    members = tables.rows("deduplicate/clusters", "cluster_id", (cluster_id,))
    ids = tuple(sorted(member["entry_id"] for member in members))
    screened = tables.rows("screen/screened", "cluster_id", (cluster_id,))[0]
    yield f"{entry['entry_id']}  {entry['title'] or '(no title)'}"
    authors = "; ".join(entry["authors"] or []) or "no authors"
    yield f"  {authors} ({entry['year'] or 'no year'}) {entry['journal'] or entry['booktitle'] or ''}".rstrip()
    yield "  " + _origin_line(tables, entry)
    if entry["flags"]:
        yield f"  The reader noticed: {', '.join(entry['flags'])}"
    yield from _cluster_lines(tables, entry["entry_id"], screened["record_id"], ids)
    yield from _ranking_lines(tables, screened)
    decisions = list(_decision_lines(tables, ids))
    yield from decisions or ["  Decisions: none yet"]
    for row in tables.rows("screen/machine", "cluster_id", (cluster_id,)):
        yield f"  Machine run {row['run']}: excluded as {row['record_id']}; now: {row['standing']}"
    if screened["text_changed"]:
        yield "  Note: title or abstract differ now from what was read"
    yield from _report_lines(tables, screened["record_id"])
    yield from _code_lines(tables, screened["record_id"])
    state = tables.rows("count/states", "entry_id", (entry["entry_id"],))[0]
    yield from _state_lines(tables, protocol, state, screened["record_id"])
    yield from _reader_lines(tables, screened)


def _cluster_lines(tables: _Tables, entry_id: str, record_id: str, ids: tuple[str, ...]) -> Iterator[str]:
    if len(ids) == 1:
        yield f"  Record {record_id}: this entry alone"
    else:
        yield f"  Record {record_id}: {len(ids)} entries are this work"
        record = tables.rows("deduplicate/records", "cluster_id", (record_id,))[0]
        yield from member_lines(tables.rows("import/entries", "entry_id", ids), record, entry_id)
        yield from earlier_id_lines(ids, record_id, read_sheet_log(tables.review))
    pairs = [row for side in ("entry_a", "entry_b") for row in tables.rows("deduplicate/pairs", side, ids)]
    yield from pair_lines(pairs, ids)
    if len(ids) > 1:
        yield split_line(record_id, ids)


def _ranking_lines(tables: _Tables, screened: Row) -> Iterator[str]:
    if screened["lane"] == "other":
        yield "  Found by other methods: goes to retrieval without title and abstract screening"
        return
    ranked = tables.rows("screen/ranking", "record_id", (screened["record_id"],))
    if ranked:
        row = ranked[0]
        score = "no score" if row["score"] is None else f"score {row['score']:+.3f}"
        line = (
            f"  Ranked {row['rank']}, {score}, band {row['band'].replace('_', ' ')} (orders the work, decides nothing)"
        )
        yield line + (f"; {row['remark']}" if row["remark"] else "")
        if row["terms"]:
            yield f"    the score is the sum of: {'; '.join(row['terms'])}"


def _decision_lines(tables: _Tables, ids: tuple[str, ...]) -> Iterator[str]:
    rows: list[Row] = []
    for name in ("duplicates", "screening", "full_text", "coding"):
        found = tables.rows(f"decisions/{name}", "entry_id", ids)
        found += tables.rows("decisions/duplicates", "other_entry_id", ids) if name == "duplicates" else []
        rows += found
    once = {(row["reviewer"], row["sequence"]): row for row in rows}
    for row in sorted(once.values(), key=lambda row: (row["when"] or "", row["reviewer"], row["sequence"])):
        line = f"  Decision: {row['when'] or 'no date'}, {row['reviewer']}, {row['stage'].replace('_', ' ')}"
        line += f" {row['dimension']}" if row["dimension"] else ""
        line += f": {row['decision'].replace('_', ' ')}"
        line += f", reason {row['reason']}" if row["reason"] else ""
        line += f", stratum {row['stratum']}" if row["stratum"] else ""
        line += f" (note: {row['note']})" if row["note"] else ""
        line += f" on {row['entry_id']}" + (f" and {row['other_entry_id']}" if row["other_entry_id"] else "")
        line += f", from {row['worklist']}" if row["worklist"] else ""
        line += f", carried over from {row['given_to']}" if row["standing"] == "carried_over" else ""
        yield f"{line} [{row['row_id'] or 'written by hand'}]"


def _report_lines(tables: _Tables, record_id: str) -> Iterator[str]:
    for row in tables.rows("full_text/reports", "record_id", (record_id,)):
        study = tables.rows("full_text/studies", "study_id", (row["study_id"],))[0]
        line = f"  Report {row['report_id']} of study {row['study_id']} ({len(study['reports'])} "
        yield line + f"{'report' if len(study['reports']) == 1 else 'reports'}): {row['state'].replace('_', ' ')}"


def _code_lines(tables: _Tables, record_id: str) -> Iterator[str]:
    for row in tables.rows("code/disciplines", "record_id", (record_id,)):
        yield (
            f"  Discipline {row['discipline']} (share {row['weight']:.2f}, from {row['discipline_source']}: "
            f"{row['matched'] or 'nothing matched'})"
        )
    for row in tables.rows("code/confirmed", "record_id", (record_id,)):
        how = "confirmed by" if row.get("settled", True) else "not settled, people differ; given by"
        yield f"  Code {row['dimension']}: {row['code']} ({how} {row['reviewer']})"
    found = tables.rows("code/suggestions", "record_id", (record_id,))
    suggested = list(dict.fromkeys(f"{row['dimension']} {row['code']}" for row in found if not row["negated"]))
    if suggested:
        shown = "; ".join(suggested[:_SHOWN_CODES])
        more = f" and {len(suggested) - _SHOWN_CODES} more" if len(suggested) > _SHOWN_CODES else ""
        yield f"  Suggested codes, unconfirmed: {shown}{more}"


def _reader_lines(tables: _Tables, screened: Row) -> Iterator[str]:
    """Yield who decided a record that another person is still to read, and that this does not count yet."""
    if screened["outcome"] != "undecided" or not screened["rests_on"]:
        return
    given = tables.rows("decisions/screening", "row_id", tuple(screened["rests_on"]))
    words = waiting_in_words([(row["reviewer"], row["decision"]) for row in given], screened["readers"])
    if words:
        yield f"  Title and abstract: {words}; until then no decision on it counts"


def _state_lines(tables: _Tables, protocol: Protocol, state: Row, record_id: str) -> Iterator[str]:
    reason = f": {protocol.label(state['reason'])} [{state['reason']}]" if state["reason"] else ""
    yield f"  Stands in the flow diagram under: {BOXES[state['state']]}{reason}"
    if state["state"] == "duplicate":
        carrier = [row for row in tables.rows("count/states", "record_id", (record_id,)) if row["state"] != "duplicate"]
        for row in carrier:
            why = f": {protocol.label(row['reason'])} [{row['reason']}]" if row["reason"] else ""
            yield f"  The work itself, as {row['entry_id']}, stands under: {BOXES[row['state']]}{why}"
    if state["stratum"]:
        yield f"  Kept apart in the stratum: {protocol.strata[state['stratum']].label}"
