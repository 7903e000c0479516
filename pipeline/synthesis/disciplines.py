"""The disciplines of a record: settled journals first, then the source's own categories, then its journal, then words.

Evidence is used in this order and the first that says something counts: core journal (by ISSN, then by title), the
source's own subject categories or topics (fractions), the register of journals by ISSN, by title, by abbreviation, and
last the words of the coding frame (only where they are clear). Words are a prediction: `discipline_source` is
`predicted`, and tables count such records as unconfirmed. The second scheme knows journals only: core journals, then
the team's own list where there is one, else the register; it shows what depends on how databases file a journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pipeline.records import Column, entry_frame, rows_of
from pipeline.synthesis.cells import field_text, list_of, normal_issn, normal_label, normal_title, text_of
from pipeline.synthesis.coding import is_negated
from pipeline.synthesis.discipline_files import SEVERAL, TOTAL, UNKNOWN, DisciplineFiles, FileNames
from pipeline.synthesis.journal_files import JournalFiles
from pipeline.synthesis.journals import Journals, Shares

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

Evidence = Literal["core", "wc", "openalex", "issn", "title", "abbrev", "predicted", "none"]
Scheme = Literal["first", "second"]

SCHEMES: tuple[Scheme, Scheme] = ("first", "second")

WORDS = ("title", "abstract", "keywords_author", "keywords_index")
"""Columns whose words alone speak for a discipline; without them nothing is predicted from them."""

DISCIPLINE_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "the record", nullable=False),
    Column("discipline", "str", "code of the discipline, or unknown", nullable=False),
    Column("weight", "float", "share of the record; the shares of a record sum to 1", nullable=False),
    Column("primary", "bool", "the discipline with the largest share; none where two tie", nullable=False),
    Column("tie", "bool", "the largest share is shared by several disciplines", nullable=False),
    Column(
        "discipline_source",
        "str",
        "core, wc, openalex, issn, title, abbrev, predicted (unconfirmed), person or none",
        nullable=False,
    ),
    Column("matched", "str", "what matched: ISSN, title, categories or words", nullable=False),
)

RECORD_COLUMNS = (
    "record_id",
    "title",
    "abstract",
    "keywords_author",
    "keywords_index",
    "journal",
    "journal_abbr",
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

_LEAST_SCORE = 3
_LEAST_SHARE = 0.5
"""Points a prediction asks for, and its share of all points. Both were set on records outside the set that they are
measured on (docs/methods.md): at this share a prediction is right in more than 0.6 of the cases."""

_WORDS_SHOWN = 6


def assign_disciplines(
    records: pd.DataFrame, files: DisciplineFiles, journals: JournalFiles | None = None, scheme: Scheme = "first"
) -> pd.DataFrame:
    """Return the disciplines of every record, a row per record and discipline.

    Args:
        records: columns record_id, title, abstract, keywords_author, keywords_index, journal, journal_abbr, issn
            (list), booktitle, subject_categories (list), research_areas (list; read where no subject category is
            known).
        files: core journals, categories and patterns of the review; evidence without a file is skipped.
        journals: register of journals, topics, and the team's own list.
        scheme: which of the two.

    Returns:
        `DISCIPLINE_COLUMNS`, records in their order, largest share first. A record without evidence has one row with
        the discipline `unknown`; equal shares are a tie and no row is primary.
    """
    order = {code: place for place, code in enumerate(files.names)}
    journals = journals or JournalFiles()
    find = _evidence if scheme == "first" else _journal_alone
    rows = []
    for record in records.reindex(columns=list(RECORD_COLUMNS)).to_dict("records"):
        source, matched = find(record, files, journals)
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


def is_multidisciplinary(issns: object, journal: object, register: Journals) -> bool:
    """Return whether a journal stands in a register as one that says nothing about a discipline.

    Args:
        issns: its ISSNs (a list cell).
        journal: its name.
        register: the register.
    """
    numbers = (register.by_issn.get(normal_issn(issn)) for issn in list_of(issns))
    return any(found is not None and not found.shares for found in (*numbers, register.named(text_of(journal)).journal))


def category_shares(labels: list[str], files: DisciplineFiles, topics: Mapping[str, str]) -> Shares:
    """Return the disciplines of a journal by the subject categories that its records have.

    Args:
        labels: the categories.
        files: the crosswalk.
        topics: topics by normal label; where a label is one, the labels are those of works and say nothing.
    """
    if any(normal_label(label) in topics for label in labels):
        return ()
    found = _by_category(labels, files)
    total = sum(count for count, _ in found.values())
    return tuple((code, count / total) for code, (count, _) in found.items())


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
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(disciplines):
        groups.setdefault(row["record_id"], []).append(row)
    rows: list[dict[str, Any]] = []
    for record_id, assigned in groups.items():
        codes = given.get(record_id, {})
        rows += [] if codes else assigned
        for code in sorted(codes):
            shared, said = len(codes) > 1, "; ".join(sorted(codes[code]))
            row = {"record_id": record_id, "discipline": code, "weight": 1 / len(codes), "primary": not shared}
            rows.append(row | {"tie": shared, "discipline_source": "person", "matched": said})
    return entry_frame(rows, DISCIPLINE_COLUMNS)


_Matched = dict[str, tuple[float, str]]
_Found = tuple[Evidence, _Matched]
_NOTHING: _Found = ("none", {UNKNOWN: (1, "")})


def _evidence(record: Mapping[Any, Any], files: DisciplineFiles, journals: JournalFiles) -> _Found:
    """Return the first evidence that says something: discipline -> (how much, what matched)."""
    if matched := _by_core(record, files):
        return "core", matched
    categories = list_of(record["subject_categories"])
    if matched := _by_topic(categories, files, journals.topics):
        return "openalex", matched
    for labels in (categories, list_of(record["research_areas"])):
        if matched := _by_category(labels, files):
            return "wc", matched
    source, matched, broad = _by_register(record, journals.register)
    if source == "none" or broad:
        told = _by_words(record, files)
        if told and (source == "none" or broad.issuperset(told)):
            return "predicted", told
    return source, matched


def _journal_alone(record: Mapping[Any, Any], files: DisciplineFiles, journals: JournalFiles) -> _Found:
    """Return what the journal alone says: core journals, then the team's own list, else the register."""
    if matched := _by_core(record, files):
        return "core", matched
    source, matched, _ = _by_register(record, journals.own or journals.register)
    return source, matched


