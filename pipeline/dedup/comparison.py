"""Comparison: how alike two entries are, field by field; agreeing, unknown and contradicting are kept apart.

A field that one of the two does not have is *unknown*; it never counts as a contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from pipeline.dedup.comparables import Comparables, Flags, Indices, Numbers, Texts
from pipeline.normalise.journals import journal_similarity
from pipeline.normalise.text import announced_title, compact

States = npt.NDArray[np.int8]

AGREES, UNKNOWN, DIFFERS = 1, 0, -1

AUTHORS_AGREE, AUTHORS_DIFFER = 0.75, 0.50
JOURNALS_AGREE, JOURNALS_DIFFER = 0.80, 0.50
ABSTRACTS_AGREE = 0.85
REORDERED_TITLE = 0.96
SHORTEST_TITLE_HEAD = 20
ANNOUNCED_TITLE = 0.92
CROWDED_DOI = 3
SHORTEST_FAMILY = 3
LEAST_ARTICLE_NUMBER = 10_000
CHUNK = 400_000

_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Comparison:
    """What comparing gave, one value a pair; similarities are NaN and states UNKNOWN where a side says nothing."""

    left: Indices
    right: Indices
    title_similarity: Numbers
    author_similarity: Numbers
    journal_similarity: Numbers
    abstract_similarity: Numbers
    title_begins: Flags
    title_ends: Flags
    authors: States
    journal: States
    year: States
    year_gap: Numbers
    volume: States
    issue: States
    pages: States
    page_ends: States
    from_page_one: Flags
    several_pages: Flags
    other_first_page: Flags
    living: Flags
    doi: States
    pmid: States
    abstract: States
    numbers: States
    series: States
    notice: States
    form: States
    preprint: Flags
    conference: Flags
    retraction: Flags
    republication: Flags
    review_number: States
    cochrane: Flags
    part_on_one_side: Flags
    recurring: Flags
    crowded_doi: Flags
    same_export: Flags

    def __len__(self) -> int:
        return len(self.left)


def agree(states: States) -> Flags:
    """Return where both sides say the same."""
    found: Flags = states == AGREES
    return found


def differ(states: States) -> Flags:
    """Return where the two sides contradict each other."""
    found: Flags = states == DIFFERS
    return found


def unknown(states: States) -> Flags:
    """Return where a side says nothing, or nothing that could be told apart."""
    found: Flags = states == UNKNOWN
    return found


def at_least(similarity: Numbers, least: float) -> Flags:
    """Return where the similarity is known and not below a threshold."""
    found: Flags = similarity >= least
    return found


def compare(table: Comparables, left: Indices, right: Indices) -> Comparison:
    """Return the comparison of the pairs at the given positions, in their order."""
    known_journals: dict[tuple[int, int], float] = {}
    starts = range(0, max(len(left), 1), CHUNK)
    parts = [_compare_chunk(table, left[s : s + CHUNK], right[s : s + CHUNK], known_journals) for s in starts]
    if len(parts) == 1:
        return parts[0]
    return Comparison(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Comparison)})


def _compare_chunk(
    table: Comparables, left: Indices, right: Indices, known_journals: dict[tuple[int, int], float]
) -> Comparison:
    titles, begins, ends_title = _compare_titles(table, left, right)
    authors = _compare_authors(table, left, right)
    journals = _compare_journals(table, left, right, known_journals)
    abstracts = _ratio(table.abstract[left], table.abstract[right], fuzz.ratio)
    pages, ends = _compare_pages(table, left, right)
    gap = np.abs(table.year[left] - table.year[right])
    return Comparison(
        left=left,
        right=right,
        title_similarity=titles,
        author_similarity=authors,
        journal_similarity=journals,
        abstract_similarity=abstracts,
        title_begins=begins,
        title_ends=ends_title,
        authors=_graded(authors, AUTHORS_AGREE, AUTHORS_DIFFER),
        journal=_graded(journals, JOURNALS_AGREE, JOURNALS_DIFFER),
        year=_states(gap == 0, gap > 1),
        year_gap=gap,
        volume=_compare_volumes(table, left, right),
        issue=_equality(table.issue, left, right),
        pages=pages,
        page_ends=ends,
        from_page_one=(table.first_page[left] == 1) | (table.first_page[right] == 1),
        several_pages=_several_pages(table, left) | _several_pages(table, right),
        other_first_page=_both_known_unequal(table.first_page[left], table.first_page[right]),
        living=table.volume_is_year[left] & table.volume_is_year[right],
        doi=_compare_dois(table.doi[left], table.doi[right]),
        pmid=_equality(table.pmid, left, right),
        abstract=_graded(abstracts, ABSTRACTS_AGREE, -1.0),
        numbers=_compare_numbers(table.numbers[left], table.numbers[right]),
        series=_equality(table.series, left, right),
        part_on_one_side=(table.series[left] == "") != (table.series[right] == ""),
        notice=_one_sided(table.notice[left], table.notice[right]),
        form=_compare_forms(table, left, right, journals),
        preprint=_one_of(table.form[left] == "preprint", table.form[right] == "preprint"),
        conference=_forms_are(table, left, right, "conference", "journal"),
        retraction=_announces(table, left, right, table.notice == "retraction"),
        republication=_announces(table, left, right, table.republished),
        review_number=_equality(table.review_number, left, right),
        cochrane=table.cochrane[left] & table.cochrane[right],
        recurring=table.recurring[left] | table.recurring[right],
        crowded_doi=np.maximum(table.titles_of_doi[left], table.titles_of_doi[right]) >= CROWDED_DOI,
        same_export=(table.export[left] == table.export[right]) & (table.export[left] != ""),
    )


def _states(agrees: npt.NDArray[Any], differs: npt.NDArray[Any]) -> States:
    return np.where(agrees, AGREES, np.where(differs, DIFFERS, UNKNOWN)).astype(np.int8)


def _graded(similarity: Numbers, agrees_from: float, differs_below: float) -> States:
    return _states(similarity >= agrees_from, similarity < differs_below)


def _equality(values: Texts, left: Indices, right: Indices) -> States:
    one, other = values[left], values[right]
    both = (one != "") & (other != "")
    return _states(both & (one == other), both & (one != other))


def _one_sided(one: Texts, other: Texts) -> States:
    """Return AGREES where both sides name the same thing, DIFFERS where they do not, also where only one names any."""
    return _states((one == other) & (one != ""), one != other)


def _ratio(one: Texts, other: Texts, scorer: Callable[..., float]) -> Numbers:
    """Return the similarity of texts side by side, 0 to 1, NaN where either is empty."""
    result = np.full(len(one), np.nan)
    present = np.flatnonzero((one != "") & (other != ""))
    if len(present):
        result[present] = process.cpdist(one[present], other[present], scorer=scorer, dtype=np.float64) / 100
    return result


def _both_known_unequal(one: Numbers, other: Numbers) -> Flags:
    found: Flags = (one != other) & ~np.isnan(one) & ~np.isnan(other)
    return found


def _several_pages(table: Comparables, places: Indices) -> Flags:
    found: Flags = table.last_page[places] > table.first_page[places] + 1
    return found


def _compare_volumes(table: Comparables, left: Indices, right: Indices) -> States:
    """Return whether the volumes agree; a year in place of the volume on one side says nothing."""
    states = _equality(table.volume, left, right)
    filled = table.volume_is_year[left] != table.volume_is_year[right]
    return np.where(filled & (states == DIFFERS), UNKNOWN, states).astype(np.int8)


def _compare_titles(table: Comparables, left: Indices, right: Indices) -> tuple[Numbers, Flags, Flags]:
    """Return title similarity, and whether one title begins or ends the other (a subtitle or series left out)."""
    one, other = table.title_compact[left], table.title_compact[right]
    similarity = _ratio(one, other, fuzz.ratio)
    close = np.flatnonzero((similarity > 0.5) & (similarity < 0.95))
    if len(close):
        in_order = _ratio(table.title[left[close]], table.title[right[close]], fuzz.token_sort_ratio)
        similarity[close] = np.maximum(similarity[close], np.minimum(in_order, REORDERED_TITLE))
    for first, second in (
        (table.title_other[left], other),
        (one, table.title_other[right]),
        (table.title_other[left], table.title_other[right]),
    ):
        similarity = np.fmax(similarity, _ratio(first, second, fuzz.ratio))
    pairs = [(a, b) if len(a) <= len(b) else (b, a) for a, b in zip(one, other, strict=True)]
    within = [len(short) >= SHORTEST_TITLE_HEAD and len(short) < len(long) for short, long in pairs]
    begins = [fits and long.startswith(short) for fits, (short, long) in zip(within, pairs, strict=True)]
    ends = [fits and long.endswith(short) for fits, (short, long) in zip(within, pairs, strict=True)]
    return similarity, np.array(begins, dtype=bool), np.array(ends, dtype=bool)


def _compare_authors(table: Comparables, left: Indices, right: Indices) -> Numbers:
    """Return author similarity: family names in any order; a cut list counts when its first author is the same."""
    one, other = table.families[left], table.families[right]
    similarity = _ratio(one, other, fuzz.token_sort_ratio)
    same_first = table.first_family[left] == table.first_family[right]
    subset = np.flatnonzero(same_first & (similarity < 0.9))
    if len(subset):
        in_common = _ratio(one[subset], other[subset], fuzz.token_set_ratio)
        similarity[subset] = np.fmax(similarity[subset], in_common * 0.9)
    initial, other_initial = table.first_initial[left], table.first_initial[right]
    other_person = same_first & (initial != "") & (other_initial != "") & (initial != other_initial)
    similarity = np.where(other_person, similarity * 0.7, similarity)
    for place in np.flatnonzero(~same_first & (similarity < AUTHORS_AGREE)):
        a, b = left[place], right[place]
        found = max(
            _names_found(one[place], table.names_text[b], initial[place]),
            _names_found(other[place], table.names_text[a], other_initial[place]),
        )
        similarity[place] = max(similarity[place], found * 0.9)
    return similarity


def _names_found(families: str, names_text: str, initial: str) -> float:
    """Return the share of the family names, by letters, that a text of names holds, short names in their order.

    Finds the same people where an export ran names together or put the given name first. A lone name has to begin the
    text, a short one together with the initial; of several names the short ones count where the first begins the text.
    """
    parts = families.split()
    if len(parts) == 1:
        return float(
            names_text.startswith(families if len(families) > SHORTEST_FAMILY else families + (initial or " "))
        )
    least = SHORTEST_FAMILY if len(parts) < 3 or not names_text.startswith(parts[0]) else 2
    found, after = 0, 0
    for part in parts:
        at = names_text.find(part, after) if len(part) >= least else -1
        if at >= 0:
            found, after = found + len(part), at + len(part)
        elif len(part) >= SHORTEST_FAMILY and part in names_text:
            found += len(part)
    return found / sum(len(part) for part in parts)


def _compare_journals(
    table: Comparables, left: Indices, right: Indices, known: dict[tuple[int, int], float]
) -> Numbers:
    """Return container similarity; a shared ISSN makes it 1."""
    one, other = table.container[left], table.container[right]
    low, high = np.minimum(one, other), np.maximum(one, other)
    result = np.full(len(left), np.nan)
    for place, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        if a < 0:
            continue
        if a == b:
            result[place] = 1.0
            continue
        if (a, b) not in known:
            known[(a, b)] = journal_similarity(table.containers[a], table.containers[b])
        result[place] = known[(a, b)]
    shared = [not a.isdisjoint(b) for a, b in zip(table.issn[left], table.issn[right], strict=True)]
    return np.where(np.array(shared, dtype=bool), 1.0, result)


def _compare_pages(table: Comparables, left: Indices, right: Indices) -> tuple[States, States]:
    """Return whether the pages agree (same first page), and whether the last pages do."""
    first, other_first = table.first_page[left], table.first_page[right]
    last, other_last = table.last_page[left], table.last_page[right]
    ends = _states(last == other_last, (last != other_last) & ~np.isnan(last) & ~np.isnan(other_last))
    end, other_end = np.fmax(first, last), np.fmax(other_first, other_last)
    overlap = (np.maximum(first, other_first) <= np.minimum(end, other_end)) | (np.abs(first - other_first) <= 1)
    online = _article_number(table, left, right) | _article_number(table, right, left)
    differs = (first != other_first) & ~np.isnan(first) & ~np.isnan(other_first) & ~overlap & ~online
    return _states(first == other_first, differs), ends


def _article_number(table: Comparables, one: Indices, other: Indices) -> Flags:
    """Return where one side gives an article number, the other a page of the print or counted within the article."""
    first, marks = table.first_page[one], table.page_mark[one] != table.page_mark[other]
    alone = np.isnan(table.last_page[one])
    from_one: Flags = (table.first_page[other] == 1) & (alone | (first >= 1000) | marks)
    large: Flags = (first >= LEAST_ARTICLE_NUMBER) & alone & ~np.isnan(table.last_page[other])
    return from_one | large


def _compare_dois(one: Texts, other: Texts) -> States:
    """Return whether the DOIs agree in letters and digits; one that carries on from the other says nothing."""
    both = (one != "") & (other != "")
    same, carries_on = one == other, np.zeros(len(one), dtype=bool)
    for place in np.flatnonzero(both & ~same):
        a, b = one[place], other[place]
        same[place] = _NOT_ALPHANUMERIC.sub("", a) == _NOT_ALPHANUMERIC.sub("", b)
        carries_on[place] = _carries_on(a, b) or _carries_on(b, a)
    return _states(both & same, both & ~same & ~carries_on)


def _carries_on(short: str, long: str) -> bool:
    return len(short) < len(long) and long.startswith(short) and not long[len(short)].isalnum()


def _compare_numbers(one: Texts, other: Texts) -> States:
    """Return AGREES where the titles hold the same numbers, DIFFERS where each has one that the other lacks."""
    agrees = np.array([bool(a) and a == b for a, b in zip(one, other, strict=True)], dtype=bool)
    differs = np.array([bool(a - b) and bool(b - a) for a, b in zip(one, other, strict=True)], dtype=bool)
    return _states(agrees, differs)


def _compare_forms(table: Comparables, left: Indices, right: Indices, journals: Numbers) -> States:
    """Return whether the forms of publication agree.

    Sources name the form of one thing differently: in the same container only a preprint is another form, and a
    chapter may be a conference paper.
    """
    one, other = table.form[left], table.form[right]
    both = (one != "") & (other != "")
    same_container = journals >= JOURNALS_AGREE
    preprint = (one == "preprint") | (other == "preprint")
    proceedings = np.isin(one, ["chapter", "conference"]) & np.isin(other, ["chapter", "conference"])
    other_form = (one != other) & ~proceedings & (~same_container | preprint)
    return _states(both & (one == other), both & other_form)


def _one_of(one: Flags, other: Flags) -> Flags:
    found: Flags = one != other
    return found


def _forms_are(table: Comparables, left: Indices, right: Indices, form: str, other_form: str) -> Flags:
    """Return pairs of which one is of the one form and the other of the other, in different containers."""
    one, other = table.form[left], table.form[right]
    forms = ((one == form) & (other == other_form)) | ((one == other_form) & (other == form))
    found: Flags = forms & (table.container[left] != table.container[right])
    return found


def _announces(table: Comparables, left: Indices, right: Indices, notices: Flags) -> Flags:
    """Return pairs of which exactly one is such a notice and its title holds the title of the other."""
    result: Flags = notices[left] != notices[right]
    for place in np.flatnonzero(result):
        notice, work = (left[place], right[place]) if notices[left[place]] else (right[place], left[place])
        title, announced = table.title_compact[work], compact(announced_title(table.title[notice]))
        long_enough = min(len(title), len(announced)) >= SHORTEST_TITLE_HEAD
        result[place] = long_enough and fuzz.partial_ratio(title, announced) >= 100 * ANNOUNCED_TITLE
    return result
