"""Untrusted images are bounded and lose their metadata. A decoder that fails does not affect the server."""

from __future__ import annotations

import json
import os
import random
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.fuzz import LARGEST, peak_of
from benchmarks.hostile import hostile_files, slow_jpeg
from benchmarks.malformed import encoded, good_files, mutated, picture
from devise_core.errors import ImageError
from devise_core.settings import Settings
from devise_core.untrusted import decoder_pool
from devise_core.untrusted.decoder_pool import CRASHED, DecoderPool, read_upload
from devise_core.untrusted.decoder_worker import SIDE
from devise_core.vision.image_reader import read_image

GOOD = good_files()


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    made = DecoderPool(1)
    yield made
    made.close()


@pytest.mark.parametrize("name", GOOD)
def test_the_worker_decodes_like_the_library(name: str, decoders: DecoderPool) -> None:
    expected, image = read_image(GOOD[name]), decoders.read(GOOD[name], Settings())
    assert (image.mode, image.size) == ("RGB", expected.size)
    assert (np.asarray(image) == np.asarray(expected)).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "I;16", "CMYK", "1"])
def test_a_large_image_is_reduced_in_bands(mode: str, decoders: DecoderPool) -> None:
    whole = Image.linear_gradient("L").resize((3_100, 2_300))
    sent = Image.fromarray(np.asarray(whole, np.uint16) * 257) if mode == "I;16" else Image.merge("RGB", [whole] * 3).convert(mode)
    small = decoders.read(encoded(sent, "TIFF" if mode == "CMYK" else "PNG"), Settings())
    wanted = whole.resize((SIDE, round(SIDE * 2_300 / 3_100)), Image.Resampling.LANCZOS)
    assert small.size == wanted.size
    assert np.abs(np.asarray(small, int).mean(axis=2) - np.asarray(wanted, int)).mean() < (20 if mode in "1P" else 2)


def test_metadata_are_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 3, "where I live"
    sent = encoded(picture(), "JPEG", exif=exif, icc_profile=b"a profile" * 20, xmp=b"<x:xmpmeta/>", comment=b"a comment")
    for image in (read_upload(sent), read_image(sent)):
        assert (image.info, dict(image.getexif()), getattr(image, "text", {})) == ({}, {}, {})
    assert read_upload(sent).getpixel((0, 0)) == read_image(sent).getpixel((0, 0))


def test_the_worker_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    made = DecoderPool(1)
    for data in GOOD.values():
        made.read(data, Settings())
    [process] = made.processes()
    limits = Path(f"/proc/{process}/limits").read_text()
    made.close()
    assert list(tmp_path.iterdir()) == []
    assert next(line for line in limits.splitlines() if line.startswith("Max file size")).split()[3] == "0"


