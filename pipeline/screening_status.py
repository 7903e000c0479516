"""Where screening at title and abstract stands: statements, rounds, what waits; from the outputs, without pandas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.review import Review
from pipeline.status import read_status
from pipeline.summary import waiting_lines

_SHOWN_ROUNDS = 12


def screening_status(review: Review) -> list[str]:
    """Return where screening stands as of the last run, as lines for people.

    Raises:
        ReviewError: the review was not run yet, or its status cannot be read.
    """
    status = read_status(review.folder)
    screening = status.get("screening", {})
    lines = list(screening.get("lines", ())) or ["Screening: no record of a database or register yet"]
    if screening:
        lines += _assumption_lines(screening)
        lines += _round_lines(review, screening)
    return [*lines, *waiting_lines(status)]


def _assumption_lines(screening: Mapping[str, Any]) -> Iterator[str]:
    sample = screening.get("audit_sample", 0)
    yield f"Random sample: the first {sample:,} records of the random order of all are decided"


def _round_lines(review: Review, screening: Mapping[str, Any]) -> Iterator[str]:
    import pyarrow.parquet as pq

    path = review.stages / "screen" / "rounds.parquet"
    rows = pq.ParquetFile(path).read().to_pylist() if path.is_file() else []
    if rows:
        yield "Rounds (worklist: decided, included; of these drawn at random; so far):"
    if len(rows) > _SHOWN_ROUNDS:
        yield f"  ... {len(rows) - _SHOWN_ROUNDS} earlier worklists"
    for row in rows[-_SHOWN_ROUNDS:]:
        yield (
            f"  {row['round']:04d} {row['reviewer']}: {row['decided']} of {row['issued']}, {row['included']} included; "
            f"random {row['random']}, {row['random_included']} included; so far {row['read_so_far']:,} read, "
            f"{row['found_so_far']:,} found"
        )
