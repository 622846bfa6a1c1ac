"""The collection ``stamps``: which images are included, and the labels in their descriptions."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from devise_core.bundle.stamps import LEFT_OUT, extract_stamps, labels_of
from devise_core.bundle.thumbnails import copy_for_model
from devise_core.errors import BuildError

STAMPS = "usr/share/tuxpaint/stamps"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "package"
    copyright_file = root / "usr/share/doc/tuxpaint-stamps-default/copyright"
    copyright_file.parent.mkdir(parents=True)
    copyright_file.write_text("GPL-2", "utf-8")
    for number, (name, text) in enumerate(
        {
            "animals/birds/owl.png": "An owl.\nes.utf8=Un búho.\n",
            "animals/cartoon/cat.png": "A cat.",
            "symbols/heart.png": "A heart.",
            "town/ghost.png": "A ghost.",
            "food/owl.png": "A cake.",
        }.items()
    ):
        path = root / STAMPS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGBA", (400, 200), (10 * number, 0, 0, 0)).save(path)
        path.with_suffix(".txt").write_text(text, "utf-8")
    Image.new("RGBA", (4, 4), "blue").save(root / STAMPS / "animals/birds/owl_mirror.png")
    return root


def test_drawings_and_images_without_description_are_left_out(package: Path, tmp_path: Path) -> None:
    items = extract_stamps(package, tmp_path / "out")
    assert [(item.id, item.labels, item.category, item.caption) for item in items] == [
        ("owl", ("owl",), "animals/birds", "An owl."),
        ("food-owl", ("cake",), "food", "A cake."),
    ]
    assert {item.licence for item in items} == {"GPL-2.0"}
    assert (tmp_path / "out/LICENCE.txt").read_text("utf-8") == "GPL-2"


def test_thumbnails_stay_transparent_and_the_copies_for_the_model_are_on_white(package: Path, tmp_path: Path) -> None:
    items = extract_stamps(package, tmp_path / "out")
    with Image.open(tmp_path / "out" / items[0].file) as image:
        assert (image.size, image.mode, image.format) == ((256, 128), "RGBA", "WEBP")
        assert image.getchannel("A").getpixel((5, 5)) == 0
    with Image.open(copy_for_model(tmp_path / "out", items[0].file)) as image:
        assert (image.size, image.mode, image.format) == ((256, 128), "RGB", "WEBP")
        assert image.getpixel((5, 5)) == (255, 255, 255)


def test_a_second_run_gives_the_same_bytes(package: Path, tmp_path: Path) -> None:
    first, second = (extract_stamps(package, tmp_path / name) for name in ("one", "two"))
    assert first == second
    for item in first:
        assert (tmp_path / "one" / item.file).read_bytes() == (tmp_path / "two" / item.file).read_bytes()


def test_a_package_without_stamps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="stamps is missing. Unpack"):
        extract_stamps(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_package_without_its_licence_is_refused(package: Path, tmp_path: Path) -> None:
    (package / "usr/share/doc/tuxpaint-stamps-default/copyright").unlink()
    with pytest.raises(BuildError, match="copyright is missing. Unpack"):
        extract_stamps(package, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("description", "labels"),
    [
        ("An Adelaide Rosella.", ("adelaide rosella",)),
        ("A “Fuji” apple.", ("fuji apple",)),
        ("A plumber’s wrench.", ("plumber's wrench",)),
        ("A pair of binoculars.", ("binoculars",)),
        ("Mercury—the planet closest to the Sun.", ("mercury",)),
        ("An albino newt (a pale one).", ("albino newt",)),
        ("Another tombstone.", ("tombstone",)),
        ("A strawberry. Strawberries are red.", ("strawberry",)),
    ],
)
def test_labels_are_read_from_descriptions(description: str, labels: tuple[str, ...]) -> None:
    assert labels_of("any", description) == labels


def test_labels_of_the_table_come_first() -> None:
    assert labels_of("broccoli", "Eat your broccoli!") == ("broccoli",)
    assert labels_of("kiwi", "A kiwifruit.") == ("kiwifruit", "kiwi")


def test_every_exclusion_has_a_reason() -> None:
    assert all(LEFT_OUT.values())
