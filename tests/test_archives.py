"""Untrusted zips. Files that are not images are skipped, and harmful zips are refused or bounded."""

from __future__ import annotations

import random
import re
import stat
import struct
import zipfile
import zlib

import pytest

from benchmarks.malformed import picture
from devise_core.errors import CollectionError, DeviseError
from devise_core.settings import Settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.untrusted.zip_reader import images_in_zip, safe_name
from tests.zips import CAT, edited, packed

STRICT = Settings(zip_bytes=2_000_000, zip_entries=50, zip_unpacked_bytes=4_000_000, zip_depth=3, upload_bytes=2_000_000)


def info(name: str, mode: int = 0o644 | stat.S_IFREG) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


def zip64(offset: int) -> zipfile.ZipInfo:
    """An entry whose offset is in its zip64 field."""
    made = info("a.jpg")
    made.extra = struct.pack("<HHQ", 1, 8, offset)
    return made


def overlapping(count: int = 20) -> bytes:
    """A zip in which every entry of the directory refers to the same bytes."""
    data = packed(("a.jpg", bytes(500_000)))
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    entry = data[start:end]
    directory = b"".join(entry.replace(b"a.jpg", b"%c.jpg" % (97 + number)) for number in range(count))
    return data[:start] + directory + data[end : end + 8] + struct.pack("<HHII", count, count, len(directory), start) + b"\0\0"


def renamed(name: bytes, *, flags: int = 0) -> bytes:
    """A zip whose only entry has a name that no tool writes."""
    data = packed(("x" * len(name), CAT))
    return edited(data.replace(b"x" * len(name), name), {8: struct.pack("<H", flags)}, {6: struct.pack("<H", flags)})


def joined(*archives: bytes) -> bytes:
    """One zip with the entries of several, whose bytes are copied as they are."""
    bodies, directory, start = b"", b"", 0
    for data in archives:
        first, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
        bodies += data[:first]
        directory += data[first : first + 42] + struct.pack("<I", start) + data[first + 46 : end]
        start = len(bodies)
    count = len(archives)
    return bodies + directory + b"PK\5\6\0\0\0\0" + struct.pack("<HHIIH", count, count, len(directory), start, 0)


