"""The protocol and the search log: every mistake is named, with its line and the nearest name, all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ProtocolError
from pipeline.protocol import Protocol, SearchLog, nearest, read_protocol, read_search_log
from pipeline.review import Review
from pipeline.run import ReviewRun

GOOD = """\
[review]
title = "Gärten"
question = "Which?"

[criteria.I1_topic]
label = "Topic"
include_if = "gardens"

[criteria.E1_other]
label = "Other"
exclude_if = "no gardens"

[criteria.E2_type]
label = "Type"
exclude_if = "no work"
order = -1

[strata.near]
label = "Near"
reasons = ["E1_other"]

[full_text]
reasons = ["E2_type", "E1_other"]

[screening]
reviewers = ["ann", "bob-2"]
past_reviewers = ["old_cleo"]
batch_size = 20
"""
LOG = """\
[[source]]
name = "Scopus"
kind = "database"
export = ["a.ris", "sub/b.ris"]
searched_on = 2026-03-14
hits_reported = 3

[[source]]
name = "Experts"
kind = "other"
export = "c.bib"
"""


def protocol_of(tmp_path: Path, text: str | bytes) -> Protocol:
    path = tmp_path / "protocol.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_protocol(path)


def log_of(tmp_path: Path, text: str) -> SearchLog:
    path = tmp_path / "sources.toml"
    path.write_bytes(text.encode())
    return read_search_log(path)


def mistakes(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(ProtocolError) as caught:
        protocol_of(tmp_path, text)
    return checked(caught.value.lines, "screening/protocol.toml")


def log_mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ProtocolError) as caught:
        log_of(tmp_path, text)
    return checked(caught.value.lines, "references/sources.toml")


def checked(lines: list[str], file: str) -> list[str]:
    """Return the lines without the file they name; each is one printable line."""
    assert lines
    for line in lines:
        assert line.startswith(f"{file}: ")
        assert line.isprintable()
    return [line.removeprefix(f"{file}: ") for line in lines]


def change(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


# --- what is right ------------------------------------------------------------------------------------------------


def test_a_good_protocol_is_read_with_its_defaults(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, GOOD)
    assert protocol.review.title == "Gärten"
    assert protocol.inclusion_codes == ("I1_topic",)
    assert protocol.exclusion_codes == ("E2_type", "E1_other")
    assert protocol.full_text_codes == ("E2_type", "E1_other")
    assert protocol.all_reviewers == ("ann", "bob-2", "old_cleo")
    assert (protocol.label("E1_other"), protocol.label("gone")) == ("Other", "gone")
    assert protocol.screening.readers_per_record == 1
    assert protocol.screening.classifier_exclusions == "off"


PREVIOUS = """
[previous]
studies = 3
reports = 4
entered_by = "ann"
entered_at = 2026-03-14

