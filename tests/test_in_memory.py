"""Uploaded images as a collection in memory: limited, searchable, and never written to a file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine
from devise_core.collections.in_memory import InMemoryCollection
from devise_core.settings import Settings
from devise_core.untrusted.upload_indexing import index_uploads
from tests.fakes import ColourEncoder, image_file, names
from tests.sample_images import FILES, png

LIMITS = Settings()


def uploaded(files: list[tuple[str, bytes]] = FILES) -> InMemoryCollection:
    return InMemoryCollection("your pictures", index_uploads(files, ColourEncoder(), LIMITS).images)


def test_folders_become_labels_and_names_captions() -> None:
    red, blue, _ = uploaded().items
    assert (red.labels, red.category, red.caption, red.name, red.id) == ((), "", "red", "red", "red-00000")
    assert (blue.labels, blue.category, blue.caption) == (("sea side", "trip"), "trip/sea_side", "blue one")


def test_vectors_indexes_and_images() -> None:
    collection = uploaded()
    assert collection.embeddings[0] == pytest.approx(np.array([256, 1, 1]) / np.linalg.norm([256, 1, 1]), abs=0.01)
    rows, cosines = collection.embedding_index.search(collection.embeddings[2], 1)
    assert (rows[0], cosines[0]) == (2, pytest.approx(1))
    assert collection.feature_index.search(collection.embeddings[1], 1)[0][0] == 1
    thumbnail = Image.open(io.BytesIO(collection.picture(0)))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (256, 256))
    assert collection.hit(0, 0.5).path is None
    assert collection.hit(0, 0.5).as_dict()["path"] is None


def test_two_collections_have_different_versions() -> None:
    assert uploaded().version != uploaded().version


def test_the_map_of_uploaded_images() -> None:
    few = uploaded().projections.places["pca2"]
    assert few.shape == (3, 2)
    colours = ["red", "#e00000", "#c00000", "blue", "#0000e0", "lime"]
    many = uploaded([(f"{colour}.png", png(colour, 40 + place)) for place, colour in enumerate(colours)]).projections.places["pca2"]
    assert many.shape == (6, 2)
    assert many.min() >= 0 and many.max() <= 1
    away = np.linalg.norm(many - many[0], axis=1)
    assert away[:3].max() < away[3:].min()  # the reds are together


def test_unreadable_files_are_named_and_repeated_ones_skipped() -> None:
    indexed = index_uploads([*FILES, ("notes.txt", b"no picture"), ("again.png", FILES[0][1])], ColourEncoder(), LIMITS)
    assert (indexed.new, indexed.again, len(indexed.images), indexed.full) == (3, 1, 3, "")
    assert len(indexed.skipped) == 1
    assert indexed.skipped[0].startswith("notes.txt: The file is not an image")
    more = index_uploads([("cyan.png", png("cyan")), FILES[0]], ColourEncoder(), LIMITS, indexed.images)
    assert (more.new, more.again) == (1, 1)
    assert [image.item.id for image in more.images][-1] == "cyan-00003"


def test_a_zip_is_unpacked_and_a_damaged_one_named() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in FILES:
            archive.writestr(f"summer/{name}", content)
    zipped = packed.getvalue()
    indexed = index_uploads([("cyan.png", png("cyan")), ("my.zip", zipped), ("cut.zip", zipped[:-40])], ColourEncoder(), LIMITS)
    assert [image.item.category for image in indexed.images] == ["", "summer", "summer/trip/sea_side", "summer"]
    assert len(indexed.skipped) == 1
    assert indexed.skipped[0].startswith("cut.zip: The file is not a zip")


def test_images_and_bytes_are_limited() -> None:
    encoder = ColourEncoder()
    indexed = index_uploads(FILES, encoder, Settings(collection_images=2), ())
    assert (len(indexed.images), encoder.encoded) == (2, 2)
    assert indexed.full == "A session holds at most 2 pictures. The others were left out."
    indexed = index_uploads(FILES[:2], encoder, Settings(collection_images=2))
    assert indexed.full == "A session holds at most 2 pictures. Delete yours to add others."  # the browser sends no more
    one = indexed.images[0].nbytes
    indexed = index_uploads(FILES, encoder, LIMITS.model_copy(update={"session_bytes": one + 1}))
    assert len(indexed.images) == 1
    assert "MB of pictures. The others were left out" in indexed.full


def test_progress_names_each_file() -> None:
    reported: list[tuple[int, str]] = []
    index_uploads(FILES, ColourEncoder(), LIMITS, progress=lambda number, name: reported.append((number, name)))
    assert reported == [(1, "red.png"), (2, "trip/sea_side/blue one.png"), (3, "lime.png")]


@pytest.mark.parametrize("name", ["", ".", "/", "///", "../..", "a" * 5000, "\x00.png", "…/🎻.png"])
def test_any_file_name_is_accepted(name: str) -> None:
    item = uploaded([(name, FILES[0][1])]).items[0]
    assert item.id.endswith("-00000")
    assert len(item.file) < 80


def test_the_engine_over_uploaded_images(photos: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    rows = {item: photos.collection.row(item) for item in ("cat", "orchestra", "butterfly")}
    files = [(item, image_file(photos.collection, row).read_bytes()) for item, row in rows.items()]
    mine = photos.on(InMemoryCollection("your pictures", index_uploads(files, photos.encoder, LIMITS).images))
    assert names(mine.search_text("kitten", k=1)) == ["cat"]
    assert names(mine.more_like("orchestra-00001", k=5))[0] in {"cat", "butterfly"}
    assert len(mine.word_path("cat", "violin", 3)) == 5
    assert mine.search_text("music", k=1)[0].name == "orchestra"
    assert not list(tmp_path.iterdir())
