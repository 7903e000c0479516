"""Reading outputs/status.json, what a run left for machines and for `status`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.errors import ReviewError
from pipeline.review import open_review


def read_status(folder: Path) -> dict[str, Any]:
    """Return the status that the last run of a review wrote.

    Raises:
        ReviewError: the folder is no review, was not run yet, or the file was damaged.
    """
    review = open_review(folder)
    path = review.outputs / "status.json"
    try:
        status: dict[str, Any] = json.loads(path.read_bytes())
        return status if isinstance(status["counts"], dict) else {}
    except FileNotFoundError:
        raise ReviewError("this review was not run yet", file=review.shown(path), hint="run `make review`") from None
    except (ValueError, KeyError, TypeError):
        raise ReviewError("is damaged", file=review.shown(path), hint="run `make review`; it is made anew") from None
