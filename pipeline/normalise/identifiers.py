"""Identifiers of works in one normal form: DOI, PubMed ids, ISSN, ISBN; Excel's guards taken off.

Every function returns None (or an empty list) for what is not such an identifier; it never guesses one.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_DOI = re.compile(r"10\.\d{4,9}/\S+")
# As most sources write it: bare, nothing round it or escaped in it (put in lower case).
_USUAL_DOI = re.compile(r"10\.[0-9]{4,9}/[!-$&-~]*[a-z0-9]")
_DOI_PREFIX = re.compile(r"^(?:https?://)?(?:(?:www\.|dx\.)?doi\.org/|doi\s*[:=]?\s*(?://)?)", re.IGNORECASE)
_DOI_BODY = re.compile(r"(?:(?i:\bdoi\b|doi\.org/)[^0-9]{0,12}|^\s*)(10\.\d{4,9}/[^\s\"<>]+)")
_EXCEL_GUARD = re.compile(r'^="(.*)"$', re.DOTALL)
_ISSN = re.compile(r"(?<![0-9A-Za-z])[EePp]?(\d{4})\s?[-–]?\s?(\d{3}[\dXx])(?![0-9A-Za-z])")
_USUAL_ISSN = re.compile(r"[0-9]{4}-?[0-9]{3}[0-9Xx]")
_ISBN = re.compile(r"(?<![0-9A-Za-z])(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx](?![0-9A-Za-z])")
_PMID = re.compile(
    r"(?:https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/|"
    r"(?:pmid|pubmed(?:\s*id)?)?\s*[:=]?\s*)(\d{1,9})/?",
    re.IGNORECASE,
)
_PMCID = re.compile(r"(?:pmcid\s*[:=]?\s*)?pmc\s?(\d{1,9})(?:\.\d+)?", re.IGNORECASE)
_DOI_TAILS = (".", ",", ";", ":", '"', "'", "&", "[doi]", "(doi)")
_PUBMED_ADDRESS = re.compile(
    r"https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/(?:pubmed/|pmc/articles/)"
    r"|pmc\.ncbi\.nlm\.nih\.gov/articles/|europepmc\.org/(?:article|abstract)/(?:MED|PMC)/)(?=[Pp\d])",
    re.IGNORECASE,
)
_LONGEST = 500
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}


def without_guard(text: str) -> str:
    """Return a cell without Excel's text guard.

    >>> without_guard('="19326203"')
    '19326203'
    """
    found = _EXCEL_GUARD.match(text.strip())
    return found.group(1).replace('""', '"') if found else text


def clean_doi(text: str) -> str | None:
    """Return a DOI bare and in lower case, None where the text is not one.

    >>> clean_doi("https://doi.org/10.1111/PADM.12345.")
    '10.1111/padm.12345'
    >>> clean_doi("11.1111/x") is None
    True
    """
    usual = text.lower()
    if len(text) <= _LONGEST and _USUAL_DOI.fullmatch(usual):
        return usual
    bare = without_guard(text).strip().lstrip("<[({\"'").strip()
    for _ in range(3):
        shorter = _DOI_PREFIX.sub("", bare).strip()
        if shorter == bare:
            break
        bare = shorter
    if bare[:6].lower().startswith("10.") and "%2f" in bare.lower():
        bare = unquote(bare)
    found = _DOI.match(bare.split(" ")[0]) if bare else None
    return _trimmed(found.group(0)) if found else None


def _trimmed(doi: str) -> str | None:
    """Return a DOI in lower case without the punctuation of the sentence around it."""
    bare = doi.lower()
    while 0 < len(bare) <= _LONGEST:
        tail = next((end for end in _DOI_TAILS if bare.endswith(end)), None)
        if tail:
            bare = bare[: -len(tail)]
        elif bare[-1] in _BRACKETS and bare.count(bare[-1]) > bare.count(_BRACKETS[bare[-1]]):
            bare = bare[:-1]
        else:
            break
    return bare if len(bare) <= _LONGEST and _DOI.fullmatch(bare) else None


def find_doi(text: str) -> str | None:
    """Return the first DOI that a text names as one (`doi: ...`, a doi.org address), None where there is none."""
    found = _DOI_BODY.search(text)
    return clean_doi(found.group(1)) if found else None


def clean_pmid(text: str) -> str | None:
    """Return a PubMed id as digits, None where the text is not one."""
    found = _PMID.fullmatch(_without_address(text).removesuffix(".0"))
    return found.group(1).lstrip("0") or None if found else None


def clean_pmcid(text: str) -> str | None:
    """Return a PubMed Central id as `PMC` and digits, None where the text is not one."""
    bare = _without_address(text)
    found = _PMCID.fullmatch(f"PMC{bare}" if bare.isdigit() and "/pmc/articles/" in text else bare)
    return f"PMC{found.group(1)}" if found else None


def _without_address(text: str) -> str:
    """Return a number of PubMed without the address it may be part of."""
    bare = without_guard(text).strip()[:_LONGEST]
    address = _PUBMED_ADDRESS.match(bare)
    return bare[address.end() :].rstrip("/") if address else bare


def usual_issn(text: str) -> str | None:
    """Return the ISSN where a text is one and nothing else, as nearly all are written; else None.

    >>> [usual_issn(text) for text in ("1932620x", "1932-6203", "1932-6203 (print)")]
    ['1932-620X', '1932-6203', None]
    """
    if len(text) not in (8, 9) or not _USUAL_ISSN.fullmatch(text):
        return None
    return f"{text[:4]}-{text[-4:].upper()}"


def find_issns(text: str) -> list[str]:
    """Return every ISSN of a text as `dddd-dddX`, each once, in order; parts of ISBNs are not ISSNs.

    >>> find_issns("19326203 (ISSN); 2041-1723")
    ['1932-6203', '2041-1723']
    """
    usual = usual_issn(text)
    if usual:
        return [usual]
    rest = _ISBN.sub(" ", without_guard(text))
    return list(dict.fromkeys(f"{a}-{b.upper()}" for a, b in _ISSN.findall(rest)))


def find_isbns(text: str) -> list[str]:
    """Return every ISBN of a text (10 or 13 characters, digits and X only), each once, in order."""
    if len(text) < 10:
        return []
    found = (re.sub(r"[^0-9Xx]", "", match.group(0)).upper() for match in _ISBN.finditer(without_guard(text)))
    return list(dict.fromkeys(number for number in found if len(number) in (10, 13)))
