"""A file that lacks only its end, or has damaged metadata, is read with a note wherever images are read. A real truncation is refused."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from benchmarks.malformed import encoded, picture
from devise_core.cli.main import main
from devise_core.collections.indexing import index_folder
from devise_core.errors import ImageError
from devise_core.settings import Settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.untrusted.upload_indexing import index_uploads
from devise_core.vision.image_reader import NOTE, note_on, read_image
from tests.app_testing import CAT
from tests.fakes import ColourEncoder

SIZE = (400, 300)
COMPLETE = "lacks its end. The image is complete."
IMAGE = read_image(CAT).resize(SIZE)
FILES = {
    "baseline JPEG": encoded(IMAGE, "JPEG", quality=90),
    "progressive JPEG": encoded(IMAGE, "JPEG", quality=90, progressive=True),
    "PNG": encoded(IMAGE, "PNG"),
    "palette PNG": encoded(IMAGE.quantize(16), "PNG"),
    "GIF": encoded(IMAGE, "GIF"),
    "WEBP": encoded(IMAGE, "WEBP", quality=90),
    "BMP": encoded(IMAGE, "BMP"),
    "TIFF": encoded(IMAGE, "TIFF"),
    "AVIF": encoded(IMAGE, "AVIF"),
    "HEIF": encoded(IMAGE, "HEIF"),
}


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(read_image(data), np.int16)


def different(first: np.ndarray, second: np.ndarray) -> float:
    """Return the share of pixels that differ visibly."""
    return float((np.abs(first - second).max(axis=2) > 16).mean())


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind != "AVIF"])  # browsers refuse an AVIF without its end too
@pytest.mark.parametrize("cut", [1, 2])
def test_a_file_without_its_last_bytes_is_read(kind: str, cut: int) -> None:
    data = FILES[kind]
    read = pixels(data[:-cut])
    assert different(read, pixels(data)) < 0.05
    assert read_upload(data[:-cut]).size == SIZE
    assert note_on(read_image(data)) == ""
    if kind != "GIF":  # the whole image is there, and readers do not look for the end of a GIF
        assert note_on(read_image(data[:-cut])).startswith("The image lacks its end")
        assert note_on(read_upload(data[:-cut])).startswith("The file lacks its end")


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_real_truncation_is_named(kind: str, share: float) -> None:
    cut = FILES[kind][: int(share * len(FILES[kind]))]
    for read in (read_image, read_upload):
        with pytest.raises(ImageError, match=r"^The (image|file) is (truncated|damaged)\. Save or download it again\.$"):
            read(cut)


@pytest.mark.parametrize("kind", ["baseline JPEG", "PNG", "BMP", "TIFF"])
def test_the_note_says_how_much_is_missing(kind: str) -> None:
    data = FILES[kind]
    image = read_image(data[: int(0.98 * len(data))])
    share = re.search(r"lacks its end, which is (\d)% of the image. Save or download it again.", note_on(image))
    assert share
    assert different(np.asarray(image, np.int16), pixels(data)) == pytest.approx(int(share[1]) / 100, abs=0.015)


def test_a_progressive_jpeg_that_lacks_details_nobody_sees_is_read() -> None:
    data = FILES["progressive JPEG"]
    image = read_image(data[: int(0.9 * len(data))])
    assert different(np.asarray(image, np.int16), pixels(data)) < 0.01
    assert "which is less than 1% of the image" in note_on(image)


def test_a_jpeg_without_its_end_mark_is_complete() -> None:
    for kind in ("baseline JPEG", "progressive JPEG"):
        data = FILES[kind]
        assert (pixels(data[:-2]) == pixels(data)).all()
        assert note_on(read_image(data[:-2])) == f"The image {COMPLETE}"


def chunk(kind: bytes, content: bytes, checksum_error: int = 1) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content) ^ checksum_error)


@pytest.mark.parametrize("kind", [b"tEXt", b"gAMA", b"tIME", b"iCCP", b"pHYs", b"eXIf"])
def test_damaged_metadata_of_a_png_are_left_out(kind: bytes) -> None:
    whole = FILES["PNG"]
    damaged = whole[:33] + chunk(kind, b"nonsense") + whole[33:]
    assert (pixels(damaged) == pixels(whole)).all()
    assert note_on(read_image(damaged)) == "The image has damaged or oversized metadata, which was left out."
    assert note_on(read_upload(damaged)) == "The file has damaged or oversized metadata, which was left out."
    assert "lacks its end" in note_on(read_image(damaged[:-20]))


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_png_with_a_long_text_is_read(kind: bytes) -> None:
    """Editors write their history into such a text, and Pillow refuses a text above a megabyte."""
    text = b"history\0" + (b"\0" if kind == b"zTXt" else b"\1\0\0\0") + zlib.compress(b"edited " * 300_000)
    whole = FILES["PNG"]
    long = whole[:33] + chunk(kind, text, 0) + whole[33:]
    assert (pixels(long) == pixels(whole)).all()
    assert note_on(read_upload(long)).startswith("The file has damaged or oversized metadata")


def test_a_png_with_a_damaged_header_is_refused() -> None:
    whole = FILES["PNG"]
    damaged = whole[:8] + chunk(b"IHDR", whole[16:29]) + whole[33:]
    with pytest.raises(ImageError, match="is damaged"):
        read_image(damaged)


def test_a_png_that_promises_far_more_than_it_has_is_refused() -> None:
    rows = chunk(b"IDAT", zlib.compress(bytes(3_000_000)), 0)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1 << 20, 1 << 20, 8, 2, 0, 0, 0), 0)
    for read in (read_image, read_upload):
        with pytest.raises(ImageError, match="megapixels"):
            read(FILES["PNG"][:8] + header + rows)


@pytest.fixture
def cut_file(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cut.jpg").write_bytes(FILES["baseline JPEG"][:-2])
    (folder / "whole.jpg").write_bytes(FILES["WEBP"])
    return folder / "cut.jpg"


def test_the_index_notes_it_in_its_report(cut_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    result = index_folder(cut_file.parent, "cut", ColourEncoder())
    assert (result.count, result.skipped) == (2, [])
    assert result.notes == [f"{cut_file}: cut.jpg {COMPLETE}"]
    assert result.report.read_text("utf-8").splitlines() == result.notes


def test_the_upload_of_a_zip_notes_it() -> None:
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("a/cut.jpg", FILES["baseline JPEG"][:-2])
        archive.writestr("a/whole.jpg", FILES["WEBP"])
    result = index_uploads([("photos.zip", packed.getvalue()), ("cut.png", FILES["PNG"][:-2])], ColourEncoder(), Settings())
    assert (result.new, result.skipped) == (3, [])
    assert result.notes == [f"a/cut.jpg: The file {COMPLETE}", f"cut.png: The file {COMPLETE}"]


def test_the_commands_say_it(cut_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", str(cut_file), "--json"]) == 0
    assert capsys.readouterr().err == f"semblance: cut.jpg {COMPLETE}\n"
    assert main(["label", str(cut_file.parent), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["notes"] == [f"{cut_file}: cut.jpg {COMPLETE}"]
    assert main(["label", str(cut_file.parent)]) == 0
    assert f"note     {cut_file}: cut.jpg {COMPLETE}" in capsys.readouterr().err


def test_an_image_without_a_note_has_none() -> None:
    assert NOTE not in read_image(FILES["PNG"]).info
    assert note_on(picture(3, 3)) == ""
