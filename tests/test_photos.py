"""The collection ``photos``: credits, licences and labels."""

from __future__ import annotations

import csv
import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from devise_core.bundle.photos import FREE, RESOURCES, extract_photos, labels_of, read_credits, write_attribution
from devise_core.errors import BuildError

README = """A description of the activity.

Copyright: © Ann Owl, 2019
License: CC BY-SA 4.0
Source: https://example.org/File:Owl.jpg
Files:
owl.webp
birds/owlet.webp

Copyright: Bob
License: Public Domain
Source: https://example.org/b
Files: wren.webp
"""


def test_credits_are_read_by_file() -> None:
    credits = read_credits(README)
    assert sorted(credits) == ["birds/owlet.webp", "owl.webp", "wren.webp"]
    assert credits["owl.webp"] == credits["birds/owlet.webp"]
    assert credits["owl.webp"].author == "Ann Owl"
    assert credits["wren.webp"].licence == "Public domain"
    assert credits["wren.webp"].source == "https://example.org/b"


def test_a_misspelt_file_is_credited_in_every_folder() -> None:
    credits = read_credits("Copyright: Bob\nLicense: CC0\nSource: b\nFiles:\ngermany/audaPalatina.webp\nscreDriver.webp\n")
    assert sorted(credits) == ["germany/aulaPalatina.webp", "screwDriver.webp"]


@pytest.mark.parametrize("licence", ["Public domain", "public-domain", "CC0-1.0", "CC-BY-2.0", "CC-BY-SA-4"])
def test_free_licences_are_accepted(licence: str) -> None:
    assert FREE.match(licence)


@pytest.mark.parametrize("licence", ["GPLv2+", "GPL-3+", "GFDL-NIV-1.2", "", "All rights reserved"])
def test_other_licences_are_refused(licence: str) -> None:
    assert not FREE.match(licence)


@pytest.mark.parametrize(
    ("stem", "labels"),
    [
        ("polar_bear", ("polar bear",)),
        ("measuringTape3", ("measuring tape",)),
        ("windmill11", ("windmill",)),
        ("fish25", ("goldfish",)),
        ("eiffelTower", ("eiffel tower", "tower")),
    ],
)
def test_labels_come_from_the_file_name_or_the_table(stem: str, labels: tuple[str, ...]) -> None:
    assert labels_of(stem) == labels


CREDITS = """Copyright: Ann
License: CC0-1.0
Source: https://example.org/File:Brown_owl.jpg
Files:
owl.webp
sameOwl.webp

Copyright: Bob
License: GPLv2+
Source: https://example.org/b
Files:
newt.webp
"""


def encoded(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 800), colour).save(buffer, "WEBP")
    return buffer.getvalue()


def write_resource(path: Path, files: dict[str, bytes]) -> None:
    """Write a Qt resource with all files in the root. Their names are whole paths."""
    names, data = b"", b""
    tree = struct.pack(">IHIIQ", 0, 2, len(files), 1, 0)
    for name, content in files.items():
        tree += struct.pack(">IHHHIQ", len(names), 0, 0, 0, len(data), 0)
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
        data += struct.pack(">I", len(content)) + content
    header = struct.pack(">4sIIII", b"qres", 3, 20, 20 + len(tree), 20 + len(tree) + len(data))
    path.write_bytes(header + tree + data + names)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with four images: one free, one with the same source, one under the GPL, one without a credit."""
    folder = tmp_path / "package/usr/share/gcompris-qt/rcc"
    folder.mkdir(parents=True)
    for name in RESOURCES:
        write_resource(folder / f"{name}.rcc", {})
    pictures = {f"erase/{name}.webp": encoded("teal") for name in ("owl", "sameOwl", "newt", "wren")}
    write_resource(folder / "erase.rcc", {"erase/README": CREDITS.encode(), **pictures})
    return tmp_path / "package"


def test_only_free_and_credited_images_are_included_once(package: Path, tmp_path: Path) -> None:
    items = extract_photos(package, tmp_path / "out")
    assert [(item.id, item.labels, item.category, item.caption) for item in items] == [("owl", ("owl",), "animals", "Brown owl")]
    assert (items[0].author, items[0].licence) == ("Ann", "CC0-1.0")
    assert [path.name for path in (tmp_path / "out/images").iterdir()] == ["owl.webp"]
    with Image.open(tmp_path / "out/images/owl.webp") as image:
        assert image.size == (256, 512)
    with Image.open(tmp_path / "out/for-model/owl.webp") as image:
        assert image.size == (128, 256)


def test_the_attribution_is_written_beside_the_images(package: Path, tmp_path: Path) -> None:
    write_attribution(tmp_path / "out/ATTRIBUTION.csv", extract_photos(package, tmp_path / "out"))
    with (tmp_path / "out/ATTRIBUTION.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {
                "file": "images/owl.webp",
                "title": "Brown owl",
                "author": "Ann",
                "licence": "CC0-1.0",
                "source": "https://example.org/File:Brown_owl.jpg",
            }
        ]


def test_a_second_run_gives_the_same_bytes(package: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_attribution(tmp_path / name / "ATTRIBUTION.csv", extract_photos(package, tmp_path / name))
    for file in ("images/owl.webp", "ATTRIBUTION.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_package_without_one_of_the_resources_is_refused(package: Path, tmp_path: Path) -> None:
    (package / "usr/share/gcompris-qt/rcc/erase.rcc").unlink()
    with pytest.raises(BuildError, match=r"erase\.rcc is missing. Unpack"):
        extract_photos(package, tmp_path / "out")


def test_a_package_without_resources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="rcc is missing. Unpack"):
        extract_photos(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
