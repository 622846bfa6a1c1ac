"""Pictures of one colour or of noise are not named, are in no album, and match nothing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from devise_core import Engine
from devise_core.collections.in_memory import InMemoryCollection
from devise_core.settings import Settings
from devise_core.storage.paths import BUNDLED_ARTIFACTS
from devise_core.untrusted.upload_indexing import index_uploads
from devise_core.vision.blank import is_blank
from devise_core.vision.image_reader import read_image
from tests.app_testing import app, checked, page_text
from tests.sample_images import png
from ui.picture.albums import find

IMAGES = BUNDLED_ARTIFACTS / "collections"
CAT = IMAGES / "photos/images/cat.webp"


def noise(side: int, quality: int = 90) -> bytes:
    """Return a JPEG of random pixels."""
    pixels = np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


@pytest.mark.parametrize("colour", ["white", "black", "blue", "#7f7f7f"])
@pytest.mark.parametrize("size", [1, 2, 300, 2000])
def test_a_picture_of_one_colour_is_blank(colour: str, size: int) -> None:
    assert is_blank(Image.new("RGB", (size, size), colour))


@pytest.mark.parametrize("side", [64, 224, 640, 1500])
@pytest.mark.parametrize("quality", [50, 90])
def test_noise_is_blank(side: int, quality: int) -> None:
    assert is_blank(Image.open(io.BytesIO(noise(side, quality))))


def test_grain_on_a_plain_wall_is_blank_but_not_an_object_on_it() -> None:
    grain = np.random.default_rng(0).normal(200, 6, (480, 640)).clip(0, 255).astype(np.uint8)
    wall = Image.fromarray(grain).convert("RGB")
    assert is_blank(wall)
    ImageDraw.Draw(wall).ellipse((300, 200, 340, 240), fill="brown")
    assert not is_blank(wall)


def test_no_picture_of_the_collections_is_blank() -> None:
    """Among them are night skies, fog, a flower against black and an object on white."""
    files = sorted(IMAGES.glob("*/images/*.webp"))
    assert len(files) > 700
    assert [file.name for file in files if is_blank(read_image(file))] == []


def test_a_dark_night_and_fog_are_not_blank() -> None:
    photo = np.asarray(read_image(IMAGES / "photos/images/lake-at-night.webp"), dtype=np.float32)
    assert not is_blank(Image.fromarray((photo / 3).astype(np.uint8)))
    fog = np.asarray(read_image(IMAGES / "photos/images/pier-in-fog.webp"), dtype=np.float32)
    assert not is_blank(Image.fromarray((200 + fog / 8).astype(np.uint8)))


@pytest.mark.parametrize("content", [png("white"), png("black"), noise(300)])
def test_labels_say_that_a_blank_picture_shows_hardly_anything(content: bytes) -> None:
    test = app("labels")
    test.button_group(key="labels_way").set_value("Upload").run()
    test.file_uploader(key="labels_file").set_value(("blank.png", content, "image/png")).run()
    assert "This picture shows hardly anything" in page_text(checked(test))
    assert not test.header
    test.file_uploader(key="labels_file").set_value(("cat.webp", CAT.read_bytes(), "image/webp")).run()
    assert checked(test).header[0].value == "Best name: cat"


def test_blank_uploads_are_in_no_album_and_match_nothing(engine: Engine) -> None:
    files = [(f"{name}.webp", (IMAGES / f"photos/images/{name}.webp").read_bytes()) for name in ("cat", "owl", "goat")]
    blank = [("blue.png", png("blue")), ("white.png", png("white")), ("noise.jpg", noise(300))]
    images = index_uploads([*files, *blank], engine.encoder, Settings(), titles=engine.titles).images
    mine = engine.on(InMemoryCollection("your pictures", images))
    overview = find(mine)
    assert list(overview.blank) == [3, 4, 5]
    assert {row for album in overview.albums for row in album.rows} == {0, 1, 2}
    assert [image.item.name for image in images[3:]] == ["blue", "white", "noise"]
    for word in ("animal", "cat", "sky", "microscope", "colour", "blue"):
        matches = mine.matches(mine.query(word))
        assert not {3, 4, 5} & {*matches.strong().rows.tolist(), *matches.closest.rows.tolist()}, word
