"""Decode one untrusted image in a separate process that can be killed: ``python -m devise_core.untrusted.decoder_worker``.

The process reads requests on stdin and answers on stdout, a line of JSON and then bytes, each way. It may take so much memory
and may write no file: the decoders are C libraries, and one that is led astray by a crafted file ends here and not in the server.
"""

from __future__ import annotations

import json
import mmap
import sys
import warnings
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from devise_core.errors import ImageError
from devise_core.vision.image_reader import loaded, on_white, opened, orientation, upright

SIDE = 1024
MOST_SCANS = 100
"""Of a progressive JPEG; an encoder writes about ten, and each walks over every pixel."""
_NAME = "The file"
_SLACK = 16_000_000  # bytes for all but pixels
_BANDS = 64  # rows of the result that are made at a time
_COST = {"JPEG": 1, "MPO": 1, "PNG": 6, "GIF": 6, "BMP": 6, "TIFF": 8, "WEBP": 17, "AVIF": 10, "HEIF": 9}
"""Bytes of memory a pixel at the peak, as ``python -m benchmarks.fuzz`` measures them. A JPEG is decoded at a part of its size."""


@dataclass(frozen=True)
class Limits:
    """Of one picture: pixels and frames by its header, the memory (bytes) it and its decoding may take, the side of the result."""

    pixels: int
    frames: int
    memory: int
    side: int = SIDE

    def line(self, length: int) -> bytes:
        """The request's head for a picture of ``length`` bytes."""
        return json.dumps({"length": length, **asdict(self)}).encode() + b"\n"


def decode(data: bytes, limits: Limits) -> Image.Image:
    """Upright RGB on white of at most ``limits.side`` pixels a side, without metadata. Raises ``ImageError``."""
    if data[:2] == b"\xff\xd8" and data.count(b"\xff\xda") > MOST_SCANS:
        raise ImageError(f"{_NAME} is a JPEG of more than {MOST_SCANS} scans: save it as an ordinary one.")
    image = opened(data, _NAME)
    _check_size(image, limits, len(data))
    if image.format in ("JPEG", "MPO"):
        scale = min(1.0, limits.side / max(image.size))
        image.draft(image.mode, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
    loaded(image, _NAME)
    small = _reduced(image, limits.side)
    small.thumbnail((limits.side, limits.side), Image.Resampling.LANCZOS)
    return upright(small, orientation(image))


def _check_size(image: Image.Image, limits: Limits, length: int) -> None:
    """Raises ``ImageError`` where the header says too many pixels, or too many frames."""
    most = _most(limits, length, _cost(image))
    if image.width * image.height > most:
        raise ImageError(
            f"{_NAME} has {image.width * image.height / 1e6:.1f} megapixels; at most {most / 1e6:.1f} are allowed in "
            f"a {image.format}: save a smaller copy{'' if isinstance(image, JpegImageFile) else ', or one as JPEG'}."
        )
    # GIF and TIFF are counted by walking through them; their first frame is read without
    frames = getattr(image, "n_frames", 1) if image.format not in ("GIF", "TIFF") else 1
    if frames > limits.frames:
        raise ImageError(f"{_NAME} has {frames} frames; at most {limits.frames} are allowed: save one of them.")


def _cost(image: Image.Image) -> float:
    """As ``_COST``; a progressive JPEG is held whole, two bytes for each sample: three a pixel with the usual half colours."""
    cost = _COST[image.format or ""]
    if not (isinstance(image, JpegImageFile) and image.info.get("progressive")):
        return cost
    across, down = (max(1, *(layer[side] for layer in image.layer)) for side in (1, 2))
    return max(cost, 2 * sum(layer[1] * layer[2] for layer in image.layer) / (across * down))


def _most(limits: Limits, length: int, cost: float) -> int:
    """Pixels that a file of ``length`` bytes may have: it is held as a file too, and by some decoders again."""
    return max(1, min(limits.pixels, int((limits.memory - 3 * length) / cost)))


def _reduced(image: Image.Image, side: int) -> Image.Image:
    """Shrunk by a whole number to less than twice ``side``, a band at a time: the large picture is never held twice."""
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
    """Answer until stdin ends."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    _prepare()
    base = _address_space()
    answers.write(b"{}\n")  # ready
    answers.flush()
    while line := asked.readline():
        request = json.loads(line)
        length = request.pop("length")
        limits = Limits(**request)
        _confine(base + limits.memory + _SLACK)
        _answer(answers, asked.read(length), limits)


def _prepare() -> None:
    """Import every decoder while files may still be opened; one thread each, since a thread takes address space for its stack."""
    import pillow_heif
    from PIL import AvifImagePlugin

    warnings.simplefilter("ignore")  # Pillow warns of sizes that the limits here decide on
    AvifImagePlugin.DEFAULT_MAX_THREADS = pillow_heif.options.DECODE_THREADS = 1
    with suppress(ImageError):
        opened(b"none of all formats", _NAME)


def _answer(answers: IO[bytes], data: bytes, limits: Limits) -> None:
    # Pillow reads no further than the header above twice this: a WebP's canvas is made as it is opened
    Image.MAX_IMAGE_PIXELS = _most(limits, len(data), _COST["WEBP"] if data[8:12] == b"WEBP" else 1) // 2
    try:
        image = decode(data, limits)
    except ImageError as error:
        answers.write(json.dumps({"error": str(error)}).encode() + b"\n")
    else:
        answers.write(json.dumps({"size": image.size}).encode() + b"\n" + image.tobytes())
    answers.flush()


def _address_space() -> int:
    """Bytes of this process's address space; 0 where the system does not say."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * mmap.PAGESIZE
    return 0


def _confine(memory: int) -> None:
    """No more address space than ``memory`` bytes, no file written, no core dumped."""
    if sys.platform == "win32" or not _address_space():
        return
    import resource

    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # a host may hold it lower already
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


if __name__ == "__main__":
    main()
