"""Decode untrusted images in a separate process: ``python -m devise_core.untrusted.decoder_worker``.

The process reads requests from stdin and writes answers to stdout. A request is a line of JSON, followed by the bytes of the file.
An answer is a line of JSON, followed by the pixels if the image could be decoded. The memory of the process is limited, and the
process cannot write files. The decoders are C libraries. A crafted file that exploits a decoder takes over this process and not the
server.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
import warnings
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from devise_core.errors import ImageError
from devise_core.vision.exif import orientation, upright
from devise_core.vision.image_reader import NOTE, load_image, note_on, on_white, open_image
from devise_core.vision.jpeg_marks import SCAN_MARK, read_marks

SIDE = 1024
"""The maximum length of the longer side of a decoded image, in pixels."""
NICE = 5
"""The niceness that a decoder adds to the server's. The lower priority keeps pages fast while images are decoded."""
MAX_SCANS = 100
"""The maximum number of scans in a progressive JPEG. Encoders write about ten scans. Decoding each one passes over every pixel."""
_NAME = "The file"
_SLACK = 16_000_000  # bytes for everything except the file and its pixels
_BANDS = 64  # rows of the result that are made at a time
_COST = {"JPEG": 1, "MPO": 1, "PNG": 6, "GIF": 6, "BMP": 6, "TIFF": 8, "WEBP": 17, "AVIF": 10, "HEIF": 9}
"""Peak memory in bytes per pixel, measured by ``python -m benchmarks.fuzz``.

The value of JPEG is low because a large JPEG is decoded at a fraction of its size.
"""


@dataclass(frozen=True)
class DecodeLimits:
    """The limits for one image.

    Attributes:
        pixels: The maximum of width times height, as the header gives them.
        frames: The maximum number of frames of an animation, as the header gives it.
        memory: The maximum number of bytes for the file and its decoding together.
        side: The maximum of the longer side of the result, in pixels.
    """

    pixels: int
    frames: int
    memory: int
    side: int = SIDE

    def request(self, length: int) -> bytes:
        """Return the first line of a request for a file of ``length`` bytes."""
        return json.dumps({"length": length, **asdict(self)}).encode() + b"\n"


def decode(data: bytes, limits: DecodeLimits) -> Image.Image:
    """Decode an image file to upright RGB on white, without metadata and no larger than ``limits.side``.

    Raises:
        ImageError: The file is truncated, damaged, too large or not an image.
    """
    # Counting marker bytes is fast but can find too many scans, so the markers are parsed only if the count is above the limit.
    if data.count(SCAN_MARK) > MAX_SCANS and (marks := read_marks(data)) and marks.scans > MAX_SCANS:
        raise ImageError(f"{_NAME} is a JPEG with more than {MAX_SCANS} scans. Save it as an ordinary one.")

    def prepare(image: Image.Image) -> None:
        _check_size(image, limits, len(data))
        if image.format in ("JPEG", "MPO"):
            scale = min(1.0, limits.side / max(image.size))
            image.draft(image.mode, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))

    image = load_image(data, _NAME, prepare)
    small = _reduce(image, limits.side)
    small.thumbnail((limits.side, limits.side), Image.Resampling.LANCZOS)
    result = upright(small, orientation(image))
    result.info = {NOTE: note_on(image)}
    return result


def _check_size(image: Image.Image, limits: DecodeLimits, length: int) -> None:
    """Raise ``ImageError`` if the header gives too many pixels or frames."""
    most = _most_pixels(limits, length, _cost(image))
    if image.width * image.height > most:
        raise ImageError(
            f"{_NAME} has {image.width * image.height / 1e6:.1f} megapixels. At most {most / 1e6:.1f} are allowed in "
            f"a {image.format}. Save a smaller copy{'' if isinstance(image, JpegImageFile) else ', or one as JPEG'}."
        )
    # Counting the frames of a GIF or TIFF means walking through all of them. Only the first frame is read, which needs no count.
    frames = getattr(image, "n_frames", 1) if image.format not in ("GIF", "TIFF") else 1
    if frames > limits.frames:
        raise ImageError(f"{_NAME} has {frames} frames. At most {limits.frames} are allowed. Save one of them.")


