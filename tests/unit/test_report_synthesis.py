"""The synthesis part of the report, on a made-up review of 145 studies and on ones with nothing to show."""

import csv
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from pipeline.errors import ConservationError, ProtocolError
from pipeline.protocol_synthesis import CodingSection, SynthesisSection
from pipeline.report.counts import Counts, Previous
from pipeline.report.flow_diagram import with_typeface
from pipeline.report.page import Section
from pipeline.stages.contract import StageInput
from pipeline.stages.report_synthesis import synthesis_part, synthesis_sections
from tests.unit.synthesis_support import SIZES, made_up_review

STUDIES = sum(SIZES.values())
COUNTS = Counts(studies_included=STUDIES)
REVIEW = made_up_review()
PART = synthesis_part(REVIEW, COUNTS)
SECTIONS = {section.anchor: section for section in PART.sections}
SVG = "{http://www.w3.org/2000/svg}"


def without(stage: StageInput, **changes: object) -> StageInput:
    return replace(stage, protocol=stage.protocol.model_copy(update=changes))


def words(section: Section) -> str:
    return " ".join(section.paragraphs)


def listed(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(PART.files[name].decode("utf-8-sig"))))


def test_every_part_has_its_section() -> None:
    wanted = ["coding", "tables", "incidents", "outcomes", "gaps", "agreement-codes", "strata", "test", "appraisal"]
    assert [section.anchor for section in PART.sections] == wanted


def test_tables_count_as_many_studies_as_the_flow() -> None:
    with pytest.raises(ConservationError, match=r"I21.*145.*144"):
        synthesis_sections(REVIEW, Counts(studies_included=STUDIES - 1))


def test_studies_of_a_closed_version_count_and_typed_in_ones_cannot() -> None:
    earlier = Counts(studies_included=5, previous=Previous(STUDIES - 5, STUDIES - 5))
    assert synthesis_sections(REVIEW, earlier, derived=True)
    typed = Counts(studies_included=STUDIES, previous=Previous(9, 9))
    assert synthesis_sections(REVIEW, typed)


@pytest.mark.parametrize("name", ["year", "mode", "level", "aim", "label", "concept_type", "theory", "method"])
def test_every_table_by_discipline_has_rows_that_add_up_to_the_included(name: str) -> None:
    rows = listed(f"tables/discipline_by_{name}_included.csv")
    assert int(rows[-1]["records"]) == STUDIES == sum(int(row["records"]) for row in rows[:-1])
    assert rows[-2]["discipline"] == "unknown"
    assert [row["discipline"] for row in rows if row["discipline"] == "pooled"] == ["pooled"]


def test_a_cell_holds_number_share_and_interval_and_small_rows_the_number_only() -> None:
    table = next(table for table in SECTIONS["tables"].tables if table.caption.startswith("T2 Discipline by mode"))
    rows = {row[0]: row for row in table.rows}
    assert re.fullmatch(r"\d+ \(\d+%; \d+–\d+\)", str(rows["Public administration and policy"][2]))
    assert all(re.fullmatch(r"\d+", str(cell)) for cell in rows["Education"][2:-1])
    assert "n only" in str(rows["Education"][-1])
    assert table.header[1] == "studies"


def test_wide_tables_are_parted_and_codes_without_a_study_are_named() -> None:
    parts = [table for table in SECTIONS["tables"].tables if table.caption.startswith("T4 Discipline by theory")]
    assert len(parts) > 1
    assert all(len(table.header) <= 9 for table in parts)
    assert {table.link for table in parts} == {"tables/discipline_by_theory_included.csv"}


def test_marked_codes_are_named_with_the_words_of_the_protocol_and_crosswalks_stand_beside_the_factors() -> None:
    methods = [table for table in SECTIONS["tables"].tables if table.caption.startswith("T5 Discipline by method")]
    assert "Asked for by the founding texts: experiment, ethnography" in methods[-1].note
    told = {row["factor"]: row["sicilia2019"] for row in listed("tables/factors.csv")}
    assert told["T4_rules_hierarchy"] == "managerial tools"


def test_bridging_and_the_places_where_disciplines_meet_are_said() -> None:
    captions = [table.caption for table in SECTIONS["tables"].tables]
    assert any(caption.startswith("T4 Discipline by tradition used") for caption in captions)
    assert "three or more disciplines meet" in words(SECTIONS["tables"])


