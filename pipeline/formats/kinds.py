"""Document types: what the sources call them, and the ten words the pipeline uses."""

from __future__ import annotations

from collections.abc import Iterable

# The pipeline's word -> what RIS, BibTeX, Web of Science, Scopus, PubMed, Zotero, Lens, ... write (any case).
_WORDS: dict[str, str] = {
    "article": "jour|ejou|mgzn|magart|news|inpr|article|journal article|journalarticle|journal|j"
    "|article in press|articles"
    "|article; early access|newspaper article|magazine article|periodical article|newspaperarticle|magazinearticle"
    "|journal articles|journal-article|academic journal|scholarly journal|research article|original article|magazine"
    "|short survey|letter|note|brief communication|case reports|case report|retracted publication"
    "|clinical trial|randomized controlled trial"
    "|data paper|data article|software review|jour art|article-journal|peer reviewed journal|journal paper|newspaper"
    "|suppperiodical|periodical|misc article|ieee journals|ieee magazines|ieee early access articles"
    "|proceedings article in journal|article-magazine|article-newspaper|casereport|clinicaltrial|peer-review"
    "|journalarticle; study|study|lettersandcomments",
    "review": "review|systematic review|meta-analysis|metaanalysis|review article|literature review|scoping review"
    "|reviews|conference review",
    "chapter": "chap|echap|inbook|incollection|suppbook|bookinbook|suppcollection|inreference|book chapter|booksection"
    "|book section|book-chapter|chapter|book; book chapter|article; book chapter|ency|dict|encyclopediaarticle"
    "|encyclopedia article|entry-encyclopedia|entry-dictionary|book-part|dictionaryentry"
    "|reference-entry|collection article",
    "book": "book|ebook|edbook|books|mvbook|booklet|b|manual|collection|mvcollection|reference|mvreference|s"
    "|ser|monograph"
    "|edited book|edited-book|reference-book|whole book",
    "conference": "conf|cpaper|inproceedings|conference|proceedings|mvproceedings|proceedings paper|conference paper|c"
    "|conferencepaper|conference proceedings|conference proceeding|proceedings-article|meeting abstract|abst"
    "|paper|conference abstract"
    "|article; proceedings paper|congress|slide|presentation|conference article|ieee conferences"
    "|iet conferences|conference publication|conferences"
    "|paper-conference|speech|speeches/meeting papers|conference papers and proceedings",
    "thesis": "thes|thesis|phdthesis|mastersthesis|dissertation|dissertation/thesis|dissertations & theses|phd thesis"
    "|doctoral dissertation|master thesis|master's thesis|bachelor thesis|dissertations|doctoral thesis"
    "|thesisdissertation",
    "report": "rprt|report|techreport|govdoc|standard|std|stand|technical report|working paper|workingpaper"
    "|government document"
    "|reports|institutional report|research report|unpb|legal|bill|stat|hear|case|document|reports - research"
    "|whitepaper|white paper|report-component|report-series",
    "preprint": "preprint|unpublished|posted-content|preprints|posted content|early access preprint|eprint",
    "editorial": "editorial|editorial material|comment|erratum|correction|corrigendum"
    "|introductory journal article|news item"
    "|book review|review-book|retraction|retraction note|published erratum|interview|biography"
    "|biographical-item",
    "other": "gen|misc|other|electronic|online|elec|web|webpage|web page|blog|blogpost|data|dataset|video|audio"
    "|videorecording"
    "|audiorecording|film|mpct|sound|music|art|artwork|map|pamp|pat|patent|p|comp|software|computerprogram"
    "|computer program"
    "|icomm|email|letter to someone|manscpt|manuscript|podcast|radiobroadcast|tvbroadcast|figure|equa|chart|grnt|grant"
    "|aggr|anci|ctlg|catalog|clswk|dbase|advs|multi|unbill|interactive|person|post|forumpost|hearing|statute|personal"
    "|post-weblog|motion_picture|legal_case|paratext|supplementary-materials|component|commentary|image|movie|performance|jurisdiction|legislation|legmaterial|entry|archivedocument|documentary",
}
_TYPES = {name: word for word, names in _WORDS.items() for name in names.split("|")}
# Where one record has several types, the one that says most comes first.
_TELLING = ("review", "conference", "chapter", "thesis", "preprint", "editorial", "report", "book", "article", "other")


def document_type(written: Iterable[str]) -> str | None:
    """Return the pipeline's word for the types a record states; None where it states none that is known.

    >>> document_type(["Journal Article", "Systematic Review"])
    'review'
    """
    found = {_TYPES[part] for text in written for part in _parts(text) if part in _TYPES}
    return next((word for word in _TELLING if word in found), None)


def _parts(text: str) -> list[str]:
    """Return the whole text and its parts between separators, in lower case."""
    whole = " ".join(text.casefold().split()).strip(" .;")
    return [whole, whole.replace("-", " "), *(part.strip() for sign in (";", ",") for part in whole.split(sign))]
