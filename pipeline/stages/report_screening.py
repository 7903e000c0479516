"""The screening part of the report: what the ranking did, what can be said about the recall, what a machine decided."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.report.page import Section, Table
from pipeline.screen.methods_facts import ScreeningFacts
from pipeline.stages.contract import StageInput


def screening_facts(stage: StageInput) -> ScreeningFacts:
    """Return the facts for the methods paragraph about screening (PRISMA 2020, item 8).

    Inputs: `screen/screened`, `screen/ranking`.
    """
    settings = stage.protocol.screening
    return ScreeningFacts(
        # Where two read only some of the records the section on agreement says which.
        readers_per_record=settings.readers_per_record if settings.double_screening in ("none", "all") else None,
        target_recall=settings.target_recall,
        confidence=settings.confidence,
        seed=stage.protocol.review.seed,
    )


def screening_sections(stage: StageInput) -> Iterable[Section]:
    """Yield the sections of the report about screening at title and abstract."""
    bands = stage.tables["screen/ranking"].merge(stage.tables["screen/screened"], on="record_id")
    table = pd.crosstab(bands["band"], bands["outcome"])
    rows = tuple(
        (str(band).replace("_", " "), *(str(n) for n in row))
        for band, row in zip(table.index, table.values, strict=True)
    )
    header = ("Band", *(str(name) for name in table.columns))
    text = (
        "A classifier trained on the decisions so far orders the records for the people who decide. A band is a hint "
        "for the order of work: nothing is included or excluded without a person."
    )
    tables = (Table("Bands and decisions", header, rows, "", "ranking.csv"),) if len(rows) else ()
    yield Section("Screening", "screening", (text,), tables)
