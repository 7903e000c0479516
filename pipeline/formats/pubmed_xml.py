"""PubMed's XML: articles and books, as the web site and E-utilities give them; the same columns as `nbib`."""

from __future__ import annotations

import re

from pipeline.formats.draft import Draft, Rule
from pipeline.formats.rules import Rules
from pipeline.formats.xml_parse import Node, Record, tidy
from pipeline.formats.xml_records import Flat, Layout, Place, read_records
from pipeline.formats.xml_split import Piece, first_elements
from pipeline.normalise.identifiers import clean_doi, clean_pmcid
from pipeline.normalise.markup import one_line
from pipeline.records import ParsedEntry, Reading

_RECORDS = ("pubmedarticle", "pubmedbookarticle")
_ROOTS = frozenset(["pubmedarticleset", "pubmedbookarticleset", *_RECORDS])
_START = re.compile(r"<(?:\w+:)?Pubmed(?:Book)?Article[\s>]", re.IGNORECASE)

# In the order in which paths may claim a column.
_CITATION, _ARTICLE, _BOOK = "MedlineCitation", "MedlineCitation/Article", "BookDocument"
_RULES: tuple[Rule, ...] = (
    Rule(f"{_ARTICLE}/ArticleTitle", "title"),
    Rule(f"{_BOOK}/ArticleTitle", "title"),
    Rule(f"{_ARTICLE}/VernacularTitle", "title_other"),
    Rule(f"{_BOOK}/VernacularTitle", "title_other"),
    Rule(f"{_CITATION}/MedlineJournalInfo/VernacularTitle", "title_other"),
    Rule(f"{_ARTICLE}/Affiliation", "affiliations"),
    Rule(f"{_ARTICLE}/Journal/Title", "journal"),
    Rule(f"{_CITATION}/MedlineJournalInfo/MedlineTA", "journal_abbr"),
    Rule(f"{_ARTICLE}/Journal/ISOAbbreviation", "journal_abbr"),
    Rule(f"{_ARTICLE}/Journal/ISSN", "issn"),
    Rule(f"{_CITATION}/MedlineJournalInfo/ISSNLinking", "issn"),
    Rule(f"{_ARTICLE}/Journal/JournalIssue/Volume", "volume"),
    Rule(f"{_ARTICLE}/Journal/JournalIssue/Issue", "issue"),
    Rule(f"{_ARTICLE}/Pagination/MedlinePgn", "pages"),
    Rule(f"{_ARTICLE}/Language", "language"),
    Rule(f"{_ARTICLE}/PublicationTypeList/PublicationType", "type"),
    Rule(f"{_CITATION}/PMID", "pmid"),
    Rule(f"{_BOOK}/Book/CollectionTitle", "series"),
    Rule(f"{_BOOK}/Book/Publisher/PublisherName", "publisher"),
    Rule(f"{_BOOK}/Book/Volume", "volume"),
    Rule(f"{_BOOK}/Book/Isbn", "isbn"),
    Rule(f"{_BOOK}/Pagination/MedlinePgn", "pages"),
    Rule(f"{_BOOK}/Language", "language"),
    Rule(f"{_BOOK}/PublicationType", "type"),
    Rule(f"{_BOOK}/PMID", "pmid"),
)
_FILLING = Rules(_RULES)
_BOOK_TITLE = f"{_BOOK}/Book/BookTitle"
_AUTHORS = (
    f"{_ARTICLE}/AuthorList/Author",
    f"{_BOOK}/AuthorList/Author",
    f"{_BOOK}/Book/AuthorList/Author",
)
_ABSTRACTS = (f"{_ARTICLE}/Abstract/AbstractText", f"{_BOOK}/Abstract/AbstractText")
_OTHER_ABSTRACT = f"{_CITATION}/OtherAbstract"
_HEADING = f"{_CITATION}/MeshHeadingList/MeshHeading"
_KEYWORDS = (f"{_CITATION}/KeywordList/Keyword", f"{_BOOK}/KeywordList/Keyword")
_DATES = (f"{_ARTICLE}/Journal/JournalIssue/PubDate", f"{_BOOK}/Book/PubDate", f"{_ARTICLE}/ArticleDate")
# The numbers of the work itself; those of the works it cites stand in ReferenceList.
_NUMBERS = (
    f"{_ARTICLE}/ELocationID",
    "PubmedData/ArticleIdList/ArticleId",
    f"{_BOOK}/ArticleIdList/ArticleId",
    "PubmedBookData/ArticleIdList/ArticleId",
    f"{_BOOK}/Book/ELocationID",
)
_NOTICE = f"{_CITATION}/CommentsCorrectionsList/CommentsCorrections"
_REFERENCE = "PubmedData/ReferenceList/Reference"
_ROWS = (
    f"{_ARTICLE}/GrantList/Grant",
    f"{_ARTICLE}/DataBankList/DataBank",
    f"{_CITATION}/ChemicalList/Chemical",
    f"{_CITATION}/InvestigatorList/Investigator",
    f"{_CITATION}/PersonalNameSubjectList/PersonalNameSubject",
    f"{_BOOK}/Grants/Grant",
    "PubmedData/History/PubMedPubDate",
    "PubmedBookData/History/PubMedPubDate",
)
_LAYOUT = Layout.of(
    whole=[*(rule.tag for rule in _RULES), _BOOK_TITLE],
    elements=[
        *_AUTHORS, *_ABSTRACTS, _OTHER_ABSTRACT, _HEADING, *_KEYWORDS, *_DATES, *_NUMBERS, _NOTICE, _REFERENCE,
    ],
    rows=_ROWS,
)  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def recognise(text: str) -> float:
    """Return how surely the text is PubMed's XML."""
    names = first_elements(text, 1)
    if names and names[0] in _ROOTS:
        return 1.0
    return 0.9 if names and _START.search(text, 0, 100_000) else 0.0


