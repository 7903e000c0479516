"""Decisions that other screening tools export with the records: Rayyan, ASReview, Covidence, abstrackr, EPPI-Reviewer.

A decision is kept as a line `tool; person; stage; decision; reason` in `extra["decisions"]`; `label` is the decision
where all of a record's decisions say the same. Nothing is guessed: what a tool does not say stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pipeline.formats.draft import Draft, Rule
from pipeline.records import ParsedEntry, Reading

KEY = "decisions"
INCLUDED, EXCLUDED, MAYBE = "included", "excluded", "maybe"
TITLE_ABSTRACT, FULL_TEXT = "title_abstract", "full_text"


@dataclass(frozen=True)
class ScreeningDecision:
    """One decision as another tool exported it: which tool, who (empty: not said), stage, decision, reason."""

    tool: str
    person: str
    decision: str
    reason: str = ""
    stage: str = TITLE_ABSTRACT

    @property
    def line(self) -> str:
        """The decision as a line of text; a semicolon in a name becomes a comma, a reason may hold any."""
        parts = (self.tool, self.person.replace(";", ","), self.stage, self.decision, self.reason)
        return "; ".join(" ".join(part.split()) for part in parts).rstrip(" ;")

    @classmethod
    def from_line(cls, line: str) -> ScreeningDecision | None:
        """Return the decision of a line, None where the text is no such line."""
        parts = [part.strip() for part in line.split(";", 4)]
        if len(parts) < 4 or parts[2] not in (TITLE_ABSTRACT, FULL_TEXT) or parts[3] not in _WORDS:
            return None
        return cls(parts[0], parts[1], parts[3], parts[4] if len(parts) > 4 else "", parts[2])


_WORDS = frozenset({INCLUDED, EXCLUDED, MAYBE})
_RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s*+\{([^{}]*+)\}")
_RAYYAN_VOTE = re.compile(r"(?:\"([^\"]{0,200})\"\s*+)?=>\s*+\"?(Included|Excluded|Maybe)", re.IGNORECASE)
_RAYYAN_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS:([^|]*+)")
_ASREVIEW = re.compile(r"ASReview_(relevant|irrelevant|not_seen)")
_ASREVIEW_WORDS = {"relevant": INCLUDED, "irrelevant": EXCLUDED}
_ASREVIEW_COLUMNS = ("asreview label", "asreview prior label")
# Columns that show that `included` is ASReview's.
_ASREVIEW_SIGNS = frozenset(["asreview prior", "asreview ranking", "record id", "asreview label"])
_BINARY = {"1": INCLUDED, "0": EXCLUDED}
_ABSTRACKR = {"1": INCLUDED, "-1": EXCLUDED, "0": MAYBE}
_ABSTRACKR_SIGNS = frozenset(["(internal) id", "consensus"])
_EPPI_SIGNS = frozenset(["item id", "itemid", "eppi id", "eppi reviewer id"])
_EPPI_CODE = re.compile(
    r"(include|exclude)d?\b[\s:,–-]*+(?:(?:based\s+)?on\b[\s:–-]*+)?(.*)", re.IGNORECASE | re.DOTALL
)
_TICKED = frozenset({"1", "true", "yes", "x", "✓", "selected"})
# A word of the name Covidence gives an export -> stage, decision.
_COVIDENCE_FILES = {
    "included": (FULL_TEXT, INCLUDED),
    "include": (FULL_TEXT, INCLUDED),
    "extraction": (FULL_TEXT, INCLUDED),
    "excluded": (FULL_TEXT, EXCLUDED),
    "exclude": (FULL_TEXT, EXCLUDED),
    "irrelevant": (TITLE_ABSTRACT, EXCLUDED),
    "select": (TITLE_ABSTRACT, INCLUDED),
}
_COVIDENCE_NAME = re.compile(r"covidence|^review[_ -]\d+[_ -]", re.IGNORECASE)
_COVIDENCE_REASON = re.compile(r"exclusion reason\s*+:\s*+([^;|\n]*+)", re.IGNORECASE)


def label_of(note: str) -> str | None:
    """Return the decision of Rayyan or ASReview in a note: included, excluded, maybe; `differ` where people do."""
    decisions = {decision.decision for decision in decisions_in_note(note)}
    return "differ" if len(decisions) > 1 else next(iter(decisions), None)


def decisions_in_note(note: str) -> list[ScreeningDecision]:
    """Return the decisions of Rayyan or ASReview in a note.

    Rayyan gives one list of reasons for all people who excluded a record: it stands with each of them.
    """
    if "RAYYAN-" not in note and "ASReview_" not in note:
        return []
    given = _RAYYAN_REASONS.search(note)
    reason = ", ".join(part.strip() for part in given.group(1).split(",") if part.strip()) if given else ""
    found = []
    for part in _RAYYAN.findall(note):
        for person, word in _RAYYAN_VOTE.findall(part):
            decision = word.lower()
            found.append(ScreeningDecision("rayyan", person.strip(), decision, reason if decision == EXCLUDED else ""))
    for word in dict.fromkeys(_ASREVIEW.findall(note)):
        if word in _ASREVIEW_WORDS:
            found.append(ScreeningDecision("asreview", "", _ASREVIEW_WORDS[word]))
    return found


def keep_note_decisions(draft: Draft, notes: Iterable[str], tag: str) -> None:
    """Keep the decisions in the notes of an entry, and its label."""
    for note in notes:
        _keep(draft, decisions_in_note(note), tag)


def keep_row_decisions(draft: Draft, named: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Keep the decisions in the cells of a row, and its label.

    Args:
        draft: the entry on its way.
        named: column name in normal form -> (column as written, cell) of the filled cells.
    """
    for name, cells in named.items():
        for column, cell in cells:
            value = cell.removesuffix(".0")
            if name in ("notes", "note"):
                _keep(draft, decisions_in_note(cell), column)
            elif name in _ASREVIEW_COLUMNS or (name == "included" and _ASREVIEW_SIGNS & named.keys()):
                _keep(draft, [ScreeningDecision("asreview", "", _BINARY[value])] if value in _BINARY else [], column)
    if named.keys() >= _ABSTRACKR_SIGNS:
        _abstrackr(draft, named)
    if _EPPI_SIGNS & named.keys():
        _keep(draft, [found for cells in named.values() for cell in cells for found in _eppi(*cell)], "EPPI-Reviewer")


