"""Decisions that do not count yet, or no more: a second reader, full texts left out, sources that are not screened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.decisions.resolve import Decision, Outcome, newest
from pipeline.decisions.words import EXCLUDE, INCLUDE
from pipeline.errors import Notice, Severity, compose

_SHOWN, _LINES = 10, 5
_SAID = {INCLUDE: "included", EXCLUDE: "excluded"}


@dataclass(frozen=True)
class JudgedRecord:
    """A record of the main lane: what people decided at title and abstract, and their decisions on its full text."""

    record_id: str
    outcome: Outcome
    full_text: tuple[Decision, ...] = ()

    @property
    def waits_for_reader(self) -> bool:
        """Whether somebody included or excluded it and another person is still to read it."""
        given = self.outcome.rests_on
        return self.outcome.outcome == "undecided" and any(d.decision in (INCLUDE, EXCLUDE) for d in given)


def judged_record(record_id: str, outcome: Outcome, decisions: Iterable[Decision]) -> JudgedRecord:
    """Return a record with the decisions on its full text that stand.

    Args:
        record_id: the id it is shown by.
        outcome: what people decided at title and abstract.
        decisions: all decisions about it.
    """
    return JudgedRecord(record_id, outcome, tuple(newest(d for d in decisions if d.stage == "full_text")))


def waiting_in_words(said: Sequence[tuple[str, str]], readers: int) -> str:
    """Return who decided what about a record that waits for another reader, empty where nobody has decided.

    Args:
        said: person and decision (include, exclude or maybe) at title and abstract.
        readers: how many people are to read it.

    >>> waiting_in_words([("nora", "include")], 2)
    'included by nora, a second reader is still to decide'
    """
    people = len({person for person, _ in said})
    if not people or people >= readers:
        return ""
    given = ", ".join(f"{_SAID.get(decision, decision)} by {person}" for person, decision in said)
    more = readers - people
    still = f"{more} more {'reader is' if more == 1 else 'readers are'}"
    still = "a second reader is" if more == people == 1 else still
    return f"{given}, {still} still to decide"


def reader_notices(judged: Sequence[JudgedRecord]) -> list[Notice]:
    """Return what people must see: decisions that wait for a second reader, and full texts of records left out."""
    return [*_waiting_notices(judged), *_left_out_notices(judged)]


def excluded_at_title(decisions: Iterable[Decision]) -> bool:
    """Return whether somebody's word that stands excludes a record at title and abstract."""
    stages = ("title_abstract", "consensus")
    return any(d.decision == EXCLUDE for d in newest(d for d in decisions if d.stage in stages))


def unscreened_notices(ids: Sequence[str]) -> list[Notice]:
    """Return a warning about records that people excluded and that come by other methods only, as sources stand now."""
    if not ids:
        return []
    number = len(ids)
    text = compose(
        f"{number:,} {'record' if number == 1 else 'records'} that people excluded at title and abstract "
        f"{'comes' if number == 1 else 'come'} by other methods only, as the search log says now, and such records are "
        f"not screened: {'this decision does' if number == 1 else 'these decisions do'} not count, and the full text "
        f"is sought ({_listed(sorted(ids))})",
        file="references/sources.toml",
        hint='if the source was screened, its kind is "database" or "register"; nothing of the decisions is lost',
    )
    return [Notice("warning", text, "decided_unscreened")]


def _waiting_notices(judged: Sequence[JudgedRecord]) -> list[Notice]:
    waiting = [record for record in judged if record.waits_for_reader]
    if not waiting:
        return []
    number, with_full_text = len(waiting), [record.record_id for record in waiting if record.full_text]
    one = number == 1
    text = f"{number:,} {'record' if one else 'records'} decided by one person"
    if any(len(record.outcome.decided_by) > 1 for record in waiting):
        text = f"{number:,} {'record' if one else 'records'} decided by some of the readers"
    text += f" now {'waits' if one else 'wait'} for another reader, because the protocol asks for more than one"
    if with_full_text:
        own = len(with_full_text)
        text += f"; {own:,} of them {'has' if own == 1 else 'have'} full-text decisions that do not count meanwhile"
        text += f" ({_listed(with_full_text)})"
    hint = (
        "nothing is lost: the other reviewers find them on their worklists; where one reader is enough, change "
        "double_screening or readers_per_record back"
    )
    nobody = not any(record.outcome.outcome in ("included", "excluded", "conflict") for record in judged)
    severity: Severity = "warning" if with_full_text or nobody else "info"
    composed = compose(text, file="screening/protocol.toml", hint=hint)
    return [Notice(severity, composed, "second_reader")]


def _left_out_notices(judged: Sequence[JudgedRecord]) -> list[Notice]:
    """Return a line for each record whose full text was decided and that is not included at title and abstract."""
    left = [
        record
        for record in judged
        if record.full_text and record.outcome.outcome != "included" and not record.waits_for_reader
    ]
    notices = []
    for record in left[:_LINES]:
        last = record.full_text[-1]
        given = ", ".join(f"{d.reviewer}: {d.decision}" for d in record.outcome.rests_on) or "taken back"
        was = "the study leaves the included set" if last.decision == INCLUDE else "the report is no longer counted"
        text = compose(
            f"{record.record_id} has the full-text decision {last.decision!r} of {last.reviewer}, which no longer "
            f"counts, because title and abstract are decided otherwise now ({given}): {was}",
            file=f"screening/decisions/{last.reviewer}.csv",
            found=last.title or None,
            hint="correct the row of the title-and-abstract sheet to include if the full-text decision is to count",
        )
        notices.append(Notice("warning", text, "full_text_left_out"))
    if len(left) > _LINES:
        more = _listed([record.record_id for record in left[_LINES:]])
        text = f"{len(left) - _LINES:,} more records have full-text decisions that no longer count: {more}"
        notices.append(Notice("warning", text, "full_text_left_out"))
    return notices


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else "")
