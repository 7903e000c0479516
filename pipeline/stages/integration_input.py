"""From the tables of a review to what is measured: papers, references, background, anchors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import ProtocolError
from pipeline.integration.anchors import anchors_cited, read_anchors, surname
from pipeline.integration.corpus import Corpus, Floats, Paper, Reference, build_corpus
from pipeline.integration.settings import Measured, MeasureSettings
from pipeline.records import rows_of
from pipeline.stages.code import coding_files, journal_files
from pipeline.stages.contract import StageInput
from pipeline.synthesis.cells import list_of, text_of
from pipeline.synthesis.coding import NOT_STATED
from pipeline.synthesis.disciplines import UNKNOWN, DisciplineFiles, assign_disciplines
from pipeline.synthesis.settled import settled_rows, unsettled_rows

FIRST_SCHEME, SECOND_SCHEME = "first scheme", "second scheme"
BY_PEOPLE = "person"
MULTIDISCIPLINARY = "multidisciplinary"
_TITLE_SHOWN = 90
_TEXTS = ("title", "abstract", "keywords_author")


def settings_of(stage: StageInput, files: DisciplineFiles) -> MeasureSettings:
    """Return the settings of the measures from the protocol."""
    given = stage.protocol.integration
    return MeasureSettings(
        seed=stage.protocol.review.seed,
        permutations=given.permutations,
        bootstrap=given.bootstrap,
        periods=given.periods,
        pairs=_known_pairs(given.split(given.pairs), files),
        names=files.names,
        query_words=given.query_words,
        concept_dimensions=given.concept_dimensions,
        information_dimensions=given.information_dimensions,
        anchor_traditions=given.anchor_traditions,
    )


def _known_pairs(pairs: Iterable[tuple[str, str]], files: DisciplineFiles) -> tuple[tuple[str, str], ...]:
    wrong = sorted({code for pair in pairs for code in pair if code not in files.names})
    if wrong:
        raise ProtocolError(
            "[integration] pairs: no discipline of that code",
            file="screening/protocol.toml",
            found=wrong[0],
            allowed=tuple(files.names),
        )
    return tuple(pairs)


def measured_of(stage: StageInput) -> tuple[Measured, MeasureSettings, str]:
    """Return what is measured, how, and which group of studies it is: included, or passed while none is included.

    Raises:
        ProtocolError: a file of the section [integration] is missing a column or holds what is no number.
    """
    _, files = coding_files(stage.files, stage.protocol)
    settings = settings_of(stage, files)
    coded = stage.tables["code/coded"]
    group = "included" if bool((coded["group"] == "included").any()) else "passed"
    given = stage.protocol.integration
    codes = tuple(code for code in files.names if code not in files.uninformative)
    similarity = _similarity(stage, codes)
    facts = _facts(stage)
    name = f"screening/{given.anchors}"
    anchors = read_anchors(stage.files.get(name, b""), name) if given.anchors else ()
    references = stage.tables["references/references"]

    def corpus(chosen: str, column: str = "disciplines") -> Corpus:
        shown = _shown_records(coded, chosen)
        scheme = FIRST_SCHEME if column == "disciplines" else SECOND_SCHEME
        papers = _papers(stage, files, shown, facts, scheme)
        wanted = references[references["record_id"].isin(shown)]
        listed = _references(wanted, shown, facts, files.uninformative, column)
        return build_corpus(
            papers,
            listed,
            codes,
            similarity=similarity,
            similarity_name=given.similarity if similarity is not None else "",
            scheme=scheme,
        )

    shown = _shown_records(coded, group)
    cited = anchors_cited(rows_of(references[references["record_id"].isin(shown)]), anchors)
    by_study: dict[str, set[str]] = {}
    for record, keys in cited.items():
        by_study.setdefault(shown[record], set()).update(keys)
    background = corpus(given.background) if given.background else None
    if background is not None and not background.papers:
        background = None
    return Measured(corpus(group), background, corpus(group, "second_disciplines"), anchors, by_study), settings, group


def _shown_records(coded: pd.DataFrame, group: str) -> dict[str, str]:
    """Return record -> the record its study is shown by (the first of the group), for all records of a group."""
    chosen = coded[coded["group"] == group].sort_values("record_id")
    first = chosen.drop_duplicates("study_id").set_index("study_id")["record_id"]
    return {str(row["record_id"]): str(first[row["study_id"]]) for row in rows_of(chosen)}


def _facts(stage: StageInput) -> dict[str, dict[str, Any]]:
    """Return record id -> the record's row of texts."""
    records = {row["cluster_id"]: row for row in rows_of(stage.tables["deduplicate/records"])}
    screened = stage.tables["screen/screened"]
    pairs = zip(screened["record_id"], screened["cluster_id"], strict=True)
    coded = set(stage.tables["code/coded"]["record_id"])
    return {record: records[cluster] for record, cluster in pairs if record in coded and cluster in records}


