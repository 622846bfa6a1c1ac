"""Common images are read upright, in RGB and on white. Other files are refused with an error that says what to do."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core.errors import ImageError
from devise_core.settings import Settings
from devise_core.vision import image_reader
from devise_core.vision.image_reader import read_image
from devise_core.vision.preprocess import to_pixels


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


RED = Image.new("RGB", (64, 48), (200, 20, 10))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"])
def test_every_format_is_read(form: str) -> None:
    image = read_image(encoded(RED, form))
    assert (image.mode, image.size) == ("RGB", (64, 48))
    assert np.abs(np.asarray(image, int).mean(axis=(0, 1)) - (200, 20, 10)).max() < 6


def test_heic_is_read() -> None:
    image_reader._register_heif()
    image = read_image(encoded(RED, "HEIF"))
    assert np.abs(np.asarray(image, int).mean(axis=(0, 1)) - (200, 20, 10)).max() < 6


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    assert read_image(Image.new(mode, (5, 4))).mode == "RGB"


def test_sixteen_bit_grey_keeps_its_range() -> None:
    png = encoded(Image.fromarray(np.full((4, 4), 32768, np.uint16)), "PNG")
    assert np.asarray(read_image(png)).max() in (127, 128)


@pytest.mark.parametrize("highest", [70_000, 2_000_000_000, -5_000])
def test_larger_numbers_are_scaled_to_the_range_of_the_image(highest: int) -> None:
    """A TIFF may hold 32-bit numbers, which have no range that everybody agrees on."""
    values = np.linspace(0, highest, 256).astype(np.int32).reshape(16, 16)
    pixels = np.asarray(read_image(encoded(Image.fromarray(values), "TIFF")).convert("L"))
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert np.diff(pixels.ravel().astype(int) * np.sign(highest)).min() >= 0


def test_transparent_parts_become_white() -> None:
    clear = Image.new("RGBA", (2, 2), (0, 0, 0, 0))
    assert read_image(clear).getpixel((0, 0)) == (255, 255, 255)
    assert read_image(encoded(clear, "PNG")).getpixel((0, 0)) == (255, 255, 255)


def test_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    assert read_image(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])).getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_swaps_the_sides(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_image(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    assert image.size == ((40, 20) if orientation < 5 else (20, 40))


STORED = {
    1: lambda rows: rows,
    2: lambda rows: rows[:, ::-1],
    3: lambda rows: rows[::-1, ::-1],
    4: lambda rows: rows[::-1],
    5: lambda rows: rows.transpose(1, 0, 2),
    6: lambda rows: np.rot90(rows, 1),
    7: lambda rows: rows[::-1, ::-1].transpose(1, 0, 2),
    8: lambda rows: np.rot90(rows, -1),
}
"""EXIF orientation → how a camera with that orientation stores an upright image."""


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", STORED)
def test_exif_orientation_is_undone(orientation: int, form: str) -> None:
    upright = np.random.default_rng(7).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if form == "WEBP" else {}
    image = read_image(encoded(Image.fromarray(np.ascontiguousarray(STORED[orientation](upright))), form, exif=exif, **options))
    assert (np.asarray(image) == upright).all()
    assert (image.info, dict(image.getexif())) == ({}, {})


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_invalid_orientation_is_ignored(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert read_image(encoded(Image.new("RGB", (40, 20)), "PNG", exif=exif)).size == (40, 20)


def test_path_bytes_and_image_give_the_same_pixels(tmp_path: Path) -> None:
    path = tmp_path / "red.png"
    RED.save(path)
    read = [np.asarray(read_image(source)) for source in (path, str(path), path.read_bytes(), RED)]
    assert all((one == read[0]).all() for one in read)


def test_a_jpeg_is_reduced_while_decoding_but_not_too_far() -> None:
    jpeg = encoded(Image.new("RGB", (1600, 1200)), "JPEG")
    assert 300 <= min(read_image(jpeg, at_least=300).size) < 1200
    assert read_image(jpeg, at_least=1, longest=801).size == (1600, 1200)
    assert read_image(jpeg, at_least=1, longest=800).size == (800, 600)
    assert read_image(jpeg, at_least=601, longest=100).size == (1600, 1200)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"just some text", "not an image.*JPEG"),
        (b"", "is an empty file"),
        (encoded(RED, "PNG")[:60], "truncated|damaged"),
        (encoded(Image.effect_noise((300, 300), 90), "JPEG")[:3000], "truncated"),
    ],
)
def test_unreadable_files_are_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=says):
        read_image(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no file"):
        read_image(tmp_path / "none.jpg")
    with pytest.raises(ImageError, match="cannot be read|not an image"):
        read_image(tmp_path)


def test_images_that_are_too_large_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    png = encoded(RED, "PNG")
    limits = Settings.model_construct(image_pixels=64 * 48 - 1)
    monkeypatch.setattr(image_reader, "settings", lambda: limits)
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded although the header said enough"))
    with pytest.raises(ImageError, match="megapixels.*smaller copy"):
        read_image(png)
    assert Image.open(io.BytesIO(png)).size == RED.size, "the limit is not one for the whole process"
    monkeypatch.setattr(image_reader, "settings", lambda: Settings.model_construct(image_bytes=10))
    (tmp_path / "big.png").write_bytes(png)
    for source in (png, tmp_path / "big.png"):
        with pytest.raises(ImageError, match="is larger than 1e-05 MB. Save a smaller copy"):
            read_image(source)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (500, 375)])
def test_pixels_are_square(size: tuple[int, int]) -> None:
    pixels = to_pixels(Image.new("RGB", size, "blue"), 32)
    assert (pixels.shape, pixels.dtype, pixels[16, 16].tolist()) == ((32, 32, 3), np.uint8, [0, 0, 255])
