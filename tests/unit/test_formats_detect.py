"""Which format a text is, and what is said of those that are not read."""

from __future__ import annotations

import pytest

from pipeline.errors import BAD_DATA, InputError
from pipeline.formats import read_export, recognise

NOT_READ = {
    "PubMed XML": '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet>\n'
    "<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>",
    "EndNote XML": '<?xml version="1.0"?><xml><records><record/></records></xml>',
    "XML": "<mods><title>T</title></mods>",
    "EndNote refer": "%0 Journal Article\n%T Title\n%A Smith, J\n",
    "RefWorks tagged": "RT Journal Article\nSR Electronic(1)\nID 5\nA1 Smith,J.\nT1 Title\nYR 2001\n",
    "Ovid tagged": "<1. >\nVN  - Ovid Technologies\nDB  - Embase\nUI  - 1\nTI  - Title\nAU  - Smith J\n",
    "Embase text": "RECORD 1\n\nTITLE\n  A title\nAUTHOR NAMES\n  Smith J.\n",
    "ProQuest text": "_" * 60 + "\n\nA title\n\nAuthor: Smith\n\n" + "_" * 60 + "\n",
    "EBSCO text": "TI- A title\nAU- Smith, J\nSO- Journal\nYR- 2001\nAB- Words\n",
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
    ],
)
def test_by_content_alone(text: str, format_name: str) -> None:
    assert recognise(text).name == format_name


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
