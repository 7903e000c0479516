"""`python -m pipeline dedup`: which records of any exports are the same work, without a review around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import BAD_DATA, DONE, InputError, ReviewError
from pipeline.import_files import bytes_of, files_below
from pipeline.own_ids import with_own_ids
from pipeline.records import entry_frame, rows_of
from pipeline.store import write_atomic
from pipeline.tables import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.protocol import DedupSection
    from pipeline.stages.contract import Progress, StageResult

CLUSTER_HEADER = ("id", "cluster", "records", "reason", "file", "line", "title")
_SIDE_BY_SIDE = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi")
REVIEW_HEADER = (
    "id_a", "id_b", "score", "reason", *(f"{name}_{side}" for name in _SIDE_BY_SIDE for side in ("a", "b")),
)  # fmt: skip


@dataclass(frozen=True)
class Records:
    """The records of some files: entries under their own ids where they have some, and what could not be read.

    Attributes:
        entries: `records.ENTRY_COLUMNS`, sorted by id.
        rejects: `records.REJECT_COLUMNS`.
        id_column: what the column of their own ids is called; empty where they have none.
        problems: lines on what was wrong with the files.
        bad: whether a file could not be used.
    """

    entries: pd.DataFrame
    rejects: pd.DataFrame
    id_column: str
    problems: tuple[str, ...]
    bad: bool


def deduplicate_files(
    paths: Iterable[Path],
    out: Path,
    review: Path | None,
    settings: DedupSection,
    progress: Progress,
    processes: int = 1,
) -> tuple[list[str], list[str], int]:
    """Find which records of some exports are one work; return lines to print, lines on problems, and the exit status.

    Args:
        paths: export files or tables in any format that is read, or folders of them.
        out: CSV to write: a row for each record with its id and the id of its cluster, how many records the cluster
            has, and why the record belongs to it. Records that could not be read are clusters of their own.
        review: CSV to write with the uncertain pairs, side by side, the likeliest first.
        settings: section [dedup] of a protocol.
        progress: told how many steps are done.
        processes: how many processes compare; the result is the same.

    Raises:
        ReviewError: a path is not there, or a file to write is none of a table, or would overwrite what is read.
        InputError: nothing could be read.
    """
    from pipeline.dedup.deduplicate import find_clusters
    from pipeline.dedup.tables import DECISION_COLUMNS
    from pipeline.engine_map import engine_map

    files = files_below(paths)
    _check_targets((out, review), files)
    records = read_records(LazyFiles(files, bytes_of), _first_of_three(progress))
    if records.entries.empty:
        raise InputError("no record could be read", found=" ".join(records.problems) or None)
    with engine_map(processes) as spread:
        found = find_clusters(records.entries, entry_frame([], DECISION_COLUMNS), settings, spread)
    progress(2, 3)
    _write(out, CLUSTER_HEADER, cluster_rows(records, found.clusters, found.pairs))
    asked = review_rows(records.entries, found.pairs)
    if review is not None:
        _write(review, REVIEW_HEADER, asked)
    progress(3, 3)
    lines = _summary(records, found.clusters, len(asked), out, review)
    return lines, list(records.problems), BAD_DATA if records.bad else DONE


class LazyFiles(Mapping[str, bytes]):
    """Files by name whose bytes are read when they are asked for, so that they are not held longer than needed."""

    def __init__(self, paths: Mapping[str, Path], read: Callable[[Path], bytes]) -> None:
        self._paths = paths
        self._read = read

    def __getitem__(self, name: str) -> bytes:
        """Return the bytes of a file."""
        return self._read(self._paths[name])

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the files."""
        return iter(self._paths)

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self._paths)


def read_records(files: Mapping[str, bytes], progress: Progress, id_column: str = "") -> Records:
    """Return the records of files (name -> bytes) under the ids that they have of their own, else under ours."""
    from pipeline.stages.import_exports import read_exports

    result: StageResult = read_exports(files, progress)
    entries, name = with_own_ids(result.tables["entries"], id_column)
    if len(files) == 1:  # one table is no source among others: only what its rows name tells searches apart
        (file,) = files
        entries["source"] = entries["source"].where(entries["source"] != file, "")
    told = tuple(notice.text for notice in result.notices if notice.severity != "info")
    bad = any(notice.severity == "problem" for notice in result.notices)
    return Records(entries, result.tables["rejects"], name, told, bad)


