"""The stages code and references: strata beside the studies, what they cite, and what is not computed."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.dedup.tables import CLUSTER_COLUMNS, RECORD_COLUMNS
from pipeline.errors import ProtocolError
from pipeline.protocol import Protocol
from pipeline.records import check, entry_frame, rows_of
from pipeline.stages.code import CODED_COLUMNS, code
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.full_text import REPORT_COLUMNS
from pipeline.stages.read_decisions import DECISION_COLUMNS
from pipeline.stages.references import HAND_LIST, references
from pipeline.stages.screen import SCREENED_COLUMNS
from pipeline.synthesis.cited_columns import LIST_COLUMNS, REFERENCE_COLUMNS, UNRESOLVED_COLUMNS
from pipeline.synthesis.cited_table import shares_read
from pipeline.synthesis.disciplines import DISCIPLINE_COLUMNS

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {"E1": {"label": "out", "exclude_if": "x"}},
        "screening": {"reviewers": ["ann"]},
        "strata": {"near": {"label": "Near", "reasons": ["E1"]}},
        "disciplines": {
            "names": "names.csv", "core_journals": "core.csv", "crosswalk": "crosswalk.csv", "journals": "journals.csv",
            "cited_works": "works.csv",
        },
    }
)  # fmt: skip
FILES = {
    "screening/names.csv": b"code,name,informative\nNUT,Nutrition,\nEDU,Education,\nMIX,All,no\n",
    "screening/core.csv": b"title,issn,discipline\nSchool Meals Quarterly,1234-5678,NUT\n",
    "screening/crosswalk.csv": b"scheme,label,discipline\nown,Food,NUT\nown,Schooling,EDU\nown,General,MIX\n",
    "screening/journals.csv": (
        b"title,issn,scheme,category\nJournal of Teaching,1111-1111,own,Schooling\nJournal of Tea,,own,Food\n"
        b"Everything,,own,General\nPupils and Meals,,own,Food\n"
    ),
}
CITED = [
    "Doe J, 2001, SCH MEALS Q, V1, P2",
    "Roe A, 2002, J TEA, V1, P3",
    "Roe A, 2002, J TEACHING, V4, P3, DOI 10.1000/x",
    "Moss E, 1990, GOVERNING LUNCH",
    "Fern L, 2003, EVERYTHING, V1, P9",
    "Poe K, 2004, J T, V1, P1",
    "[Anonymous]",
    "Dell B, 2019, PUPIL PLATE, V7, P70",
]
STATES = {"r1": "included", "r2": "awaiting_retrieval", "r3": "excluded", "r4": "excluded", "r5": "report_excluded"}


def run(cited: dict[str, list[str]], files: dict[str, bytes] | None = None) -> tuple[StageResult, StageResult]:
    """Run both stages on five records: included, passed, in a stratum, excluded, excluded at full text."""
    records: list[dict[str, Any]] = [
        {"cluster_id": record.replace("r", "c"), "title": f"Title of {record}", "origin": "{}", "year": 2020}
        | {"cited_references": cited.get(record, []), "members": [record]}
        for record in STATES
    ]
    records[1] |= {"journal": "Pupil Plate", "journal_abbr": "PUPIL PLATE", "subject_categories": ["Schooling"]}
    records[3] |= {"authors": ["Dell, Bo"], "year": 2019, "volume": "7", "pages": "70-75", "issn": ["1234-5678"]}
    records[3] |= {"doi": "10.1000/dell"}
    screened = [
        {"record_id": record, "cluster_id": record.replace("r", "c"), "lane": "main", "text_changed": False}
        | {"outcome": "excluded" if state == "excluded" else "included"}
        | ({"reason": "E1", "stratum": "near"} if record == "r3" else {})
        for record, state in STATES.items()
    ]
    reports = [
        {"report_id": record, "record_id": record, "cluster_id": record.replace("r", "c"), "study_id": record}
        | {"lane": "main", "state": state}
        for record, state in STATES.items()
        if state != "excluded"
    ]
    clusters = [{"entry_id": name, "cluster_id": name.replace("r", "c"), "cluster_size": 1} for name in STATES]
    tables = {
        "screen/screened": entry_frame(screened, SCREENED_COLUMNS),
        "deduplicate/records": entry_frame(records, RECORD_COLUMNS),
        "deduplicate/clusters": entry_frame(clusters, CLUSTER_COLUMNS),
        "full_text/reports": entry_frame(reports, REPORT_COLUMNS),
        "decisions/coding": entry_frame([], DECISION_COLUMNS),
    }
    given = FILES | (files or {})
    coded = code(StageInput(tables, given, PROTOCOL))
    tables |= {f"code/{name}": table for name, table in coded.tables.items()}
    found = references(StageInput(tables, given, PROTOCOL))
    columns = {"references": REFERENCE_COLUMNS, "lists": LIST_COLUMNS, "unresolved": UNRESOLVED_COLUMNS}
    for name, wanted in (columns | {"disciplines": DISCIPLINE_COLUMNS}).items():
        check(found.tables[name], wanted, name)
    check(coded.tables["coded"], CODED_COLUMNS, "coded")
    return coded, found


def test_strata_are_coded_beside_the_studies() -> None:
    coded, _ = run({})
    groups = coded.tables["coded"].set_index("record_id")["group"].to_dict()
    assert groups == {"r1": "included", "r2": "passed", "r3": "near"}
    assert coded.numbers["coded"] == 2 and coded.numbers["strata"] == 1
    assert set(coded.tables["disciplines"]["record_id"]) == {"r1", "r2", "r3"}


def test_every_reference_is_kept_with_what_it_was_resolved_to() -> None:
    _, found = run({"r1": CITED})
    rows = rows_of(found.tables["references"].astype(object))
    assert [row["position"] for row in rows] == list(range(1, 9))
    assert [(row["status"], row["disciplines"], row["discipline_source"]) for row in rows] == [
        ("resolved", ["NUT:1"], "core"),
        ("resolved", ["NUT:1"], "abbrev"),
        ("resolved", ["EDU:1"], "abbrev"),
        ("no_journal", [], "none"),
        ("multidisciplinary", [], "none"),
        ("ambiguous", [], "none"),
        ("unparsed", [], "none"),
        ("resolved", ["NUT:1"], "core"),
    ]
    assert [row["source_title"] for row in rows[:3]] == [
        "school meals quarterly",
        "Journal of Tea",
        "Journal of Teaching",
    ]
    assert rows[2]["key"] == "doi:10.1000/x" and rows[0]["key"] == "doe|2001|1|2"
    assert rows[3]["key"] == "moss|1990|governing lunch"
    assert {row["layout"] for row in rows} == {"wos"}


def test_a_record_of_the_review_that_is_cited_is_named_and_lends_its_discipline() -> None:
    """r4 is excluded; its ISSN makes it NUT, while the journal that the reference names has the category Schooling."""
    _, found = run({"r1": CITED, "r4": CITED})
    table = found.tables["references"]
    last = table[table["position"] == 8].iloc[0]
    assert last["cited_record_id"] == "r4" and last["key"] == "doi:10.1000/dell"
    assert set(table["record_id"]) == {"r1"}, "only coded records and strata cite here"


def test_the_second_scheme_reads_the_journal_alone() -> None:
    _, found = run({"r1": CITED})
    other = found.tables["disciplines"].set_index("record_id")
    assert other.loc["r2", "discipline"] == "unknown", "its category is no part of the second scheme"
    rows = found.tables["references"]
    assert rows["second_disciplines"].iloc[2] == ["EDU:1"] and rows["second_source"].iloc[0] == "core"


def test_the_counts_of_each_record_add_up_and_records_without_a_list_are_no_zeros() -> None:
    _, found = run({"r1": CITED, "r3": CITED[:2]})
    lists = found.tables["lists"].set_index("record_id")
    assert lists.loc["r1", ["references", "resolved", "in_review"]].tolist() == [8, 4, 1]
    parts = ["resolved", "multidisciplinary", "no_journal", "ambiguous", "unparsed"]
    assert int(lists.loc["r1", parts].sum()) == 8
    assert lists.loc["r3", "group"] == "near" and lists.loc["r3", "references"] == 2
    assert lists.loc["r2", ["references", *parts]].isna().all()
    assert found.summary == "10 references of 2 records, 6 with a discipline (40 % unresolved)"
    assert found.numbers["references"] == 10 and found.numbers["records_with_references"] == 2


def test_works_cited_often_wait_for_people_and_what_they_say_counts() -> None:
    cited = {record: [f"{CITED[3]}"] for record in ("r1", "r2", "r3")}
    _, found = run(cited)
    waiting = rows_of(found.tables["unresolved"])
    assert [(row["key"], row["cited"], row["source"]) for row in waiting] == [
        ("moss|1990|governing lunch", 3, "GOVERNING LUNCH")
    ]
    listed = found.files[HAND_LIST].decode("utf-8-sig")
    assert listed.splitlines()[0].startswith("key,discipline,cited")
    filled = listed.replace("governing lunch,,", "governing lunch,NUT | EDU,").encode()
    _, again = run(cited, {"screening/works.csv": filled})
    table = again.tables["references"]
    assert set(table["discipline_source"]) == {"person"} and set(table["status"]) == {"resolved"}
    assert shares_read(table["disciplines"].iloc[0]) == (("NUT", 0.5), ("EDU", 0.5))
    assert again.tables["unresolved"].empty and not again.files


def test_a_wrong_discipline_given_by_hand_is_named() -> None:
    wrong = b"key,discipline\nmoss|1990|governing lunch,FOO\nx,NUT\nx,EDU\n,NUT\n"
    with pytest.raises(ProtocolError) as caught:
        run({"r1": CITED}, {"screening/works.csv": wrong})
    text = "\n".join(caught.value.lines)
    assert "works.csv, row 2" in text and "'FOO'" in text and "row 4" in text and "row 5" in text


def test_a_work_given_by_hand_that_nobody_cites_is_told() -> None:
    _, found = run({"r1": CITED}, {"screening/works.csv": b"key,discipline\nnobody|1900|x,NUT\n"})
    assert [notice.code for notice in found.notices] == ["cited_works"] and "nobody|1900|x" in found.notices[0].text


def test_without_cited_references_nothing_is_computed_and_the_export_is_named() -> None:
    _, found = run({})
    assert found.tables["references"].empty and found.numbers == {}
    assert found.summary == "not computed: no cited references in any export"
    assert "Full Record and Cited References" in found.notices[0].text
    assert found.tables["lists"]["references"].isna().all() and len(found.tables["lists"]) == 3
