"""Codes that people gave differently where one is possible: named, marked, and counted in no table until they agree."""

from __future__ import annotations

import csv
import io

import pandas as pd

from pipeline.dedup.tables import CLUSTER_COLUMNS, RECORD_COLUMNS
from pipeline.protocol import Protocol
from pipeline.records import check, entry_frame
from pipeline.report.counts import Counts
from pipeline.stages.code import CONFIRMED_COLUMNS, code
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.full_text import REPORT_COLUMNS
from pipeline.stages.read_decisions import DECISION_COLUMNS
from pipeline.stages.report_synthesis import synthesis_part
from pipeline.stages.screen import SCREENED_COLUMNS
from pipeline.synthesis.coded import coded_dimension
from pipeline.synthesis.frame import read_frame
from pipeline.synthesis.settled import unsettled_codes, unsettled_notices
from tests.unit.synthesis_support import SIZES, made_up_review

FRAME = (
    b"dimension,code,definition,selection,pattern\n"
    b"paid,yes,families pay,one,pay\npaid,no,nobody pays,one,\n"
    b"meal,lunch,,multi,\nmeal,breakfast,,multi,\n"
    b"field,food,,one,\nfield,teaching,,one,\n"
)
PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {"E1": {"label": "out", "exclude_if": "x"}},
        "screening": {"reviewers": ["ann", "zoe"]},
        "coding": {"frame": "frame.csv"},
        "disciplines": {"names": "names.csv", "patterns": "patterns.csv", "dimension": "field"},
    }
)
FILES = {
    "screening/frame.csv": FRAME,
    "screening/names.csv": b"code,name\nNUT,Nutrition\nEDU,Education\n",
    "screening/patterns.csv": b"label,code\nfood,NUT\nteaching,EDU\n",
}


def coded(*answers: tuple[str, str, str, str], same_study: bool = False) -> StageResult:
    """Return what the stage code makes of answers: reviewer, record, dimension, codes."""
    names = ("r1", "r2")
    study = {"r1": "r1", "r2": "r1" if same_study else "r2"}
    told = [{"cluster_id": n, "title": f"Who pays {n}", "origin": "{}", "year": 2020, "members": [n]} for n in names]
    screened = [
        {"record_id": n, "cluster_id": n, "lane": "main", "text_changed": False, "outcome": "included"} for n in names
    ]
    reports = [
        {"report_id": n, "record_id": n, "cluster_id": n, "study_id": study[n], "lane": "main", "state": "included"}
        for n in names
    ]
    decisions = [
        {"sequence": place, "reviewer": person, "entry_id": record, "dimension": dimension, "decision": codes}
        | {"stage": "coding", "standing": "current"}
        for place, (person, record, dimension, codes) in enumerate(answers, 1)
    ]
    clusters = [{"entry_id": name, "cluster_id": name, "cluster_size": 1} for name in names]
    tables = {
        "screen/screened": entry_frame(screened, SCREENED_COLUMNS),
        "deduplicate/records": entry_frame(told, RECORD_COLUMNS),
        "deduplicate/clusters": entry_frame(clusters, CLUSTER_COLUMNS),
        "full_text/reports": entry_frame(reports, REPORT_COLUMNS),
        "decisions/coding": entry_frame(decisions, DECISION_COLUMNS),
    }
    result = code(StageInput(tables, FILES, PROTOCOL))
    check(result.tables["confirmed"], CONFIRMED_COLUMNS, "confirmed")
    return result


def open_dimensions(result: StageResult) -> set[tuple[str, str]]:
    table = result.tables["confirmed"]
    rows = table[~table["settled"].astype(bool)]
    return set(zip(rows["record_id"], rows["dimension"], strict=True))


def test_two_people_who_differ_are_named_and_neither_counts() -> None:
    result = coded(("ann", "r1", "paid", "no"), ("zoe", "r1", "paid", "yes"), ("zoe", "r2", "paid", "yes"))
    assert open_dimensions(result) == {("r1", "paid")}
    (notice,) = result.notices
    assert notice.severity == "warning"
    assert "in 1 coded study 1 dimension has several answers" in notice.text
    assert "paid of r1 (ann: no; zoe: yes)" in notice.text
    assert "on their own coding sheet" in notice.text
    found = coded_dimension("paid", result.tables["suggestions"], result.tables["confirmed"], ["r1", "r2"])
    assert (found.of, found.by_people) == ({"r2": {"yes": ""}}, {"r2"})
    assert found.judged == {"r2"}, "a pattern suggests yes for r1, and a suggestion does not decide between people"
    assert found.unsettled == {"r1": {"ann": {"no": ""}, "zoe": {"yes": ""}}}


