"""The codes that count for each study: those people gave, else those suggested; with who gave them and how sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.synthesis.coding import joined_values
from pipeline.synthesis.frame import NOT_STATED
from pipeline.synthesis.settled import settled_rows, unsettled_rows

if TYPE_CHECKING:
    import pandas as pd

Given = Mapping[str, str]
"""Code -> direction or sign (empty where the code has none)."""


@dataclass(frozen=True)
class Dimension:
    """What is known of the studies of a group in one dimension.

    Attributes:
        of: study -> its codes; a study that was judged and has none has an empty mapping.
        by_people: the studies that people judged; their codes count and the suggestions do not.
        suggested: the studies for which something is suggested and nobody judged.
        unsettled: the studies for which people gave several codes where one is possible -> person -> the codes; they
            count as not judged.
    """

    of: Mapping[str, Given]
    by_people: frozenset[str]
    suggested: frozenset[str]
    unsettled: Mapping[str, Mapping[str, Given]] = field(default_factory=dict)

    @property
    def judged(self) -> frozenset[str]:
        """Studies that somebody or some pattern could judge."""
        return self.by_people | self.suggested

    def having(self, code: str, value: str = "") -> frozenset[str]:
        """Return the studies with a code, and with a value of it where one is named."""
        return frozenset(key for key, codes in self.of.items() if code in codes and (not value or codes[code] == value))

    def codes(self) -> tuple[str, ...]:
        """Return the codes that occur, sorted."""
        return tuple(sorted({code for codes in self.of.values() for code in codes}))


def coded_dimension(
    dimension: str, suggestions: pd.DataFrame, confirmed: pd.DataFrame, members: Iterable[str]
) -> Dimension:
    """Return what is known in one dimension of the studies that are named.

    Args:
        dimension: the dimension.
        suggestions: record_id, dimension, code, negated and, where wanted, value.
        confirmed: record_id, dimension, code, reviewer and, where wanted, value and settled; `not_stated` is a
            judgement.
        members: ids of the studies (of the records they are shown by).
    """
    wanted = set(members)
    given = confirmed[confirmed["dimension"] == dimension]
    people, open_rows = _codes(settled_rows(given), wanted), unsettled_rows(given)
    by_person = {str(name): _codes(rows, wanted) for name, rows in open_rows.groupby("reviewer", sort=True)}
    unsettled = {
        key: {name: codes[key] for name, codes in by_person.items() if key in codes}
        for key in sorted({key for codes in by_person.values() for key in codes})
    }
    usable = suggestions[(suggestions["dimension"] == dimension) & ~suggestions["negated"].astype(bool)]
    hinted = {key: codes for key, codes in _codes(usable, wanted).items() if key not in people | unsettled}
    of = {key: {code: value for code, value in codes.items() if code != NOT_STATED} for key, codes in people.items()}
    return Dimension(of | hinted, frozenset(people), frozenset(hinted), unsettled)


def _codes(table: pd.DataFrame, wanted: set[str]) -> dict[str, dict[str, str]]:
    values = table["value"] if "value" in table.columns else [""] * len(table)
    said: dict[str, dict[str, list[str]]] = {}
    for key, code, value in zip(table["record_id"], table["code"], values, strict=True):
        if key in wanted:
            said.setdefault(str(key), {}).setdefault(str(code), []).append(value if isinstance(value, str) else "")
    return {key: {code: joined_values(given) for code, given in codes.items()} for key, codes in said.items()}
