"""What can be given as an image, in Python and on the command line. Everything else is refused with one clear sentence."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.malformed import encoded, picture
from devise_core import Engine, load_engine
from devise_core.cli.main import main
from devise_core.errors import ArtifactError, CollectionError, ImageError, QueryError, UnknownCollectionError
from devise_core.storage.paths import BUNDLED_ARTIFACTS
from devise_core.vision.image_reader import read_image

CAT = BUNDLED_ARTIFACTS / "collections/photos/images/cat.webp"
PNG = encoded(picture(40, 30, "RGB"), "PNG")
PIXELS = np.asarray(Image.open(io.BytesIO(PNG)))


@pytest.mark.parametrize(
    "source",
    [PNG, bytearray(PNG), memoryview(PNG), io.BytesIO(PNG), PIXELS, PIXELS[::-1][::-1], Image.fromarray(PIXELS)],
    ids=["bytes", "bytearray", "memoryview", "open file", "array", "view of an array", "PIL image"],
)
def test_every_kind_of_source_gives_the_same_pixels(source: Any) -> None:
    assert (np.asarray(read_image(source)) == PIXELS).all()


def test_a_file_on_disk_may_be_a_path_or_open(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(PNG)
    with path.open("rb") as file:
        for source in (path, str(path), file):
            assert (np.asarray(read_image(source)) == PIXELS).all()


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(PNG)
    with path.open("rb") as file:
        read_image(file)
        with pytest.raises(ImageError, match=r"picture\.png has been read to its end\. Call seek\(0\) to read the file again\."):
            read_image(file)
    with pytest.raises(ImageError, match=r"picture\.png is closed\. Open the file for reading in binary mode"):
        read_image(file)
    with (tmp_path / "new.png").open("wb") as writable, pytest.raises(ImageError, match=r"new\.png cannot be read \(read\)"):
        read_image(writable)
    with pytest.raises(ImageError, match="is an empty file"):
        read_image(io.BytesIO())


@pytest.mark.parametrize("is_used", [False, True])
def test_a_closed_pil_image_is_called_closed(is_used: bool, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(PNG)
    with Image.open(path) as image:
        if is_used:
            image.load()
    if is_used:
        image.close()
    with pytest.raises(ImageError, match="The image is closed, truncated or damaged"):
        read_image(image)
    with pytest.raises(ImageError, match="The image is closed, truncated or damaged"):
        read_image(Image.open(io.BytesIO(encoded(picture(400, 300, "RGB"), "JPEG")[:2000])))


def test_the_error_of_a_batch_says_which_image(engine: Engine, tmp_path: Path) -> None:
    for bad, says in (
        (b"nothing", r"Image 2: The image is not an image"),
        (PIXELS.astype(np.float32), r"Image 2: The array is float32"),
        (io.StringIO("text"), r"Image 2: The file is open as text"),
        (str(tmp_path / "missing.png"), r"There is no file .*missing\.png"),
    ):
        with pytest.raises(ImageError, match=f"^{says}"):
            engine.embed_images([PNG, bad])  # type: ignore[list-item]


def test_messages_shorten_long_names(engine: Engine) -> None:
    long = "x" * 50_000
    for call, error in (
        (lambda: engine.label_image(long), ImageError),
        (lambda: engine.on(long), UnknownCollectionError),
        (lambda: engine.on(f"/tmp/{long}"), UnknownCollectionError),
        (lambda: load_engine(BUNDLED_ARTIFACTS, long), UnknownCollectionError),
        (lambda: load_engine(long), ArtifactError),
        (lambda: load_engine("x/" * 2_000), ArtifactError),
        (lambda: engine.query(f"like:{'x' * 190}"), QueryError),
        (lambda: engine.more_like(long), CollectionError),
    ):
        with pytest.raises(error) as raised:
            call()
        assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (PIXELS.astype(np.float32), r"float32 \(30, 40, 3\).*uint8"),
        (PIXELS[None], r"\(1, 30, 40, 3\).*height, width"),
        (np.empty((0, 4, 3), np.uint8), "uint8"),
        (io.StringIO("text"), "binary mode"),
        (None, "Received: NoneType"),
        ([PNG], "Received: list"),
        (3, "Received: int"),
    ],
)
def test_anything_else_is_an_image_error(source: Any, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        read_image(source)


@pytest.mark.parametrize("one", [str(CAT), CAT, PNG, Image.fromarray(PIXELS)])
def test_one_image_in_place_of_a_list_is_named(engine: Engine, one: Any) -> None:
    with pytest.raises(ImageError, match="Put it into a list"):
        engine.embed_images(one)


def test_labels_may_come_from_an_array(engine: Engine) -> None:
    encoded_cat = engine.encode(CAT)
    labels: Any = np.array(["a cat", "a violin"])
    assert engine.label_encoded(encoded_cat, k=1, vocabulary=labels)[0].word == "a cat"
    assert engine.label_embedding(encoded_cat.embeddings[0], k=1, vocabulary=labels)[0].word == "a cat"
    with pytest.raises(QueryError, match="must be a text"):
        engine.label_encoded(encoded_cat, vocabulary=[1, 2])  # type: ignore[list-item]


@pytest.mark.parametrize("command", [("label", "-", "--words", "cat,violin"), ("similar", "-"), ("search", "cat", "--like", "-")])
def test_a_picture_comes_from_standard_input(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CAT.read_bytes())))
    assert main([*command, "-k", "1"]) == 0
    assert "cat" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_picture_comes_through_a_pipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = Thread(target=lambda: (tmp_path / "pipe").write_bytes(CAT.read_bytes()))
    writer.start()
    assert main(["label", str(tmp_path / "pipe"), "--words", "cat,violin", "-k", "1"]) == 0
    writer.join()
    assert "cat" in capsys.readouterr().out
