"""JSON readers: how records are cut, what is refused, and that every value of a record lands somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.formats import read_export
from pipeline.formats.inverted_index import abstract_of, abstract_of_cell
from pipeline.formats.json_records import JsonCutter, JsonRecord
from pipeline.records import ParsedEntry, Reading

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
A = '{"title": "First", "year": 2001, "authors": ["Ada Bell"]}'
B = '{"title": "Second", "year": 2002, "authors": ["Cy Dent"]}'
C = '{"title": "Third", "year": 2003, "authors": ["Eva Fox"]}'


def read(text: str) -> Reading:
    return read_export("x.json", text.encode("utf-8", "surrogatepass")).reading


def titles(text: str) -> list[str]:
    return [entry.fields.get("title", "") for entry in read(text).entries]


@pytest.mark.parametrize(
    "text",
    [
        f"[{A},{B}]",
        f"{A}\n{B}\n",
        f"{A}\n\n\n  {B}",
        f'{{"results": [{A},{B}]}}',
        f'{{"meta": {{"count": 2}}, "facets": [{{"name": "f"}}], "papers": [{A}, {B}]}}',
        f'{{"results": [{A}]}}\n{{"results": [{B}]}}\n',
        f'[{{"results": [{A}]}}, {{"results": [{B}]}}]',
        f'{{"hits": {{"total": 2, "hits": [{{"_id": "1", "_source": {A}}}, {{"_id": "2", "_source": {B}}}]}}}}',
        f'{{"response": {{"numFound": 2, "docs": [{A}, {B}]}}}}',
        f'{{"resultList": {{"result": [{A}, {B}]}}}}',
        f'{{"one": {A}, "two": {B}}}',
        f'{{"title": "My list", "items": [{A}, {B}]}}',
        f"[{A} {B}]",
        f"[{A},\n{B},\n]",
        f"[null, {A}, {B}, null]",
    ],
)
def test_records_are_found_in_every_wrapping(text: str) -> None:
    assert titles(text) == ["First", "Second"]
    assert not read(text).rejects


BROKEN = {
    "closed too early": '{"title": "Broken", "a": {"b": 1}}, "year": 2000, "c": [{"title": "x"}]}',
    "no colon": '{"title" "Broken", "year": 2000}',
    "bare quotes": '{"title": "Broken "quite" so", "year": 2000}',
    "one quote": '{"title": "Broken 5" screen", "year": 2000, "authors": []}',
    "not closed": '{"title": "Broken", "year": 2000, "authors": []',
    "list not closed": '{"title": "Broken", "authors": ["a", "year": 2000}',
    "wrong word": '{"title": "Broken", "year": None}',
    "too deep": '{"title": "Broken", "x": ' + "[" * 300 + "]" * 300 + "}",
    "far too deep": '{"title": "Broken", "x": ' + "[" * 5000 + "]" * 5000 + "}",
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("layout", ["[{}]", "[\n {}\n]", '{{"items": [{}]}}', "{}"])
def test_a_broken_record_costs_no_other(broken: str, layout: str) -> None:
    parted = {"[\n {}\n]": ",\n ", "{}": "\n"}.get(layout, ",")
    found = read(layout.format(parted.join([A, BROKEN[broken], B, C])))
    assert [entry.fields["title"] for entry in found.entries] == ["First", "Second", "Third"]
    assert [("Broken" in reject.raw, "Second" in reject.raw) for reject in found.rejects] == [(True, False)]


def test_surplus_commas_are_mended_and_said() -> None:
    found = read('[{"title": "T, ,", "year": 2001, "keywords": ["a,]", "b",],}, ' + A + "]")
    assert found.entries[0].fields["title"] == "T, ,"
    assert found.entries[0].fields["keywords_author"] == ["a,]", "b"]
    assert [entry.flags for entry in found.entries] == [("json_repaired",), ()]


def test_a_cut_record_keeps_its_whole_members() -> None:
    found = read(f'[{A}, {{"title": "Cut", "year": 2005, "authors": ["Ada Bell", "Cy D')
    assert found.entries[1].fields == {"title": "Cut", "year": 2005, "authors": ["Bell, Ada"]}
    assert found.entries[1].flags == ("incomplete",)
    assert found.entries[1].raw.endswith('"Cy D')
    before = read(f'[{A}, {{"year": 2005, "title": "Cu')
    assert [(reject.line, reject.raw) for reject in before.rejects] == [(1, '{"year": 2005, "title": "Cu')]


def test_layout_and_order_of_members_change_no_id() -> None:
    lines = json.dumps(json.loads(A), indent=4, sort_keys=True)
    assert read(f"[{A}]").entries[0].raw == read(f"[\n{lines}\n]").entries[0].raw


def test_both_values_of_a_key_are_kept() -> None:
    entry = read('[{"title": "T", "year": 2001, "note": "a", "note": "b", "doi": "10.5555/a", "doi": "10.5555/b"}]')
    assert entry.entries[0].extra == {"note": ["a", "b"], "doi": ["10.5555/b"]}


def test_numbers_stay_as_written() -> None:
    text = '[{"title": "T", "year": 2001, "x": [0.50, 1e400, NaN, -Infinity, 007' + ', true]}, {"title": "U", "y": 1}]'
    assert titles(text) == ["U"]
    entry = read(text.replace("007", "7" * 5000)).entries[0]
    assert entry.extra["x"] == ["0.50", "1e400", "NaN", "-Infinity", "7" * 5000, "true"]


def test_halves_of_characters_and_control_signs_do_no_harm() -> None:
    entry = read('[{"title": "A \\ud83d B\\u0000\nC", "year": 2001}]').entries[0]
    entry.raw.encode("utf-8")
    assert entry.fields["title"].startswith("A \ufffd B")


def test_lines_are_those_of_the_opening_braces() -> None:
    text = f'\n[\n\n{A}, {B},\n\n{{"title" 1}},\n{C}]'
    found = read(text)
    assert [entry.line for entry in found.entries] == [4, 4, 7]
    assert [reject.line for reject in found.rejects] == [6]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"type": "FeatureCollection", "features": [{"properties": {"title": "Hill"}}]}', "GeoJSON"),
        ('{"name": "x", "version": "1", "dependencies": {"y": "1"}}', "software package"),
        ('{"editor.fontSize": 12, "window": {"title": "Main"}}', "no object in it has a title"),
        ("[1, 2, 3]", "a list of single values"),
        ('[["title", "year"], ["T", 2001]]', "a list of lists"),
        ('{"error": "quota", "status": 429}', "an error message"),
        ('{"$schema": "s", "title": "S", "year": {}}', "schema or settings"),
        ("[]", "no records in x.json"),
        ('{"meta": {}, "results": []}', "no records in x.json"),
        ('{"status": "ok", "message": {"items": []}}', "no records in x.json"),
        ('[{"tit', "without one whole record"),
        ("[" * 100_000, "the file holds only signs"),
        ('{"a":' * 100_000, "without one whole record"),
    ],
)
def test_other_json_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).count(";") >= 1


@pytest.mark.parametrize(
    "piece",
    ['{"', '"', "[", "{", ",", "\\", '{"title":"x",', '{"title":"X"y","year":1},', "1,", '{"title":"X" "year":1},'],
)
def test_hostile_texts_end(piece: str) -> None:
    found = read(f"[{A}," + piece * (200_000 // len(piece)))
    assert found.entries[0].fields["title"] == "First"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"id": "https://openalex.org/W1", "title": "T"}', "openalex-json"),
        ('{"status": "ok", "message": {"DOI": "10.5555/a", "title": ["T"]}}', "crossref-json"),
        ('[{"DOI": "10.5555/a", "title": ["T"]}]', "crossref-json"),
        ('[{"id": "1", "title": "T", "type": "article-journal"}]', "csl-json"),
        ('{"items": [{"title": "T", "type": "book", "author": [{"family": "F"}]}]}', "csl-json"),
        ('[{"title": "T", "cites": 1, "rank": 2, "ecc": 1, "use": 1}]', "pop-json"),
        ('[{"title": "T"}]', "json"),
        ('{"title": "T", "doi": "10.5555/a"}', "json"),
    ],
)
def test_kinds_are_told_apart(text: str, name: str) -> None:
    assert read_export("x", text.encode()).format.name == name


def test_zotero_interface_and_doaj_envelopes() -> None:
    text = (
        '[{"key": "K", "version": 3, "data": {"key": "K", "itemType": "bookSection", "title": "T", "bookTitle": "B",'
        ' "creators": [{"creatorType": "author", "firstName": "A.", "lastName": "Uthor"},'
        ' {"creatorType": "editor", "name": "E Ditor"}], "date": "2001-02", "tags": [{"tag": "t1"}, {"tag": "t2"}]}}]'
    )
    fields = read(text).entries[0].fields
    assert (fields["authors"], fields["editors"], fields["type"]) == (["Uthor, A."], ["Ditor, E"], "chapter")
    assert (fields["booktitle"], fields["year"], fields["keywords_author"]) == ("B", 2001, ["t1", "t2"])


def test_inverted_indexes() -> None:
    assert abstract_of({"b": [1, 3], "a": [0, 2]}) == "a b a b"
    assert abstract_of({"IndexLength": 1, "InvertedIndex": {"x": [0]}}) == "x"
    for other in ({}, {"a": 1}, {"a": ["0"]}, {"a": [True]}, None, "a", []):
        assert abstract_of(other) is None
    assert abstract_of_cell('{"a": [0], "b": [1]}') == "a b"
    assert abstract_of_cell("{'a': [0], \"it's\": [1]}") == "a it's"
    for cell in ("", "An abstract.", "{not one}", "{" * 10_000, "{'a': __import__('os')}"):
        assert abstract_of_cell(cell) is None


def test_openalex_tables_give_the_columns_of_openalex_json() -> None:
    text = (
        "id,title,display_name,publication_year,abstract_inverted_index,authorships.author.display_name,topics.display_name,"
        "is_retracted,ids.pmid\n"
        'https://openalex.org/W1,T,T,2001,"{""Made"": [0], ""together"": [1]}",Ada van Dam|Bo Li,One|Two,True,'
        "https://pubmed.ncbi.nlm.nih.gov/77\n"
    )
    entry = read_export("x.csv", text.encode()).reading.entries[0]
    assert entry.fields["abstract"] == "Made together"
    assert entry.fields["authors"] == ["van Dam, Ada", "Li, Bo"]
    assert entry.fields["subject_categories"] == ["One", "Two"]
    assert entry.fields["pmid"] == "77"
    assert entry.flags == ("retracted",)


# Every leaf of every fixture is in a field or in extra: walked here anew, compared without signs and case.

FIXTURES = sorted(path.name for path in EXPORTS.glob("*.json") if path.with_suffix("").suffix not in
                  (".bib", ".csv", ".nbib", ".ris", ".txt", ".json"))  # fmt: skip
PARTS = re.compile(r"[^\W_]+")
ADDRESS = re.compile(r"^https?://(?:(?:dx\.)?doi\.org|pubmed\.ncbi\.nlm\.nih\.gov)/")
MARKUP = re.compile(r"</?[a-z:]+>|&\w+;")


def walk(value: object, key: str = "") -> list[str]:
    """Return the leaves of a value; positions of an index that became the abstract are none."""
    if isinstance(value, dict):
        if key == "abstract_inverted_index" and abstract_of(value):
            return list(value)
        return [leaf for name, inner in value.items() for leaf in walk(inner, name)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in walk(inner, key)]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [] if value is None else [getattr(value, "text", None) or str(value)]


def words(text: str) -> list[str]:
    return [part.lstrip("0") or "0" for part in PARTS.findall(MARKUP.sub("", text).casefold())]


def landed(entry: ParsedEntry) -> set[str]:
    """Return every word of the fields and of extra; numbers of ISSN and ISBN also as they are often written."""
    found: set[str] = set()
    for value in (*entry.fields.values(), *entry.extra.values()):
        for item in value if isinstance(value, list) else [str(value)]:
            found.update(words(item))
            found.add("".join(words(item)))
    return found


@pytest.mark.parametrize("name", FIXTURES)
def test_every_leaf_lands(name: str) -> None:
    text = (EXPORTS / name).read_text(encoding="utf-8")
    found = read_export(name, text.encode())
    records = {r.line: r for r in JsonCutter(text).records() if isinstance(r, JsonRecord)}
    assert found.reading.entries
    missing = []
    for entry in found.reading.entries:
        known = landed(entry)
        for leaf in walk(records[entry.line].value):
            parts = words(ADDRESS.sub("", leaf))
            if not ({"".join(parts)} <= known or set(parts) <= known):
                missing.append((entry.line, leaf))
    assert not missing
