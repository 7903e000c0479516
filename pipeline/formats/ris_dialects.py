"""Who wrote a RIS record, and what that exporter hides in which tag. Tables; the reading itself is in `ris`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from pipeline.formats.draft import Draft, Rule
from pipeline.formats.screening_labels import keep_note_decisions

Values = Mapping[str, list[str]]

# Exporter, tag, what its value looks like: the first line that fits names the exporter.
_SIGNS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (name, tag, re.compile(pattern, re.IGNORECASE))
    for name, tag, pattern in (
        ("rayyan", "AN", r"rayyan-"),
        ("scopus", "DB", r"scopus\b"),
        ("scopus", "UR", r".*scopus\.com/"),
        ("wos", "AN", r"(?:WOS|MEDLINE|BCI|SCIELO|KJD|RSCI|CCC|DRCI|BIOABS|ZOOREC|INSPEC|CABI|FSTA)\s?:"),
        ("wos", "UT", r"(?:WOS|ISI|MEDLINE|BCI|SCIELO)\s?:"),
        ("wos", "N1", r".*Times Cited in Web of Science"),
        ("cochrane", "AN", r"CN-\d"),
        ("dimensions", "AN", r"pub\.\d"),
        ("lens", "UR", r".*\blens\.org/"),
        ("embase", "U2", r"L\d+"),
        ("embase", "LK", r".*embase\.com"),
        ("ebsco", "DP", r"EBSCO"),
        ("ebsco", "UR", r".*(?:ebscohost\.com|openurl\.ebsco)"),
        ("proquest", "DP", r"ProQuest"),
        ("proquest", "UR", r".*proquest\.com/"),
        ("ovid", "DB", r"Ovid\b"),
        ("ovid", "UR", r".*(?:ovidsp|ovid\.com|ovidweb)"),
        ("ovid", "DB", r"(?:PsycINFO|APA PsycInfo|ERIC|Embase|EBM Reviews|Global Health)\b.*(?:<|\d{4} to)"),
        ("ovid", "L2", r".*(?:ovidsp|ovidweb)"),
        ("jstor", "UR", r".*jstor\.org/"),
        ("nlm", "DP", r"NLM$"),
        ("embase", "DB", r"Embase$"),
    )
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

_HIDDEN_OF = {
    dialect: tuple((tag, pattern, column) for name, tag, pattern, column in _HIDDEN if name in ("", dialect))
    for dialect in {name for name, *_ in _HIDDEN}
}

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
    for name, tag, pattern in _SIGNS:
        if tag in values and any(map(pattern.match, values[tag])):
            return name
    provider = context.get("provider", "").casefold()
    return next((name for name in ("ebsco", "proquest", "ovid") if name in provider), "")


def complete(draft: Draft, values: Values, context: Mapping[str, str], dialect: str) -> None:
    """Fill what an exporter hides in other tags; name the database; read decisions of other screening tools."""
    for tag, pattern, column in _HIDDEN_OF.get(dialect, _HIDDEN_OF[""]):
        if tag in values and not draft.has(column):
            found = next((match for match in map(pattern.search, values[tag]) if match), None)
            if found:
                draft.claim(Rule(tag, column), unquote(found.group(1)) if column == "accession" else found.group(1))
    for name in databases(values, context, dialect):
        if name not in draft.extra.get("database", []):
            draft.keep("database", name)
    keep_note_decisions(draft, values.get("N1", ()), "N1")


def databases(values: Values, context: Mapping[str, str], dialect: str) -> Iterator[str]:
    """Yield the names of the databases a record states, else the one its exporter stands for."""
    stated = [part.strip() for value in values.get("DB", ()) for part in value.split("\n") if part.strip()]
    if dialect == "ebsco":
        stated = [EBSCO_CODES.get(name.casefold(), name) for name in stated]
    if context.get("database"):
        stated.append(context["database"])
    for accession in (*values.get("AN", ()), *values.get("UT", ())):
        prefix = _UT_PREFIX.match(accession)
        if dialect == "wos" and prefix and prefix.group(1) in UT_DATABASES and not stated:
            stated.append(UT_DATABASES[prefix.group(1)])
    yield from stated or ([_DATABASE_OF[dialect]] if dialect in _DATABASE_OF else [])


def remarks(dialects: Iterable[str]) -> Iterator[str]:
    """Yield what people should know about the exporters met in a file."""
    found = set(dialects)
    if "wos" in found:
        yield (
            "Web of Science leaves subject categories, research areas and cited references out of RIS: "
            "export as tab-delimited, plain text or BibTeX for tables by discipline"
        )
    yield "RIS does not part author keywords from index terms: all are in keywords_author"
