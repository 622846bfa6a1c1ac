"""An uploaded file is decoded once, and every page gets its vectors from those pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine
from devise_core.settings import Settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.untrusted.upload_indexing import index_uploads
from devise_core.vision.image_encoder import Encoded, KerasImageEncoder
from devise_core.vision.preprocess import Pixels, to_pixels
from tests.app_testing import app, checked


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    """A rotated photograph with fine detail, which another round of JPEG would change."""
    detail = np.random.default_rng(7).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(detail).resize((2_000, 1_500), Image.Resampling.NEAREST).save(buffer, "JPEG", quality=90, exif=exif)
    return buffer.getvalue()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Pixels, Encoded]]:
    """Every call of the model: the pixels and the vectors."""
    made: list[tuple[Pixels, Encoded]] = []
    encode_pixels = KerasImageEncoder.encode_pixels

    def recorded(encoder: KerasImageEncoder, pixels: Pixels) -> Encoded:
        made.append((pixels, encode_pixels(encoder, pixels)))
        return made[-1][1]

    monkeypatch.setattr(KerasImageEncoder, "encode_pixels", recorded)
    return made


@pytest.mark.artifacts
def test_one_file_has_one_vector_on_every_page(engine: Engine, jpeg: bytes, calls: list[tuple[Pixels, Encoded]]) -> None:
    for page in ("image_search", "labels"):
        test = app(page)
        test.button_group(key=f"{page}_way").set_value("Upload").run()
        checked(test.file_uploader(key=f"{page}_file").set_value(("photo.jpg", jpeg, "image/jpeg")).run())
    checked(app("explorer").file_uploader(key="explorer_file").set_value(("photo.jpg", jpeg, "image/jpeg")).run())
    [mine] = index_uploads([("photo.jpg", jpeg)], engine.encoder, Settings()).images  # as the page for uploads does
    alone = engine.encode(read_upload(jpeg))

    pixels = to_pixels(read_upload(jpeg), engine.encoder.size)
    assert len(calls) == 5
    for seen, encoded in calls:
        assert (seen == pixels).all()
        assert (encoded.embeddings == alone.embeddings).all()
        assert (encoded.features == alone.features).all()
    assert (mine.embedding == alone.embeddings[0]).all()
