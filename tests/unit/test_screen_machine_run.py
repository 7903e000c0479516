"""Machine runs: frozen, sealed, revocable, with a statement that is void when something changes (F04, F08)."""

from __future__ import annotations

import pytest

from pipeline.screen.machine_run import (
    ListedRecord,
    MachineRun,
    Revocation,
    barred_records,
    check_order,
    check_outcome,
    criteria_sha256,
    read_revocations,
    read_runs,
    revocation_bytes,
    run_files,
    standing_run,
    void_reasons,
)

CRITERIA = criteria_sha256([("I1", "meals", ""), ("E1", "", "none")])
TEXTS = {f"r{place}": f"sha{place}" for place in range(10)}
FACTS = {"target_recall": 0.95, "criteria_sha256": CRITERIA, "statement": "expected_recall", "when": "2026-11-30"}
EXCLUDED = ("r4", "r7", "r8", "r9")


def listed() -> list[ListedRecord]:
    order = check_order(EXCLUDED, 3)
    return [
        ListedRecord(item, text, item in EXCLUDED, 0, 1.5, order.index(item) + 1 if item in EXCLUDED else None)
        for item, text in TEXTS.items()
    ]


def run(number: int = 1) -> MachineRun:
    (found,), wrong = read_runs(run_files(number, FACTS, listed()))
    assert wrong == []
    return found


def test_a_run_comes_back_as_it_was_written_in_the_order_of_its_check() -> None:
    found = run()
    assert found.records == tuple(listed())
    assert [row.record_id for row in found.excluded] == check_order(EXCLUDED, 3)
    assert sorted(check_order(EXCLUDED, 3)) == sorted(EXCLUDED)
    assert (found.name, found.facts["statement"]) == ("machine run 1", "expected_recall")


def test_the_same_run_is_the_same_bytes() -> None:
    assert run_files(1, FACTS, listed()) == run_files(1, FACTS, listed())


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("0001.json", b'"target_recall": 0.95', b'"target_recall": 0.5', "was edited"),
        ("0001.json", b'"run": 1', b'"run": 2', "was edited"),
        ("0001.csv", b"r1,sha1,", b"r1,sha1,yes", "its list 0001.csv is gone, or was edited"),
        ("0001.csv", b"r9,", b"r99,", "its list 0001.csv is gone, or was edited"),
    ],
)
def test_an_edited_run_is_named_and_not_used(file: str, old: bytes, new: bytes, what: str) -> None:
    files = run_files(1, FACTS, listed())
    assert old in files[file]
    files[file] = files[file].replace(old, new, 1)
    runs, wrong = read_runs(files)
    assert runs == []
    assert [name for name, _ in wrong] == ["0001.json"]
    assert what in wrong[0][1]


def test_a_list_without_its_description_is_no_run_and_line_ends_do_not_matter() -> None:
    files = run_files(1, FACTS, listed())
    assert read_runs({"0001.csv": files["0001.csv"]}) == ([], [])
    files["0001.csv"] = files["0001.csv"].replace(b"\r\n", b"\n")  # as version control may hand it out
    assert read_runs(files)[0] == [run()]


def test_the_newest_run_counts_unless_it_was_taken_back_as_a_whole() -> None:
    both = [run(1), run(2)]
    assert standing_run([], []) is None
    assert standing_run(both, []) == both[1]
    assert standing_run(both, [Revocation(2, "r4"), Revocation(1)]) == both[1]
    assert standing_run(both, [Revocation(2)]) is None


def test_what_was_taken_back_is_never_excluded_again() -> None:
    assert barred_records([run(1)], [Revocation(1, "r4")]) == {"r4"}
    assert barred_records([run(1)], [Revocation(1)]) == set(EXCLUDED)


def test_revocations_come_back_from_a_spreadsheet_too() -> None:
    given = [Revocation(1, "r4", "2026-11-30", "ann", "a miss, I think"), Revocation(2)]
    data = revocation_bytes(given)
    assert read_revocations(data) == given
    lines = ["when;run;record_id;by;note", "2026-11-30;1;r4;ann;a miss, I think", ";2;;;"]
    assert read_revocations("\r\n".join(lines).encode("utf-8-sig")) == given
    assert read_revocations(b"") == []


def test_a_statement_holds_while_nothing_changes() -> None:
    assert void_reasons(run(), TEXTS, CRITERIA, 0.95) == []
    assert void_reasons(run(), dict(reversed(TEXTS.items())), CRITERIA, 0.9) == []


@pytest.mark.parametrize(
    ("texts", "criteria", "target", "reasons"),
    [
        (TEXTS | {"r10": "new"}, CRITERIA, 0.95, ["1 record is new or changed"]),
        (TEXTS | {"r1": "other"}, CRITERIA, 0.95, ["1 record is new or changed", "1 text is gone or changed"]),
        ({k: v for k, v in TEXTS.items() if k > "r1"}, CRITERIA, 0.95, ["2 texts are gone or changed"]),
        (TEXTS, criteria_sha256([("I1", "meal", ""), ("E1", "", "none")]), 0.95, ["the criteria changed"]),
        (TEXTS, CRITERIA, 0.99, ["the recall asked for was raised from 95% to 99%"]),
    ],
)
def test_a_statement_is_void_when_records_criteria_or_the_target_change(
    texts: dict[str, str], criteria: str, target: float, reasons: list[str]
) -> None:
    assert void_reasons(run(), texts, criteria, target) == reasons


def test_the_check_counts_misses_in_its_random_order_and_bounds_the_rest() -> None:
    first, second, *_ = check_order(EXCLUDED, 3)
    nothing = check_outcome(run(), {}, 3, 0.95)
    assert (nothing.read, nothing.upper, nothing.wanted) == (0, None, 3)
    assert nothing.sentence == "nothing of the random sample of 3 that people are to read is decided yet"
    after_two = check_outcome(run(), {first: False, second: True}, 3, 0.95)
    assert (after_two.read, after_two.missed, after_two.upper) == (2, 1, 3)
    assert after_two.sentence == (
        "1 inclusion among 2 of 4 excluded records that people read, drawn at random: at most 3 in all with 95% "
        "confidence"
    )
    assert check_outcome(run(), {second: True}, 3, 0.95).read == 0  # not by its turn in the random order
