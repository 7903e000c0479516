"""Tables: delimiters, headers, quoting, ragged rows, and the columns of the exporters."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest

from pipeline.formats.csv_export import complaint, read, recognise
from pipeline.records import ParsedEntry

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"


def table(rows: list[list[str]], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def one(**cells: str) -> ParsedEntry:
    """Return the entry of a row; `_` in a column name stands for a blank, `__` for what ASCII names cannot hold."""
    return first({name.replace("_", " "): value for name, value in cells.items()})


def first(cells: dict[str, str]) -> ParsedEntry:
    found = read(table([list(cells), list(cells.values())]))
    assert len(found.entries) == 1, found.rejects
    return found.entries[0]


def test_core_sample() -> None:
    a, b, c, d = read((EXPORTS / "core.csv").read_text(encoding="utf-8")).entries
    assert a.fields["title"] == 'Neighbours as "partners": a café study, part one'
    assert a.fields["authors"] == ["Müller, Jörg", "Nuñez, Ana"]
    assert a.extra["Authors"] == ["Müller J.; Nuñez A."]
    assert a.fields["pages"] == "101-119"
    assert a.fields["abstract"].endswith("how it is made. They answered – together, mostly.")
    assert (a.fields["accession"], a.extra["database"]) == ("2-s2.0-10000000001", ["Scopus"])
    assert a.extra["Source"] == ["Scopus"]
    assert (b.fields["article_number"], b.fields["type"]) == ("7", "chapter")
    assert "abstract" not in b.fields
    assert c.fields["issn"] == ["1234-5688"]
    assert c.fields["abstract"] == "Tools & books."
    assert d.fields["doi"] == "10.5555/invented.2017.004"
    assert [e.line for e in (a, b, c, d)] == [2, 4, 5, 6]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_delimiter_quoting_and_order_of_columns_are_not_identity(delimiter: str, quoting: int) -> None:
    rows = [["Title", "Year", "Abstract", "Doi"], ["A, b; c\td|e", "2019", 'say "hi"\nthere', "10.1234/x"]]
    plain = read(table(rows)).entries
    turned = read(table([list(reversed(row)) for row in rows], delimiter, quoting)).entries
    assert [e.raw for e in turned] == [e.raw for e in plain]
    assert [dict(e.fields) for e in turned] == [dict(e.fields) for e in plain]
    assert plain[0].raw.split("\n")[0] == 'Abstract: say "hi"'


def test_empty_columns_are_not_identity() -> None:
    assert read("title,year,x\nA,2001,\n").entries[0].raw == read("year,title\n2001,A\n").entries[0].raw


def test_rows_with_a_comma_too_many() -> None:
    found = read("title,year\nA,2001,\nB,2002,,,\nC,2003\n")
    assert [e.fields["title"] for e in found.entries] == ["A", "B", "C"]
    assert not found.rejects


def test_rows_that_cannot_be_assigned() -> None:
    found = read("title,year,doi\nA,2001,10.1234/a\nB, with a comma,2002,10.1234/b\nC,2003\nD,2004,10.1234/d\n")
    assert [e.fields["title"] for e in found.entries] == ["A", "D"]
    assert [(reject.line, reject.raw) for reject in found.rejects] == [
        (3, "B, with a comma,2002,10.1234/b"),
        (4, "C,2003"),
    ]
    assert "4 cells under 3 columns" in found.rejects[0].reason


def test_short_rows_that_only_lack_empty_cells_at_the_end() -> None:
    found = read("title,year,doi,notes,tags\nA,2001,10.1234/a\nB,2002,10.1234/b,n,t\nbroken line\nC,2003,\n")
    assert [e.fields["title"] for e in found.entries] == ["A", "B", "C"]
    assert [reject.raw for reject in found.rejects] == ["broken line"]


def test_unclosed_quote_costs_one_row() -> None:
    text = 'title,year,journal\n"A",2001,"J"\n"B is never closed, really,2002,J\n"C",2003,"J"\n"D",2004,"J"\n'
    found = read(text)
    assert [e.fields["title"] for e in found.entries] == ["A", "C", "D"]
    assert [reject.line for reject in found.rejects] == [3]


def test_unclosed_quote_in_a_row_that_still_fits_is_flagged() -> None:
    found = read('title,year,journal\n"A,2001,J\n"B",2002,"J"\n')
    assert [e.fields["title"] for e in found.entries] == ['"A', "B"]
    assert "unclosed_quote" in found.entries[0].flags


def test_stray_quotes_inside_cells() -> None:
    found = read('title,year\n"He said "hi" to all",2001\nA 12" disc,2002\n')
    assert [e.fields["title"] for e in found.entries] == ['He said "hi" to all', 'A 12" disc']


def test_file_cut_inside_a_quoted_cell() -> None:
    found = read('"title","abstract","year"\n"A","x","2001"\n"B","it was cut\nin the mid')
    assert found.entries[1].fields["abstract"] == "it was cut in the mid"
    assert "incomplete" in found.entries[1].flags
    assert found.entries[1].line == 3
    without = read('"abstract","title"\n"x","A"\n"it was cut')
    assert (len(without.entries), without.rejects[0].line) == (1, 3)


def test_nul_rejects_the_row() -> None:
    found = read("title,year\nA,2001\nB\x00,2002\n")
    assert ([e.fields["title"] for e in found.entries], [r.line for r in found.rejects]) == (["A"], [3])


def test_lines_above_the_header() -> None:
    found = read(
        '"SEARCH QUERY","x:ti"\n----------\n\n"Title","Author Names","Publication Year"\n"A","Liu F.","2019"\n'
    )
    assert found.entries[0].fields["title"] == "A"
    assert found.entries[0].line == 5
    assert any("SEARCH QUERY" in remark for remark in found.remarks)


def test_blank_rows_and_lone_cr() -> None:
    found = read("title,year\n\nA\rB,2001\n,\n   ,\nC,2002\n\n")
    assert [e.fields["title"] for e in found.entries] == ["A B", "C"]
    assert [e.line for e in found.entries] == [3, 6]


def test_cell_of_five_megabytes() -> None:
    start = time.process_time()
    words = 'word ""x"", <i ' * 350_000
    found = read(f'title,abstract,year\n"A","{words}",2001\nB,b,2002\n')
    assert len(found.entries) == 2
    assert time.process_time() - start < 10


@pytest.mark.parametrize("row", ['"t,"x\n', 'x,"y z,2001\n', 'a,"b "c" d "e,"\n', '"\n', '",\n', '"a""\n', ',"""\n'])
def test_hostile_quotes_in_bounded_time(row: str) -> None:
    start = time.process_time()
    read("title,abstract,year\n" + row * 20_000)
    assert time.process_time() - start < 5


