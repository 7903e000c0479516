"""Sound BibTeX entries read at one go give what bibtexparser gives; odd ones are left to the other ways."""

from __future__ import annotations

import logging

import pytest
from bibtexparser.model import Entry
from bibtexparser.splitter import Splitter
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import read_export
from pipeline.formats.bibtex_sound import sound_entry

logging.getLogger("bibtexparser").setLevel(logging.ERROR)

WORDS = st.text("abc XYZ,.;:-'&$%~éß漢\n=#()0", max_size=20)
INNER = st.recursive(
    WORDS, lambda inner: st.lists(st.one_of(inner, inner.map(lambda t: "{" + t + "}")), max_size=3).map("".join)
)
NAMES = st.lists(
    st.sampled_from(["title", "author", "year", "Key-Words", "note_1"]), min_size=1, max_size=4, unique=True
)


@given(NAMES, st.lists(INNER, min_size=4, max_size=4), st.sampled_from([",\n  ", " ,", ",\n\n"]), st.booleans())
def test_the_same_fields_as_bibtexparser(names: list[str], values: list[str], between: str, comma: bool) -> None:
    fields = between.join(f"{name} = {{{value}}}" for name, value in zip(names, values, strict=False))
    text = f"@article{{Some Key.2001,\n  {fields}{',' if comma else ''}\n}}"
    found = sound_entry(text, 0)
    blocks = Splitter(text).split().blocks
    if found is None or len(blocks) != 1 or not isinstance(blocks[0], Entry):
        return
    assert found.end == len(text)
    assert (found.kind, found.key) == ("article", blocks[0].key)
    theirs = [(field.key.lower(), str(field.value).strip()[1:-1]) for field in blocks[0].fields]
    assert [(name, value) for name, value, _ in found.fields] == theirs


def test_most_entries_are_sound() -> None:
    text = '@Book{a b,\n title = {A {Nested {Title}}}, year = 2001,\n month = mar,\n note = "said so"\n}'
    found = sound_entry(text, 0)
    assert found is not None
    assert found.kind == "book"
    assert found.fields == (
        ("title", "A {Nested {Title}}", False),
        ("year", "2001", True),
        ("month", "mar", True),
        ("note", "said so", False),
    )


@pytest.mark.parametrize(
    "text",
    [
        "@article{a, title = {open}",
        "@article{a, title = {one} year = 2001}",
        "@article{a, title = {an escaped \\} brace}}",
        "@article{a, title = {first} # {second}}",
        "@article{a, title = {swallowed }\n@article{b, title = {next}}",
        "@article{a, title = {lost\n@article{b,\n title = {found}}}}",
        "@article(a, title = {T})",
        "@article{, title = {T}}",
        "@article{a}",
        '@article{a, title = "with {braces}"}',
    ],
)
def test_odd_entries_are_left_to_the_other_ways(text: str) -> None:
    assert sound_entry(text, 0) is None


def test_a_swallowed_entry_is_found() -> None:
    text = "@article{a, title = {lost\n@article{b,\n title = {found}}}}\n\n@book{c, title={third}}\n"
    reading = read_export("x", text.encode()).reading
    assert [entry.fields["title"] for entry in reading.entries] == ["found", "third"]
    assert len(reading.rejects) == 1


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("{{World Food Organization}}", ["World Food Organization"]),
        ("{{World Food Organization} and Lim, Ada}", ["World Food Organization", "Lim, Ada"]),
        ("{{Lim, Ada and van Dam, Max}}", ["Lim, Ada", "van Dam, Max"]),
        ("{{Lim, Ada}}", ["Lim, Ada"]),
        ("{Max van Dam and others}", ["van Dam, Max"]),
    ],
)
def test_names_in_double_braces(written: str, authors: list[str]) -> None:
    text = f"@article{{a, title = {{T}}, author = {written}}}"
    assert read_export("x", text.encode()).reading.entries[0].fields["authors"] == authors


def test_an_entry_does_not_inherit_of_itself() -> None:
    text = "@book{a, title = {T}, year = 2001, crossref = {a}}"
    assert "booktitle" not in read_export("x", text.encode()).reading.entries[0].fields


@pytest.mark.parametrize(
    "middle", ["{" * 50_000, "{}" * 50_000, "a=" * 50_000, "," * 100_000, '"' * 100_000, " " * 100_000]
)
def test_large_odd_entries_take_linear_time(middle: str) -> None:
    text = f"@article{{a, title = {{T}}, note = {{{middle}}}, year = 2001}}\n"
    reading = read_export("x", text.encode()).reading
    assert len(reading.entries) + len(reading.rejects) == 1
