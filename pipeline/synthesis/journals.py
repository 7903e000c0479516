"""Journals and their disciplines: a register that people bring, looked up by ISSN, title or abbreviation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pipeline.synthesis.cells import normal_issn, normal_title

Shares = tuple[tuple[str, float], ...]
"""Disciplines of a journal and their shares, which sum to 1; empty where it has none."""

Found = Literal["title", "abbrev", "ambiguous", "none"]

_SMALL_WORDS = """
a an and the of for in on to at by from with und der die das des fur im zur et de la le les du en pour
y e el los las do da dos i og av till van het een voor
"""
_SMALL = frozenset(_SMALL_WORDS.split())
"""Words that abbreviations leave out, in the languages most journals have."""

_SUBTITLE = re.compile(r"(?<=\S)(?:\s*[:=/|]|\.)\s|--")
_SECTION = re.compile(r"(?:section|series|part|sect|ser)\b|(?:[a-z]|\d+|[ivx]+)(?:[,.:;]|$)", re.IGNORECASE)
_APOSTROPHE = re.compile("['\u2018\u2019`]")
_PLACE = re.compile(r"-[A-Za-z]{2,12}$")


@dataclass(frozen=True)
class Journal:
    """One journal of the register.

    Attributes:
        title: its title as the register writes it.
        shares: its disciplines.
        settled: they come from the review's core journals, which it shares an ISSN with.
        covers: disciplines its category holds, where that is a broad one; empty where it is not.
    """

    title: str
    shares: Shares
    settled: bool = False
    covers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Match:
    """What a name of a journal was found to be.

    Attributes:
        how: `title`, `abbrev`, `ambiguous` (an abbreviation that several journals share) or `none`.
        title: normal title of the journal (empty where none was found).
        journal: its row in the register, where it has one.
    """

    how: Found
    title: str = ""
    journal: Journal | None = None


@dataclass(frozen=True)
class Journals:
    """A register of journals.

    Attributes:
        by_issn: ISSN -> journal.
        by_title: normal title -> journal.
        torn: normal titles that journals of different disciplines share; they are in no other table.
        abbreviations: normal abbreviation -> normal titles it may stand for.
        further_titles: normal titles that abbreviations may stand for although the register lacks them.
    """

    by_issn: Mapping[str, Journal] = field(default_factory=dict)
    by_title: Mapping[str, Journal] = field(default_factory=dict)
    torn: frozenset[str] = frozenset()
    abbreviations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    further_titles: frozenset[str] = frozenset()

    def of_issns(self, issns: Iterable[str]) -> tuple[str, Journal] | None:
        """Return the first ISSN that the register knows with a discipline, and its journal."""
        for issn in issns:
            found = self.by_issn.get(normal_issn(issn))
            if found is not None and found.shares:
                return normal_issn(issn), found
        return None

    def named(self, name: str) -> Match:
        """Return the journal a name stands for: its title, a listed abbreviation, or the only title its words begin.

        Args:
            name: title or abbreviation as a record or reference writes it. Linear in its length.
        """
        title = normal_title(name)
        if not title:
            return Match("none")
        found = self._exact(title) or self._abbreviated(title)
        if found.how != "none":
            return found
        for shorter in (_SUBTITLE.split(name, maxsplit=1)[0], _PLACE.sub("", name.strip()), _after_hyphen(name)):
            bare = normal_title(shorter)
            if bare and bare != title and (found := self._exact(bare) or self._abbreviated(bare)).how != "none":
                return found
        return Match("none")

    def _exact(self, title: str) -> Match | None:
        if title in self.by_title:
            return Match("title", title, self.by_title[title])
        if title in self.torn:
            return Match("ambiguous")
        return Match("title", title) if title in self.further_titles else None

    def _abbreviated(self, title: str) -> Match:
        known = (self.by_title, self.further_titles)
        listed = [full for full in self.abbreviations.get(title, ()) if any(full in titles for titles in known)]
        candidates = listed if len(listed) == 1 else self._beginning(title) or listed
        if len(candidates) == 1:
            return Match("abbrev", candidates[0], self.by_title.get(candidates[0]))
        return Match("ambiguous" if candidates else "none")

    def _beginning(self, abbreviation: str) -> list[str]:
        """Return the titles of which each word begins with the abbreviation's word in its place.

        Of several the ones that share most whole words (`PHYS REV A` is Physical Review A, not Applied).
        """
        words = _words(abbreviation)
        if not words or (len(words) == 1 and len(words[0]) < 5):
            return []
        same_letters = self._by_initials.get("".join(word[0] for word in words), ())
        fitting = [(title, full) for title, full in same_letters if all(map(_begins, words, full))]
        whole = [sum(map(str.__eq__, words, full)) for _, full in fitting]
        return [title for (title, _), equal in zip(fitting, whole, strict=True) if equal == max(whole)]

    @cached_property
    def _by_initials(self) -> dict[str, list[tuple[str, list[str]]]]:
        found: dict[str, list[tuple[str, list[str]]]] = {}
        for title in sorted({*self.by_title, *self.further_titles}):
            words = _words(title)
            if words:
                found.setdefault("".join(word[0] for word in words), []).append((title, words))
        return found


def _after_hyphen(name: str) -> str:
    """Return a title without what Web of Science hangs on it by a hyphen: `GLOBAL CHANGE-HUMAN DIMENSIONS`."""
    main = name.partition("-")[0]
    return main if len(main.split()) > 1 else name


def _words(title: str) -> list[str]:
    words = title.split()
    return [word for word in words[:-1] if word not in _SMALL] + words[-1:]


def _begins(short: str, full: str) -> bool:
    """Return whether an abbreviated word stands for a word: its beginning, or a contraction such as `natl`."""
    if full.startswith(short):
        return True
    if not 3 <= len(short) <= 6 or short[-1] != full[-1] or short[:2] != full[:2]:
        return False
    place = 0
    for letter in short:
        place = full.find(letter, place) + 1
        if not place:
            return False
    return True


def shares_of(codes: Sequence[str], uninformative: frozenset[str] = frozenset()) -> Shares:
    """Return the shares of categories that were mapped to disciplines: 1/n each, equal ones added up.

    >>> shares_of(["BUS", "BUS", "PA", "MUL"], frozenset({"MUL"}))
    (('BUS', 0.6666666666666666), ('PA', 0.3333333333333333))
    """
    told = [code for code in codes if code and code not in uninformative]
    return tuple((code, told.count(code) / len(told)) for code in dict.fromkeys(told))


def gathered(
    rows: Iterable[tuple[Sequence[str], Sequence[str], Journal]],
    abbreviations: Mapping[str, tuple[str, ...]],
    further_titles: frozenset[str] = frozenset(),
) -> Journals:
    """Return a register from its rows.

    Args:
        rows: a journal each: its titles, its ISSNs in normal form, and what is known about it.
        abbreviations: normal abbreviation -> normal titles.
        further_titles: normal titles that are journals although no row has them.

    Returns:
        The register. A title of several journals counts where their disciplines are the same; an ISSN of several rows
        belongs to the first.
    """
    by_issn: dict[str, Journal] = {}
    by_title: dict[str, Journal] = {}
    torn = set()
    for titles, issns, journal in rows:
        for issn in issns:
            by_issn.setdefault(issn, journal)
        parted = (_APOSTROPHE.sub(" ", title) for title in titles if _APOSTROPHE.search(title))
        for title in filter(None, dict.fromkeys(map(normal_title, [*titles, *parted]))):
            if by_title.setdefault(title, journal).shares != journal.shares:
                torn.add(title)
    for title in torn:
        del by_title[title]
    by_title |= _main_titles(by_title, torn)
    return Journals(by_issn, by_title, frozenset(torn), abbreviations, further_titles)


def _main_titles(by_title: Mapping[str, Journal], torn: set[str]) -> dict[str, Journal]:
    """Return the titles without subtitles, where one journal alone has that title; a section is no subtitle."""
    found: dict[str, list[Journal]] = {}
    for journal in dict.fromkeys(by_title.values()):
        parts = _SUBTITLE.split(journal.title, maxsplit=1)
        main = normal_title(parts[0])
        if main and main not in by_title and main not in torn and not (len(parts) > 1 and _SECTION.match(parts[1])):
            found.setdefault(main, []).append(journal)
    return {title: journals[0] for title, journals in found.items() if len(journals) == 1}