def test_unknown_columns_and_repeated_columns_are_kept() -> None:
    found = read("title,note to self,labeled_at,labeled_at,\nA,keep me,1,2,3\n").entries[0]
    assert found.extra["note to self"] == ["keep me"]
    assert found.extra["labeled_at"] == ["1", "2"]
    assert found.extra["column 5"] == ["3"]


def test_title_only_and_headers_in_other_spellings() -> None:
    assert [e.fields["title"] for e in read("Title\nA\nB\n").entries] == ["A", "B"]
    found = read('ARTICLE TITLE,PUBLICATION_YEAR,Authors\nA,2001,"Smith, J; Lee, K"\n').entries[0]
    assert (found.fields["title"], found.fields["year"], found.fields["authors"]) == ("A", 2001, ["Smith, J", "Lee, K"])


def test_prose_with_the_word_title_is_no_table() -> None:
    assert recognise("Score\n  *****\nTitle\n  A thing\n") == 0.0


def test_complaint_names_columns_and_proposes() -> None:
    found = complaint("id,titel_x,jahr\n1,A,2001\n2,B,2002\n")
    assert found is not None
    assert found[0] == ["id", "titel_x", "jahr"]
    assert "rename the column" in found[1]
    assert complaint("one line") is None
    assert complaint("words\nand more words, not a table\nat all\n") is None


