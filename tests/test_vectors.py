"""Numbers of half precision, and the order of values from the largest to the smallest."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core.vectors import best_first, from_half, is_finite_half

EVERY_HALF = np.arange(1 << 16, dtype=np.uint16).view(np.float16)


def test_every_number_of_half_precision_is_converted_exactly() -> None:
    finite = EVERY_HALF[np.isfinite(EVERY_HALF)]
    converted = from_half(finite.reshape(2, -1))
    assert converted.dtype == np.float32
    assert np.array_equal(converted.ravel().view(np.uint32), finite.astype(np.float32).view(np.uint32))


def test_numbers_that_are_not_finite_are_found() -> None:
    one_each = EVERY_HALF[:, None]
    assert [is_finite_half(number) for number in one_each] == np.isfinite(EVERY_HALF).tolist()
    assert is_finite_half(np.empty((0, 3), np.float16))
    assert not is_finite_half(np.array([[1, 2], [3, np.nan]], np.float16)[:, 1])


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(3).normal(size=5_000),
        np.random.default_rng(3).integers(-2, 3, size=5_000),
        [0.0, -0.0, 1e-45, -1e-45, 0.0, -3.4e38, 3.4e38],
        [],
    ],
)
def test_the_best_come_first_and_equal_ones_keep_their_order(values: list[float]) -> None:
    numbers = np.asarray(values, dtype=np.float32)
    assert best_first(numbers).tolist() == np.argsort(-numbers, kind="stable").tolist()
