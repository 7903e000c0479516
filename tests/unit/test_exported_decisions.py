"""Exports of other screening tools: their decisions into ledgers of their own, once, and never in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.decisions.ledger import LedgerRow, read_ledger
from pipeline.errors import ReviewError
from pipeline.exported_decisions import ledger_names, take_over_export, untaken_notices
from pipeline.formats.screening_labels import ScreeningDecision
from pipeline.review import Review
from tests.unit.decisions_support import IDS, assert_line
from tests.unit.test_decisions_take_over import review  # noqa: F401  (a fixture)

RAYYAN = """TY  - JOUR
TI  - Free School Meals: a trial
DO  - 10.1234/a
N1  - RAYYAN-INCLUSION: {"Ann"=>"Included", "Bob B."=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: Machines
ER  -

TY  - JOUR
TI  - Écoles et cantines
N1  - RAYYAN-INCLUSION: {"Ann"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: wrong population,no data
ER  -

TY  - JOUR
TI  - Of no other file
N1  - RAYYAN-INCLUSION: {"Ann"=>"Maybe"}
ER  -

TY  - JOUR
TI  - Nobody decided on this
ER  -
"""
ASREVIEW = "record_id,title,doi,included\n1,Écoles et cantines,,0\n2,x,10.1234/a,1\n3,Editorial,,\n"


def knows(folder: Review, *names: str) -> None:
    text = folder.protocol.read_text("utf-8").replace('["cleo"]', str(["cleo", *names]).replace("'", '"'))
    folder.protocol.write_text(text, "utf-8")


def take(folder: Review, text: str, name: str = "rayyan.ris") -> tuple[list[str], int]:
    export = folder.folder / name
    export.write_text(text, "utf-8")
    return take_over_export(folder, export)


def ledger(folder: Review, name: str) -> list[tuple[str, str, str, str, str]]:
    path = folder.ledgers / f"{name}.csv"
    rows = read_ledger(name, path.read_bytes(), path.name).rows if path.exists() else ()
    return [(row.entry_id, row.stage, row.decision, row.reason, row.note) for row in rows]


def test_names_the_protocol_does_not_know_are_refused_with_the_line_to_add(review: Review) -> None:  # noqa: F811
    with pytest.raises(ReviewError) as caught:
        take(review, RAYYAN)
    assert_line(
        str(caught.value),
        "does not know rayyan-ann, rayyan-bob-b, so nothing was taken",
        'past_reviewers = ["cleo", "rayyan-ann", "rayyan-bob-b"]',
    )
    assert not review.ledgers.exists()


def test_each_person_gets_a_ledger_and_reasons_are_never_invented(review: Review) -> None:  # noqa: F811
    knows(review, "rayyan-ann", "rayyan-bob-b")
    lines, status = take(review, RAYYAN)
    assert status == 3
    assert ledger(review, "rayyan-ann") == [
        (IDS[0], "title_abstract", "include", "", ""),
        (IDS[2], "title_abstract", "exclude", "", "(reason in rayyan: wrong population, no data)"),
    ]
    assert ledger(review, "rayyan-bob-b") == [(IDS[0], "title_abstract", "exclude", "E1_machine", "")]
    assert lines == [
        "2 decisions taken into screening/decisions/rayyan-ann.csv, 0 were in it already",
        "not taken: rayyan.ris, row 12: fits no work of the review; found 'Of no other file'; give the id of the "
        "record (outputs/report/records.csv)",
        "1 decisions taken into screening/decisions/rayyan-bob-b.csv, 0 were in it already",
    ]


def test_taking_twice_adds_nothing(review: Review) -> None:  # noqa: F811
    knows(review, "rayyan-ann", "rayyan-bob-b")
    take(review, RAYYAN)
    before = {path.name: path.read_bytes() for path in review.ledgers.iterdir()}
    for name in ("rayyan.ris", "renamed.ris"):
        lines, _ = take(review, RAYYAN.replace("USER", "X"), name)
        assert lines[0].startswith("0 decisions taken into screening/decisions/rayyan-ann.csv, 2 were in it")
    noted = RAYYAN.replace(
        "RAYYAN-EXCLUSION-REASONS: Machines", "RAYYAN-EXCLUSION-REASONS: Machines | USER-NOTES: late"
    )
    take(review, noted)
    assert {path.name: path.read_bytes() for path in review.ledgers.iterdir()} == before


def test_a_tool_without_people_has_one_ledger(review: Review) -> None:  # noqa: F811
    knows(review, "asreview")
    lines, status = take(review, ASREVIEW, "asreview.csv")
    assert (lines, status) == (["2 decisions taken into screening/decisions/asreview.csv, 0 were in it already"], 0)
    assert ledger(review, "asreview") == [
        (IDS[2], "title_abstract", "exclude", "", "(no reason in asreview)"),
        (IDS[0], "title_abstract", "include", "", ""),
    ]


def test_covidence_decides_on_full_text_too(review: Review) -> None:  # noqa: F811
    knows(review, "covidence")
    text = "Title,DOI,Covidence #,Notes\nx,10.1234/a,#1,Exclusion reason: Politics\ny,10.1234/b,#2,\n"
    take(review, text.replace("Politics", '"Politics, policy"').replace('Exclusion reason: "', '"Exclusion reason: '),
         "review_9_excluded_csv.csv")  # fmt: skip
    take(review, "Title,DOI,Covidence #\nx,10.1234/b,#2\n", "review_9_select_csv.csv")
    assert ledger(review, "covidence") == [
        (IDS[0], "full_text", "exclude", "E2_policy", ""),
        (IDS[2], "full_text", "exclude", "", "(no reason in covidence)"),
        (IDS[2], "title_abstract", "include", "", ""),
    ]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("title,doi\nA,10.1234/a\n", "plain.csv", "carries no decisions of a screening tool.*--reviewer NAME"),
        ("decision,title\ninclude,A\n", "table.csv", "carries no decisions"),
        ("nothing at all", "x.txt", "not a bibliographic export"),
    ],
)
def test_what_carries_no_decisions_is_named(review: Review, text: str, name: str, words: str) -> None:  # noqa: F811
    with pytest.raises(ReviewError, match=words):
        take(review, text, name)


def test_a_path_within_the_review_is_found(review: Review, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # noqa: F811
    knows(review, "asreview")
    review.references.mkdir()
    (review.references / "a.csv").write_text(ASREVIEW, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert take_over_export(review, Path("references/a.csv"))[1] == 0
    with pytest.raises(ReviewError, match="cannot be read: No such file"):
        take_over_export(review, Path("references/b.csv"))


def test_ledger_names_can_be_names_of_files_and_never_fall_together() -> None:
    people = ["", "Ann", "Zoë Ünal-Doe", "张伟", "A. B.", "a b", "x" * 80]
    names = ledger_names(ScreeningDecision("rayyan", person, "included") for person in people)
    found = [names["rayyan", person] for person in people]
    assert found[:3] == ["rayyan", "rayyan-ann", "rayyan-zoe-unal-doe"]
    assert len(set(found)) == len(people)
    assert all(len(name) <= 40 and name.isascii() and name == name.lower() for name in found)


def entry(number: int, file: str, *lines: str, doi: str | None = None, title: str | None = None) -> dict[str, object]:
    return {"entry_id": IDS[number], "file": file, "title": title, "doi": doi, "decisions": list(lines)}


def test_a_notice_for_each_file_until_its_decisions_are_in_a_ledger() -> None:
    ann, bob = "rayyan; Ann; title_abstract; included", "rayyan; Bob; title_abstract; excluded; x"
    rows = [
        entry(0, "my rayyan.ris", ann, bob, doi="10.1234/a"),
        entry(1, "my rayyan.ris", ann, title="On Kitchens."),
        entry(2, "a.csv", "asreview; ; title_abstract; excluded"),
    ]
    found = untaken_notices(rows, {}, {})
    assert [notice.severity for notice in found] == ["warning", "warning"]
    assert_line(found[0].text, "references/a.csv: carries 1 decision that is in no ledger (1 of asreview)")
    assert_line(
        found[1].text,
        "references/my rayyan.ris: carries 3 decisions that are in no ledger (3 of rayyan)",
        "python -m pipeline import-decisions 'references/my rayyan.ris'",
    )
    taken = {
        "rayyan-ann": [
            LedgerRow(stage="title_abstract", entry_id=IDS[7], decision="include", title="another title"),
            LedgerRow(stage="title_abstract", entry_id=IDS[6], decision="include", title="On kitchens"),
        ],
        "rayyan-bob": [LedgerRow(stage="title_abstract", entry_id=IDS[0], decision="include")],
        "asreview": [LedgerRow(stage="title_abstract", entry_id=IDS[2], decision="exclude")],
    }
    left = untaken_notices(rows, taken, {IDS[7]: "10.1234/a"})
    assert [notice.text.split("(")[1].split(")")[0] for notice in left] == ["1 of rayyan"]
