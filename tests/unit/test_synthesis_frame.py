"""The coding frame: kinds of dimensions, values behind codes, cross-walks, and what its columns forbid."""

import pandas as pd
import pytest

from pipeline.errors import ProtocolError
from pipeline.synthesis.coding import suggest_codes
from pipeline.synthesis.frame import CodingFrame, read_frame

HEADER = "dimension,code,pattern,kind,values,unless,least,needs,museum_code\n"
ROWS = (
    "barrier,queue,queues?,directed,,,,,M1\n"
    "barrier,noise,noise,directed,,,,,\n"
    "helps,trust,trust,directed,+,,,,\n"
    "result,health,health,signed,,,,,\n"
    "strength,shown,measured,graded,,,,result,\n"
    "place,school,school,plain,,university,2,,\n"
    "review,yes,review,yes_no,,,,,\n"
)


def frame(rows: str = ROWS) -> CodingFrame:
    return read_frame((HEADER + rows).encode())


def suggested(abstract: str, title: str = "") -> dict[str, str]:
    record = {"record_id": "r", "title": title, "abstract": abstract, "keywords_author": [], "keywords_index": []}
    found = suggest_codes(pd.DataFrame([record]), frame())
    found = found[~found["negated"].astype(bool)]
    return {f"{row.dimension}:{row.code}": row.value for row in found.itertuples()}


def test_a_directed_code_may_be_answered_with_each_of_its_values() -> None:
    answers = frame().answers()
    assert answers["barrier"][:5] == ("queue", "queue:+", "queue:-", "queue:mixed", "queue:not_stated")
    assert answers["helps"] == ("trust",)
    assert answers["review"] == ("yes",)


def test_other_columns_are_crosswalks() -> None:
    assert frame().marked("museum_code") == {"barrier": {"queue": "M1"}}
    assert frame().marked("nowhere") == {}


def test_a_code_whose_name_says_the_direction_needs_a_sentence_that_says_it_too() -> None:
    assert "helps:trust" in suggested("Trust helped the pupils.")
    assert "helps:trust" not in suggested("Trust in the cook was absent and hindered the pupils.")
    assert "helps:trust" not in suggested("A trust owns the school.")


def test_the_direction_and_the_sign_come_with_the_suggestion() -> None:
    assert suggested("Queues hindered the pupils.")["barrier:queue"] == "-"
    assert suggested("Results show that health improved.")["result:health"] == "+"


def test_least_counts_matches_and_the_title_twice_and_unless_forbids() -> None:
    assert "place:school" not in suggested("One school.")
    assert "place:school" in suggested("One school and another school.")
    assert "place:school" in suggested("", title="A school")
    assert "place:school" not in suggested("One school and another school of a university.")


def test_a_code_that_needs_another_dimension_waits_for_it() -> None:
    assert "strength:shown" not in suggested("It was measured.")
    assert "strength:shown" in suggested("Health was measured.")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("a,b,c,odd,,,,,\n", "kind"),
        ("a,b,c,,? !,,,,\n", "values"),
        ("a,b,c,,,,none,,\n", "least"),
        ("a,b,c,,,,0,,\n", "least"),
        ("a,b,c,,,(,,,\n", "unless"),
        ("a,b,c,,,,,elsewhere,\n", "needs"),
        ("a,b,c,signed,,,,,\na,d,e,plain,,,,,\n", "kind"),
    ],
)
def test_mistakes_name_row_and_column(row: str, column: str) -> None:
    with pytest.raises(ProtocolError, match=f"column '{column}'"):
        frame(row)
