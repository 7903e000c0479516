"""Stage 1, import: every file under references/ becomes entries and rejects; nothing is lost between the two."""

from __future__ import annotations

import json
import logging
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from pipeline.errors import InputError, Notice, Severity, compose
from pipeline.formats import ExportReading, collector_at_rest, read_export
from pipeline.identity import entry_id, normal_raw
from pipeline.protocol import SearchLog, Source
from pipeline.records import REJECT_COLUMNS, Column, entry_frame
from pipeline.stages.contract import Progress, StageInput, StageResult
from pipeline.store import sha256_of

logger = logging.getLogger(__name__)

SEARCH_LOG = "references/sources.toml"

_SHOWN_REJECTS = 50
_MANY_BY_OTHER_METHODS = 200

SOURCE_COLUMNS: tuple[Column, ...] = (
    Column("source", "str", "name in the search log, or the file's name", nullable=False),
    Column("kind", "str", "database, register, other or demonstration", nullable=False),
    Column("file", "str", "export file, relative to references/; empty text for a search without hits", nullable=False),
    Column("sha256", "str", "hash of the file; empty text where it is missing", nullable=False),
    Column("status", "str", "read, refused, same_file (as another one), missing or no_hits", nullable=False),
    Column("format", "str", "format it was read as"),
    Column("encoding", "str", "encoding it was decoded with"),
    Column("entries", "int", "entries read", nullable=False),
    Column("rejects", "int", "entries that could not be read", nullable=False),
    Column("hits_reported", "int", "hits the database reported, from the search log"),
    Column("database", "str", "database, from the search log"),
    Column("platform", "str", "platform, from the search log"),
    Column("query", "str", "search as run, from the search log"),
    Column("searched_on", "str", "date of the search, from the search log"),
    Column("remark", "str", "what was noticed"),
)


@dataclass(frozen=True)
class _File:
    """One export: its name below references/, its bytes' hash, its source, and what was read of it."""

    name: str
    sha256: str
    source: str
    kind: str
    log: Source | None
    status: str
    export: ExportReading | None = None
    remark: str = ""


def import_exports(stage: StageInput) -> StageResult:
    """Read every export and return the tables entries, rejects and sources.

    Inputs: `references/sources.toml` and every other file below references/. Entry ids come from the entries' text and,
    for identical texts, an occurrence number that does not depend on the files' names or order.
    """
    log = _search_log(stage.files)
    exports = {
        PurePosixPath(path).relative_to("references").as_posix(): data
        for path, data in stage.files.items()
        if path != SEARCH_LOG
    }
    notices: list[Notice] = []
    files = _with_missing(_read_files(exports, log, notices, "references/", stage.progress), log)
    notices += _log_notices(files, log)
    if not files:
        text = compose(
            "there are no exports yet", file="references/", hint="put the files your databases exported here"
        )
        notices.append(Notice("warning", text, "no_exports"))
    return _result(files, notices, "references/")


def read_exports(files: Mapping[str, bytes], progress: Progress) -> StageResult:
    """Read exports that belong to no review (name -> bytes); return the same tables as `import_exports`."""
    notices: list[Notice] = []
    return _result(_read_files(files, SearchLog(), notices, "", progress), notices, "")


def _result(files: list[_File], notices: list[Notice], folder: str) -> StageResult:
    """Return the tables, the notices and the summary line of the files that were read, which are taken over: the list
    is emptied, so that no text is held twice."""
    with collector_at_rest():
        return _tables(files, notices, folder)


def _tables(files: list[_File], notices: list[Notice], folder: str) -> StageResult:
    entries, rejects = _rows(files)
    sources = entry_frame([_source_row(file) for file in files], SOURCE_COLUMNS)
    read = sum(file.status == "read" for file in files)
    files.clear()
    numbers = {
        "files": read,
        "entries": len(entries),
        "rejects": len(rejects),
    }
    summary = f"{_number(len(entries), 'entry', 'entries')} from {_number(numbers['files'], 'file', 'files')}"
    if rejects:
        summary += f", {len(rejects)} could not be read"
        notices += _reject_notices(rejects, folder)
    tables = {
        "entries": entry_frame(sorted(entries, key=lambda row: row["entry_id"]), consume=True),
        "rejects": entry_frame(sorted(rejects, key=lambda row: row["entry_id"]), REJECT_COLUMNS),
        "sources": sources,
    }
    return StageResult(tables, notices=tuple(notices), summary=summary, numbers=numbers)


