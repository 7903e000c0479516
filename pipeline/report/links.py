"""Addresses that may become links: http, https, and places relative to the page. Nothing else ever does."""

from __future__ import annotations

import re
from typing import Final

_ALLOWED_SCHEMES: Final = ("http", "https")


def safe_link(address: str) -> str | None:
    """Return the address if it may become a link, else None (scripts, data, other hosts by `//`, unknown schemes).

    >>> safe_link("records/screened.csv"), safe_link("java\\nscript:alert(1)"), safe_link("//elsewhere.example/x")
    ('records/screened.csv', None, None)
    """
    cleaned = address.strip()
    if not cleaned or any(ord(character) < 0x21 or not character.isprintable() for character in cleaned):
        return None
    if cleaned[:2].replace("\\", "/") == "//":
        return None
    scheme = re.match(r"[^/?#\\]*?:", cleaned)
    if scheme and scheme.group()[:-1].lower() not in _ALLOWED_SCHEMES:
        return None
    return cleaned
