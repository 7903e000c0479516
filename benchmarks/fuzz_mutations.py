"""Damage done to the bytes of an export, as transfers, editors and spreadsheets do it, and as nobody would."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_SIGNS = [
    b"{", b"}", b'"', b"'", b"\\", b"@", b"\n", b"\r", b"\r\n", b"\t", b",", b";", b"|", b"\x00", b"\xff", b"\xa0",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xa8", b"<", b">", b"&", b"%", b"=", b"#", b"- ", b"  - ", b"\x1b[2J", b" ",
    b"TY  - JOUR\n", b"ER  - \n", b"\nPT J\n", b"\nER\n", b"\nEF\n", b"\nPMID- 1\n", b"@article{", b"@string{", b"\n\n",
    b"</record>", b"<record>", b"<PubmedArticle>", b"]]>", b"<!--", b"{\"", b"\nRT Journal\n", b"\n<7. >\n", b"%0 ",
    b"=\"", b"\"\"", b"\",\"", b"=HYPERLINK(1)", b"&lt;", b"$\\", b"{\\\"", b"\\v{", b"10.1234/", b"a", b"aaaa ", b"(",
]  # fmt: skip


def _place(data: bytes, random: Random) -> int:
    return random.randrange(len(data) + 1)


def _flip(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5))):
        if changed:
            changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _insert(data: bytes, random: Random) -> bytes:
    place = _place(data, random)
    piece = bytes(random.randrange(256) for _ in range(random.randrange(1, 20)))
    return data[:place] + piece + data[place:]


def _insert_sign(data: bytes, random: Random) -> bytes:
    place = _place(data, random)
    return data[:place] + random.choice(_SIGNS) + data[place:]


def _delete(data: bytes, random: Random) -> bytes:
    place = _place(data, random)
    return data[:place] + data[place + random.choice((1, 1, 3, 30, 300)) :]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: _place(data, random)]


def _lines(change: Callable[[list[bytes], int, Random], None]) -> Callable[[bytes, Random], bytes]:
    """Return damage to whole lines."""

    def damage(data: bytes, random: Random) -> bytes:
        lines = data.splitlines(keepends=True)
        if len(lines) > 2:
            change(lines, random.randrange(len(lines) - 1), random)
        return b"".join(lines)

    return damage


def _swap_lines(lines: list[bytes], place: int, random: Random) -> None:
    other = min(len(lines) - 1, place + random.choice((1, 1, 3, 10)))
    lines[place], lines[other] = lines[other], lines[place]


def _double_lines(lines: list[bytes], place: int, random: Random) -> None:
    count = random.choice((1, 1, 5, 20))
    lines[place:place] = lines[place : place + count] * random.choice((1, 1, 3))


def _delete_lines(lines: list[bytes], place: int, random: Random) -> None:
    del lines[place : place + random.choice((1, 1, 2, 10))]


def _break_line(lines: list[bytes], place: int, random: Random) -> None:
    cut = random.randrange(len(lines[place]) + 1)
    lines[place] = lines[place][:cut] + b"\n" + lines[place][cut:]


def _join_lines(lines: list[bytes], place: int, random: Random) -> None:
    lines[place] = lines[place].rstrip(b"\r\n")


def _recode(data: bytes, random: Random) -> bytes:
    """Save one part in another encoding."""
    first, last = sorted((_place(data, random), _place(data, random)))
    if random.random() < 0.4:
        last = len(data)
    part = data[first:last].decode("utf-8", "replace")
    codec = random.choice(("cp1252", "utf-16-le", "utf-16-be", "utf-16", "mac_roman", "utf-8-sig", "gbk"))
    return data[:first] + part.encode(codec, "replace") + data[last:]


def _line_ends(data: bytes, random: Random) -> bytes:
    """Give one part other line ends."""
    first, last = sorted((_place(data, random), _place(data, random)))
    end = random.choice((b"\r", b"\r\n", b"\r\r\n", b"\n\n", b"\x0b", b"\x0c", b"\xc2\x85", b"\xe2\x80\xa8"))
    return data[:first] + data[first:last].replace(b"\r\n", b"\n").replace(b"\n", end) + data[last:]


def _nuls(data: bytes, random: Random) -> bytes:
    place = _place(data, random)
    return data[:place] + b"\x00" * random.choice((1, 1, 4, 512)) + data[place:]


def _long(data: bytes, random: Random) -> bytes:
    """Put one sign, or a tag, thousands of times in a row."""
    place = _place(data, random)
    sign = random.choice(_SIGNS)
    return data[:place] + sign * (random.choice((50, 2_000, 40_000)) // len(sign)) + data[place:]


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip, _insert, _insert_sign, _insert_sign, _insert_sign, _delete, _cut, _recode, _line_ends, _nuls, _long,
    _lines(_swap_lines), _lines(_double_lines), _lines(_delete_lines), _lines(_break_line), _lines(_join_lines),
)  # fmt: skip


def mutate(data: bytes, other: bytes, random: Random) -> bytes:
    """Return the bytes damaged once to three times; `other` is what a block of another file is taken from."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if random.random() < 0.08:
            start = _place(other, random)
            place = _place(data, random)
            data = data[:place] + other[start : start + random.choice((50, 500, 5_000))] + data[place:]
        else:
            data = random.choice(MUTATIONS)(data, random)
    return data
