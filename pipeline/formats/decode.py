"""From the bytes of an export to its text: encoding, byte order marks, line ends; what is no text is refused."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import AnyStr

from pipeline.errors import InputError
from pipeline.formats.workbook_limits import is_zip, what_zip

_SAMPLE = 65536

# Leading bytes -> what the file is, what to do.
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF document", "export the citations (RIS, BibTeX, CSV), not the full text"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word, PowerPoint or Outlook file", "export as RIS, BibTeX or CSV"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"\x89PNG", "a picture", "export the citations as RIS, BibTeX or CSV"),
    (b"\xff\xd8\xff", "a picture", "export the citations as RIS, BibTeX or CSV"),
    (b"GIF8", "a picture", "export the citations as RIS, BibTeX or CSV"),
    (b"SQLite format 3", "a database file", "export the citations as RIS, BibTeX or CSV"),
    (b"{\\rtf", "a rich text document", "export the citations as plain text (RIS, BibTeX, CSV)"),
    (b"PAR1", "a Parquet file", "save the table as CSV (UTF-8)"),
)
_HTML = re.compile(r"\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_BOMS: tuple[tuple[bytes, str, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
# A CR before its LF, and one before such a pair: a search for one sign is many times as fast as one for two.
_ENDS = (re.compile("\r(?=\n)"), re.compile("\r(?=\r\n)"))
_ENDS_OF_BYTES = (re.compile(b"\r(?=\n)"), re.compile(b"\r(?=\r\n)"))
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]+")
# Bytes between two letters: accents of MacRoman (in cp1252 capitals or signs, hardly there); either; accents of cp1252.
_ONLY_MAC = re.compile(rb"(?<=[A-Za-z])[\x80-\x84\x86-\x91\x98\x99\x9b\x9d\x9f](?=[a-z])")
_EITHER = re.compile(rb"(?<=[A-Za-z])[\x96\x97\x9a\x9c\x9e](?=[a-z])")
_ONLY_WINDOWS = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff](?=[a-z])")
# The encoding an XML file declares, and the names of those that are believed where the bytes are not UTF-8.
_DECLARED = re.compile(rb"\s*+<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9_.-]{1,40})[\"']")
_BELIEVED = re.compile(
    r"(?:iso-?8859-|windows-|cp)\d+|koi8-[ru]|macintosh|gbk|gb2312|gb18030|big5|shift_jis|euc-(?:jp|kr)"
)
_AS_WINDOWS = frozenset(["iso-8859-1", "iso8859-1", "windows-1252", "cp1252"])


@dataclass(frozen=True)
class Decoded:
    """The text of an export: no byte order marks, `\\n` line ends; which encoding it was; remarks for people."""

    text: str
    encoding: str
    remarks: tuple[str, ...] = ()


def decode(data: bytes, file: str | None = None) -> Decoded:
    """Return the text of an export; tried on all of it: BOM, UTF-16 by zero bytes, UTF-8, what XML declares, cp1252.

    Raises:
        InputError: the bytes are no text (an archive, a PDF, a picture) or a web page; says what they are.
    """
    if is_zip(data):
        what, hint = what_zip(data)
        raise InputError(f"not a bibliographic export but {what}", file=file, hint=hint)
    for signature, what, hint in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"not a bibliographic export but {what}", file=file, hint=hint)
    narrow = b"\x00" not in data  # one or more whole bytes a character, so that line ends may be put right as bytes
    text, encoding, remarks = _characters(_line_ends(data, b"\r", b"\n", *_ENDS_OF_BYTES) if narrow else data)
    if _HTML.match(text[:_SAMPLE].lstrip("\ufeff")):
        raise InputError(
            "not a bibliographic export but a web page (often the page of an expired session)",
            file=file,
            hint="sign in again and repeat the export",
        )
    _refuse_binary(text, file)
    if "\ufffd" in text:
        remarks.append(f"{text.count(chr(0xFFFD))} characters were already lost (U+FFFD) before this file was exported")
    if not narrow and "\x00" in text:  # no zero byte, no NUL
        remarks.append(f"{text.count(chr(0))} NUL characters in the file")
    if "\ufeff" in text:
        text = text.replace("\ufeff", "")
    return Decoded(text if narrow else _line_ends(text, "\r", "\n", *_ENDS), encoding, tuple(remarks))


def _characters(data: bytes) -> tuple[str, str, list[str]]:
    """Return text, encoding and remarks."""
    for mark, name, codec in _BOMS:
        if data.startswith(mark):
            body = data[len(mark) :]
            try:
                return body.decode(codec), name, []
            except UnicodeDecodeError as error:
                if codec != "utf-8":
                    text = body.decode(codec, "replace")
                    return text, name, [f"damaged {name} text at byte {error.start}"]
                break
    wide = _wide_encoding(data[:_SAMPLE])
    if wide:
        try:
            return data.decode(wide), wide, [f"no byte order mark; read as {wide} from the pattern of its zero bytes"]
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError:
        return _one_byte(data.replace(codecs.BOM_UTF8, b""))


def _wide_encoding(sample: bytes) -> str | None:
    """Return utf-16-le or utf-16-be where every second byte of mostly western text is zero."""
    pairs = len(sample) // 2
    if pairs < 2 or b"\x00" not in sample:
        return None
    even, odd = sample[0 : pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    if odd > 0.4 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.1 * pairs:
        return "utf-16-be"
    return None


def _one_byte(data: bytes) -> tuple[str, str, list[str]]:
    """Return the text of a file in an older encoding: the one it declares, else MacRoman or cp1252 by its accents."""
    declared = _declared(data)
    if declared and declared not in _AS_WINDOWS:
        try:
            return data.decode(declared), declared, []
        except (LookupError, UnicodeDecodeError):
            declared = None
    encoding = "mac_roman" if not declared and _looks_mac(data) else "cp1252"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:  # the five bytes cp1252 leaves undefined become the control characters of that number
        table = {number: bytes([number]).decode(encoding, "ignore") or chr(number) for number in range(256)}
        text = data.decode("latin-1").translate(table)
    return text, encoding, [] if declared else [f"not UTF-8; read as {encoding}, a guess: look at accented names"]


def _declared(data: bytes) -> str | None:
    """Return the encoding an XML file declares in its first line, where it is one of those that are believed."""
    found = _DECLARED.match(data[:1000])
    name = found.group(1).decode("ascii").lower() if found else ""
    return name if _BELIEVED.fullmatch(name) else None


def _looks_mac(data: bytes) -> bool:
    """Return whether more accents inside words fit MacRoman than cp1252."""
    mac, either, windows = (pattern.findall(data) for pattern in (_ONLY_MAC, _EITHER, _ONLY_WINDOWS))
    old_line_ends = data.count(b"\r") > 0 and b"\n" not in data
    certain = bool(mac) or (old_line_ends and bool(either)) or len(set(either)) > 3
    return certain and len(mac) + len(either) > len(windows)


def _refuse_binary(text: str, file: str | None) -> None:
    """Raise InputError where every fifty characters, or half of the text, are control characters.

    A run of them counts once: a gap of zero bytes, as a broken transfer leaves it, costs one record and not the file.
    """
    sample = text[:_SAMPLE]
    runs = _CONTROLS.findall(sample)
    if len(runs) * 50 > len(sample) or sum(map(len, runs)) * 2 > len(sample):
        raise InputError(
            "not a bibliographic export but binary data",
            file=file,
            found=sample[:20],
            hint="export the citations as RIS, BibTeX, CSV or plain text",
        )


def _line_ends(text: AnyStr, cr: AnyStr, lf: AnyStr, pair: re.Pattern[AnyStr], twice: re.Pattern[AnyStr]) -> AnyStr:
    """Return the text with `\\n` line ends; single CRs in a file of CRLF or LF lines are part of the fields."""
    if cr not in text:
        return text
    if twice.search(text) and text.count(cr + cr + lf) * 2 > text.count(lf):  # converted twice on its way
        text = text.replace(cr + cr + lf, lf)
    text = pair.sub(cr[:0], text)
    return text.replace(cr, lf) if text.count(cr) > text.count(lf) else text
