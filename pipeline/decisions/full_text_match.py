"""Which report a PDF is the full text of: by id or DOI in the file's name, by DOI or title in its metadata."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipeline.decisions.full_text_files import FullTextFile
from pipeline.identity import clean_id, id_problem

SIMILAR = 0.92
_MARGIN = 0.03
_CUTOFF = 100 * (SIMILAR - _MARGIN)
_SHORTEST_DOI, _SHORTEST_TITLE = 9, 20
_ID = re.compile(r"(?<![0-9a-z])r[0-9a-z]{13}(?![0-9a-z])")
_COPY = re.compile(r"(?:\s*\(\d{1,3}\)|[\s_-]+copy)$", re.IGNORECASE)
# Zotero's names: "Osborne et al. - 2016 - Title of the work".
_ZOTERO = re.compile(r"^.{1,120}? - (?:\d{4}|n\.?d\.?) - ")


@dataclass(frozen=True)
class Sought:
    """A report that is sought: its id, every id of its entries, DOIs in normal form, titles."""

    report_id: str
    ids: tuple[str, ...]
    dois: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True)
class FullTextMatch:
    """Which file belongs to which report, by what; the files that fit none or more than one."""

    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by: Mapping[str, str] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def match_full_texts(files: Sequence[FullTextFile], reports: Sequence[Sought]) -> FullTextMatch:
    """Return which report each PDF is the full text of.

    The first of these that names a report decides: an id in the file's name, a DOI in it (with any sign for the slash),
    a DOI in the metadata, a title in the metadata or the file's name that is like one title by `SIMILAR` and like no
    other by nearly as much. A file that fits more than one report is linked to none.

    Args:
        files: the PDFs.
        reports: the reports sought.
    """
    index = _Index(reports)
    linked: dict[str, list[str]] = {}
    by: dict[str, str] = {}
    unmatched, doubtful = [], {}
    for item in sorted(files, key=lambda item: item.file):
        found, how = index.find(item)
        if len(found) == 1:
            linked.setdefault(found[0], []).append(item.file)
            by[item.file] = how
        elif found:
            doubtful[item.file] = tuple(found)
        else:
            unmatched.append(item.file)
    return FullTextMatch({report: tuple(names) for report, names in linked.items()}, by, tuple(unmatched), doubtful)


class _Index:
    """The reports by what a file may name them by."""

    def __init__(self, reports: Iterable[Sought]) -> None:
        self.by_id: dict[str, str] = {}
        self.by_doi: dict[str, set[str]] = {}
        self.titles: list[tuple[str, str]] = []
        for report in sorted(reports, key=lambda item: item.report_id):
            self.by_id |= dict.fromkeys((report.report_id, *report.ids), report.report_id)
            for doi in report.dois:
                if len(_bare(doi)) >= _SHORTEST_DOI:
                    self.by_doi.setdefault(_bare(doi), set()).add(report.report_id)
            self.titles += [(plain, report.report_id) for title in report.titles if (plain := _plain(title))]

    def find(self, item: FullTextFile) -> tuple[list[str], str]:
        """Return the reports that a file may belong to, and by what."""
        stem = _COPY.sub("", unicodedata.normalize("NFC", PurePosixPath(item.file).stem))
        ids = [clean_id(found) for found in _ID.findall(stem.lower())]
        named = {self.by_id[key] for key in ids if not id_problem(key) and key in self.by_id}
        if named:
            return sorted(named), "id in the file's name"
        named = self._doi_in_name(stem)
        if named:
            return sorted(named), "DOI in the file's name"
        named = {report for doi in item.dois for report in self.by_doi.get(_bare(doi), ())}
        if named:
            return sorted(named), "DOI in the file"
        texts = [*item.titles, stem, _ZOTERO.sub("", stem)]
        return self._by_title([text for text in map(_plain, texts) if len(text) >= _SHORTEST_TITLE]), "title"

    def _doi_in_name(self, stem: str) -> set[str]:
        """Return the reports whose DOI stands in a file's name: the longest one that does, so that 10.1/x12 is not
        taken for 10.1/x1; a digit may not follow."""
        bare = _bare(stem)
        found: dict[int, set[str]] = {}
        for start in (match.start() for match in re.finditer("10", bare)):
            for end in range(len(bare), start + _SHORTEST_DOI - 1, -1):
                follows = bare[end : end + 1].isdigit() and bare[end - 1].isdigit()
                if bare[start:end] in self.by_doi and not follows:
                    found.setdefault(end - start, set()).update(self.by_doi[bare[start:end]])
        return found[max(found)] if found else set()

    def _by_title(self, texts: Sequence[str]) -> list[str]:
        from rapidfuzz.fuzz import ratio

        best: dict[str, float] = {}
        for text in texts:
            for title, report in self.titles:
                # Names of files are often cut: then the beginnings are compared.
                part = title[: len(text)] if len(text) >= 2 * _SHORTEST_TITLE else title
                likeness = max(ratio(text, title, score_cutoff=_CUTOFF), ratio(text, part, score_cutoff=_CUTOFF)) / 100
                best[report] = max(best.get(report, 0.0), likeness)
        top = max(best.values(), default=0.0)
        if top < SIMILAR:
            return []
        return sorted(report for report, likeness in best.items() if likeness > top - _MARGIN)


def _bare(text: str) -> str:
    """Return letters and digits alone, a slash in a web address's way of writing undone."""
    return "".join(c for c in text.lower().replace("%2f", "/") if c.isalnum())


def _plain(title: str) -> str:
    bare = unicodedata.normalize("NFKD", title.casefold())
    return " ".join("".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c)).split())