def _cost(image: Image.Image) -> float:
    """Return the peak memory in bytes per pixel.

    A progressive JPEG is held at full size with two bytes per sample. That is three bytes per pixel at the usual 4:2:0 subsampling.
    """
    cost = _COST[image.format or ""]
    if not (isinstance(image, JpegImageFile) and image.info.get("progressive")):
        return cost
    across, down = (max(1, *(layer[side] for layer in image.layer)) for side in (1, 2))
    return max(cost, 2 * sum(layer[1] * layer[2] for layer in image.layer) / (across * down))


def _most_pixels(limits: DecodeLimits, length: int, cost: float) -> int:
    """Return how many pixels a file of ``length`` bytes may have. The file is in memory too, and some decoders copy the file."""
    return max(1, min(limits.pixels, int((limits.memory - 3 * length) / cost)))


def _reduce(image: Image.Image, side: int) -> Image.Image:
    """Shrink an image by an integer factor, until its longer side is less than twice ``side``.

    The image is converted and shrunk in bands, so that memory never holds the large image twice.
    """
    factor = max(image.size) // side
    if factor < 2:
        return on_white(image, _NAME)
    if image.mode[0] in "IF":
        small = image.resize((-(-image.width // factor), -(-image.height // factor)), Image.Resampling.BOX)
        return on_white(small, _NAME)
    small = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, small.height, _BANDS):
        bottom = min(image.height, (top + _BANDS) * factor)
        band = on_white(image.crop((0, top * factor, image.width, bottom)), _NAME)
        small.paste(band.reduce(factor), (0, top))
    return small


def main() -> None:
    """Answer requests until stdin ends."""
    if sys.platform != "win32":
        os.nice(NICE)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    _import_decoders()
    base = _address_space()
    answers.write(b"{}\n")  # ready
    answers.flush()
    while line := requests.readline():
        request = json.loads(line)
        length = request.pop("length")
        limits = DecodeLimits(**request)
        _limit_process(base + limits.memory + _SLACK)
        _answer(answers, requests.read(length), limits)


def _import_decoders() -> None:
    """Import every decoder before memory is limited. Decoders get one thread each, because a thread's stack takes address space."""
    import pillow_heif
    from PIL import AvifImagePlugin

    warnings.simplefilter("ignore")  # Pillow warns about large images, which the limits here handle
    AvifImagePlugin.DEFAULT_MAX_THREADS = pillow_heif.options.DECODE_THREADS = 1
    with suppress(ImageError):
        open_image(b"no format at all", _NAME)


def _answer(answers: IO[bytes], data: bytes, limits: DecodeLimits) -> None:
    # Pillow stops at the header of an image with more than twice this many pixels. This check matters for WebP, because the canvas
    # of a WebP is allocated when the file is opened.
    Image.MAX_IMAGE_PIXELS = _most_pixels(limits, len(data), _COST["WEBP"] if data[8:12] == b"WEBP" else 1) // 2
    try:
        image = decode(data, limits)
    except ImageError as error:
        answers.write(json.dumps({"error": str(error)}).encode() + b"\n")
    else:
        answers.write(json.dumps({"size": image.size, "note": note_on(image)}).encode() + b"\n" + image.tobytes())
    answers.flush()


def _address_space() -> int:
    """Return the bytes of this process's address space, or 0 if the system does not report them."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * mmap.PAGESIZE
    return 0


def _limit_process(memory: int) -> None:
    """Allow ``memory`` bytes of address space, no writing to files and no core dump."""
    if sys.platform == "win32" or not _address_space():
        return
    import resource

    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # a host may already allow less
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


if __name__ == "__main__":
    main()