def _papers(
    stage: StageInput,
    files: DisciplineFiles,
    shown: Mapping[str, str],
    facts: Mapping[str, Mapping[str, Any]],
    scheme: str,
) -> list[Paper]:
    """Return a paper a study, with the disciplines of a scheme, those people gave, and its codes."""
    wanted = sorted(set(shown.values()))
    table = "code/disciplines" if scheme == FIRST_SCHEME else "references/disciplines"
    labels, sources = _labels(stage.tables[table], wanted)
    by_hand = {record: labels[record] for record in wanted if sources.get(record) == BY_PEOPLE}
    journals, found_by = _journal_labels(stage, files, facts, by_hand)
    labels, sources = labels | journals, sources | found_by
    confirmed, suggested = _codes(settled_rows(stage.tables["code/confirmed"])), _codes(_not_negated(stage))
    unsettled = _codes(unsettled_rows(stage.tables["code/confirmed"]))
    belongs = _traditions(stage)
    given = stage.protocol.integration
    papers = []
    for record in wanted:
        row = facts.get(record, {})
        waiting = unsettled.get(record, {})
        hints = {name: codes for name, codes in suggested.get(record, {}).items() if name not in waiting}
        codes = hints | confirmed.get(record, {})
        theories = confirmed.get(record, {}).get(given.theory_dimension)
        papers.append(
            Paper(
                record,
                _year(row.get("year")),
                labels.get(record, {}),
                sources.get(record, "none"),
                document_type=str(row.get("type") or "other"),
                policy_areas=codes.get(given.policy_dimension, frozenset()),
                hand_weights=by_hand.get(record),
                traditions=frozenset(belongs[code] for code in theories if code in belongs) if theories else None,
                text=" ".join(text_of(row.get(name)) for name in _TEXTS),
                codes=codes,
                name=_name(row),
                narrow=_narrow(confirmed.get(record, {}), codes, given.split(given.narrow)),
            )
        )
    return papers


def _labels(table: pd.DataFrame, wanted: Iterable[str]) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Return record -> discipline -> share, and record -> source; unknown is no discipline."""
    labels: dict[str, dict[str, float]] = {}
    sources: dict[str, str] = {}
    for row in rows_of(table[table["record_id"].isin(list(wanted))]):
        if row["discipline"] != UNKNOWN:
            labels.setdefault(row["record_id"], {})[row["discipline"]] = float(row["weight"])
            sources[row["record_id"]] = row["discipline_source"]
    return labels, sources


def _journal_labels(
    stage: StageInput,
    files: DisciplineFiles,
    facts: Mapping[str, Mapping[str, Any]],
    by_hand: Mapping[str, Mapping[str, float]],
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Return what the journal says of records whose discipline people gave: both stand side by side in a verdict."""
    rows = [{**facts[record], "record_id": record} for record in sorted(by_hand) if record in facts]
    if not rows:
        return {}, {}
    journals = journal_files(stage.files, stage.protocol, files)
    found = assign_disciplines(pd.DataFrame(rows), files, journals)
    labels, sources = _labels(found, by_hand)
    return {record: labels.get(record, {}) for record in by_hand}, {
        record: sources.get(record, "none") for record in by_hand
    }


def _not_negated(stage: StageInput) -> pd.DataFrame:
    suggestions = stage.tables["code/suggestions"]
    return suggestions[~suggestions["negated"].astype(bool)]


def _codes(table: pd.DataFrame) -> dict[str, dict[str, frozenset[str]]]:
    """Return record -> dimension -> codes; a dimension that was not stated has none."""
    found: dict[str, dict[str, set[str]]] = {}
    for row in rows_of(table[["record_id", "dimension", "code"]]):
        codes = found.setdefault(row["record_id"], {}).setdefault(row["dimension"], set())
        codes.update({row["code"]} - {NOT_STATED})
    return {record: {name: frozenset(codes) for name, codes in row.items()} for record, row in found.items()}


