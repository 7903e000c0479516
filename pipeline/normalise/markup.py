"""Mark-up to plain text: HTML entities, HTML and JATS tags, LaTeX, text that was encoded twice.

Every function is linear in the length of the text and uses no recursion: exports are not to be trusted.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INLINE = "i b u em strong sub sup span small font a tt sc ul italic bold underline roman monospace strike mark q cite"
_BLOCK = "p br div sec title abstract abstracttext list list-item li ol ul hr h1 h2 h3 h4 h5 h6 label table tr td th"
_MATHS = (
    "inline-formula disp-formula tex-math alternatives math mrow mi mn mo ms mtext msub msup msubsup mfrac mover "
    "munder munderover msqrt mroot mstyle mspace mfenced mtable mtr mtd semantics annotation none"
)
_NAMES = "|".join(sorted(set((_INLINE + " " + _BLOCK + " " + _MATHS).split()), key=lambda name: (-len(name), name)))
_TAG = re.compile(rf"<(/?)(?:jats:|mml:|m:)?({_NAMES})((?:\s[^<>]*)?)/?>", re.IGNORECASE)
_BLOCK_NAMES = frozenset(_BLOCK.split()) - {"ul", "label"} | {"ul", "label"}
_LABEL = re.compile(r"""\bLabel\s*=\s*["']([^"'<>]+)["']""", re.IGNORECASE)
# Finds them in a long text four times as fast as `in`.
_TWO_BLANKS = re.compile("  ")

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
    "textbackslash": "\\", "textendash": "–", "textemdash": "—", "textasciitilde": "~", "textasciicircum": "^",
    "textunderscore": "_", "textbar": "|", "textless": "<", "textgreater": ">", "textquoteright": "’",
    "textquoteleft": "‘",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'", "textdollar": "$", "textregistered": "®",
    "texttrademark": "™", "textcopyright": "©", "textdegree": "°", "textperiodcentered": "·", "ldots": "…", "dots": "…",
    "textellipsis": "…", "slash": "/", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "copyright": "©",
    "pounds": "£",
    "euro": "€", "texteuro": "€", "S": "§", "P": "¶", "textmu": "µ", "quad": " ", "newline": " ", "space": " ",
    "hyphen": "-",
}  # fmt: skip
_COMMANDS = frozenset(
    [
        "textit",
        "textbf",
        "textsc",
        "texttt",
        "textrm",
        "textsf",
        "textup",
        "textsl",
        "textmd",
        "textnormal",
        "emph",
        "underline",
        "uppercase",
        "lowercase",
        "mbox",
        "hbox",
        "text",
        "mathrm",
        "mathbf",
        "mathit",
        "mathsf",
        "mathcal",
        "mathbb",
        "mathtt",
        "boldsymbol",
        "bm",
        "ensuremath",
        "url",
        "textsuperscript",
        "textsubscript",
        "enquote",
        "mkbibquote",
        "mkbibemph",
        "noopsort",
        "protect",
        "relax",
        "it",
        "bf",
        "em",
        "sc",
        "tt",
        "rm",
        "sf",
        "sl",
        "itshape",
        "bfseries",
        "upshape",
        "ttfamily",
        "scshape",
        "rmfamily",
        "sffamily",
        "normalfont",
        "operatorname",
        "left",
        "right",
        "bibstring",
        "foreignlanguage",
        "MakeUppercase",
    ]
)
_LATEX_TOKEN = re.compile(
    r"\\([`'^~=.\"])\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\([ij])(?![A-Za-z])(?:\{\}|[ ])?|([A-Za-z]))"  # \"o \"{o} \'\i
    r"|\\([uvHcdbkr])(?:\s*\{\s*\\?([A-Za-z])\s*\}|\s+\\?([A-Za-z]))"  # \c{c} \v s
    r"|\\([A-Za-z]+)\*?(?:[ \t]*\{\}|[ \t\n]+(?=[A-Za-z0-9])|)"  # \ss \alpha \emph
    r"|\\([&%$#_{}~^,;:! \\/\-\n])"  # \& \%
    r"|(---?|``|''|[{}~$])"
)
# The groups of a token that is an escaped sign, or a sign that means something, and what these become.
_ESCAPED, _SIGN = 9, 10
_ESCAPES = {"\\": "\n", ",": " ", ";": " ", ":": " ", "!": "", "/": "", "-": "", "\n": " "}
_SIGNS = {"---": "—", "--": "–", "``": "“", "''": "”", "~": "\u00a0", "$": "$"}
_HAS_LATEX = re.compile(
    r"\\[`'^~=.\"](?:\{?\\?[A-Za-z])|\\[A-Za-z]+\{|\\[&%_#]|\$[^$\n]{0,200}\\[A-Za-z]+[^$\n]{0,200}\$|\{\\"
)
_MATHS_SPAN = re.compile(r"(?<!\\)\$(?=[^$\n]{0,300}[\\^_])([^$\n]{1,300})(?<!\\)\$")
_MOJIBAKE_LEADS = "ÂÃâ"
_MOJIBAKE = re.compile("[ÂÃâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_UNDEFINED_1252 = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_UPPER_1252 = sorted(set(range(0x80, 0xA0)) - _UNDEFINED_1252)
# Characters of cp1252 -> their bytes; control characters that stand for no byte of it -> what no byte stands for.
_BYTES_1252 = dict.fromkeys(_UPPER_1252, "\uffff") | {ord(bytes([b]).decode("cp1252")): chr(b) for b in _UPPER_1252}


def one_line(text: str) -> str:
    """Return the text with every run of blanks, tabs and line ends as one blank (U+2028 and kin stay)."""
    text = text.strip(" ")
    if len(text) < 100 and text.isprintable() and "  " not in text:
        return text
    if "\n" in text:
        text = " ".join([line.strip(" ") for line in text.split("\n")])
    if text[:1] == " " or holds_blanks_in_a_row(text):
        for sign in "\t\n\r\f\v":
            text = text.replace(sign, " ")
        while "  " in text:
            text = text.replace("  ", " ")
        return text.strip(" ")
    return text.rstrip(" ")


def one_line_each(texts: list[str]) -> list[str]:
    """Return texts as `one_line` does each; those that are on one line already cost one look at all of them."""
    if len(texts) > 1:
        together = "\n".join(["", *texts, ""])
        if together.count("\n") == len(texts) + 1 and not _untidy(together):
            return texts
    return [one_line(text) for text in texts]


def _untidy(lines: str) -> bool:
    """Return whether a line begins or ends with a blank, or holds blanks in a row or anything like one."""
    return "\n " in lines or " \n" in lines or holds_blanks_in_a_row(lines)


def holds_blanks_in_a_row(text: str) -> bool:
    """Return whether a text holds two blanks in a row, or a tab or another sign that counts as some."""
    if "\t" in text or "\r" in text or "\f" in text or "\v" in text:
        return True
    return _TWO_BLANKS.search(text) is not None


def without_entities(text: str) -> str:
    """Return the text with HTML entities decoded, also those that were escaped twice."""
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda found: html.unescape(found.group(0)), text)
    return text


def without_tags(text: str) -> str:
    """Return the text without HTML, JATS and MathML tags; a bare `<` and unknown tags stay; labels become `LABEL: `.

    >>> without_tags("H<sub>2</sub>O, p < 0.05 and <script>")
    'H2O, p < 0.05 and <script>'
    """
    return _TAG.sub(_tag_text, text) if "<" in text else text


def _tag_text(found: re.Match[str]) -> str:
    """Return what a tag leaves behind: nothing, a blank, or its label."""
    closing, name, attributes = found.group(1), found.group(2).lower(), found.group(3)
    label = _LABEL.search(attributes) if attributes and not closing else None
    if label:
        return f" {label.group(1)}: "
    return " " if name in _BLOCK_NAMES else ""


def without_latex(text: str) -> str:
    """Return the text with LaTeX accents, letters, symbols and commands as Unicode; unknown commands stay as written.

    >>> without_latex(r"{\\'E}tude de l'{\\"o}lk{\\"u} \\& $\\alpha$")
    "Étude de l'ölkü & α"
    """
    if not any(sign in text for sign in "\\{}~$`'-"):
        return text
    plain_maths = _MATHS_SPAN.sub(r"\1", text) if "$" in text else text
    return unicodedata.normalize("NFC", _LATEX_TOKEN.sub(_latex_text, plain_maths)) if plain_maths else plain_maths


def _latex_text(found: re.Match[str]) -> str:
    """Return the Unicode text of one LaTeX token."""
    kind = found.lastindex
    if kind == _SIGN:
        return _SIGNS.get(found.group(_SIGN), "")
    if kind == _ESCAPED:
        escaped = found.group(_ESCAPED)
        return _ESCAPES.get(escaped, escaped)
    sign, braced, dotless, letter, word_accent, in_braces, after_blank, command, *_ = found.groups()
    if sign:
        return unicodedata.normalize("NFC", (braced or dotless or letter) + _ACCENTS[sign])
    if word_accent:
        return unicodedata.normalize("NFC", (in_braces or after_blank) + _ACCENTS[word_accent])
    return _command_text(found.group(0), command)


def _command_text(written: str, command: str) -> str:
    """Return the text of `\\command`: its letter or symbol, nothing for a font change, as written if unknown."""
    if command in _LETTERS:
        return _LETTERS[command]
    if command in _COMMANDS:
        return ""
    symbol = _symbols().get(command)
    return symbol if symbol is not None else written


@lru_cache(maxsize=1)
def _symbols() -> dict[str, str]:
    """Return LaTeX command -> character, from the tables of pylatexenc."""
    from pylatexenc.latexencode import get_builtin_uni2latex_dict

    table: dict[str, str] = {}
    for number, latex in sorted(get_builtin_uni2latex_dict().items()):
        command = re.fullmatch(r"(?:\\ensuremath\{)?\\([A-Za-z]+)\}?", latex)
        if command and command.group(1) not in _COMMANDS:
            table.setdefault(command.group(1), chr(number))
    return table


def mended(text: str) -> str:
    """Return text that was UTF-8, read as cp1252 and saved again, as it was; anything else unchanged."""
    if text.isascii() or not any(lead in text for lead in _MOJIBAKE_LEADS) or not _MOJIBAKE.search(text):
        return text
    try:
        return text.translate(_BYTES_1252).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def may_hold_markup(text: str) -> bool:
    """Return whether a text of any length (a whole record) may hold an entity, a tag, LaTeX or mojibake.

    Where it holds none, `plain` and `mended` leave every part of it as it is.
    """
    return (
        "\\" in text
        or ("&" in text and _ENTITY.search(text) is not None)
        or ("<" in text and _TAG.search(text) is not None)
        or (("Â" in text or "Ã" in text or "â" in text) and _MOJIBAKE.search(text) is not None)
    )  # fmt: skip


def is_plain(text: str, latex: bool = False) -> bool:
    """Return whether a text on one line surely holds nothing to decode or mend: a quick look, no where in doubt."""
    if ("&" in text and ";" in text) or ("<" in text and ">" in text) or "\\" in text:
        return False
    if not text.isascii():
        if "Â" in text or "Ã" in text or "â" in text:
            return False
        if latex and not unicodedata.is_normalized("NFC", text):
            return False
    if not latex:
        return True
    return not ("{" in text or "}" in text or "~" in text or "$" in text or "`" in text or "''" in text or "--" in text)


def plain(text: str, latex: bool = False) -> str:
    """Return the text without entities, tags and LaTeX, on one line.

    Args:
        text: a title, abstract, name or keyword as the export has it.
        latex: the source is BibTeX, where braces and `\\&` are always mark-up; elsewhere LaTeX is only decoded where
            the text plainly holds some.
    """
    decoded = without_tags(without_entities(text))
    if latex or ("\\" in decoded and _HAS_LATEX.search(decoded)):
        decoded = without_latex(decoded)
    return one_line(decoded)
