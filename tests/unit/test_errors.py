"""Messages: one line that names place, value, what is allowed and what to do; safe on a terminal."""

from __future__ import annotations

import pytest

from pipeline.errors import (
    ConservationError,
    InputError,
    LockedError,
    Notice,
    ProtocolError,
    ReviewError,
    compose,
    printable,
)


def test_a_message_names_file_row_column_value_allowed_and_fix() -> None:
    text = compose(
        "unknown decision",
        file="a.csv",
        row=3,
        column="decision",
        found="hm",
        allowed=["include", "exclude"],
        hint="fix",
    )
    assert text == "a.csv, row 3, column 'decision': unknown decision; found 'hm'; allowed: include, exclude; fix"


def test_parts_that_are_not_known_are_left_out() -> None:
    assert compose("broken") == "broken"
    assert compose("broken", found="") == "broken; found ''"
    assert compose("broken", row=0, found=0) == "row 0: broken; found '0'"


def test_a_message_is_one_line_whatever_the_data_hold() -> None:
    text = compose("a\nb", file="x\r\n.csv", found="\x1b[31mred\u2028\n" * 99, allowed=["p\tq"], hint="\x07")
    assert text.isprintable()
    assert len(text) < 500


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\x9b", "\u202e", "\u2066", "\ud800", "\x7f"])
def test_terminal_codes_and_direction_marks_are_not_printed(sign: str) -> None:
    assert printable(f"a{sign}b") == "a b"


def test_letters_of_any_language_are_printed() -> None:
    assert printable("Größe 共同生産 إنتاج") == "Größe 共同生産 إنتاج"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ReviewError("x"), 2),
        (ProtocolError("x"), 2),
        (LockedError("x"), 2),
        (InputError("x"), 3),
        (ConservationError("I01", "x"), 3),
    ],
)
def test_each_error_has_its_exit_status(error: ReviewError, status: int) -> None:
    assert error.exit_status == status
    assert isinstance(error, ReviewError)


def test_a_protocol_error_carries_every_mistake() -> None:
    error = ProtocolError.from_lines(["a.toml: one", "b.toml: two"])
    assert error.lines == ["a.toml: one", "b.toml: two"]
    assert str(error) == "a.toml: one; b.toml: two"


def test_a_broken_count_names_its_entries_and_keeps_all_of_them() -> None:
    ids = [f"r{number}" for number in range(25)]
    error = ConservationError("K2", "twice", ids)
    assert str(error) == f"K2: twice; entries: {', '.join(ids[:10])} ..."
    assert error.entry_ids == tuple(ids)
    assert str(ConservationError("K2", "twice")) == "K2: twice"


def test_a_notice_is_plain_data() -> None:
    assert Notice("warning", "look", "code").as_dict() == {"severity": "warning", "text": "look", "code": "code"}
