"""Who wrote a RIS record, and what that exporter hides in which tag. Tables; the reading itself is in `ris`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from pipeline.formats.draft import Draft, Rule
from pipeline.formats.screening_labels import keep_note_decisions
from pipeline.normalise.markup import one_line

Values = Mapping[str, list[str]]


class _Sign(NamedTuple):
    """What tells an exporter: words in lower case, one of which a value of the tag holds, or how a value begins."""

    exporter: str
    tag: str
    words: tuple[str, ...] = ()
    beginning: re.Pattern[str] | None = None


def _begins(exporter: str, tag: str, pattern: str) -> _Sign:
    """Return the sign of an exporter whose values begin like this."""
    return _Sign(exporter, tag, beginning=re.compile(pattern, re.IGNORECASE))


def _holds(exporter: str, tag: str, *words: str) -> _Sign:
    """Return the sign of an exporter in whose values one of the words stands."""
    return _Sign(exporter, tag, words)


# Exporter, tag, words one of which the first line of its value holds, or how the value begins: the first row that fits
# names the exporter.
_SIGNS: tuple[_Sign, ...] = (
    _begins("rayyan", "AN", r"rayyan-"),
    _begins("scopus", "DB", r"scopus\b"),
    _holds("scopus", "UR", "scopus.com/"),
    _begins("wos", "AN", r"(?:WOS|MEDLINE|BCI|SCIELO|KJD|RSCI|CCC|DRCI|BIOABS|ZOOREC|INSPEC|CABI|FSTA)\s?:"),
    _begins("wos", "UT", r"(?:WOS|ISI|MEDLINE|BCI|SCIELO)\s?:"),
    _holds("wos", "N1", "times cited in web of science"),
    _begins("cochrane", "AN", r"CN-\d"),
    _begins("dimensions", "AN", r"pub\.\d"),
    _Sign("lens", "UR", ("lens.org/",), re.compile(r".*\blens\.org/", re.IGNORECASE)),
    _begins("embase", "U2", r"L\d+"),
    _holds("embase", "LK", "embase.com"),
    _begins("ebsco", "DP", r"EBSCO"),
    _holds("ebsco", "UR", "ebscohost.com", "openurl.ebsco"),
    _begins("proquest", "DP", r"ProQuest"),
    _holds("proquest", "UR", "proquest.com/"),
    _begins("ovid", "DB", r"Ovid\b"),
    _holds("ovid", "UR", "ovidsp", "ovid.com", "ovidweb"),
    _begins("ovid", "DB", r"(?:PsycINFO|APA PsycInfo|ERIC|Embase|EBM Reviews|Global Health)\b.*(?:<|\d{4} to)"),
    _holds("ovid", "L2", "ovidsp", "ovidweb"),
    _holds("jstor", "UR", "jstor.org/"),
    _begins("nlm", "DP", r"NLM$"),
    _begins("embase", "DB", r"Embase$"),
)

# Exporter ("" = all), tag, what to take from its value, for which column. The whole value is kept besides.
_HIDDEN: tuple[tuple[str, str, re.Pattern[str], str], ...] = tuple(
    (name, tag, re.compile(pattern, re.IGNORECASE), column)
    for name, tag, pattern, column in (
        ("scopus", "UR", r"[?&]eid=(2-s2\.0-\d+)", "accession"),
        ("scopus", "C2", r"^(\d{1,9})\b", "pmid"),
        ("wos", "N1", r"Times Cited in Web of Science Core Collection:\s*(\d+)", "times_cited"),
        ("scopus", "N1", r"Cited By\s*+:?\s*+(\d+)", "times_cited"),
        ("ebsco", "N1", r"Accession Number:\s*([^;\s]+)", "accession"),
        ("ebsco", "UR", r"[?&]AN=([^&\s]+)", "accession"),
        ("embase", "U2", r"^(L\d+)", "accession"),
        ("embase", "C5", r"^(\d{1,9})$", "pmid"),
        ("nlm", "AN", r"^(\d{4,9})$", "pmid"),
        ("cochrane", "C3", r"PUBMED\s+(\d{1,9})", "pmid"),
        ("dimensions", "U1", r"(\d{1,9})\s*\[PMID\]", "pmid"),
        ("dimensions", "U1", r"(PMC\d+)\s*\[PMCID\]", "pmcid"),
        ("ovid", "ID", r"^(\S+)$", "accession"),
        ("lens", "ID", r"^(\S+)$", "accession"),
        ("lens", "UR", r"lens\.org/(\d{3}-\d{3}-\d{3}-\d{3}-\d{2}[\dX])", "accession"),
        ("jstor", "UR", r"jstor\.org/stable/(\S+)", "accession"),
        ("", "M3", r"((?:https?://(?:dx\.)?doi\.org/|doi\s*+[:=]?\s*+)10\.\d{4,9}/\S+|^10\.\d{4,9}/\S+$)", "doi"),
        ("", "L3", r"((?:https?://(?:dx\.)?doi\.org/|doi\s*+[:=]?\s*+)10\.\d{4,9}/\S+|^10\.\d{4,9}/\S+$)", "doi"),
        ("", "M1", r"^\s*+((?:doi:?\s*+)?10\.\d{4,9}/\S+)$", "doi"),
        ("", "UR", r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/\S+)", "doi"),
        ("", "LK", r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/\S+)", "doi"),
        ("", "L2", r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/\S+)", "doi"),
        ("", "N1", r"^\s*doi\s*:\s*(10\.\d{4,9}/\S+)", "doi"),
        ("", "C2", r"^(PMC\d+)$", "pmcid"),
        ("", "N1", r"^\s*PMID:\s*(\d{1,9})\b", "pmid"),
    )
)

# What an exporter puts in a tag that others use otherwise.
OWN_RULES: dict[str, tuple[Rule, ...]] = {
    "embase": (Rule("M1", "affiliations", r"\n", sign=""),),
    "wos": (Rule("C1", "affiliations", r"\n", sign=""),),
}

EBSCO_CODES = {
    "aph": "Academic Search Premier", "a9h": "Academic Search Complete", "asn": "Academic Search Ultimate",
    "psyh": "APA PsycINFO",
    "psyhref": "APA PsycINFO", "pdh": "APA PsycArticles", "ecn": "EconLit", "eoh": "EconLit", "8gh": "GreenFILE",
    "egh": "GreenFILE",
    "i3h": "Criminal Justice Abstracts", "cja": "Criminal Justice Abstracts", "bth": "Business Source Complete",
    "buh": "Business Source Premier", "bsu": "Business Source Ultimate", "sih": "SocINDEX", "snh": "SocINDEX",
    "ccm": "CINAHL",
    "rzh": "CINAHL", "c8h": "CINAHL", "jlh": "CINAHL", "cin20": "CINAHL", "eric": "ERIC", "mdc": "MEDLINE",
    "mnh": "MEDLINE",
    "cmedm": "MEDLINE", "poh": "Political Science Complete",
    "lih": "Library, Information Science & Technology Abstracts",
}  # fmt: skip
_DATABASE_OF = {
    "scopus": "Scopus", "wos": "Web of Science", "cochrane": "CENTRAL", "dimensions": "Dimensions", "lens": "Lens",
    "embase": "Embase", "jstor": "JSTOR", "nlm": "PubMed",
}  # fmt: skip
_UT_PREFIX = re.compile(r"([A-Z]{3,8})\s?:")
UT_DATABASES = {
    "WOS": "Web of Science", "ISI": "Web of Science", "MEDLINE": "MEDLINE", "BCI": "BIOSIS Citation Index",
    "SCIELO": "SciELO",
    "BIOSIS": "BIOSIS Previews", "BIOABS": "BIOSIS Previews", "ZOOREC": "Zoological Record", "INSPEC": "Inspec",
    "CABI": "CAB Abstracts",
    "KJD": "KCI-Korean Journal Database", "RSCI": "Russian Science Citation Index", "CCC": "Current Contents Connect",
    "DRCI": "Data Citation Index", "FSTA": "FSTA", "PPRN": "Preprint Citation Index",
    "DIIDW": "Derwent Innovations Index",
}  # fmt: skip


def recognise(values: Values, context: Mapping[str, str]) -> str:
    """Return the exporter of a record, an empty text where nothing tells it."""
    lines: dict[str, list[str]] = {}
    for name, tag, words, beginning in _signs_of(tuple(values)):
        if words:
            if tag not in lines:
                lines[tag] = [value.partition("\n")[0].lower() for value in values[tag]]
            if not _hold(lines[tag], words):
                continue
        if beginning is None or any(map(beginning.match, values[tag])):
            return name
    provider = context.get("provider", "").casefold() if context else ""
    return next((name for name in ("ebsco", "proquest", "ovid") if name in provider), "") if provider else ""


def _hold(lines: list[str], words: tuple[str, ...]) -> bool:
    """Return whether a line holds one of the words."""
    for line in lines:
        for word in words:
            if word in line:
                return True
    return False


@lru_cache(maxsize=1000)
def _signs_of(tags: tuple[str, ...]) -> tuple[_Sign, ...]:
    """Return the signs that a record with these tags may bear."""
    return tuple(sign for sign in _SIGNS if sign.tag in tags)


def complete(draft: Draft, values: Values, context: Mapping[str, str], dialect: str) -> None:
    """Fill what an exporter hides in other tags; name the database; read decisions of other screening tools."""
    for rule, pattern in _hidden_in(dialect, tuple(values)):
        if draft.fields.get(rule.column):
            continue
        for value in values[rule.tag]:
            found = pattern.search(value)
            if found:
                hidden = found.group(1)
                draft.claim(rule, one_line(unquote(hidden)) if rule.column == "accession" else hidden)
                break
    for name in databases(values, context, dialect):
        if name not in draft.extra.get("database", ()):
            draft.keep("database", name)
    if "N1" in values:
        keep_note_decisions(draft, values["N1"], "N1")


@lru_cache(maxsize=1000)
def _hidden_in(dialect: str, tags: tuple[str, ...]) -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    """Return what may be hidden in these tags by an exporter: for which column, and what to take."""
    return tuple(
        (Rule(tag, column), pattern) for name, tag, pattern, column in _HIDDEN if name in ("", dialect) and tag in tags
    )


def databases(values: Values, context: Mapping[str, str], dialect: str) -> list[str]:
    """Return the names of the databases a record states, else the one its exporter stands for."""
    stated = [part.strip() for value in values.get("DB", ()) for part in value.split("\n") if part.strip()]
    if dialect == "ebsco":
        stated = [EBSCO_CODES.get(name.casefold(), name) for name in stated]
    if context.get("database"):
        stated.append(context["database"])
    if dialect == "wos" and not stated:
        prefixes = map(_UT_PREFIX.match, (*values.get("AN", ()), *values.get("UT", ())))
        named = (UT_DATABASES[prefix.group(1)] for prefix in prefixes if prefix and prefix.group(1) in UT_DATABASES)
        stated.extend(islice(named, 1))
    return stated or ([_DATABASE_OF[dialect]] if dialect in _DATABASE_OF else [])


def remarks(dialects: Iterable[str]) -> Iterator[str]:
    """Yield what people should know about the exporters met in a file."""
    found = set(dialects)
    if "wos" in found:
        yield (
            "Web of Science leaves subject categories, research areas and cited references out of RIS: "
            "export as tab-delimited, plain text or BibTeX for tables by discipline"
        )
    yield "RIS does not part author keywords from index terms: all are in keywords_author"
