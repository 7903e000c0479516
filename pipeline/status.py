"""Reading outputs/status.json, what a run left for machines and for `status`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.errors import ReviewError
from pipeline.review import open_review
from pipeline.summary import summary_lines

_VERSION = 1


def read_status(folder: Path) -> dict[str, Any]:
    """Return the status that the last run of a review wrote.

    Raises:
        ReviewError: the folder is no review, was not run yet, or the file is damaged or of another version.
    """
    review = open_review(folder)
    path = review.outputs / "status.json"
    try:
        status: dict[str, Any] = json.loads(path.read_bytes())
        if status["status_version"] == _VERSION:
            list(summary_lines(status))
            _ = status["title"], status["state"], status["exit_status"]
            return status
    except FileNotFoundError:
        raise ReviewError("this review was not run yet", file=review.shown(path), hint="run `make review`") from None
    except OSError as error:
        raise ReviewError(
            f"cannot be read: {error.strerror}", file=review.shown(path), hint="check its rights"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ReviewError("is damaged", file=review.shown(path), hint="run `make review`; it is made anew") from None
    raise ReviewError(
        "was written by another version of the program",
        file=review.shown(path),
        found=status["status_version"],
        allowed=[str(_VERSION)],
        hint="use that version, or run `make review`; it is made anew",
    )