def test_who_changes_their_code_settles_it() -> None:
    result = coded(("ann", "r1", "paid", "no"), ("zoe", "r1", "paid", "yes"), ("zoe", "r1", "paid", "no"))
    assert not open_dimensions(result)
    assert result.notices == ()


def test_many_codes_are_the_union_of_what_people_gave() -> None:
    result = coded(("ann", "r1", "meal", "lunch"), ("zoe", "r1", "meal", "breakfast"))
    assert result.notices == ()
    found = coded_dimension("meal", result.tables["suggestions"], result.tables["confirmed"], ["r1"])
    assert set(found.of["r1"]) == {"lunch", "breakfast"}


def test_not_stated_contradicts_a_code_of_the_same_record_and_not_of_another_report() -> None:
    assert open_dimensions(coded(("ann", "r1", "paid", "not_stated"), ("zoe", "r1", "paid", "no"))) == {("r1", "paid")}
    told = (("ann", "r1", "paid", "not_stated"), ("ann", "r2", "paid", "no"))
    assert not open_dimensions(coded(*told, same_study=True))


def test_two_reports_of_a_study_that_contradict_each_other_are_not_settled() -> None:
    told = (("ann", "r1", "paid", "yes"), ("ann", "r2", "paid", "no"))
    assert open_dimensions(coded(*told, same_study=True)) == {("r1", "paid"), ("r2", "paid")}
    assert not open_dimensions(coded(*told))


def test_one_person_with_two_codes_is_named_except_for_disciplines() -> None:
    result = coded(("ann", "r1", "paid", "no; yes"), ("ann", "r1", "field", "food; teaching"))
    assert open_dimensions(result) == {("r1", "paid")}
    shares = result.tables["disciplines"].query("record_id == 'r1'")
    assert dict(zip(shares["discipline"], shares["weight"], strict=True)) == {"EDU": 0.5, "NUT": 0.5}


def test_disciplines_in_which_people_differ_do_not_count_as_given_by_people() -> None:
    result = coded(("ann", "r1", "field", "food"), ("zoe", "r1", "field", "teaching"))
    assert "person" not in set(result.tables["disciplines"]["discipline_source"])


def test_the_notice_counts_all_and_names_five() -> None:
    rows = [
        {"record_id": f"r{number}", "dimension": "paid", "code": said, "reviewer": person, "value": ""}
        for number in range(7)
        for person, said in (("ann", "no"), ("zoe", "yes"))
    ]
    found = unsettled_codes(rows, {f"r{number}": f"r{number}" for number in range(7)}, read_frame(FRAME))
    (notice,) = unsettled_notices(found)
    assert "in 7 coded studies 7 dimensions have several answers" in notice.text
    assert notice.text.count("(ann: no; zoe: yes)") == 5
    assert ", and 2 more" in notice.text


def test_the_list_of_coded_studies_marks_them_and_tables_leave_them_out() -> None:
    review = made_up_review(reviewers=("ann",))
    confirmed = review.tables["code/confirmed"]
    first = confirmed["record_id"].iloc[0]
    others = confirmed[(confirmed["record_id"] != first) | (confirmed["dimension"] != "is_review")]
    row = {"record_id": first, "dimension": "is_review", "value": "", "settled": False}
    given = entry_frame(
        [row | {"code": said, "reviewer": who} for who, said in (("ann", "no"), ("zoe", "yes"))], CONFIRMED_COLUMNS
    )
    tables = dict(review.tables) | {"code/confirmed": pd.concat([others, given], ignore_index=True)}
    stage = StageInput(tables, review.files, review.protocol)
    part = synthesis_part(stage, Counts(studies_included=sum(SIZES.values())))
    rows = csv.DictReader(io.StringIO(part.files["tables/coded_studies.csv"].decode("utf-8-sig")))
    shown = next(row for row in rows if row["study"] == first)
    assert shown["is_review"] == "unsettled: no (ann) | yes (zoe)"
    assert "is_review" not in shown["confirmed_dimensions"].split("; ")
    coding = next(section for section in part.sections if section.anchor == "coding").tables[0]
    line = next(row for row in coding.rows if row[0] == "is review")
    assert line[1:3] == ("144", "1")
