"""Word weights: what counts as text, what is a feature, what happens without words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.screen.features import (
    features_from,
    features_key,
    has_text,
    normal_title,
    record_features,
    record_texts,
    text_features,
)


def records(*rows: tuple[object, object, object, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["title", "abstract", "keywords_author", "keywords_index"]).astype(
        {"title": "string", "abstract": "string"}
    )


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        ("A title", "An abstract", "full"),
        (None, "An abstract", "full"),
        ("A title", None, "title_only"),
        ("A title", "", "title_only"),
        ("A title", " \n\t ", "title_only"),
        (None, None, "nothing"),
        ("", "  ", "nothing"),
    ],
)
def test_how_much_there_is_to_read(title: str | None, abstract: str | None, expected: str) -> None:
    assert has_text(records((title, abstract, [], []))) == [expected]


def test_text_is_title_abstract_and_both_kinds_of_keywords() -> None:
    texts = record_texts(records(("Title", "Abstract", ["own word"], ["index word"])))
    assert texts == ["Title . Abstract . own word . index word"]


def test_missing_cells_leave_no_trace_in_the_text() -> None:
    frame = records((None, "Only this", None, []), (None, None, [], None), ("T", None, ["", " "], ["k"]))
    assert record_texts(frame) == ["Only this", "", "T . k"]


def test_keywords_read_back_from_a_file_are_arrays_and_count_too() -> None:
    assert record_texts(records(("T", None, np.array(["a b", "c"], dtype=object), []))) == ["T . a b . c"]


def test_no_other_column_is_read() -> None:
    frame = records(("Title", "Abstract", [], []))
    more = frame.assign(journal="Journal of Leaks", doi="10.1/leak", source="leaky", record_id="leak1", year=1999)
    assert record_texts(more) == record_texts(frame)


def test_rows_have_length_one_and_words_name_the_columns() -> None:
    features = text_features(["service users design", "users pay", ""])
    assert features.matrix.shape == (3, len(features.words))
    assert set(features.words) == {"service", "users", "design", "pay", "service users", "users design", "users pay"}
    lengths = np.sqrt(features.matrix.multiply(features.matrix).sum(axis=1)).A1
    assert lengths == pytest.approx([1.0, 1.0, 0.0])
    assert features.has_words.tolist() == [True, True, False]


def test_repeated_words_count_sublinearly() -> None:
    features = text_features(["nudge nudge nudge nudge order", "nudge order", "other text"])
    column = {word: place for place, word in enumerate(features.words)}
    rows = features.matrix.toarray()
    ratio = rows[0, column["nudge"]] / rows[0, column["order"]]
    assert ratio == pytest.approx(1 + np.log(4))


def test_a_word_in_nearly_all_records_is_no_feature() -> None:
    texts = [f"public word{number}" for number in range(40)]
    assert "public" not in text_features(texts).words
    assert "public" in text_features(texts[:10]).words


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["a", "!"], ["same words here"] * 50])
def test_texts_without_a_usable_word_give_a_table_without_columns(texts: list[str]) -> None:
    features = text_features(texts)
    assert features.matrix.shape == (len(texts), 0)
    assert features.words.tolist() == []
    assert not features.has_words.any()
    assert features.row_of("same words") is None


def test_a_text_that_is_no_record_gets_the_weights_of_the_words_it_shares() -> None:
    features = text_features(["alpha beta", "gamma delta"])
    row = features.row_of("beta, and something else")
    assert row is not None
    assert [features.words[column] for column in row.indices] == ["beta"]
    assert features.row_of("unknown") is None
    assert features.row_of("  ") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("Co-production: A Review", "co production  a review."), ("STRASSE", "straße"), (None, "--"), (pd.NA, "")],
)
def test_titles_are_compared_without_case_and_signs(one: object, other: object) -> None:
    assert normal_title(one) == normal_title(other)


def kept() -> pd.DataFrame:
    frame = records(
        ("Co-design of care", "Users design care with nurses", ["care"], []),
        ("Übersicht of wheat 研究", None, None, ["soil"]),
        (None, None, [], []),
    )
    return frame.assign(record_id=["b", "c", "a"])


def test_features_come_back_from_a_file_to_the_last_bit(tmp_path: Path) -> None:
    made = record_features(kept())
    np.savez(tmp_path / "features.npz", **made.arrays())
    with np.load(tmp_path / "features.npz", allow_pickle=False) as arrays:
        back = features_from(arrays)
    assert (back.matrix != made.matrix).nnz == 0
    assert back.matrix.data.tobytes() == made.matrix.data.tobytes()
    assert back.words.tolist() == made.words.tolist()
    assert back.readings == made.readings
    one, other = made.row_of("care of wheat"), back.row_of("care of wheat")
    assert one is not None and other is not None and one.toarray().tolist() == other.toarray().tolist()


def test_features_of_no_text_come_back_too() -> None:
    made = record_features(kept().tail(1))
    back = features_from(made.arrays())
    assert back.matrix.shape == made.matrix.shape == (1, 0)


def test_features_of_another_version_or_with_a_part_missing_are_refused() -> None:
    arrays = record_features(kept()).arrays()
    with pytest.raises(ValueError, match="version"):
        features_from(arrays | {"version": np.array([0])})
    with pytest.raises(ValueError, match="version"):
        features_from({})
    with pytest.raises(ValueError, match="bounds_1"):
        features_from({name: array for name, array in arrays.items() if name != "bounds_1"})


def test_features_and_their_key_do_not_depend_on_the_order_of_rows_or_on_other_columns() -> None:
    frame = kept()
    assert features_key(frame) == features_key(frame[::-1].assign(journal="x"))
    assert (record_features(frame).matrix != record_features(frame[::-1]).matrix).nnz == 0
    assert record_features(frame).has_words.tolist() == [False, True, True]  # a, b, c


@pytest.mark.parametrize("column", ["record_id", "title", "abstract"])
def test_another_text_or_id_gives_another_key(column: str) -> None:
    other = kept()
    other.loc[0, column] = "changed"
    assert features_key(other) != features_key(kept())


def test_a_word_that_moves_from_title_to_abstract_gives_another_key() -> None:
    one, other = records(("a . b", "c", [], [])), records(("a", "b . c", [], []))
    assert record_texts(one) == record_texts(other)
    assert features_key(one.assign(record_id="r")) != features_key(other.assign(record_id="r"))
