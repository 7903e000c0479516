"""Text for comparing: folded letters, plain words, titles without what databases add, and the marks in a title.

Nothing here changes what a record shows; these forms exist only to compare entries with each other.
"""

from __future__ import annotations

import html
import re
import unicodedata

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,60}>")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_APOSTROPHE = re.compile(r"(?<=\w)['’‘`´ʼ](?=\w)")
_LETTERS = str.maketrans(
    {
        "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "κ": "kappa", "λ": "lambda",
        "μ": "mu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    }
)  # fmt: skip
_MOJIBAKE = re.compile(r"[ÂÃÄÅâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œž]")

_BRACKETED_REMARK = re.compile(
    r"[\[(]\s*(?:\d+\s+refs?\.?|review|reprint(?:ed)?\b[^\])]{0,200}|in\s+process\s+citation"
    r"|(?:published\s+)?(?:erratum|corrigendum|correction|comment)\s+(?:appears|in|to\s+appear|published)\b[^\])]{0,200}"
    r"|see\s+comments?\b[^\])]{0,200}|letter|article\s+in\s+[a-z]+|in\s+[a-z]+"
    r"|abstract|meeting\s+abstract|conference\s+abstract"
    r"|chinese|japanese|german|french|spanish|portuguese|italian|russian|korean|polish|turkish|dutch|czech)\s*[\])]",
    re.IGNORECASE,
)
_NOTICE_TAIL = re.compile(
    r"\.?\s*\[\s*(?:(?:published\s+)?(?:erratum|corrigendum|correction|retraction|comment)\s+(?:appears|in\b|to\s+appear"
    r"|published)|(?:see\s+)?comments?\s+in\b|(?:corrected\s+and\s+)?republished\s+(?:from|in)\b).*$",
    re.IGNORECASE,
)
_LANGUAGE_TAIL = re.compile(
    r"[.:]\s*\[?(?:chinese|japanese|german|french|spanish|portuguese|italian|russian|korean|polish|turkish|dutch|czech)"
    r"\]?\s*\.?\s*$",
    re.IGNORECASE,
)
_LEADING_STATUS = re.compile(
    r"^\s*(?:\[?(?:retracted|withdrawn)(?:\s+article|\s+paper)?\]?|reprint(?:\s+of)?|original\s+article)\s*[:.\-–—]\s*",
    re.IGNORECASE,
)
_TRAILING_STATUS = re.compile(
    r"\s*[\[(](?:retracted|withdrawn)(?:\s+article|\s+paper)?[^\])]{0,200}[\])]\s*$", re.IGNORECASE
)
_ABSTRACT_TAIL = re.compile(r"\s*(?:©|\(c\)\s+(?:19|20)\d\d|copyright\b).{0,200}$", re.IGNORECASE | re.DOTALL)

_NOTICES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("retraction", re.compile(r"^(?:retraction\b|notice of retraction|expression of concern)")),
    ("erratum", re.compile(r"^(?:errat(?:um|a)|corrigend(?:um|a)|correction|addendum|author correction"
                           r"|publishers? correction)\b|\b(?:erratum|corrigendum)$"
                           r"|\bvol \d+ (?:(?:pg?|pp|art no|no) )?\w+ (?:\w+ )?(?:19|20)\d\d$")),
    ("reply", re.compile(r"^(?:re(?:ply|joinder|buttal)|response to|(?:the )?authors? re(?:ply|sponse|spond)"
                         r"|in reply)\b|\b(?:a reply|a rejoinder|a response|reply|authors? response)$")),
    ("comment", re.compile(r"^(?:comment(?:s|ary)?\b|invited comment|discussion of\b|re |letter to the editor)"
                           r"|\b(?:a|invited) comment(?:ary)?$|\bcomment(?:ary)?$")),
    ("book review", re.compile(r"^(?:book reviews?|review of the book|book review)\b|\bbook review$")),
    ("protocol", re.compile(r"\b(?:study|trial|review|research) protocol\b|\bprotocol (?:for|of) (?:a|an|the)\b"
                            r"|\bprotocol$|^protocol\b")),
)  # fmt: skip
_OF_ANOTHER_WORK = re.compile(
    r"^(?:retraction|notice of retraction|expression of concern|(?:corrected )?republication|republished)\b"
    r"(?: (?:note|notice|article|paper|statement|to|of|for|on|regarding))*"
)
_REPUBLISHED = re.compile(
    r"\b(?:re-?published\s+(?:from|in|with|article)|corrected\s+(?:and\s+)?re-?publi(?:shed|cation))\b"
    r"|^\W*re-?publi(?:shed|cation)\b",
    re.IGNORECASE,
)
_RECURRING = re.compile(
    r"^(?:guest |from the )?(?:editorials?|editors?|editor in chief|introduction|preface|foreword|comments?|commentary"
    r"|remarks|letters?|in this issue|table of contents|contents|index|news|announcements?"
    r"|book reviews?|obituary|abstracts?"
    r"|discussion|conclusions?|replies|reply|response|authors reply|correspondence|conference report|calendar"
    r"|proceedings"
    r"|summary|overview|call for papers|acknowledg\w+|reviewers?|special issue|issue information|front matter|notes?"
    r"|minitrack|introduction to the \w+ (?:special|minitrack|issue)|welcome|message from|erratum|errata|corrigendum"
    r"|correction|subject index|author index|symposium|panel|keynote|epilogue|prologue|untitled|reviews?)\b"
)
_EDITORIAL_ANYWHERE = re.compile(
    r"\b(?:editorial|editors? (?:comments?|notes?|introduction|remarks)|special issue|special section|minitrack"
    r"|editorial introduction|in this issue|remarks from \w+ \w+ editor|letter from the editor|conference proceedings"
    r"|proceedings of|annual report|contents of)\b"
)
_SERIES = re.compile(
    r"\b(?:part|pt|parts|volume|vol|paper|study|chapter|section|phase|report|number|edition|book|lecture|episode)"
    r" (\d{1,3}|[a-h])\b"
)
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13", "xiv": "14", "xv": "15",
}  # fmt: skip
_COUNTED = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5",
    "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5",
}  # fmt: skip
_COUNTERS = frozenset(
    {"part", "pt", "volume", "vol", "paper", "study", "chapter", "section", "phase", "report", "type"}
)
_DIGITS = re.compile(r"\d+")
_BLANKS = {code: " " for code in range(128) if not chr(code).isalnum()}
_NOTHING = dict.fromkeys(_BLANKS)


