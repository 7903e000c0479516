"""Suggestions learned from confirmed codes: what is learned, how it is measured, and when there is nothing to learn."""

import pandas as pd

from pipeline.synthesis.coding import suggest_codes
from pipeline.synthesis.frame import read_frame
from pipeline.synthesis.trained import fold_of, trained_suggestions

FRAME = read_frame(b"dimension,code,pattern\nmeal,lunch,noon\nmeal,breakfast,\n")


def records(number: int) -> pd.DataFrame:
    texts = [
        "Soup and bread were eaten at midday in the canteen" if place % 2 else "Porridge and milk stood ready at dawn"
        for place in range(number)
    ]
    table = pd.DataFrame({"record_id": [f"r{place:03d}" for place in range(number)], "title": texts, "abstract": texts})
    table["keywords_author"] = table["keywords_index"] = [[] for _ in range(number)]
    return table


def confirmed(number: int) -> pd.DataFrame:
    rows = [(f"r{place:03d}", "meal", "lunch" if place % 2 else "breakfast", "ann") for place in range(number)]
    return pd.DataFrame(rows, columns=["record_id", "dimension", "code", "reviewer"])


def trained(number: int, judged: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = records(number)
    return trained_suggestions(table, FRAME, confirmed(judged), suggest_codes(table, FRAME), seed=3)


def test_what_people_coded_is_learned_and_suggested_for_the_others() -> None:
    found, models = trained(44, 40)
    lunch = models[models["code"] == "lunch"].iloc[0]
    assert (lunch["judged"], lunch["positives"], lunch["model_right"], lunch["model_suggested"]) == (40, 20, 20, 20)
    assert (lunch["pattern_right"], lunch["pattern_suggested"]) == (0, 0)
    assert set(zip(found["record_id"], found["code"], strict=True)) == {
        ("r040", "breakfast"),
        ("r041", "lunch"),
        ("r042", "breakfast"),
        ("r043", "lunch"),
    }
    assert set(found["method"]) == {"model"}
    assert all(found["matched"].str.len() > 0)


def test_too_few_confirmed_codes_train_nothing_and_say_so() -> None:
    found, models = trained(44, 20)
    assert not len(found)
    assert set(models["reason"]) == {"10 with the code; 15 are needed"}
    assert models["model_right"].isna().all()


def test_nothing_confirmed_is_no_row() -> None:
    found, models = trained(10, 0)
    assert (len(found), len(models)) == (0, 0)


def test_the_same_codes_give_the_same_suggestions_and_folds_do_not_move() -> None:
    first, second = trained(44, 40), trained(44, 40)
    for one, other in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert len({fold_of(f"r{place}", 3) for place in range(100)}) == 5
    assert [fold_of(key, 3) for key in ("a", "b")] == [fold_of(key, 3) for key in ("a", "b")]
