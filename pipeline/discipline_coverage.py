"""`python -m pipeline disciplines`: the disciplines of the records of any exports, and of what they cite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.deduplicate_files import LazyFiles, read_records
from pipeline.errors import BAD_DATA, DONE, InputError, ReviewError
from pipeline.import_files import bytes_of, files_below
from pipeline.records import rows_of
from pipeline.store import write_atomic
from pipeline.tables import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.protocol import Protocol
    from pipeline.stages.contract import Progress
    from pipeline.synthesis.disciplines import DisciplineFiles
    from pipeline.synthesis.journal_files import JournalFiles
    from pipeline.synthesis.journals import Journals

HEADER = (
    "id", "discipline", "shares", "discipline_source", "matched", "second_discipline", "second_shares",
    "second_source", "references", "references_resolved", "file", "line", "year", "journal", "issn", "title",
)  # fmt: skip

SHIPPED = Path(__file__).resolve().parents[1] / "screening" / "protocol.toml"
_ARTICLES = ("article", "review")


def discipline_coverage(
    paths: Iterable[Path], out: Path | None, protocol: Path | None, progress: Progress
) -> tuple[list[str], list[str], int]:
    """Assign disciplines to the records of some exports; return lines to print, lines on problems, the exit status.

    Args:
        paths: export files or tables in any format that is read, or folders of them.
        out: CSV to write, a row a record: its discipline under both schemes, shares, source, what matched, references.
        protocol: protocol.toml whose section [disciplines] names the files; None: the one of the review in this folder,
            else the one shipped with the program.
        progress: told how many steps are done.

    Raises:
        ReviewError: a path is not there, or `out` is no CSV or would overwrite what is read.
        ProtocolError: the protocol or a discipline file has mistakes.
        InputError: nothing could be read.
    """
    from pipeline.synthesis.disciplines import assign_disciplines

    files = files_below(paths)
    if out is not None and (
        out.suffix.lower() != ".csv" or out.resolve() in {path.resolve() for path in files.values()}
    ):
        raise ReviewError("is no .csv, or is a file that is read", file=str(out), hint="choose another name")
    chosen, disciplines, journals = _discipline_files(protocol)
    records = read_records(LazyFiles(files, bytes_of), lambda done, total: progress(done, 2 * total))
    if records.entries.empty:
        raise InputError("no record could be read", found=" ".join(records.problems) or None)
    table = records.entries.rename(columns={"entry_id": "record_id"})
    first = assign_disciplines(table, disciplines, journals)
    second = assign_disciplines(table, disciplines, journals, scheme="second")
    cited = _cited(table, first, second, disciplines, journals)
    progress(2, 2)
    number = "1 file" if len(files) == 1 else f"{len(files)} files"
    lines = [f"{len(table):,} records of {number}; disciplines of {chosen}"]
    lines += [
        *_record_lines(table, first, disciplines.names, journals.register),
        _agreement(first, second),
        *_cited_lines(cited),
    ]
    if out is not None:
        _write(out, list(_rows(table, first, second, cited)))
        lines.append(f"written to {out}")
    return lines, list(records.problems), BAD_DATA if records.bad else DONE


def _discipline_files(protocol: Path | None) -> tuple[str, DisciplineFiles, JournalFiles]:
    """Return the name of the protocol that is used, and what its discipline files say."""
    from pipeline.protocol import read_protocol
    from pipeline.stages.code import coding_files, journal_files

    for path in (protocol,) if protocol else (Path("screening/protocol.toml"), SHIPPED):
        if not protocol and not path.is_file():
            continue
        settings = read_protocol(path, str(path))
        if protocol or settings.disciplines.names:
            contents = _contents(path.parent, settings)
            _, disciplines = coding_files(contents, settings)
            return str(path), disciplines, journal_files(contents, settings, disciplines)
    hint = "name a protocol.toml with a section [disciplines] by --protocol"
    raise ReviewError("no protocol with discipline files", file="screening/protocol.toml", hint=hint)


def _contents(folder: Path, protocol: Protocol) -> dict[str, bytes]:
    """Return the discipline files of a protocol as stages get them: `screening/NAME` -> bytes."""
    parts = protocol.disciplines
    names = (protocol.coding.frame, parts.names, parts.core_journals, parts.crosswalk, parts.patterns, parts.journals)
    wanted = dict.fromkeys((*names, parts.abbreviations, parts.topics, parts.own_journals))
    return {f"screening/{name}": bytes_of(folder / name) for name in wanted if name}


def _cited(
    table: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame, files: DisciplineFiles, journals: JournalFiles
) -> pd.DataFrame:
    """Return the cited references of the records (`REFERENCE_COLUMNS`)."""
    from pipeline.synthesis.cited_keys import Works
    from pipeline.synthesis.cited_resolve import SourceTable
    from pipeline.synthesis.cited_table import assigned_records, cited_tables

    citing = table[["record_id", "cited_references"]].assign(group="")
    sources = SourceTable(table, files, journals)
    return cited_tables(citing, Works(table), sources, lambda cited: assigned_records(first, second)).references


def _of_records(assigned: pd.DataFrame) -> dict[str, tuple[str, str, str, str]]:
    """Return record -> its first discipline (`several` for a tie), shares, source, what matched."""
    from pipeline.synthesis.disciplines import SEVERAL

    found: dict[str, tuple[str, str, str, str]] = {}
    for row in rows_of(assigned):
        share = f"{row['discipline']}:{row['weight']:.3g}"
        if row["record_id"] in found:
            discipline, shares, source, matched = found[row["record_id"]]
            found[row["record_id"]] = (discipline, f"{shares}; {share}", source, matched)
        else:
            discipline = SEVERAL if row["tie"] else row["discipline"]
            found[row["record_id"]] = (discipline, share, row["discipline_source"], row["matched"])
    return found


def _record_lines(
    table: pd.DataFrame, first: pd.DataFrame, names: Mapping[str, str], register: Journals
) -> Iterator[str]:
    """Yield coverage by source, the disciplines, and coverage of journal articles with an ISSN."""
    from pipeline.synthesis.disciplines import is_multidisciplinary

    known = _of_records(first)
    sources: dict[str, int] = {}
    counts: dict[str, int] = {}
    for discipline, _, source, _ in known.values():
        sources[source] = sources.get(source, 0) + 1
        counts[discipline] = counts.get(discipline, 0) + 1
    yield "where the discipline comes from: " + ", ".join(f"{name} {n:,}" for name, n in _largest(sources))
    for code, n in _largest(counts):
        yield f"  {n:>6,}  {100 * n / len(known):5.1f} %  {code}  {names.get(code, '')}".rstrip()
    article = table["type"].isin(_ARTICLES) & table["journal"].notna() & (table["issn"].str.len() > 0)
    sure = silent = 0
    for row in rows_of(table.loc[article, ["record_id", "issn", "journal"]]):
        if known[row["record_id"]][2] not in ("none", "predicted"):
            sure += 1
        else:
            silent += is_multidisciplinary(row["issn"], row["journal"], register)
    wanted = int(article.sum()) - silent
    if wanted:
        share = f"{sure:,} of {wanted:,} ({100 * sure / wanted:.1f} %) by other than words"
        yield f"journal articles with ISSN: {share}; {silent:,} more in multidisciplinary journals"


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _agreement(first: pd.DataFrame, second: pd.DataFrame) -> str:
    """Return how often the two schemes have the same first discipline, where both have one."""
    one = first[first["primary"] & (first["discipline"] != "unknown")].set_index("record_id")["discipline"]
    other = second[second["primary"] & (second["discipline"] != "unknown")].set_index("record_id")["discipline"]
    both = one.index.intersection(other.index)
    if both.empty:
        return "second scheme (journals only): no record has a first discipline under both schemes"
    same = int((one[both] == other[both]).sum())
    return f"second scheme (journals only): the same first discipline for {same:,} of {len(both):,} records with both"


def _cited_lines(cited: pd.DataFrame) -> Iterator[str]:
    from pipeline.stages.references import WHAT_TO_EXPORT

    if cited.empty:
        yield f"cited references: not computed: no cited references in any export; {WHAT_TO_EXPORT}"
        return
    resolved = int((cited["status"] == "resolved").sum())
    shown = ", ".join(f"{name} {n:,}" for name, n in _largest(Counter(cited["status"])))
    yield (
        f"cited references: {len(cited):,} of {cited['record_id'].nunique():,} records, "
        f"{100 * (1 - resolved / len(cited)):.1f} % without a discipline ({shown})"
    )


def _rows(table: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame, cited: pd.DataFrame) -> Iterator[list[Any]]:
    one, other = _of_records(first), _of_records(second)
    total = cited["record_id"].value_counts().to_dict()
    resolved = cited.loc[cited["status"] == "resolved", "record_id"].value_counts().to_dict()
    shown = table[["record_id", "file", "line", "year", "journal", "issn", "title"]].astype(object)
    for row in rows_of(shown.where(shown.notna(), "")):
        record = row["record_id"]
        listed = [total[record], resolved.get(record, 0)] if record in total else ["", ""]
        cells = [row["file"], row["line"], row["year"], row["journal"], "; ".join(row["issn"]), row["title"]]
        yield [record, *one[record], *other[record][:3], *listed, *cells]


def _write(path: Path, rows: list[list[Any]]) -> None:
    try:
        write_atomic(path, csv_bytes(list(HEADER), rows))
    except OSError as error:
        hint = "close it elsewhere, check the folder's rights"
        raise ReviewError(f"cannot be written: {error.strerror}", file=str(path), hint=hint) from error
