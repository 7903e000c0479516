"""Decisions of other screening tools: one line each, in every format, and a label where they agree."""

from __future__ import annotations

import csv
import io
import time

import pytest

from pipeline.formats import read_export
from pipeline.formats.screening_labels import ScreeningDecision, decisions_in_note, label_of
from pipeline.records import ParsedEntry

ANN_IN = "rayyan; Ann; title_abstract; included"


def row(name: str = "x.csv", **cells: str) -> ParsedEntry:
    return table({key.replace("_", " "): value for key, value in cells.items()}, name)


def table(cells: dict[str, str], name: str = "x.csv") -> ParsedEntry:
    stream = io.StringIO()
    csv.writer(stream).writerows([list(cells), list(cells.values())])
    return read_export(name, stream.getvalue().encode()).reading.entries[0]


def ris(notes: list[str], name: str = "x.ris") -> ParsedEntry:
    lines = ["TY  - JOUR", "TI  - Kitchens", *(f"N1  - {note}" for note in notes), "ER  - ", ""]
    return read_export(name, "\n".join(lines).encode()).reading.entries[0]


@pytest.mark.parametrize(
    ("note", "lines", "label"),
    [
        ('RAYYAN-INCLUSION: {"Ann"=>"Included"}', [ANN_IN], "included"),
        ('RAYYAN-INCLUSION: {"Ann"=>"Maybe"}', ["rayyan; Ann; title_abstract; maybe"], "maybe"),
        (
            'RAYYAN-INCLUSION: {"Ann"=>"Included", "Bob"=>"Excluded"} | RAYYAN-LABELS: x,y'
            " | RAYYAN-EXCLUSION-REASONS: wrong population,not a study | USER-NOTES: z",
            [ANN_IN, "rayyan; Bob; title_abstract; excluded; wrong population, not a study"],
            None,
        ),
        (
            'x | RAYYAN-INCLUSION: {"O\'Neil; S"=>"Excluded"}',
            ["rayyan; O'Neil, S; title_abstract; excluded"],
            "excluded",
        ),
        ("RAYYAN-INCLUSION: {true=>Included}", ["rayyan; ; title_abstract; included"], "included"),
        ("ASReview_relevant", ["asreview; ; title_abstract; included"], "included"),
        ("ASReview_irrelevant", ["asreview; ; title_abstract; excluded"], "excluded"),
        ("ASReview_not_seen", [], None),
        ("RAYYAN-LABELS: a", [], None),
        ("included in the review of 2001", [], None),
    ],
)
def test_notes_say_the_same_in_ris_and_csv(note: str, lines: list[str], label: str | None) -> None:
    for entry in (ris([note]), row(title="Kitchens", notes=note)):
        assert entry.extra.get("decisions", []) == lines
        assert entry.fields.get("label") == label
        assert ("labels_differ" in entry.flags) == (len(lines) == 2)
        assert note in (entry.extra.get("N1") or entry.extra["notes"])
    assert [found.line for found in decisions_in_note(note)] == lines
    assert label_of(note) == ("differ" if len(lines) == 2 else label)


def test_a_line_goes_there_and_back() -> None:
    for given in (
        ScreeningDecision("rayyan", "Ann", "excluded", "no meal; no school"),
        ScreeningDecision("covidence", "", "included", "", "full_text"),
    ):
        assert ScreeningDecision.from_line(given.line) == given
    for text in ("", "a; b; c; d", "rayyan; Ann; title_abstract; hm", "one; two"):
        assert ScreeningDecision.from_line(text) is None


