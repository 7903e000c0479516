"""Cells as text: what patterns, titles and ISSNs are compared with."""

import doctest
import importlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis.cells import (
    TEXT_LIMIT,
    field_text,
    list_of,
    normal_issn,
    normal_label,
    normal_title,
    plain,
    text_of,
)


@pytest.mark.parametrize("module", ["cells", "coding", "disciplines", "proportion", "tables"])
def test_examples_in_docstrings_hold(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"pipeline.synthesis.{module}")).failed == 0


@pytest.mark.parametrize("cell", [None, pd.NA, float("nan"), [], (), np.array([], dtype=object), ""])
def test_an_empty_cell_of_any_kind_is_no_text(cell: object) -> None:
    assert text_of(cell) == ""
    assert list_of(cell) == []


@pytest.mark.parametrize("cell", [["a", "b"], ("a", "b"), np.array(["a", "b"], dtype=object), ["a", None, " ", "b"]])
def test_lists_tuples_and_arrays_are_read_alike(cell: object) -> None:
    assert list_of(cell) == ["a", "b"]
    assert text_of(cell) == "a; b"


def test_a_field_is_its_filled_columns() -> None:
    record = {"keywords_author": ["meal", "garden"], "keywords_index": []}
    assert field_text(record, ("keywords_author", "keywords_index", "absent")) == "meal; garden"


@given(st.text(max_size=200))
def test_plain_text_keeps_every_position(text: str) -> None:
    assert len(plain(text)) == len(text)


def test_plain_text_has_an_end() -> None:
    assert len(plain("x" * (TEXT_LIMIT + 5))) == TEXT_LIMIT


@pytest.mark.parametrize(
    ("title", "normal"),
    [
        ("Policy & Politics", "policy and politics"),
        ("The École Review: An Annual", "ecole review an annual"),
        ("Children’s Meals (Print)", "childrens meals"),
        ("A", "a"),
        ("", ""),
        ("Anthropology", "anthropology"),
    ],
)
def test_normal_titles(title: str, normal: str) -> None:
    assert normal_title(title) == normal


def test_labels_keep_what_stands_in_brackets() -> None:
    assert normal_label("Oncology (nursing)") != normal_label("Oncology")


@given(st.text(max_size=60))
def test_normal_forms_are_stable(text: str) -> None:
    assert normal_label(normal_label(text)) == normal_label(text)


@pytest.mark.parametrize(
    ("issn", "normal"),
    [("1234-567x", "1234-567X"), ("1234567X", "1234-567X"), ("1234-56", ""), ("", ""), ("X234-5678", "")],
)
def test_normal_issns(issn: str, normal: str) -> None:
    assert normal_issn(issn) == normal
