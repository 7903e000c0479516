"""A review that was begun in another tool: its export is read, its decisions are named, and taken over by a command."""

from __future__ import annotations

from pathlib import Path

from pipeline.review import Review
from tests.flow.toy_review import command, make_review, ris, run_stages, works


def _export(review: Review) -> None:
    """Write an export of ten works, five of them decided by two people."""
    records = ris(works()[:10]).split("ER  - ")
    notes = (
        'RAYYAN-INCLUSION: {"Ida"=>"Included", "Bo"=>"Included"}',
        'RAYYAN-INCLUSION: {"Ida"=>"Included"}',
        'RAYYAN-INCLUSION: {"Ida"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: No school,other',
        'RAYYAN-INCLUSION: {"Ida"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: wrong words',
        'RAYYAN-INCLUSION: {"Ida"=>"Maybe"}',
    )
    told = [f"{record}N1  - {note}\n" for record, note in zip(records, notes, strict=False)]
    (review.references / "rayyan.ris").write_text("ER  - ".join([*told, *records[len(notes) :]]), "utf-8")


def _notices(review: Review, code: str) -> list[str]:
    return [notice.text for notice in run_stages(review).notices if notice.code == code]


def test_decisions_of_another_tool_are_named_taken_once_and_counted(tmp_path: Path) -> None:
    review = make_review(tmp_path / "toy")
    _export(review)
    (told,) = _notices(review, "decisions_not_taken")
    assert told.startswith("references/rayyan.ris: carries 6 decisions that are in no ledger (6 of rayyan)")
    order = told.partition("python -m pipeline ")[2].split()
    assert order == ["import-decisions", "references/rayyan.ris"]

    refused = command(*order, "--review", str(review.folder))
    assert refused.returncode == 2
    line = 'past_reviewers = ["rayyan-bo", "rayyan-ida"]'
    assert line in refused.stderr
    assert not review.ledgers.exists()

    protocol = review.protocol.read_text("utf-8")
    review.protocol.write_text(protocol.replace("[screening]\n", f"[screening]\n{line}\n"), "utf-8")
    taken = command(*order, "--review", str(review.folder))
    assert (taken.returncode, taken.stderr) == (0, "")
    assert "5 decisions taken into screening/decisions/rayyan-ida.csv, 0 were in it already" in taken.stdout
    again = command(*order, "--review", str(review.folder))
    assert "0 decisions taken into screening/decisions/rayyan-ida.csv, 5 were in it already" in again.stdout

    assert _notices(review, "decisions_not_taken") == []
    counts = run_stages(review).status()["counts"]
    assert counts["excluded_records"] == 2
