"""The formats: those that are read, and those that are recognised so that nobody takes them for another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.formats import (
    bibtex,
    crossref,
    csl_json,
    csv_export,
    ebsco_text,
    embase,
    endnote_xml,
    enw,
    json_table,
    nbib,
    openalex,
    ovid,
    proquest,
    publish_or_perish,
    pubmed_xml,
    refworks,
    ris,
    workbook,
    wos,
)
from pipeline.records import Reading


@dataclass(frozen=True)
class Format:
    """A format that can be read: its name, what people call it, how it is recognised and read.

    It is recognised by content, with 0 to 1; 1 is certain and ends the search. A `binary` format is recognised and read
    from the file's bytes, the others from its text.
    """

    name: str
    label: str
    recognise: Callable[[Any], float]
    read: Callable[[Any], Reading]
    binary: bool = False


@dataclass(frozen=True)
class Unread:
    """A format that is recognised but not read: what it is, its signs, which export to choose instead, and why."""

    label: str
    sign: re.Pattern[str]
    instead: str
    why: str = "is not read yet"


FORMATS: tuple[Format, ...] = (
    Format("pubmed-xml", "PubMed XML", pubmed_xml.recognise, pubmed_xml.read),
    Format("endnote-xml", "EndNote XML", endnote_xml.recognise, endnote_xml.read),
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
    Format("enw", "EndNote refer (.enw)", enw.recognise, enw.read),
    Format("refworks", "RefWorks tagged", refworks.recognise, refworks.read),
    Format("ovid", "Ovid text", ovid.recognise, ovid.read),
    Format("proquest", "ProQuest text", proquest.recognise, proquest.read),
    Format("ebsco", "EBSCO text", ebsco_text.recognise, ebsco_text.read),
    Format("embase", "Embase text", embase.recognise, embase.read),
    Format("workbook", "Excel workbook (.xlsx, .xls)", workbook.recognise, workbook.read, binary=True),
)

_OTHERWISE = "export as RIS, BibTeX or CSV instead"


def _unread(label: str, sign: str, instead: str = _OTHERWISE, why: str = "is not read yet") -> Unread:
    """Return a row of the table below."""
    return Unread(label, re.compile(sign, re.MULTILINE), instead, why)


UNREAD: tuple[Unread, ...] = (
    _unread("XML", r"\A\s*<\?xml|\A\s*<[A-Za-z][\w:-]*[\s>]"),
    _unread("PubMed summary or abstract text",
            r"\A\s*1[.:] [^\n]{20,}(?:\bPMID: ?\d|[ .](?:1[89]|20)\d\d[^;\n]{0,30};\s?\d)"
            r"|\A\s*1[.:] [^\n]{20,}\n[\s\S]{0,20000}?^PMID: \d{4}", "save as PubMed (nbib)",
            "holds no marks that part title, authors and journal, and cannot be read without loss"),
    _unread("Ovid text without the numbers of its records", r"\A\s*(?:Score\n\s+\*+\n)?Accession Number\n[ \t]+\S",
            "export from Ovid again with all its lines: each record begins with its number, `<1>`",
            "does not say where a record begins"),
)  # fmt: skip
