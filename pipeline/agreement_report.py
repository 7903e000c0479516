"""Agreement of readers, as lines for people."""

from __future__ import annotations

from pathlib import Path


def agreement_lines(folder: Path) -> list[str]:
    """Return the agreement of the readers of a review, as lines for people.

    Args:
        folder: the review's folder.
    """
    return [f"no agreement is computed for {folder.name} in this version"]