[adjustments.retracted]
identity = "I15"
n = -1
note = "retracted"
"""


def test_an_updated_review_says_what_its_previous_version_included(tmp_path: Path) -> None:
    path = tmp_path / "protocol.toml"
    path.write_text(GOOD + PREVIOUS, "utf-8")
    protocol = read_protocol(path)
    assert (protocol.previous.studies, protocol.previous.reports) == (3, 4)
    assert protocol.adjustments["retracted"].n == -1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('entered_by = "ann"\n', "", "needs studies, reports, entered_by and entered_at"),
        ("reports = 4", "reports = 2", "3 studies cannot have 2 reports"),
        ("studies = 3", "studies = -3", "greater than or equal to 0"),
        (PREVIOUS.partition("[adj")[0], "", "fill [previous] too"),
        ('"I15"', '"I03"', "I15"),
        ("n = -1", "n = 0.5", "[adjustments.retracted] n"),
    ],
)
def test_a_previous_version_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "protocol.toml"
    path.write_text(GOOD + PREVIOUS.replace(old, new), "utf-8")
    with pytest.raises(ProtocolError) as caught:
        read_protocol(path)
    assert said in " ".join(caught.value.lines)


def test_without_a_list_every_exclusion_code_is_a_full_text_reason(tmp_path: Path) -> None:
    protocol = protocol_of(tmp_path, change(GOOD, 'reasons = ["E2_type", "E1_other"]', ""))
    assert protocol.full_text_codes == protocol.exclusion_codes


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode(), (GOOD + "# comment\n\n").encode()]
)
def test_marks_line_ends_and_comments_change_nothing(tmp_path: Path, data: bytes) -> None:
    plain = protocol_of(tmp_path, GOOD)
    other = protocol_of(tmp_path, data)
    assert other == plain
    assert other.section_sha256(("review", "criteria")) == plain.section_sha256(("review", "criteria"))


def test_the_hash_of_a_section_changes_with_it_only(tmp_path: Path) -> None:
    plain, other = (
        protocol_of(tmp_path, GOOD),
        protocol_of(tmp_path, change(GOOD, "batch_size = 20", "batch_size = 21")),
    )
    assert plain.section_sha256(("screening",)) != other.section_sha256(("screening",))
    assert plain.section_sha256(("criteria", "review")) == other.section_sha256(("criteria", "review"))


def test_the_order_of_criteria_counts(tmp_path: Path) -> None:
    swapped = GOOD.replace("E1_other", "X").replace("E2_type", "E1_other").replace("X", "E2_type")
    plain, other = protocol_of(tmp_path, GOOD), protocol_of(tmp_path, swapped)
    assert plain.section_sha256(("criteria",)) != other.section_sha256(("criteria",))


def test_a_good_search_log_is_read(tmp_path: Path) -> None:
    log = log_of(tmp_path, LOG)
    assert [source.export for source in log.source] == [("a.ris", "sub/b.ris"), ("c.bib",)]
    assert str(log.source[0].searched_on) == "2026-03-14"
    found = log.source_of("sub/b.ris")
    assert found is not None and found.name == "Scopus"
    assert log.source_of("b.ris") is None


def test_no_search_log_is_an_empty_one(tmp_path: Path) -> None:
    assert read_search_log(tmp_path / "sources.toml") == SearchLog()
    assert log_of(tmp_path, "# nothing yet\n") == SearchLog()


@pytest.mark.parametrize("written", ["./sub/b.ris", "sub//b.ris", "sub\\\\b.ris"])
def test_an_export_may_be_written_in_another_way(tmp_path: Path, written: str) -> None:
    assert log_of(tmp_path, change(LOG, "sub/b.ris", written)).source_of("sub/b.ris") is not None


def test_an_accent_in_a_file_name_counts_once(tmp_path: Path) -> None:
    log = log_of(tmp_path, change(LOG, "c.bib", "Gr\u00f6\u00dfe.bib"))
    assert log.source_of("Gro\u0308\u00dfe.bib") is not None


# --- typing errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "where", "meant"),
    [
        ("[review]", "[reveiw]", 1, "[reveiw]", "review"),
        ("title =", "titel =", 2, "[review] titel", "title"),
        ("[full_text]", "[fulltext]", 22, "[fulltext]", "full_text"),
        ("batch_size", "batchsize", 28, "[screening] batchsize", "batch_size"),
        ("order = -1", "oder = -1", 16, "[criteria.E2_type] oder", "order"),
        ('label = "Near"', 'labels = "Near"', 19, "[strata.near] labels", "label"),
    ],
)
def test_a_typing_error_is_named_with_the_nearest_key(
    tmp_path: Path, old: str, new: str, line: int, where: str, meant: str
) -> None:
    found = mistakes(tmp_path, change(GOOD, old, new))
    assert any(text.startswith(f"line {line}: {where}: unknown key; did you mean {meant!r}?; found") for text in found)


def test_a_typing_error_in_the_search_log_names_the_source(tmp_path: Path) -> None:
    (text,) = log_mistakes(tmp_path, change(LOG, "hits_reported", "hits_reportet"))
    assert text.startswith("line 6: [[source]] 1 (Scopus) hits_reportet: unknown key; did you mean 'hits_reported'?")
    assert log_mistakes(tmp_path, LOG.replace("[[source]]", "[[sources]]"))[0].startswith(
        "line 1: [sources]: unknown key; did you mean 'source'?"
    )
    (text,) = log_mistakes(tmp_path, '[source]\nname = "A"\n')
    assert text == "line 1: [source]: give [[source]], with two brackets each"


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ('title = "Gärten"\n', "line 1: [review] title is missing; add it"),
        ('label = "Other"\n', "line 9: [criteria.E1_other] label is missing; add it"),
        ('reviewers = ["ann", "bob-2"]\n', "line 25: [screening] reviewers is missing; add it"),
    ],
)
def test_a_missing_key_is_named(tmp_path: Path, old: str, expected: str) -> None:
    assert mistakes(tmp_path, change(GOOD, old, "")) == [expected]


def test_missing_sections_are_named_together(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "") == [
        "[review] is missing; add it",
        "[criteria] is missing; add it",
        "[screening] is missing; add it",
    ]
    assert log_mistakes(tmp_path, '[[source]]\nname = "A"\n') == [
        "line 1: [[source]] 1 (A) kind is missing; add it",
        "line 1: [[source]] 1 (A) export: name the file; for a search without hits write hits_reported = 0",
    ]


def test_a_search_without_hits_needs_no_export_and_any_other_does(tmp_path: Path) -> None:
    none = '[[source]]\nname = "A"\nkind = "database"\nhits_reported = 0\n'
    assert log_of(tmp_path, none).source[0].export == ()
    assert "name the file" in log_mistakes(tmp_path, none.replace("= 0", "= 3"))[0]


def test_a_query_with_quotation_marks_of_its_own_is_shown_as_it_is_meant(tmp_path: Path) -> None:
    start = '[[source]]\nname = "A"\nkind = "database"\nexport = "a.ris"\nquery = '
    (line,) = log_mistakes(tmp_path, start + '"TITLE("co-production")"\n')
    assert line.endswith("put it between other ones: query = 'TITLE(\"co-production\")'")
    meant = line.rpartition("query = ")[2]
    assert log_of(tmp_path, f"{start}{meant}\n").source[0].query == 'TITLE("co-production")'


# --- values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "batch_size = 20",
            'batch_size = "20"',
            "line 28: [screening] batch_size: Input should be a valid integer; found '20'",
        ),
        (
            "batch_size = 20",
            "batch_size = true",
            "line 28: [screening] batch_size: Input should be a valid integer; found 'true'",
        ),
        (
            "batch_size = 20",
            "batch_size = 20.0",
            "line 28: [screening] batch_size: Input should be a valid integer; found '20.0'",
        ),
        (
            "batch_size = 20",
            "batch_size = 0",
            "line 28: [screening] batch_size: Input should be greater than or equal to 1; found '0'",
        ),
        (
            "batch_size = 20",
            "target_recall = nan",
            "line 28: [screening] target_recall: Input should be less than 1; found 'nan'",
        ),
        (
            "batch_size = 20",
            "show_scores = 'no'",
            "line 28: [screening] show_scores: Input should be a valid boolean; found 'no'",
        ),
        (
            "batch_size = 20",
            "readers_per_record = 3",
            "line 28: [screening] readers_per_record: Input should be less than or equal to 2; found '3'",
        ),
        ('title = "Gärten"', "title = 3", "line 2: [review] title: Input should be a valid string; found '3'"),
        ('title = "Gärten"', 'title = ""', "line 2: [review] title: String should have at least 1 character; found ''"),
        (
            'reviewers = ["ann", "bob-2"]',
            'reviewers = "ann"',
            'line 26: [screening] reviewers: give a list: ["...", "..."]; found \'ann\'',
        ),
        (
            'reviewers = ["ann", "bob-2"]',
            "reviewers = [1]",
            "line 26: [screening] reviewers: Input should be a valid string; found '1'",
        ),
        ('include_if = "gardens"', "", "line 5: [criteria.I1_topic]: give either include_if or exclude_if"),
        ("order = -1", 'include_if = "both"', "line 13: [criteria.E2_type]: give either include_if or exclude_if"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert mistakes(tmp_path, change(GOOD, old, new)) == [expected]


def test_a_value_in_the_place_of_a_table_is_named(tmp_path: Path) -> None:
    (text,) = mistakes(tmp_path, "dedup = 3\n" + GOOD)
    assert text == "line 1: [dedup]: give a table: [name] and keys below it; found '3'"


@pytest.mark.parametrize(
    "name", ["Ann", "a b", "", "../x", "a/b", "a.b", "jürgen", "con", "lpt1", "-a", "x" * 41, "a\u200b", "a\\\\b"]
)
def test_a_reviewer_whose_name_cannot_name_a_file_is_refused(tmp_path: Path, name: str) -> None:
    """Also what the names of sheets do not know: a filled sheet of jürgen would never be collected."""
    (text,) = mistakes(tmp_path, change(GOOD, '"bob-2"', f'"{name}"'))
    assert text.startswith("line 26: [screening] reviewers: a reviewer's name is made of small letters a to z")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"bob-2"', '"ann"', "line 26: [screening] reviewers: a name stands twice"),
        (
            '"old_cleo"',
            '"ann"',
            "line 25: [screening]: reviewers and past_reviewers both name ann; name each person once",
        ),
        (
            '["ann", "bob-2"]\npast_reviewers = ["old_cleo"]\nbatch_size = 20',
            '["ann"]\nreaders_per_record = 2',
            "line 25: [screening]: readers_per_record is larger than the number of reviewers",
        ),
    ],
)
def test_reviewers_that_do_not_fit_together(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert mistakes(tmp_path, change(GOOD, old, new)) == [expected]


def test_codes_that_do_not_exist_are_named_with_the_nearest(tmp_path: Path) -> None:
    text = change(GOOD, 'reasons = ["E1_other"]', 'reasons = ["E1_othr", "I1_topic"]')
    text = change(text, '["E2_type", "E1_other"]', '["zz"]')
    assert mistakes(tmp_path, text) == [
        "line 20: [strata.near] reasons: no exclusion code; did you mean 'E1_other'?; found 'E1_othr'",
        "line 20: [strata.near] reasons: no exclusion code; allowed: E1_other, E2_type; found 'I1_topic'",
        "line 23: [full_text] reasons: no exclusion code; allowed: E1_other, E2_type; found 'zz'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '"database"',
            '"databse"',
            "line 3: [[source]] 1 (Scopus) kind: "
            "Input should be 'database', 'register', 'other' or 'demonstration'; found 'databse'",
        ),
        (
            "2026-03-14",
            "20260314",
            "line 5: [[source]] 1 (Scopus) searched_on: give a date: 2026-03-14; found '20260314'",
        ),
        (
            "2026-03-14",
            '"14.3.2026"',
            "line 5: [[source]] 1 (Scopus) searched_on: give a date: 2026-03-14; found '14.3.2026'",
        ),
        (
            "2026-03-14",
            "2026-03-14T10:00:00",
            "line 5: [[source]] 1 (Scopus) searched_on: give a date without a time: 2026-03-14",
        ),
        (
            "hits_reported = 3",
            "hits_reported = true",
            "line 6: [[source]] 1 (Scopus) hits_reported: Input should be a valid integer; found 'true'",
        ),
        (
            "hits_reported = 3",
            'hits_reported = "2,311"',
            "line 6: [[source]] 1 (Scopus) hits_reported: Input should be a valid integer; found '2,311'",
        ),
        (
            "hits_reported = 3",
            "hits_reported = -1",
            "line 6: [[source]] 1 (Scopus) hits_reported: Input should be greater than or equal to 0; found '-1'",
        ),
        ('"Experts"', '"Scopus"', "line 9: [[source]] 2 name: given twice; found 'Scopus'"),
        ('"c.bib"', '"./a.ris"', "line 11: [[source]] 2 export: given twice; found 'a.ris'"),
        ('"c.bib"', '["c.bib", "c.bib"]', "line 11: [[source]] 2 export: given twice; found 'c.bib'"),
    ],
)
def test_a_mistake_in_the_search_log_names_source_and_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert log_mistakes(tmp_path, change(LOG, old, new)) == [expected]


@pytest.mark.parametrize(
    "name", ["../x.ris", "/etc/passwd", "a/../../x", "C:/x.ris", "C:\\\\x", "..\\\\x.ris", "\\\\x", "", "."]
)
def test_an_export_outside_references_is_refused(tmp_path: Path, name: str) -> None:
    (text,) = log_mistakes(tmp_path, change(LOG, "c.bib", name))
    assert text.startswith("line 11: [[source]] 2 (Experts) export: an export is named relative to references/")


def test_several_mistakes_of_every_kind_are_named_together(tmp_path: Path) -> None:
    text = change(GOOD, "title =", "titel =")
    text = change(text, "batch_size = 20", "batch_size = 'x'")
    text = change(text, 'reasons = ["E1_other"]', 'reasons = ["gone"]')
    text = change(text, '"bob-2"', '"Bob"')
    found = mistakes(tmp_path, text)
    assert [line.partition(": ")[0] for line in found] == ["line 1", "line 2", "line 20", "line 26", "line 28"]


# --- files that are no TOML ---------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match=r"protocol\.toml: not found; `python -m pipeline new FOLDER`"):
        read_protocol(tmp_path / "protocol.toml")


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    assert mistakes(tmp_path, GOOD.encode("cp1252")) == ["line 2 is not UTF-8 text; save the file as UTF-8"]
    assert mistakes(tmp_path, GOOD.encode("utf-16")) == ["line 1 is not UTF-8 text; save the file as UTF-8"]


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    for end in ("\n", "\r\n"):
        (text,) = mistakes(tmp_path, change(GOOD, '"Which?"', '"Which?').replace("\n", end))
        assert text.startswith("is not valid TOML: ")
        assert "line 3" in text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("resolver = pia # settles", 'text stands in quotation marks: resolver = "pia"'),
        ("resolver = trueish", 'text stands in quotation marks: resolver = "trueish"'),
        ("title = School meals", 'text stands in quotation marks: title = "School meals"'),
        ('reviewers = [ann, "ben"]', 'text stands in quotation marks: "ann"'),
        ("resolver = \u201cpia\u201d", 'use straight quotation marks: resolver = "pia"'),
        ("marked = True", "write marked = true"),
        ("searched_on = 14.3.2026", "write a date as year-month-day: 2026-03-14"),
        ("searched_on = 2026-3-4", "write a date as year-month-day: 2026-03-14"),
        ('title = "Meals', "close the text with a quotation mark in the same line"),
        ('pdfs = "C:\\Users"', "write / in place of \\ in paths"),
        ('resolver "pia"', "write: key = value"),
        ("seed = 01", ""),
    ],
)
def test_a_line_that_is_no_toml_is_shown_with_how_it_is_meant_to_be(tmp_path: Path, line: str, said: str) -> None:
    (text,) = mistakes(tmp_path, f"[screening]\n{line}\nbatch_size = 5\n")
    assert text.startswith("is not valid TOML: ") and "(at line 2, column " in text and text.isprintable()
    assert repr(line) in text and (f"; {said}" in text if said else text.endswith(repr(line)))


def test_a_table_given_twice_is_a_message(tmp_path: Path) -> None:
    assert "is not valid TOML" in mistakes(tmp_path, GOOD + "[review]\n")[0]


def test_brackets_without_end_are_a_message(tmp_path: Path) -> None:
    assert "is not valid TOML" in mistakes(tmp_path, "a = " + "[" * 5000)[0]


def test_a_folder_in_the_place_of_the_file_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="cannot be read"):
        read_protocol(tmp_path)
    with pytest.raises(ProtocolError, match="cannot be read"):
        read_search_log(tmp_path)


def test_control_characters_in_a_key_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (text,) = mistakes(tmp_path, GOOD + '"\\u001b[31m" = 1\n')
    assert "unknown key" in text


def test_mistakes_of_both_files_are_named_together(tmp_path: Path) -> None:
    review = Review(tmp_path)
    review.screening.mkdir()
    review.references.mkdir()
    review.protocol.write_text(change(GOOD, "batch_size", "batchsize"), "utf-8")
    review.search_log.write_text(change(LOG, 'kind = "other"', "kind = 'others'"), "utf-8")
    with pytest.raises(ProtocolError) as caught:
        _ = ReviewRun(review).protocol
    assert [line.partition(": ")[0] for line in caught.value.lines] == [
        "screening/protocol.toml",
        "references/sources.toml",
    ]


def test_the_nearest_name_is_only_named_where_it_is_near() -> None:
    assert nearest("scopsu", ["scopus", "wos"]) == "; did you mean 'scopus'?"
    assert nearest("zzz", ("scopus",)) == ""
    assert nearest("x", []) == ""
