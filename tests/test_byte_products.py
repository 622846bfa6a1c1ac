"""Both ways to multiply queries with bytes pass one contract. The one that uses floats is the oracle."""

from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from devise_core.search import byte_products
from devise_core.search.byte_products import (
    STEPS,
    Multiply,
    fastest_multiply,
    in_two_bytes,
    multiply_as_floats,
    multiply_as_integers,
)
from devise_core.vectors import Bytes, Floats
from tests.fakes import unit_rows

ROWS = np.random.default_rng(5).integers(-128, 128, size=(8_202, 40), dtype=np.int8)
ODD_QUERIES = np.stack([np.eye(1, 40)[0], np.zeros(40), np.where(np.arange(40) == 3, 1.0, 1e-4), np.full(40, -0.3)]).astype(
    np.float32
)


@pytest.fixture(autouse=True)
def numkong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where NumKong is not installed, NumPy takes its place."""
    if importlib.util.find_spec("numkong") is None:
        stand_in = SimpleNamespace(
            dots_pack=lambda queries, dtype: queries.astype(np.int32),
            dots_packed=lambda rows, packed: rows.astype(np.int32) @ packed.T,
        )
        monkeypatch.setitem(sys.modules, "numkong", stand_in)


def multiplied(multiply: Multiply, queries: Floats, rows: Bytes) -> Floats:
    products = np.full((len(queries), len(rows)), np.nan, dtype=np.float32)
    multiply(queries, rows, products)
    return products


@pytest.mark.parametrize("multiply", [multiply_as_floats, multiply_as_integers])
@pytest.mark.parametrize("count", [0, 1, byte_products.BLOCK_ROWS, byte_products.INTEGER_BLOCK_ROWS, len(ROWS)])
@pytest.mark.parametrize("queries", [unit_rows(1, 40), unit_rows(3, 40, seed=1), ODD_QUERIES])
def test_products_with_bytes(multiply: Multiply, count: int, queries: Floats) -> None:
    exact = queries.astype(np.float64) @ ROWS[:count].T.astype(np.float64)
    most = np.abs(queries).max(axis=1, keepdims=True) / 127 / STEPS * 128 * queries.shape[1]  # if all roundings add up
    assert (np.abs(multiplied(multiply, queries, ROWS[:count]) - exact) <= most / 2 + 1e-3).all()


def test_rows_of_a_wider_file_are_multiplied() -> None:
    queries = unit_rows(2, 36)
    wide = multiplied(multiply_as_integers, queries, ROWS[:, :-4])
    assert wide == pytest.approx(multiplied(multiply_as_floats, queries, ROWS[:, :-4]), abs=0.05)


def test_a_query_is_rounded_to_two_bytes() -> None:
    queries = np.vstack([unit_rows(5, 40), ODD_QUERIES])
    numbers, weights = in_two_bytes(queries)
    assert (numbers.dtype, numbers.shape, weights.shape) == (np.int8, (18, 40), (9, 18))
    errors = np.abs(weights @ numbers - queries).max(axis=1)
    assert (errors <= np.abs(queries).max(axis=1) / 127 / STEPS / 2 + 1e-7).all()
    assert errors.max() > 0


@pytest.mark.parametrize(("installed", "expected"), [(True, multiply_as_integers), (False, multiply_as_floats)])
def test_integers_are_used_where_numkong_is_installed(installed: bool, expected: Multiply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if installed and name == "numkong" else None)
    assert fastest_multiply.__wrapped__() is expected
