"""The files a review keeps about its disciplines, read and checked together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import ProtocolError, compose
from pipeline.synthesis.cells import normal_issn, normal_label, normal_title
from pipeline.synthesis.coding import CodingFrame, read_frame
from pipeline.synthesis.listing import Listing, Row, read_listing

UNKNOWN, SEVERAL, TOTAL = "unknown", "several", "total"
"""Words with a meaning of their own in the tables: no discipline may have one of them as its code."""


@dataclass(frozen=True)
class FileNames:
    """How messages name the five files."""

    names: str = "screening/disciplines/names.csv"
    core: str = "screening/disciplines/core_journals.csv"
    crosswalk: str = "screening/disciplines/crosswalk.csv"
    patterns: str = "screening/disciplines/patterns.csv"
    frame: str = "screening/coding_frame.csv"


@dataclass(frozen=True)
class DisciplineFiles:
    """What the files say.

    Attributes:
        names: code -> name of every discipline, in the order of the file.
        uninformative: codes that say nothing about a discipline (such as "multidisciplinary"): never assigned.
        by_issn: ISSN of a core journal -> code.
        by_title: normal title of a core journal -> code.
        by_category: normal subject category -> code.
        by_scheme: scheme of the crosswalk -> normal subject category -> code.
        by_code: number of a category (of the schemes that number theirs) -> code.
        covers: scheme and category -> disciplines that a broad category holds besides its own; words may choose one.
        patterns: (code, pattern) of every label of the coding frame that stands for a discipline.
        labels: label of the coding frame -> code (empty: no discipline).
        dimension: dimension of the coding frame the labels belong to.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    uninformative: frozenset[str] = frozenset()
    by_issn: Mapping[str, str] = field(default_factory=dict)
    by_title: Mapping[str, str] = field(default_factory=dict)
    by_category: Mapping[str, str] = field(default_factory=dict)
    by_scheme: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    by_code: Mapping[str, str] = field(default_factory=dict)
    covers: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    patterns: tuple[tuple[str, re.Pattern[str]], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    dimension: str = "discipline"

    @classmethod
    def read(
        cls,
        names: bytes,
        core: bytes,
        crosswalk: bytes,
        patterns: bytes,
        frame: bytes,
        *,
        dimension: str = "discipline",
        files: FileNames | None = None,
    ) -> DisciplineFiles:
        """Return what the files say; empty bytes mean that the review does without that evidence.

        Args:
            names: code, name and, where wanted, informative (`no`: the code says nothing, such as "multidisciplinary").
            core: title, issn (several with `|`), discipline: journals whose discipline the review has settled.
            crosswalk: scheme, label, discipline: subject categories; where wanted code (the category's number in its
                scheme) and covers (further disciplines that a broad category holds, with `|`). Where two schemes have
                the same label the scheme that comes first in the file counts.
            patterns: label, code: a code of the coding frame -> a discipline (an empty code: none).
            frame: the coding frame.
            dimension: dimension of the frame whose codes name disciplines.
            files: how messages name the files.

        Raises:
            ProtocolError: every mistake of all the files, a line each.
        """
        shown = files or FileNames()
        mistakes: list[str] = []
        found_names, uninformative = _names(
            read_listing(names, shown.names, ("code", "name"), ("informative",)), mistakes
        )
        known = tuple(found_names)
        by_issn, by_title = _core(read_listing(core, shown.core, ("title", "issn", "discipline")), known, mistakes)
        table = read_listing(crosswalk, shown.crosswalk, ("scheme", "label", "discipline"), ("code", "covers"))
        by_category, by_scheme, by_code, covers = _crosswalk(table, known, mistakes)
        labels = _labels(read_listing(patterns, shown.patterns, ("label", "code")), known, mistakes)
        coding = _frame(frame, shown.frame, mistakes)
        compiled = _patterns(labels, coding, dimension, shown, mistakes)
        if mistakes:
            raise ProtocolError.from_lines(mistakes)
        return cls(
            names=found_names,
            uninformative=uninformative,
            by_issn=by_issn,
            by_title=by_title,
            by_category=by_category,
            by_scheme=by_scheme,
            by_code=by_code,
            covers=covers,
            patterns=compiled,
            labels=labels,
            dimension=dimension,
        )


def _names(listing: Listing, mistakes: list[str]) -> tuple[dict[str, str], frozenset[str]]:
    mistakes += listing.mistakes
    names: dict[str, str] = {}
    uninformative = set()
    for row in listing.rows:
        code, name, informative = (row.cells[column] for column in ("code", "name", "informative"))
        if not code or code in (UNKNOWN, SEVERAL, TOTAL):
            hint = f"not empty and none of {UNKNOWN}, {SEVERAL}, {TOTAL}"
            mistakes.append(
                compose("no usable code", file=listing.file, row=row.number, column="code", found=code, hint=hint)
            )
        if code in names:
            mistakes.append(_twice(listing, row, "code", code))
        if informative not in ("", "yes", "no"):
            mistakes.append(_unknown(listing, row, "informative", informative, ("yes", "no")))
        names.setdefault(code, name or code)
        if informative == "no":
            uninformative.add(code)
    return names, frozenset(uninformative)


def _core(listing: Listing, known: Sequence[str], mistakes: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    mistakes += listing.mistakes
    by_issn: dict[str, str] = {}
    by_title: dict[str, str] = {}
    for row in listing.rows:
        code = _known_code(listing, row, "discipline", known, mistakes)
        if title := normal_title(row.cells["title"]):
            _settle(by_title, title, code, listing, row, "title", mistakes)
        for part in filter(None, (part.strip() for part in row.cells["issn"].split("|"))):
            if issn := normal_issn(part):
                _settle(by_issn, issn, code, listing, row, "issn", mistakes)
            else:
                hint = "write it as 1234-567X, several with | between them"
                mistakes.append(
                    compose("not an ISSN", file=listing.file, row=row.number, column="issn", found=part, hint=hint)
                )
    return by_issn, by_title


def _crosswalk(
    listing: Listing, known: Sequence[str], mistakes: list[str]
) -> tuple[dict[str, str], dict[str, dict[str, str]], dict[str, str], dict[tuple[str, str], frozenset[str]]]:
    mistakes += listing.mistakes
    by_category: dict[str, str] = {}
    by_scheme: dict[str, dict[str, str]] = {}
    by_code: dict[str, str] = {}
    covers: dict[tuple[str, str], frozenset[str]] = {}
    for row in listing.rows:
        code = _known_code(listing, row, "discipline", known, mistakes)
        label = normal_label(row.cells["label"])
        _settle(by_scheme.setdefault(row.cells["scheme"], {}), label, code, listing, row, "label", mistakes)
        if row.cells["code"]:
            _settle(by_code, row.cells["code"], code, listing, row, "code", mistakes)
        held = frozenset(part.strip() for part in row.cells["covers"].split("|") if part.strip())
        if held:
            mistakes += [
                _unknown(listing, row, "covers", part, known) for part in sorted(held.difference(known or held))
            ]
            covers[row.cells["scheme"], label] = held | {code}
    for labels in by_scheme.values():
        for label, code in labels.items():
            by_category.setdefault(label, code)
    return by_category, by_scheme, by_code, covers


def _labels(listing: Listing, known: Sequence[str], mistakes: list[str]) -> dict[str, str]:
    mistakes += listing.mistakes
    labels: dict[str, str] = {}
    for row in listing.rows:
        label = row.cells["label"]
        if label in labels:
            mistakes.append(_twice(listing, row, "label", label))
        code = row.cells["code"]
        labels.setdefault(label, _known_code(listing, row, "code", known, mistakes) if code else "")
    return labels


def _frame(content: bytes, file: str, mistakes: list[str]) -> CodingFrame:
    try:
        return read_frame(content, file)
    except ProtocolError as error:
        mistakes += error.lines
        return CodingFrame()


def _patterns(
    labels: Mapping[str, str], frame: CodingFrame, dimension: str, files: FileNames, mistakes: list[str]
) -> tuple[tuple[str, re.Pattern[str]], ...]:
    if not labels or not frame.codes:
        return ()
    if dimension not in frame.dimensions:
        hint = "name the dimension whose codes are disciplines, or leave out the file of patterns"
        mistakes.append(
            compose(f"no dimension {dimension!r}", file=files.frame, allowed=list(frame.dimensions), hint=hint)
        )
    compiled = []
    for item in frame.of(dimension):
        if item.code not in labels:
            hint = "add a row for it; an empty code means that it stands for no discipline"
            message = f"no row for the code {item.code!r} of the coding frame"
            mistakes.append(compose(message, file=files.patterns, column="label", hint=hint))
        elif item.pattern and labels[item.code]:
            compiled.append((labels[item.code], item.pattern))
    return tuple(compiled)


def _known_code(listing: Listing, row: Row, column: str, known: Sequence[str], mistakes: list[str]) -> str:
    code = row.cells[column]
    if not code or (known and code not in known):
        mistakes.append(_unknown(listing, row, column, code, known))
    return code


def _settle(
    table: dict[str, str], key: str, code: str, listing: Listing, row: Row, column: str, mistakes: list[str]
) -> None:
    """Enter a key; the same key with another discipline is a mistake, since the order of rows must not decide."""
    if table.setdefault(key, code) != code:
        message, hint = f"has the discipline {table[key]!r} in a row above", "settle on one"
        mistakes.append(
            compose(message, file=listing.file, row=row.number, column=column, found=row.cells[column], hint=hint)
        )


def _unknown(listing: Listing, row: Row, column: str, found: str, allowed: Sequence[str]) -> str:
    return compose("unknown value", file=listing.file, row=row.number, column=column, found=found, allowed=allowed)


def _twice(listing: Listing, row: Row, column: str, found: str) -> str:
    return compose(
        "stands in a row above already",
        file=listing.file,
        row=row.number,
        column=column,
        found=found,
        hint="delete one",
    )
