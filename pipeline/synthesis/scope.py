"""What the words around a match say about it: negation, and whether a sentence tells of help or of hindrance.

The words are those of general English prose; nothing here knows a topic. What is found is a suggestion for a coder.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.synthesis.frame import NOT_STATED, FrameCode

_LOOK_BACK: Final = 40
_NEAR: Final = 25
_JOINED: Final = re.compile(
    r"^\w*(?: (?:to|of|for|from))?(?:,| and/or\b| and\b| or\b| as well as\b| to,? or\b| as)", re.IGNORECASE
)
_NEGATION: Final = re.compile(
    r"\b(?:(?:(?:does|do|did|is|are|was|were|has|have|had|can|could|will|would|should|may|might) ?n[o']t"
    r"|not|no|nor|never|neither|without|non|cannot|hardly|no longer|far from)"
    r"(?:\s+(?:an?|the|any|be|been|being|yet|fully|really|truly|necessarily|actually|always))*"
    r"|rather than|instead of|as opposed to|as against|other than|except(?: for)?|in place of)"
    r"(?:\s+(?:an?|the|by|through|with|as))*[\s-]+$",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bcf)(?<!\bet al)(?<!\b[A-Z])[.!?][\"'\u201d)]?\s+(?=[\"'\u201c(]?[A-Z0-9])"
)
_TURN: Final = re.compile(
    r"[;:\u2014]\s|,?\s\b(?:but|however|although|though|whereas|while|yet|despite|in spite of|nevertheless)\b",
    re.IGNORECASE,
)
HINDRANCE: Final = re.compile(
    r"\b(?:hinder|hamper|barrier|obstacle|imped|inhibit|constrain|limit(?:s|ed|ing|ation)|restrict|undermin|obstruct"
    r"|block(?:s|ed|ing)?\b|prevent(?:s|ed|ing)?\b|compromis|erod|weaken|difficult|fail(?:s|ed|ing|ure)|lack(?:s|ed|ing)?\b"
    r"|insufficien|inadequa|resist(?:ed|s|ance|ant)?\b|reluctan|threat|negative|jeopardi|discourag|deter(?:s|red)?\b"
    r"|overshadow|destroy|destruct|harm(?:s|ed|ful)?\b|worse|struggl|too little|poor(?:ly)?\b|shortage"
    r"|imbalance|asymmetr"
    r"|tokenis|crowd(?:s|ed|ing)? out|dilut|stall|at odds|burden|hard to|less likely|challeng|tension"
    r"|very weak|only weakly|nothing came of|turn(?:ed|s|ing)? away|refus|withdr[ae]w|kept out|slow(?:ed|s)? down"
    r"|feebl|watered down|narrow(?:s|ed)\b|missing\b|rarely\b)",
    re.IGNORECASE,
)
HELP: Final = re.compile(
    r"\b(?:foster|facilitat|enabl|support(?:s|ed|ing|ive)?\b|promot|encourag|strengthen|improv|enhanc|help(?:s|ed|ing)?\b"
    r"|contribut|increas|success|driv(?:e|es|en|er|ers|ing)\b|prompt(?:s|ed|ing)?\b|crucial|pivotal|positive|benefi|empower"
    r"|stimulat|boost|essential|reinforc|trigger|effective in|made it possible"
    r"|make it possible|made possible"
    r"|thanks to|build(?:s|ing)?\b|built\b|conducive|catalys|paved the way|allow(?:s|ed|ing)?\b|key (?:factor|role|to)"
    r"|more likely|valu(?:ed|able)\b|expand(?:s|ed|ing)?\b|restor"
    r"|depend(?:s|ed|ent)? (?:up)?on|rel(?:y|ies|ied) on|important|necessary|prerequisite|precondition"
    r"|led to\b|thank(?:s|ed)\b"
    r"|positively|associated with|motivated by|explained by|central to|played? (?:a|an) (?:\w+ )?role)",
    re.IGNORECASE,
)
OBSERVED: Final = re.compile(
    r"\b(?:f(?:ind|ound)\b|findings?|results?|show(?:s|ed|n)?\b|reveal|suggest(?:s|ed)?\b|indicat|demonstrat|illustrat|highlight(?:s|ed)?\b"
    r"|evidence|observ(?:e|ed|ation)|emerg(?:e|ed)\b|reported|associated with|led to|resulted|identif(?:y|ied"
    r"|ies)|document(?:s|ed)\b"
    r"|conclu|apparent|(?:became|become|becomes) (?:clear|evident|visible)|we learn|it turned out|turned out"
    r"|underlin|reiterat|substantiat)",
    re.IGNORECASE,
)
INTENDED: Final = re.compile(
    r"\b(?:aims?\b|aimed|purpose|objectives?\b|seek(?:s|ing)?\b|sought|should|must\b|ought|propos|argu(?:e|es"
    r"|ed|ing)\b|in order to"
    r"|whether|explor|examin|investigat|discuss(?:es|ed)?\b|question|considers?\b|intended|heralded|hypothes"
    r"|we (?:assess|study|analyse|ask)"
    r"|(?:paper|article|chapter|study|review|thesis|book|work) (?:\w+ )?(?:assess|address|focus|present|offer"
    r"|provide|describe|look)\w*"
    r"|(?:this|the|our|present) (?:article|paper|chapter|essay|book|contribution) "
    r"(?!finds|found|shows|showed|reveals|demonstrates|documents|illustrates|reports|and|is based)\w+"
    r"|revisit|reconstruct|future research|further research|need(?:s|ed)? to|is expected|are expected|recommend)",
    re.IGNORECASE,
)
POSSIBLE: Final = re.compile(
    r"\b(?:will|would|could|can\b|may\b|might|potential(?:ly)?\b|promis|expect|hop(?:e|es|ed)\b)", re.IGNORECASE
)


def is_negated(text: str, start: int) -> bool:
    """Return whether a word of negation, or of setting aside, stands directly before a position of the text.

    >>> is_negated("without any meals", 12), is_negated("not only meals", 9), is_negated("paid rather than free", 17)
    (True, False, True)
    """
    return _NEGATION.search(text[max(0, start - _LOOK_BACK) : start]) is not None


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text begin and end."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    starts = [0, *ends]
    return [(start, end) for start, end in zip(starts, [*ends, len(text)], strict=True) if text[start:end].strip()]


def sentence_at(text: str, position: int) -> tuple[int, int]:
    """Return where the sentence around a position begins and ends."""
    return next((span for span in sentences(text) if span[0] <= position < span[1]), (0, len(text)))


def direction(text: str, start: int, end: int) -> str:
    """Return what the sentence says of the words between two positions: `+`, `-`, `mixed` or `not_stated`.

    The clause around the words counts before the rest of the sentence; in it the nearest word of help or hindrance. It
    is `mixed` where one of each stand side by side (`enablers and barriers`). Negated words tell the other way round.
    """
    first, last = sentence_at(text, start)
    turns = [first, *(match.start() for match in _TURN.finditer(text, first, last)), last]
    clause = max(at for at in turns if at <= start), min((at for at in turns if at >= end), default=last)
    for left, right in (clause, (first, last)):
        found = _cues(text, left, right, start, end)
        if found:
            nearest = min(found)
            opposite = [cue for cue in found if cue[3] != nearest[3] and _side_by_side(text, nearest, cue)]
            return "mixed" if opposite else nearest[3]
    return NOT_STATED


_Cue = tuple[int, int, int, str]


def _side_by_side(text: str, one: _Cue, other: _Cue) -> bool:
    """Return whether two cues are named together: `foster or hinder`, `barriers to and drivers of`."""
    first, second = sorted([(one[1], one[2]), (other[1], other[2])])
    between = text[first[1] : second[0]]
    return len(between) <= _NEAR and _JOINED.search(between) is not None


def _cues(text: str, left: int, right: int, start: int, end: int) -> list[_Cue]:
    """Return the words of help or hindrance between two positions: distance from the words, place, sign.

    Help that is part of the words themselves (`political support`) says nothing of what they did.
    """
    found = []
    for sign, other, cue in (("+", "-", HELP), ("-", "+", HINDRANCE)):
        for match in cue.finditer(text, left, right):
            if sign == "+" and match.start() < end and match.end() > start:
                continue
            distance = max(start - match.end(), match.start() - end, 0)
            said = other if is_negated(text, match.start()) else sign
            found.append((distance, match.start(), match.end(), said))
    return found


def suggested_value(item: FrameCode, text: str, start: int, end: int) -> str:
    """Return the direction or sign to suggest for a match, empty where the code has no values."""
    if len(item.values) < 2:
        return item.values[0] if item.values else ""
    said = direction(text, start, end)
    if item.kind == "signed":
        said = "claimed_only" if not is_told_as_fact(text, start) else item.values[0] if said == NOT_STATED else said
    return said if said in item.values else NOT_STATED if NOT_STATED in item.values else item.values[0]


def is_told_as_fact(text: str, position: int) -> bool:
    """Return whether the sentence around a position tells what was found, not what is meant, asked or possible."""
    first, last = sentence_at(text, position)
    return (
        OBSERVED.search(text, first, last) is not None
        and INTENDED.search(text, first, last) is None
        and POSSIBLE.search(text, first, last) is None
    )
