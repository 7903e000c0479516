"""The shipped typeface Arimo (as wide as Arial and Liberation Sans), and fonts of the machine for what it has not.

Files and licence (SIL Open Font License 1.1): `typefaces/` beside this module.
"""

from __future__ import annotations

import base64
import functools
import io
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont, TTLibError

FAMILY: Final = "Arimo"
FAMILIES: Final = "Arimo, 'Liberation Sans', Arial, Helvetica, sans-serif"
TYPEFACES: Final = Path(__file__).resolve().parent / "typefaces"
_FILES: Final = {False: TYPEFACES / "Arimo-Regular.ttf", True: TYPEFACES / "Arimo-Bold.ttf"}
_SUFFIXES: Final = (".ttf", ".otf", ".ttc", ".otc")
_LIKELY: Final = ("notosanscjk", "notosansarabic", "notosans", "dejavusans", "arialuni", "msyh", "pingfang", "segoeui")
_MOST_FILES_READ: Final = 600


@dataclass(frozen=True)
class Fallback:
    """Fonts of the machine that hold what the shipped one has not; `missing` is what no font holds."""

    files: tuple[Path, ...] = ()
    missing: tuple[str, ...] = ()


@functools.cache
def advances(bold: bool = False) -> Mapping[str, float]:
    """Return how far each character of the shipped typeface moves on, in em; marks and format characters aside."""
    with TTFont(_FILES[bold], lazy=True) as font:
        metrics, unit = font["hmtx"], font["head"].unitsPerEm
        return {
            chr(code): metrics[glyph][0] / unit
            for code, glyph in font.getBestCmap().items()
            if unicodedata.category(chr(code)) not in ("Mn", "Me", "Cf", "Cc")
        }


def foreign_characters(text: str) -> tuple[str, ...]:
    """Return the characters of a text that the shipped typeface cannot draw, each once, in order of their codes.

    >>> foreign_characters("Łódź, (n = 3)"), foreign_characters("A 研究")
    ((), ('研', '究'))
    """
    return tuple(sorted(filter(_needs_glyph, set(text) - _drawn())))


@functools.cache
def _drawn() -> frozenset[str]:
    with TTFont(_FILES[False], lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def _needs_glyph(character: str) -> bool:
    return unicodedata.category(character) not in ("Cf", "Cc", "Zl", "Zp", "Zs")


def fallback_fonts(characters: Iterable[str], folders: Iterable[Path] | None = None) -> Fallback:
    """Look for fonts that hold these characters, in the font folders of this machine unless others are named.

    Fonts that are likely to help are read first, then by path; the search ends once every character is held.
    """
    wanted = set(characters)
    chosen: list[Path] = []
    for path in _font_files(_font_folders() if folders is None else folders):
        if not wanted:
            break
        held = wanted & _held_by(path)
        if held:
            chosen.append(path)
            wanted -= held
    return Fallback(tuple(chosen), tuple(sorted(wanted)))


@functools.lru_cache(maxsize=128)
def _held_by(path: Path) -> frozenset[str]:
    """Return the characters a font file can draw with outlines; none where it cannot be read."""
    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            outlines = "glyf" in font or "CFF " in font or "CFF2" in font
            return frozenset(map(chr, font.getBestCmap() or ())) if outlines else frozenset()
    except (OSError, TTLibError, ValueError, KeyError, AssertionError, AttributeError):
        return frozenset()


def _font_files(folders: Iterable[Path]) -> list[Path]:
    found = {
        path for folder in folders if folder.is_dir() for path in _walk(folder) if path.suffix.lower() in _SUFFIXES
    }
    return sorted(found, key=_likeliness)[:_MOST_FILES_READ]


def _walk(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (Path(where) / name for name in names)


def _likeliness(path: Path) -> tuple[int, int, str]:
    name = path.stem.lower().replace("-", "").replace(" ", "")
    rank = next((place for place, start in enumerate(_LIKELY) if name.startswith(start)), len(_LIKELY))
    plain = 0 if any(name.endswith(end) for end in ("regular", "sans", "cjk")) else 1
    return rank, plain, str(path)


def _font_folders() -> tuple[Path, ...]:
    """Return where this system keeps its fonts."""
    home = Path.home()
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
        return windows, home / "AppData" / "Local" / "Microsoft" / "Windows" / "Fonts"
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"
    return Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"


def font_faces(regular: str, bold: str = "") -> str:
    """Return the CSS that carries the shipped typeface within a file, cut down to the characters of these texts."""
    return "".join(
        f"@font-face{{font-family:{FAMILY};font-weight:{'bold' if heavy else 'normal'};"
        f"src:url(data:font/woff;base64,{base64.b64encode(_cut_down(heavy, text)).decode('ascii')})}}"
        for heavy, text in ((False, regular), (True, bold))
        if text
    )


def _cut_down(bold: bool, text: str) -> bytes:
    """Return the typeface with the characters of a text only, as WOFF; the same text gives the same bytes."""
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
    options.name_IDs = [0, 1, 2, 13, 14]
    options.hinting = False
    options.flavor = "woff"
    options.recalc_timestamp = False
    font = subset.load_font(str(_FILES[bold]), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    stream = io.BytesIO()
    subset.save_font(font, stream, options)
    return stream.getvalue()
