"""The disciplines of a record: settled journals first, then the source's own categories, then words.

Evidence is used in this order and the first that says something counts: core journal by ISSN, core journal by title,
subject categories of the source (fractions), words of the coding frame (only where they are clear). Words are a
suggestion: `discipline_source` is `pattern`, and tables count such records as unconfirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pipeline.records import Column, entry_frame
from pipeline.synthesis.cells import field_text, list_of, normal_issn, normal_label, normal_title, text_of
from pipeline.synthesis.coding import is_negated
from pipeline.synthesis.discipline_files import SEVERAL, TOTAL, UNKNOWN, DisciplineFiles, FileNames

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DISCIPLINE_COLUMNS",
    "SEVERAL",
    "TOTAL",
    "UNKNOWN",
    "DisciplineFiles",
    "FileNames",
    "assign_disciplines",
    "confirm_disciplines",
]

Evidence = Literal["core", "wc", "pattern", "none"]

DISCIPLINE_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "the record", nullable=False),
    Column("discipline", "str", "code of the discipline, or unknown", nullable=False),
    Column("weight", "float", "share of the record; the shares of a record sum to 1", nullable=False),
    Column("primary", "bool", "the discipline with the largest share; none where two tie", nullable=False),
    Column("tie", "bool", "the largest share is shared by several disciplines", nullable=False),
    Column("discipline_source", "str", "core, wc, pattern (unconfirmed), person or none", nullable=False),
    Column("matched", "str", "what matched: ISSN, title, categories or words", nullable=False),
)

RECORD_COLUMNS = (
    "record_id",
    "title",
    "abstract",
    "keywords_author",
    "keywords_index",
    "journal",
    "issn",
    "booktitle",
    "subject_categories",
    "research_areas",
)

_WORD_FIELDS: Mapping[tuple[str, ...], int] = {
    ("title",): 2,
    ("keywords_author", "keywords_index"): 2,
    ("journal", "booktitle", "research_areas"): 3,
    ("abstract",): 1,
}
"""Fields whose words count as evidence, with the weight of a match."""

_LEAST_SCORE = 4
_LEAST_LEAD = 1.25
_WORDS_SHOWN = 6


def assign_disciplines(records: pd.DataFrame, files: DisciplineFiles) -> pd.DataFrame:
    """Return the disciplines of every record, a row per record and discipline.

    Args:
        records: columns record_id, title, abstract, keywords_author, keywords_index, journal, issn (list), booktitle,
            subject_categories (list), research_areas (list; read where no subject category is known).
        files: journals, categories and patterns of the review; evidence without a file is skipped.

    Returns:
        `DISCIPLINE_COLUMNS`, records in their order, largest share first. A record without evidence has one row with
        the discipline `unknown`; equal shares are a tie and no row is primary.
    """
    order = {code: place for place, code in enumerate(files.names)}
    rows = []
    for record in records[list(RECORD_COLUMNS)].to_dict("records"):
        source, matched = _evidence(record, files)
        total = sum(count for count, _ in matched.values())
        largest = max(count for count, _ in matched.values())
        tie = sum(count == largest for count, _ in matched.values()) > 1
        ranked = sorted(matched.items(), key=lambda item: (-item[1][0], order.get(item[0], len(order)), item[0]))
        for code, (count, words) in ranked:
            rows.append(
                {
                    "record_id": record["record_id"],
                    "discipline": code,
                    "weight": count / total,
                    "primary": count == largest and not tie,
                    "tie": tie,
                    "discipline_source": source,
                    "matched": words,
                }
            )
    return entry_frame(rows, DISCIPLINE_COLUMNS)


def confirm_disciplines(disciplines: pd.DataFrame, confirmed: pd.DataFrame, files: DisciplineFiles) -> pd.DataFrame:
    """Return the disciplines with those people gave in place of the assigned ones.

    Args:
        disciplines: what `assign_disciplines` returns.
        confirmed: record_id, dimension, code, reviewer: codes people gave. Codes of the dimension that names
            disciplines count, through the file of patterns; several of them share the record equally.
        files: the discipline files.

    Returns:
        `DISCIPLINE_COLUMNS`, source `person` where people decided; a record whose people's codes stand for no
        discipline keeps what was assigned.
    """
    chosen = confirmed[confirmed["dimension"] == files.dimension]
    given: dict[str, dict[str, set[str]]] = {}
    for record_id, label, reviewer in zip(chosen["record_id"], chosen["code"], chosen["reviewer"], strict=True):
        if code := files.labels.get(str(label), ""):
            given.setdefault(str(record_id), {}).setdefault(code, set()).add(f"{reviewer}: {label}")
    rows: list[dict[str, Any]] = []
    for record_id, group in disciplines.groupby("record_id", sort=False):
        codes = given.get(str(record_id), {})
        if not codes:
            rows += [{str(name): cell for name, cell in row.items()} for row in group.to_dict("records")]
        for code in sorted(codes):
            shared, said = len(codes) > 1, "; ".join(sorted(codes[code]))
            row = {"record_id": record_id, "discipline": code, "weight": 1 / len(codes), "primary": not shared}
            rows.append(row | {"tie": shared, "discipline_source": "person", "matched": said})
    return entry_frame(rows, DISCIPLINE_COLUMNS)


_Matched = dict[str, tuple[int, str]]


def _evidence(record: Mapping[Any, Any], files: DisciplineFiles) -> tuple[Evidence, _Matched]:
    """Return the first evidence that says something: discipline -> (how often, what matched)."""
    if matched := _by_journal(record, files):
        return "core", matched
    for column in ("subject_categories", "research_areas"):
        if matched := _by_category(list_of(record[column]), files):
            return "wc", matched
    if matched := _by_words(record, files):
        return "pattern", matched
    return "none", {UNKNOWN: (1, "")}


def _by_journal(record: Mapping[Any, Any], files: DisciplineFiles) -> _Matched:
    found: _Matched = {}
    for issn in map(normal_issn, list_of(record["issn"])):
        code = files.by_issn.get(issn, "")
        if code and code not in files.uninformative:
            found.setdefault(code, (1, f"ISSN {issn}"))
    if found:
        return found
    title = normal_title(text_of(record["journal"]))
    code = files.by_title.get(title, "") if title else ""
    return {code: (1, f"title {title}")} if code and code not in files.uninformative else {}


def _by_category(categories: list[str], files: DisciplineFiles) -> _Matched:
    labels = {normal_label(label): label.strip() for label in reversed(categories)}
    found: _Matched = {}
    for key, label in reversed(labels.items()):
        code = files.by_category.get(key, "")
        if code and code not in files.uninformative:
            count, words = found.get(code, (0, ""))
            found[code] = (count + 1, f"{words}; {label}" if words else label)
    return found


def _by_words(record: Mapping[Any, Any], files: DisciplineFiles) -> _Matched:
    """Return the discipline whose words lead clearly: enough of them, and well ahead of the second."""
    texts = [(field_text(record, columns), weight) for columns, weight in _WORD_FIELDS.items()]
    scores: dict[str, int] = {}
    words: dict[str, list[str]] = {}
    for code, pattern in files.patterns:
        if code in files.uninformative:
            continue
        for text, weight in texts:
            matches = [match for match in pattern.finditer(text) if not is_negated(text, match.start())]
            scores[code] = scores.get(code, 0) + weight * len(matches)
            words.setdefault(code, []).extend(match.group(0).casefold() for match in matches)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _LEAST_SCORE:
        return {}
    (best, score), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0
    if score < _LEAST_LEAD * second or score == second:
        return {}
    return {best: (1, "; ".join(list(dict.fromkeys(words[best]))[:_WORDS_SHOWN]))}
