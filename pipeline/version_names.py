"""Names of closed versions: what they look like and where a version lies."""

from __future__ import annotations

import re

VERSION_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def version_file(name: str) -> str:
    """Return where a version lies, relative to the review.

    >>> version_file("2026-03")
    'screening/versions/2026-03.csv'
    """
    return f"screening/versions/{name}.csv"
