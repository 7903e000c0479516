"""The formats: those that are read, and those that are recognised so that nobody takes them for another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.formats import (
    bibtex,
    crossref,
    csl_json,
    csv_export,
    json_table,
    nbib,
    openalex,
    publish_or_perish,
    ris,
    wos,
)
from pipeline.records import Reading


@dataclass(frozen=True)
class Format:
    """A format that can be read: its name, what people call it, how it is recognised (0 to 1, by content) and read."""

    name: str
    label: str
    recognise: Callable[[str], float]
    read: Callable[[str], Reading]


@dataclass(frozen=True)
class Unread:
    """A format that is recognised but not read yet: what it is, its signs, which export to choose instead."""

    label: str
    sign: re.Pattern[str]
    instead: str


FORMATS: tuple[Format, ...] = (
    Format("wos", "Web of Science plain text", wos.recognise, wos.read),
    Format("wos-tab", "Web of Science tab-delimited", wos.recognise_tab, wos.read_tab),
    Format("ris", "RIS", ris.recognise, ris.read),
    Format("nbib", "PubMed (nbib)", nbib.recognise, nbib.read),
    Format("bibtex", "BibTeX", bibtex.recognise, bibtex.read),
    Format("openalex-json", "OpenAlex JSON", openalex.recognise, openalex.read),
    Format("crossref-json", "Crossref JSON", crossref.recognise, crossref.read),
    Format("csl-json", "CSL-JSON", csl_json.recognise, csl_json.read),
    Format("pop-json", "Publish or Perish JSON", publish_or_perish.recognise, publish_or_perish.read),
    Format("json", "JSON list of works", json_table.recognise, json_table.read),
    Format("csv", "CSV with column names", csv_export.recognise, csv_export.read),
)

_OTHERWISE = "export as RIS, BibTeX or CSV instead"


def _unread(label: str, sign: str, instead: str = _OTHERWISE) -> Unread:
    """Return a row of the table below."""
    return Unread(label, re.compile(sign, re.MULTILINE), instead)


UNREAD: tuple[Unread, ...] = (
    _unread("PubMed XML", r"\A\s*<\?xml[^>]*>\s*(?:<!DOCTYPE[^>]*>\s*)?<Pubmed|<PubmedArticleSet|<PubmedBookArticle",
            "save as 'PubMed' (nbib) instead"),
    _unread("EndNote XML", r"\A\s*(?:<\?xml[^>]*>\s*)?<xml>\s*<records>|\A\s*<records>",
            "export from EndNote as RIS instead"),
    _unread("XML", r"\A\s*<\?xml|\A\s*<[A-Za-z][\w:-]*[\s>]"),
    _unread("EndNote refer (.enw)", r"^%0 [A-Z][A-Za-z ]+$|^%[AT] \S[\s\S]{0,2000}^%[A-Z0-9@] ",
            "export as RIS instead"),
    _unread("RefWorks tagged", r"^RT \S[\s\S]{0,2000}^(?:SR|ID|T1|A1) ", "export from RefWorks as RIS instead"),
    _unread("Ovid tagged text", r"^ ?<\d+\. ?>\s*$|^ ?<\d+>\s*$|^ ?VN {1,2}- Ovid", "export from Ovid as RIS instead"),
    _unread("Embase text", r"^RECORD \d+\s*$[\s\S]{0,500}^[A-Z ]{4,}\s*$", "export from Embase as RIS instead"),
    _unread("ProQuest text", r"^_{60}\s*$", "export from ProQuest as RIS instead"),
    _unread("EBSCO text", r"^(?:TI|AU|SO|AN)-? ?[-:] \S[\s\S]{0,3000}^(?:SO|KP|DE|AN|AB)-? ?[-:] ",
            "export from EBSCO as RIS instead"),
)  # fmt: skip
