"""Names of authors: lists split where the separator is certain, each name as `Family, Given`."""

from __future__ import annotations

import re
from typing import Literal

Order = Literal["family", "given", "initials", "asis"]

_APA_LIST = re.compile(r"(?:[^,&]{2,60}, (?:[A-ZÀ-Þ]\.[ -]?){1,5}(?:, (?:& |… )?|,? & |$)){2,}")
_APA_NAME = re.compile(r"([^,&]{2,60}, (?:[A-ZÀ-Þ]\.[ -]?){1,5})(?:, (?:& |… )?|,? & |$)")
_TRAILING_INITIALS = re.compile(r"(\S.*?)(?<!\s)\s++((?:[A-ZÀ-Þ]\.?[- ]?){1,5}(?:(?:Jr|Sr|II|III|IV)\.?)?)")
_TRAILING_ID = re.compile(r"(?<!\s)\s*+\((?:\d{5,}|[^()\s@]+@[^()\s@]+)\)$")
_AND = re.compile(r"(?<=\s)and(?=\s)", re.IGNORECASE)
_TIGHT = re.compile(r"(?<=[^\W\d_]),(?=[^\W\d_])")
_PARTICLES = frozenset(
    [
        "da",
        "das",
        "de",
        "del",
        "della",
        "dem",
        "den",
        "der",
        "des",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "vande",
        "vom",
        "von",
        "zu",
        "zum",
        "zur",
        "af",
        "av",
    ]
)
_SUFFIXES = frozenset(["jr", "jr.", "sr", "sr.", "ii", "iii", "iv"])
_GROUP = re.compile(
    r"\b(?:group|consortium|committee|collaboration|network|team|association|society|organi[sz]ation|university|institute"
    r"|ministry|department|council|commission|agency|centre|center|initiative|investigators|foundation|et al)\b",
    re.IGNORECASE,
)


def split_names(text: str, separator: str | None = None) -> list[str]:
    """Return the names of a cell: by `;`, ` and `, APA's `Family, I., Family, I.`, else by the separator given."""
    if ";" in text:
        parts = text.split(";")
    elif " and " in text and separator is None:
        parts = re.split(r"(?<!\s),?\s++and\s+", text)
    elif _APA_LIST.fullmatch(text.strip()):
        parts = _APA_NAME.findall(text.strip())
    elif separator:
        parts = text.split(separator)
    else:
        parts = [text]
    return [part.strip().rstrip(",").strip() for part in parts if part.strip(" ,;\t\n")]


def family_first(name: str, order: Order = "family") -> str:
    """Return a name as `Family, Given`; groups and single words as they stand.

    >>> [family_first(n, o) for n, o in (("Ada van Dam", "given"), ("Lim SM", "initials"), ("WHO", "given"))]
    ['van Dam, Ada', 'Lim, SM', 'WHO']
    """
    bare = name.strip()
    if bare.endswith(")"):
        bare = _TRAILING_ID.sub("", bare)
    if "," in bare and bare.count(",") != bare.count(", "):
        bare = _TIGHT.sub(", ", bare, count=1)
    if order in ("family", "asis") or "," in bare or " " not in bare or _GROUP.search(bare):
        return bare
    if order == "initials":
        found = _TRAILING_INITIALS.fullmatch(bare)
        return f"{found.group(1)}, {found.group(2).strip()}" if found else bare
    return _given_first(bare.split())


def _given_first(words: list[str]) -> str:
    """Return `von Last, First` of the words of `First von Last`."""
    suffix = f" {words.pop()}" if len(words) > 2 and words[-1].casefold() in _SUFFIXES else ""
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return f"{' '.join(words[start:])}{suffix}, {' '.join(words[:start])}"


def split_bibtex(text: str) -> list[str]:
    """Return the names of a BibTeX author field: split at `and` outside braces."""
    if "{" not in text and "\\" not in text:
        return [" ".join(name.split()) for name in _AND.split(text) if name.strip()]
    names, depth, start = [], 0, 0
    for found in re.finditer(r"\\.|[{}]|(?<=[\s}])and(?=[\s{])", text, re.IGNORECASE | re.DOTALL):
        token = found.group(0)
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
        elif depth <= 0 and len(token) == 3:
            names.append(text[start : found.start()])
            start = found.end()
    names.append(text[start:])
    return [" ".join(name.split()) for name in names if name.strip()]


def bibtex_name(name: str) -> str:
    """Return one BibTeX name as `von Last, First`; a name wholly in braces as it stands."""
    if name.count(",") == 1 and ", " in name and " ," not in name and "{" not in name:
        return name
    if name.startswith("{") and name.endswith("}") and _closes_last(name):
        return name
    parts = [part.strip() for part in _outside_braces(name, ",")]
    if parts:
        if len(parts) == 3 and parts[1].casefold() in _SUFFIXES:
            return f"{parts[0]} {parts[1]}, {parts[2]}"
        return ", ".join(parts)
    words = _outside_braces(name, " ") or [name]
    if len(words) == 1:
        return name
    small = next((i for i, word in enumerate(words[1:-1], 1) if word[:1].islower()), None)
    if small is not None:
        return f"{' '.join(words[small:])}, {' '.join(words[:small])}"
    return _given_first(words)


def _closes_last(name: str) -> bool:
    """Return whether the brace that opens the text is closed by its last character."""
    depth = 0
    for place, character in enumerate(name):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return place == len(name) - 1
    return False


def _outside_braces(text: str, separator: str) -> list[str]:
    """Return the parts of a text between separators outside braces; an empty list where there is no such separator."""
    if "{" not in text:
        return text.split(separator) if separator in text else []
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        elif character == separator and depth <= 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]] if parts else []
