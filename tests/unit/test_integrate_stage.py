"""The stage integrate on a made-up review of another topic: from tables to verdicts, CSV, JSON, figures and page."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from pipeline.cli_integrate import verdict_lines
from pipeline.dedup.tables import RECORD_COLUMNS
from pipeline.errors import ProtocolError
from pipeline.integration.sizes import NOT_COMPUTED
from pipeline.protocol import Protocol
from pipeline.records import Column, entry_frame
from pipeline.report.page import Page, render_page
from pipeline.stages.code import CODED_COLUMNS, CONFIRMED_COLUMNS
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.integrate import RESULT_COLUMNS, integrate
from pipeline.stages.integration_input import measured_of
from pipeline.stages.report_integration import integration_sections
from pipeline.stages.screen import SCREENED_COLUMNS
from pipeline.synthesis.cited_columns import REFERENCE_COLUMNS
from pipeline.synthesis.coding import SUGGESTION_COLUMNS
from pipeline.synthesis.disciplines import DISCIPLINE_COLUMNS

PROTOCOL = """
[review]
title = "School meals"
question = "Do meals at school change what pupils eat?"
seed = 7
[criteria.I1_meals]
label = "Meals"
include_if = "Meals at school"
[criteria.E1_none]
label = "None"
exclude_if = "No meal"
[strata.gardens]
label = "Gardens"
reasons = ["E1_none"]
[screening]
reviewers = ["ann"]
[coding]
frame = "frame.csv"
[disciplines]
names = "names.csv"
core_journals = "core.csv"
patterns = "patterns.csv"
[integration]
similarity = "similarity.csv"
anchors = "anchors.csv"
anchor_traditions = ["food", "lessons"]
traditions = "traditions.csv"
pairs = ["NUT:EDU"]
background = "gardens"
query_words = ["meal*"]
narrow = ["meal:lunch"]
policy_dimension = "place"
concept_dimensions = ["meal"]
information_dimensions = ["meal"]
periods = [2005, 2010]
permutations = 199
bootstrap = 199
"""
FILES = {
    "frame.csv": "dimension,code,definition,selection,pattern\n"
    "meal,breakfast,m,multi,breakfast\nmeal,lunch,n,multi,lunch\n"
    "place,town,t,multi,town\ntheory,habit,h,multi,habit\ntheory,learning,l,multi,learning\n"
    "discipline,food,f,one,food\ndiscipline,lessons,l,one,lessons\n",
    "names.csv": "code,name,informative\nNUT,Nutrition,yes\nEDU,Education,yes\nMUL,Several,no\n",
    "core.csv": "title,issn,discipline\nJournal of School Food,,NUT\nSchooling Review,,EDU\n",
    "patterns.csv": "label,code\nfood,NUT\nlessons,EDU\n",
    "similarity.csv": ",NUT,EDU\nNUT,1,0.2\nEDU,0.2,1\n",
    "anchors.csv": "key,tradition,author,year,title,source,volume,page,doi\n"
    'eat1990,food,"Eater, A.",1990,What pupils eat,Journal of School Food,1,10,\n'
    'learn1991,lessons,"Learner, B.",1991,How pupils learn,Schooling Review,2,20,\n',
    "traditions.csv": "code,discipline\nhabit,NUT\nlearning,EDU\n",
}
CODES = ("NUT", "EDU")
TITLES = {"NUT": "Journal of School Food", "EDU": "Schooling Review"}


def frame(rows: list[dict[str, Any]], columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return a table; cells that may not be empty and are not given are filled."""
    fill = {"str": "", "int": 0, "float": 0.0, "bool": False, "list": []}
    full = {column.name: fill[column.dtype] for column in columns if not column.nullable}
    return entry_frame([full | row for row in rows], columns)