def test_factors_count_confirmed_incidents_of_works_that_are_no_reviews() -> None:
    confirmed = [row for row in listed("incidents.csv") if row["coder_kind"] == "person"]
    told = listed("tables/factors.csv")
    assert 0 < sum(int(row["studies"]) for row in told) < len(confirmed)
    assert "T6 Factors by direction" in [table.caption for table in SECTIONS["incidents"].tables]
    for row in told:
        assert int(row["studies"]) == sum(int(row[name]) for name in ("fosters", "hinders", "mixed"))


def test_the_register_quotes_with_page_and_says_who_confirmed() -> None:
    row = next(row for row in listed("incidents.csv") if row["coder_kind"] == "person")
    assert (row["source"], row["reviewer"], row["passage"].split()[0]) == ("full_text:12", "ann", "the")
    shown = next(table for table in SECTIONS["incidents"].tables if table.caption == "Confirmed incidents")
    assert shown.rows[0][-1] == "full text, page 12"


def test_agreement_is_reported_for_every_dimension_judged_twice() -> None:
    (table,) = SECTIONS["agreement-codes"].tables
    verdicts = {str(row[-1]).partition(":")[0] for row in table.rows}
    assert verdicts <= {"reliable", "unreliable"}
    assert {row[0] for row in table.rows} >= {"mode", "theory", "method"}


def test_the_test_set_down_beforehand_is_told_whichever_way_it_falls() -> None:
    assert re.search(r"difference [+-]\d+ percentage points, 95 % interval [+-]\d+ to [+-]\d+", words(SECTIONS["test"]))


def test_gaps_say_how_many_cells_are_too_small_to_tell() -> None:
    assert re.search(r"\d+ gaps? among \d+ cells with five or more expected; \d+ cells", words(SECTIONS["gaps"]))


def test_the_appraisal_sheet_has_a_row_a_study() -> None:
    assert len(listed("tables/appraisal_sheet.csv")) == STUDIES


def test_the_list_behind_the_cells_holds_every_study_with_its_codes() -> None:
    rows = listed("tables/coded_studies.csv")
    assert len(rows) == STUDIES
    assert all(row["mode"] for row in rows)
    assert any(":" in row["structure_factor"] for row in rows)


# --- figures --------------------------------------------------------------------------------------------------------

FIGURES = {figure.file: figure for section in PART.sections for figure in section.figures}


def test_the_three_figures_are_drawn_and_left_to_the_report_to_write() -> None:
    assert set(FIGURES) == {"mode_mosaic.svg", "factors.svg", "evidence_map.svg"}
    assert not [name for name in PART.files if name.endswith(".svg")]
    for figure in FIGURES.values():
        alone = with_typeface(figure.svg)
        assert "@font-face" in alone and ElementTree.fromstring(alone).tag == f"{SVG}svg"


@pytest.mark.parametrize("name", ["mode_mosaic.svg", "factors.svg", "evidence_map.svg"])
def test_a_figure_has_real_text_of_seven_points_within_a_page_and_tells_its_numbers(name: str) -> None:
    root = ElementTree.fromstring(FIGURES[name].svg)
    assert float(root.attrib["width"]) * 25.4 / 96 <= 170
    sizes = [float(text.attrib.get("font-size", root.attrib["font-size"])) for text in root.iter(f"{SVG}text")]
    assert min(sizes) * 72 / 96 >= 7
    told = root.findtext(f"{SVG}desc") or ""
    numbers = {text.text.rstrip("DRA") for text in root.iter(f"{SVG}text") if text.text and text.text[0].isdigit()}
    assert numbers
    assert all(re.search(rf"\b{re.escape(number)}\b", told) for number in numbers)
    hints = [element.text for element in root.iter(f"{SVG}title")]
    assert len(hints) > 10
    links = {link.attrib["href"] for link in root.iter(f"{SVG}a")}
    assert links == {"incidents.csv" if name == "factors.svg" else "tables/coded_studies.csv"}
    assert links.pop() in PART.files


def test_parts_of_the_mosaic_add_up_to_the_studies_of_the_row() -> None:
    told = ElementTree.fromstring(FIGURES["mode_mosaic.svg"].svg).findtext(f"{SVG}desc") or ""
    for number, parts in re.findall(r", (\d+) studies: ([^.]*(?:\.\d[^.]*)*)\.", told):
        assert sum(float(part) for part in re.findall(r" ([\d.]+)(?:,|$)", parts)) == pytest.approx(
            int(number), abs=0.2
        )