def _keep(draft: Draft, decisions: Sequence[ScreeningDecision], tag: str) -> None:
    """Keep decisions as lines; the label is what they agree on."""
    for decision in decisions:
        if decision.line not in draft.extra.get(KEY, []):
            draft.keep(KEY, decision.line)
    words = {decision.decision for decision in decisions}
    if len(words) > 1:
        draft.flag("labels_differ")
    elif words:
        draft.claim(Rule(tag, "label"), words.pop())


def _abstrackr(draft: Draft, named: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Keep what abstrackr's people decided, a column each between `consensus` and `labeled at`; else the consensus."""
    names = list(named)
    agreed = _ABSTRACKR.get(named["consensus"][0][1].removesuffix(".0"))
    end = names.index("labeled at") if "labeled at" in names else len(names)
    people = [cell for name in names[names.index("consensus") + 1 : end] for cell in named[name]]
    votes = [
        ScreeningDecision("abstrackr", person, _ABSTRACKR[value.removesuffix(".0")])
        for person, value in people
        if value.removesuffix(".0") in _ABSTRACKR
    ]
    if agreed:
        draft.claim(Rule("consensus", "label"), agreed)
        for vote in votes or [ScreeningDecision("abstrackr", "", agreed)]:
            draft.keep(KEY, vote.line)
    else:
        _keep(draft, votes, "consensus")


def _eppi(column: str, cell: str) -> list[ScreeningDecision]:
    """Return the decision of a column that is one of EPPI-Reviewer's screening codes, where it is ticked."""
    code = _EPPI_CODE.fullmatch(column.strip()[:300])
    if not code or (cell.casefold() not in _TICKED and cell.casefold() != column.strip().casefold()):
        return []
    decision = INCLUDED if code.group(1).lower() == "include" else EXCLUDED
    stage = FULL_TEXT if "full" in code.group(2).casefold() else TITLE_ABSTRACT
    reason = code.group(2).strip() if decision == EXCLUDED else ""
    return [ScreeningDecision("eppi", "", decision, reason, stage)]


def with_file_decisions(reading: Reading, name: str) -> Reading:
    """Return a reading with the decisions that only the name of its file tells: Covidence exports a list a file."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    words = [_COVIDENCE_FILES[word] for word in re.findall(r"[a-z]+", stem.casefold()) if word in _COVIDENCE_FILES]
    if len(set(words)) != 1:
        return reading
    named = bool(_COVIDENCE_NAME.search(stem))
    entries = [
        _of_covidence(entry, *words[0]) if named or any("covidence" in tag.casefold() for tag in entry.extra) else entry
        for entry in reading.entries
    ]
    return replace(reading, entries=tuple(entries))


def _of_covidence(entry: ParsedEntry, stage: str, word: str) -> ParsedEntry:
    """Return an entry of one of Covidence's lists with the decision of that list."""
    notes = (note for tag, found in entry.extra.items() if tag.casefold() in ("notes", "tags", "n1") for note in found)
    reasons = (_COVIDENCE_REASON.search(note) for note in notes) if word == EXCLUDED else ()
    reason = next((found.group(1).strip() for found in reasons if found), "")
    line = ScreeningDecision("covidence", "", word, reason, stage).line
    fields = entry.fields if entry.fields.get("label") else {**entry.fields, "label": word}
    extra = {**entry.extra, KEY: [*entry.extra.get(KEY, []), line]}
    return replace(entry, fields=fields, extra=extra)
