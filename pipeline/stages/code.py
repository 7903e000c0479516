"""Stage 8, code: disciplines and codes of what passed screening, suggested by pattern, confirmed by people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.errors import ProtocolError
from pipeline.protocol import Protocol
from pipeline.records import Column, entry_frame, mapping_of, rows_of
from pipeline.report.wording import counted
from pipeline.stages.contract import StageInput, StageResult
from pipeline.synthesis.coding import CodingFrame, read_frame, suggest_codes
from pipeline.synthesis.disciplines import DisciplineFiles, FileNames, assign_disciplines, confirm_disciplines
from pipeline.synthesis.frame import parted
from pipeline.synthesis.incident_answers import is_incident
from pipeline.synthesis.journal_files import JournalFileNames, JournalFiles, read_journal_files
from pipeline.synthesis.settled import Unsettled, settled_rows, unsettled_codes, unsettled_notices

PASSED = ("awaiting_retrieval", "awaiting_eligibility")

CODED_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "record", nullable=False),
    Column("study_id", "str", "study the record's report belongs to", nullable=False),
    Column(
        "group",
        "str",
        "included (after full text), passed (title and abstract only, so far), or the stratum of an excluded record "
        "that is kept apart",
        nullable=False,
    ),
    Column("year", "int", "year of publication"),
)

CONFIRMED_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "record", nullable=False),
    Column("dimension", "str", "dimension of the coding frame", nullable=False),
    Column("code", "str", "code a person gave, or not_stated", nullable=False),
    Column("reviewer", "str", "the person", nullable=False),
    Column("value", "str", "direction or sign that the person gave with the code; empty where none"),
    Column(
        "settled",
        "bool",
        "false where one code is possible and several were given for the study: counted in no table until people agree",
        nullable=False,
    ),
)

STUDY_GROUPS = ("included", "passed")
"""The groups the per-discipline tables count; all other groups are strata, counted apart."""

_TEXTS = ("title", "abstract", "keywords_author", "keywords_index", "journal", "journal_abbr", "issn", "booktitle")
_RECORD = ("cluster_id", *_TEXTS, "subject_categories", "research_areas", "year")


def code(stage: StageInput) -> StageResult:
    """Return the tables coded, disciplines, suggestions and confirmed.

    Inputs: `full_text/reports`, `screen/screened` (for the strata), `deduplicate/records`, `deduplicate/clusters`,
    `decisions/coding`; the coding frame, the discipline files and the files about journals the protocol names.

    Raises:
        ProtocolError: the coding frame or a discipline file has mistakes; all of them, a line each.
    """
    frame, disciplines = coding_files(stage.files, stage.protocol)
    journals = journal_files(stage.files, stage.protocol, disciplines)
    texts = _chosen(stage).merge(stage.tables["deduplicate/records"][list(_RECORD)], on="cluster_id", how="left")
    coded = entry_frame(
        [
            {
                "record_id": row["record_id"],
                "study_id": row["study_id"],
                "group": row["group"],
                "year": None if pd.isna(row["year"]) else int(row["year"]),
            }
            for row in rows_of(texts)
        ],
        CODED_COLUMNS,
    )
    confirmed, unsettled = _confirmed(stage, texts, frame)
    by_journal = assign_disciplines(texts, disciplines, journals)
    assigned = confirm_disciplines(by_journal, settled_rows(confirmed), disciplines)
    suggested = suggest_codes(texts, frame)
    apart = ~coded["group"].isin(STUDY_GROUPS)
    studied = list(coded.loc[~apart, "record_id"])
    numbers = {
        "coded": int((~apart).sum()),
        "strata": int(apart.sum()),
        "suggestions": _rows_of(suggested, studied),
        "confirmed": int(confirmed.loc[confirmed["record_id"].isin(studied), "record_id"].nunique()),
        "discipline_unknown": _rows_of(assigned[assigned["discipline"] == "unknown"], studied),
    }
    summary = f"{counted(numbers['coded'], 'record', 'records')}, "
    summary += f"{counted(numbers['suggestions'], 'suggested code', 'suggested codes')}, "
    summary += f"{numbers['confirmed']:,} coded by people"
    if numbers["strata"]:
        summary += f"; {numbers['strata']:,} more in strata"
    tables = {"coded": coded, "disciplines": assigned, "suggestions": suggested, "confirmed": confirmed}
    return StageResult(tables, notices=unsettled_notices(unsettled), summary=summary, numbers=numbers)


def without_strata(coded: pd.DataFrame) -> pd.DataFrame:
    """Return the coded records that tables of studies count; strata are counted apart."""
    return coded[coded["group"].isin(STUDY_GROUPS)]


def _rows_of(table: pd.DataFrame, records: list[str]) -> int:
    """Return how many rows of a table belong to some records."""
    return int(table["record_id"].isin(records).sum())


def _chosen(stage: StageInput) -> pd.DataFrame:
    """Return record_id, study_id, cluster_id and group of what is coded: the reports, then the strata."""
    reports, screened = stage.tables["full_text/reports"], stage.tables["screen/screened"]
    if taken := sorted(set(stage.protocol.strata) & set(STUDY_GROUPS)):
        hint = "give the stratum another name"
        raise ProtocolError("names a group of studies", file="screening/protocol.toml", found=taken[0], hint=hint)
    wanted = reports[reports["state"].isin([*PASSED, "included"])]
    group = wanted["state"].map(lambda state: "included" if state == "included" else "passed")
    apart = screened[(screened["outcome"] == "excluded") & screened["stratum"].notna()]
    apart = apart[~apart["record_id"].isin(reports["record_id"])]
    names = ["record_id", "study_id", "cluster_id", "group"]
    return pd.concat(
        [
            wanted.assign(group=group)[names],
            apart.assign(study_id=apart["record_id"], group=apart["stratum"])[names],
        ],
        ignore_index=True,
    )


def journal_files(files: Mapping[str, bytes], protocol: Protocol, disciplines: DisciplineFiles) -> JournalFiles:
    """Return the files about journals; a file the protocol does not name is an empty one."""
    parts = protocol.disciplines
    named = (parts.journals, parts.abbreviations, parts.topics, parts.own_journals)
    register, abbreviations, topics, own = (files.get(f"screening/{name}", b"") if name else b"" for name in named)
    names = JournalFileNames(*(f"screening/{name}" for name in named))
    return read_journal_files(disciplines, register, abbreviations, topics, own, names)


def coding_files(files: Mapping[str, bytes], protocol: Protocol) -> tuple[CodingFrame, DisciplineFiles]:
    """Return the coding frame and the discipline files; a file the protocol does not name is an empty one."""
    names = FileNames(
        names=f"screening/{protocol.disciplines.names}",
        core=f"screening/{protocol.disciplines.core_journals}",
        crosswalk=f"screening/{protocol.disciplines.crosswalk}",
        patterns=f"screening/{protocol.disciplines.patterns}",
        frame=f"screening/{protocol.coding.frame}",
    )
    frame_data = files.get(names.frame, b"")
    frame = read_frame(frame_data, names.frame)
    disciplines = DisciplineFiles.read(
        files.get(names.names, b""),
        files.get(names.core, b""),
        files.get(names.crosswalk, b""),
        files.get(names.patterns, b""),
        frame_data,
        dimension=protocol.disciplines.dimension,
        files=names,
    )
    return frame, disciplines


def _confirmed(
    stage: StageInput, texts: pd.DataFrame, frame: CodingFrame
) -> tuple[pd.DataFrame, tuple[Unsettled, ...]]:
    """Return the codes people gave, each person's newest row per record and dimension, and what is not settled."""
    clusters, decisions = stage.tables["deduplicate/clusters"], stage.tables["decisions/coding"]
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    record_of = mapping_of(texts, "cluster_id", "record_id")
    last: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows_of(decisions.sort_values(["reviewer", "sequence"])):
        record = record_of.get(cluster_of.get(row["entry_id"], ""))
        if record is not None and not is_incident(str(row["dimension"])):
            last[record, str(row["dimension"]), str(row["reviewer"])] = row
    rows = [
        {"record_id": record, "dimension": dimension, "code": code, "reviewer": reviewer, "value": value}
        for (record, dimension, reviewer), row in sorted(last.items())
        for given in str(row["decision"]).split("; ")
        if given != "withdraw"
        for code, value in [parted(given)]
    ]
    study_of = dict(zip(texts["record_id"], texts["study_id"], strict=True))
    unsettled = unsettled_codes(rows, study_of, frame, stage.protocol.disciplines.dimension)
    waiting = {(record, item.dimension) for item in unsettled for record in item.records}
    marked = [row | {"settled": (row["record_id"], row["dimension"]) not in waiting} for row in rows]
    return entry_frame(marked, CONFIRMED_COLUMNS), unsettled
