"""Weights of words, pairs and parts of words: the same as a well-known implementation's, whatever the text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from pipeline.screen.features import text_features
from pipeline.screen.weights import count_parts, count_terms, parts_of, weighted

TEXTS = ["Service users co-design care", "users pay; users leave", "", "Übersicht der care care care", "x y z"]


def test_weights_are_those_of_scikit_learn() -> None:
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    expected = vectoriser.fit_transform(TEXTS)
    counts, vocabulary, _ = count_terms(TEXTS, 1.0)
    names = [vocabulary.term(column) for column in range(counts.shape[1])]
    assert sorted(names) == sorted(vectoriser.get_feature_names_out())
    columns = [vectoriser.vocabulary_[name] for name in names]
    assert weighted(counts, vocabulary.rarity).toarray() == pytest.approx(expected.toarray()[:, columns])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab é1_-\n", max_size=30), min_size=1, max_size=6))
def test_a_record_and_the_same_text_from_outside_have_the_same_weights(texts: list[str]) -> None:
    counts, vocabulary, _ = count_terms(texts, 1.0)
    rows = weighted(counts, vocabulary.rarity).toarray()
    for text, row in zip(texts, rows, strict=True):
        assert vocabulary.row(text).toarray()[0] == pytest.approx(row)


def test_parts_are_four_letters_and_stand_in_two_records() -> None:
    assert parts_of("nudge") == [" nud", "nudg", "udge", "dge "]
    assert parts_of("of") == [" of "]
    _, vocabulary, counts = count_terms(["nudge", "nudging", "wheat"], 1.0)
    part_counts, parts = count_parts(counts, list(vocabulary.places), 1.0)
    table = weighted(part_counts, parts.rarity)
    assert [parts.term(column) for column in range(table.shape[1])] == ["_nud", "nudg"]
    assert np.sqrt((table.toarray() ** 2).sum(axis=1)) == pytest.approx([1, 1, 0])
    assert parts.row("a nudged whale").toarray()[0] == pytest.approx(table.toarray()[0])


def test_terms_name_their_reading() -> None:
    features = text_features(["nudge nurses", "nudge doctors"], ["nudge", "doctors"])
    names = set(features.words)
    assert {"nudge", "nudge nurses", "title: nudge", "letters: nudg"} <= names
    assert [part.shape[0] for part in features.parts] == [2, 2, 2]
