"""Document types: what the sources call them, and the ten words the pipeline uses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

# The pipeline's word -> what RIS, BibTeX, Web of Science, Scopus, PubMed, Zotero, Lens, ... write (any case).
_WORDS: dict[str, str] = {
    "article": "jour|ejou|mgzn|magart|news|inpr|article|journal article|journalarticle|journal|j|article in press"
    "|articles|article; early access|newspaper article|magazine article|periodical article"
    "|newspaperarticle|magazinearticle|journal articles|journal-article|academic journal"
    "|scholarly journal|research article|original article|magazine|short survey|letter|note"
    "|brief communication|case reports|case report|retracted publication|clinical trial"
    "|randomized controlled trial|data paper|data article|software review|jour art|article-journal"
    "|peer reviewed journal|journal paper|newspaper|suppperiodical|periodical|misc article|ieee journals"
    "|ieee magazines|ieee early access articles|proceedings article in journal|electronic article"
    "|retracted article|journal, electronic|original articles|original research|research articles"
    "|case studies|academic journal article|clinical report|extraordinary case report|commentary/opinion"
    "|feature article|scholarly journals|serial|article-magazine|article-newspaper|casereport"
    "|clinicaltrial|peer-review|journalarticle; study|study|lettersandcomments",
    "review": "review|systematic review|meta-analysis|review article|literature review|scoping review|reviews"
    "|conference review|review articles|systematic reviews|information analyses|literature reviews"
    "|metaanalysis",
    "chapter": "chap|echap|inbook|incollection|suppbook|bookinbook|suppcollection|inreference|book chapter"
    "|booksection|book section|book-chapter|chapter|book; book chapter|article; book chapter|ency|dict"
    "|encyclopediaarticle|encyclopedia article|dictionaryentry|reference-entry|collection article"
    "|electronic book section|encyclopedia|dictionary|book, section|chapter in book|encyclopedia entry"
    "|entry-encyclopedia|entry-dictionary|book-part",
    "book": "book|ebook|edbook|books|mvbook|booklet|b|manual|collection|mvcollection|reference|mvreference|s|ser"
    "|monograph|edited book|edited-book|reference-book|whole book|electronic book|book, whole"
    "|book, edited|text/reference|classical work|ancient text|authored book",
    "conference": "conf|cpaper|inproceedings|conference|proceedings|mvproceedings|proceedings paper|conference paper|c"
    "|conferencepaper|conference proceedings|conference proceeding|proceedings-article|meeting abstract"
    "|abst|paper|conference abstract|article; proceedings paper|congress|slide|presentation"
    "|conference article|ieee conferences|iet conferences|conference publication|conferences"
    "|speeches/meeting papers|conference papers and proceedings|meeting paper|meeting|proceeding"
    "|conference proceeding paper|paper-conference|speech",
    "thesis": "thes|thesis|phdthesis|mastersthesis|dissertation|dissertation/thesis|dissertations & theses"
    "|phd thesis|doctoral dissertation|master thesis|master's thesis|bachelor thesis|dissertations"
    "|doctoral thesis|dissertation/thesis, unpublished|dissertation abstract|dissertations/theses"
    "|thesisdissertation",
    "report": "rprt|report|techreport|govdoc|standard|std|stand|technical report|working paper|workingpaper"
    "|government document|reports|institutional report|research report|unpb|legal|bill|stat|hear|case"
    "|document|reports - research|whitepaper|legal rule or regulation|reports - evaluative"
    "|reports - descriptive|reports - general|government publication|white paper|report-component"
    "|report-series",
    "preprint": "preprint|unpublished|posted-content|preprints|posted content|early access preprint|eprint"
    "|unpublished material|unpublished work",
    "editorial": "editorial|editorial material|comment|erratum|correction|corrigendum|introductory journal article"
    "|news item|book review|retraction|retraction note|published erratum|interview|biography"
    "|biographical-item|opinion|editorials|letter to the editor|correction notice|review-book",
    "other": "gen|misc|other|electronic|online|elec|web|webpage|web page|blog|blogpost|data|dataset|video|audio"
    "|videorecording|audiorecording|film|mpct|sound|music|art|artwork|map|pamp|pat|patent|p|comp|software"
    "|computerprogram|computer program|icomm|email|letter to someone|manscpt|manuscript|podcast"
    "|radiobroadcast|tvbroadcast|figure|equa|chart|grnt|grant|aggr|anci|ctlg|catalog|clswk|dbase|advs"
    "|multi|unbill|interactive|person|post|forumpost|hearing|statute|personal|commentary|image|movie"
    "|performance|jurisdiction|legislation|legmaterial|entry|archivedocument|documentary|generic"
    "|aggregated database|online database|audiovisual material|chart or table|discussion forum|equation"
    "|film or broadcast|multimedia application|online multimedia|pamphlet|personal communication"
    "|press release|social media|television episode|patents|sound recording|guides - non-classroom"
    "|post-weblog|motion_picture|legal_case|paratext|supplementary-materials|component",
}
_TYPES = {name: word for word, names in _WORDS.items() for name in names.split("|")}
# Where one record has several types, the one that says most comes first.
_TELLING = ("review", "conference", "chapter", "thesis", "preprint", "editorial", "report", "book", "article", "other")


def document_type(written: Iterable[str]) -> str | None:
    """Return the pipeline's word for the types a record states; None where it states none that is known.

    >>> document_type(("Journal Article", "Systematic Review"))
    'review'
    """
    return _type_of(tuple(written))


@lru_cache(maxsize=10_000)
def _type_of(written: tuple[str, ...]) -> str | None:
    """Return the word for types that are stated; the same few are met again and again."""
    parts = {part for text in written for part in _parts(text) if part in _TYPES}
    forms = {part for part in parts if not part.startswith("reports - ")}  # ERIC's genre: says nothing where a form is
    found = {_TYPES[part] for part in forms or parts}
    return next((word for word in _TELLING if word in found), None)


def _parts(text: str) -> list[str]:
    """Return the whole text and its parts between separators, in lower case, also without ERIC's numbers."""
    whole = " ".join(text.casefold().split()).strip(" .;")
    parts = [whole, whole.replace("-", " "), *(part.strip() for sign in (";", ",") for part in whole.split(sign))]
    return [*parts, *(part[4:] for part in parts if part[:3].isdigit() and part[3:4] == " ")]
