"""What one JSON record says: names of people, dates, and every other value under its path (`a.b.c`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.formats.authors import Order, split_names
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.json_decoding import Number
from pipeline.formats.json_records import ENVELOPES, JsonRecord, is_title

# Keys of a family name and of the given names that go with it.
_PARTS = (
    ("family", "given"), ("last_name", "first_name"), ("lastName", "firstName"), ("lastname", "firstname"),
    ("family_name", "given_name"), ("familyName", "givenName"), ("surname", "given_names"), ("surname", "given_name"),
    ("surname", "forename"), ("last", "first"), ("last", "given"), ("lastName", "initials"), ("family", "initials"),
)  # fmt: skip
_GROUPS = ("literal", "collective_name", "collectiveName")
_WHOLE = ("name", "display_name", "displayName", "full_name", "fullName", "author_name", "text")


def unwrapped(record: dict[str, object]) -> dict[str, object]:
    """Return a record without the envelope some interfaces put round it: one object that has the title, and ids."""
    if any(is_title(key) and value for key, value in record.items()):
        return dict(record)
    inner = [key for key in record if key in ENVELOPES and any(map(is_title, _members(record[key])))]
    if len(inner) != 1:
        return dict(record)
    envelope = _members(record[inner[0]])
    outer = {key if key not in envelope else f"{key} ({inner[0]})": v for key, v in record.items() if key != inner[0]}
    return {**envelope, **outer}


def _members(value: object) -> dict[str, object]:
    """Return the members of an object; none of anything else."""
    return value if isinstance(value, dict) else {}


def begun(record: JsonRecord) -> tuple[Draft, dict[str, object]]:
    """Return an empty draft with what the cutting showed, and the record's members."""
    draft = Draft()
    if not record.complete:
        draft.flag("incomplete")
    if record.repaired:
        draft.flag("json_repaired")
    return draft, dict(record.value)


def texts(value: object) -> list[str]:
    """Return the texts of a value, of the items of a list; numbers as written, true and false as words."""
    if value is None or isinstance(value, dict):
        return []
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [text] if (text := scalar(value)) else []


def scalar(value: object) -> str:
    """Return a single value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.text if isinstance(value, Number) else str(value).strip()


def objects(value: object) -> list[dict[str, object]]:
    """Return the objects of a list (of lists), or the one object."""
    if isinstance(value, dict):
        return [value]
    return [inner for item in value for inner in objects(item)] if isinstance(value, list) else []


def leaves(value: object, path: str = "") -> dict[str, list[str]]:
    """Return path -> values of everything in a record, in order; places in lists are no part of the path."""
    found: dict[str, list[str]] = {}
    _gather(value, path, found)
    return found


def _gather(value: object, path: str, found: dict[str, list[str]]) -> None:
    """Add the values below a path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            below = f"{path}.{key}" if path else key
            if key == "date-parts" and isinstance(inner, list):
                found.setdefault(below, []).extend(dates(inner))
            else:
                _gather(inner, below, found)
    elif isinstance(value, list):
        for item in value:
            _gather(item, path, found)
    elif value is not None and (text := scalar(value)):
        found.setdefault(path, []).append(text)


def dates(parts: list[object]) -> list[str]:
    """Return the dates of `date-parts` as ISO dates.

    >>> dates([[2021, 3, 4], ["2022"], [None]])
    ['2021-03-04', '2022']
    """
    nested = parts if any(isinstance(part, list) for part in parts) else [parts]
    found = ["-".join(text.zfill(2) for text in texts(part)) for part in nested]
    return [date for date in found if date]


def take_date(record: dict[str, object], key: str, draft: Draft) -> None:
    """Read a date of CSL or Crossref as the date of publication: its parts, or its words; the rest stays."""
    value = record.get(key)
    if not isinstance(value, dict):
        return
    parts = value.get("date-parts")
    written = "/".join(dates(parts)) if isinstance(parts, list) else ""
    if written:
        del value["date-parts"]
    for name in ("raw", "literal"):
        if not written and isinstance(value.get(name), str):
            written = str(value.pop(name))
    draft.claim(Rule(key, "year"), written)


def take_people(
    record: dict[str, object], key: str, draft: Draft, column: str, order: Order = "asis", separator: str | None = None
) -> None:
    """Read the people under a key; what else is said of them stays in the record.

    Args:
        record: the record; names that were read are taken out of it.
        key: where the people are: a list of objects or of texts, or one text.
        draft: receives the names.
        column: authors or editors.
        order: how names are written that do not come in parts.
        separator: what parts names in one text, beside `;` and `and`.
    """
    rest: list[object] = []
    for item in _flat(record.pop(key, None)):
        if isinstance(item, dict):
            name, kept, whole = person(item)
            if name:
                draft.claim(Rule(key, column, None, order if whole else "asis"), name)
            rest.append(kept)
        elif item is not None:
            names = split_names(scalar(item), separator) if separator else [scalar(item)]
            for name in names:
                draft.claim(Rule(key, column, None, order), name)
    record[key] = rest


def person(item: dict[str, object]) -> tuple[str, dict[str, object], bool]:
    """Return a person's name, what else is said of the person, and whether the name was written in one."""
    for family, given in _PARTS:
        if isinstance(item.get(family), str) and isinstance(item.get(given, ""), str) and (given in item):
            return _joined(item, family, given)
    for key in (*_GROUPS, *_WHOLE):
        if isinstance(item.get(key), str) and str(item[key]).strip():
            return str(item[key]), {name: value for name, value in item.items() if name != key}, key in _WHOLE
    for family, given in _PARTS:
        for key in (family, given):
            if isinstance(item.get(key), str) and str(item[key]).strip():
                return str(item[key]), {name: value for name, value in item.items() if name != key}, False
    return "", item, True


def _joined(item: dict[str, object], family: str, given: str) -> tuple[str, dict[str, object], bool]:
    """Return `particle Family suffix, Given particle` of a name in parts."""

    def part(key: str) -> str:
        value = item.get(key)
        return value.strip() if isinstance(value, str) else ""

    used = {family, given, "non-dropping-particle", "dropping-particle", "suffix"}
    last = " ".join(filter(None, (part("non-dropping-particle"), part(family), part("suffix"))))
    first = " ".join(filter(None, (part(given), part("dropping-particle"))))
    kept = {name: value for name, value in item.items() if name not in used or not isinstance(value, str)}
    return ", ".join(filter(None, (last, first))), kept, False


def _flat(value: object) -> Iterator[object]:
    """Yield the items of a list of lists, or the one value."""
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif value is not None:
        yield value


def take_pages(record: dict[str, object], first: str, last: str, draft: Draft) -> None:
    """Read first and last page, which stand under two keys."""
    start, end = texts(record.get(first)), texts(record.get(last))
    if len(start) > 1 or len(end) > 1 or not (start or end):
        return
    pages = [*start, ""][0], [*end, ""][0]
    had = draft.has("pages")
    draft.pages(*pages)
    for key, value in zip((first, last), pages, strict=True):
        if not had and value in draft.fields.get("pages", ""):
            record.pop(key, None)


def claim_all(draft: Draft, rules: Iterable[Rule], values: dict[str, list[str]]) -> None:
    """Let the rules claim values by path; the rest goes to extra. One text may hold many, a list never is split."""
    claimed: set[str] = set()
    for rule in rules:
        found = values.get(rule.tag, ())
        single = rule if len(found) == 1 else Rule(rule.tag, rule.column, None, rule.order)
        for value in found:
            draft.claim(single, value)
        claimed.add(rule.tag)
    for path, found in values.items():
        if path not in claimed:
            for value in found:
                draft.keep(path, value)