@pytest.mark.parametrize(
    ("cells", "lines", "label"),
    [
        ({"asreview label": "1"}, ["asreview; ; title_abstract; included"], "included"),
        ({"asreview_label": "0.0"}, ["asreview; ; title_abstract; excluded"], "excluded"),
        ({"asreview_label": ""}, [], None),
        ({"record_id": "4", "included": "1"}, ["asreview; ; title_abstract; included"], "included"),
        ({"included": "0", "asreview_prior": "1"}, ["asreview; ; title_abstract; excluded"], "excluded"),
        ({"included": "0", "asreview_ranking": "7"}, ["asreview; ; title_abstract; excluded"], "excluded"),
        ({"included": "1"}, [], None),
        ({"record_id": "4", "included": "-1"}, [], None),
        (
            {"(internal) id": "1", "consensus": "o", "Ann": "1", "labeled_at": "2024-08-15"},
            ["abstrackr; Ann; title_abstract; included"],
            "included",
        ),
        (
            {"(internal) id": "1", "consensus": "1", "Ann": "1", "Bob": "-1", "labeled_at": "2024-08-15"},
            ["abstrackr; Ann; title_abstract; included", "abstrackr; Bob; title_abstract; excluded"],
            "included",
        ),
        (
            {"(internal) id": "1", "consensus": "o", "Ann": "1", "Bob": "0", "labeled_at": "2024-08-15"},
            ["abstrackr; Ann; title_abstract; included", "abstrackr; Bob; title_abstract; maybe"],
            None,
        ),
        ({"(internal) id": "1", "consensus": "-1"}, ["abstrackr; ; title_abstract; excluded"], "excluded"),
        (
            {"Item ID": "9", "EXCLUDE on population": "1", "INCLUDE on title & abstract": ""},
            ["eppi; ; title_abstract; excluded; population"],
            "excluded",
        ),
        ({"ItemId": "9", "INCLUDE based on full text": "True"}, ["eppi; ; full_text; included"], "included"),
        ({"Item ID": "9", "Excluded": "0"}, [], None),
    ],
)
def test_columns(cells: dict[str, str], lines: list[str], label: str | None) -> None:
    entry = table({"Title": "Kitchens", **cells})
    assert (entry.extra.get("decisions", []), entry.fields.get("label")) == (lines, label)


@pytest.mark.parametrize(
    ("name", "line", "label"),
    [
        ("review_12345_included_csv_20240815.csv", "covidence; ; full_text; included", "included"),
        (
            "references/sub/review_12345_irrelevant_csv_20240815.csv",
            "covidence; ; title_abstract; excluded; wrong setting",
            "excluded",
        ),
        ("review_1_select_csv_2024.csv", "covidence; ; title_abstract; included", "included"),
        ("review_1_excluded_csv_2024.csv", "covidence; ; full_text; excluded; wrong setting", "excluded"),
        ("Covidence extraction.csv", "covidence; ; full_text; included", "included"),
        ("review_1_screen_csv_2024.csv", None, None),
        ("review_1_all_csv_2024.csv", None, None),
        ("included_and_excluded.csv", None, None),
    ],
)
def test_covidence_tells_by_the_name_of_the_file(name: str, line: str | None, label: str | None) -> None:
    cells = {"Title": "K", "Covidence #": "#1", "Study": "Doe 2001", "Notes": "Exclusion reason: wrong setting; seen"}
    entry = table(cells, name)
    assert entry.extra.get("decisions") == ([line] if line else None)
    assert entry.fields.get("label") == label
    assert entry.raw == table(cells).raw
    plain = {"Title": "K", "Year": "2001", "Notes": "x"}
    told = line is not None and ("review_" in name or "ovidence" in name)
    assert ("label" in table(plain, name).fields) == told


def test_covidence_in_ris_by_its_own_names_only() -> None:
    assert ris([], "review_77_irrelevant_ris_20240815.ris").fields["label"] == "excluded"
    assert "label" not in ris([], "included.ris").fields


def test_a_decision_in_the_record_outranks_the_name_of_the_file() -> None:
    entry = ris(['RAYYAN-INCLUSION: {"Ann"=>"Included"}'], "review_7_excluded_ris.ris")
    assert entry.fields["label"] == "included"
    assert entry.extra["decisions"] == [ANN_IN, "covidence; ; full_text; excluded"]


@pytest.mark.parametrize(
    "text",
    ["RAYYAN-INCLUSION: {" * 60_000, 'RAYYAN-INCLUSION: {"' + '"' * 10**6 + "}", "RAYYAN-INCLUSION:" + " " * 10**6],
)
def test_hostile_notes_take_linear_time(text: str) -> None:
    start = time.process_time()
    decisions_in_note(text)
    assert time.process_time() - start < 5
