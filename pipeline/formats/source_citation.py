"""Citation strings (`Journal. 12(3):45-67, May 2019.`) of Ovid, EBSCO and Embase, read where they follow a known form.

All expressions have bounded repetitions and are searched in the first 1,500 characters only.
"""

from __future__ import annotations

import re
from typing import Literal

from pipeline.formats.dates import publication_year
from pipeline.formats.draft import Draft, Rule
from pipeline.normalise.markup import one_line

Style = Literal["ovid", "ebsco", "embase"]

_LONGEST = 1500
_WORD = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter|Spr|Sum|Fal|Win)[a-z]{0,6}\.?"
)
_DATE = (
    rf"(?P<date>(?:{_WORD}(?:[ /-]{_WORD})? ?(?:\d{{1,2}}(?:-\d{{1,2}})?,? )?)?(?:1[5-9]|20)\d\d"
    r"(?: (?:\d{1,2}|[A-Z][a-z]{2,8}(?:[/-][A-Z][a-z]{2,8})?)){0,2})(?![\w(:])"
)
_VOLUME = r"(?P<volume>[A-Z]?\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?)"
_ISSUE = r"(?: ?\((?P<issue>(?!pp?\.? ?\d|no pag)[^()]{1,60})\))?"
_SPAN = r"[A-Za-z]{0,4}\d{1,9}[A-Za-z]?(?:[-–][A-Za-z]{0,4}\d{1,9}[A-Za-z]?)?"
_PAGES = rf"(?P<pages>{_SPAN})"
_BRACKETS = rf" \((?:pp?\.? ?(?P<in_brackets>{_SPAN})|[^()]{{1,40}})\)"
_LOOSE_DATE = r"(?P<date>[A-Za-z0-9/. -]{4,24})"

_FORMS: dict[Style, tuple[re.Pattern[str], ...]] = {
    "ovid": (
        # Journal. 12(3):45-67, May 2019. | Journal. 12 (3) (pp 45-67), 2019. | Journal. Vol.12(3), May 2019, pp. 45-67.
        re.compile(
            rf"(?<=[.\]] )(?:Vol\.? ?)?{_VOLUME}{_ISSUE}(?: ?: ?{_PAGES}|{_BRACKETS})?, {_DATE}"
            rf"(?:, pp?\. ?(?P<after>{_SPAN}))?"
        ),
        # Journal May 2019;12(3):45-67
        re.compile(rf"(?<= ){_DATE} ?; ?{_VOLUME}{_ISSUE}: ?{_PAGES}"),
        # Journal. 2019 15 May; 45-67.
        re.compile(rf"(?<=\. ){_DATE}; ?(?P<pages>\d{{1,9}}[-–]\d{{1,9}})(?=[.;]|$)"),
        # Proceedings. 2019; 9pp.
        re.compile(rf"(?<=\. ){_DATE}; (?=\d)"),
        # Book.:45-67, 2019
        re.compile(rf"(?<=\.):{_PAGES}, {_DATE}"),
    ),
    "ebsco": (
        # Journal. May2019, Vol. 12 Issue 3, p45-67.
        re.compile(
            rf"(?<=[.,;] ){_LOOSE_DATE}, ?Vol\.? ?{_VOLUME}(?:,? (?:Issue|no\.?) ?(?P<issue>[^,.;]{{1,20}}))?"
            rf"(?:, ?pp?\.? ?{_PAGES})?"
        ),
        # Journal, Vol 12(3), May, 2019. pp. 45-67.
        re.compile(rf"(?<=, )Vol\.? ?{_VOLUME}{_ISSUE},? (?P<date>[A-Za-z0-9,/ -]{{4,24}})\.(?: pp?\.? ?{_PAGES})?"),
        # Journal, 2019 May; 12(3): 45-67.
        re.compile(rf"(?<=[.,] )(?P<date>[A-Za-z0-9/ -]{{4,24}}); ?{_VOLUME}{_ISSUE}: ?{_PAGES}"),
        # Journal [J] 2019 May; Vol. 12 (3), pp. 45-67.
        re.compile(
            rf"(?<=[\]).] )(?P<date>\d{{4}}[A-Za-z0-9/ -]{{0,20}}); ?Vol\.? ?{_VOLUME}{_ISSUE}(?:, pp?\. ?{_PAGES})?"
        ),
    ),
    "embase": (
        # Journal (2019) 12:3 (45-67).
        re.compile(
            rf"(?<= )\((?P<date>(?:1[5-9]|20)\d\d)\)"
            rf"(?: {_VOLUME}(?: ?: ?(?P<issue>[^ ():]{{1,30}}(?: \d{{1,3}})?))?)?(?: \((?:pp?\.? ?)?{_PAGES}\))?"
        ),
    ),
}
_JOINED = re.compile(r"(?<=[A-Za-z])(?=\d{4}$)")
_ABBREVIATED = re.compile(r" \[[^\[\]]{1,80}\] ?$")
_MEETING = re.compile(r"\. Conference(?: Publication)?: ")


def parts_of(text: str, style: Style) -> dict[str, str]:
    """Return journal, volume, issue, pages and date of a citation string, as far as it follows a known form.

    >>> parts_of("Invented Ecology. 21(2-3):37-44, November 15, 2004.", "ovid")
    {'journal': 'Invented Ecology', 'date': 'November 15, 2004', 'volume': '21', 'issue': '2-3', 'pages': '37-44'}
    """
    line = one_line(text[:_LONGEST])
    for form in _FORMS[style]:
        found = form.search(line)
        if found is None:
            continue
        groups = {name: value.strip() for name, value in found.groupdict().items() if value}
        groups["date"] = _JOINED.sub(" ", groups.get("date", "")).strip()
        pages = groups.pop("after", "") or groups.pop("in_brackets", "") or groups.pop("pages", "")
        journal = _ABBREVIATED.sub("", _MEETING.split(line[: found.start()], maxsplit=1)[0]).strip(" .,;")
        parts = {"journal": journal, **groups, "pages": pages}
        wanted = ("journal", "date", "volume", "issue", "pages")
        return {name: parts[name] for name in wanted if parts.get(name)}
    return {}


def claim_source(draft: Draft, tag: str, text: str, style: Style, container: str = "journal") -> None:
    """Fill what the other tags left empty from a citation string, and keep the string itself."""
    draft.keep(tag, text)
    parts = parts_of(text, style)
    bare = one_line(text[:_LONGEST]).rstrip(" .")
    if not parts and 0 < len(bare) < 120 and not re.search(r"\d|\. ", bare):
        parts = {"journal": bare}
    for name, value in parts.items():
        column = container if name == "journal" else name
        if name == "date":
            if not draft.has("year") and publication_year(value):
                draft.claim(Rule(tag, "year"), value)
        elif not draft.has(column):
            draft.claim(Rule(tag, column), value)
