"""Files made to harm a decoder: bombs, loops, false sizes, and files that are not images."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

from benchmarks.malformed import encoded, picture, with_checksums

_PNG = b"\x89PNG\r\n\x1a\n"


def hostile_files() -> dict[str, bytes]:
    """Return every hostile file: description → content."""
    return {**_pngs(), **_gifs_and_bmps(), **_tiffs(), **_jpegs(), **_boxes_and_riffs(), **_others()}


def slow_jpeg(megapixels: float, scans: int) -> bytes:
    """Return a progressive JPEG with many scans. Each scan is a few bytes in the file and a pass over every pixel."""
    side = int((megapixels * 1e6) ** 0.5)
    whole = encoded(Image.new("L", (side, side), 90), "JPEG", progressive=True)
    starts = [at for at in range(len(whole) - 1) if whole[at : at + 2] == b"\xff\xda"]
    head, last = whole[: starts[-1]], whole[starts[-1] : -2]
    return head + last * (scans - len(starts) + 1) + b"\xff\xd9"


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *chunks: bytes, depth: int = 1, colour: int = 0, rows: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return _PNG + _chunk(b"IHDR", header) + b"".join(chunks) + _chunk(b"IDAT", rows) + _chunk(b"IEND")


def _pngs() -> dict[str, bytes]:
    row, bomb = zlib.compress(b"\0\0"), zlib.compress(bytes(100_000_000), 9)
    frames = _chunk(b"acTL", struct.pack(">II", 0x7FFFFFFF, 0))
    return {
        "PNG of 900 megapixels": _png(30_000, 30_000, rows=zlib.compress(bytes(3751 * 30_000), 9)),
        "PNG of 2³¹ × 2³¹": _png(0x7FFFFFFF, 0x7FFFFFFF, rows=row),
        "PNG of 0 × 0": _png(0, 0, rows=row),
        "PNG with more rows than it says": _png(8, 1, rows=bomb),
        "PNG without data": _png(8, 8),
        "PNG with a text of 100 MB in 100 kB": _png(8, 1, _chunk(b"zTXt", b"a\0\0" + bomb), rows=row),
        "PNG with an international text of 100 MB": _png(8, 1, _chunk(b"iTXt", b"a\0\1\0\0\0" + bomb), rows=row),
        "PNG with a zip within": _png(8, 1, _chunk(b"iTXt", b"zip\0\0\0\0\0PK\3\4" + bytes(200)), rows=row),
        "PNG with a profile of 100 MB": _png(8, 1, _chunk(b"iCCP", b"a\0\0" + bomb), rows=row),
        "PNG with 20,000 texts": _png(8, 1, _chunk(b"tEXt", b"key\0" + bytes(500)) * 20_000, rows=row),
        "PNG of 2³¹ frames": _png(8, 1, frames, rows=row),
        "PNG of no known colour": _png(8, 1, depth=3, colour=7, rows=row),
        "PNG with a chunk of 4 GB": _PNG + b"\xff\xff\xff\xffIHDR" + bytes(40),
        "PNG signature alone": _PNG,
        "PNG with 50,000 empty chunks of data": _png(8, 8, _chunk(b"IDAT") * 50_000),
    }


def _gifs_and_bmps() -> dict[str, bytes]:
    def gif(screen: tuple[int, int], frame: tuple[int, int, int, int], code: int = 2, data: bytes = b"\2D\1\0") -> bytes:
        head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6)
        return head + b"," + struct.pack("<HHHHB", *frame, 0) + bytes([code]) + data

    def bmp(
        width: int, height: int, bits: int = 24, packing: int = 0, colours: int = 0, start: int = 54, rows: bytes = bytes(64)
    ) -> bytes:
        return (
            b"BM"
            + struct.pack("<IHHI", 54 + len(rows), 0, 0, start)
            + struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, len(rows), 0, 0, colours, 0)
            + rows
        )

    block = b"\xff" + b"\xaa" * 255
    return {
        "GIF of 1 × 65535": gif((1, 65_535), (0, 0, 1, 65_535)) + b";",
        "GIF of 65535 × 65535": gif((65_535,) * 2, (0, 0, 65_535, 65_535)) + b";",
        "GIF whose frame lies outside": gif((1, 1), (60_000, 60_000, 5_000, 5_000)) + b";",
        "GIF of code size 255": gif((9, 9), (0, 0, 9, 9), 255),
        "GIF of code size 0": gif((9, 9), (0, 0, 9, 9), 0),
        "GIF without an end": gif((64, 64), (0, 0, 64, 64), 8, block * 4_000),
        "GIF of 20,000 frames": encoded(picture(mode="P"), "GIF")[:-1] + gif((8, 8), (0, 0, 8, 8))[19:] * 20_000 + b";",
        "GIF of extensions alone": b"GIF89a\1\0\1\0\0\0\0" + b"!\xfe\1a\0" * 100_000,
        "BMP of 65535 × 65535": bmp(65_535, 65_535),
        "BMP of −2³¹": bmp(-0x80000000, -0x80000000),
        "BMP of 0 × 0": bmp(0, 0),
        "BMP of 2³¹ colours": bmp(8, 8, 8, colours=0x7FFFFFFF),
        "BMP that begins beyond its end": bmp(8, 8, start=0x7FFFFFFF),
        "run-length BMP, skips alone": bmp(6_000, 6_000, 8, 1, rows=bytes(1024) + b"\0\2\xff\xff" * 50_000),
        "run-length BMP, cut short": bmp(5_000, 5_000, 8, 1, rows=bytes(1024) + b"\xff\1" * 9),
        "BMP of 7 bits": bmp(8, 8, 7),
    }


_Tag = tuple[int, int, int, int]  # tag, type, count, and the value or its offset


def _tiff(tags: list[_Tag], following: int = 0, after: bytes = b"") -> bytes:
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + struct.pack("<I", following) + after


def _tiffs() -> dict[str, bytes]:
    def tags(width: int = 8, height: int = 8, packing: int = 1, bands: int = 1, length: int = 64) -> list[_Tag]:
        return [
            (256, 4, 1, width),
            (257, 4, 1, height),
            (258, 3, 1, 8),
            (259, 3, 1, packing),
            (262, 3, 1, 1),
            (273, 4, 1, 8),
            (277, 3, 1, bands),
            (278, 4, 1, height),
            (279, 4, 1, length),
        ]

    tiles = [tag for tag in tags(packing=5) if tag[0] not in (273, 278, 279)] + [(324, 4, 1, 8), (325, 4, 1, 64)]
    return {
        "TIFF of 10¹⁰ pixels": _tiff(tags(100_000, 100_000)),
        "TIFF of 0 × 0": _tiff(tags(0, 0)),
        "TIFF of 65,535 bands": _tiff(tags(bands=65_535)),
        "TIFF whose folder follows itself": _tiff(tags(), 8),
        "TIFF whose EXIF is itself": _tiff([*tags(), (34_665, 4, 1, 8)]),
        "TIFF whose sub-folder is itself": _tiff([*tags(), (330, 4, 1, 8)]),
        "TIFF of 2³¹ offsets": _tiff([*tags()[:5], (273, 4, 0x7FFFFFFF, 8), *tags()[6:]]),
        "TIFF with a text of 4 GB": _tiff([*tags(), (270, 2, 0xFFFFFFFF, 8)]),
        "TIFF of 65,535 tags": b"II*\0\x08\0\0\0\xff\xff" + bytes(2_000),
        "TIFF with tiles of 2³¹": _tiff([*tiles, (322, 4, 1, 0x7FFFFFFF), (323, 4, 1, 0x7FFFFFFF)]),
        "TIFF with tiles of 0": _tiff([*tiles, (322, 4, 1, 0), (323, 4, 1, 0)]),
        "TIFF with a strip of 4 GB": _tiff(tags(packing=5, length=0xFFFFFFFF)),
        "TIFF of a packing that is none": _tiff(tags(packing=60_000)),
        "TIFF, 25 megapixels of LZW in 64 bytes": _tiff(tags(5_000, 5_000, 5)),
        "TIFF, fax of 25 megapixels": _tiff(tags(5_000, 5_000, 4)),
        "TIFF, JPEG within that is none": _tiff(tags(packing=7)),
        "BigTIFF that begins nowhere": b"II+\0\x08\0\0\0" + b"\xff" * 8,
    }


def _jpegs() -> dict[str, bytes]:
    whole, exif = encoded(picture(), "JPEG"), b"Exif\0\0"
    at = whole.index(b"\xff\xc0")

    def sized(width: int, height: int) -> bytes:
        return whole[: at + 5] + struct.pack(">HH", height, width) + whole[at + 9 :]

    def segment(kind: int, data: bytes) -> bytes:
        return bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data

    def with_exif(data: bytes) -> bytes:
        return whole[:2] + segment(0xE1, exif + data) + whole[2:]

    return {
        "JPEG of 65500 × 65500": sized(65_500, 65_500),
        "JPEG of 0 × 0": sized(0, 0),
        "JPEG of 6000 × 6000 in 2 kB": sized(6_000, 6_000),
        "JPEG of 2,000 scans": slow_jpeg(1, 2_000),
        "JPEG of 99 scans": slow_jpeg(4, 99),
        "JPEG of 20,000 segments": whole[:2] + segment(0xE5, bytes(40)) * 20_000 + whole[2:],
        "JPEG whose EXIF is a loop": with_exif(_tiff([(0x8769, 4, 1, 8), (0x0112, 3, 1, 6)], 8)),
        "JPEG whose EXIF counts to 4·10⁹": with_exif(_tiff([(0x0112, 3, 0xFFFFFFFF, 8)])),
        "JPEG with an orientation of 77": with_exif(_tiff([(0x0112, 3, 1, 77)])),
        "JPEG with a profile in 255 parts": whole[:2]
        + b"".join(segment(0xE2, b"ICC_PROFILE\0" + bytes([part, 255]) + bytes(60_000)) for part in range(1, 256))
        + whole[2:],
        "JPEG, start alone": b"\xff\xd8\xff",
        "JPEG without tables": whole[:2] + whole[at:],
        "JPEG of padding": b"\xff\xd8" + b"\xff" * 1_000_000,
        "JPEG whose MPO index counts to 10⁶": whole[:2]
        + segment(0xE2, b"MPF\0" + _tiff([(0xB000, 7, 4, 0x30303130), (0xB001, 4, 1, 10**6), (0xB002, 7, 16, 8)]))
        + whole[2:],
    }


def _boxes_and_riffs() -> dict[str, bytes]:
    def resized(data: bytes) -> bytes:
        at = data.index(b"ispe") + 8
        return data[:at] + struct.pack(">II", 65_535, 65_535) + data[at + 8 :]

    def box(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data) + 8) + kind + data

    brand, nested = box(b"ftyp", b"avif\0\0\0\0avifmif1"), b""
    for _ in range(3_000):
        nested = box(b"meta", bytes(4) + nested)
    avif, heic, webp = (encoded(picture(), form) for form in ("AVIF", "HEIF", "WEBP"))
    canvas = b"VP8X" + struct.pack("<IB3x", 10, 2) + b"\xff\x3f\0\xff\x3f\0"
    return {
        "AVIF of 65535 × 65535": resized(avif),
        "HEIC of 65535 × 65535": resized(heic),
        "AVIF, boxes 3,000 deep": brand + nested,
        "AVIF with a box of 2⁶³": brand + b"\0\0\0\1meta" + b"\x7f" + b"\xff" * 7,
        "AVIF brand alone": brand,
        "HEIC brand alone": brand.replace(b"avif", b"heic"),
        "AVIF of empty boxes": brand + box(b"free", b"") * 100_000,
        "WebP of 16384 × 16384": b"RIFF" + struct.pack("<I", 22) + b"WEBP" + canvas,
        "WebP that says 4 GB": webp[:4] + b"\xff" * 4 + webp[8:],
        "WebP of nothing": b"RIFF\4\0\0\0WEBP",
        "WebP, lossless, 16383 × 16383": (
            b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8L" + struct.pack("<I", 10) + b"\x2f\xff\xff\xff\x0f" + bytes(13)
        ),
    }


def _others() -> dict[str, bytes]:
    return {
        "nothing": b"",
        "a byte": b"\0",
        "a million zeros": bytes(1_000_000),
        "text": b"just some text",
        "a page": b"<!doctype html><img src=x onerror=alert(1)>",
        "SVG with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "a zip": b"PK\3\4" + bytes(60),
        "GIF that is a page": b"GIF89a/*" + b"<script>alert(1)</script>*/",
        "PCX": b"\n\5\1\10" + bytes(200),
        "PSD": b"8BPS\0\1" + bytes(200),
        "ICO": b"\0\0\1\0\1\0" + bytes(100),
        "FLI": b"\0\0\0\0\x11\xaf" + bytes(300),
        "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100),
        "PDF": b"%PDF-1.7\n" + bytes(100),
        "PNG after a page": b"<html>" + _png(8, 1, rows=zlib.compress(b"\0\0")),
        "PNG whose checksum is wrong": with_checksums(encoded(picture(), "PNG"))[:-5] + b"\0" * 5,
    }
