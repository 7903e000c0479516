"""Which tag or label of Ovid is which field, as tables, and how its names and titles are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipeline.formats.authors import Order
from pipeline.formats.draft import Draft
from pipeline.formats.text_fields import Table, claim_names, order_of, rules_of, spelling_of
from pipeline.normalise.markup import one_line

_ITEMS = r"\n|;\s|(?<=[a-z]{3})\.$"

TABLE: Table = (
    ("title_other", "TT|OT|Original Title|Vernacular Title|Translated Title|Title in Original Language", None),
    ("abstract", "AB|Abstract", None),
    ("affiliations", "IN|Institution|Affiliation|Author Affiliation|Institutions", r"\n"),
    ("journal", "JN|JT|Journal Name|Journal|Journal Title", None),
    ("journal_abbr", "JA|TA|Journal Abbreviation|Abbreviated Source", None),
    ("publisher", "PU|PB|PI|Publisher|Publisher Information", None),
    ("year", "YR|Year of Publication|Publication Year|Year", None),
    ("date", "DP|Date of Publication|Publication Date|DG", None),
    ("volume", "VO|VI|Volume", None),
    ("issue", "IP|Issue|Issue/Part|Issue Number", None),
    ("pages", "PG|Pages|Page|Pagination|Page Range", None),
    ("language", "LG|LA|Language|Languages", r"\.?[;,\n]\s?|\.$"),
    ("keywords_author", "KW|KF|Author Keywords|Keyword Heading|Keywords|Key Words|Keyword Heading Word", _ITEMS),
    ("keywords_index", "MH|SH|MJ|MN|MM|DE|DH|OD|MC|Subject Headings|MeSH Subject Headings|Medical Subject Headings"
                       "|Subject Heading|Descriptors|Major Descriptors|Minor Descriptors|Emtree Heading|Emtree Headings"
                       "|Index Terms|Major Concepts|Candidate Terms", _ITEMS),
    ("subject_categories", "CC|CL|Classification Code|Classification Codes|Section Headings", r"\.?\n|\.$"),
    ("doi", "DO|DI|DOI Number|DOI|Digital Object Identifier", None),
    ("pmcid", "PMC|PMCID|PubMed Central ID", None),
    ("issn", "IS|IT|ES|ISSN|ISSN Print|ISSN Electronic|Electronic ISSN|Print ISSN", None),
    ("isbn", "IB|BN|ISBN", None),
    ("url", "UR|URL", r"\n"),
)  # fmt: skip
RULES = rules_of(TABLE)

AUTHORS = ("FA", "Authors Full Name", "Full Author Name", "AU", "Authors", "Author", "Author(s)")
EDITORS = ("ED", "Editors", "Editor", "Editor(s)", "Book Editors")
PUBMED = ("PM", "PMID", "PubMed ID", "Medline PMID", "PubMed Identifier")
REFERENCES = ("RF", "References", "Cited References", "Reference List")
CITATIONS = ("SO", "Source", "BS", "Book Source")
IDENTIFIERS = ("ID", "Key Concepts", "Identifiers", "Article Identifier")
KEPT = ("Link to the External Link Resolver", "Link to the Ovid Full Text or citation", "NT")
# Tags and labels that are no plain rule.
MAPPED_APART = frozenset(
    (
        *("AN", "Accession Number"),
        *("TI", "Title", "DB", "Database", "UI", "Unique Identifier", "DT", "PT", "ST", "Status", "BT", "Book Title"),
        *("Document Type", "Publication Type", "Publication Types", "XL", "XP", "AD", "Correspondence Address"),
        *("Author Address", "Link to the Ovid Full Text or citation", "Link to the External Link Resolver"),
        *AUTHORS, *EDITORS, *PUBMED, *REFERENCES, *CITATIONS, *IDENTIFIERS,
    )
)  # fmt: skip
# Labels of fields without a column, known so that they are found where no value is indented beneath them.
_OTHERS = (
    "Score|Journal Subset|NLM Journal Code|NLM Journal Name|Country of Publication|Comments|Grant Number|Copyright"
    "|Population|Location|Age Group|Methodology|Tests & Measures|Form/Content Type|Conference Information|Issue ID"
    "|Release Date|Correction Date|Entry Date|Update Date|Date Created|Revision Date|Record Owner|Local Messages"
    "|CAS Registry Numbers|Embase Section Headings|Summary Language|Other Abstract|Clinical Trial Number"
    "|Grant/Sponsorship|Corporate Author|Institutional Authors|Special Feature|PO|LO"
)
LABELS = spelling_of(TABLE, "|".join((*sorted(MAPPED_APART), _OTHERS)))

# What Ovid writes behind titles, in brackets, about the kind of text.
_BEHIND = re.compile(
    r" ?\[(References|Articles?|Article in Press|Reviews?|Review Articles?|Original (?:Articles?|Research|Paper|Report)"
    r"|Miscellaneous|Reports?|Case Reports?|Editorials?|Letters?|Letter to the Editor|Correspondence|Errat(?:um|a)"
    r"|Abstracts?|Notes?|News|Commentary|Comment|Book Reviews?|Departments?|Columns?|Interviews?|Announcements?"
    r"|Meta-Analysis|Systematic Reviews?|Conference Abstracts?|Brief Reports?|Features?|Feature Articles?)\]\.?$",
    re.IGNORECASE,
)
_BETWEEN_INITIALS = re.compile(r"(?<=[A-Z]\.) (?=[^\s.]{2})")
_POINTED = re.compile(r" [A-Z]{2,4}\.$")  # `Roy BC.`: the point ends the name
_NEW_NAME = re.compile(r"\n|;(?![^\[\]]{0,300}\])")


def title_and_kind(title: str) -> tuple[str, str]:
    """Return a title without the kind of text behind it, and that kind.

    >>> title_and_kind("Shared kitchens and their rules.  [Review]")
    ('Shared kitchens and their rules.', 'Review')
    """
    found = _BEHIND.search(title[-60:])
    if found is None or len(found.group(0)) >= len(title):
        return title, ""
    return title[: -len(found.group(0))].rstrip(), found.group(1)


def names_in(value: str) -> list[str]:
    """Return the names of an author field: one a line, parted by `;`, or `Lim B. Roy S.T.` parted after initials."""
    parts = [part for part in _NEW_NAME.split(value) if part.strip(" .,")]
    if len(parts) == 1 and "," not in parts[0] and "[" not in parts[0]:
        names = _BETWEEN_INITIALS.split(one_line(parts[0]))
        pointed = all(_POINTED.search(name) is None for name in names)
        return names if pointed else [name.rstrip(".") for name in names]
    return parts


def claim_authors(draft: Draft, values: Mapping[str, list[str]], tags: Iterable[str], column: str) -> None:
    """Take the names of the first tag that has any; those of the other tags are kept."""
    for tag in tags:
        found = [name for value in values.get(tag, ()) for name in names_in(value)]
        if draft.has(column):
            for name in found:
                draft.keep(tag, name)
        else:
            order: Order | None = "initials" if found and all(order_of(name) != "given" for name in found) else None
            claim_names(draft, tag, column, found, order)
