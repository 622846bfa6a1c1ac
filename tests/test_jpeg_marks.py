"""What follows a JPEG does not count, a missing end mark is no truncation, and a real truncation is one."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.malformed import encoded, picture
from devise_core.errors import ImageError
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.vision.image_reader import read_image
from devise_core.vision.jpeg_marks import END, read_marks, with_end_mark


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


def test_a_missing_end_mark_is_added(jpeg: bytes) -> None:
    assert jpeg[-2:] == END
    assert with_end_mark(jpeg[:-2]) == jpeg
    assert read_image(jpeg[:-2]).tobytes() == read_image(jpeg).tobytes()
    assert read_upload(jpeg[:-2]).size == (300, 200)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.97])
def test_a_real_truncation_is_named(jpeg: bytes, share: float) -> None:
    cut = jpeg[: int(share * len(jpeg))]
    assert with_end_mark(cut) == cut
    with pytest.raises(ImageError, match="is truncated"):
        read_image(cut)


def test_a_jpeg_of_a_large_sensor_is_read() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (12_000, 9_000), (9, 99, 200)).save(buffer, "JPEG", quality=50)
    assert read_image(buffer.getvalue(), at_least=384).size == (1_500, 1_125)
    assert max(read_upload(buffer.getvalue()).size) == 1_024
