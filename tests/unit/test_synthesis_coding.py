"""The coding frame: every mistake named by row, and suggestions that say what they rest on."""

import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ProtocolError
from pipeline.records import check
from pipeline.synthesis.cells import TEXT_LIMIT
from pipeline.synthesis.coding import (
    SUGGESTION_COLUMNS,
    CodingFrame,
    compile_pattern,
    is_negated,
    read_frame,
    suggest_codes,
)

SCHOOL_MEALS = b"""dimension,code,definition,selection,pattern
setting,primary,schools for young children,multi,primary school
setting,kitchen,where meals are cooked,multi,\\bkitchens?\\b
funding,free,nobody pays,one,free (school )?meals?
funding,paid,families pay,one,
"""


def record(record_id: str = "r1", **fields: object) -> dict[str, object]:
    empty = {"title": "", "abstract": "", "keywords_author": [], "keywords_index": []}
    return {"record_id": record_id, **empty, **fields}


def suggested(text: str, frame: CodingFrame | None = None) -> pd.DataFrame:
    return suggest_codes(pd.DataFrame([record(abstract=text)]), frame or read_frame(SCHOOL_MEALS))


def test_a_frame_about_another_topic_is_read_in_its_own_order() -> None:
    frame = read_frame(SCHOOL_MEALS)
    assert frame.dimensions == ("setting", "funding")
    assert frame.code_names() == {"setting": ("primary", "kitchen"), "funding": ("free", "paid")}
    assert {item.selection for item in frame.of("funding")} == {"one"}
    assert frame.of("funding")[1].pattern is None
    assert frame.of("nowhere") == ()


def test_an_absent_frame_is_empty_and_suggests_nothing() -> None:
    frame = read_frame(b"")
    assert frame.dimensions == ()
    assert len(suggest_codes(pd.DataFrame([record(title="anything")]), frame)) == 0


def test_definition_and_selection_may_be_left_out() -> None:
    frame = read_frame(b"dimension,code,pattern\na,b,c\n")
    assert (frame.codes[0].selection, frame.codes[0].definition) == ("multi", "")


def test_all_mistakes_of_a_frame_are_raised_together_with_their_rows() -> None:
    content = b"dimension,code,selection,pattern\nfood,meal,many,(unclosed\n,x,multi,y\nfood,meal,,z\nfood,records,,w\n"
    with pytest.raises(ProtocolError) as caught:
        read_frame(content, "frame.csv")
    text = "\n".join(caught.value.lines)
    assert "frame.csv, row 2, column 'selection': unknown selection; found 'many'; allowed: one, multi" in text
    assert "frame.csv, row 2, column 'pattern': regular expression cannot be used" in text
    assert "found '(unclosed'" in text
    assert "row 3, column 'dimension'" in text
    assert "row 4, column 'code': the code stands in row 2 already" in text
    assert "row 5, column 'code': this word names a column of the tables" in text


def test_a_dimension_has_one_selection() -> None:
    with pytest.raises(ProtocolError, match="row 2 says otherwise for 'a'"):
        read_frame(b"dimension,code,selection,pattern\na,b,one,x\na,c,multi,y\n")


def test_the_reserved_word_for_nothing_found_is_no_code() -> None:
    with pytest.raises(ProtocolError, match="not_stated"):
        read_frame(b"dimension,code,pattern\na,not_stated,x\n")


@pytest.mark.parametrize("pattern", ["meal|", "x*", "", "(?i:a|)"])
def test_a_pattern_that_matches_nothing_at_all_is_not_used(pattern: str) -> None:
    compiled, fault = compile_pattern(pattern)
    assert compiled is None
    assert bool(fault) == bool(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", r"(?:\w+\s*)*!", "((ab)*c)+", "(a{2,})*b", "([a-z]+)*1"])
def test_patterns_that_could_take_hours_are_refused(pattern: str) -> None:
    assert "hours" in compile_pattern(pattern)[1] or "empty" in compile_pattern(pattern)[1]


@pytest.mark.parametrize("pattern", [r"co-? ?make", r"(a|b)+c", r"(new )?meals?\b", r"a\+(b)+", r"[+*]+x", r"\(a+\)+"])
def test_ordinary_patterns_are_not_taken_for_slow_ones(pattern: str) -> None:
    assert compile_pattern(pattern)[1] == ""


def test_suggestions_say_field_words_and_place() -> None:
    row = record(title="Free meals", keywords_author=["Kitchen"], keywords_index=["Primary School"])
    table = check(suggest_codes(pd.DataFrame([row]), read_frame(SCHOOL_MEALS)), SUGGESTION_COLUMNS, "suggestions")
    found = [(r.dimension, r.code, r.field, r.matched, r.start) for r in table.itertuples()]
    assert found == [
        ("setting", "primary", "keywords", "Primary School", 9),
        ("setting", "kitchen", "keywords", "Kitchen", 0),
        ("funding", "free", "title", "Free meals", 0),
    ]
    assert set(table["method"]) == {"pattern"} and not table["negated"].any()


def test_each_field_has_its_own_row_and_only_one() -> None:
    row = record(title="kitchen kitchen", abstract="The kitchen.")
    table = suggest_codes(pd.DataFrame([row]), read_frame(SCHOOL_MEALS))
    assert list(zip(table["field"], table["start"], strict=True)) == [("title", 0), ("abstract", 4)]


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("children without free meals", True),
        ("there were no free meals", True),
        ("not a free meal", True),
        ("Non-free meals", True),
        ("not only free meals", False),
        ("knot free meals", False),
        ("no kitchens. Free meals", False),
        ("free meals", False),
    ],
)
def test_a_word_of_negation_directly_before_the_match(text: str, negated: bool) -> None:
    table = suggested(text)
    assert table.loc[table["code"] == "free", "negated"].tolist() == [negated]


def test_a_match_that_is_not_negated_is_preferred() -> None:
    table = suggested("Not free meals but later free school meals.")
    assert table["matched"].tolist() == ["free school meals"]
    assert table["negated"].tolist() == [False]


def test_long_matches_are_cut_and_hyphens_of_any_kind_match() -> None:
    frame = read_frame(b"dimension,code,pattern\na,long,long.+\na,hyphen,co-made\n")
    table = suggested("co\u2010made " + "long" * 40, frame)
    assert dict(zip(table["code"], table["matched"].str.len(), strict=True)) == {"long": 60, "hyphen": 7}


def test_only_the_beginning_of_a_huge_field_is_read() -> None:
    started = time.process_time()
    assert len(suggested("x" * TEXT_LIMIT + " kitchen")) == 0
    assert time.process_time() - started < 1


def test_the_order_of_records_is_kept_and_does_not_matter_for_what_is_found() -> None:
    rows = [record("b", title="kitchen"), record("a", title="free meals")]
    table = suggest_codes(pd.DataFrame(rows), read_frame(SCHOOL_MEALS))
    turned = suggest_codes(pd.DataFrame(rows[::-1]), read_frame(SCHOOL_MEALS))
    assert table["record_id"].tolist() == ["b", "a"]
    assert sorted(map(tuple, table.to_numpy())) == sorted(map(tuple, turned.to_numpy()))


@given(st.text(max_size=300))
def test_what_is_suggested_stands_in_the_text(text: str) -> None:
    for row in suggested(f"{text} kitchen {text}").itertuples():
        assert row.matched.lower() in f"{text} kitchen {text}"[row.start :].lower()


@given(st.text(max_size=80), st.integers(0, 80))
def test_the_guard_reads_any_text_at_any_place(text: str, start: int) -> None:
    assert is_negated(text, start) in (True, False)
