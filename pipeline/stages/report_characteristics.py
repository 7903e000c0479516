"""What is known of each included report: bibliographic facts, disciplines and codes, a row a report."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.records import rows_of
from pipeline.report.citation import short_citation
from pipeline.stages.code import coding_files
from pipeline.stages.contract import StageInput
from pipeline.stages.report_lists import Listing
from pipeline.synthesis.settled import settled_rows, unsettled_rows

_NOT_CODED = "not coded"


def characteristics(stage: StageInput) -> Listing:
    """Return header and rows of characteristics.csv: a row a report of an included study, a column a dimension.

    Codes that people gave stand as they are; suggested ones, where nobody coded the report, begin with `suggested:`,
    and those that people gave differently where one is possible with `unsettled:`.
    """
    frame, disciplines = coding_files(stage.files, stage.protocol)
    reports = stage.tables["full_text/reports"]
    included = reports[reports["state"] == "included"].sort_values(["study_id", "report_id"])
    facts = cited_facts(stage)
    known = _disciplines(stage.tables["code/disciplines"], disciplines.names)
    codes = _codes(stage.tables["code/confirmed"], stage.tables["code/suggestions"])
    dimensions = tuple(name for name in (stage.protocol.coding.dimensions or frame.dimensions) if frame.of(name))
    rows: list[list[object]] = []
    for row in rows_of(included[["study_id", "report_id", "record_id", "cluster_id", "lane"]]):
        fact = facts[row["cluster_id"]]
        cells = [codes.get((row["record_id"], dimension), _NOT_CODED) for dimension in dimensions]
        found = "databases and registers" if row["lane"] == "main" else "other methods"
        rows.append([row["study_id"], row["report_id"], *fact, found, known.get(row["record_id"], "not known"), *cells])
    header = ["study_id", "report_id", "short", "authors", "year", "title", "journal", "doi", "found_by", "disciplines"]
    return [*header, *dimensions], rows


def cited_facts(stage: StageInput) -> dict[str, list[object]]:
    """Return for each record: short citation, authors, year, title, journal, DOI."""
    names = ["cluster_id", "title", "authors", "year", "journal", "booktitle", "doi"]
    found: dict[str, list[object]] = {}
    for row in rows_of(stage.tables["deduplicate/records"][names]):
        title, year = _plain(row["title"]), "" if pd.isna(row["year"]) else str(int(row["year"]))
        authors = [str(name) for name in row["authors"]]
        journal = _plain(row["journal"]) or _plain(row["booktitle"])
        short = short_citation(title, authors, year)
        found[row["cluster_id"]] = [short, "; ".join(authors), year, title, journal, _plain(row["doi"])]
    return found


def _disciplines(table: pd.DataFrame, names: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for record, discipline in zip(table["record_id"], table["discipline"], strict=True):
        found.setdefault(record, []).append(names.get(discipline, discipline))
    return {record: "; ".join(given) for record, given in found.items()}


def _codes(confirmed: pd.DataFrame, suggested: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return (record, dimension) -> codes in words."""
    by_people: dict[tuple[str, str], list[str]] = {}
    for row in rows_of(settled_rows(confirmed)):
        by_people.setdefault((row["record_id"], row["dimension"]), []).append(_spoken(row["code"]))
    unsettled: dict[tuple[str, str], list[str]] = {}
    for row in rows_of(unsettled_rows(confirmed)):
        unsettled.setdefault((row["record_id"], row["dimension"]), []).append(
            f"{_spoken(row['code'])} ({row['reviewer']})"
        )
    by_pattern: dict[tuple[str, str], list[str]] = {}
    for row in rows_of(suggested[~suggested["negated"].astype(bool)]):
        by_pattern.setdefault((row["record_id"], row["dimension"]), []).append(_spoken(row["code"]))
    said = {key: f"suggested: {'; '.join(dict.fromkeys(codes))}" for key, codes in by_pattern.items()}
    said |= {key: f"unsettled: {' | '.join(codes)}" for key, codes in unsettled.items()}
    return said | {key: "; ".join(dict.fromkeys(codes)) for key, codes in by_people.items()}


def _spoken(code: str) -> str:
    return code.replace("_", " ")


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""
