"""The parts of `screen` take the review's folder as `review` and `status` do; elsewhere the message says how."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.identity import entry_id
from pipeline.new_review import new_review


@pytest.fixture
def folder(tmp_path: Path) -> str:
    new_review(tmp_path / "meals")
    return str(tmp_path / "meals")


@pytest.mark.parametrize("part", ["status", "agreement"])
def test_a_part_takes_the_folder_alone_or_as_an_option(
    folder: str, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for words in ([folder], ["--review", folder], [folder, "--review", folder]):
        status = main(["screen", part, *words])
        said.append((status, *capsys.readouterr()))
    assert said[0] == said[1] == said[2]
    assert "is not a review" not in str(said)


def test_undo_takes_a_folder_for_the_folder_and_the_rest_for_ids(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for words in ([], [entry_id("a work")]):
        for named in ([folder], ["--review", folder]):
            status = main(["screen", "undo", *named, *words])
            said.append((status, *capsys.readouterr()))
    assert said[0] == said[1] and said[2] == said[3] and "reader-1" in str(said[0])


def test_two_folders_are_a_mistake(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "status", folder, "--review", str(tmp_path)]) == 2
    assert "two folders are named" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["screen", "why", "r1"], ["close-version", "2026-03"]])
def test_where_the_folder_is_an_option_alone_the_message_says_so(
    folder: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*words, folder])
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert f"unrecognized arguments: {folder}; name the review's folder as: --review {folder}" in said
    with pytest.raises(SystemExit):
        main([*words, "--nonsense"])
    assert f"--review {folder}" not in capsys.readouterr().err
