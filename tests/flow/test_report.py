"""The report of a review: one counts object in every form, drafts, changed protocols, checklists, hostile text."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import docx
import pytest
from docx.document import Document
from pypdf import PdfReader

from pipeline.report.prisma_read import read_prisma
from pipeline.report.text_measure import clean_text
from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES
from tests.flow.toy_review import (
    PROTOCOL,
    SOURCES,
    command,
    fill,
    make_review,
    output_hashes,
    read_csv,
    run_stages,
    truth,
    write,
)
from tests.unit.test_page import Reader

KEYS = (
    *("identified", "duplicates", "automation", "removed_other", "screened", "excluded", "human", "machine", "sought"),
    *("not_retrieved", "assessed", "reports_excluded", "other_identified", "other_sought", "other_not_retrieved"),
    *("other_assessed", "other_excluded", "studies", "reports"),
)
PROSE = re.compile(
    r"From databases and registers, (\S+) records? w\w+ identified; (\S+) duplicates?, (\S+) marked by automation "
    r"tools and (\S+) for other reasons were removed before screening\. (\S+) records? w\w+ screened and (\S+) "
    r"excluded, (\S+) of them by people and (\S+) by automation tools\. (\S+) reports? w\w+ sought for retrieval, "
    r"(\S+) not retrieved, (\S+) assessed for eligibility and (\S+) excluded\. From other sources, (\S+) records? "
    r"w\w+ identified, (\S+) reports? sought, (\S+) not retrieved, (\S+) assessed and (\S+) excluded\. Included: "
    r"(\S+) stud\w+ in (\S+) reports?\."
)
Numbers = dict[str, int]


def answer(run: ReviewRun) -> ReviewRun:
    """Fill every sheet that waits, for all stages, and run again."""
    review = run.review
    for sheet in sorted([*review.worklists.glob("*.csv"), *review.duplicate_sheets.glob("*.csv")]):
        rows = read_csv(sheet)
        if "full-text" in sheet.name:
            given = {row["id"]: full_text(row["id"]) for row in rows}
        elif "coding" in sheet.name or "duplicates" in sheet.name:
            continue
        else:
            given = {row["id"]: truth(row) for row in rows}
        fill(sheet, given)
    return run_stages(review)


def full_text(record: str) -> dict[str, str]:
    """Return a decision at full text that differs from record to record."""
    number = sum(map(ord, record))
    if number % 7 == 0:
        return {"retrieved": "no"}
    if number % 3 == 0:
        return {"retrieved": "yes", "decision": "exclude", "reason": "E1_no_meal"}
    return {"retrieved": "yes", "decision": "include"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """Return a toy review with decisions at every stage."""
    run = run_stages(make_review(tmp_path_factory.mktemp("report") / "toy"))
    for _ in range(4):
        run = answer(run)
    assert run.exit_status == 0
    return run.review


@pytest.fixture
def review(finished: Review, tmp_path: Path) -> Review:
    """Return a copy of the finished review."""
    return Review(Path(shutil.copytree(finished.folder, tmp_path / "toy")))


def from_prose(text: str) -> Numbers:
    found = PROSE.search(" ".join(text.replace("\u200b", "").split()))
    assert found, text[:500]
    return dict(zip(KEYS, (int(number.replace(",", "")) for number in found.groups()), strict=True))


def from_boxes(boxes: Mapping[str, str]) -> Numbers:
    """Read the numbers of a new review with other sources from the words of its boxes."""

    def after(box: str, label: str) -> int:
        found = re.search(rf"{re.escape(label)}[*:]* \(n = ([\d,]+)\)", " ".join(boxes[box].split()))
        assert found, (box, label, boxes[box])
        return int(found[1].replace(",", ""))

    def reasons(box: str) -> int:
        text = " ".join(boxes[box].split())
        return sum(int(number) for number in re.findall(r"\(n = (\d+)\)", text))

    return {
        "identified": after("identified", "Databases") + after("identified", "Registers"),
        "duplicates": after("removed", "Duplicate records removed"),
        "automation": after("removed", "Records marked as ineligible by automation tools"),
        "removed_other": after("removed", "Records removed for other reasons"),
        "screened": after("screened", "Records screened"),
        "excluded": after("records_excluded", "Records excluded"),
        "sought": after("sought", "Reports sought for retrieval"),
        "not_retrieved": after("not_retrieved", "Reports not retrieved"),
        "assessed": after("assessed", "Reports assessed for eligibility"),
        "reports_excluded": reasons("reports_excluded"),
        "other_identified": reasons("other_identified"),
        "other_sought": after("other_sought", "Reports sought for retrieval"),
        "other_not_retrieved": after("other_not_retrieved", "Reports not retrieved"),
        "other_assessed": after("other_assessed", "Reports assessed for eligibility"),
        "other_excluded": reasons("other_reports_excluded"),
        "studies": after("included", "Studies included in review"),
        "reports": after("included", "Reports of included studies"),
    }


def svg_boxes(svg: str) -> dict[str, str]:
    name = "{http://www.w3.org/2000/svg}"
    found = {}
    for group in ElementTree.fromstring(svg).iter(f"{name}g"):
        if group.get("id", "").startswith("prisma-"):
            found[group.get("id", "")[7:]] = " ".join("".join(text.itertext()) for text in group.iter(f"{name}tspan"))
    return found


def grid_boxes(document: Document) -> dict[str, str]:
    """Read the boxes from the table in the DOCX that says what the diagram says."""
    table = next(table for table in document.tables if table.rows[0].cells[0].text == "Part")
    cells = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    names = (
        ("identified", "removed", "other_identified", "other_removed"),
        ("screened", "records_excluded", "", ""),
        ("sought", "not_retrieved", "other_sought", "other_not_retrieved"),
        ("assessed", "reports_excluded", "other_assessed", "other_reports_excluded"),
        ("included", "", "", ""),
    )
    return {
        name: text
        for row, texts in zip(names, cells, strict=True)
        for name, text in zip(row, texts[1:], strict=True)
        if name
    }


def pdf_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def docx_text(document: Document) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def every_form(review: Review) -> dict[str, Numbers]:
    """Return the numbers as each output says them."""
    report = review.outputs / "report"
    document = docx.Document(str(report / "report.docx"))
    html = (report / "index.html").read_text("utf-8")
    in_page = html[html.index("<svg", html.index('id="flow"')) : html.index("</svg>", html.index('id="flow"')) + 6]
    counts = json.loads((report / "counts.json").read_text("utf-8"))
    main, other = counts["main"], counts["other"]
    stated = {
        "identified": counts["identified"],
        "duplicates": counts["duplicates"],
        "automation": counts["automation_ineligible"],
        "removed_other": counts["removed_other_reasons"],
        "screened": counts["screened"],
        "excluded": counts["excluded_records"],
        "human": counts["excluded_human"],
        "machine": counts["excluded_machine"],
        "sought": main["sought"],
        "not_retrieved": main["not_retrieved"],
        "assessed": main["assessed"],
        "reports_excluded": sum(line["n"] for line in main["excluded"]),
        "other_identified": counts["other_identified"],
        "other_sought": other["sought"],
        "other_not_retrieved": other["not_retrieved"],
        "other_assessed": other["assessed"],
        "other_excluded": sum(line["n"] for line in other["excluded"]),
        "studies": counts["studies_included"],
        "reports": counts["reports_included"],
    }
    return {
        "counts.json": stated,
        "SVG": from_boxes(svg_boxes((report / "flow.svg").read_text("utf-8"))),
        "figure of the page": from_boxes(svg_boxes(in_page)),
        "prose of the page": from_prose("".join(Reader(html).text)),
        "prose of the PDF": from_prose(pdf_text(report / "report.pdf")),
        "prose of the DOCX": from_prose(docx_text(document)),
        "table of the DOCX": from_boxes(grid_boxes(document)),
        "PRISMA.csv": from_prisma((report / "PRISMA.csv").read_bytes()),
        "checklist": from_checklist(report),
        "lists": from_lists(report),
    }


def from_prisma(data: bytes) -> Numbers:
    flow = read_prisma(data, "PRISMA.csv").flow
    assert flow.other is not None
    found = {
        "identified": (flow.databases or 0) + (flow.registers or 0),
        "duplicates": flow.duplicates,
        "removed_other": flow.removed_other,
        "screened": flow.screened,
        "excluded": flow.excluded,
        "sought": flow.main.sought,
        "not_retrieved": flow.main.not_retrieved,
        "assessed": flow.main.assessed,
        "reports_excluded": sum(line.n or 0 for line in flow.main.reasons),
        "other_sought": flow.other.sought,
        "other_assessed": flow.other.assessed,
        "studies": flow.studies,
        "reports": flow.reports,
    }
    assert None not in found.values()
    return {name: number for name, number in found.items() if number is not None}


def from_checklist(report: Path) -> Numbers:
    text = {row["item"]: row["text"] for row in read_csv(report / "checklist.csv") if row["checklist"] == "PRISMA 2020"}
    found = re.match(
        r"(\d+) records from databases and registers, (\d+) from other sources; (\d+) screened, (\d+) reports assessed,"
        r" (\d+) studies in (\d+) reports included",
        text["16a"],
    )
    assert found
    keys = ("identified", "other_identified", "screened", "all_assessed", "studies", "reports")
    return dict(zip(keys, map(int, found.groups()), strict=True)) | {"all_excluded": int(text["16b"].split()[0])}


def from_lists(report: Path) -> Numbers:
    included = read_csv(report / "included.csv")
    assert len(read_csv(report / "characteristics.csv")) == len(included)
    return {
        "reports": len(included),
        "studies": len({row["study_id"] for row in included}),
        "all_excluded": len(read_csv(report / "excluded_full_text.csv")),
        "excluded": sum(row["state"] != "" for row in read_csv(report / "excluded_title_abstract.csv")),
    }


def agreed(review: Review) -> Numbers:
    """Return the numbers after checking that every output says the same."""
    forms = every_form(review)
    stated = forms["counts.json"]
    stated["all_assessed"] = stated["assessed"] + stated["other_assessed"]
    stated["all_excluded"] = stated["reports_excluded"] + stated["other_excluded"]
    for form, numbers in forms.items():
        assert len(numbers) >= 4
        assert numbers == {key: stated[key] for key in numbers}, form
    return stated


def test_figure_prose_tables_checklist_and_files_say_the_same_numbers(finished: Review) -> None:
    numbers = agreed(finished)
    assert min(numbers[key] for key in ("duplicates", "excluded", "reports_excluded", "not_retrieved", "studies")) > 0


def test_one_decision_more_moves_every_form(review: Review) -> None:
    before = agreed(review)
    sheet = next(
        path
        for path in sorted(review.worklists.glob("*full-text*"))
        if any(row["decision"] == "include" for row in read_csv(path))
    )
    row = next(row for row in read_csv(sheet) if row["decision"] == "include")
    fill(sheet, {row["id"]: {"retrieved": "yes", "decision": "exclude", "reason": "E2_no_school"}})
    run_stages(review)
    after = agreed(review)
    assert after["all_excluded"] == before["all_excluded"] + 1
    assert after["reports"] == before["reports"] - 1
    assert {key for key in after if after[key] != before[key]} <= {
        *("all_excluded", "reports_excluded", "other_excluded", "reports", "studies")
    }


def test_the_same_ledger_gives_the_same_bytes(review: Review) -> None:
    before = output_hashes(review)
    shutil.rmtree(review.outputs)
    run_stages(review)
    assert output_hashes(review) == before


def test_places_of_the_checklist_exist(finished: Review) -> None:
    report = finished.outputs / "report"
    ids = {attributes.get("id") for _, attributes in Reader((report / "index.html").read_text("utf-8")).elements}
    rows = read_csv(report / "checklist.csv")
    assert len(rows) == 42 + 16
    for row in rows:
        file, _, anchor = row["location"].partition("#")
        assert bool(file) == (row["status"] != "yours"), row
        if file:
            assert (report / file).is_file()
            assert not anchor or anchor in ids, row


def test_every_file_and_place_that_the_page_links_to_exists(finished: Review) -> None:
    report = finished.outputs / "report"
    page = Reader((report / "index.html").read_text("utf-8"))
    ids = {attributes.get("id") for _, attributes in page.elements}
    for link in (link["href"] for link in page.of("a")):
        if link.startswith("#"):
            assert link[1:] in ids
        elif not link.startswith("http"):
            assert (report / link).is_file(), link


def test_the_pdfs_of_reports_are_linked_and_the_links_lead_to_them(review: Review) -> None:
    report = review.outputs / "report"
    included = read_csv(report / "included.csv")[0]["record_id"]
    excluded = read_csv(report / "excluded_full_text.csv")[0]["record_id"]
    folder = review.screening / "full_texts"
    folder.mkdir()
    names = (f"{included} 50 % & more #1.pdf", f"{included} Ergänzung; (2).pdf", f"{excluded}.pdf")
    for name in names:
        (folder / name).write_bytes(b"%PDF-1.4\n%%EOF\n")
    assert run_stages(review).exit_status == 0
    reader = Reader((report / "index.html").read_text("utf-8"))
    linked = [
        attributes["href"] for tag, attributes in reader.elements if tag == "a" and "full_texts" in attributes["href"]
    ]
    assert {(report / unquote(address)).resolve() for address in linked} == {folder / name for name in names}
    assert all(re.fullmatch(r"[\w./%;()&~-]+", address) for address in linked), "nothing that a browser would misread"


def test_nobody_is_told_that_a_review_is_compliant(finished: Review) -> None:
    report = finished.outputs / "report"
    texts = [(report / "index.html").read_text("utf-8"), pdf_text(report / "report.pdf")]
    texts += [docx_text(docx.Document(str(report / name))) for name in ("report.docx", "checklist.docx")]
    for text in texts:
        assert "complian" not in text.lower()
        assert re.search(r"Reported following PRISMA\s+2020; \d+ of 42 items filled by the pipeline", text)


PREVIOUS = """
[previous]
studies = 4
reports = 5
entered_by = "ann"
entered_at = 2026-03-14

