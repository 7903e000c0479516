"""Wilson intervals against published values and against their definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis.proportion import wilson


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (1, 8, 0.022417, 0.470888),
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Stat Med 17:857, table I
        (15, 148, 0.0624, 0.1605),  # the same table
    ],
)
def test_known_intervals(count: int, total: int, low: float, high: float) -> None:
    assert wilson(count, total) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500), st.data())
def test_the_share_lies_in_its_interval_and_the_interval_in_zero_to_one(total: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, total))
    low, high = wilson(count, total)
    assert 0 <= low <= count / total <= high <= 1
    assert low < high
    assert wilson(total - count, total) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("count", "total"), [(0, 0), (2, 1), (-1, 3)])
def test_there_is_no_share_of_nothing(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(count, total)
