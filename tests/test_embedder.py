"""``ImageEmbedder`` is a transformer of scikit-learn."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import Tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from devise_core import Engine, ImageEmbedder
from devise_core.errors import ImageError
from tests.conftest import BUNDLED

IMAGES = BUNDLED / "collections/photos/images"
FILES = [
    str(IMAGES / f"{name}.webp") for name in ("cat", "black-dog", "dog", "egeskov-castle", "eilean-donan-castle", "nagoya-castle")
]
pytestmark = pytest.mark.usefixtures("models_load_once")


ROWS_OF_NUMBERS = (
    "check_fit_score_takes_y",
    "check_estimators_dtypes",
    "check_pipeline_consistency",
    "check_estimators_pickle",
    "check_f_contiguous_array_estimator",
    "check_transformer_general",
    "check_transformer_preserve_dtypes",
    "check_transformers_unfitted_stateless",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_dict_unchanged",
    "check_fit_idempotent",
)
"""The checks that transform rows of numbers, which are no images. The tests below check the same with images."""


class CheckedEmbedder(ImageEmbedder):
    """Says that it takes rows of numbers. Otherwise scikit-learn checks nothing."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [CheckedEmbedder()], expected_failed_checks=lambda _: dict.fromkeys(ROWS_OF_NUMBERS, "rows of numbers are no images")
)
def test_checks_of_scikit_learn(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


def test_order_subsets_and_repetition_change_nothing() -> None:
    """Check the same as scikit-learn's checks that need rows of numbers, but with images."""
    embedder, files = ImageEmbedder(), FILES[:3]
    vectors = embedder.fit(files).transform(files)
    assert embedder.transform(files[::-1])[::-1] == pytest.approx(vectors, abs=1e-5)
    assert np.concatenate([embedder.transform([file]) for file in files]) == pytest.approx(vectors, abs=1e-4)
    assert embedder.fit(files, np.arange(3)).transform(np.array(files)) == pytest.approx(vectors, abs=1e-6)
    assert pickle.loads(pickle.dumps(embedder)).transform(files) == pytest.approx(vectors, abs=1e-6)
    assert ImageEmbedder().transform(files) == pytest.approx(vectors, abs=1e-6)  # it needs no fit
    assert embedder.set_output(transform="pandas").transform(files).columns[0] == "embedding_0"


def test_vectors_are_those_of_the_engine(engine: Engine) -> None:
    embedder = ImageEmbedder(BUNDLED)
    assert embedder.fit_transform(FILES) == pytest.approx(engine.embed_images(FILES), abs=1e-6)
    assert embedder.get_feature_names_out()[:2].tolist() == ["embedding_0", "embedding_1"]
    features = clone(embedder).set_params(output="features").fit(FILES)
    assert features.transform(FILES).shape == (6, 1280)
    assert len(features.get_feature_names_out()) == 1280


@pytest.mark.parametrize("output", ["embedding", "features"])
def test_a_column_of_a_table_may_have_any_index(output: str) -> None:
    files = pd.Series(FILES[:3], index=[7, 9, 3])  # as train_test_split returns it
    embedder = ImageEmbedder(BUNDLED, output=output)
    assert embedder.fit_transform(files) == pytest.approx(embedder.transform(FILES[:3]), abs=1e-6)
    with Image.open(FILES[0]) as image:
        assert embedder.transform([image.convert("RGB")]) == pytest.approx(embedder.transform(FILES[:1]), abs=1e-6)


def test_it_is_a_step_of_a_pipeline() -> None:
    kinds = np.array(["animal", "animal", "animal", "building", "building", "building"])
    classifier = make_pipeline(ImageEmbedder(), LogisticRegression()).fit(FILES, kinds)
    assert classifier.predict([str(IMAGES / "cow.webp"), str(IMAGES / "notre-dame.webp")]).tolist() == ["animal", "building"]


@pytest.mark.parametrize(
    ("images", "says"), [("cat.webp", "Give a list of images"), (["none.jpg"], "There is no file"), (7, "Give a list")]
)
def test_what_is_no_list_of_images_is_refused(images: Any, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        ImageEmbedder().fit_transform(images)


def test_an_unknown_output_is_refused() -> None:
    with pytest.raises(ValueError, match="embedding or features. Received: 'pixels'"):
        ImageEmbedder(output="pixels").fit(FILES)


def test_the_model_is_opened_again_if_a_setting_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ImageEmbedder()._engine()
    monkeypatch.setenv("SEMBLANCE_RUNTIME", "keras")
    assert ImageEmbedder()._engine() is not first
    monkeypatch.undo()
    assert ImageEmbedder()._engine() is first