[adjustments.gone]
identity = "I15"
n = -30
note = "studies dropped since"
"""


def test_a_sum_that_does_not_hold_stops_the_run_and_a_draft_shows_it(review: Review) -> None:
    write(review.protocol, PROTOCOL + PREVIOUS)
    done = command("review", str(review.folder), "--plain")
    assert done.returncode == 3
    line = next(line for line in done.stderr.splitlines() if line.startswith("error: I"))
    assert re.search(r"I\d\d: .+ \(-?\d+\) (=|>=) .+ \(-?\d+\) does not hold; difference [+-]\d+", line), line
    assert "entries: r" in line or "entries: " in line
    assert "--draft" in done.stderr
    done = command("review", str(review.folder), "--plain", "--draft")
    assert done.returncode == 3
    report = review.outputs / "report"
    mark = "DRAFT: counts do not reconcile"
    assert mark in (report / "index.html").read_text("utf-8")
    assert mark in (report / "flow.svg").read_text("utf-8")
    assert all(mark in page.extract_text() for page in PdfReader(report / "report.pdf").pages)
    document = docx.Document(str(report / "report.docx"))
    assert all(mark in section.header.paragraphs[0].text for section in document.sections)
    write(review.protocol, PROTOCOL)
    run = run_stages(review)
    assert run.exit_status == 0
    assert mark not in (report / "index.html").read_text("utf-8")


def test_a_change_of_the_protocol_after_screening_began_is_reported(review: Review) -> None:
    changed = PROTOCOL.replace('version = "1"', 'version = "2"')
    write(review.protocol, changed)
    sheet = next(path for path in sorted(review.worklists.glob("*full-text*")))
    row = next(row for row in read_csv(sheet) if row["decision"] == "include")
    fill(sheet, {row["id"]: {"retrieved": "yes", "decision": "exclude", "reason": "E2_no_school"}})
    run_stages(review)
    text = " ".join("".join(Reader((review.outputs / "report" / "index.html").read_text("utf-8")).text).split())
    assert "Screening began under protocol version 1. The protocol changed after that: version 2." in text
    assert "Not explained in the protocol: the change to version 2." in text
    amendment = (
        '[amendments.meals]\nversion = "2"\nmade_on = 2026-05-01\nwhat = "Fruit counts"\nwhy = "Pilot showed it"\n'
    )
    write(review.protocol, changed + amendment)
    run_stages(review)
    text = " ".join("".join(Reader((review.outputs / "report" / "index.html").read_text("utf-8")).text).split())
    assert "Not explained" not in text
    assert "2 2026-05-01 Fruit counts Pilot" in text


def test_a_scoping_review_is_reported_in_its_own_words(review: Review) -> None:
    write(review.protocol, PROTOCOL + '\n[report]\nprofile = "scr"\n')
    run_stages(review)
    report = review.outputs / "report"
    text = "".join(Reader((report / "index.html").read_text("utf-8")).text)
    assert "Characteristics of included sources of evidence" in text
    assert re.search(r"Reported following PRISMA-ScR; \d+ of 22 items", text)
    assert "Studies included in review" in text, "the flow diagram keeps the labels of its template"
    rows = read_csv(report / "checklist.csv")
    assert [row["checklist"] for row in rows].count("PRISMA-ScR") == 22
    numbers = json.loads((report / "counts.json").read_text("utf-8"))
    own = next(row["text"] for row in rows if (row["checklist"], row["item"]) == ("PRISMA-ScR", "14"))
    assert f"{numbers['studies_included']} sources of evidence in {numbers['reports_included']} reports" in own


HOSTILE = (
    "=cmd() <script>alert(1)</script> javascript:alert(2) #let x=1 \\input{y} $z$ *b* _u_ `c` [d](javascript:3) @e"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Review, ReviewRun]:
    """Return a review in which a title, a reason, a source and an author are hostile, and one export is damaged."""
    review = make_review(tmp_path_factory.mktemp("hostile") / "toy")
    write(review.protocol, PROTOCOL.replace('label = "No meal"', f"label = {json.dumps(HOSTILE)}"))
    write(review.search_log, SOURCES.replace('name = "Food Index"', f"name = {json.dumps(HOSTILE)}"))
    food = review.references / "food.ris"
    text = food.read_text("utf-8").replace("TI  - Free school lunch", f"TI  - {HOSTILE} \x1b[31m Free school lunch", 1)
    write(food, text.replace("AU  - Berg, Nora", f"AU  - {HOSTILE}", 1))
    (review.references / "damaged.ris").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 4)
    run = run_stages(review)
    for _ in range(3):
        run = answer(run)
    return review, run


def test_hostile_text_is_text_in_the_page(hostile: tuple[Review, ReviewRun]) -> None:
    html = (hostile[0].outputs / "report" / "index.html").read_text("utf-8")
    page = Reader(html)
    assert page.of("script") == []
    assert clean_text(HOSTILE) in " ".join("".join(page.text).split())
    assert not [link for link in page.of("a") if "script" in link["href"].lower()]
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_hostile_text_is_text_in_the_pdf(hostile: tuple[Review, ReviewRun]) -> None:
    reader = PdfReader(hostile[0].outputs / "report" / "report.pdf")
    text = "".join("".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())
    assert "".join(HOSTILE.split()) in text
    assert not [address for address in addresses(reader) if "script" in address.lower()]


def addresses(reader: PdfReader) -> Iterator[str]:
    """Yield the addresses that a PDF leads to."""
    for page in reader.pages:
        for item in page.get("/Annots", ()):
            action = item.get_object().get("/A")
            if action and "/URI" in action:
                yield str(action["/URI"])


def test_hostile_text_is_text_in_the_docx(hostile: tuple[Review, ReviewRun]) -> None:
    document = docx.Document(str(hostile[0].outputs / "report" / "report.docx"))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any(clean_text(HOSTILE) in cell for cell in cells)
    outside = [part.target_ref for part in document.part.rels.values() if part.is_external]
    assert outside
    assert not [address for address in outside if "script" in address.lower()]


def test_no_list_holds_a_live_formula(hostile: tuple[Review, ReviewRun]) -> None:
    seen = 0
    for path in sorted((hostile[0].outputs / "report").rglob("*.csv")):
        for row in csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))], path.name
            seen += sum(cell.startswith("'=cmd()") for cell in row)
    assert seen > 10


def test_an_export_that_was_not_read_is_not_taken_for_a_database_without_hits(
    hostile: tuple[Review, ReviewRun],
) -> None:
    review, run = hostile
    report = review.outputs / "report"
    assert run.exit_status == 3
    assert "damaged.ris [could not be read] (n = 0)" in " ".join(
        svg_boxes((report / "flow.svg").read_text())["identified"].split()
    )
    text = " ".join("".join(Reader((report / "index.html").read_text("utf-8")).text).split())
    assert "The export damaged.ris could not be read: nothing of it is in this report." in text
    assert "damaged.ris" not in {row["source"] for row in read_csv(report / "source_overlap.csv")}


def test_the_stage_of_the_report_reads_no_clock_and_no_folder(finished: Review) -> None:
    run = ReviewRun(finished)
    for stage in STAGES:
        assert run.fresh(stage) is not None
    stage = STAGES[-1]
    assert stage.name == "report"
    given = run._input(stage, lambda done, total: None)
    first, second = (dict(stage.load()(given).files) for _ in range(2))
    assert first == second
    assert io.BytesIO(first["report/report.docx"]).read(2) == b"PK"