class Tables:
    """Rows of the tables, filled paper by paper."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}

    def paper(self, number: int, group: str, across: int, *, cites: int = 20, by_hand: bool = True) -> None:
        """Add a paper; `across` of its references go to the other discipline."""
        own = CODES[number % 2]
        other = CODES[1 - number % 2]
        record = f"{group[0]}{number:03d}"
        title = f"{'lunch' if number % 3 else 'breakfast'} habits of pupils, {own.lower()} study"
        facts = {"cluster_id": record, "title": title, "abstract": "pupils eat in town", "type": "article"}
        facts |= {"year": 2000 + number % 14, "authors": [f"Author{number}, A."], "journal": TITLES[own]}
        self.rows["deduplicate/records"].append(facts)
        self.rows["screen/screened"].append({"record_id": record, "cluster_id": record})
        self.rows["code/coded"].append({"record_id": record, "study_id": record, "group": group, "year": facts["year"]})
        label = {"record_id": record, "discipline": own, "weight": 1.0, "primary": True}
        self.rows["code/disciplines"].append(label | {"discipline_source": "person" if by_hand else "core"})
        self.rows["references/disciplines"].append(label | {"discipline_source": "core"})
        person = {"record_id": record, "reviewer": "ann", "settled": True}
        self.rows["code/confirmed"] += [
            person | {"dimension": "place", "code": "town"},
            person | {"dimension": "theory", "code": {"NUT": "habit", "EDU": "learning"}[own]},
        ]
        self.rows["code/suggestions"].append(
            {"record_id": record, "dimension": "meal", "code": "lunch" if number % 3 else "breakfast"}
        )
        for place in range(cites):
            side = other if place < across else own
            work = f"{side}{(number * 7 + place * 3) % 50}"
            self.rows["references/references"].append(
                {"record_id": record, "position": place + 1, "key": work, "status": "resolved", "layout": "wos"}
                | {"author": f"Author{number}" if place == 19 else "Someone", "year": 1990, "source": "J"}
                | {"disciplines": [f"{side}:1.0"], "second_disciplines": [f"{side}:1.0"], "title": work}
            )

    def stage(self, protocol: str = PROTOCOL, **files: str) -> StageInput:
        """Return what the stage gets."""
        given = {f"screening/{name}": text.encode() for name, text in (FILES | files).items()}
        tables = {name: frame(rows, COLUMNS[name]) for name, rows in self.rows.items()}
        return StageInput(tables, given, Protocol.model_validate(tomllib.loads(protocol)))


COLUMNS: dict[str, tuple[Column, ...]] = {
    "deduplicate/records": RECORD_COLUMNS,
    "screen/screened": SCREENED_COLUMNS,
    "code/coded": CODED_COLUMNS,
    "code/disciplines": DISCIPLINE_COLUMNS,
    "code/suggestions": SUGGESTION_COLUMNS,
    "code/confirmed": CONFIRMED_COLUMNS,
    "references/references": REFERENCE_COLUMNS,
    "references/disciplines": DISCIPLINE_COLUMNS,
}


def review(across: int, papers: int = 80, background: int = 12, **more: int) -> Tables:
    tables = Tables()
    for number in range(papers):
        tables.paper(number, "included", across, **more)
    for number in range(background):
        tables.paper(number, "gardens", 10)
    return tables


@pytest.fixture(scope="module")
def apart() -> StageResult:
    return integrate(review(0).stage())


def rows(result: StageResult, name: str) -> list[dict[str, str]]:
    text = result.files[f"report/integration/{name}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def figures(result: StageResult) -> dict[str, str]:
    table = result.tables["results"]
    chosen = table[table["kind"] == "figure"]
    return dict(zip(chosen["name"], chosen["content"], strict=True))


def numbers(result: StageResult) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(result.files["report/integration/integration.json"])
    return read


def page(stage: StageInput, result: StageResult) -> str:
    sections = integration_sections(replace(stage, tables={"integrate/results": result.tables["results"]}))
    return render_page(Page("A review", "A question", sections=sections))


def test_papers_references_background_and_hand_labels_come_from_the_tables() -> None:
    measured, settings, group = measured_of(review(0).stage())
    assert group == "included" and settings.pairs == (("NUT", "EDU"),) and settings.seed == 7
    corpus = measured.corpus
    assert len(corpus.papers) == 80 and len(corpus.citing) > 1500 and corpus.disciplines == CODES
    first = corpus.papers[0]
    assert first.hand_weights == {"NUT": 1.0} and first.label_source == "core", "the journal's label stands beside"
    assert first.traditions == {"NUT"} and first.policy_areas == {"town"} and first.codes["meal"] == {"breakfast"}
    assert first.name == "Author0 (2000) breakfast habits of pupils, nut study"
    assert (first.narrow, corpus.papers[1].narrow) == (False, True)
    assert corpus.self_citations.sum() == 80, "the surname of the first author is one of the paper's authors"
    assert measured.background is not None and len(measured.background.papers) == 12


def test_two_literatures_that_never_cite_each_other_are_missing_integration(apart: StageResult) -> None:
    assert [row["verdict"] for row in rows(apart, "verdicts")] == ["missing", "missing"], "by both sets of labels"
    found = numbers(apart)
    assert found["verdicts"][0]["sentence"].startswith("Nutrition and Education: integration is missing.")
    assert apart.summary.endswith("verdicts: 1 missing")
    assert "Nutrition and Education" in verdict_lines(found, "EDU:NUT")[0]


def test_every_row_of_every_table_carries_what_it_rests_on(apart: StageResult) -> None:
    names = [name for name in apart.files if name.endswith(".csv")]
    assert len(names) == 21
    for name in names:
        for row in rows(apart, name.split("/")[-1].removesuffix(".csv")):
            assert row["n_papers"] == "80" and row["seed"] == "7" and row["scheme"] == "first scheme", name
            assert row["resolved_share"] == "1.0" and row["similarity"] == "similarity.csv" and row["version"]
    basis = numbers(apart)["basis"]
    assert basis["permutations"] == 199 and set(basis["libraries"]) == {
        "networkx",
        "numpy",
        "scikit-learn",
        "scipy",
        "statsmodels",
    }


def test_the_same_review_gives_the_same_bytes(apart: StageResult) -> None:
    again = integrate(review(0).stage())
    assert dict(again.files) == dict(apart.files)
    assert again.tables["results"].equals(apart.tables["results"])
    assert list(apart.tables["results"].columns) == [column.name for column in RESULT_COLUMNS]


def test_the_order_of_the_tables_rows_does_not_matter(apart: StageResult) -> None:
    stage = review(0).stage()
    shuffled = {name: table.iloc[::-1].reset_index(drop=True) for name, table in stage.tables.items()}
    found = integrate(replace(stage, tables=shuffled))
    assert numbers(found)["verdicts"] == numbers(apart)["verdicts"]
    assert rows(found, "coupling") == rows(apart, "coupling") and rows(found, "cross_share") == rows(
        apart, "cross_share"
    )


def test_the_page_shows_verdict_figures_and_tables(apart: StageResult) -> None:
    text = page(review(0).stage(), apart)
    assert "integration is missing" in text and "Who cites whom: observed/expected" in text
    assert 'class="citation-matrix"' in text and 'class="coupling-map"' in text and 'class="time-line"' in text
    assert "Everything below rests on 80 studies (included)" in text
    assert sorted(figures(apart)) == ["citation_heat_map", "coupling_map", "time_line", "vocabulary_matrix"]
    shown = integration_sections(replace(review(0).stage(), tables={"integrate/results": apart.tables["results"]}))
    assert [figure.file for figure in shown[0].figures] == [f"integration/{name}.svg" for name in figures(apart)]


def test_figures_fit_the_page_and_have_no_letter_below_seven_points(apart: StageResult) -> None:
    for svg in figures(apart).values():
        assert re.search(r'width="170mm"', svg) and "<title" in svg and "<desc" in svg
        width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])  # type: ignore[index]
        points = 170 / 25.4 * 72 / width
        assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)) * points >= 7
        assert max(float(x) for x in re.findall(r'<text x="([\d.]+)"', svg)) < width


def test_without_cited_references_nothing_is_zero() -> None:
    stage = review(0, cites=0).stage()
    found = integrate(stage)
    for name in ("citation_matrix", "cross_share", "coupling", "network", "trend", "bridging_share"):
        assert [row["note"] for row in rows(found, name)] == [NOT_COMPUTED]
        assert rows(found, name)[0]["n_references"] == "0"
    assert [row["verdict"] for row in rows(found, "verdicts")] == ["not shown", "not shown"]
    assert "needed on each side are 30 papers" in rows(found, "verdicts")[0]["failed"]
    assert rows(found, "vocabulary")[0]["corrected"], "words need no references"
    assert list(figures(found)) == ["vocabulary_matrix"]
    text = page(stage, found)
    assert (
        "Not computed: no record counted here has cited references" in text
        and "Full Record and Cited References" in text
    )
    assert "citation-matrix" not in text
    assert any("export again" in line for line in verdict_lines(numbers(found)))


def test_a_review_without_studies_has_no_verdict_but_runs() -> None:
    stage = Tables().stage()
    found = integrate(stage)
    assert [row["verdict"] for row in rows(found, "verdicts")] == ["not shown"]
    assert "0 and 0 papers" in rows(found, "verdicts")[0]["failed"]
    assert "0 passed studies" in found.summary and page(stage, found)


def test_passed_studies_stand_in_while_none_is_included() -> None:
    tables = Tables()
    for number in range(12):
        tables.paper(number, "passed", 5)
    found = integrate(tables.stage())
    assert numbers(found)["basis"]["studies"] == "passed" and numbers(found)["basis"]["n_papers"] == 12


def test_reports_of_one_study_are_one_paper_with_one_list() -> None:
    tables = review(0, papers=20)
    for row in tables.rows["code/coded"][:2]:
        row["study_id"] = "i000"
    measured, _, _ = measured_of(tables.stage())
    assert len(measured.corpus.papers) == 19
    assert measured.corpus.reference_counts[0] == 40, "two lists of twenty works"


def test_labels_guessed_from_words_get_no_verdict() -> None:
    tables = review(0, by_hand=False)
    for row in tables.rows["code/disciplines"]:
        row["discipline_source"] = "predicted"
    found = integrate(tables.stage())
    assert [row["verdict"] for row in rows(found, "verdicts")] == ["no verdict"]
    assert found.notices and "guessed from words" in found.notices[0].text


def test_multidisciplinary_references_are_counted_apart() -> None:
    tables = review(0, papers=20)
    for row in tables.rows["references/references"][::4]:
        row |= {"disciplines": [], "status": "multidisciplinary"}
    found = rows(integrate(tables.stage()), "sizes")[0]
    assert int(found["multidisciplinary"]) > 90 and float(found["resolved_share"]) < 0.8


def test_papers_that_cite_anchors_of_both_traditions_are_named() -> None:
    tables = review(0, papers=20)
    eat = {"author": "Eater", "year": 1990, "volume": "1", "page": "10", "title": "", "source": "J SCH FOOD"}
    learn = {"author": "Learner", "year": 1991, "volume": None, "page": None, "title": "How pupils learn: a review"}
    tables.rows["references/references"][0] |= eat
    tables.rows["references/references"][1] |= learn
    tables.rows["references/references"][21] |= learn | {"title": "How pupils eat"}
    found = {row["discipline"]: row for row in rows(integrate(tables.stage()), "bridging_share")}
    assert found["all"]["bridging"] == "1" and found["all"]["papers"] == "20"
    assert found["NUT"]["records"].startswith("Author0 (2000)") and found["EDU"]["cite_second"] == "0"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("similarity.csv", ",NUT\nNUT,1\n", "column missing"),
        ("similarity.csv", ",NUT,EDU\nNUT,1,0.2\n", "no row of this discipline; found 'EDU'"),
        ("similarity.csv", ",NUT,EDU\nNUT,1,x\nEDU,0,1\n", "row NUT: not a number between 0 and 1; found 'x'"),
        ("similarity.csv", ",NUT,EDU\nNUT,1,0.3\nEDU,0.2,1\n", "the same both ways"),
        ("anchors.csv", "key,author\na,b\n", "columns missing: tradition"),
        ("anchors.csv", FILES["anchors.csv"] + "x,food,,1990,t,,,,\n", "row 4: tradition, author, title and a year"),
        ("traditions.csv", "code,discipline\nhabit,\n", "row 2: code and discipline are needed"),
    ],
)
def test_a_mistake_in_a_file_is_named(name: str, text: str, said: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        measured_of(review(0, papers=2).stage(**{name: text}))
    assert said in caught.value.lines[0] and f"screening/{name}" in caught.value.lines[0]


def test_a_pair_of_unknown_disciplines_is_named() -> None:
    with pytest.raises(ProtocolError, match="no discipline of that code"):
        measured_of(review(0, papers=2).stage(PROTOCOL.replace("NUT:EDU", "NUT:XXX")))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["NUT:EDU"]', '["NUT"]', "two names with a colon"),
        ('["food", "lessons"]', '["food"]', "two traditions"),
        ("[2005, 2010]", "[2010, 2005]", "must rise"),
        ('background = "gardens"', 'background = "garden"', "no stratum"),
    ],
)
def test_a_mistake_in_the_section_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Protocol.model_validate(tomllib.loads(PROTOCOL.replace(old, new)))


@pytest.mark.parametrize("papers", [1, 4, 12])
def test_references_without_any_discipline_are_no_mistake(papers: int) -> None:
    tables = review(0, papers=papers, background=0)
    tables.rows["code/disciplines"] = tables.rows["references/disciplines"] = tables.rows["code/confirmed"] = []
    tables.rows["references/references"] = [
        row | {"disciplines": [], "second_disciplines": []} for row in tables.rows["references/references"]
    ]
    plain = PROTOCOL.split("[strata.gardens]")[0] + '[screening]\nreviewers = ["ann"]\n'
    stage = tables.stage(plain)
    result = integrate(stage)
    assert result.summary.endswith("; verdicts: no two disciplines")
    assert integration_sections(replace(stage, tables={**stage.tables, "integrate/results": result.tables["results"]}))


@pytest.mark.parametrize(
    ("papers", "share", "words"),
    [
        (1, 0.389643037, "1 study (passed), 12 references, 39 % resolved"),
        (2, "", "2 studies (passed), 12 references, none resolved"),
    ],
)
def test_the_basis_is_printed_in_words(papers: int, share: object, words: str) -> None:
    basis = {"n_papers": papers, "studies": "passed", "n_references": 12, "resolved_share": share}
    basis |= {"scheme": "first scheme", "seed": 7}
    assert verdict_lines({"verdicts": [], "basis": basis, "tables": {}})[1].startswith(f"basis: {words}, first scheme")
