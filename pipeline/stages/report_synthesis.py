"""The synthesis part of the report: the tables by discipline and code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from pipeline.records import rows_of
from pipeline.report.page import Section, Table
from pipeline.stages.code import coding_files, without_strata
from pipeline.stages.contract import StageInput
from pipeline.synthesis.tables import SynthesisTable, synthesis_tables
from pipeline.tables import csv_bytes


def synthesis(stage: StageInput) -> list[SynthesisTable]:
    """Return the per-discipline tables; a study counts once, by its first report."""
    frame, disciplines = coding_files(stage.files, stage.protocol)
    coded = without_strata(stage.tables["code/coded"]).sort_values(["group", "record_id"])
    studies = coded.drop_duplicates(["group", "study_id"])
    kept = set(studies["record_id"])

    def chosen(table: str) -> pd.DataFrame:
        rows = stage.tables[table]
        return rows[rows["record_id"].isin(kept)]

    wanted = stage.protocol.coding.dimensions or frame.dimensions
    return synthesis_tables(
        studies[["record_id", "year", "group"]],
        chosen("code/disciplines"),
        chosen("code/suggestions"),
        chosen("code/confirmed"),
        names=disciplines.names,
        dimensions=tuple(name for name in wanted if frame.of(name)),
        year_bands=stage.protocol.report.year_bands,
        codes=frame.code_names(),
    )


def synthesis_files(tables: Sequence[SynthesisTable]) -> Mapping[str, bytes]:
    """Return the files of the synthesis, by their names below outputs/report/."""
    return {f"tables/{table.name}.csv": _table_csv(table) for table in tables}


def synthesis_sections(stage: StageInput, tables: Sequence[SynthesisTable]) -> Iterable[Section]:
    """Yield the tables that could be computed; of the others only the name and why not."""
    paragraphs = [_coding_note(stage)]
    empty = [table for table in tables if table.frame.empty]
    for note in dict.fromkeys(table.note for table in empty):
        names = "; ".join(table.title for table in empty if table.note == note)
        paragraphs.append(f"{note[:1].upper()}{note[1:]} ({names})")
    shown = tuple(_page_table(table) for table in tables if not table.frame.empty)
    yield Section("Tables by discipline", "tables", tuple(paragraphs), shown)


def _table_csv(table: SynthesisTable) -> bytes:
    if table.frame.empty:
        return csv_bytes(["note"], [[table.note]])
    rows = [["" if pd.isna(cell) else cell for cell in row] for row in table.frame.itertuples(index=False)]
    return csv_bytes([str(name) for name in table.frame.columns], rows)


def _coding_note(stage: StageInput) -> str:
    counted, by_people = without_strata(stage.tables["code/coded"]), stage.tables["code/confirmed"]
    confirmed = len(set(by_people["record_id"]) & set(counted["record_id"]))
    coded = len(counted)
    return (
        f"Codes are suggested by word patterns and unconfirmed, except for {confirmed} of {coded} records that people "
        "coded. Abstracts show only part of what a study reports: each table says how many records could be judged."
    )


def _page_table(table: SynthesisTable) -> Table:
    shown = [str(name) for name in table.frame.columns if not str(name).endswith((" low", " high", " fractional"))]
    shown = [name for name in shown if not name.endswith(" share") and name != "discipline"]
    rows = tuple(
        tuple("" if pd.isna(cell) else f"{cell:.0%}" if name == "coverage" else f"{cell}" for name, cell in row.items())
        for row in rows_of(table.frame[shown])
    )
    return Table(
        table.title, tuple(name.replace("_", " ") for name in shown), rows, table.note, f"tables/{table.name}.csv"
    )
