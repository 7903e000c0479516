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
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import typst

from pipeline.report.fonts import TYPEFACES, Fallback, fallback_fonts, foreign_characters
from pipeline.report.text_measure import REPLACEMENT

RESOLUTIONS: Final = (300, 600)
_PAGE: Final = b"""#set document(title: sys.inputs.title, date: none)
#set text(lang: "en")
#set page(width: eval(sys.inputs.width), height: eval(sys.inputs.height), margin: 0pt)
#image(bytes(sys.inputs.figure), format: "svg", alt: sys.inputs.alt, width: 100%, height: 100%)
"""
_SIZE: Final = re.compile(r'<svg [^>]*?width="([0-9.]+mm)" height="([0-9.]+mm)"')
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"


def figure_files(svg: str, *, title: str, description: str, fallback: Fallback | None = None) -> dict[str, bytes]:
    """Return the figure as files by their endings: .pdf, -300dpi.png and -600dpi.png.

    Args:
        svg: an SVG whose width and height are in mm.
        title: title of the PDF.
        description: its text alternative.
        fallback: fonts for what the typeface has not; looked for on this machine where it is None.

    Characters that no font holds are drawn as the sign for it (U+FFFD); `fonts.fallback_fonts` names them.
    """
    found = fallback_fonts(foreign_characters(svg)) if fallback is None else fallback
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("the figure says no width and height in mm")
    signs = dict.fromkeys(map(ord, found.missing), REPLACEMENT)
    inputs = {
        "title": title,
        "alt": description,
        "width": size[1],
        "height": size[2],
        "figure": svg.translate(signs),
    }
    with _font_folders(found) as folders:
        files = {".pdf": _compiled("pdf", inputs, folders)}
        for dots in RESOLUTIONS:
            files[f"-{dots}dpi.png"] = _with_resolution(_compiled("png", inputs, folders, dots), dots)
    return files


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
def _font_folders(fallback: Fallback) -> Iterator[list[str]]:
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


def missing_notice(fallback: Fallback) -> str:
    """Return a warning that names the characters that no font on this machine can draw; empty where there are none."""
    if not fallback.missing:
        return ""
    shown = " ".join(f"{character} (U+{ord(character):04X})" for character in fallback.missing[:12])
    more = f" and {len(fallback.missing) - 12} more" if len(fallback.missing) > 12 else ""
    return (
        f"no font on this machine can draw {shown}{more}; the PDF and PNG figures show {REPLACEMENT} in their place and"
        " the SVG keeps the text; install a font that has them, such as Noto Sans, and run again"
    )
