"""The reporting checklists: their lines, what is filled of each, and what is never said."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.report.checklist import CheckedLine, checked_lines, checklist_tables, reported_as
from pipeline.report.checklist_lines import MISSING, PRISMA_2020, PRISMA_S, PRISMA_SCR, ChecklistLine
from pipeline.report.counts import Counts, LaneCounts, Line
from pipeline.report.page import Link
from pipeline.report.wording import wording

EVERYTHING = (
    *("dates", "queries", "platforms", "registration", "protocol_address", "support", "interests", "decisions"),
    *("included", "citations", "previous"),
)
COUNTS = Counts(
    databases=(Line("Scopus", 1200),),
    others=(Line("Websites", 3),),
    duplicates=200,
    screened=1000,
    excluded_human=990,
    main=LaneCounts(10, 0, 1, 9, 0, (Line("No data", 4),), 5),
    other=LaneCounts(3, 0, 0, 3, 0, (), 3),
    studies_included=7,
)


def of(lines: tuple[CheckedLine, ...], checklist: str, number: str) -> CheckedLine:
    return next(line for line in lines if (line.checklist, line.number) == (checklist, number))


def test_prisma_2020_has_its_42_lines_and_what_the_pipeline_can_do_of_them() -> None:
    numbers = [*map(str, range(1, 10)), "10a", "10b", "11", "12", *(f"13{letter}" for letter in "abcdef"), "14", "15"]
    numbers += ["16a", "16b", "17", "18", "19", *(f"20{letter}" for letter in "abcd"), "21", "22"]
    numbers += [*(f"23{letter}" for letter in "abcd"), *(f"24{letter}" for letter in "abc"), "25", "26", "27"]
    assert [line.number for line in PRISMA_2020] == numbers
    assert len(numbers) == 42
    assert Counter(line.fill for line in PRISMA_2020) == {"filled": 6, "part": 16, "yours": 20}
    assert [line.number for line in PRISMA_2020 if line.fill == "filled"] == ["6", "7", "8", "16a", "16b", "27"]


def test_the_other_checklists_have_their_lines() -> None:
    assert [line.number for line in PRISMA_S] == [str(number) for number in range(1, 17)]
    assert Counter(line.fill for line in PRISMA_S) == {"filled": 9, "part": 5, "yours": 2}
    assert [line.number for line in PRISMA_SCR] == [str(number) for number in range(1, 23)]
    assert sum("optional" in line.topic for line in PRISMA_SCR) == 2


@pytest.mark.parametrize("line", [*PRISMA_2020, *PRISMA_S, *PRISMA_SCR], ids=lambda line: line.number)
def test_every_line_says_where_it_is_reported_or_what_is_left(line: ChecklistLine) -> None:
    assert bool(line.place) == bool(line.gives) == (line.fill != "yours")
    assert line.left or line.fill == "filled" or line.needs
    assert set(line.needs) <= set(MISSING)
    assert len(line.topic.split()) <= 6, "own short topics, not the text of the statement"


def test_with_everything_there_the_totals_are_those_of_the_statement() -> None:
    lines = checked_lines("systematic", COUNTS, EVERYTHING)
    own = Counter(line.status for line in lines if line.checklist == "PRISMA 2020")
    assert own == {"filled": 6, "part": 16, "yours": 20}
    said = reported_as(lines, wording("systematic"))
    assert said == (
        "Reported following PRISMA 2020; 6 of 42 items filled by the pipeline, 16 in part, 20 are a person's to write."
    )


def test_what_the_run_has_not_is_not_called_filled() -> None:
    lines = checked_lines("systematic", COUNTS, ())
    assert of(lines, "PRISMA 2020", "7").status == "part"
    assert of(lines, "PRISMA 2020", "25").status == "yours"
    assert of(lines, "PRISMA 2020", "25").location == ""
    assert of(lines, "PRISMA 2020", "25").text == "missing: [report] support, in screening/protocol.toml"
    assert of(lines, "PRISMA 2020", "6").text == (
        "sources with date of search; missing: searched_on of every source, in references/sources.toml"
    )
    assert of(lines, "PRISMA 2020", "16a").status == "filled"
    assert of(lines, "PRISMA-S", "5").status == "part"


def test_numbers_come_from_the_counts() -> None:
    lines = checked_lines("systematic", COUNTS, EVERYTHING)
    assert of(lines, "PRISMA 2020", "16a").text == (
        "1,200 records from databases and registers, 3 from other sources; 1,000 screened, 12 reports assessed, "
        "7 studies in 8 reports included; figure"
    )
    assert of(lines, "PRISMA 2020", "16b").text.startswith("4 reports excluded")
    assert of(lines, "PRISMA-S", "16").text.startswith("200 duplicates removed")
    scoping = of(checked_lines("scr", COUNTS, EVERYTHING), "PRISMA-ScR", "14")
    assert "4 excluded, 7 sources of evidence in 8 reports included" in scoping.text


def test_tables_lead_to_the_places() -> None:
    first, second = checklist_tables(checked_lines("systematic", COUNTS, EVERYTHING))
    assert (len(first.rows), len(second.rows)) == (42, 16)
    assert first.rows[5][3] == Link("index.html#sources", "#sources")
    assert first.rows[2][3] == ""


def test_no_line_calls_the_review_compliant() -> None:
    for profile in ("systematic", "scr"):
        lines = checked_lines(profile, COUNTS, EVERYTHING)
        assert not [line for line in lines if "complian" in " ".join(line.cells).lower()]
