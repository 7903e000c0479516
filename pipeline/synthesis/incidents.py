"""Candidates for the register of incidents: passages that tell how something helped or hindered, in a case.

An incident is a setting, actors, an event that was observed or reported, and a direction. The rule that suggests one
is general and reads words of ordinary prose beside the codes of the review's own frame: the record must describe a
case (data, a place or an organisation), name an actor, and hold a sentence in which a factor stands, which says
whether it helped or hindered, and which tells what happened. A list of topics and the aim of a study tell nothing that
happened. A candidate is a hint: only a person makes it an incident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipeline.records import Column, entry_frame, rows_of
from pipeline.synthesis.cells import field_text
from pipeline.synthesis.frame import CodingFrame, FrameCode
from pipeline.synthesis.scope import (
    HELP,
    HINDRANCE,
    INTENDED,
    OBSERVED,
    POSSIBLE,
    direction,
    is_negated,
    sentence_at,
    sentences,
)

if TYPE_CHECKING:
    import pandas as pd

MOST_WORDS: Final = 30
FOSTERS, HINDERS, MIXED = "fosters", "hinders", "mixed"

INCIDENT_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "record", nullable=False),
    Column("study_id", "str", "study the record belongs to", nullable=False),
    Column("factor", "str", "code of the factor", nullable=False),
    Column("dimension", "str", "dimension of the factor", nullable=False),
    Column("direction", "str", "fosters, hinders or mixed", nullable=False),
    Column("passage", "str", "at most 30 words of the record's text", nullable=False),
    Column("actor", "str", "codes of the actors, parted by `; `"),
    Column("phase", "str", "codes of the phase of the service, parted by `; `"),
    Column("area", "str", "codes of the policy area, parted by `; `"),
    Column("claim_kind", "str", "observed, reported or argued", nullable=False),
    Column(
        "source", "str", "full_text:page; abstract (a passage without a page); not_stated (neither)", nullable=False
    ),
    Column("coder_kind", "str", "person (confirmed), or program (a candidate)", nullable=False),
    Column("reviewer", "str", "who confirmed it; empty for a candidate"),
)

_SETTING: Final = re.compile(
    r"\b(?:(?i:case[- ]stud(?:y|ies)|cases? of|interview|focus groups?|survey|fieldwork|ethnograph"
    r"|observations?\b|observed"
    r"|respondents|participants (?:said|reported|felt)|data (?:from|were)|pilot|field experiment|empirical|qualitative"
    r"|drawing (?:up)?on (?:\w+ ){0,3}(?:data|cases?|evidence)|action research|trial"
    r"|we (?:followed|studied|interviewed|observed|surveyed|visited|accompanied))"
    r"|(?i:stud(?:y|ied)|analysis|evaluation|experiences?) (?:of|in|from) (?:\w+ ){0,3}[A-Z]\w+)"
)
_PROJECT: Final = re.compile(
    r"\b(?:projects?|programmes?|programs?|pilots?|initiatives?|teams?|implement(?:ed|ation)|introduced|reform)\b",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(
    r"\b(?:in|at|from|of|across|within|for) (?:the |a |two |three |four |five )?(?:[A-Z][a-z]+(?:shire|[a-z]{2,})?)\b"
)
_ACTING: Final = re.compile(
    r"\b(?:actors|partners|organi[sz]ations|agenc(?:y|ies)|people|participants|members|groups?|teams?|bod(?:y|ies)|providers?"
    r"|crews?|workers?|officers?|employees|children|women|men|neighbours|neighbors)\b",
    re.IGNORECASE,
)
_REPORTED: Final = re.compile(
    r"\b(?:report(?:s|ed)?|said|told|felt|perceiv(?:e|ed)|according to|interviewees|respondents|participants"
    r"|informants|complain)\b",
    re.IGNORECASE,
)
_PAST: Final = re.compile(
    r"\b(?:was|were|had|did|became|led|made|kept|took|gave|went|fell|came|brought|left|lost|held|met|built|turned|meant|grew"
    r"|\w{3,}(?<!ne)ed)\b"
)
_EVENT_NOW: Final = re.compile(
    r"\b(?:hinders?|hampers?|impedes?|inhibits?|constrains?|limits?|limiting|restricts?|undermines?|prevents?|blocks?|weakens?|forces?"
    r"|overshadows?|reduces?|fosters?|facilitates?|enables?|supports?|promotes?|encourages?|strengthens?|improves?|enhances?"
    r"|helps?|increases?|drives?|shapes?|allows?|remains?|results? in|leads? to)\b"
)
_LIST: Final = re.compile(
    r"\b(?:range of|including|such as|namely|topics?|themes? (?:include|are)|covers?|chapters?)\b", re.IGNORECASE
)
_COMMAS_OF_A_LIST: Final = 3


@dataclass(frozen=True)
class IncidentRoles:
    """Which dimensions of the frame play which part.

    Attributes:
        factors: dimensions whose codes help or hinder.
        actors: dimension of the actors.
        phases: dimension of the phase of the service.
        areas: dimension of the policy area.
        review: (dimension, code) of a work that reviews others, of which no candidate is made.
    """

    factors: tuple[str, ...] = ()
    actors: str = ""
    phases: str = ""
    areas: str = ""
    review: tuple[str, str] = ("", "")


def incident_candidates(
    records: pd.DataFrame, frame: CodingFrame, suggestions: pd.DataFrame, roles: IncidentRoles
) -> pd.DataFrame:
    """Return the candidates, a row per record and factor.

    Args:
        records: record_id, study_id, title, abstract.
        frame: the coding frame.
        suggestions: what `suggest_codes` returned for these records.
        roles: which dimensions are the factors, actors, phases and areas.

    Returns:
        `INCIDENT_COLUMNS`, records in their order, factors in that of the frame.
    """
    codes: dict[tuple[str, str], list[str]] = {}
    usable = suggestions[~suggestions["negated"].astype(bool)]
    for record_id, dimension, code in zip(usable["record_id"], usable["dimension"], usable["code"], strict=True):
        found = codes.setdefault((str(record_id), str(dimension)), [])
        if code not in found:
            found.append(str(code))
    factors = [item for item in frame.codes if item.dimension in roles.factors and item.pattern]
    rows: list[dict[str, Any]] = []
    for record in rows_of(records[["record_id", "study_id", "title", "abstract"]]):
        key = str(record["record_id"])
        if roles.review[1] in codes.get((key, roles.review[0]), []):
            continue
        text = field_text(record, ("abstract",))
        title = field_text(record, ("title",))
        acting = codes.get((key, roles.actors)) or _ACTING.search(text)
        if text and acting and _has_setting(text, title):
            said = {
                name: "; ".join(codes.get((key, dimension), []))
                for name, dimension in (("actor", roles.actors), ("phase", roles.phases), ("area", roles.areas))
            }
            passages = list(_passages(text, factors))
            rows += [{"record_id": key, "study_id": str(record["study_id"]), **told, **said} for told in passages]
    fixed = {"source": "abstract", "coder_kind": "program", "reviewer": ""}
    return entry_frame([row | fixed for row in rows], INCIDENT_COLUMNS)


def _has_setting(text: str, title: str) -> bool:
    """Return whether the text describes a case: data that were gathered, or an undertaking at a place with a name."""
    if _SETTING.search(text) or _SETTING.search(title):
        return True
    placed = any(_PLACE.search(text, start + 1, end) for start, end in sentences(text))
    return bool(placed and _PROJECT.search(text))


def _passages(text: str, factors: Sequence[FrameCode]) -> Iterator[dict[str, str]]:
    told = {span: kind for span in sentences(text) if (kind := event_kind(text[span[0] : span[1]]))}
    for item in factors:
        assert item.pattern is not None
        for match in item.pattern.finditer(text):
            span = sentence_at(text, match.start())
            if span not in told or is_negated(text, match.start()):
                continue
            said = direction(text, *match.span())
            if said == "not_stated" or (len(item.values) == 1 and said not in (item.values[0], "mixed")):
                continue
            if item.unless and item.unless.search(text[span[0] : span[1]]):
                continue
            yield {
                "factor": item.code,
                "dimension": item.dimension,
                "direction": _direction_word(said, item),
                "passage": passage(text, span, match.start()),
                "claim_kind": told[span],
            }
            break


def _direction_word(said: str, item: FrameCode) -> str:
    if len(item.values) == 1:
        said = item.values[0]
    return {"+": FOSTERS, "-": HINDERS}.get(said, MIXED)


def event_kind(sentence: str) -> str:
    """Return how a sentence tells of an event: observed, reported, or an empty text where it tells of none.

    An aim, a question, a proposal or a list of topics is no event; what may or could be counts only as a finding.
    """
    helped = HELP.search(sentence) or HINDRANCE.search(sentence)
    if not helped or _is_a_list(sentence):
        return ""
    found = OBSERVED.search(sentence)
    intended = INTENDED.search(sentence)
    if intended and not (found and found.start() < intended.start()):
        return ""
    if not found and (POSSIBLE.search(sentence) or not _PAST.search(sentence)):
        return ""
    if found and not (_PAST.search(sentence) or _EVENT_NOW.search(sentence) or POSSIBLE.search(sentence)):
        return ""
    return "reported" if _REPORTED.search(sentence) else "observed"


def _is_a_list(sentence: str) -> bool:
    return bool(_LIST.search(sentence)) and sentence.count(",") >= _COMMAS_OF_A_LIST and not OBSERVED.search(sentence)


def passage(text: str, span: tuple[int, int], position: int) -> str:
    """Return at most 30 words of a sentence, those around a position, with `...` where words were left out."""
    words = [(match.start(), match.group()) for match in re.finditer(r"\S+", text[span[0] : span[1]])]
    if len(words) <= MOST_WORDS:
        return " ".join(word for _, word in words)
    at = sum(span[0] + start <= position for start, _ in words) - 1
    first = min(max(at - MOST_WORDS // 2, 0), len(words) - MOST_WORDS)
    chosen = " ".join(word for _, word in words[first : first + MOST_WORDS])
    return f"{'... ' if first else ''}{chosen}{'' if first + MOST_WORDS == len(words) else ' ...'}"


def codes_of(cell: object) -> Mapping[str, None]:
    """Return the codes in a cell of the register, in order."""
    return dict.fromkeys(part for part in str(cell or "").split("; ") if part)
