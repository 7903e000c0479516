"""From the source a reference names to a journal and its disciplines, under both schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.synthesis.cells import list_of, normal_title, text_of
from pipeline.synthesis.cited_columns import Status
from pipeline.synthesis.disciplines import category_shares
from pipeline.synthesis.journals import Journals, Match, Shares

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.synthesis.discipline_files import DisciplineFiles
    from pipeline.synthesis.journal_files import JournalFiles

_TITLE_PARTS = 3


class Resolution(NamedTuple):
    """What the source of a reference is.

    Attributes:
        status: resolved, multidisciplinary, no_journal or ambiguous.
        journal: title of the journal; empty where none was found.
        shares: its disciplines under the first scheme, and whence.
        second: its disciplines under the second scheme, and whence.
        parts: how many parts at the end of the reference's title belong to the journal's.
    """

    status: Status
    journal: str = ""
    shares: Shares = ()
    evidence: str = "none"
    second: Shares = ()
    second_evidence: str = "none"
    parts: int = 0


class SourceTable:
    """The journals that references are looked up in: the review's own, its core journals, the register, and the list.

    A journal of the review's own records has the categories that databases give these; a review's own pairs of title
    and abbreviation come before listed ones.
    """

    def __init__(self, records: pd.DataFrame, files: DisciplineFiles, journals: JournalFiles) -> None:
        """Take all records of the review (journal, journal_abbr, subject_categories) and its discipline files."""
        self._files = files
        own, shares = _own_journals(records, files, journals.topics)
        self._own_shares = shares
        self._shown = _shown_titles(records)
        self._first = _with_own(journals.register, own)
        self._second = _with_own(journals.own, own) if journals.own is not None else None
        self._known: dict[str, Resolution] = {}

    def resolve(self, source: str, title: str = "") -> Resolution:
        """Return what a source is; a title's last parts are tried as the beginning of a journal's name with commas."""
        found = self._source(source)
        if found.status != "no_journal" or not title or not source:
            return found
        parts = title.split(", ")
        for count in range(1, min(_TITLE_PARTS, len(parts) - 1) + 1):
            longer = self._source(", ".join([*parts[-count:], source]), exact=True)
            if longer.status != "no_journal":
                return longer._replace(parts=count)
        return found

    def _source(self, source: str, *, exact: bool = False) -> Resolution:
        key = f"{exact}{source}"
        if key not in self._known:
            self._known[key] = self._looked_up(source, exact)
        return self._known[key]

    def _looked_up(self, source: str, exact: bool) -> Resolution:
        if not source:
            return Resolution("no_journal")
        match = self._first.named(source)
        if exact and match.how != "title":
            return Resolution("no_journal")
        shares, evidence = self._shares(match, self._own_shares)
        if self._second is None:
            second, second_evidence = self._shares(match, {})
        else:
            second, second_evidence = self._shares(self._second.named(source), {})
        shown = match.journal.title if match.journal else self._shown.get(match.title, match.title)
        told = (shown, shares, evidence, second, second_evidence)
        if shares:
            return Resolution("resolved", *told)
        if match.how == "ambiguous":
            return Resolution("ambiguous", *told)
        return Resolution("multidisciplinary" if match.journal else "no_journal", *told)

    def _shares(self, match: Match, own: Mapping[str, Shares]) -> tuple[Shares, str]:
        """Return the disciplines of a journal that was found: core, then the review's own categories, then its row."""
        if not match.title:
            return (), "none"
        core = self._files.by_title.get(match.title, "")
        if core and core not in self._files.uninformative:
            return ((core, 1.0),), "core"
        if match.journal is not None and match.journal.settled:
            return match.journal.shares, "core"
        if match.title in own:
            return own[match.title], "wc"
        if match.journal is None or not match.journal.shares:
            return (), "none"
        return match.journal.shares, "title" if match.how == "title" else "abbrev"


def _shown_titles(records: pd.DataFrame) -> dict[str, str]:
    """Return normal title -> the title as the first record writes it."""
    found: dict[str, str] = {}
    for journal in map(text_of, records["journal"]):
        found.setdefault(normal_title(journal), journal)
    return found


def _own_journals(
    records: pd.DataFrame, files: DisciplineFiles, topics: Mapping[str, str]
) -> tuple[dict[str, set[str]], dict[str, Shares]]:
    """Return the journals of the review's records: title -> abbreviations, and title -> disciplines by category.

    Topics belong to works, not to journals: records that have them say nothing about their journal.
    """
    short: dict[str, set[str]] = {}
    categories: dict[str, dict[str, None]] = {}
    columns = (records[name] for name in ("journal", "journal_abbr", "subject_categories"))
    for journal, abbreviation, labels in zip(*columns, strict=True):
        title = normal_title(text_of(journal))
        if not title:
            continue
        brief = normal_title(text_of(abbreviation))
        short.setdefault(title, set()).update([brief] if brief and brief != title else [])
        categories.setdefault(title, {}).update(dict.fromkeys(list_of(labels)))
    shares = {title: category_shares(list(labels), files, topics) for title, labels in sorted(categories.items())}
    return short, {title: found for title, found in shares.items() if found}


def _with_own(register: Journals, own: Mapping[str, set[str]]) -> Journals:
    """Return a register that knows the titles and abbreviations of the review's own records, before all others."""
    pairs: dict[str, set[str]] = {}
    for title, abbreviations in own.items():
        for brief in abbreviations:
            pairs.setdefault(brief, set()).add(title)
    listed = dict(register.abbreviations) | {brief: tuple(sorted(titles)) for brief, titles in pairs.items()}
    known = frozenset(title for title in own if title not in register.torn and len(title) > 1)
    return replace(register, abbreviations=listed, further_titles=register.further_titles | known)