ONE = packed(("cat.jpg", CAT))
REFUSED = {
    "nothing": (b"", "not a zip"),
    "not a zip": (b"just some text" * 20, "not a zip"),
    "a picture": (CAT, "not a zip"),
    "truncated": (ONE[:-30], "not a zip"),
    "without its directory": (ONE[: ONE.index(b"PK\1\2")], "not a zip"),
    "empty": (packed(), "no images"),
    "folders alone": (packed(("a/", b"")), "no images"),
    "other files alone": (packed(("read.me", b"text"), ("run.exe", b"MZ")), "no images"),
    "a zip in a zip alone": (packed(("inner.zip", ONE)), "no images"),
    "links alone": (packed((info("a.jpg", 0o777 | stat.S_IFLNK), b"/etc/passwd")), "no images"),
    "a device": (packed((info("a.jpg", 0o666 | stat.S_IFCHR), b"")), "no images"),
    "names that are ways up alone": (packed(("../..", CAT)), "no images"),
    "too large": (packed(("a.jpg", bytes(2_100_000)), method=zipfile.ZIP_STORED), "larger than 2 MB"),
    "too many entries": (packed(*((f"{number}.txt", b"") for number in range(51))), "more than 50 entries"),
    "more in sum": (
        packed(*((f"{number}.jpg", bytes(random.Random(number).choices(b"abcd", k=1_000_000))) for number in range(5))),
        "unpacks to more than 4 MB",
    ),
    "a bomb": (packed(("a.jpg", bytes(15_000_000))), "more than 100 times"),
    "a bomb whose header says 10 bytes": (edited(packed(("a.jpg", bytes(15_000_000))), {24: struct.pack("<I", 10)}), "damaged"),
    "entries that overlap": (overlapping(), "overlap"),
    "too deep": (packed(("a/b/c/d/cat.jpg", CAT)), "more than 3 folders deep"),
    "encrypted": (edited(ONE, {8: b"\1"}, {6: b"\1"}), "encrypted"),
    "strongly encrypted": (edited(ONE, {8: b"\x41"}, {6: b"\x41"}), "encrypted"),
    "bzip2": (packed(("a.jpg", CAT), method=zipfile.ZIP_BZIP2), "method"),
    "LZMA": (packed(("a.jpg", CAT), method=zipfile.ZIP_LZMA), "method"),
    "a method that is none": (edited(ONE, {10: b"\x63\0"}, {8: b"\x63\0"}), "method"),
    "another name in the local header": (edited(ONE, {}, {30: b"dog"}), "damaged"),
    "a wrong checksum": (edited(ONE, {16: b"\0\0\0\0"}, {14: b"\0\0\0\0"}), "damaged"),
    "damaged within": (edited(ONE, {}, {200: bytes(90)}), "damaged"),
    "an entry beyond the end": (edited(ONE, {42: b"\xff\xff\xff\x7f"}), "damaged"),
    "sizes of 4 GB": (edited(ONE, {20: b"\xff" * 8}), "overlap"),
    "a zip64 offset of 2⁶³": (edited(packed((zip64(2**63 - 1), CAT)), {42: b"\xff" * 4}), "damaged|overlap"),
    "a zip64 offset of 1": (edited(packed((zip64(1), CAT)), {42: b"\xff" * 4}), "damaged"),
    "a comment that ends the directory again": (packed(("cat.jpg", CAT), comment=b"PK\5\6" * 9), "not a zip"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_harmful_and_unreadable_zips_are_refused(kind: str) -> None:
    data, says = REFUSED[kind]
    with pytest.raises(CollectionError, match=says) as raised:
        list(images_in_zip(data, STRICT))
    assert re.search(r"\. [A-Z]", str(raised.value)), "the remedy"


BOUNDED = {
    "a way up": (packed(("../../etc/cat.jpg", CAT)), ["etc/cat.jpg"]),
    "an absolute path": (packed(("/root/cat.jpg", CAT)), ["root/cat.jpg"]),
    "a drive": (packed(("C:\\temp\\cat.jpg", CAT)), ["temp/cat.jpg"]),
    "a share": (packed(("\\\\host\\share\\cat.jpg", CAT)), ["host/share/cat.jpg"]),
    "duplicates": (packed(("cat.jpg", CAT), ("CAT.jpg", CAT)).replace(b"CAT.jpg", b"cat.jpg"), ["cat.jpg", "cat (2).jpg"]),
    "control characters": (packed(("a\r\n\x1b[31m\u202ecat.jpg", CAT)), ["a[31mcat.jpg"]),
    "a long name": (packed(("a" * 60_000 + ".jpg", CAT)), ["a" * 116 + ".jpg"]),
    "other scripts": (packed(("фото/猫.jpg", CAT)), ["фото/猫.jpg"]),
    "an old encoding": (renamed(b"ma\x84dchen.jpg"), ["maädchen.jpg"]),
    "a NUL": (renamed(b"cat.jpg\0.exe"), ["cat.jpg"]),
    "markup": (packed(("<img src=x onerror=alert(1)>.jpg", CAT)), ["<img src=x onerror=alert(1)>.jpg"]),
    "rubbish after": (ONE + b"rubbish" * 20, ["cat.jpg"]),
    "rubbish before": (b"#!/bin/sh\n" * 20 + ONE, ["cat.jpg"]),
    "a comment": (packed(("cat.jpg", CAT), comment=b"from my holidays"), ["cat.jpg"]),
    "a Mac's": (packed(("cat.jpg", CAT), ("__MACOSX/._cat.jpg", b"x"), (".hidden.jpg", CAT)), ["cat.jpg"]),
    "a zip beside": (packed(("inner.zip", ONE), ("cat.jpg", CAT)), ["cat.jpg"]),
    "stored": (packed(("cat.jpg", CAT), method=zipfile.ZIP_STORED), ["cat.jpg"]),
}


@pytest.mark.parametrize("kind", BOUNDED)
def test_unusual_zips_are_read_within_bounds(kind: str) -> None:
    data, names = BOUNDED[kind]
    images = list(images_in_zip(data, STRICT))
    assert [name for name, _ in images] == names
    assert all(content == CAT for _, content in images)


UNREADABLE = {
    "a wrong checksum": lambda: packed(("cat.jpg", CAT)).replace(zlib.crc32(CAT).to_bytes(4, "little"), b"\0\0\0\0"),
    "damaged within": lambda: edited(ONE, {}, {200: bytes(90)}),
    "another name in the local header": lambda: edited(ONE, {}, {30: b"dog"}),
    "encrypted": lambda: edited(ONE, {8: b"\1"}, {6: b"\1"}),
    "bzip2": lambda: packed(("cat.jpg", CAT), method=zipfile.ZIP_BZIP2),
    "no method": lambda: edited(ONE, {10: b"\x63\0"}, {8: b"\x63\0"}),
    "too deep": lambda: packed(("a/b/c/d/cat.jpg", CAT)),
    "a bomb": lambda: packed(("cat.jpg", bytes(1_500_000))),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_entry_that_cannot_be_unpacked_is_named_and_the_others_are_read(kind: str) -> None:
    reasons: list[str] = []
    first, last = packed(("first.jpg", CAT)), packed(("last.jpg", CAT))
    names = [name for name, _ in images_in_zip(joined(first, UNREADABLE[kind](), last), STRICT, reasons.append)]
    assert names == ["first.jpg", "last.jpg"]
    assert len(reasons) == 1
    assert re.search(r"cat\.jpg: .+\. [A-Z]", reasons[0]), "the image and the remedy"


def test_files_of_other_kinds_are_counted_and_the_images_are_read() -> None:
    reasons: list[str] = []
    link = (info("link", 0o777 | stat.S_IFLNK), b"cat.jpg")
    others = (("a.cr2", b"II*\0"), ("b/c.MOV", b"x"), ("d.mp4", b"x"), ("README", b"text"), ("notes.txt", b"x"), ("inner.zip", ONE))
    hidden = (("folder/", b""), (".DS_Store", b"x"), ("__MACOSX/._a.mov", b"x"))
    data = packed(*others, link, *hidden, ("cat.jpg", CAT), ("without suffix", CAT))
    images = list(images_in_zip(data, STRICT, reasons.append, "holiday.zip"))
    assert images == [("cat.jpg", CAT), ("without suffix", CAT)]
    kinds = "3 other files, 1 packed file, 1 raw photo, 2 videos"
    assert reasons == [f"holiday.zip: Files of other kinds are left out ({kinds}). Save photos as JPEG or PNG."]
    with pytest.raises(CollectionError, match=re.escape(f"The zip has no images, only {kinds}. Put image files in it")):
        list(images_in_zip(packed(*others, link, *hidden), STRICT))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_file_without_suffix_is_not_unpacked_by_another_method(method: int) -> None:
    reasons: list[str] = []
    data = joined(packed(("bomb", CAT + bytes(10_000_000)), method=method), packed(("cat.jpg", CAT)))
    assert [name for name, _ in images_in_zip(data, STRICT, reasons.append)] == ["cat.jpg"]
    assert "(1 other file)" in reasons[0]


def test_damaged_entries_count_towards_what_the_zip_may_unpack_to() -> None:
    large = bytes(random.Random(1).choices(b"abcd", k=1_000_000))
    damaged = packed(("cat.jpg", large)).replace(zlib.crc32(large).to_bytes(4, "little"), b"\0\0\0\0")
    with pytest.raises(CollectionError, match="unpacks to more than 4 MB"):
        list(images_in_zip(joined(*(damaged for _ in range(5))), STRICT))


def test_one_image_that_is_too_large_does_not_affect_the_others() -> None:
    noise = picture(800, 700, "RGB").tobytes()[:1_500_000]
    refused, read = [], []
    for name, content in images_in_zip(
        packed(("big.bmp", noise + bytes(400_000)), ("cat.jpg", CAT)), STRICT.model_copy(update={"upload_bytes": 1_000_000})
    ):
        try:
            read.append((name, read_upload(content, STRICT.model_copy(update={"upload_bytes": 1_000_000})).size))
        except DeviseError as error:
            refused.append((name, str(error)[:30]))
    assert (refused, read) == ([("big.bmp", "The image is larger than 1 MB.")], [("cat.jpg", (48, 36))])


def test_safe_names_never_leave_the_folder() -> None:
    for name in (
        "..",
        "a/../../b",
        "....//x",
        "/",
        "//",
        "c:",
        "C:/x",
        "a:b",
        "~/x",
        "a/./b",
        " .. /x",
        "\0",
        "a\u2028b",
        "\ud83d",
    ):
        made = safe_name(name)
        assert not made.startswith("/")
        assert not {"", ".", ".."} & set(made.split("/")) or made == ""
        assert ":" not in made
        made.encode()
