"""Agreement in words: what a group of records is, and one line for each pair of readers; for the page and the console.

The rows are those of the tables agreement/pairs and agreement/groups; a missing figure is None or not a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

Row = Mapping[str, Any]

GROUP_WORDS: Final[Mapping[str, str]] = {
    "random": "share drawn at random",
    "all": "every record is read by two",
    "pilot": "pilot",
    "other": "read twice for other reasons",
}
GROUP_NOTES: Final[Mapping[str, str]] = {
    "random": "Drawn at random from all records: once all of these are read by two, the figures speak for the review; "
    "until then those read first are not like the rest.",
    "all": "All records are read by two; until they are, those read first are not like the rest.",
    "pilot": "Read by all before screening began, in part to learn the criteria: apart from the rest.",
    "other": "Borderline records and others that happened to be read twice: enriched with doubtful ones, no sample of "
    "all records, so no figure here speaks for the review.",
}


def is_missing(value: object) -> bool:
    """Return whether a figure is not there."""
    return value is None or value != value or type(value).__name__ == "NAType"


def figure(value: Any, digits: int = 2) -> str:  # noqa: ANN401
    """Return a figure with a fixed number of digits, a dash where it is missing.

    >>> figure(0.9375), figure(None)
    ('0.94', '–')
    """
    return "–" if is_missing(value) else f"{float(value):.{digits}f}"


def percentage(value: Any) -> str:  # noqa: ANN401
    """Return a share as a percentage, a dash where it is missing.

    >>> percentage(0.98)
    '98.0 %'
    """
    return "–" if is_missing(value) else f"{float(value):.1%}".replace("%", " %")


def interval(low: Any, high: Any, digits: int = 2) -> str:  # noqa: ANN401
    """Return an interval in words, a dash where it is missing.

    >>> interval(0.87, 0.99), interval(None, None)
    ('0.87 to 0.99', '–')
    """
    return "–" if is_missing(low) or is_missing(high) else f"{figure(low, digits)} to {figure(high, digits)}"


def pair_line(row: Row) -> str:
    """Return one pair of readers in one line."""
    head = f"{row['first']} and {row['second']}, {row['measure']}: "
    if not row["n"]:
        return f"{head}{row['remark']}"
    text = f"{head}{int(row['agreed']):,} of {int(row['n']):,} alike ({percentage(row['share'])}"
    text += f", {_percent_interval(row)})"
    if is_missing(row["kappa"]):
        return f"{text}; kappa not stated: {row['remark']}; PABAK {figure(row['pabak'])}"
    text += f"; kappa {figure(row['kappa'], 3)}"
    if not is_missing(row["kappa_low"]):
        text += f" ({interval(row['kappa_low'], row['kappa_high'])}, large-sample"
        other = interval(row["bootstrap_low"], row["bootstrap_high"])
        text += ")" if is_missing(row["bootstrap_low"]) else f"; {other}, bootstrap)"
    text += f"; PABAK {figure(row['pabak'])}"
    return text if is_missing(row["remark"]) else f"{text}; {row['remark']}"


def _percent_interval(row: Row) -> str:
    return f"{percentage(row['share_low'])} to {percentage(row['share_high'])}"


def group_line(row: Row) -> str:
    """Return one group of records in one line."""
    text = f"{GROUP_WORDS[row['group']]}: {int(row['n']):,} of {int(row['wanted']):,} records read by two or more"
    if row["group"] == "pilot":
        text += f", {int(row['complete']):,} by all who are to"
    if row["readers"] > 2 and not is_missing(row["alpha"]):
        text += f"; {int(row['readers'])} readers, Krippendorff's alpha {figure(row['alpha'], 3)}"
        text += "" if is_missing(row["fleiss"]) else f", Fleiss' kappa {figure(row['fleiss'], 3)}"
    return text


def settled_line(rows: Sequence[Row]) -> str:
    """Return how the conflicts were settled, in one line; an empty text where none was."""
    if not rows:
        return ""
    own = sum(bool(row["read_it"]) for row in rows)
    people = ", ".join(sorted({str(row["resolver"]) for row in rows}))
    text = f"{len(rows):,} {'record' if len(rows) == 1 else 'records'} settled by {people}"
    text += f": {len(rows) - own:,} by somebody who had not read the record, {own:,} by somebody who had"
    return text