def test_the_same_review_gives_the_same_bytes() -> None:
    assert synthesis_part(made_up_review(), COUNTS).files == PART.files


# --- nothing to show ------------------------------------------------------------------------------------------------


def test_without_included_studies_the_records_that_passed_are_shown_as_such() -> None:
    part = synthesis_part(made_up_review(group="passed"), Counts())
    sections = {section.anchor: section for section in part.sections}
    assert "no studies included after full text yet" in words(sections["tables"])
    shown = [table for table in sections["tables"].tables if table.caption.startswith("T2 Discipline by mode")]
    assert shown[0].header[1] == "records"
    assert "passed title and abstract" in shown[0].caption


def test_without_confirmed_incidents_a_sentence_says_why() -> None:
    incidents = REVIEW.tables["suggest/incidents"]
    tables = {**REVIEW.tables, "suggest/incidents": incidents[incidents["coder_kind"] == "program"]}
    part = synthesis_part(replace(REVIEW, tables=tables), COUNTS)
    section = next(section for section in part.sections if section.anchor == "incidents")
    assert "T6 not computed" in words(section)
    assert "F6 not drawn" in words(section)
    assert not section.figures


def test_a_protocol_without_the_section_has_tables_by_discipline_and_says_what_is_missing() -> None:
    stage = without(
        REVIEW, synthesis=SynthesisSection(), coding=CodingSection(frame="coding_frame.csv", dimensions=("mode",))
    )
    sections = {section.anchor: section for section in synthesis_sections(stage, COUNTS)}
    assert [table.caption.partition(",")[0] for table in sections["tables"].tables] == [
        "T1 Discipline by year of publication",
        "Discipline by mode",
    ]
    assert "names no dimensions of factors" in words(sections["incidents"])
    assert "test" not in sections


def test_a_stratum_is_counted_apart_and_never_among_the_included() -> None:
    coded = REVIEW.tables["code/coded"].copy()
    coded.loc[coded["record_id"].str.startswith("mkt"), "group"] = "comparator"
    part = synthesis_part(replace(REVIEW, tables={**REVIEW.tables, "code/coded": coded}), Counts(studies_included=114))
    section = next(section for section in part.sections if section.anchor == "strata")
    assert f"{SIZES['MKT']} records in the stratum" in words(section)
    assert "No record in the stratum" in words(section)
    assert "outside the included" in section.tables[0].caption
    rows = csv.DictReader(io.StringIO(part.files["tables/discipline_by_mode_included.csv"].decode("utf-8-sig")))
    assert [row["records"] for row in rows][-1] == "114"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"modes": "nowhere"}, "modes.*no such dimension.*nowhere"),
        ({"cross_tables": {"mode by aim": "T"}}, "not two dimensions"),
        ({"test_group": ("mode:odd",)}, "no such code.*mode:odd"),
        ({"traditions": "nothing"}, "no such column"),
        ({"strata": {"comparator": ("odd",)}}, "strata.*odd"),
    ],
)
def test_a_dimension_that_the_frame_has_not_is_named(change: dict[str, object], said: str) -> None:
    stage = without(REVIEW, synthesis=SynthesisSection.model_validate(change))
    with pytest.raises(ProtocolError, match=said):
        synthesis_sections(stage, COUNTS)


def test_reports_of_one_study_count_once_with_the_codes_of_both() -> None:
    coded = REVIEW.tables["code/coded"].copy()
    keys = coded["record_id"].tolist()[:2]
    coded.loc[coded["record_id"] == keys[1], "study_id"] = keys[0]
    part = synthesis_part(
        replace(REVIEW, tables={**REVIEW.tables, "code/coded": coded}), Counts(studies_included=STUDIES - 1)
    )
    text = part.files["tables/coded_studies.csv"].decode("utf-8-sig")
    rows = {row["study"]: row for row in csv.DictReader(io.StringIO(text))}
    before = {row["study"]: row for row in listed("tables/coded_studies.csv")}
    assert keys[1] not in rows
    both = {*before[keys[0]]["policy_area"].split("; "), *before[keys[1]]["policy_area"].split("; ")} - {"not_stated"}
    assert set(rows[keys[0]]["policy_area"].split("; ")) == both
