"""A review is closed, searched again and brought up to date: totals, figure and page of changes come from the ids."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from pipeline.close_version import close_version
from pipeline.errors import ReviewError
from pipeline.review import Review
from tests.flow.toy_review import fill, make_review, output_hashes, read_csv, ris, run_stages, truth, works, write

NEW_SEARCH = """
[[source]]
name = "Food Index, update"
kind = "database"
export = "food_update.ris"
"""


def decide(review: Review) -> None:
    """Fill every sheet that is there: the right decision, and full texts of lunches included, of breakfasts not."""
    for _ in range(12):
        run = run_stages(review, next_sheet=False)
        open_sheets = [item for item in run.issued.waiting if item.kind in ("borderline", "full-text", "duplicates")]
        if not open_sheets:
            return
        for item in open_sheets:
            rows = read_csv(review.folder / item.file)
            if item.kind == "duplicates":
                fill(review.folder / item.file, {row["id"]: {"answer": same_work(row)} for row in rows})
            elif item.kind == "borderline":
                fill(review.folder / item.file, {row["id"]: truth(row) for row in rows})
            else:
                fill(review.folder / item.file, {row["id"]: full_text(row) for row in rows})
    raise AssertionError("sheets are still open")


def same_work(row: dict[str, str]) -> str:
    """Return the right answer about two entries: the same where their titles are."""
    return "same" if row["title"].casefold() == row["other_title"].casefold() else "different"


def new_works() -> list[dict[str, str]]:
    """Return two works that the first search did not find, one of them to include."""
    first = works()[:2]
    return [
        {name: value.replace("Bergen", "Oslo").replace("10.5555/", "10.5555/new.") for name, value in work.items()}
        | {"author": "Lie, Kari", "volume": "99", "year": "2026"}
        for work in first
    ]


def full_text(row: dict[str, str]) -> dict[str, str]:
    """Return the right decision about the full text of a work of the toy review."""
    if "lunch" in row["title"].lower():
        return {"retrieved": "yes", "decision": "include", "reason": ""}
    return {"retrieved": "yes", "decision": "exclude", "reason": "No school"}


@pytest.fixture
def closed(tmp_path: Path) -> Review:
    review = make_review(tmp_path / "toy")
    protocol = review.protocol.read_text("utf-8")
    one_reader = protocol.replace('"ann", "ben"', '"ann"').replace("batch_size = 12", "batch_size = 60")
    write(review.protocol, one_reader)
    decide(review)
    return review


def test_an_update_goes_on_from_a_closed_version(closed: Review) -> None:
    before = json.loads((closed.outputs / "report" / "counts.json").read_text("utf-8"))
    lines = close_version(closed, "2026-03")
    assert lines[0].startswith(f"version 2026-03 closed: {before['studies_included']} studies in")
    assert tomllib.loads("\n".join(lines[-2:])) == {"previous": {"version": "2026-03"}}
    with pytest.raises(ReviewError) as again:
        close_version(closed, "2026-03")
    assert "never written again" in str(again.value)

    protocol = closed.protocol.read_text("utf-8")
    write(closed.protocol, protocol + '\n[previous]\nversion = "2026-03"\n')
    with pytest.raises(ReviewError) as stale:
        close_version(closed, "2026-04")
    assert "not up to date" in str(stale.value)
    run_stages(closed, next_sheet=False)
    page = (closed.outputs / "report" / "index.html").read_text("utf-8")
    assert "No search of this update has been read yet; the 3 exports" in page
    assert "Decisions were made by" not in page  # nobody decided a record of the update yet
    write(closed.search_log, closed.search_log.read_text("utf-8") + NEW_SEARCH)
    write(closed.references / "food_update.ris", ris([*works()[20:34], *new_works()]))
    decide(closed)

    report = closed.outputs / "report"
    counts = json.loads((report / "counts.json").read_text("utf-8"))
    assert [line["label"] for line in counts["databases"]] == ["Food Index, update"]
    assert counts["identified"] == 16
    assert counts["previous"]["studies"] == before["studies_included"] > 0
    included = read_csv(report / "included.csv")
    assert counts["total_studies"] == len({row["study_id"] for row in included}) > before["studies_included"]
    assert counts["total_reports"] == len(included)
    figure = (report / "flow.svg").read_text("utf-8")
    assert "Studies included in previous version of review" in figure
    assert "Identification of new studies via databases and registers" in figure
    changes = read_csv(report / "changes.csv")
    new = [row for row in changes if row["change"] == "new"]
    assert len(new) == 16 and {row["source"] for row in new} == {"Food Index, update"}
    assert sum(row["state_now"] == "duplicate" for row in new) == 14  # the new search found them again
    version = read_csv(closed.folder / "screening" / "versions" / "2026-03.csv")
    assert not {row["entry_id"] for row in new} & {row["entry_id"] for row in version}
    elsewhere = [row for row in changes if row["change"] != "new"]
    assert {(row["change"], row["source"], row["state_now"]) for row in elsewhere} == {
        ("stands elsewhere", "Ministry website", "duplicate")
    }
    page = (report / "index.html").read_text("utf-8")
    assert "Searched on 2026-02-01" not in page and "Decisions were made by ann." in page
    assert f"{len(included)} reports of {counts['total_studies']} studies cited" in page
    assert "One database or register alone was searched" not in page
    assert "What changed since the last version" in page and "changes.html" in page
    first = output_hashes(closed)
    assert run_stages(closed) and output_hashes(closed) == first


def test_a_version_whose_file_is_gone_stops_the_run_with_its_name(closed: Review) -> None:
    write(closed.protocol, closed.protocol.read_text("utf-8") + '\n[previous]\nversion = "2026-03"\n')
    with pytest.raises(ReviewError) as caught:
        run_stages(closed)
    assert "screening/versions/2026-03.csv" in str(caught.value)
    assert "no version is closed here" in str(caught.value)
    for name in ("2025-11", "2026-02"):
        write(closed.folder / "screening" / "versions" / f"{name}.csv", "")
    with pytest.raises(ReviewError) as mistyped:
        run_stages(closed)
    assert "write a version that is there: 2025-11, 2026-02" in str(mistyped.value)
    with pytest.raises(ReviewError) as odd:
        close_version(closed, "../2026")
    assert "cannot be the name of a version" in str(odd.value)


def test_a_report_of_the_version_that_is_taken_back_waits_and_makes_the_report_provisional(closed: Review) -> None:
    close_version(closed, "2026-03")
    write(closed.protocol, closed.protocol.read_text("utf-8") + '\n[previous]\nversion = "2026-03"\n')
    decide(closed)
    sheet, included = next(
        (path, row["id"])
        for path in sorted((closed.folder / "screening").rglob("*.csv"))
        if "full" in path.name and "decisions" not in path.parts
        for row in read_csv(path)
        if row.get("decision") == "include"
    )
    fill(sheet, {included: {"retrieved": "withdraw", "decision": "withdraw"}})
    run = run_stages(closed, next_sheet=False)

    counts = json.loads((closed.outputs / "report" / "counts.json").read_text("utf-8"))
    assert counts["waiting"] == 1 and counts["main"]["awaiting_retrieval"] == 0
    assert [(line["code"], line["n"]) for line in counts["previous_waiting"]] == [("awaiting_retrieval", 1)]
    assert {item["note"] for item in counts["adjustments"]} == {
        "1 study of version 2026-03 waiting for people again",
        "1 report of version 2026-03 waiting for people again",
    }
    page = (closed.outputs / "report" / "index.html").read_text("utf-8")
    assert "Provisional: 1 records or reports wait" in page
    assert "Of the previous version" in (closed.outputs / "report" / "flow.svg").read_text("utf-8")
    assert [item.rows for item in run.issued.waiting if item.kind == "full-text"] == [1]