def read(text: str) -> Reading:
    """Return the articles and books of an export.

    Raises:
        InputError: the file declares entities.
    """
    top = Place(_LAYOUT, "", "")
    return read_records(text, _RECORDS, lambda piece, record: _entry(piece, record, top))


def _entry(piece: Piece, record: Record, top: Place) -> ParsedEntry:
    """Return the entry of a record."""
    flat = Flat(record, top)
    draft = Draft()
    if not piece.ended:
        draft.flag("incomplete")
    if record.repaired:
        draft.flag("repaired")
    book_titles = flat.values.pop(_BOOK_TITLE, [])
    _dates(draft, flat)
    _FILLING.fill(draft, flat.values)
    for value in book_titles:
        draft.claim(Rule(_BOOK_TITLE, "booktitle" if draft.has("title") else "title"), value)
    _people(draft, flat)
    _abstract(draft, flat)
    _keywords(draft, flat)
    _numbers(draft, flat)
    _notices_and_references(draft, flat)
    first, last = (flat.values.get(f"{_ARTICLE}/Pagination/{name}", [""])[0] for name in ("StartPage", "EndPage"))
    if not draft.has("pages"):
        draft.pages(first, last)
    if book_titles:
        draft.claim_kind("book" if "booktitle" not in draft.fields else "book chapter")
    for path, found in flat.rest().items():
        draft.extra.setdefault(path, []).extend(found)
    draft.keep("database", "PubMed")
    if "pmid" in draft.fields:
        draft.claim(Rule("PMID", "accession"), draft.fields["pmid"])
    return draft.finish(piece.line, piece.text)


def _dates(draft: Draft, flat: Flat) -> None:
    """Take the date of the issue as `2019 Apr 5`; the date of the online edition only where that has no year."""
    for path in _DATES:
        for node, _ in flat.elements.get(path, ()):
            parts = {child.name.lower(): child.text() for child in node.children}
            month, day = parts.get("month", ""), parts.get("day", "")
            if path == _DATES[-1] and draft.has("year"):
                draft.keep(path, "-".join(child.text() for child in node.children))
                continue
            named = _MONTHS[int(month) - 1] if month.isdecimal() and 1 <= int(month[:3]) <= 12 else month
            bare = day.removeprefix("0")
            for name, written, used in (("Month", month, named), ("Day", day, bare)):
                if used != written:
                    draft.keep(f"{path}/{name}", written)
            rest = [text for name, text in parts.items() if name not in ("year", "month", "day")]
            written_date = " ".join(part for part in (parts.get("year", ""), named, bare, *rest) if part)
            draft.claim(Rule(path, "year"), written_date)


def _people(draft: Draft, flat: Flat) -> None:
    """Take authors and editors in order, groups among them; initials and numbers of persons are kept."""
    for path in _AUTHORS:
        rules = {column: Rule(path, column, order="asis") for column in ("authors", "editors")}
        address = Rule(f"{path}/AffiliationInfo", "affiliations")
        for node, parent in flat.elements.get(path, ()):
            column = "editors" if parent.attributes.get("Type", "").lower() == "editors" else "authors"
            known: dict[str, str] = {}
            for child in node.children:
                name = child.name.lower()
                if name in ("lastname", "forename", "firstname", "suffix", "initials", "collectivename"):
                    known.setdefault(name, child.text())
                elif name in ("affiliation", "affiliationinfo"):
                    _affiliation(draft, child, address)
                else:
                    draft.keep(f"{path}/{child.name}", _sourced(child))
            family, initials = known.get("lastname", ""), known.get("initials", "")
            given = known.get("forename") or known.get("firstname") or initials
            given = " ".join(part for part in (given, known.get("suffix", "")) if part)
            person = ", ".join(part for part in (family, given) if part)
            for written in (person, known.get("collectivename", "")):
                draft.claim(rules[column], written)
            draft.keep(f"{path}/Initials", initials)


