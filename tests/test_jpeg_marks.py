"""Marks of a JPEG: where it ends, so that what follows is ignored, and whether all of its scans have begun."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.malformed import encoded, picture
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.vision.image_reader import read_image
from devise_core.vision.jpeg_marks import read_marks
from tests.app_testing import CAT


@pytest.fixture(params=[False, True], ids=["baseline", "progressive"])
def jpeg(request: pytest.FixtureRequest) -> bytes:
    return encoded(picture(300, 200), "JPEG", progressive=request.param)


def test_marks_of_an_image(jpeg: bytes) -> None:
    marks = read_marks(jpeg)
    assert marks
    assert marks.end == len(jpeg)
    assert (marks.scans == 1) == (b"\xff\xc2" not in jpeg)


def test_a_video_behind_the_image_does_not_count(jpeg: bytes) -> None:
    film = jpeg + b"\0\0\0\x18ftypmp42" + b"\xff\xda\0\x08" * 500
    marks = read_marks(film)
    assert marks
    assert marks.end == len(jpeg)
    assert read_upload(film).size == (300, 200)
    assert (np.asarray(read_image(film)) == np.asarray(read_image(jpeg))).all()


@pytest.mark.parametrize(("progressive", "share"), [(False, 0.2), (True, 0.8)])
def test_the_last_scan_of_a_progressive_jpeg_begins_late(progressive: bool, share: float) -> None:
    data = encoded(read_image(CAT), "JPEG", quality=90, progressive=progressive)
    for place, begun in ((share, True), (share - 0.15, not progressive), (0.001, False)):
        marks = read_marks(data[: int(place * len(data))])
        assert marks
        assert marks.all_scans == begun


def test_a_jpeg_of_a_large_sensor_is_read() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (12_000, 9_000), (9, 99, 200)).save(buffer, "JPEG", quality=50)
    assert read_image(buffer.getvalue(), at_least=384).size == (1_500, 1_125)
    assert max(read_upload(buffer.getvalue()).size) == 1_024
