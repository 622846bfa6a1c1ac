"""Files of a kind that is not read are refused with an error that names the kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from devise_core.errors import ImageError
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.vision.image_reader import read_image

CONTENTS = {
    "empty": (b"", "is an empty file. Save or download"),
    "CR2": (b"II*\0\x10\0\0\0CR\2\0" + bytes(90), "is a raw photo, and raw photos are not read. Save it as JPEG"),
    "CR3": (b"\0\0\0\x18ftypcrx " + bytes(90), "raw photo"),
    "RAF": (b"FUJIFILMCCD-RAW 0201" + bytes(90), "raw photo"),
    "JPEG XL": (b"\xff\x0a" + bytes(90), "JPEG XL image"),
    "JPEG XL in a box": (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(90), "JPEG XL image"),
    "SVG": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "drawing"),
    "PDF": (b"%PDF-1.7\n" + bytes(90), "document"),
    "Photoshop": (b"8BPS\0\1" + bytes(90), "document"),
    "MP4": (b"\0\0\0\x18ftypisom" + bytes(90), "video"),
    "WebM": (b"\x1aE\xdf\xa3" + bytes(90), "video"),
    "zip": (b"PK\3\4" + bytes(90), "is a packed file, and packed files are not read. Unpack it first"),
    "RAR": (b"Rar!\x1a\7\0" + bytes(90), "packed file"),
    "text": (b"notes", "is not an image in a known format. Use a JPEG, PNG"),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_a_file_that_is_not_read_is_named(kind: str, tmp_path: Path) -> None:
    content, says = CONTENTS[kind]
    (tmp_path / "file.jpg").write_bytes(content)
    with pytest.raises(ImageError, match=rf"file\.jpg .*{says}"):
        read_image(tmp_path / "file.jpg")
    with pytest.raises(ImageError, match=rf"The file .*{says}"):
        read_upload(content)