def _affiliation(draft: Draft, node: Node, rule: Rule) -> None:
    """Take an affiliation, as a text or with the numbers of the institution."""
    if not node.children:
        draft.claim(rule, node.text())
    for child in node.children:
        if child.name.lower() == "affiliation":
            draft.claim(rule, child.text())
        else:
            draft.keep(f"{rule.tag}/{child.name}", _sourced(child))


def _sourced(node: Node) -> str:
    """Return a text with the register it is a number of: `ORCID: 0000-...`."""
    source = node.attributes.get("Source", "")
    return f"{source}: {node.text()}" if source else node.text()


def _abstract(draft: Draft, flat: Flat) -> None:
    """Join the sections of the abstract as `LABEL: text`; abstracts in other words or languages are kept."""
    for path in _ABSTRACTS:
        draft.claim(Rule(path, "abstract"), " ".join(_section(node) for node, _ in flat.elements.get(path, ())))
    for node, _ in flat.elements.get(_OTHER_ABSTRACT, ()):
        draft.keep(_OTHER_ABSTRACT, one_line(" ".join(_section(child) for child in node.children)))


def _section(node: Node) -> str:
    """Return one section of an abstract."""
    label = one_line(node.attributes.get("Label", "")).rstrip(":")
    return f"{label}: {node.text()}" if label else node.text()


def _keywords(draft: Draft, flat: Flat) -> None:
    """Take headings as nbib writes them, `Heading/*qualifier`, and keywords; an asterisk marks the main topics."""
    for node, _ in flat.elements.get(_HEADING, ()):
        heading = "/".join(_starred(child) for child in node.children)
        draft.claim(Rule(_HEADING, "keywords_index"), heading)
    for path in _KEYWORDS:
        for node, _ in flat.elements.get(path, ()):
            draft.claim(Rule(path, "keywords_author", r";\s+"), _starred(node))


def _starred(node: Node) -> str:
    """Return a term, with an asterisk where it is a main topic of the work."""
    return ("*" if node.attributes.get("MajorTopicYN", "").upper() == "Y" else "") + node.text()


def _numbers(draft: Draft, flat: Flat) -> None:
    """Take DOI and PubMed ids of the work; other numbers are kept with their kind."""
    for path in _NUMBERS:
        for node, _ in flat.elements.get(path, ()):
            kind = (node.attributes.get("IdType") or node.attributes.get("EIdType") or "").lower()
            number = node.text()
            valid = node.attributes.get("ValidYN", "Y").upper() != "N"
            if kind == "pmc" and number.isdecimal():
                number = f"PMC{number}"
            if kind == "doi" and valid and clean_doi(number):
                draft.claim(Rule(path, "doi"), number)
            elif kind == "pubmed":
                draft.claim(Rule(path, "pmid"), number)
            elif kind in ("pmc", "pmcid") and clean_pmcid(number):
                draft.claim(Rule(path, "pmcid"), number)
            else:
                draft.keep(path, f"{number} [{kind}]" if kind else number)


def _notices_and_references(draft: Draft, flat: Flat) -> None:
    """Keep retractions, corrections and comments with their kind; take what the work cites."""
    cited: dict[str, None] = {}
    for node, _ in flat.elements.get(_NOTICE, ()):
        kind = node.attributes.get("RefType", "")
        source = node.text("RefSource")
        rest = [f"[{child.name} {child.text()}]" for child in node.children if child.name.lower() != "refsource"]
        told = " ".join([source, *rest]).strip()
        if kind.lower() == "cites":
            cited[told] = None
        else:
            draft.keep(_NOTICE, f"{kind}: {told}" if kind else told)
        if kind.lower() == "retractionin":
            draft.flag("retracted")
    for node, _ in flat.elements.get(_REFERENCE, ()):
        told = one_line(" ".join(_cited(node)))
        if told:
            cited[told] = None
    if cited:
        draft.fields["cited_references"] = list(cited)


def _cited(node: Node) -> list[str]:
    """Return the parts of a reference: its citation, then its numbers as `[doi 10.x]`."""
    told = []
    for child in node.children:
        if child.name.lower() == "articleidlist":
            told += [tidy(f"[{one.attributes.get('IdType', '')} {one.text()}]") for one in child.children]
        else:
            told.append(child.text())
    return told
