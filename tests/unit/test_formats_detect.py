"""Which format a text is, and what is said of those that are not read."""

from __future__ import annotations

import pytest

from pipeline.errors import BAD_DATA, InputError
from pipeline.formats import read_export, recognise

NOT_READ = {
    "XML": "<mods><title>T</title></mods>",
}


@pytest.mark.parametrize("name", NOT_READ)
def test_formats_that_are_not_read_are_named(name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_export("x.txt", NOT_READ[name].encode())
    message = str(caught.value)
    assert name in message
    assert "is not read yet" in message
    assert "instead" in message
    assert caught.value.exit_status == BAD_DATA


@pytest.mark.parametrize(
    ("text", "format_name"),
    [
        ("TY  - JOUR\nTI  - @article{a, title={T}}\nER  - \n", "ris"),
        ('title,abstract,year\nT,"text with\nTI  - in it",2001\n', "csv"),
        ("PMID- 1\nOWN - NLM\nTI  - T\nER  - x\n", "nbib"),
        ("FN x\nVR 1.0\nPT J\nTI Title, Year\nER\n\nEF\n", "wos"),
        ("title;year;abstract\nT;2001;<p>x</p>\n", "csv"),
        ("%0 Journal Article\n%T Title\n%A Smith, J\n", "enw"),
        ("RT Journal Article\nSR Electronic(1)\nID 5\nA1 Smith,J.\nT1 Title\nYR 2001\n", "refworks"),
        ("<1. >\nVN  - Ovid Technologies\nDB  - Embase\nUI  - 1\nTI  - Title\nAU  - Smith J\n", "ovid"),
        ("<1>\nUnique Identifier\n  1\nTitle\n  T\n", "ovid"),
        ("<1>\nUI\n  1\nTI\n  T\n", "ovid"),
        ("<1. >\nTY  - JOUR\nTI  - T\nER  - \n", "ris"),
        ("VN  - Ovid Technologies\nTI  - T\n", "ovid"),
        ("RECORD 1\n\nTITLE\n  A title\nAUTHOR NAMES\n  Smith J.\n", "embase"),
        ("TI- A title\nAU- Smith, J\nSO- Journal\nYR- 2001\nAB- Words\n", "ebsco"),
        ("Record: 1\nTitle:\n\tA title\nAuthors:\n\tSmith, J\nSource:\n\tJournal\n", "ebsco"),
        ("_" * 60 + "\n\nA\n\nAuthor: B, C\n\nTitle: A\n\nPublication title: J\n\nDatabase: ERIC\n", "proquest"),
        ("Title,Share\n%T the first,%0 10\n%A the second,%D 20\n", "csv"),
        ("% Encoding: UTF-8\n@article{a, title={%T is no tag}}\n", "bibtex"),
        ("x" * 300_000 + "\n" + "Search Strategy:\n" * 5000 + "<1>\nTI  - T\nAU  - B\n", "ovid"),
    ],
)
def test_by_content_alone(text: str, format_name: str) -> None:
    assert recognise(text).name == format_name


NEAR = {
    "a letter": "_" * 60
    + "\nFrom: Ann\nSubject: Minutes\n\nTitle: Chair\nAuthor: Ben\n\nDear all,\n"
    + "_" * 60
    + "\n",
    "a page about a package": "# Reader\n\nTitle: a reader\nAuthor: Ann\nDatabase: none\nAbstract: reads\n",
    "an essay": "I. Title: what it is\n\nTI is a tag. AU - an author.\nRECORD the time.\nRT what you like.\n",
    "a list of shares": "%T\n10 %\n20 %\n%A\n",
    "a log": "<1> starting\n<2> still starting\nRECORD 7 written\nRecord: 7\nall done\n",
}


@pytest.mark.parametrize("name", NEAR)
def test_other_texts_are_taken_for_no_export(name: str) -> None:
    with pytest.raises(InputError, match=r"not a bibliographic export|without a column"):
        read_export("x.txt", NEAR[name].encode())


@pytest.mark.parametrize(
    "text",
    [
        "1. Smith J, Roy B. A title of some length. J Inv Serv. 2019 Apr 2;12(3):101-19. doi: 10.5555/a.\n",
        "1: Smith J. A title of some length. J Inv Serv. 2019. PMID: 30123456; PMCID: PMC1.\n\n2: Roy B. Another.\n",
        "1. J Inv Serv. 2019 Apr 2;12(3):101-19.\n\nA title.\n\nSmith J(1).\n\nWords.\n\nPMID: 30123456 \n",
    ],
)
def test_pubmed_summaries_are_named_with_what_to_do(text: str) -> None:
    with pytest.raises(InputError, match=r"PubMed summary.*cannot be read without loss.*save as PubMed \(nbib\)"):
        read_export("summary.txt", text.encode())


def test_ovid_text_without_record_numbers_is_named() -> None:
    text = "\nScore\n  *****\nAccession Number\n  1.\nAuthor\n  Roy, B.\nTitle\n  T\n\nAccession Number\n  2.\n"
    with pytest.raises(InputError, match="Ovid text without the numbers"):
        read_export("x.txt", text.encode())


def test_a_file_of_signs_holds_no_records() -> None:
    with pytest.raises(InputError, match="no records in x: the file holds only signs"):
        read_export("x", b"## ")


def test_unknown_text_names_its_first_line_and_what_can_be_read() -> None:
    with pytest.raises(InputError) as caught:
        read_export("notes.txt", b"\n\nDear all,\nplease find the list attached.\n")
    message = str(caught.value)
    assert message.startswith("notes.txt: ")
    assert "Dear all," in message
    for label in ("RIS", "BibTeX", "PubMed", "Web of Science"):
        assert label in message


def test_table_without_titles_lists_its_columns() -> None:
    with pytest.raises(InputError) as caught:
        read_export("t.csv", b"id,titl,jahr\n1,A,2001\n2,B,2002\n3,C,2003\n")
    message = str(caught.value)
    assert "id, titl, jahr" in message
    assert "is 'titl' the title?" in message
    assert "Title" in message


def test_escape_codes_do_not_reach_the_message() -> None:
    with pytest.raises(InputError) as caught:
        read_export("t.csv", b"\x1b[31mred alert\x1b[0m and more\n")
    assert "\x1b" not in str(caught.value)


def test_remarks_of_encoding_and_reader_come_together() -> None:
    found = read_export("x.ris", "TY  - JOUR\nTI  - Café crème\nER  - \n".encode("cp1252"))
    assert found.encoding == "cp1252"
    assert any("guess" in remark for remark in found.remarks)
    assert set(found.reading.remarks) < set(found.remarks)
