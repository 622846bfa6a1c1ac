"""Inner products of bytes stay within their error bound, and damaged files of a large collection are reported."""

from __future__ import annotations

from pathlib import Path
from threading import get_ident

import numpy as np
import pytest

from devise_core.errors import ArtifactError
from devise_core.search import products as scanned
from devise_core.search.byte_products import multiply_as_floats, multiply_as_integers
from devise_core.search.looks_index import LooksIndex
from devise_core.search.products import ExactProducts, ScannedProducts, write_scan
from devise_core.search.scan import Scan, candidates
from devise_core.storage.growing_array import GrowingArray
from devise_core.storage.mapped_rows import MappedRows
from devise_core.vectors import Bytes, Floats, unit
from tests.fakes import unit_rows

VECTORS, QUERIES = unit_rows(5_000, 32), unit_rows(8, 32, seed=1)


@pytest.fixture(params=[multiply_as_floats, multiply_as_integers])
def products(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScannedProducts:
    if request.param is multiply_as_integers:
        pytest.importorskip("numkong")
    monkeypatch.setattr(scanned, "fastest_multiply", lambda: request.param)
    write_scan(tmp_path / "v.scan", VECTORS)
    return ScannedProducts(tmp_path / "v.scan", VECTORS)


def test_fast_products_are_within_their_bound(products: ScannedProducts) -> None:
    exact = QUERIES @ VECTORS.T
    assert (len(products), products.dimension) == (5_000, 32)
    differences = np.abs(products.fast(QUERIES) - exact)
    assert 0 < differences.max() <= products.error(QUERIES) < 0.02
    assert products.exact(QUERIES, np.array([3, 70])) == pytest.approx(exact[:, [3, 70]], abs=1e-6)


def test_cores_share_many_rows(products: ScannedProducts, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = products.fast(QUERIES)
    threads = set[int]()

    def multiply_noted(queries: Floats, rows: Bytes, values: Floats) -> None:
        threads.add(get_ident())
        multiply_as_floats(queries, rows, values)

    monkeypatch.setattr(scanned, "_cores", lambda: 3)
    monkeypatch.setattr(scanned, "ROWS_OF_A_CORE", 1_000)
    assert products.fast(QUERIES) == pytest.approx(alone, abs=1e-6)
    monkeypatch.setattr(scanned, "fastest_multiply", lambda: multiply_noted)
    products.fast(QUERIES)
    assert get_ident() not in threads


def test_a_scan_orders_and_counts_like_exact_products(products: ScannedProducts) -> None:
    mask = np.arange(5_000) % 3 == 0
    for query in QUERIES:
        scan, exact = Scan(products, query[None]), Scan(ExactProducts(VECTORS), query[None])
        for allowed in (None, mask):
            assert scan.window(50, allowed).rows.tolist() == exact.window(50, allowed).rows.tolist()
            assert scan.count(0.3, allowed) == exact.count(0.3, allowed)


def test_an_image_counts_with_its_best_sense(products: ScannedProducts) -> None:
    ranking = Scan(products, QUERIES[:2]).window(5)
    assert ranking.cosines == pytest.approx((QUERIES[:2] @ VECTORS[ranking.rows].T).max(axis=0), abs=1e-6)


def test_candidates_cover_what_an_error_can_hide() -> None:
    values = np.array([0.5, 0.1, 0.45, 0.3], np.float32)
    assert candidates(values, 1, 0.0).tolist() == [0]
    assert candidates(values, 1, 0.03).tolist() == [0, 2]
    assert candidates(values, 9, 0.0).tolist() == [0, 1, 2, 3]


def test_candidates_are_at_least_as_many_as_are_wanted() -> None:
    values = np.array([0.5, 0.1, 0.45, 0.3, 0.44], np.float32)
    assert candidates(values, 1, 0.0, 3).tolist() == [0, 2, 4]
    assert candidates(values, 2, 0.08, 2).tolist() == [0, 2, 3, 4]
    assert candidates(values, 2, 0.0, 5).tolist() == [0, 1, 2, 3, 4]


def test_the_first_of_a_window_are_in_exact_order_and_the_others_nearly(products: ScannedProducts) -> None:
    for query in QUERIES:
        window, exact = Scan(products, query[None]).window(400, refined=40), Scan(ExactProducts(VECTORS), query[None]).window(400)
        assert len(window) == 400
        assert window.rows[:40].tolist() == exact.rows[:40].tolist()
        assert np.abs(window.scores - exact.scores).max() <= 2 * products.error(query[None])


def test_a_scan_of_other_vectors_is_refused(tmp_path: Path) -> None:
    write_scan(tmp_path / "v.scan", VECTORS[:9])
    for vectors in (VECTORS[:8], VECTORS[:9, :5]):
        with pytest.raises(ArtifactError, match="v.scan does not belong to its vectors"):
            ScannedProducts(tmp_path / "v.scan", vectors)
    (tmp_path / "v.scan").write_bytes(b"damaged")
    with pytest.raises(ArtifactError, match=r"v.scan.*damaged"):
        ScannedProducts(tmp_path / "v.scan", VECTORS[:9])


def test_a_scan_with_a_scale_that_is_too_large_is_refused(tmp_path: Path) -> None:
    write_scan(tmp_path / "v.scan", VECTORS)
    stored = np.load(tmp_path / "v.scan")
    stored[3, -4:] = np.array([1e38], dtype=np.float32).view(np.int8)
    np.save(tmp_path / "changed.npy", stored)
    (tmp_path / "changed.npy").replace(tmp_path / "v.scan")
    with pytest.raises(ArtifactError, match=r"v\.scan holds numbers that are (not finite|too large)"):
        ScannedProducts(tmp_path / "v.scan", VECTORS)


def test_rows_are_read_as_float32_and_must_be_finite(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.array([[1, 2], [3, np.nan], [5, 6]], np.float16))
    rows = MappedRows(tmp_path / "rows.npy", (3, None))
    assert (len(rows), rows.shape) == (3, (3, 2))
    assert rows[[2, 0]].tolist() == [[5, 6], [1, 2]]
    assert (rows[0].dtype, rows[:1].tolist()) == (np.float32, [[1, 2]])
    with pytest.raises(ArtifactError, match=r"rows\.npy holds numbers that are not finite"):
        rows[1]
    with pytest.raises(ArtifactError, match="but 4 was expected"):
        MappedRows(tmp_path / "rows.npy", (4, None))
    np.save(tmp_path / "words.npy", np.array(["a"]))
    with pytest.raises(ArtifactError, match=r"words\.npy is not a matrix of vectors"):
        MappedRows(tmp_path / "words.npy")


def test_a_matrix_grows_and_its_rows_are_replaced(tmp_path: Path) -> None:
    array = GrowingArray(tmp_path / "grown.npy", np.float16)
    array.append(np.ones((2, 3)))
    array.append(np.zeros((1_000, 3)))
    array.replace(1, np.array([5, 6, 7]))
    with pytest.raises(ValueError, match="here 3. Received: 4"):
        array.append(np.ones((1, 4)))
    array.finish()
    stored = np.load(tmp_path / "grown.npy")
    assert (stored.shape, stored.dtype, len(array)) == ((1_002, 3), np.float16, 1_002)
    assert stored[:3].tolist() == [[1, 1, 1], [5, 6, 7], [0, 0, 0]]


def test_projected_features_find_the_nearest_by_appearance(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    features = np.asarray(
        rng.gamma(0.5, size=(4_000, 30)) @ rng.normal(size=(30, 400)), dtype=np.float32
    )  # of low rank, as real features are
    index = LooksIndex.build(features, tmp_path / "looks.scan")
    directions = unit(features)
    for row in (5, 900):
        rows, cosines = LooksIndex.open(features, tmp_path / "looks.scan").search(directions[row], 10)
        assert rows.tolist() == index.search(directions[row], 10)[0].tolist()
        assert rows.tolist() == np.argsort(-(directions @ directions[row]), kind="stable")[:10].tolist()
        assert cosines[0] == pytest.approx(1, abs=1e-3)
    assert len(index) == 4_000