def _by_topic(categories: list[str], files: DisciplineFiles, topics: Mapping[str, str]) -> _Matched:
    """Return the discipline of the first topic: OpenAlex names the primary topic first."""
    for label in categories if topics else ():
        key = normal_label(label)
        code = topics.get(key, "")
        if code and code not in files.uninformative and key not in files.by_category:
            return {code: (1, f"topic {label.strip()}")}
    return {}


def _by_register(record: Mapping[Any, Any], register: Journals) -> tuple[Evidence, _Matched, frozenset[str]]:
    """Return the disciplines of a record's journal in a register: by ISSN, title, abbreviation; of a book by title.

    The third part names the disciplines that the journal's category holds, where it is a broad one.
    """
    known = register.of_issns(list_of(record["issn"]))
    if known is not None:
        number, journal = known
        how: Evidence = "core" if journal.settled else "issn"
        told = f"ISSN {number}: {journal.title}"
        return how, {code: (share, told) for code, share in journal.shares}, journal.covers
    names = [text_of(record[column]) for column in ("journal", "journal_abbr", "booktitle")]
    for column, name in zip(("journal", "journal_abbr", "booktitle"), names, strict=True):
        match = register.named(name) if name else None
        if match is None or match.journal is None or not match.journal.shares:
            continue
        if column == "booktitle" and match.how != "title":
            continue
        how = "core" if match.journal.settled else "title" if match.how == "title" else "abbrev"
        told = f"{match.how} {match.title}"
        return how, {code: (share, told) for code, share in match.journal.shares}, match.journal.covers
    return *_NOTHING, frozenset()


def _by_core(record: Mapping[Any, Any], files: DisciplineFiles) -> _Matched:
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
    """Return the discipline whose words lead clearly: enough of them, and half of all or more."""
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
    if score < _LEAST_SHARE * sum(scores.values()) or score == second:
        return {}
    return {best: (1, "; ".join(list(dict.fromkeys(words[best]))[:_WORDS_SHOWN]))}
