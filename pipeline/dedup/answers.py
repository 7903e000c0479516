"""Answers: what people said about pairs of entries, and which entries they took out of their clusters."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipeline.dedup.comparables import Texts

Pair = tuple[int, int]


@dataclass(frozen=True)
class Answers:
    """People's answers that hold now, in positions of the sorted entries.

    Attributes:
        same: pairs to join, newest answer first; answers older than the split of one of the two are left out.
        different: pairs to keep apart.
        same_study: pairs of reports of one study: kept apart as records.
        split: entries that only a later answer "same" may join to others.
        split_from: such an entry and the record it was taken out of, where the answer says which.
    """

    same: tuple[Pair, ...] = ()
    different: frozenset[Pair] = frozenset()
    same_study: frozenset[Pair] = frozenset()
    split: frozenset[int] = frozenset()
    split_from: frozenset[Pair] = frozenset()

    @property
    def apart(self) -> frozenset[Pair]:
        """Pairs that must not end in one cluster."""
        return self.different | self.same_study | self.split_from

    @property
    def pairs(self) -> frozenset[Pair]:
        """All pairs that a person answered."""
        return self.apart | frozenset(self.same)

    @property
    def touched(self) -> frozenset[int]:
        """Entries that a person keeps apart from others; each is compared on its own account."""
        return self.split | frozenset(place for pair in self.apart for place in pair)


def read_answers(decisions: pd.DataFrame, entry_ids: Texts) -> Answers:
    """Return the answers that hold: for each pair and each split the newest; answers on unknown entries are ignored.

    Args:
        decisions: table with the columns stage, entry_id, other_entry_id, decision, reviewer, sequence.
        entry_ids: ids of the entries, sorted; their positions are what the answers speak of.
    """
    if decisions.empty:
        return Answers()
    places = {entry_id: place for place, entry_id in enumerate(entry_ids)}
    pair_answers: dict[Pair, tuple[str, int]] = {}
    split_answers: dict[int, tuple[str, int]] = {}
    record_of: dict[int, str] = {}
    for stage, one, other, decision, sequence in _oldest_first(decisions):
        if stage == "split" and one in places:
            split_answers[places[one]] = (decision, sequence)
            record_of[places[one]] = other
        elif stage == "duplicate_pair" and one in places and other in places and one != other:
            pair = (min(places[one], places[other]), max(places[one], places[other]))
            pair_answers[pair] = (decision, sequence)
    split = {place: sequence for place, (decision, sequence) in split_answers.items() if decision == "split"}
    same = [
        (-sequence, pair)
        for pair, (decision, sequence) in pair_answers.items()
        if decision == "same" and all(sequence > split.get(place, sequence - 1) for place in pair)
    ]
    joined = {place for _, pair in same for place in pair}
    taken_out = [(place, places[record_of[place]]) for place in split if record_of[place] in places]
    return Answers(
        same=tuple(pair for _, pair in sorted(same)),
        different=frozenset(pair for pair, (decision, _) in pair_answers.items() if decision == "different"),
        same_study=frozenset(pair for pair, (decision, _) in pair_answers.items() if decision == "same_study"),
        split=frozenset(split),
        split_from=frozenset((min(pair), max(pair)) for pair in taken_out if pair[0] not in joined | {pair[1]}),
    )


def _oldest_first(decisions: pd.DataFrame) -> list[tuple[str, str, str, str, int]]:
    """Return the answers in order of sequence; those of one number in order of their content, not of the rows."""
    names = ("stage", "entry_id", "other_entry_id", "decision")
    texts = [decisions[name].astype(object).fillna("").tolist() for name in names]
    sequences = [int(value) for value in decisions["sequence"].fillna(0)]
    rows = zip(*texts, sequences, strict=True)
    return sorted(rows, key=lambda row: (row[4], row[3], row[1], row[2]))
