"""The heat of an image: for a model whose answer is known, and for the bundled one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine
from devise_core.errors import ImageError, UnknownWordError
from devise_core.vision.image_encoder import KerasImageEncoder
from devise_core.vision.occlusion import LEAST, LONG, SHORT, Heat, Regions, blurred, regions
from devise_core.vision.preprocess import visible_box
from tests.fakes import keras_colour_encoder
from ui.hit.heat_map import describe_heat, place

SIZE = 56
GREEN, RED = np.eye(3, dtype=np.float32)[1], np.eye(3, dtype=np.float32)[0]


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> KerasImageEncoder:
    return keras_colour_encoder(tmp_path_factory.mktemp("model"), SIZE)


def spotted(width: int, height: int, left: int, top: int, side: int = 9) -> Image.Image:
    """A green image with a red square."""
    image = Image.new("RGB", (width, height), (0, 200, 0))
    image.paste((200, 0, 0), (left, top, left + side, top + side))
    return image


def test_only_the_region_is_blurred() -> None:
    pixels = np.random.default_rng(7).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    versions = blurred(pixels, 2, 2)
    assert versions.shape == (4, SIZE, SIZE, 3)
    parts = (slice(6, 22), slice(34, 50))  # 16 pixels, two sevenths of the side, around the centres 14 and 42
    for version, (down, across) in zip(versions, [(down, across) for down in parts for across in parts], strict=True):
        assert version[down, across].std() < pixels[down, across].std() / 3
        rest = version.copy()
        rest[down, across] = pixels[down, across]
        assert (rest == pixels).all()


@pytest.mark.parametrize(("left", "top", "row", "column"), [(2, 2, 0, 0), (46, 2, 0, 5), (2, 46, 4, 0), (46, 46, 4, 5)])
def test_heat_peaks_at_the_concept(colours: KerasImageEncoder, left: int, top: int, row: int, column: int) -> None:
    result = regions(spotted(SIZE, SIZE, left, top), colours)
    heat = result.heat(RED, "red")
    assert heat.grid.shape == (SHORT, LONG)
    assert np.unravel_index(heat.grid.argmax(), heat.grid.shape) == (row, column)
    assert (heat.grid.min(), heat.grid.max()) == (0, 1)
    mean = np.asarray(spotted(SIZE, SIZE, left, top), np.float32).mean(axis=(0, 1))
    assert heat.cosine == pytest.approx(mean[0] / np.linalg.norm(mean), abs=1e-5)
    assert heat.lost == pytest.approx(heat.cosine - (result.without @ RED).min(), abs=1e-6)


def test_losses_are_scaled_and_gains_are_zero() -> None:
    without = np.array([[[0.6, 0.8], [0.8, 0.6]], [[1, 0], [0.7, np.sqrt(0.51)]]], np.float32)
    result = Regions(np.array([0.8, 0.6], np.float32), without, (0, 0, 1, 1))
    heat = result.heat(np.array([1, 0], np.float32), "x")  # the losses: 0.2, 0, -0.2, 0.1
    assert heat.grid == pytest.approx(np.array([[1, 0], [0, 0.5]]), abs=1e-5)
    assert (heat.cosine, heat.lost) == (pytest.approx(0.8), pytest.approx(0.2))
    assert heat.decides
    nearly = 0.8 - 0.6 * LEAST
    hardly = Regions(result.whole, np.array([[[nearly, np.sqrt(1 - nearly**2)]]], np.float32), (0, 0, 1, 1))
    faint = hardly.heat(np.array([1, 0], np.float32), "x")  # the largest loss: 0.6 of LEAST
    assert 0 < faint.lost < LEAST and not faint.decides


def test_no_region_decides_in_a_uniform_image(colours: KerasImageEncoder) -> None:
    heat = regions(Image.new("RGB", (80, 60), (10, 200, 30)), colours).heat(GREEN, "green")
    assert not heat.decides
    assert heat.lost == 0
    assert not heat.grid.any()


def test_heat_covers_the_part_that_the_model_sees(colours: KerasImageEncoder) -> None:
    assert visible_box(400, 100) == pytest.approx((0.25, 0, 0.75, 1))  # 200 of 400, the geometric mean of 400 and 100
    assert visible_box(100, 400) == pytest.approx((0, 0.25, 1, 0.75))
    assert visible_box(7, 7) == (0, 0, 1, 1)
    wide, tall = (
        regions(spotted(*size, *place, side=30), colours)
        for size, place in (((400, 100), (290 - 30, 5)), ((100, 400), (5, 290 - 30)))
    )
    assert (wide.without.shape[:2], tall.without.shape[:2]) == ((SHORT, LONG), (LONG, SHORT))
    assert wide.box == visible_box(400, 100)
    row, column = np.unravel_index(wide.heat(RED, "red").grid.argmax(), (SHORT, LONG))
    assert row <= 1
    assert column == LONG - 1
    row, column = np.unravel_index(tall.heat(RED, "red").grid.argmax(), (LONG, SHORT))
    assert row == LONG - 1
    assert column <= 1


@pytest.mark.parametrize(
    ("row", "column", "says"), [(0, 0, "upper left"), (2, 2, "centre"), (2, 5, "middle right"), (4, 3, "lower centre")]
)
def test_the_place_of_the_peak_is_described(row: int, column: int, says: str) -> None:
    grid = np.zeros((SHORT, LONG), np.float32)
    grid[row, column] = 1
    heat = Heat("violin", 0.8, 0.25, grid, (0, 0, 1, 1))
    assert place(heat) == says
    sentence = f"For **violin**, the {says} matters most. Blurring it lowers the similarity by 0.25."
    assert describe_heat(heat) == sentence
    assert "no single region matters" in describe_heat(replace(heat, lost=LEAST / 2))


@pytest.mark.artifacts
def test_heat_of_each_text_peaks_at_its_object(engine: Engine, photos: Engine) -> None:
    both = Image.new("RGB", (448, 224), "white")
    for target_engine, item, left in ((engine, "violin", 0), (photos, "cat", 224)):
        path = target_engine.collection.picture(target_engine.collection.row(item))
        assert isinstance(path, Path)
        with Image.open(path) as image:
            both.paste(image.convert("RGB").resize((224, 224)), (left, 0))
    result = engine.regions(both)
    half = LONG // 2
    for text, side in (("violin", 0), ("cat", 1)):
        heat = result.heat(engine.embed_text(text), text)
        assert heat.decides
        assert heat.grid.argmax() % LONG // half == side, (text, heat.grid.round(1))


@pytest.mark.artifacts
def test_errors_of_heat_say_what_is_wrong(engine: Engine) -> None:
    violin = engine.collection.picture(engine.collection.row("violin"))
    with pytest.raises(UnknownWordError):
        engine.heat(violin, "qwxzv")
    with pytest.raises(ImageError):
        engine.heat(b"no picture", "violin")
    row = engine.collection.row("violin")
    assert engine.heat(violin, "violin").cosine == pytest.approx(
        engine.collection.embeddings[row] @ engine.embed_text("violin"), abs=0.02
    )
