"""The register of entries: what vanished is named by file and title, and nobody is blamed who did not change."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.identity import entry_id
from pipeline.register import Registered, gone_notices, read_register, register_path, update_register
from pipeline.review import Review

TITLES = ("=HYPERLINK(1)", "'quoted'", 'Größe, "x"; y')


def entries(file: str, *names: str) -> list[Registered]:
    return [Registered(entry_id(f"{file} {name}"), file, name) for name in names]


@pytest.fixture
def review(tmp_path: Path) -> Review:
    (tmp_path / "references").mkdir()
    for name in ("a.ris", "b.ris"):
        (tmp_path / "references" / name).write_bytes(b"x")
    return Review(tmp_path)


def notices(review: Review, present: list[Registered], *, accept: bool = False) -> list[str]:
    register = update_register(review, present, accept_changes=accept)
    found = gone_notices(review, register, frozenset(item.entry_id for item in present))
    assert all(notice.severity == "problem" for notice in found)
    return [notice.text for notice in found]


def test_a_first_run_fills_the_register_and_misses_nothing(review: Review) -> None:
    present = entries("a.ris", *TITLES)
    assert notices(review, present) == []
    assert set(read_register(review).values()) == set(present)
    before = (review.folder / register_path(review)).read_bytes()
    assert before.startswith(b"\xef\xbb\xbfentry_id,file,title,known_gone\r\n")
    assert notices(review, present[::-1]) == []
    assert (review.folder / register_path(review)).read_bytes() == before


def test_no_entries_make_no_register(review: Review) -> None:
    assert notices(review, []) == []
    assert not (review.folder / register_path(review)).exists()
    assert read_register(review) == {}


def test_an_edited_export_is_named_with_what_is_gone(review: Review) -> None:
    present = entries("a.ris", "one", "two", "three")
    notices(review, present)
    (text,) = notices(review, present[:1])
    first = min(present[1:], key=lambda item: item.entry_id)
    assert text.startswith(
        "references/a.ris: this export was edited since it was read: 2 entries are gone, the first is "
    )
    assert f"{first.entry_id} ({first.title})" in text
    assert text.endswith("or accept it: python -m pipeline review --accept-changes")
    assert "\n" not in text


def test_an_export_that_was_taken_away_is_named(review: Review) -> None:
    present = entries("a.ris", "one") + entries("b.ris", "two")
    notices(review, present)
    (review.references / "b.ris").unlink()
    (text,) = notices(review, present[:1])
    assert text.startswith("references/b.ris: this export was taken away since it was read: 1 entry is gone")


def test_a_renamed_export_is_no_loss(review: Review) -> None:
    present = entries("a.ris", "one", "two")
    notices(review, present)
    (review.references / "a.ris").rename(review.references / "renamed.ris")
    renamed = [Registered(item.entry_id, "renamed.ris", item.title) for item in present]
    assert notices(review, renamed) == []
    assert {item.file for item in read_register(review).values()} == {"renamed.ris"}


def test_the_file_that_went_is_blamed_where_both_held_the_same_entry(review: Review) -> None:
    """Identical entries are numbered: when the first file goes, the second file's entry takes the first number."""
    first, second = entry_id("same", 1), entry_id("same", 2)
    notices(review, [Registered(first, "a.ris", "same"), Registered(second, "b.ris", "same")])
    (review.references / "a.ris").unlink()
    for _ in range(2):
        (text,) = notices(review, [Registered(first, "b.ris", "same")])
        assert text.startswith("references/a.ris: this export was taken away")


def test_a_change_that_a_person_accepted_is_not_repeated(review: Review) -> None:
    present = entries("a.ris", "one", "two")
    notices(review, present)
    assert notices(review, present[:1], accept=True) == []
    assert notices(review, present[:1]) == []
    assert len(read_register(review)) == 2


def test_what_came_back_and_went_again_is_missed_again(review: Review) -> None:
    present = entries("a.ris", "one", "two")
    notices(review, present)
    notices(review, present[:1], accept=True)
    assert notices(review, present) == []
    assert len(notices(review, present[:1])) == 1


def test_a_deleted_register_is_made_again(review: Review) -> None:
    present = entries("a.ris", "one")
    notices(review, present)
    path = review.folder / register_path(review)
    before = path.read_bytes()
    path.unlink()
    assert notices(review, present) == []
    assert path.read_bytes() == before


def test_a_register_that_went_through_a_spreadsheet_is_read(review: Review) -> None:
    present = entries("a.ris", "one", "Größe")
    notices(review, present)
    path = review.folder / register_path(review)
    text = path.read_bytes().decode("utf-8-sig").replace(",", ";").replace("\r\n", "\n")
    path.write_bytes(text.encode("cp1252"))
    assert set(read_register(review).values()) == set(present)


def test_an_entry_without_a_title_is_named_all_the_same(review: Review) -> None:
    notices(review, entries("a.ris", ""))
    (text,) = notices(review, [])
    assert "(no title)" in text
