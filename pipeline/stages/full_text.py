"""Stage 7, full text: reports sought for retrieval, what became of them, and the studies they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import pandas as pd

from pipeline.decisions.full_text_files import read_full_texts
from pipeline.decisions.full_text_match import FullTextMatch, Sought, match_full_texts
from pipeline.decisions.resolve import Decision, by_cluster, decision_order, report_outcome
from pipeline.dedup.clustering import disjoint_sets
from pipeline.dedup.tables import SAME_STUDY
from pipeline.errors import Notice, compose
from pipeline.records import Column, entry_frame, mapping_of, rows_of
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.screen import decisions_of

REPORT_COLUMNS: tuple[Column, ...] = (
    Column("report_id", "str", "id of the report: the id of the record that leads to it", nullable=False),
    Column("record_id", "str", "record that leads to the report", nullable=False),
    Column("cluster_id", "str", "cluster of the deduplicate stage", nullable=False),
    Column(
        "study_id", "str", "study the report belongs to: its report decided first, else the smallest id", nullable=False
    ),
    Column("lane", "str", "main or other", nullable=False),
    Column(
        "state",
        "str",
        "awaiting_retrieval, not_retrieved, awaiting_eligibility, report_excluded or included",
        nullable=False,
    ),
    Column("reason", "str", "the one primary reason of an exclusion: of the criteria it failed the protocol's first"),
    Column("further_reasons", "list", "the other criteria it failed"),
    Column("link", "str", "address of the DOI's resolver"),
    Column("pdf", "list", "its full texts in the folder of PDFs, relative to the review"),
    Column("decided_by", "list", "people whose decisions the state rests on"),
    Column("rests_on", "list", "row ids of those decisions"),
)

STUDY_COLUMNS: tuple[Column, ...] = (
    Column("study_id", "str", "id of the study", nullable=False),
    Column("reports", "list", "its reports", nullable=False),
    Column("included", "bool", "at least one of its reports is included", nullable=False),
)


def full_text(stage: StageInput) -> StageResult:
    """Return the tables reports and studies.

    Inputs: `screen/screened` (records included at title and abstract, and the other lane), `deduplicate/clusters`,
    `deduplicate/records` (DOIs and titles), `deduplicate/pairs` (pairs a person or a rule called the same study),
    `decisions/full_text`; the register of full texts, where there are any.
    """
    screened, clusters = stage.tables["screen/screened"], stage.tables["deduplicate/clusters"]
    sought = screened[(screened["outcome"] == "included") | (screened["lane"] == "other")]
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    decisions = by_cluster(decisions_of(stage.tables["decisions/full_text"]), cluster_of)
    study_of = _studies(sought, cluster_of, stage.tables["deduplicate/pairs"], decisions)
    records = {row["cluster_id"]: row for row in rows_of(stage.tables["deduplicate/records"][list(_FACTS)])}
    matched = _full_texts(stage, sought, records)
    rows, notices = [], _pdf_notices(matched)
    for record, cluster, lane in zip(sought["record_id"], sought["cluster_id"], sought["lane"], strict=True):
        outcome = report_outcome(decisions.get(cluster, []))
        people = sorted({d.reviewer for d in outcome.rests_on})
        if outcome.differs:
            entries = ", ".join(dict.fromkeys(d.entry_id for d in outcome.rests_on))
            alone = f"{people[0]} decided the full text of {record} both ways ({entries})"
            both = f"{' and '.join(people)} differ about the full text of {record}"
            text = compose(
                f"{alone if len(people) == 1 else both}; it waits",
                file=", ".join(f"screening/decisions/{name}.csv" for name in people),
                found=", ".join(f"{d.reviewer}: {d.decision}" for d in outcome.rests_on),
                hint="agree, and correct the row of the full-text sheet",
            )
            notices.append(Notice("warning", text, "full_text_conflict"))
        rows.append(
            {
                "report_id": record,
                "record_id": record,
                "cluster_id": cluster,
                "study_id": study_of[record],
                "lane": lane,
                "state": outcome.state,
                "reason": outcome.reason or None,
                "further_reasons": list(outcome.further),
                "link": doi_link(records.get(cluster, {}).get("doi")),
                "pdf": list(matched.files.get(record, ())),
                "decided_by": people,
                "rests_on": [d.row_id for d in outcome.rests_on],
            }
        )
    reports = entry_frame(sorted(rows, key=lambda row: str(row["report_id"])), REPORT_COLUMNS)
    studies = _study_frame(reports)
    states = {str(name): int(n) for name, n in sorted(reports["state"].value_counts().items())}
    included = int(studies["included"].fillna(False).sum())
    waiting = states.get("awaiting_retrieval", 0) + states.get("awaiting_eligibility", 0)
    summary = f"{len(reports):,} reports sought, {included:,} studies included, {waiting:,} wait"
    tables = {"reports": reports, "studies": studies}
    return StageResult(tables, notices=tuple(notices), summary=summary, numbers=states | {"studies_included": included})


_FACTS = ("cluster_id", "members", "doi", "other_identifiers", "title")
_SHOWN_FILES = 5


def doi_link(doi: object) -> str | None:
    """Return the address of a DOI's resolver, None where there is no DOI.

    >>> doi_link("10.1000/a<b>;2-c")
    'https://doi.org/10.1000/a%3Cb%3E;2-c'
    """
    return f"https://doi.org/{quote(doi, safe='/;:().,-_~')}" if isinstance(doi, str) and doi else None


def _full_texts(stage: StageInput, sought: pd.DataFrame, records: Mapping[str, Mapping[str, Any]]) -> FullTextMatch:
    """Return which PDFs belong to which of the reports sought."""
    files = [item for data in stage.files.values() for item in read_full_texts(data)]
    if not files:
        return FullTextMatch()
    reports = []
    for record, cluster in zip(sought["record_id"], sought["cluster_id"], strict=True):
        row = records[cluster]
        others = [text.removeprefix("doi:") for text in row["other_identifiers"] if text.startswith("doi:")]
        dois = [doi for doi in (row["doi"], *others) if isinstance(doi, str)]
        titles = [row["title"]] if isinstance(row["title"], str) else []
        reports.append(Sought(record, tuple(row["members"]), tuple(dois), tuple(titles)))
    return match_full_texts(files, reports)


def _pdf_notices(matched: FullTextMatch) -> list[Notice]:
    """Return a line for the PDFs that fit no report, and one for each that fits several."""
    notices = []
    hint = "put the report's id or DOI into the file's name (/ as _)"
    for file, reports in matched.doubtful.items():
        text = compose(f"fits more than one report: {', '.join(reports)}; linked to none", file=file, hint=hint)
        notices.append(Notice("warning", text, "full_text_file"))
    if matched.unmatched:
        number, shown = len(matched.unmatched), ", ".join(matched.unmatched[:_SHOWN_FILES])
        shown += f" and {number - _SHOWN_FILES} more" if number > _SHOWN_FILES else ""
        text = f"{number} {'PDF fits' if number == 1 else 'PDFs fit'} no report that is sought: {shown}"
        notices.append(Notice("warning", compose(text, hint=hint), "full_text_file"))
    return notices


def _studies(
    sought: pd.DataFrame,
    cluster_of: dict[str, str],
    pairs: pd.DataFrame,
    decisions: Mapping[str, Sequence[Decision]],
) -> dict[str, str]:
    """Return the study id of each sought record: linked records share the id of the report decided first.

    Where no full text was decided yet that is the smallest id. Links hold across a record that is not sought itself (A
    and B are linked by way of an excluded C).
    """
    study_of = study_sets(cluster_of, pairs)
    order = {cluster: min(map(decision_order, given)) for cluster, given in decisions.items()}
    ranked = sorted(
        zip(sought["record_id"], sought["cluster_id"], strict=True),
        key=lambda row: (row[1] not in order, order.get(row[1], ("", "", 0)), row[0]),
    )
    study: dict[str, str] = {}
    for record, cluster in ranked:
        study.setdefault(study_of[cluster], record)
    return {record: study[study_of[cluster]] for record, cluster in ranked}


def study_sets(cluster_of: Mapping[str, str], pairs: pd.DataFrame) -> dict[str, str]:
    """Return cluster -> the smallest cluster of its study.

    What a person linked is linked; the links of the rules follow, strongest first, unless they would bring two clusters
    into one study that a person called different.

    Args:
        cluster_of: entry -> cluster.
        pairs: `PAIR_COLUMNS`: same_study links, different keeps apart where a person said so.
    """
    names = sorted(set(cluster_of.values()))
    places = {cluster: place for place, cluster in enumerate(names)}
    ordered = pairs.sort_values(["score", "entry_a", "entry_b"], ascending=[False, True, True])
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in rows_of(ordered[["entry_a", "entry_b", "verdict", "basis"]]):
        if row["entry_a"] in cluster_of and row["entry_b"] in cluster_of:
            pair = (places[cluster_of[row["entry_a"]]], places[cluster_of[row["entry_b"]]])
            if pair[0] != pair[1]:
                found.setdefault((row["verdict"], row["basis"]), []).append(pair)
    by_person = found.get((SAME_STUDY, "person"), [])
    apart = set(found.get(("different", "person"), [])) - set(by_person)
    links = [*by_person, *found.get((SAME_STUDY, "rule"), [])]
    labels = disjoint_sets(len(names), links, apart, by_person)
    return {cluster: names[labels[place]] for cluster, place in places.items()}


def _study_frame(reports: pd.DataFrame) -> pd.DataFrame:
    gathered: dict[str, dict[str, Any]] = {}
    for study, report, state in zip(reports["study_id"], reports["report_id"], reports["state"], strict=True):
        row = gathered.setdefault(study, {"study_id": study, "reports": [], "included": False})
        row["reports"].append(report)
        row["included"] = row["included"] or state == "included"
    return entry_frame([gathered[study] for study in sorted(gathered)], STUDY_COLUMNS)
