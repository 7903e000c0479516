"""The formats: those that are read, and those that are recognised so that nobody takes them for another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.formats import bibtex, csv_export, nbib, ris, workbook, wos
from pipeline.records import Reading


@dataclass(frozen=True)
class Format:
    """A format that can be read: its name, what people call it, how it is recognised (0 to 1, by content) and read.

    A `binary` format is recognised and read from the file's bytes, the others from its text.
    """

    name: str
    label: str
    recognise: Callable[[Any], float]
    read: Callable[[Any], Reading]
    binary: bool = False


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
    Format("csv", "CSV with column names", csv_export.recognise, csv_export.read),
    Format("workbook", "Excel workbook (.xlsx, .xls)", workbook.recognise, workbook.read, binary=True),
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
    _unread("OpenAlex JSON", r"\A\s*[\[{][\s\S]{0,3000}\"https://openalex\.org/", "export as RIS or CSV instead"),
    _unread("Crossref JSON", r"\A\s*\{\s*\"status\"\s*:[\s\S]{0,300}\"message-type\"",
            "fetch the works as BibTeX or RIS instead"),
    _unread("JSON (CSL, OpenAlex, Crossref or another)", r"\A\s*(?:\[\s*(?:\{|\]|\Z)|\{\s*\")"),
    _unread("EndNote refer (.enw)", r"^%0 [A-Z][A-Za-z ]+$|^%[AT] \S[\s\S]{0,2000}^%[A-Z0-9@] ",
            "export as RIS instead"),
    _unread("RefWorks tagged", r"^RT \S[\s\S]{0,2000}^(?:SR|ID|T1|A1) ", "export from RefWorks as RIS instead"),
    _unread("Ovid tagged text", r"^ ?<\d+\. ?>\s*$|^ ?<\d+>\s*$|^ ?VN {1,2}- Ovid", "export from Ovid as RIS instead"),
    _unread("Embase text", r"^RECORD \d+\s*$[\s\S]{0,500}^[A-Z ]{4,}\s*$", "export from Embase as RIS instead"),
    _unread("ProQuest text", r"^_{60}\s*$", "export from ProQuest as RIS instead"),
    _unread("EBSCO text", r"^(?:TI|AU|SO|AN)-? ?[-:] \S[\s\S]{0,3000}^(?:SO|KP|DE|AN|AB)-? ?[-:] ",
            "export from EBSCO as RIS instead"),
)  # fmt: skip
