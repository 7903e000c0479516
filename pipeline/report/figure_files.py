"""The figure as PDF (vector, fonts embedded, tagged, PDF/UA-1) and PNG, set by Typst with the shipped typeface only.

The same figure gives the same bytes: no clock, no fonts of the machine except those named for characters that the
typeface has not.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import struct
import tempfile
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import typst

from pipeline.report.figure_size import figure_size
from pipeline.report.fonts import FAMILY, TYPEFACES, Fallback, fallback_fonts, foreign_characters
from pipeline.report.text_measure import REPLACEMENT

RESOLUTIONS: Final = (300, 600)
_MOST_PIXELS: Final = 150_000_000
_PAGE: Final = b"""#set document(title: sys.inputs.title, date: none)
#set text(lang: "en")
#set page(width: eval(sys.inputs.width), height: eval(sys.inputs.height), margin: 0pt)
#image(bytes(sys.inputs.figure), format: "svg", alt: sys.inputs.alt, width: 100%, height: 100%)
"""
_LINE: Final = re.compile(r"<tspan [^>]*>([^<]*)</tspan>")
_BOUND: Final = ("Mn", "Me", "Mc", "Cf", "Co", "Cn")
_SIZE: Final = re.compile(r'<svg [^>]*?width="([0-9.]+mm)" height="([0-9.]+mm)"')
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class FigureFiles:
    """The files by their endings, .pdf, -300dpi.png and -600dpi.png, and the characters that could not be drawn."""

    files: Mapping[str, bytes]
    missing: tuple[str, ...] = ()


def figure_files(svg: str, *, title: str, description: str, fallback: Fallback | None = None) -> FigureFiles:
    """Return the figure as PDF and as pictures.

    Args:
        svg: an SVG whose width and height are in mm, with a tspan for each line.
        title: title of the PDF.
        description: its text alternative.
        fallback: fonts for what the typeface has not; looked for on this machine where it is None.

    A picture of more than 150 million pixels, from a figure of several metres, is left out. Characters that no font
    holds are drawn as the sign for it (U+FFFD), and so are those of a line that mixes more scripts than can be set.
    """
    found = fallback_fonts(foreign_characters(svg)) if fallback is None else fallback
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("the figure says no width and height in mm")
    inputs = {"title": title, "alt": description, "width": size[1], "height": size[2]}
    square_millimetres = float(size[1].removesuffix("mm")) * float(size[2].removesuffix("mm"))
    with font_folders(found) as folders:
        drawn = inputs | {"figure": signed(svg, found.missing)}
        missing = set(found.missing)
        try:
            files = {".pdf": _compiled("pdf", drawn, folders)}
        except typst.TypstError:
            odd = _lines_that_fail(drawn["figure"], inputs, folders)
            missing.update(*(foreign_characters(line) for line in odd))
            drawn["figure"] = _without_foreign(drawn["figure"], odd)
            files = {".pdf": _compiled("pdf", drawn, folders)}
        for dots in (dots for dots in RESOLUTIONS if square_millimetres * (dots / 25.4) ** 2 <= _MOST_PIXELS):
            files[f"-{dots}dpi.png"] = _with_resolution(_compiled("png", drawn, folders, dots), dots)
    return FigureFiles(files, tuple(sorted(missing)))


def figure_picture(svg: str, dots: int, fallback: Fallback | None = None) -> bytes:
    """Return a figure as PNG; characters that no font can draw, or all foreign ones of a line, become U+FFFD.

    Args:
        svg: an SVG with width and height, in mm or in pixels of 1/96 inch.
        dots: dots per inch.
        fallback: fonts for what the typeface has not; looked for on this machine where it is None.
    """
    foreign = foreign_characters(svg)
    found = fallback_fonts(foreign) if fallback is None else fallback
    width, height = figure_size(svg)
    inputs = {"title": "figure", "alt": "figure", "width": f"{width:.3f}mm", "height": f"{height:.3f}mm"}
    with font_folders(found) as folders:
        try:
            drawn = _compiled("png", inputs | {"figure": signed(svg, found.missing)}, folders, dots)
        except typst.TypstError:
            drawn = _compiled("png", inputs | {"figure": signed(svg, foreign)}, folders, dots)
    return _with_resolution(drawn, dots)


def signed(text: str, missing: Iterable[str]) -> str:
    """Return the text with the sign for what cannot be drawn (U+FFFD) in place of these characters."""
    return text.translate(dict.fromkeys(map(ord, missing), REPLACEMENT))


def _lines_that_fail(svg: str, inputs: dict[str, str], folders: list[str]) -> list[str]:
    """Return the lines of a figure that cannot be set: more scripts at once than the renderer can tell apart."""
    found = []
    for line in dict.fromkeys(_LINE.findall(svg)):
        if not line.isascii():
            alone = f'<svg xmlns="http://www.w3.org/2000/svg" width="90mm" height="9mm"><text y="9">{line}</text></svg>'
            try:
                _compiled("pdf", inputs | {"figure": alone.replace("<text", f'<text font-family="{FAMILY}"')}, folders)
            except typst.TypstError:
                found.append(line)
    return found


def _without_foreign(svg: str, lines: Iterable[str]) -> str:
    """Return the figure with signs for what is foreign in these lines; marks and joiners are left out."""
    for line in lines:
        plain = "".join(
            character
            for character in signed(line, foreign_characters(line))
            if unicodedata.category(character) not in _BOUND
        )
        svg = svg.replace(f">{line}</tspan>", f">{plain}</tspan>")
    return svg


def _compiled(
    kind: Literal["pdf", "png"], inputs: dict[str, str], folders: list[str], dots: int | None = None
) -> bytes:
    return typst.compile(
        _PAGE,
        format=kind,
        ppi=dots,
        sys_inputs=inputs,
        font_paths=typst.Fonts(False, include_embedded_fonts=False, font_paths=folders),
        pdf_standards=["ua-1"] if kind == "pdf" else None,
    )


@contextlib.contextmanager
def font_folders(fallback: Fallback) -> Iterator[list[str]]:
    """Give folders with the shipped typeface and, where needed, copies of the chosen fonts of the machine."""
    if not fallback.files:
        yield [str(TYPEFACES)]
        return
    with tempfile.TemporaryDirectory(prefix="figure-fonts-") as folder:
        for place, path in enumerate(fallback.files):
            target = Path(folder) / f"{place:02d}{path.suffix}"
            try:
                target.symlink_to(path)
            except OSError:
                shutil.copyfile(path, target)
        yield [str(TYPEFACES), folder]


def _with_resolution(png: bytes, dots: int) -> bytes:
    """Return a PNG that says its resolution, so that it is placed at its printed size."""
    header_end = len(_PNG_START) + 25
    metre = round(dots / 0.0254)
    chunk = b"pHYs" + struct.pack(">IIB", metre, metre, 1)
    return png[:header_end] + struct.pack(">I", 9) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[header_end:]


def missing_notice(missing: Sequence[str]) -> str:
    """Return a warning that names the characters that could not be drawn; empty where there are none."""
    if not missing:
        return ""
    shown = " ".join(f"{character} (U+{ord(character):04X})" for character in missing[:12])
    more = f" and {len(missing) - 12} more" if len(missing) > 12 else ""
    return (
        f"no font on this machine can draw {shown}{more}; the PDF and PNG figures show {REPLACEMENT} in their place and"
        " the SVG keeps the text; install a font that has them, such as Noto Sans, and run again"
    )
