"""The model of a round as rows of names and values, for the report: what it is, sees, learned from, and its cuts."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from typing import Any

from pipeline.records import Column
from pipeline.screen.ranking import Workings

FEATURES = "words and pairs of words of title, abstract and keywords, words of the title, four-letter parts of words"
MODEL = "linear support vector machines on TF-IDF weights, one a reading of the record, summed"
MEANING = "likeness in meaning to decided records (a support vector machine with radial kernel on the vectors of {})"
LIBRARIES = ("numpy", "scikit-learn", "scipy")

MODEL_COLUMNS: tuple[Column, ...] = (
    Column("name", "str", "what", nullable=False),
    Column("value", "str", "its value as text", nullable=False),
)


def model_rows(workings: Workings, card: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the table `MODEL_COLUMNS`.

    Args:
        workings: what the ranking found out.
        card: its model card.
    """
    fitted = workings.fitted
    meaning = f"; {MEANING.format(card['sentence_model'])}" if card["meaning_used"] else ""
    facts = {
        "model": MODEL,
        "features": FEATURES + meaning,
        "software": "; ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES),
        "basis": workings.basis,
        "records": str(card["records"]),
        "records_with_abstract": str(card["records_with_abstract"]),
        "inclusions_used": str(fitted.included),
        "exclusions_used": str(fitted.excluded),
        "lower_cut": workings.lower.remark,
        "upper_cut": workings.upper.remark,
    }
    return [{"name": name, "value": value} for name, value in facts.items()]
