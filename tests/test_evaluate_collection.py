"""``evaluate --collection``: the model measured on any collection, by its labels."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core.cli.main import main
from devise_core.evaluate.methods import SHIPPED
from devise_core.evaluate.model_under_test import ModelUnderTest, open_model_under_test
from devise_core.evaluate.protocols import measure_collection
from devise_core.settings import settings
from devise_core.storage.paths import BUNDLED_ARTIFACTS, ArtifactLayout
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.preprocess import Pixels
from tests.colour_folder import index
from tests.fakes import ColourEncoder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelUnderTest:
    empty = tmp_path_factory.mktemp("data")
    return open_model_under_test(ArtifactLayout(BUNDLED_ARTIFACTS), empty, empty, lambda _: None)


@pytest.mark.parametrize("name", ["stamps", "photos"])
def test_the_figures_of_a_bundled_collection_are_those_of_the_results(model: ModelUnderTest, name: str) -> None:
    stored = json.loads((BUNDLED_ARTIFACTS / "results.json").read_text())["tables"]
    measured = [table.as_dict() for table in measure_collection(model, name).tables]
    assert len(measured) == 2
    for table in measured:
        assert shipped_row(table) == shipped_row(next(each for each in stored if each["title"] == table["title"]))


@pytest.mark.usefixtures("fresh_settings")
def test_the_title_names_a_collection_that_is_not_bundled(
    model: ModelUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path))
    settings.cache_clear()
    shutil.copytree(BUNDLED_ARTIFACTS / "collections/stamps", tmp_path / "holidays")
    titles = [table.title for table in measure_collection(model, "holidays").tables]
    assert "Text → images: the labels of the collection holidays" in titles


def shipped_row(table: dict[str, Any]) -> list[Any]:
    return next(row for row in table["rows"] if row[0]["text"] == SHIPPED)


class WideEncoder(ColourEncoder):
    """A colour encoder whose vectors have as many numbers as those of the bundled model. The others are 0."""

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        """Encode the colours."""
        encoded = super().encode_pixels(pixels)
        features, embeddings = (
            np.pad(vectors, ((0, 0), (0, width - 3))) for vectors, width in ((encoded.features, 1280), (encoded.embeddings, 100))
        )
        return Encoded(features, embeddings)


def test_a_collection_without_labels_says_what_to_do(
    source: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, path in enumerate(sorted(source.rglob("*.png"))):
        path.rename(source / f"{number}.png")
    encoder = WideEncoder(open_model_under_test(ArtifactLayout(BUNDLED_ARTIFACTS), source, source, lambda _: None).model_id)
    index(source, encoder)
    assert main(["evaluate", "--collection", "mine"]) == 1
    assert "folders named after what they show" in capsys.readouterr().err


def test_protocols_and_a_collection_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "labels", "--collection", "stamps"]) == 1
    assert "not both" in capsys.readouterr().err
