"""Full texts: what a PDF says about itself, which report it belongs to, and that no link is followed."""

from __future__ import annotations

import random
import time
import zlib
from pathlib import Path

import pytest
from pypdf import PdfWriter

from pipeline.decisions import full_text_files
from pipeline.decisions.full_text_files import FullTextFile, full_text_register, read_full_texts, register_full_texts
from pipeline.decisions.full_text_match import Sought, match_full_texts
from pipeline.decisions.pdf_facts import PdfFacts, pdf_facts
from pipeline.identity import entry_id
from pipeline.protocol_screening import FullTextSection
from pipeline.review import Review

TITLE = "School meals and what pupils eat: a trial in twelve towns"
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Meals &amp; more: an evaluation</rdf:li></rdf:Alt>
</dc:title><prism:doi>10.5555/Toy.7</prism:doi></rdf:Description></rdf:RDF></x:xmpmeta>"""


def pdf(**information: str) -> bytes:
    """Return a PDF of one empty page with document information."""
    import io

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({f"/{name}": text for name, text in information.items()})
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


# --- what a PDF says ------------------------------------------------------------------------------------------------


def test_title_and_doi_of_the_document_information() -> None:
    facts = pdf_facts(pdf(Title=TITLE, doi="doi:10.5555/TOY.1"))
    assert facts == PdfFacts(("10.5555/toy.1",), (TITLE,))
    assert pdf_facts(pdf(Title="Étude (première) – repas 給食")).titles == ("Étude (première) – repas 給食",)
    assert pdf_facts(pdf(Title="x", Subject="Meals 2016.12:1-9 doi:10.5555/toy.2.")).dois == ("10.5555/toy.2",)


@pytest.mark.parametrize("packed", [False, True])
def test_the_xmp_packet_packed_or_not(packed: bool) -> None:
    body = XMP.encode()
    head = b"<< /Type /Metadata /Subtype /XML >>"
    if packed:
        body, head = zlib.compress(body), b"<< /Type /Metadata /Filter /FlateDecode >>"
    data = b"%PDF-1.7\n1 0 obj\n" + head + b"\nstream\n" + body + b"\nendstream\nendobj\n"
    assert pdf_facts(data) == PdfFacts(("10.5555/toy.7",), ("Meals & more: an evaluation",))


def test_information_among_compressed_objects() -> None:
    inside = f"<< /Title ({TITLE}) >>".encode()
    stream = zlib.compress(b"4 0 9 20 " + b"<< /A 1 >>".ljust(20) + inside)
    data = b"%PDF-1.5\n7 0 obj\n<< /Type /ObjStm /N 2 /First 9 /Filter /FlateDecode >>\nstream\n" + stream
    data += b"\nendstream\nendobj\ntrailer\n<< /Info 9 0 R >>\n"
    assert pdf_facts(data).titles == (TITLE,)


@pytest.mark.parametrize("title", ["Microsoft Word - draft.doc", "untitled", "final.docx", "PII: S0001", "123 45"])
def test_what_programs_write_as_a_title_is_none(title: str) -> None:
    assert pdf_facts(pdf(Title=title)).titles == ()


def test_the_doi_of_a_reference_in_the_text_is_not_taken() -> None:
    data = b"%PDF-1.4\n1 0 obj\n<<>>\nstream\nBT (see doi 10.5555/other.1) Tj ET\nendstream\nendobj\n"
    assert pdf_facts(data) == PdfFacts()


@pytest.mark.parametrize("seed", range(20))
def test_damaged_and_hostile_files_end_quickly_and_without_an_error(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(pdf(Title=TITLE, doi="10.5555/toy.1"))
    for _ in range(60):
        data[chance.randrange(8, len(data))] = chance.randrange(256)
    bomb = zlib.compress(b"\x00" * 50_000_000)
    hostile = (
        b"%PDF-1.4\n/Info 1 0 R 1 0 obj /Title (" + b"(" * 100_000,
        b"%PDF-1.4\n" + b"<rdf:RDF" * 50_000,
        b"%PDF-1.4\n1 0 obj << /ObjStm /FlateDecode >> stream\n" + bomb + b"endstream",
        bytes(data),
    )
    start = time.process_time()
    for file in hostile:
        pdf_facts(file)
    assert time.process_time() - start < 2
    assert pdf_facts(b"not a pdf /Title (x)") == PdfFacts()


# --- the folder -----------------------------------------------------------------------------------------------------


@pytest.fixture
def review(tmp_path: Path) -> Review:
    (tmp_path / "review" / "screening" / "full_texts" / "more").mkdir(parents=True)
    return Review(tmp_path / "review")


def test_the_folder_is_listed_and_a_file_read_once(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = review.screening / "full_texts"
    (folder / "b.PDF").write_bytes(pdf(Title=TITLE))
    (folder / "more" / "a.pdf").write_bytes(pdf(doi="10.5555/toy.1"))
    (folder / "notes.txt").write_text("no PDF")
    (folder / "~$b.pdf").write_bytes(b"lock")
    assert register_full_texts(review, "screening/full_texts") == []
    data = full_text_register(review).read_bytes()
    found = read_full_texts(data)
    assert [(item.file, item.dois, item.titles) for item in found] == [
        ("screening/full_texts/b.PDF", (), (TITLE,)),
        ("screening/full_texts/more/a.pdf", ("10.5555/toy.1",), ()),
    ]
    monkeypatch.setattr(full_text_files, "pdf_facts", lambda data: pytest.fail("a known file was read"))
    register_full_texts(review, "screening/full_texts")
    assert full_text_register(review).read_bytes() == data


def test_no_folder_is_no_register(review: Review) -> None:
    assert register_full_texts(review, "references/pdf") == []
    assert not full_text_register(review).exists()


def test_b06_a_link_out_of_the_folder_is_named_and_not_followed(review: Review, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.pdf").write_bytes(pdf(Title=TITLE))
    folder = review.screening / "full_texts"
    try:
        (folder / "out").symlink_to(outside, target_is_directory=True)
        (folder / "file.pdf").symlink_to(outside / "secret.pdf")
    except OSError:
        pytest.skip("this system makes no links")
    notices = register_full_texts(review, "screening/full_texts")
    assert sorted(notice.text.split(":")[0] for notice in notices) == [
        "screening/full_texts/file.pdf",
        "screening/full_texts/out",
    ]
    assert (
        read_full_texts(full_text_register(review).read_bytes() if full_text_register(review).exists() else b"") == []
    )


@pytest.mark.parametrize("folder", ["../elsewhere", "/etc", "C:\\texts", "", "a/../../b"])
def test_b05_the_folder_lies_inside_the_review(folder: str) -> None:
    with pytest.raises(ValueError, match="lies inside the review"):
        FullTextSection(pdfs=folder)


# --- which report ---------------------------------------------------------------------------------------------------

ONE, TWO, THREE = (entry_id(f"report {number}") for number in range(3))
REPORTS = (
    Sought(ONE, (ONE,), ("10.1080/14719037.2014.930505",), ("Co-creation of meals in schools: a review of studies",)),
    Sought(TWO, (TWO,), ("10.1111/abc.1",), (TITLE,)),
    Sought(THREE, (THREE,), ("10.1111/abc.12",), ("Breakfast and attendance among pupils in Nordic towns",)),
)


@pytest.mark.parametrize(
    ("name", "report", "by"),
    [
        (f"{ONE}.pdf", ONE, "id in the file's name"),
        (f"Smith {TWO.upper()} final.pdf", TWO, "id in the file's name"),
        ("10.1080_14719037.2014.930505.pdf", ONE, "DOI in the file's name"),
        ("10.1080%2F14719037.2014.930505.pdf", ONE, "DOI in the file's name"),
        ("smith2014-10.1080-14719037-2014-930505 (1).pdf", ONE, "DOI in the file's name"),
        ("10.1111_abc.12.pdf", THREE, "DOI in the file's name"),
        ("10.1111_abc.1.pdf", TWO, "DOI in the file's name"),
        ("Osborne et al. - 2016 - Co-creation of meals in schools a review of studies.pdf", ONE, "title"),
        ("Berg - 2019 - School meals and what pupils eat a trial in twelve.pdf", TWO, "title"),
    ],
)
def test_a_file_is_matched_by_its_name(name: str, report: str, by: str) -> None:
    matched = match_full_texts([FullTextFile(f"screening/full_texts/{name}", 1)], REPORTS)
    assert (matched.files, list(matched.by.values())) == ({report: (f"screening/full_texts/{name}",)}, [by])


def test_a_file_is_matched_by_its_metadata() -> None:
    files = [
        FullTextFile("x/1.pdf", 1, dois=("10.1111/abc.12",)),
        FullTextFile("x/2.pdf", 1, titles=("SCHOOL MEALS AND WHAT PUPILS EAT – A TRIAL IN TWELVE TOWNS",)),
        FullTextFile("x/3.pdf", 1, titles=("Something else altogether about other things",)),
    ]
    matched = match_full_texts(files, REPORTS)
    assert matched.files == {THREE: ("x/1.pdf",), TWO: ("x/2.pdf",)}
    assert matched.unmatched == ("x/3.pdf",)


def test_a_file_that_fits_two_reports_is_linked_to_none() -> None:
    twins = (Sought(ONE, (ONE,), (), (TITLE,)), Sought(TWO, (TWO,), (), (f"{TITLE}.",)))
    matched = match_full_texts([FullTextFile("x/a.pdf", 1, titles=(TITLE,))], twins)
    assert (matched.files, matched.doubtful) == ({}, {"x/a.pdf": tuple(sorted((ONE, TWO)))})


@pytest.mark.parametrize("name", ["10.1111_abc.123.pdf", "paper.pdf", "2014.pdf", "r0000000000000.pdf", "text.pdf"])
def test_what_names_no_report_is_matched_to_none(name: str) -> None:
    assert match_full_texts([FullTextFile(f"x/{name}", 1)], REPORTS).files == {}
