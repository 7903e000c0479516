"""Suggestions learned from confirmed codes: a linear model a code, where enough studies have been coded by people.

Word features as TF-IDF (title twice, abstract, keywords; words and pairs of words), logistic regression with balanced
classes. How far a suggestion can be trusted is measured by cross-validation on the coded records themselves and stands
beside the same figures of the pattern.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipeline.records import Column, entry_frame
from pipeline.synthesis.cells import field_text
from pipeline.synthesis.coding import FIELDS, SUGGESTION_COLUMNS
from pipeline.synthesis.frame import CodingFrame, FrameCode

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

LEAST_POSITIVES: Final = 15
FOLDS: Final = 5
_THRESHOLD: Final = 0.5
_ROUNDED: Final = 9
_WORDS_SHOWN: Final = 5

MODEL_COLUMNS: tuple[Column, ...] = (
    Column("dimension", "str", "dimension of the coding frame", nullable=False),
    Column("code", "str", "code", nullable=False),
    Column("judged", "int", "records that people judged in the dimension", nullable=False),
    Column("positives", "int", "of those, records that people gave the code", nullable=False),
    Column("pattern_right", "int", "suggestions of the pattern that people confirmed", nullable=False),
    Column("pattern_suggested", "int", "judged records for which the pattern suggests the code", nullable=False),
    Column("model_right", "int", "held-out suggestions of the model that people confirmed; empty: no model"),
    Column("model_suggested", "int", "judged records for which the model suggests the code; empty: no model"),
    Column("reason", "str", "why there is no model; empty where there is one"),
)


@dataclass(frozen=True)
class Learned:
    """What a model learned: scores of all records and the heaviest words, or why nothing was learned."""

    held_out: NDArray[np.float64]
    scores: NDArray[np.float64]
    words: tuple[str, ...]


def trained_suggestions(
    records: pd.DataFrame,
    frame: CodingFrame,
    confirmed: pd.DataFrame,
    patterns: pd.DataFrame,
    *,
    seed: int,
    least: int = LEAST_POSITIVES,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what models suggest for records that nobody coded yet, and how the models did.

    Args:
        records: record_id, title, abstract, keywords_author, keywords_index.
        frame: the coding frame.
        confirmed: record_id, dimension, code, reviewer.
        patterns: what `suggest_codes` returned for the same records.
        seed: of the folds.
        least: confirmed positives, and negatives, that a model needs.

    Returns:
        Rows in `SUGGESTION_COLUMNS` with method `model` (field `record`, the heaviest words that the record holds as
        matched words), and `MODEL_COLUMNS`, a row a code of a dimension in which anything was judged.
    """
    ids = [str(key) for key in records["record_id"]]
    given = _codes(confirmed, set(ids))
    found = _codes(patterns[~patterns["negated"].astype(bool)], set(ids))
    texts = [record_text(record) for record in records.to_dict("records")]
    suggestions: list[dict[str, Any]] = []
    models: list[dict[str, Any]] = []
    words = None
    for item in frame.codes:
        judged = [place for place, key in enumerate(ids) if (key, item.dimension) in given]
        if not judged:
            continue
        truth = [item.code in given[ids[place], item.dimension] for place in judged]
        by_pattern = [item.code in found.get((ids[place], item.dimension), ()) for place in judged]
        row = _row(item, truth, by_pattern, least)
        if not row["reason"]:
            words = words or _Words(texts)
            learned = words.learn(judged, truth, [fold_of(ids[place], seed) for place in judged])
            by_model = [bool(score >= _THRESHOLD) for score in learned.held_out]
            row["model_right"] = sum(t and p for t, p in zip(truth, by_model, strict=True))
            row["model_suggested"] = sum(by_model)
            suggestions += [
                _suggestion(key, item.dimension, item.code, texts[place], learned.words)
                for place, key in enumerate(ids)
                if (key, item.dimension) not in given and learned.scores[place] >= _THRESHOLD
            ]
        models.append(row)
    return entry_frame(suggestions, SUGGESTION_COLUMNS), entry_frame(models, MODEL_COLUMNS)


def _row(item: FrameCode, truth: Sequence[bool], by_pattern: Sequence[bool], least: int) -> dict[str, Any]:
    """Return how the pattern of a code did on the judged records, and whether a model can be trained."""
    return {
        "dimension": item.dimension,
        "code": item.code,
        "judged": len(truth),
        "positives": sum(truth),
        "pattern_right": sum(t and p for t, p in zip(truth, by_pattern, strict=True)),
        "pattern_suggested": sum(by_pattern),
        "model_right": None,
        "model_suggested": None,
        "reason": _too_few(sum(truth), len(truth) - sum(truth), least),
    }


def record_text(record: Mapping[Any, Any]) -> str:
    """Return the text of a record as the models read it: title twice, abstract, keywords."""
    parts = {name: field_text(record, columns) for name, columns in FIELDS.items()}
    return " . ".join([parts["title"], parts["title"], parts["abstract"], parts["keywords"]])


def fold_of(record_id: str, seed: int) -> int:
    """Return the fold of a record: by a hash of its id, so that other records do not move it."""
    return int(hashlib.sha256(f"{seed} {record_id}".encode()).hexdigest(), 16) % FOLDS


def _too_few(positives: int, negatives: int, least: int) -> str:
    if positives >= least and negatives >= least:
        return ""
    what = f"{positives} with the code" if positives < least else f"{negatives} without it"
    return f"{what}; {least} are needed"


def _codes(table: pd.DataFrame, wanted: set[str]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for key, dimension, code in zip(table["record_id"], table["dimension"], table["code"], strict=True):
        if str(key) in wanted:
            found.setdefault((str(key), str(dimension)), set()).add(str(code))
    return found


def _suggestion(record_id: str, dimension: str, code: str, text: str, words: Sequence[str]) -> dict[str, Any]:
    lower = text.lower()
    present = [word for word in words if word in lower][:_WORDS_SHOWN]
    return {
        "record_id": record_id,
        "dimension": dimension,
        "code": code,
        "field": "record",
        "matched": ", ".join(present)[:60],
        "start": 0,
        "method": "model",
        "negated": False,
        "value": "",
    }


class _Words:
    """The words of all records as weights; made once, used by the models of all codes."""

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, stop_words="english")
        self._matrix: Any = self._vectorizer.fit_transform(texts)

    def learn(self, judged: Sequence[int], truth: Sequence[bool], folds: Sequence[int]) -> Learned:
        """Return held-out scores of the judged records and scores of all, from a model of all judged ones."""
        import numpy as np

        sides, places, parts = np.array(truth), np.array(judged), np.array(folds)
        held_out = np.zeros(len(places))
        for fold in range(FOLDS):
            inside, outside = parts != fold, parts == fold
            if outside.any() and 0 < sides[inside].sum() < inside.sum():
                held_out[outside] = self._scores(places[inside], sides[inside], places[outside])[0]
        scores, weights = self._scores(places, sides, np.arange(self._matrix.shape[0]))
        names = self._vectorizer.get_feature_names_out()
        heaviest = sorted(
            np.flatnonzero(weights > 0), key=lambda place: (-round(float(weights[place]), _ROUNDED), names[place])
        )
        return Learned(held_out, scores, tuple(str(names[place]) for place in heaviest[:200]))

    def _scores(
        self, places: NDArray[np.int64], sides: NDArray[np.bool_], wanted: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000, solver="liblinear", random_state=0)
        model.fit(self._matrix[places], sides)
        return model.predict_proba(self._matrix[wanted])[:, 1].round(_ROUNDED), model.coef_[0]
