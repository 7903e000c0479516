"""Sections of the report that say how far the synthesis can be trusted: gaps, agreement, the test, appraisal."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.records import rows_of
from pipeline.report.page import FileLink, Section, Table
from pipeline.stages.contract import StageInput
from pipeline.stages.synthesis_data import SynthesisData
from pipeline.stages.synthesis_pages import plain, shown_cells, year_cell
from pipeline.synthesis.gaps import GAP_HEADER, gap_cells, gap_rows
from pipeline.synthesis.reliability import code_reliability
from pipeline.synthesis.roles import DISCIPLINE
from pipeline.synthesis.tables import GROUPS
from pipeline.synthesis.tradition_test import tradition_test
from pipeline.tables import csv_bytes

_APPRAISAL = (
    *("study_id", "title", "year", "design (MMAT: qualitative, randomised, non-randomised, descriptive, mixed)"),
    *("S1 clear question", "S2 data answer it", "Q1", "Q2", "Q3", "Q4", "Q5", "appraised_by", "comment"),
)


_MODELS = (FileLink("tables/code_models.csv", "what patterns and models suggest against what people confirmed"),)


def gap_section(data: SynthesisData, files: dict[str, bytes]) -> Section:
    """Return T9: cells with fewer studies than expected, and what the tables are too small to tell."""
    main = data.main
    rows: list[tuple[object, ...]] = []
    said = []
    for pair in data.roles.gaps:
        sides = [main.axis(name, data.disciplines_shown) for name in (pair.rows, pair.columns)]
        found = gap_cells(sides[0], sides[1], main.members)
        rows += gap_rows(pair.rows, pair.columns, found)
        named = f"{plain(pair.rows)} by {plain(pair.columns)}"
        people = [main.dimension(name).by_people for name in (pair.rows, pair.columns) if name != DISCIPLINE]
        if frozenset.intersection(main.members, *people) != main.members:
            named += " (provisional: unconfirmed suggestions)"
        if found.reason:
            said.append(f"{named}: {found.reason} ({found.studies:,} {main.group.unit} coded in both).")
        else:
            gaps = sum(gap.is_gap for gap in found.cells)
            said.append(
                f"{named}: {gaps} {'gap' if gaps == 1 else 'gaps'} among {len(found.cells)} cells with five or more "
                f"expected; {found.untested} cells are too small to tell ({found.studies:,} {main.group.unit})."
            )
    files["tables/gaps.csv"] = csv_bytes(list(GAP_HEADER), [list(row) for row in rows])
    lead = (
        "T9. A gap is a cell with fewer studies than its row and column let expect (adjusted residual, one-sided, "
        "Holm-adjusted over the cells of a table). What is not stated is left out; cells with fewer than five expected "
        "cannot show a gap."
    )
    if not data.roles.gaps:
        return Section("Gaps", "gaps", (lead, "Not computed: the protocol names no tables in [synthesis] gaps."))
    low = [row for row in rows if isinstance(row[6], float) and row[6] < -1.5]
    caption = f"T9 Cells below expectation, {main.group.unit} {main.group.described}"
    note = "Cells with a residual below -1.5; all that could be tested are in the file."
    tables = (Table(caption, GAP_HEADER, shown_cells(low), note, "tables/gaps.csv"),) if low else ()
    return Section("Gaps", "gaps", (lead, *said), tables)


def agreement_section(stage: StageInput, data: SynthesisData, files: dict[str, bytes]) -> Section:
    """Return T10: agreement on codes between people who judged the same study."""
    confirmed, seed = stage.tables["code/confirmed"], stage.protocol.review.seed
    results = code_reliability(confirmed, data.frame, seed=seed)
    header = (
        "Dimension",
        "Code",
        "Studies judged twice",
        "Positives",
        "Measure",
        "Agreement",
        "Low",
        "High",
        "Verdict",
    )
    rows = [
        (
            plain(item.dimension),
            plain(item.code) or "(which code)",
            item.studies,
            item.positives,
            item.measure,
            "" if item.value is None else f"{item.value:.2f}",
            f"{item.interval[0]:.2f}" if item.interval else "",
            f"{item.interval[1]:.2f}" if item.interval else "",
            item.verdict,
        )
        for item in results
    ]
    files["tables/agreement_codes.csv"] = csv_bytes(list(header), [list(row) for row in rows])
    lead = (
        "T10. Agreement on codes between people who judged the same study: kappa where a study has one code, "
        "Krippendorff's alpha for each code, with 95 % bootstrap intervals. Codes with fewer than 10 "
        "positives or a lower "
        "limit below .4 are unreliable."
    )
    if not rows:
        why = "Not computed: no study has been coded by two people in the same dimension."
        return Section("Agreement on codes", "agreement-codes", (lead, why), (), _MODELS)
    caption, link = "T10 Agreement, code by code", "tables/agreement_codes.csv"
    return Section(
        "Agreement on codes",
        "agreement-codes",
        (lead,),
        (Table(caption, header, shown_cells(rows), "", link),),
        _MODELS,
    )


def tradition_section(data: SynthesisData) -> Iterator[Section]:
    """Yield the test that the protocol sets down, whichever way it falls."""
    roles, main = data.roles, data.main
    if not roles.test_group or not roles.traditions:
        return
    parts = [main.dimension(dimension) for dimension, _ in roles.test_group]
    judged = frozenset[str]().union(*(found.judged for found in parts))
    group = frozenset.intersection(
        *(found.having(code) for found, (_, code) in zip(parts, roles.test_group, strict=True))
    )
    dimensions = {name: main.dimension(name) for name in roles.traditions}
    result = tradition_test(group, judged - group, dimensions, roles.traditions)
    named = " and ".join(f"{plain(dimension)}: {code}" for dimension, code in roles.test_group)
    kinds = sorted({tradition for codes in roles.traditions.values() for tradition in codes.values()})
    lead = (
        f"Set down in the protocol before the data were seen: do studies with {named} use codes of two traditions "
        f"({', '.join(map(plain, kinds))}) more often than the others? The result stands whichever way it falls."
    )
    numbers = (
        f"{result.both} of {result.judged} in the group, {result.both_other} of {result.judged_other} of the others "
        f"(studies in which a tradition could be judged; {main.group.unit} {main.group.described})"
    )
    if result.difference is not None and result.interval is not None:
        low, high = (f"{limit * 100:+.0f}" for limit in result.interval)
        numbers += f"; difference {result.difference * 100:+.0f} percentage points, 95 % interval {low} to {high}"
    people = frozenset.intersection(*(found.by_people for found in parts)) & frozenset[str]().union(
        *(found.by_people for found in dimensions.values())
    )
    caution = "" if people == main.members else " It rests on unconfirmed suggestions: no finding."
    yield Section("Test set down beforehand", "test", (lead, f"{numbers}: {result.says}.{caution}"))


def appraisal_section(data: SynthesisData, files: dict[str, bytes]) -> Section:
    """Return where the sheet for the appraisal of the included studies is."""
    studies = data.groups[GROUPS[0].key]
    years = dict(zip(studies.table["record_id"], studies.table["year"], strict=True))
    rows = [
        [row["study_id"], data.titles.get(row["record_id"], ""), year_cell(years[row["record_id"]]), *[""] * 10]
        for row in rows_of(studies.table)
    ]
    files["tables/appraisal_sheet.csv"] = csv_bytes(list(_APPRAISAL), rows)
    text = (
        f"The sheet for the appraisal of the included studies holds a row a study ({len(rows):,}) and the "
        f"columns of the "
        "Mixed Methods Appraisal Tool (Hong et al. 2018, 10.3233/EFI-180221). It is written anew in each "
        "run: fill a copy. "
        "Until the full texts are appraised, outcomes are what studies claim."
    )
    return Section("Appraisal", "appraisal", (text,), (), (FileLink("tables/appraisal_sheet.csv", "a row a study"),))
