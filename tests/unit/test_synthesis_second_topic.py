"""A review of school meals from files to tables: nothing about a topic is in the program."""

import ast
from pathlib import Path

import pandas as pd
import pytest

import pipeline.synthesis
from pipeline.synthesis.coding import read_frame, suggest_codes
from pipeline.synthesis.disciplines import DisciplineFiles, assign_disciplines, confirm_disciplines
from pipeline.synthesis.proportion import Sizes
from pipeline.synthesis.tables import SynthesisTable, synthesis_tables

NAMES = b"code;name\r\nFOOD;Food studies\r\nTEACH;Pedagogy\r\n"
CORE = b"title,issn,discipline\nAppetite for Learning,1111-2222,FOOD\n"
CROSSWALK = b"scheme,label,discipline\nown,Nutrition,FOOD\nown,Classrooms,TEACH\n"
PATTERNS = b"label,code\nmenus,FOOD\nlessons,TEACH\n"
FRAME = b"""dimension,code,definition,selection,pattern
tradition,menus,what is eaten,one,\\bmenus?\\b
tradition,lessons,what is taught,one,\\blessons?\\b
provider,caterer,a firm cooks,multi,\\bcaterers?\\b
provider,school_kitchen,the school cooks,multi,school kitchen
provider,parents,families cook,multi,\\bparents?\\b
"""

RECORDS = [
    {"record_id": "m1", "title": "Caterers at work", "issn": ["1111-2222"], "year": 2004},
    {"record_id": "m2", "title": "The school kitchen", "subject_categories": ["Classrooms"], "year": 2012},
    {"record_id": "m3", "title": "Menus without parents", "abstract": "Menus, new menus.", "year": 2013},
    {"record_id": "m4", "title": "Lunch", "subject_categories": ["Nutrition", "Classrooms"], "year": None},
    {"record_id": "m5", "title": "Parents as caterers", "year": 2020},
]


@pytest.fixture(scope="module")
def tables() -> dict[str, SynthesisTable]:
    """The tables of five records, of which the last has not been read in full."""
    empty = {"abstract": "", "journal": "", "booktitle": ""}
    empty |= {
        name: [] for name in ("keywords_author", "keywords_index", "issn", "subject_categories", "research_areas")
    }
    records = pd.DataFrame([empty | row for row in RECORDS])
    files = DisciplineFiles.read(NAMES, CORE, CROSSWALK, PATTERNS, FRAME, dimension="tradition")
    frame = read_frame(FRAME)
    confirmed = pd.DataFrame(
        [("m4", "tradition", "lessons", "anna"), ("m4", "provider", "school_kitchen", "anna")],
        columns=["record_id", "dimension", "code", "reviewer"],
        dtype="string",
    )
    disciplines = confirm_disciplines(assign_disciplines(records, files), confirmed, files)
    records["group"] = ["included"] * 4 + ["passed"]
    found = synthesis_tables(
        records.astype({"year": "Int64"})[["record_id", "year", "group"]],
        disciplines,
        suggest_codes(records, frame),
        confirmed,
        names=files.names,
        dimensions=("provider",),
        year_bands=(2010,),
        codes=frame.code_names(),
        sizes=Sizes(0, 0),
    )
    return {table.name: table for table in found}


def rows(table: SynthesisTable, *columns: str) -> list[list[object]]:
    return table.frame[["discipline", "records", *columns]].to_numpy().tolist()


def test_disciplines_come_from_journal_category_words_and_people(tables: dict[str, SynthesisTable]) -> None:
    table = tables["discipline_by_year_included"]
    wanted = [["FOOD", 2, 1, 1, 0], ["TEACH", 2, 0, 1, 1], ["total", 4, 1, 2, 1]]
    assert rows(table, "before 2010", "from 2010", "no_year") == wanted
    assert "discipline by words only, unconfirmed: 1; unknown: 0; several, none first: 0" in table.note


def test_codes_come_from_patterns_and_people_and_not_from_negated_words(tables: dict[str, SynthesisTable]) -> None:
    table = tables["discipline_by_provider_included"]
    wanted = [["FOOD", 2, 1, 0, 0, 1], ["TEACH", 2, 0, 2, 0, 0], ["total", 4, 1, 2, 0, 1]]
    assert rows(table, "caterer", "school_kitchen", "parents", "not_stated") == wanted
    assert "confirmed by people 1 of 4 studies; suggested by pattern, unconfirmed: 2; not judged: 1" in table.note


def test_what_is_not_decided_yet_stands_apart(tables: dict[str, SynthesisTable]) -> None:
    table = tables["discipline_by_provider_passed"]
    assert rows(table, "caterer", "school_kitchen", "parents") == [["unknown", 1, 1, 0, 1], ["total", 1, 1, 0, 1]]


def modules() -> list[Path]:
    return sorted(Path(pipeline.synthesis.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 60]
    assert long == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_no_code_of_a_shipped_discipline_or_dimension_stands_in_the_program(path: Path) -> None:
    screening = Path(pipeline.synthesis.__file__).parents[2] / "screening"
    listed = pd.read_csv(screening / "coding_frame.csv", dtype=str, keep_default_na=False)
    codes = set(pd.read_csv(screening / "disciplines" / "names.csv", dtype=str)["code"])
    words = codes | {code for code in listed["code"] if "_" in code}
    constants = [
        node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
    ]
    assert not words & {value for value in constants if isinstance(value, str)}