def _search_log(files: Mapping[str, bytes]) -> SearchLog:
    data = files.get(SEARCH_LOG)
    if data is None:
        return SearchLog()
    return SearchLog.model_validate(tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n")))


def _read_files(
    exports: Mapping[str, bytes], log: SearchLog, notices: list[Notice], folder: str, progress: Progress
) -> list[_File]:
    """Return what was read of each export; `folder` is where messages say that the files are."""
    # Files of the search log come first, so that of two identical files the logged one is the one that counts.
    order = sorted(exports, key=lambda name: (log.source_of(name) is None, name))
    files: list[_File] = []
    first_with: dict[str, str] = {}
    for done, name in enumerate(order, start=1):
        data, entry = exports[name], log.source_of(name)
        digest = sha256_of(data)
        source, kind = (entry.name, entry.kind) if entry else (name, "database")
        if digest in first_with and data.strip():
            remark = f"the same file as {first_with[digest]}; counted once"
            notices.append(Notice("warning", compose(remark, file=f"{folder}{name}"), "same_file"))
            files.append(_File(name, digest, source, kind, entry, "same_file", remark=remark))
        else:
            first_with[digest] = name
            file = _File(name, digest, source, kind, entry, "read")
            files.append(_read_one(folder + name, data, file, notices))
        progress(done, len(order))
    return files


def _with_missing(files: list[_File], log: SearchLog) -> list[_File]:
    """Return the files with a row for each search without hits, and each export of the search log that is not there."""
    there = {unicodedata.normalize("NFC", file.name) for file in files}
    missing = [
        _File(name, "", source.name, source.kind, source, "missing", remark="the export is not there")
        for source in log.source
        for name in source.export
        if unicodedata.normalize("NFC", name) not in there
    ]
    found_nothing = [
        _File("", "", source.name, source.kind, source, "no_hits", remark="the search had no hits")
        for source in log.source
        if not source.export
    ]
    names = [unicodedata.normalize("NFC", name) for source in log.source for name in source.export]
    place = {name: number for number, name in enumerate(names)}
    return sorted(
        files + missing + found_nothing,
        key=lambda file: (place.get(unicodedata.normalize("NFC", file.name), len(place)), file.name),
    )


def _read_one(shown: str, data: bytes, file: _File, notices: list[Notice]) -> _File:
    try:
        export = read_export(shown, data)
    except InputError as error:
        if file.log and file.log.hits_reported == 0:
            return replace(file, status="no_hits", remark="the search had no hits")
        return _refused(file, error.lines[0], notices)
    except Exception as error:  # one bad file never costs the others
        logger.debug("%s could not be read", shown, exc_info=True)
        text = f"the reader of this file failed ({type(error).__name__}: {error}); nothing of it was read"
        hint = "a mistake of the program: please report it with the file; another export format may do"
        return _refused(file, compose(text, file=shown, hint=hint), notices)
    remarks = tuple(dict.fromkeys(export.remarks))
    for remark in remarks:
        # How the text was decoded may have cost characters; the reader's remarks only say what a format cannot hold.
        severity: Severity = "info" if remark in export.reading.remarks else "warning"
        notices.append(Notice(severity, compose(remark, file=shown), "file_remark"))
    incomplete = [entry.line for entry in export.reading.entries if "incomplete" in entry.flags]
    if incomplete:
        text = compose(
            f"{len(incomplete)} {'record is' if len(incomplete) == 1 else 'records are'} cut short, the first at line "
            f"{incomplete[0]}; what is there was read",
            file=shown,
            hint="download the file again if it broke off",
        )
        notices.append(Notice("warning", text, "record_incomplete"))
    return replace(file, export=export, remark="; ".join(remarks))


def _number(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _refused(file: _File, text: str, notices: list[Notice]) -> _File:
    notices.append(Notice("problem", text, "file_refused"))
    return replace(file, status="refused", remark=text)


def _rows(files: list[_File]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return rows of entries and rejects; identical texts are numbered by their files' content, not names."""
    entries: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for file in sorted((file for file in files if file.export), key=lambda file: file.sha256):
        assert file.export is not None
        provenance = {"source": file.source, "kind": file.kind, "file": file.name, "format": file.export.format.name}
        logged = (file.log.database if file.log else "") or None
        for parsed in file.export.reading.entries:
            extra = {tag: list(values) for tag, values in parsed.extra.items()}
            stated = extra.get("database", [])
            row = dict(provenance, entry_id=_numbered(parsed.raw, seen), line=parsed.line, raw=normal_raw(parsed.raw))
            row["database"] = stated[0] if stated else logged
            row |= parsed.fields
            row |= {"extra": json.dumps(extra, ensure_ascii=False, sort_keys=True), "flags": list(parsed.flags)}
            entries.append(row)
        for reject in file.export.reading.rejects:
            row = dict(provenance, entry_id=_numbered(reject.raw, seen), line=reject.line, raw=normal_raw(reject.raw))
            rejects.append(row | {"database": logged, "reason": reject.reason})
    return entries, rejects


def _numbered(raw: str, seen: dict[str, int]) -> str:
    text = normal_raw(raw)
    seen[text] = seen.get(text, 0) + 1
    return entry_id(text, seen[text])


def _source_row(file: _File) -> dict[str, Any]:
    log, export = file.log, file.export
    return {
        "source": file.source,
        "kind": file.kind,
        "file": file.name,
        "sha256": file.sha256,
        "status": file.status,
        "format": export.format.name if export else None,
        "encoding": export.encoding if export else None,
        "entries": len(export.reading.entries) if export else 0,
        "rejects": len(export.reading.rejects) if export else 0,
        "hits_reported": log.hits_reported if log else None,
        "database": log.database if log else None,
        "platform": log.platform if log else None,
        "query": log.query if log else None,
        "searched_on": log.searched_on.isoformat() if log and log.searched_on else None,
        "remark": file.remark or None,
    }


def _log_notices(files: list[_File], log: SearchLog) -> list[Notice]:
    """Return what does not fit between the search log and the files."""
    notices = []
    for file in files:
        if file.log is None and file.status == "read":
            hint = "add a [[source]] for it (database, query, date searched, hits reported)"
            text = compose("is not in references/sources.toml; it was read", file=f"references/{file.name}", hint=hint)
            notices.append(Notice("warning", text, "source_unlogged"))
        if file.log and file.status == "missing":
            text = compose(
                f"the export of source {file.source!r} is not there",
                file=SEARCH_LOG,
                found=file.name,
                hint="put the file into references/ or correct its name",
            )
            notices.append(Notice("problem", text, "export_missing"))
    by_hash = {file.sha256: file.export.reading for file in files if file.export}
    for source in log.source:
        own = [file for file in files if file.log == source]
        if source.hits_reported is not None and all(file.sha256 in by_hash for file in own):
            readings = [by_hash[digest] for digest in dict.fromkeys(file.sha256 for file in own)]
            number = sum(len(reading.entries) + len(reading.rejects) for reading in readings)
            if number != source.hits_reported:
                text = compose(
                    f"source {source.name!r}: the database reported {source.hits_reported:,} hits, its export holds "
                    f"{number:,}",
                    file=SEARCH_LOG,
                    hint="export again (databases cut exports at a limit), or correct hits_reported"
                    if number < source.hits_reported
                    else "correct hits_reported, or look whether the file holds another search, too",
                )
                notices.append(Notice("warning", text, "hits_differ"))
        notices += _unscreened_notices(source, own)
    return notices


def _unscreened_notices(source: Source, own: Sequence[_File]) -> Iterator[Notice]:
    """Yield a warning where a source found by other methods brings so many records that screening may be meant."""
    number = sum(len(file.export.reading.entries) for file in own if file.export)
    if source.kind == "other" and number > _MANY_BY_OTHER_METHODS:
        text = compose(
            f'source {source.name!r}: its kind is "other" (websites, experts, citation searching), so those of its '
            f"{number:,} records that no database has, too, skip title and abstract screening: straight to full text",
            file=SEARCH_LOG,
            hint='if they are to be screened, as a library of search results is, write kind = "database"',
        )
        yield Notice("warning", text, "source_unscreened")


def _reject_notices(rejects: list[dict[str, Any]], folder: str) -> list[Notice]:
    ordered = sorted(rejects, key=lambda row: (row["file"], row["line"]))
    notices = [
        Notice(
            "warning",
            compose(
                f"line {row['line']}: entry {row['entry_id']} could not be read: {row['reason']}",
                file=f"{folder}{row['file']}",
                hint="it counts as identified and removed; mend the file or look the work up by hand",
            ),
            "entry_rejected",
        )
        for row in ordered[:_SHOWN_REJECTS]
    ]
    rest = len(ordered) - _SHOWN_REJECTS
    if rest > 0:
        more = _number(rest, "more entry", "more entries")
        text = f"{more} could not be read; all: {'outputs/report/rejects.csv' if folder else 'the file of rejects'}"
        notices.append(Notice("warning", text, "entry_rejected"))
    return notices
