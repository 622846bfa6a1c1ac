"""Small valid images in every format, and mutations of them."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

_LENGTHS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def picture(width: int = 48, height: int = 36, mode: str = "RGB", seed: int = 7) -> Image.Image:
    """Return a gradient with noise."""
    noise = np.random.default_rng(seed).integers(0, 60, (height, width, 4), dtype=np.uint8)
    slope = (np.arange(width, dtype=np.uint16) * 190 // width).astype(np.uint8)
    return Image.fromarray(noise + slope[None, :, None], "RGBA").convert(mode)


def encoded(image: Image.Image, form: str, more: Sequence[Image.Image] = (), **options: Any) -> bytes:
    """Encode an image.

    Args:
        image: The image, or the first frame.
        form: The name of the format in Pillow.
        more: Further frames.
        options: Options of Pillow's ``save``.
    """
    register_heif_opener()
    if more:
        options |= {"save_all": True, "append_images": [frame.copy() for frame in more]}
    buffer = io.BytesIO()
    image.copy().save(buffer, form, **options)  # a copy, because saving as JPEG leaves its options on the image
    return buffer.getvalue()


def good_files() -> dict[str, bytes]:
    """Return a valid file of each kind that Pillow can write: description → content."""
    plain, more = picture(), [picture(seed=seed) for seed in (8, 9)]
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "upside down"
    deep = Image.fromarray(np.arange(48 * 36, dtype=np.uint16).reshape(36, 48) * 37)
    return {
        "JPEG": encoded(plain, "JPEG", exif=exif, comment=b"a comment"),
        "progressive JPEG": encoded(plain, "JPEG", progressive=True),
        "CMYK JPEG": encoded(picture(mode="CMYK"), "JPEG"),
        "grey JPEG": encoded(picture(mode="L"), "JPEG"),
        "MPO": encoded(plain, "MPO", more),
        "PNG": encoded(plain, "PNG", exif=exif),
        "RGBA PNG": encoded(picture(mode="RGBA"), "PNG"),
        "palette PNG": encoded(plain.quantize(16), "PNG", transparency=3),
        "16-bit PNG": encoded(deep, "PNG"),
        "bilevel PNG": encoded(picture(mode="1"), "PNG"),
        "APNG": encoded(plain, "PNG", more),
        "WebP": encoded(plain, "WEBP", exif=exif),
        "lossless WebP": encoded(picture(mode="RGBA"), "WEBP", lossless=True),
        "animated WebP": encoded(plain, "WEBP", more),
        "AVIF": encoded(plain, "AVIF", exif=exif),
        "RGBA AVIF": encoded(picture(mode="RGBA"), "AVIF"),
        "animated AVIF": encoded(plain, "AVIF", more),
        "HEIC": encoded(plain, "HEIF"),
        "RGBA HEIC": encoded(picture(mode="RGBA"), "HEIF", more),
        "GIF": encoded(plain, "GIF"),
        "animated GIF": encoded(plain, "GIF", more),
        "BMP": encoded(plain, "BMP"),
        "palette BMP": encoded(plain.quantize(16), "BMP"),
        "TIFF": encoded(plain, "TIFF", exif=exif),
        "LZW TIFF": encoded(picture(mode="RGBA"), "TIFF", compression="tiff_lzw"),
        "deflate TIFF": encoded(deep, "TIFF", compression="tiff_adobe_deflate"),
        "JPEG TIFF": encoded(plain, "TIFF", compression="jpeg"),
        "TIFF of three pages": encoded(plain, "TIFF", more),
        "fax TIFF": encoded(picture(mode="1"), "TIFF", compression="group4"),
        "float TIFF": encoded(picture(mode="F"), "TIFF", compression="packbits"),
    }


def mutated(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """Return ``data`` with one to four faults. Most PNG files get correct checksums again, so that a decoder reaches the fault.

    Args:
        data: A valid file.
        others: Files to splice parts from.
        rng: Chooses the faults.
    """
    body = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(body) + 1), rng.choice((1, 4, 16, 64, 256))
        fault = rng.choice((_flip, _flip, _length, _length, _cut, _remove, _repeat, _splice))
        fault(body, min(at, max(0, len(body) - 1)), length, others, rng)
    return with_checksums(bytes(body)) if rng.random() < 0.7 else bytes(body)


def _flip(body: bytearray, at: int, length: int, _: list[bytes], rng: random.Random) -> None:
    for place in range(at, min(len(body), at + length)):
        body[place] ^= 1 << rng.randrange(8) if rng.random() < 0.3 else 0


def _length(body: bytearray, at: int, _: int, __: list[bytes], rng: random.Random) -> None:
    """Overwrite a number, mostly in the header, with one at the edge of its range."""
    at = min(at, rng.choice((64, 256, len(body))))
    value, form = rng.choice(_LENGTHS), rng.choice(("<H", ">H", "<I", ">I"))
    number = struct.pack(form, value & (0xFFFF if form[1] == "H" else 0xFFFFFFFF))
    body[at : at + len(number)] = number


def _cut(body: bytearray, at: int, *_: object) -> None:
    del body[at:]


def _remove(body: bytearray, at: int, length: int, *_: object) -> None:
    del body[at : at + length]


def _repeat(body: bytearray, at: int, length: int, _: list[bytes], rng: random.Random) -> None:
    body[at:at] = body[at : at + length] * rng.choice((1, 2, 50))


def _splice(body: bytearray, at: int, length: int, others: list[bytes], rng: random.Random) -> None:
    other = rng.choice(others)
    start = 0 if rng.random() < 0.5 else rng.randrange(len(other))
    body[at if start else 0 : at + length] = other[start : start + length]


def with_checksums(data: bytes) -> bytes:
    """Correct the checksum of every chunk of a PNG file, so that a decoder reaches the faults. Other formats stay unchanged."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return data
    body, at = bytearray(data), 8
    while at + 12 <= len(body):
        end = at + 8 + struct.unpack_from(">I", body, at)[0]
        if end + 4 > len(body):
            break
        struct.pack_into(">I", body, end, zlib.crc32(body[at + 4 : end]))
        at = end + 4
    return bytes(body)
