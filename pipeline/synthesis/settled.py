"""Which codes of people are settled: a dimension with one code a study, coded differently, is not until they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import Notice, compose
from pipeline.synthesis.frame import NOT_STATED, CodingFrame

if TYPE_CHECKING:
    import pandas as pd

_MOST_NAMED = 5


@dataclass(frozen=True)
class Unsettled:
    """A study and a dimension of one code in which people gave more than one answer.

    Attributes:
        study: the study.
        dimension: the dimension.
        records: the records that were coded, in order.
        given: person -> the answers, in order.
    """

    study: str
    dimension: str
    records: tuple[str, ...]
    given: Mapping[str, tuple[str, ...]]

    @property
    def words(self) -> str:
        """Who gave what, such as `ann: no; zoe: yes`."""
        return "; ".join(f"{person}: {', '.join(answers)}" for person, answers in self.given.items())


def unsettled_codes(
    rows: Sequence[Mapping[str, Any]], study_of: Mapping[str, str], frame: CodingFrame, shared: str = ""
) -> tuple[Unsettled, ...]:
    """Return the studies and dimensions of one code in which people gave several answers.

    Two people differ about a record where their answers are not the same, `not_stated` included. Reports of one study
    differ where they name several codes; one that does not state it does not contradict another that does.

    Args:
        rows: record_id, dimension, code, reviewer, value.
        study_of: record -> its study.
        frame: the coding frame: dimensions whose selection is `one`.
        shared: a dimension in which one person may give several codes all the same (a study of two disciplines).
    """
    ones = {item.dimension for item in frame.codes if item.selection == "one"}
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["dimension"] in ones:
            found.setdefault((study_of[row["record_id"]], row["dimension"]), []).append(row)
    return tuple(
        Unsettled(study, dimension, tuple(dict.fromkeys(row["record_id"] for row in given)), _by_person(given))
        for (study, dimension), given in sorted(found.items())
        if _differ(given, several_allowed=dimension == shared)
    )


def _differ(rows: Sequence[Mapping[str, Any]], *, several_allowed: bool) -> bool:
    for record in {row["record_id"] for row in rows}:
        if len({frozenset(told) for told in _by_person([r for r in rows if r["record_id"] == record]).values()}) > 1:
            return True
    stated = _by_person([row for row in rows if row["code"] != NOT_STATED])
    several = any(len(answers) > 1 for answers in stated.values()) and not several_allowed
    return several or len({frozenset(answers) for answers in stated.values()}) > 1


def _by_person(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        answer = f"{row['code']}:{row['value']}" if row["value"] else row["code"]
        found[row["reviewer"]] = tuple(dict.fromkeys([*found.get(row["reviewer"], ()), answer]))
    return dict(sorted(found.items()))


def settled_rows(confirmed: pd.DataFrame) -> pd.DataFrame:
    """Return the codes of people that count: those that are settled."""
    return confirmed[confirmed["settled"].astype(bool)] if "settled" in confirmed.columns else confirmed


def unsettled_rows(confirmed: pd.DataFrame) -> pd.DataFrame:
    """Return the codes of people that wait until they agree on one."""
    return confirmed[~confirmed["settled"].astype(bool)] if "settled" in confirmed.columns else confirmed.iloc[:0]


def unsettled_notices(unsettled: Sequence[Unsettled]) -> tuple[Notice, ...]:
    """Return one notice that counts what is not settled, names the first of it, and says how it is settled."""
    if not unsettled:
        return ()
    studies = len({item.study for item in unsettled})
    named = [f"{item.dimension} of {item.records[0]} ({item.words})" for item in unsettled[:_MOST_NAMED]]
    more = f", and {len(unsettled) - _MOST_NAMED:,} more" if len(unsettled) > _MOST_NAMED else ""
    text = compose(
        f"in {studies:,} coded {'study' if studies == 1 else 'studies'} {len(unsettled):,} "
        f"{'dimension has' if len(unsettled) == 1 else 'dimensions have'} several answers where one code is possible: "
        f"{', '.join(named)}{more}; none of these answers is counted, and coded_studies.csv marks them `unsettled`",
        hint="agree on one code: the person who changes writes it into `codes` of this row on their own coding sheet, "
        "then run again",
    )
    return (Notice("warning", text, "coding_differs"),)
