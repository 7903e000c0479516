"""The quick ways of reading say what the slow ones say: values looked at together, records cut at one go."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats import nbib, ris, ris_lines
from pipeline.formats.draft import Draft, Rule
from pipeline.normalise.markup import is_plain, mended, one_line, one_line_each, plain

SIGNS = st.text("ab ,;é\u0301\u00a0Ã©&<>'`-~${}\\\t\n()", max_size=12)
VALUES = st.lists(st.sampled_from(["word", " ", "  ", "\n      ", " \n      ", "[doi]", "10.5555/x", "\t"]), max_size=6)


@given(st.lists(SIGNS, max_size=5))
def test_texts_together_come_on_one_line_as_each_alone(texts: list[str]) -> None:
    assert one_line_each(texts) == [one_line(text) for text in texts]


@given(SIGNS, st.booleans())
def test_what_is_plain_at_a_glance_has_nothing_to_decode(text: str, latex: bool) -> None:
    line = one_line(text)
    if is_plain(line, latex):
        assert plain(mended(line), latex) == line


@given(st.lists(SIGNS, max_size=5), st.sampled_from(["authors", "keywords_author", "cited_references"]))
def test_a_list_is_claimed_as_its_values_are_one_by_one(values: list[str], column: str) -> None:
    together, single = Draft(latex=True), Draft(latex=True)
    together.claim_parts(Rule("X", column), values)
    for value in values:
        single.claim_parts(Rule("X", column), [value])
    assert together.fields.get(column, []) == single.fields.get(column, [])
    assert (together.extra, together.flags) == (single.extra, single.flags)


@given(st.lists(st.tuples(st.sampled_from(["TI  ", "AB  ", "AID ", "CRDT", "GR  "]), VALUES), max_size=5))
def test_a_sound_record_is_cut_as_any_other(fields: list[tuple[str, list[str]]]) -> None:
    block = "\n".join(["PMID- 1", *(f"{tag}- {''.join(words)}" for tag, words in fields)])
    record = nbib._Record(1, [block], ended=True, sound=True)
    tidy = record.tidy_values()
    if tidy is not None:
        assert tidy == nbib._values(record)


RIS_TAGS = "TI T1 AB N2 AU A1 A2 KW LA AD UR T2 JO JF PY Y1 DA DO SN SP EP PG M3 N1 C1 M1 AN UT DB ZZ TY ER".split()  # noqa: SIM905
RIS_WORDS = [
    *(
        "word",
        " ",
        "  ",
        "\t",
        ";",
        "; ",
        ",",
        ", ",
        "&",
        "&amp;",
        "<i>",
        "</i>",
        "<",
        '\\"o',
        "Ã©",
        "é",
        "\u00a0",
        ")",
    ),
    *("\n", "\n  ", " \n", "\n-", "\nAB  -", "\nN1  -x", "\nN1 - x", "\nab  - x", "\n\u00a0\n", "\rKW  - ", "\rER  - "),
    *("10.5555/X", "https://doi.org/10.5555/y", "1234-567x", "12345678", "2019", "2019/03//", "WOS:1", "[No abstract]"),
    *("EBSCO", "Scopus", "Cited By :3", "https://x.org/a https://y.org/b", "ASReview_relevant", "Brun, I., Lim, S."),
]
RIS_RECORDS = st.lists(
    st.lists(st.tuples(st.sampled_from(RIS_TAGS), st.lists(st.sampled_from(RIS_WORDS), max_size=5)), max_size=7),
    min_size=1,
    max_size=3,
)


@settings(max_examples=400)
@given(RIS_RECORDS)
def test_a_ris_record_cut_at_one_go_is_read_as_line_by_line(records: list[list[tuple[str, list[str]]]]) -> None:
    text = "".join(
        "TY  - JOUR\n" + "".join(f"{tag}  - {''.join(words)}\n" for tag, words in fields) + "ER  - \n\n"
        for fields in records
    )
    at_one_go = ris.read(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ris_lines, "sound_record", lambda block, number: None)
        line_by_line = ris.read(text)
    assert at_one_go == line_by_line


def test_an_indented_line_after_an_empty_one_goes_on_with_a_sound_record() -> None:
    text = "PMID- 1\nTI  - A title\nAB  - It began\n\n      and went on.\nSO  - Somewhere\n\nPMID- 2\nTI  - B\n"
    found = nbib.read(text)
    assert [entry.fields["pmid"] for entry in found.entries] == ["1", "2"]
    assert found.entries[0].fields["abstract"] == "It began and went on."


@pytest.mark.parametrize(
    ("value", "doi"),
    [("10.5555/a [doi]", "10.5555/a"), ("S0001 [pii]", None), ("10.5555/b [pii]", None), ("10.5555/c", "10.5555/c")],
)
def test_the_brackets_after_a_number_say_what_it_is(value: str, doi: str | None) -> None:
    entry = nbib.read(f"PMID- 1\nTI  - A title\nAID - {value}\n").entries[0]
    assert entry.fields.get("doi") == doi
    assert entry.extra.get("AID", []) == ([] if doi else [value])
