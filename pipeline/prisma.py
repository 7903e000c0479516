"""`python -m pipeline prisma`: any flow in a PRISMA2020 file, checked and drawn, without a review around it."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import BAD_DATA, DONE, ReviewError
from pipeline.report.flow_files import DRAFT, drawn_flow, flow_page
from pipeline.report.flow_identities import Findings, check_flow
from pipeline.report.prisma_read import read_prisma
from pipeline.store import write_atomic

_LARGEST_FILE = 5_000_000


def prisma(
    file: Path,
    out: Path,
    *,
    title: str = "",
    template: str | None = None,
    draft: bool = False,
    strict: bool = False,
) -> tuple[list[str], list[str], int]:
    """Check the arithmetic of a flow and draw it; return lines to print, lines on problems, and the exit status.

    Args:
        file: a PRISMA2020 file (CSV).
        out: folder for flow.svg, flow.pdf, flow-300dpi.png, flow-600dpi.png, flow.html and PRISMA.csv.
        title: title of the figure; the file's name where it is empty.
        template: new_v1, new_v2, upd_v1 or upd_v2; without it, what the numbers ask for.
        draft: draw a flow that does not add up, with a mark that says so.
        strict: numbers that are not recorded count as bad data.

    Raises:
        ReviewError: the file cannot be read, holds something else than a flow, or the folder cannot be written.
    """
    read = read_prisma(_bytes_of(file), file.name, template)
    findings = check_flow(read.flow)
    problems = [str(broken) for broken in findings.broken]
    problems += list(read.remarks)
    problems += [f"not checked: {text}" for text in findings.open_sums]
    if read.flow.not_recorded:
        problems.append("not recorded, so the figure is incomplete: " + "; ".join(read.flow.not_recorded))
    if findings.broken and not draft:
        problems.append("nothing was drawn; mend the numbers, or draw with --draft, which marks the figure")
        return [_verdict(file, findings)], problems, BAD_DATA
    named = title or f"PRISMA 2020 flow diagram: {file.stem}"
    notices = (_draft_notice(findings),) if findings.broken else ()
    drawn = drawn_flow(read.flow, title=named, notices=notices, links=read.links)
    page = flow_page(read.flow, findings, title=named, notices=notices, links=read.links)
    files = {**drawn.files, "flow.html": page}
    if (out / "PRISMA.csv").resolve() == file.resolve():
        files.pop("PRISMA.csv")
    _write(out, files)
    lines = [_verdict(file, findings), f"template {read.flow.template}; written to {out}: {', '.join(sorted(files))}"]
    incomplete = strict and bool(read.flow.not_recorded or findings.open_sums)
    return lines, problems + list(drawn.warnings), BAD_DATA if findings.broken or incomplete else DONE


def _verdict(file: Path, findings: Findings) -> str:
    if not findings.broken:
        return f"{file.name}: every sum holds" + (" as far as it can be checked" if findings.open_sums else "")
    number = len(findings.broken)
    return f"{file.name}: {number} {'sum does' if number == 1 else 'sums do'} not hold"


def _draft_notice(findings: Findings) -> str:
    return f"{DRAFT} ({', '.join(dict.fromkeys(broken.identity for broken in findings.broken))})"


def _bytes_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise ReviewError("is too large for a PRISMA2020 file", file=str(file), hint="name the CSV of one flow")
        return file.read_bytes()
    except OSError as error:
        hint = "check the name of the file"
        raise ReviewError(f"cannot be read: {error.strerror}", file=str(file), hint=hint) from error


def _write(out: Path, files: dict[str, bytes]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, data in sorted(files.items()):
            write_atomic(out / name, data)
    except OSError as error:
        hint = "close it elsewhere, check the folder's rights"
        raise ReviewError(f"cannot be written: {error.strerror}", file=str(out), hint=hint) from error
