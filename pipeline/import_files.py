"""`python -m pipeline import`: export files read into one table, without a review around them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import BAD_DATA, DONE, ReviewError
from pipeline.records import ENTRY_COLUMNS, REJECT_COLUMNS, Column, rows_of
from pipeline.store import write_atomic
from pipeline.tables import csv_bytes, parquet_bytes

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.stages.contract import Progress, StageResult

_KINDS = (".parquet", ".csv")


def import_files(
    paths: Iterable[Path], out: Path, report: Path | None, progress: Progress
) -> tuple[list[str], list[str], int]:
    """Read exports and write their entries as one table; return lines to print, lines on problems, and the exit status.

    Args:
        paths: export files, or folders of them (every file below counts; hidden ones, notes in Markdown and the search
            log aside).
        out: table to write, `.parquet` or `.csv`, with the columns of an entry (docs/reference/tables.md). Entries that
            could not be read go to a table beside it, `<name>.rejects.csv`, where there are any.
        report: JSON to write: per file format, encoding, entries, rejects, why it was refused, remarks.
        progress: told how many files are done.

    Raises:
        ReviewError: a path is not there, or `out` is no Parquet or CSV, or would overwrite an export.
    """
    from pipeline.stages.import_exports import read_exports

    files = files_below(paths)
    _check_out(out, report, files)
    result = read_exports({name: bytes_of(path) for name, path in files.items()}, progress)
    entries, rejects = result.tables["entries"], result.tables["rejects"]
    _write(out, entries, ENTRY_COLUMNS)
    rejected = out.with_name(f"{out.stem}.rejects.csv")
    if len(rejects):
        _write(rejected, rejects, REJECT_COLUMNS)
    else:
        rejected.unlink(missing_ok=True)
    if report is not None:
        text = json.dumps(_report(result), ensure_ascii=False, indent=1, sort_keys=True)
        write_atomic(report, (text + "\n").encode("utf-8", "replace"))
    lines = [f"{result.summary}; written to {out}" + (f", rejects to {rejected}" if len(rejects) else "")]
    told = [notice.text for notice in result.notices if notice.severity != "info"]
    bad = any(notice.severity == "problem" for notice in result.notices)
    return lines, told, BAD_DATA if bad else DONE


def files_below(paths: Iterable[Path]) -> dict[str, Path]:
    """Return the files by the name that messages give them; those of a folder in the order of their names."""
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.is_file())
            found |= {item.as_posix(): item for item in inside if _may_be_export(item.relative_to(path))}
        elif path.is_file():
            found[path.as_posix()] = path
        else:
            raise ReviewError("is not there", file=str(path), hint="check the name of the file or folder")
    if not found:
        raise ReviewError("there are no files to read", hint="name export files, or folders that hold some")
    return found


def _may_be_export(path: Path) -> bool:
    """Return whether a file of a folder is to be read: not hidden, no note in Markdown, not the search log."""
    hidden = any(part[0] in ".~" for part in path.parts)
    return not hidden and path.suffix.lower() != ".md" and path.name != "sources.toml"


def _check_out(out: Path, report: Path | None, files: Mapping[str, Path]) -> None:
    """Raise ReviewError where a file to write is of another kind, or is one of the files to read."""
    if out.suffix.lower() not in _KINDS:
        raise ReviewError("is neither .parquet nor .csv", file=str(out), hint="end the name of --out so")
    read = {path.resolve() for path in files.values()}
    for target in (out, out.with_name(f"{out.stem}.rejects.csv"), report):
        if target is not None and target.resolve() in read:
            raise ReviewError("would overwrite an export that is read", file=str(target), hint="choose another name")


def bytes_of(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        ReviewError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        hint = "close it elsewhere, check its rights"
        raise ReviewError(f"cannot be read: {error.strerror}", file=str(path), hint=hint) from error


def _write(path: Path, frame: pd.DataFrame, columns: tuple[Column, ...]) -> None:
    """Write a table: Parquet as it is, CSV with lists joined by `; `."""
    if path.suffix.lower() == ".parquet":
        data = parquet_bytes(frame, columns)
    else:
        rows = ([_cell(row[column.name]) for column in columns] for row in rows_of(frame))
        data = csv_bytes([column.name for column in columns], rows)
    try:
        write_atomic(path, data)
    except OSError as error:
        hint = "close it elsewhere, check the folder's rights"
        raise ReviewError(f"cannot be written: {error.strerror}", file=str(path), hint=hint) from error


def _cell(value: Any) -> Any:  # noqa: ANN401
    return "; ".join(value) if isinstance(value, list) else value


def _report(result: StageResult) -> dict[str, Any]:
    """Return what is to be told of each file."""
    rejects: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(result.tables["rejects"]):
        rejects.setdefault(row["file"], []).append(
            {"line": int(row["line"]), "reason": row["reason"], "raw": row["raw"]}
        )
    abstracts = result.tables["entries"].dropna(subset=["abstract"]).groupby("file").size().to_dict()
    files = []
    for row in rows_of(result.tables["sources"]):
        read = row["status"] == "read"
        own = sorted(rejects.get(row["file"], []), key=lambda reject: reject["line"])
        remark = row["remark"] if isinstance(row["remark"], str) else ""
        files.append(
            {
                "file": row["file"],
                "sha256": row["sha256"],
                "status": row["status"],
                "format": row["format"] if read else None,
                "encoding": row["encoding"] if read else None,
                "found": int(row["entries"]) + int(row["rejects"]),
                "parsed": int(row["entries"]),
                "rejected": int(row["rejects"]),
                "with_abstract": int(abstracts.get(row["file"], 0)),
                "refused": "" if read or row["status"] == "same_file" else remark,
                "remarks": remark if read or row["status"] == "same_file" else "",
                "rejects": own,
            }
        )
    totals = {key: sum(file[key] for file in files) for key in ("found", "parsed", "rejected", "with_abstract")}
    return {"files": files, "totals": totals}