def _narrow(
    confirmed: Mapping[str, frozenset[str]], codes: Mapping[str, frozenset[str]], wanted: tuple[tuple[str, str], ...]
) -> bool | None:
    """Return whether the narrow definition holds; None where no code of its dimensions is known."""
    if not wanted or not any(dimension in confirmed or codes.get(dimension) for dimension, _ in wanted):
        return None
    return all(code in codes.get(dimension, ()) for dimension, code in wanted)


def _references(
    table: pd.DataFrame,
    shown: Mapping[str, str],
    facts: Mapping[str, Mapping[str, Any]],
    uninformative: frozenset[str],
    column: str,
) -> Iterable[Reference]:
    """Yield the references of the studies; the lists of a study's reports are one."""
    authors = {record: {surname(name) for name in list_of(row.get("authors"))} for record, row in facts.items()}
    for row in rows_of(table):
        record = str(row["record_id"])
        weights: dict[str, float] = {}
        for text in list_of(row[column]):
            code, _, weight = text.partition(":")
            weights[code] = float(weight or 1)
        known = {code: weight for code, weight in weights.items() if code not in uninformative}
        author = text_of(row["author"])
        yield Reference(
            shown[record],
            text_of(row["key"]),
            known,
            self_citation=bool(author) and surname(author) in authors.get(record, ()),
            uninformative=(bool(weights) or row["status"] == MULTIDISCIPLINARY) and not known,
            name=_cited_name(row),
        )


def _cited_name(row: Mapping[str, Any]) -> str:
    year = _year(row["year"])
    parts = (text_of(row["author"]), f"({year})" if year else "", text_of(row["title"]) or text_of(row["source"]))
    return " ".join(part for part in parts if part)[:_TITLE_SHOWN]


def _name(row: Mapping[str, Any]) -> str:
    authors, year = list_of(row.get("authors")), _year(row.get("year"))
    parts = (authors[0].partition(",")[0] if authors else "", f"({year})" if year else "", text_of(row.get("title")))
    return " ".join(part for part in parts if part)[:_TITLE_SHOWN]


def _year(cell: object) -> int | None:
    return None if cell is None or pd.isna(cell) else int(cell)  # type: ignore[call-overload]


def _traditions(stage: StageInput) -> dict[str, str]:
    """Return code of a theory -> discipline it comes from."""
    name = f"screening/{stage.protocol.integration.traditions}"
    rows = _csv(stage, stage.protocol.integration.traditions, ("code", "discipline"))
    wrong = [number for number, row in enumerate(rows, 2) if not row["code"] or not row["discipline"]]
    if wrong:
        raise ProtocolError("code and discipline are needed", file=name, row=wrong[0])
    return {row["code"]: row["discipline"] for row in rows}


def _csv(stage: StageInput, file: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not file:
        return []
    data = stage.files.get(f"screening/{file}", b"").decode("utf-8-sig", "replace")
    reader = csv.DictReader(io.StringIO(data))
    if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
        raise ProtocolError("column missing", file=f"screening/{file}", column=missing[0], allowed=columns)
    return [{name: " ".join((cell or "").split()) for name, cell in row.items() if name is not None} for row in reader]


def _similarity(stage: StageInput, codes: tuple[str, ...]) -> Floats | None:
    """Return the similarities of the disciplines in their order; None where the protocol names no file."""
    file = stage.protocol.integration.similarity
    rows = _csv(stage, file, codes)
    if not file or not codes:
        return None
    shown = f"screening/{file}"
    by_code = {next(iter(row.values())): row for row in rows}
    if missing := [code for code in codes if code not in by_code]:
        raise ProtocolError("no row of this discipline", file=shown, found=missing[0])
    result = np.eye(len(codes))
    for one, first in enumerate(codes):
        for two, second in enumerate(codes):
            try:
                result[one, two] = float(by_code[first][second])
            except ValueError:
                raise ProtocolError(
                    f"row {first}: not a number between 0 and 1",
                    file=shown,
                    column=second,
                    found=by_code[first][second],
                ) from None
    if not ((result >= 0) & (result <= 1)).all() or not np.allclose(result, result.T):
        raise ProtocolError("similarities must lie between 0 and 1 and be the same both ways", file=shown)
    np.fill_diagonal(result, 1.0)
    return result