# Exporters: (cells, fields that must come out)
EXPORTERS: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "pubmed": (
        {
            "PMID": "123",
            "Title": "T",
            "Authors": "Lim SM, Shiau CWC.",
            "Journal/Book": "Behav Ther",
            "Publication Year": "2022",
            "Create Date": "2022/03/01",
            "PMCID": "PMC5",
            "DOI": "10.1234/x",
        },
        {"pmid": "123", "pmcid": "PMC5", "authors": ["Lim, SM", "Shiau, CWC."], "journal": "Behav Ther", "year": 2022},
    ),
    "scopus before 2020": (
        {
            "Authors": "Phillips J.C., Braun R.",
            "Author(s) ID": "1;2;",
            "Title": "T",
            "Source title": "J",
            "Year": "2005",
        },
        {"authors": ["Phillips, J.C.", "Braun, R."], "journal": "J"},
    ),
    "ieee": (
        {
            "Document Title": "T",
            "Authors": "P. Kogge; J. van der Shalf",
            "Publication Title": "Comp",
            "Date Added To Xplore": "4 Feb 2014",
            "Publication Year": "2013",
            "Start Page": "16",
            "End Page": "26",
            "IEEE Terms": "A;B",
            "Document Identifier": "IEEE Journals",
        },
        {
            "title": "T",
            "authors": ["Kogge, P.", "van der Shalf, J."],
            "pages": "16-26",
            "keywords_index": ["A", "B"],
            "type": "article",
        },
    ),
    "lens": (
        {
            "Lens ID": "000-1",
            "Title": "T",
            "Author/s": "Ada Lovelace; Max Van Kleek",
            "ISSNs": "21945411; 21945403",
            "Fields of Study": "Law; Politics",
            "MeSH Terms": "X; Y",
            "Citing Works Count": "3",
            "Source Title": "J",
        },
        {
            "accession": "000-1",
            "authors": ["Lovelace, Ada", "Van Kleek, Max"],
            "issn": ["2194-5411", "2194-5403"],
            "subject_categories": ["Law", "Politics"],
            "keywords_index": ["X", "Y"],
            "times_cited": 3,
        },
    ),
    "zotero": (
        {
            "Key": "AB12",
            "Item Type": "journalArticle",
            "Publication Year": "2020",
            "Author": "Smith, J; Lee, K",
            "Title": "T",
            "Publication Title": "J",
            "Abstract Note": "A",
            "Date": "2020-05-01",
            "Manual Tags": "a; b",
            "Extra": "PMID: 77",
            "Library Catalog": "PubMed",
        },
        {
            "type": "article",
            "year": 2020,
            "date": "2020-05-01",
            "abstract": "A",
            "keywords_author": ["a", "b"],
            "pmid": "77",
        },
    ),
    "rayyan": (
        {
            "key": "rayyan-1",
            "title": "T",
            "year": "2020",
            "authors": "Yang, Z. and Jiang, B.",
            "pubmed_id": "9",
            "notes": 'RAYYAN-INCLUSION: {"A"=>"Excluded"}',
        },
        {"authors": ["Yang, Z.", "Jiang, B."], "pmid": "9", "label": "excluded"},
    ),
    "covidence": (
        {"Title": "T", "Published Year": "2020", "Covidence #": "#1", "Accession Number": "77"},
        {"year": 2020, "accession": "77"},
    ),
    "cochrane": (
        {
            "CENTRAL ID": "CN-1",
            "Author(s)": "A, B; C, D",
            "Title": "T",
            "Source": "Trials",
            "PubMed ID": "PUBMED 5",
            "Cochrane Review Group Code": "X",
            "Database Name": "CENTRAL",
        },
        {"accession": "CN-1", "journal": "Trials", "pmid": "5"},
    ),
    "embase": (
        {
            "Title": "T",
            "Author Names": "Liu R., Adler D.G.",
            "Source": "J (2014) 3:3",
            "Source title": "J",
            "Emtree Medical Index Terms": "a, b",
            "Embase Accession ID": "L1",
            "Medline PMID": "7",
        },
        {
            "authors": ["Liu, R.", "Adler, D.G."],
            "keywords_index": ["a", "b"],
            "accession": "L1",
            "pmid": "7",
            "journal": "J",
        },
    ),
    "ebsco": (
        {
            "Article Title": "T",
            "Author": "A, B; C, D",
            "Journal Title": "J",
            "ISSN": '="19326203"',
            "First Page": "1",
            "Publication Date": "4/3/2024",
            "Subjects": "X; Y",
            "PLink": "https://search.ebscohost.com/login.aspx?db=aph&AN=1",
        },
        {"issn": ["1932-6203"], "year": 2024, "date": "4/3/2024", "keywords_index": ["X", "Y"]},
    ),
    "publish or perish": (
        {
            "Cites": "7",
            "Authors": "A Smith, B Lee",
            "Title": "T",
            "Year": "0",
            "Source": "J",
            "GSRank": "1",
            "StartPage": "3",
            "EndPage": "9",
        },
        {"times_cited": 7, "journal": "J", "pages": "3-9", "date": "0"},
    ),
    "springer": (
        {
            "Item Title": "T",
            "Publication Title": "J",
            "Item DOI": "10.1234/a",
            "Authors": "A OneB Two",
            "Content Type": "Chapter",
        },
        {"doi": "10.1234/a", "journal": "J", "type": "chapter"},
    ),
    "abrackr": (
        {"(internal) id": "1", "(source) id": "2", "title": "T", "keywords": "a,b", "consensus": "-1"},
        {"keywords_author": ["a", "b"], "label": "excluded"},
    ),
    "asreview": ({"title": "T", "asreview_label": "1", "year": "2001.0"}, {"label": "included", "year": 2001}),
}


