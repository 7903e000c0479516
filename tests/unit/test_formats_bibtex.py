"""BibTeX in the manners of its exporters, and all that can be wrong with a .bib file."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.formats import bibtex_fields
from pipeline.formats.bibtex import read, recognise
from pipeline.records import ParsedEntry

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"


def one(text: str) -> ParsedEntry:
    found = read(text)
    assert len(found.entries) == 1, found.rejects
    return found.entries[0]


def entry(fields: str) -> ParsedEntry:
    return one("@article{key,\n" + fields + "\n}\n")


def test_core_sample() -> None:
    first, second, third, fourth = read((EXPORTS / "core.bib").read_text(encoding="utf-8")).entries
    assert first.fields["title"] == "Neighbours as Partners: a café study"
    assert first.fields["authors"] == ["Müller, Jörg", "Nuñez, Ana"]
    assert first.fields["pages"] == "101-119"
    assert first.fields["doi"] == "10.5555/invented_2019"
    assert first.fields["abstract"].startswith("We asked 50% of the people")
    assert first.fields["date"] == "2019 April"
    assert first.extra["title_raw"] == [r"Neighbours as {P}artners: a caf{\'e} study"]
    assert second.fields["editors"] == ["Brun, Élise"]
    assert "more_authors" in second.flags
    assert second.fields["year"] == 2021
    assert second.fields["type"] == "chapter"
    assert third.extra["citation_key"] == ["O Neil Jr.20203"]
    assert third.fields["accession"] == "2-s2.0-12345678901"
    assert third.fields["times_cited"] == 4
    assert third.extra["database"] == ["Scopus"]
    assert third.fields["keywords_author"] == ["lending", "tools"]
    assert third.fields["keywords_index"] == ["Libraries", "Services"]
    assert "abstract" not in fourth.fields


def test_web_of_science_dialect() -> None:
    found = one(
        "\n@article{ WOS:000278542800018,\nAuthor = {Gomez-Ruiz, Jose Antonio},\n"
        "Title = {{Estimation of missing\n   judgments}},\nJournal = {APPLIED INVENTIONS},\nYear = {{2010}},\n"
        "Month = {{JUL 15}},\nType = {{Article}},\nISSN = {{1234-5678}},\nEISSN = {{2345-6789}},\n"
        "Keywords = {{Decision making; Neural\n   networks}},\nKeywords-Plus = {{MODEL; PAIRS}},\n"
        "Research-Areas = {{Mathematics}},\nWeb-of-Science-Categories  = {{Mathematics, Applied; Sociology}},\n"
        "Cited-References = {{Aczel J., 1983, J MATH, V1, P1.\n   Brun E, 2002, J INVENT, V2, P2.}},\n"
        "Times-Cited = {{12}},\nArticle-Number = {{77}},\nUnique-ID = {{WOS:000278542800018}},\n"
        "Usage-Count-Since-2013 = {{3}},\n}\n"
    ).fields
    assert found["title"] == "Estimation of missing judgments"
    assert found["accession"] == "WOS:000278542800018"
    assert found["subject_categories"] == ["Mathematics, Applied", "Sociology"]
    assert found["research_areas"] == ["Mathematics"]
    assert found["keywords_author"] == ["Decision making", "Neural networks"]
    assert found["keywords_index"] == ["MODEL", "PAIRS"]
    assert len(found["cited_references"]) == 2
    assert (found["times_cited"], found["article_number"], found["year"]) == (12, "77", 2010)
    assert found["issn"] == ["1234-5678", "2345-6789"]
    assert (found["type_raw"], found["type"]) == ("Article", "article")


def test_one_unclosed_brace_among_many() -> None:
    parts = [f"@article{{k{n},\n  title = {{Title {n}}},\n  year = {{20{n:02}}}\n}}\n\n" for n in range(20)]
    parts[7] = parts[7].replace("Title 7}", "Title 7")
    found = read("".join(parts))
    assert len(found.entries) == 19
    assert [reject.line for reject in found.rejects] == [7 * 5 + 1]
    assert "never closed" in found.rejects[0].reason
    assert found.rejects[0].raw.startswith("@article{k7,")
    assert "Title 8" not in found.rejects[0].raw


def test_keys_repeated_missing_or_with_blanks_are_all_kept() -> None:
    found = read(
        "@article{same, title={A}}\n@article{same, title={B}}\n@article{, title={C}}\n@article{title={D}}\n"
        "@article{De La Cruz, Jr.2001, title={E}}\n@article{same, title={A}}\n"
    )
    assert [e.fields["title"] for e in found.entries] == ["A", "B", "C", "D", "E", "A"]
    assert found.entries[0].raw == found.entries[5].raw
    assert any("'same'" in remark for remark in found.remarks)


def test_missing_comma_between_fields() -> None:
    found = entry("title = {A title}\nyear = {2001}\njournal = {J}")
    assert (found.fields["title"], found.fields["year"], found.fields["journal"]) == ("A title", 2001, "J")


def test_empty_and_repeated_fields() -> None:
    found = entry("title = {T}, abstract = {}, note = {}, keywords = {a}, keywords = {b, c}, keywords = {a}")
    assert "abstract" not in found.fields
    assert "note" not in found.extra
    assert found.fields["keywords_author"] == ["a", "b", "c"]
    assert entry("title = {One}, title = {Two}").extra["title"] == ["Two"]


def test_strings_months_and_concatenation() -> None:
    found = read(
        '@string{ JIS = "Journal of " # "Invention" }\n@string(press = {Made-up Press})\n@preamble{"\\newcommand{x}"}\n'
        "@comment{@article{no, title={not a record}}}\n"
        '@article{a, title = "A {"}quoted{"} word", journal = JIS # { Two},'
        ' publisher = press, month = 3 # "~" # mar, year = 2001}\n'
    )
    assert len(found.entries) == 1
    fields = found.entries[0].fields
    assert fields["journal"] == "Journal of Invention Two"
    assert fields["publisher"] == "Made-up Press"
    assert fields["title"] == 'A "quoted" word'
    assert found.entries[0].extra["month"] == ["3~March"]


def test_string_defined_later_counts_too() -> None:
    found = read("@article{a, title={T}, journal=xyz}\n@string{xyz={Late Journal}}\n")
    assert found.entries[0].fields["journal"] == "Late Journal"


def test_crossref_and_xdata() -> None:
    found = read(
        "@incollection{child, title={Child}, crossref={PARENT}, xdata={more}}\n"
        "@book{parent, title={Parent}, editor={Ed, A}, publisher={P}, year={1999}, isbn={3-16-148410-X}}\n"
        "@xdata{more, location={Nowhere}, title={not this}}\n"
    )
    child = found.entries[0]
    assert child.fields["booktitle"] == "Parent"
    assert child.fields["title"] == "Child"
    assert (child.fields["year"], child.fields["editors"]) == (1999, ["Ed, A"])
    assert child.extra["crossref"] == ["PARENT"]
    assert child.extra["location"] == ["Nowhere"]
    assert "1999" not in child.raw


def test_crossref_to_itself_or_to_nothing() -> None:
    found = read("@article{a, title={A}, crossref={a}}\n@article{b, title={B}, crossref={zzz}}\n")
    assert [e.fields["title"] for e in found.entries] == ["A", "B"]


def test_braces_too_many() -> None:
    found = read(
        "@article{a,\n  title = {An early} end},\n  year = {2001},\n  journal = {J}\n}\n\n@article{b, title={B}}\n"
    )
    assert len(found.entries) == 2
    assert (found.entries[0].fields["year"], found.entries[0].fields["journal"]) == (2001, "J")
    assert "early" in found.entries[0].fields["title"]
    assert "repaired" in found.entries[0].flags
    assert found.entries[1].fields["title"] == "B"


def test_at_signs_inside_values() -> None:
    found = entry(
        "title = {Mail @ home},\nabstract = {Write to\n@home{sweet} or\n@you {there},\nor a@b.org},\nyear=2001"
    )
    assert found.fields["year"] == 2001
    assert "a@b.org" in found.fields["abstract"]


def test_parentheses_as_delimiters() -> None:
    assert one('@article(key, title = "A (good) title", year = 2001)').fields["title"] == "A (good) title"


def test_entries_on_one_line() -> None:
    found = read("@article{a,title={A},year=2001}@article{b,title={B}} @book{c,title={C}}")
    assert [e.fields["title"] for e in found.entries] == ["A", "B", "C"]


def test_cut_off_last_entry() -> None:
    found = read("@article{a, title={A}}\n@article{b,\n  title = {B is cut},\n  abstract = {and here it en")
    assert found.entries[1].fields["abstract"] == "and here it en"
    assert "incomplete" in found.entries[1].flags
    without = read("@article{a, title={A}}\n@article{b,\n  author = {Wri")
    assert (len(without.entries), len(without.rejects)) == (1, 1)
    assert "cut off" in without.rejects[0].reason


@pytest.mark.parametrize("closed", [True, False])
def test_ten_thousand_nested_braces(closed: bool) -> None:
    start = time.process_time()
    nested = "{" * 10_000 + "x" + ("}" * 10_000 if closed else "")
    found = read(f"@article{{a,\ntitle={{A}}}}\n@article{{b,\ntitle={{{nested}}}\n}}\n@article{{c,\ntitle={{C}}}}\n")
    assert [e.fields["title"] for e in found.entries] == ["A", "C"]
    assert len(found.rejects) == 1
    assert time.process_time() - start < 5


def test_field_of_five_megabytes() -> None:
    start = time.process_time()
    words = 'word, = " a@b {x} ' * 280_000
    found = read(f"@article{{a, title={{A}}, abstract={{{words}}}}}\n@article{{b, title={{B}}}}\n")
    assert len(found.entries) == 2
    assert len(found.entries[0].fields["abstract"]) > 4_000_000
    assert time.process_time() - start < 15


@pytest.mark.parametrize(
    "text",
    [
        "@article{a,title={A}}\n" + "@a{" * 100_000,
        "@article{a,title={A}}\n" + "\n@a{" * 100_000,
        "@article{a,\ntitle={x,\nyear=1}\n" * 20_000,
        "@article{a,title={" + " " * 500_000 + "x}}\n" + " " * 300_000 + "@",
        "@article{" + "a, " * 100_000 + "}",
        "@article{" + " " * 300_000 + "=}",
    ],
)
def test_hostile_text_in_bounded_time(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 6


def test_preamble_lines_are_not_records() -> None:
    found = read(
        "Scopus\nEXPORT DATE: 08 July 2023\n\n@article{a, title={A}}\nsome words between\n@article{b, title={B}}\n"
    )
    assert len(found.entries) == 2
    assert any("line 5" in remark and "some words" in remark for remark in found.remarks)
    assert found.entries[0].line == 4


def test_blocks_without_fields_or_with_nonsense() -> None:
    found = read("@article{a, title={A}}\n@article{justakey}\n@article{b, what is this even}\n@article{c, title={C}}\n")
    assert [e.fields.get("title") for e in found.entries] == ["A", None, "C"]
    assert len(found.rejects) == 1


def test_extra_keeps_what_has_no_column() -> None:
    found = entry("title={T}, file={:a/b.pdf:PDF}, annote={my note}, Custom-Field={x}, address={Nowhere}")
    assert found.extra["file"] == [":a/b.pdf:PDF"]
    assert found.extra["annote"] == ["my note"]
    assert found.extra["custom-field"] == ["x"]
    assert found.extra["entry_type"] == ["article"]


def test_biblatex_fields() -> None:
    found = entry("title={T}, subtitle={Sub}, journaltitle={J}, date={2019-03-04}, langid={german}, eid={e7}")
    assert found.fields["title"] == "T: Sub"
    assert (found.fields["year"], found.fields["date"]) == (2019, "2019-03-04")
    assert found.fields["article_number"] == "e7"
    assert found.extra["subtitle"] == ["Sub"]


def test_doi_in_url_or_key() -> None:
    assert entry("title={T}, url={https://doi.org/10.1234/a\\_b}").fields["doi"] == "10.1234/a_b"
    assert one("@article{10.1145/3706468.3706553, title={T}}").fields["doi"] == "10.1145/3706468.3706553"
    assert entry("title={T}, doi={10.1007/978-3-319{\\_}7}").fields["doi"] == "10.1007/978-3-319_7"


def test_thesis_type_and_school() -> None:
    found = one("@phdthesis{a, title={T}, school={Univ Nowhere}, type={PhD thesis}}").fields
    assert (found["type"], found["publisher"]) == ("thesis", "Univ Nowhere")


def test_parser_that_fails_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What bibtexparser cannot read, the lenient scan reads to the same fields."""
    text = (EXPORTS / "core.bib").read_text(encoding="utf-8")
    by_parser = [(dict(e.fields), dict(e.extra)) for e in read(text).entries]
    monkeypatch.setattr(bibtex_fields, "_by_parser", lambda block, macros: None)
    assert [(dict(e.fields), dict(e.extra)) for e in read(text).entries] == by_parser


def test_recognise() -> None:
    assert recognise("@article{a, title={T}}") > 0.8
    assert recognise("mail me @home {x}") == 0.0
    assert recognise("TY  - JOUR") == 0.0
