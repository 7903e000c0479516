"""How far the readers of a review agree, as lines for the console, from the tables of the last run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.errors import ReviewError
from pipeline.review import Review, open_review
from pipeline.screen.agreement_words import GROUP_NOTES, figure, group_line, pair_line, settled_line


def agreement_lines(folder: Path) -> list[str]:
    """Return the agreement of the readers of a review: group by group, pair by pair, code by code.

    Args:
        folder: the review's folder; it must have been run.

    Raises:
        ReviewError: the folder is no review, or was not run yet.
    """
    review = open_review(folder)
    groups, pairs, codes, settled = (_rows(review, table) for table in ("groups", "pairs", "codes", "settled"))
    lines: list[str] = []
    for group in groups:
        lines += [group_line(group), f"  {GROUP_NOTES[group['group']]}"]
        lines += [f"  {pair_line(row)}" for row in pairs if row["group"] == group["group"]]
        for row in codes:
            if row["group"] == group["group"]:
                lines.append(
                    f"    {row['code']}: {row['first']} {row['first_n']}, {row['second']} {row['second_n']}, "
                    f"both {row['both']}; positive agreement {figure(row['positive'])}, kappa {figure(row['kappa'])}"
                )
    if settled:
        lines.append(settled_line(settled))
    return lines or ["No record was read by two people. See docs/how-to.md, `Two readers`."]


def _rows(review: Review, table: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    path = review.stages / "agreement" / f"{table}.parquet"
    if not path.is_file():
        hint = "run `make review` (or `python -m pipeline review`) first"
        raise ReviewError("this review was not run yet", file=review.shown(path), hint=hint)
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found