@pytest.mark.parametrize("name", EXPORTERS)
def test_exporters(name: str) -> None:
    cells, fields = EXPORTERS[name]
    entry = first(cells)
    assert {column: entry.fields.get(column) for column in fields} == fields
    assert entry.fields["title"] == "T"


def test_names_run_together_are_not_guessed() -> None:
    entry = first(EXPORTERS["springer"][0])
    assert "authors" not in entry.fields
    assert entry.extra["Authors"] == ["A OneB Two"]


def test_scopus_rows_with_several_funding_texts() -> None:
    header = ["Title", "Source title", "Author(s) ID", "Funding Text 1", "References", "Publisher", "Source", "EID"]
    rows = [
        ["A", "J", "1", "f1", "f2", "refs", "P", "Scopus", "2-s2.0-1"],
        ["B", "J", "1", "f", "x", "y", "P", "Scopus", "odd"],
    ]
    found = read(table([header, *rows]))
    assert found.entries[0].extra["Funding Text 1"] == ["f1", "f2"]
    assert found.entries[0].fields["cited_references"] == ["refs"]
    assert found.entries[0].fields["publisher"] == "P"
    assert len(found.rejects) == 1


def test_missing_values_written_as_words() -> None:
    entry = one(title="T", year="NA", doi="NA", journal="N/A", abstract="NA")
    assert set(entry.fields) == {"title"}


def test_database_from_the_link() -> None:
    entry = one(Title="T", Link="https://www.scopus.com/inward/record.uri?eid=2-s2.0-99&partnerID=40")
    assert entry.extra["database"] == ["Scopus"]
    assert entry.fields["accession"] == "2-s2.0-99"


def test_hostile_cells_are_text() -> None:
    entry = one(title='=HYPERLINK("http://x")', abstract="<script>x</script>", journal="+1", publisher="@SUM(A1)")
    assert entry.fields["title"] == '=HYPERLINK("http://x")'
    assert entry.fields["abstract"] == "<script>x</script>"
    assert (entry.fields["journal"], entry.fields["publisher"]) == ("+1", "@SUM(A1)")