def repair_mojibake(text: str) -> str:
    """Return the text with UTF-8 that was read as Latin-1 or cp1252 put right; other text comes back unchanged.

    >>> repair_mojibake("KÃ¶nig")
    'König'
    """
    if not _MOJIBAKE.search(text):
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def fold(text: str) -> str:
    """Return the text in small letters without accents, entities and tags; Greek letters become their names.

    >>> fold("<i>Ko-produksjon</i> &amp; Självstyre β")
    'ko-produksjon & sjalvstyre beta'
    """
    if text.isascii() and "&" not in text and "<" not in text:
        return text.lower()
    plain = repair_mojibake(text)
    if "&" in plain:
        plain = html.unescape(html.unescape(plain))
    if "<" in plain:
        plain = _TAG.sub("", plain)
    decomposed = unicodedata.normalize("NFKD", plain.casefold().replace("ß", "ss"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_LETTERS)


def words(text: str) -> str:
    """Return the folded words of a text, one blank between them, everything that is no letter or digit left out.

    >>> words("Citizens’ role(s): co-production")
    'citizens role s co production'
    """
    folded = fold(text)
    if folded.isascii():  # the same by way of a table, which is much faster
        joined = _APOSTROPHE.sub("", folded) if "'" in folded or "`" in folded else folded
        return " ".join(joined.translate(_BLANKS).split())
    return " ".join(_NOT_WORD.sub(" ", _APOSTROPHE.sub("", folded)).split())


def compact(plain_words: str) -> str:
    """Return words run together, so that a hyphen, a blank or a line break makes no difference."""
    return plain_words.replace(" ", "")


def title_words(title: str) -> str:
    """Return the words of a title without what databases add (remarks in brackets, language, status, end marks).

    Roman numbers after the first and written numbers after words such as "part" become digits.

    >>> title_words("[Co-production in care, Part II]. [Review] [33 refs]")
    'co production in care part 2'
    """
    plain = _TRAILING_STATUS.sub("", _LEADING_STATUS.sub("", " ".join(title.split())))
    if "[" in plain or "(" in plain:
        plain = _BRACKETED_REMARK.sub(" ", _NOTICE_TAIL.sub("", plain))
    plain = _LANGUAGE_TAIL.sub("", plain)
    return _with_digits(words(plain)) or words(title)


def _with_digits(plain_words: str) -> str:
    tokens = plain_words.split()
    for place, token in enumerate(tokens):
        after_counter = place > 0 and tokens[place - 1] in _COUNTERS
        if token in _ROMAN:
            tokens[place] = _ROMAN[token]
        elif after_counter and token in {"i", "v", "x"}:
            tokens[place] = {"i": "1", "v": "5", "x": "10"}[token]
        elif after_counter and token in _COUNTED:
            tokens[place] = _COUNTED[token]
        elif token == "i" and place == len(tokens) - 1 and place > 0:
            tokens[place] = "1"
    return " ".join(tokens)


def title_notice(plain_words: str) -> str:
    """Return what kind of notice about another work a title announces (erratum, reply, ...), or an empty text.

    >>> title_notice("erratum to citizens as partners"), title_notice("citizens as partners")
    ('erratum', '')
    """
    for kind, pattern in _NOTICES:
        if pattern.search(plain_words):
            return kind
    return ""


def announced_title(plain_words: str) -> str:
    """Return the words after what makes a title a notice of retraction or of republication.

    >>> announced_title("retraction note to citizens as partners")
    'citizens as partners'
    """
    return _OF_ANOTHER_WORK.sub("", plain_words).strip()


def is_republication(title: str) -> bool:
    """Return whether a title says that the work was corrected and published again."""
    return bool(_REPUBLISHED.search(title))


def title_series(plain_words: str) -> str:
    """Return which part of a series a title names ("part 2" -> "2"), or an empty text."""
    return " ".join(sorted(_SERIES.findall(plain_words)))


def title_numbers(plain_words: str) -> frozenset[str]:
    """Return the numbers in a title, leading zeros left out."""
    return frozenset(number.lstrip("0") or "0" for number in _DIGITS.findall(plain_words))


def is_recurring_title(plain_words: str) -> bool:
    """Return whether a title is one that issue after issue repeats (editorials, replies, introductions, ...).

    >>> is_recurring_title("editors comments"), is_recurring_title("citizens as partners in service delivery")
    (True, False)
    """
    if len(plain_words) <= 12:
        return True
    return bool(_RECURRING.search(plain_words) and len(plain_words) < 70) or bool(
        _EDITORIAL_ANYWHERE.search(plain_words) and len(plain_words) < 120
    )


def abstract_words(abstract: str, length: int = 300) -> str:
    """Return the beginning of an abstract as compact words, the publisher's copyright tail left out."""
    head = abstract[: length * 3]
    if head.isascii() and "&" not in head and "<" not in head:  # the same by way of a table, which is much faster
        folded = head.lower()
        if "copyright" not in folded and "(c)" not in folded:
            return folded.translate(_NOTHING)[:length]
    return compact(words(_ABSTRACT_TAIL.sub("", head)))[:length]
