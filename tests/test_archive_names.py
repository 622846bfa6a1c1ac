"""Zips with one bad entry, odd names or system folders: the rest is read, as in a folder."""

from __future__ import annotations

import struct

import pytest

from devise_core.untrusted.zip_reader import images_in_zip
from tests.zips import CAT, edited, packed


def left_out_of(data: bytes) -> tuple[list[str], list[str]]:
    """Return the names of the images in a zip, and what is said about the rest."""
    said: list[str] = []
    return [name for name, _ in images_in_zip(data, leave_out=said.append)], said


def test_an_entry_that_lies_behind_the_zip_is_left_out_alone() -> None:
    names, said = left_out_of(edited(packed(("a.jpg", CAT), ("b.jpg", CAT)), {42: struct.pack("<I", 0x7FFFFFF0)}))
    assert names == ["b.jpg"]
    assert said == ["a.jpg: It is damaged in the zip. Pack it again."]


@pytest.mark.parametrize("before", [b"", b"a program that unpacks itself"])
def test_a_name_that_is_said_to_be_utf8_and_is_not(before: bytes) -> None:
    data = packed(("caf\u00e9.jpg", CAT), ("b.jpg", CAT))
    wrong = before + data.replace("caf\u00e9".encode(), b"caf\xe9\xe9")
    names, said = left_out_of(wrong)
    assert (len(names), names[1], said) == (2, "b.jpg", [])


def test_system_folders_are_skipped_as_in_a_folder() -> None:
    folders = ("@eaDir/a.jpg/thumb.jpg", "__MACOSX/a.jpg", "#recycle/a.jpg", ".hidden/a.jpg", "trip/._a.jpg")
    assert left_out_of(packed(("trip/a.jpg", CAT), *((name, CAT) for name in folders))) == (["trip/a.jpg"], [])


def test_an_image_with_another_suffix_is_read_by_its_content() -> None:
    names, said = left_out_of(packed(("a.heics", CAT), ("b.tga", CAT), ("notes.txt", b"BM")))
    assert names == ["a.heics", "b.tga"]
    assert said == ["The zip: Files of other kinds are left out (1 other file). Save photos as JPEG or PNG."]
