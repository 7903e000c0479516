"""Incidents on sheets: a candidate is asked about, an answer with page and passage becomes a row of the register."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.review import Review
from tests.flow.toy_review import PROTOCOL, SOURCES, fill, make_review, read_csv, run_stages, truth, write

FRAME = """\
dimension,code,definition,selection,pattern,kind
meal,breakfast,morning,multi,breakfast,plain
meal,lunch,noon,multi,lunch,plain
obstacle,queue,waiting in line,multi,queues?,directed
who,pupil,children at school,multi,pupils?,plain
"""
SYNTHESIS = """
[synthesis]
factors = ["obstacle"]
actors = "who"
"""
EVENT = "Pupils in {0} were served free lunch; they ate more vegetables."
TOLD = "We observed the canteen in {0} for a week. Long queues prevented pupils from eating lunch there."


@pytest.fixture(scope="module")
def included(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """Return a toy review in which the reports on lunch tell of queues, screened and included at full text."""
    review = make_review(tmp_path_factory.mktemp("incidents") / "review")
    protocol = PROTOCOL.replace('["ann", "ben"]', '["ann"]').replace("batch_size = 12", "batch_size = 60")
    write(review.protocol, protocol + SYNTHESIS)
    write(review.screening / "coding_frame.csv", FRAME)
    # Without works of another lane, which would have their full texts asked for before the others are screened.
    (review.references / "ministry.bib").unlink()
    write(review.search_log, SOURCES.partition('[[source]]\nname = "Ministry')[0])
    for file in (review.references / "food.ris", review.references / "schools.csv"):
        text = file.read_text(encoding="utf-8")
        for city in ("Bergen", "Porto", "Leeds", "Turku", "Graz", "Lyon", "Gdansk", "Delft"):
            text = text.replace(EVENT.format(city), TOLD.format(city))
        write(file, text)
    run_stages(review)
    for sheet in review.worklists.glob("*-borderline.*"):
        fill(sheet, {row["id"]: truth(row) for row in read_csv(sheet)})
    run_stages(review)
    for sheet in review.worklists.glob("*-full-text.*"):
        fill(sheet, {row["id"]: {"retrieved": "yes", "decision": "include"} for row in read_csv(sheet)})
    run_stages(review)
    return review


def sheet_of(review: Review) -> Path:
    (sheet,) = review.worklists.glob("*-incidents.ann.csv")
    return sheet


def register(review: Review) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(review.stages / "suggest" / "incidents.parquet").to_pylist()
    return rows


def test_every_included_study_is_asked_about_and_candidates_are_filled_in(included: Review) -> None:
    rows = read_csv(sheet_of(included))
    others = [row for row in rows if row["dimension"] == "incident.other"]
    told = [row for row in rows if row["dimension"] == "incident.queue"]
    assert len({row["id"] for row in rows}) == len(others)
    assert told
    assert {row["suggested"] for row in told} == {"hinders; observed"}
    assert all("queues prevented pupils" in row["passage"] for row in told)
    assert all(row["codes"] == row["page"] == "" for row in rows)
    assert all(row["coder_kind"] == "program" for row in register(included))


def test_an_answer_becomes_an_incident_with_its_page_and_none_is_remembered_as_looked_for(included: Review) -> None:
    sheet = sheet_of(included)
    rows = read_csv(sheet)
    told = [row for row in rows if row["dimension"] == "incident.queue"]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    for row in rows:
        if row is told[0]:
            row |= {
                "codes": "Hinders; observed",
                "page": "12",
                "passage": "the line reached the gate",
                "note": "table 2",
                "actor": "Pupil; nonsense",
            }
        elif row is told[1]:
            row |= {"codes": "no_incident", "passage": ""}
        elif row["dimension"] == "incident.other" and row["id"] == told[0]["id"]:
            row |= {"codes": "no_incident"}
        writer.writerow(row)
    write(sheet, stream.getvalue())
    run = run_stages(included)
    (said,) = [notice.text for notice in run.notices if "incident" in notice.text]
    assert "column 'actor': unknown code; found 'nonsense'; allowed: pupil" in said
    people = [row for row in register(included) if row["coder_kind"] == "person"]
    assert [(row["factor"], row["direction"], row["source"]) for row in people] == [
        ("queue", "hinders", "full_text:12")
    ]
    assert people[0]["passage"] == "the line reached the gate"
    assert (people[0]["reviewer"], people[0]["actor"]) == ("ann", "pupil")
    answered = pq.read_table(included.stages / "suggest" / "answered.parquet").to_pylist()
    assert sorted((row["factor"], row["incident"]) for row in answered) == [
        ("other", False),
        ("queue", False),
        ("queue", True),
    ]
    assert pq.read_table(included.stages / "code" / "confirmed.parquet").num_rows == 0
    page = (included.outputs / "report" / "index.html").read_text(encoding="utf-8")
    assert "the line reached the gate" in page
    assert "T6 Factors by direction" in page
    write(included.screening / "coding_frame.csv", FRAME.replace("who,pupil,", "who,child,"))
    (ledger,) = [notice.text for notice in run_stages(included).notices if notice.code == "incident_answer"]
    assert "names codes in 'actor' that the coding frame has not" in ledger