def cluster_rows(records: Records, clusters: pd.DataFrame, pairs: pd.DataFrame) -> list[list[Any]]:
    """Return a row for each record (`CLUSTER_HEADER`), in the order of the files."""
    reasons = _reasons(pairs)
    columns = (records.entries[name] for name in ("entry_id", "file", "line", "title"))
    known = {entry_id: (file, int(line), title) for entry_id, file, line, title in zip(*columns, strict=True)}
    rows = []
    for row in rows_of(clusters):
        file, line, title = known[row["entry_id"]]
        reason = reasons.get(row["entry_id"], "")
        rows.append([row["entry_id"], row["cluster_id"], int(row["cluster_size"]), reason, file, line, title])
    for reject in rows_of(records.rejects):
        reason = f"could not be read: {reject['reason']}"
        rows.append([reject["entry_id"], reject["entry_id"], 1, reason, reject["file"], int(reject["line"]), ""])
    return sorted(rows, key=lambda row: (row[4], row[5]))


def _reasons(pairs: pd.DataFrame) -> dict[str, str]:
    """Return for each record in a cluster of several what joins it: the likeliest pair that it is part of."""
    joined = pairs[pairs["verdict"] == "duplicate"].sort_values("score", ascending=False, kind="stable")
    reasons: dict[str, str] = {}
    for one, other, reason in zip(joined["entry_a"], joined["entry_b"], joined["reason"], strict=True):
        reasons.setdefault(one, f"{other}: {reason}")
        reasons.setdefault(other, f"{one}: {reason}")
    return reasons


def review_rows(entries: pd.DataFrame, pairs: pd.DataFrame) -> list[list[Any]]:
    """Return the uncertain pairs (`REVIEW_HEADER`), the likeliest first."""
    asked = pairs[pairs["verdict"] == "uncertain"].sort_values(
        ["score", "entry_a", "entry_b"], ascending=[False, True, True]
    )
    wanted = set(asked["entry_a"]) | set(asked["entry_b"])
    shown = entries[entries["entry_id"].isin(wanted)]
    cells = {row["entry_id"]: [_cell(row[name]) for name in _SIDE_BY_SIDE] for row in rows_of(shown)}
    rows = []
    for row in rows_of(asked):
        sides = zip(cells[row["entry_a"]], cells[row["entry_b"]], strict=True)
        side_by_side = [value for both in sides for value in both]
        rows.append([row["entry_a"], row["entry_b"], float(row["score"]), row["reason"], *side_by_side])
    return rows


def _cell(value: Any) -> Any:  # noqa: ANN401
    return "; ".join(value) if isinstance(value, list) else value


def _first_of_three(progress: Progress) -> Progress:
    """Return what reading tells its progress to: the first of three steps."""

    def told(done: int, total: int) -> None:
        progress(int(done == total), 3)

    return told


def _check_targets(targets: Iterable[Path | None], files: Mapping[str, Path]) -> None:
    """Raise ReviewError where a file to write is no .csv, is one that is read, or is named twice."""
    taken = {path.resolve() for path in files.values()}
    for target in targets:
        if target is None:
            continue
        if target.suffix.lower() != ".csv":
            raise ReviewError("is no .csv", file=str(target), hint="end the names of --out and --review so")
        if target.resolve() in taken:
            raise ReviewError("would overwrite a file that is read or written", file=str(target), hint="rename it")
        taken.add(target.resolve())


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    try:
        write_atomic(path, csv_bytes(header, rows))
    except OSError as error:
        hint = "close it elsewhere, check the folder's rights"
        raise ReviewError(f"cannot be written: {error.strerror}", file=str(path), hint=hint) from error


def _summary(records: Records, clusters: pd.DataFrame, asked: int, out: Path, review: Path | None) -> list[str]:
    """Return the lines that say what was found: the works, the records of one work, and the pairs to look at."""
    unread = len(records.rejects)
    works = int(clusters["cluster_id"].nunique())
    lines = [
        f"{_number(len(clusters) + unread, 'record')}: {_number(works, 'work')}, "
        + _number(len(clusters) - works, "duplicate")
        + (f", {unread:,} could not be read" if unread else "")
        + f"; written to {out}",
        f"ids: column {records.id_column!r}" if records.id_column else "ids: our own (no column of unique ids)",
    ]
    if asked:
        where = f"written to {review}" if review is not None else "add --review FILE.csv to see them"
        lines.append(f"{_number(asked, 'uncertain pair')} for a person: {where}")
    return lines


def _number(number: int, name: str) -> str:
    return f"{number:,} {name}" + ("" if number == 1 else "s")
