"""What a PDF says about itself: the DOIs and titles in its metadata; nothing is run, drawn or followed.

Only the document information and the XMP packet are looked at. The text of the pages is not: its first page may lack
the DOI, and the list of references has those of other works.
"""

from __future__ import annotations

import contextlib
import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.normalise.identifiers import clean_doi

MOST_BYTES = 64 * 2**20
_LARGEST_STREAM = 4 * 2**20
_MOST_STREAMS = 300
_LONGEST = 1000
_INFO = re.compile(rb"/Info\s{1,4}(\d{1,9})\s{1,4}(\d{1,5})\s{1,4}R\b")
_ENTRY = re.compile(
    rb"/(Title|Subject|doi|DOI|WPS-ARTICLEDOI)\s{0,4}+"
    rb"(\((?:[^()\\]|\\.|\([^()\\]{0,200}\)){0,2000}+\)|<[0-9A-Fa-f\s]{0,8000}+>)",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3}|\r?\n)")
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}
_XMP_TITLE = re.compile(r"<dc:title>(.{0,4000}?)</dc:title>", re.DOTALL)
_XMP_DOI = re.compile(
    r"(?:prism:doi|pdfx:doi|pdfx:WPS-ARTICLEDOI|crossmark:DOI|dc:identifier|prism:url)"
    r"(?:\s{0,9}=\s{0,9}\"([^\"]{0,300})\"|>([^<]{0,300})<)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{0,300}>")
# What programs write as a title where nobody gave one.
_NO_TITLE = re.compile(
    r"untitled|microsoft word|.{0,80}\.(?:docx?|indd|pdf|tex|qxd|dvi|eps)$|pii:|doi:|\d[\d\W]*$", re.I
)


@dataclass(frozen=True)
class PdfFacts:
    """What a PDF says about itself; empty where it says nothing, or is no PDF."""

    dois: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


def pdf_facts(data: bytes) -> PdfFacts:
    """Return the DOIs and titles in the metadata of a PDF.

    Args:
        data: the file, or its beginning and its end joined where it is very large.
    """
    if b"%PDF-" not in data[:1024]:
        return PdfFacts()
    packets = [data, *_streams(data)]
    texts = [part.decode("utf-8", "replace") for packet in packets for part in _xmp(packet)]
    titles = [_TAG.sub(" ", found) for text in texts for found in _XMP_TITLE.findall(text)]
    dois = ["".join(found) for text in texts for found in _XMP_DOI.findall(text)]
    if b"/Encrypt" not in data:  # else the texts of the document information are ciphers
        for name, text in _information(data, packets[1:]):
            (titles if name == "Title" else dois).append(text)
    plain = [" ".join(html.unescape(title).split()) for title in titles]
    return PdfFacts(
        tuple(dict.fromkeys(doi for text in dois if (doi := _doi(html.unescape(text))))),
        tuple(dict.fromkeys(title[:_LONGEST] for title in plain if len(title) > 9 and not _NO_TITLE.match(title))),
    )


def _doi(text: str) -> str | None:
    """Return the DOI that a text is, or that stands in it behind the word (`Journal 2016, doi:10.1/x`)."""
    found = re.search(r"10\.\d{4,9}/[^\s\"<>]{1,200}", text)
    return clean_doi(found.group()) if found else None


def _xmp(packet: bytes) -> Iterator[bytes]:
    start = 0
    for _ in range(9):
        start = packet.find(b"<rdf:RDF", start)
        end = packet.find(b"</rdf:RDF>", start)
        if start < 0 or end < 0:
            return
        yield packet[start : min(end, start + 2**20)]
        start = end


def _streams(data: bytes) -> list[bytes]:
    """Return the packed streams that may hold metadata: compressed objects and packed XMP, within bounds."""
    found: list[bytes] = []
    position = 0
    for _ in range(_MOST_STREAMS):
        position = data.find(b"stream", position)
        if position < 0:
            break
        head = data[max(0, position - 600) : position]
        head = head[head.rfind(b"obj") + 3 :]
        body = position + 6 + (2 if data[position + 6 : position + 8] == b"\r\n" else 1)
        end = data.find(b"endstream", body)
        if end < 0:
            break
        if b"/FlateDecode" in head and (b"/ObjStm" in head or b"/Metadata" in head):
            with contextlib.suppress(zlib.error):
                found.append(zlib.decompressobj().decompress(data[body:end], _LARGEST_STREAM))
        position = end + 9
    return found


def _information(data: bytes, packed: list[bytes]) -> Iterator[tuple[str, str]]:
    """Yield name and text of the entries of the document information, whether its object is packed or not."""
    numbers = _INFO.findall(data)
    if not numbers:
        return
    number, generation = numbers[-1]
    plain = [match.end() for match in re.finditer(rb"(?<!\d)%b %b obj" % (number, generation), data)]
    objects = [data[start : start + 20_000].partition(b"endobj")[0] for start in plain[-1:]]
    objects += [part for stream in packed for part in _packed_object(stream, int(number))]
    for found in objects:
        for name, value in _ENTRY.findall(found):
            yield name.decode("ascii"), _text(value)


def _packed_object(stream: bytes, number: int) -> Iterator[bytes]:
    """Yield the object of a number from a stream of compressed objects, which begins with pairs of number and place."""
    head = re.match(rb"\s{0,9}((?:\d{1,9}\s{1,3}){2,4000}+)", stream)
    if not head:
        return
    numbers = [int(part) for part in head.group(1).split()]
    for place, (found, offset) in enumerate(zip(numbers[::2], numbers[1::2], strict=False)):
        if found == number:
            after = numbers[2 * place + 3] if 2 * place + 3 < len(numbers) else offset + 20_000
            yield stream[head.end() + offset : head.end() + max(after, offset)]


def _text(value: bytes) -> str:
    """Return a text of a PDF: in brackets with escapes, or as hexadecimal digits; UTF-16 where it says so."""
    if value.startswith(b"<"):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", value)
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        raw = _ESCAPE.sub(_unescaped, value[1:-1])
    if raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        return raw.decode("utf-16", "replace")
    return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8" if raw.startswith(b"\xef\xbb\xbf") else "cp1252", "replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    sign = match.group(1)
    if sign[:1].isdigit():
        return bytes([int(sign, 8) & 255])
    return _ESCAPED.get(sign, b"" if sign in (b"\n", b"\r\n") else sign)