@pytest.mark.parametrize(
    ("change", "data", "says"),
    [
        ({"upload_bytes": 1_000}, GOOD["PNG"], r"is larger than 0\.001 MB\. Save a smaller copy"),
        ({"upload_pixels": 1_727}, GOOD["PNG"], "megapixels. At most"),
        ({"upload_frames": 2}, GOOD["animated WebP"], "3 frames. At most 2"),
        ({"upload_frames": 2}, GOOD["APNG"], "3 frames. At most 2"),
        ({}, GOOD["JPEG"][:700], "truncated"),
        ({}, GOOD["PNG"][:900], "truncated"),
        ({}, GOOD["WebP"][:400], "truncated"),
        ({}, GOOD["GIF"][:900], "truncated"),
        ({}, GOOD["BMP"][:900], "truncated"),
        ({}, b"text", "not an image.*JPEG, PNG"),
        ({"upload_seconds": 0.2}, slow_jpeg(25, 100), r"took more than 0.2 s"),
        ({}, slow_jpeg(1, 101), "more than 100 scans"),
    ],
)
def test_errors_say_what_is_wrong(change: dict[str, int], data: bytes, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        read_upload(data, Settings().model_copy(update=change))


def test_damage_inside_a_file_is_reported() -> None:
    data = bytearray(GOOD["lossless WebP"])
    data[200:400] = bytes(200)
    with pytest.raises(ImageError, match="damaged"):
        read_upload(bytes(data))


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_a_jpeg_of_48_megapixels_is_accepted(options: dict[str, Any], decoders: DecoderPool) -> None:
    sent = encoded(Image.new("RGB", (8_064, 6_048), "teal"), "JPEG", **options)
    assert decoders.read(sent, Settings(upload_seconds=60)).size == (1_024, 768)
    assert peak_of(decoders.processes()[0]) <= 300_000_000


@pytest.mark.parametrize(
    ("mode", "options", "most"),
    [("RGB", {}, 80), ("RGB", {"subsampling": 1}, 60), ("RGB", {"subsampling": 0}, 40), ("CMYK", {}, 30)],
)
def test_a_progressive_jpeg_is_limited_by_its_samples(mode: str, options: dict[str, Any], most: int, decoders: DecoderPool) -> None:
    """The limit is 240 MB at two bytes per sample. A pixel takes three bytes with 4:2:0, four with 4:2:2 and six with 4:4:4."""
    sent = bytearray(encoded(Image.new(mode, (16, 16)), "JPEG", progressive=True, **options))
    at = sent.index(b"\xff\xc2")
    sent[at + 5 : at + 9] = b"\x27\x10" * 2  # 10,000 pixels a side, with hardly any data
    with pytest.raises(ImageError, match=rf"100.0 megapixels. At most {most}\.0 are allowed in a JPEG. Save a smaller copy\."):
        decoders.read(bytes(sent), Settings())


@pytest.mark.parametrize("name", ["progressive JPEG 4:4:4", "WEBP", "TIFF of one strip"])
def test_the_largest_images_need_less_than_300_mb(name: str, decoders: DecoderPool) -> None:
    mode, megapixels, options = LARGEST[name]
    side = int((megapixels * 1e6) ** 0.5)
    sent = encoded(Image.new(mode, (side, side), 90), name.split()[1 if "JPEG" in name else 0], **options)
    assert decoders.read(sent, Settings(upload_seconds=60)).size == (SIDE, SIDE)
    assert peak_of(decoders.processes()[0]) <= 300_000_000


def test_hostile_files_are_refused_or_reduced(decoders: DecoderPool) -> None:
    read = {}
    for what, data in hostile_files().items():
        try:
            read[what] = decoders.read(data, Settings())
        except ImageError as error:
            assert str(error) != CRASHED, what
            assert re.search(r"\. [A-Z]", str(error)), "the remedy"
    assert all(max(image.size) <= SIDE for image in read.values())
    assert not [what for what in read if "mega" in what and "LZW" not in what]
    assert peak_of(decoders.processes()[0]) <= 300_000_000


def test_mutated_files_never_crash_a_decoder(decoders: DecoderPool) -> None:
    """A few hundred of the files that ``benchmarks.fuzz`` makes by the thousand."""
    rng, files, outcomes = random.Random(11), list(GOOD.values()), set()
    for _ in range(400):
        data = mutated(rng.choice(files), files, rng)
        try:
            image = decoders.read(data, Settings())
            outcomes.add(image.mode)
        except ImageError as error:
            assert str(error) != CRASHED
            outcomes.add(str(error).split(". ")[0])
    assert len(outcomes) > 4


@pytest.mark.parametrize("answer", ['{"size": [Infinity, 1], "note": ""}', "[" * 9_000, "[1]", '{"size": [1]}', '"error"'])
def test_a_decoder_that_answers_nonsense_is_ended(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, sent = DecoderPool(1), next(iter(GOOD.values()))
    pool.read(sent, Settings())
    process = pool.processes()[0]
    monkeypatch.setattr(decoder_pool._DecoderProcess, "_read_line", lambda _: json.loads(answer))
    with pytest.raises(ImageError, match=CRASHED):
        pool.read(sent, Settings())
    assert pool.processes() == []
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    pool.close()


def test_a_dead_decoder_is_replaced() -> None:
    made, works, slow = DecoderPool(1), encoded(picture(), "PNG"), slow_jpeg(25, 100)
    first = made.read(works, Settings()) and made.processes()[0]
    taken = made._free[0]
    threading.Timer(0.3, taken.process.kill).start()  # as a fault in a C library would end it
    with pytest.raises(ImageError, match="damaged and cannot be read"):
        made.read(slow, Settings(upload_seconds=60))
    assert made.read(works, Settings()).size == (48, 36)
    assert made.processes() != [first]
    made._free[0].process.kill()  # and one that ends while it waits
    made._free[0].process.wait()
    assert made.read(works, Settings()).size == (48, 36)
    made.close()


def test_idle_decoders_end() -> None:
    made = DecoderPool(1, idle=0.05)
    made.read(GOOD["PNG"], Settings())
    for waiting in list(made._free):
        waiting.process.wait(10)
    assert made.read(GOOD["PNG"], Settings()).size == (36, 48)
    made.close()


def test_uploads_wait_for_a_decoder_and_are_refused_in_the_end() -> None:
    made, busy, slow = DecoderPool(1), Settings(queue_seconds=0.5), slow_jpeg(25, 100)
    made.read(GOOD["PNG"], busy)

    def work() -> None:
        with suppress(ImageError):
            made.read(slow, Settings(upload_seconds=1))

    at_work = threading.Thread(target=work)
    at_work.start()
    while made.processes():  # until the decoder is taken
        pass
    with pytest.raises(ImageError, match="Many images.*Try again"):
        made.read(GOOD["PNG"], busy)
    at_work.join()
    assert made.read(GOOD["PNG"], busy).size == (36, 48)
    made.close()
