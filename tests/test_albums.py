"""Albums of similar images, near-duplicates, and titles of uploaded images."""

from __future__ import annotations

import numpy as np

from devise_core import Engine
from devise_core.collections.albums import Album, albums
from devise_core.collections.in_memory import InMemoryCollection, UploadedItem
from devise_core.datatypes import Item
from devise_core.search.near_duplicates import near_duplicate_groups
from devise_core.settings import Settings
from devise_core.untrusted.upload_indexing import index_uploads
from devise_core.vectors import unit
from tests.fakes import ColourEncoder, image_file
from tests.sample_images import FILES
from ui.picture.albums import find
from ui.picture.custom_names import sorted_by


def test_similar_images_are_an_album_and_the_others_come_last() -> None:
    axes = np.eye(4, dtype=np.float32)
    embeddings = unit(
        np.stack([axes[0], axes[1], axes[0] + 0.1 * axes[3], axes[1] + 0.1 * axes[3], axes[2], axes[0] - 0.1 * axes[3]])
    )
    shown = [{"dog": 1.0}, {"cat": 1.0}, {"dog": 1.0}, {"cat": 1.0}, {"car": 1.0}, {"dog": 1.0}]
    assert albums(embeddings, shown) == [Album("dog", (0, 2, 5)), Album("cat", (1, 3)), Album("", (4,))]


def test_equal_single_and_no_images_have_albums() -> None:
    row = np.eye(4, dtype=np.float32)[:1]
    assert albums(np.repeat(row, 8, axis=0), [{"dog": 1.0}] * 8) == [Album("dog", tuple(range(8)))]
    assert albums(row, [{"dog": 1.0}]) == [Album("", (0,))]
    assert albums(row[:0], []) == []


def test_near_duplicates_are_grouped() -> None:
    features = np.array([[1, 0], [0, 1], [1, 0.1], [0.1, 1], [1, 0.2], [1, 1]], dtype=np.float32)
    assert near_duplicate_groups(features) == [[0, 2, 4], [1, 3]]
    assert near_duplicate_groups(features[:2]) == []


def test_an_uploaded_image_is_called_by_its_title_or_its_file() -> None:
    item = Item("a-1", "a.webp", ("summer",), "summer", "img 1")
    assert (item.name, UploadedItem.titled(item, "dog").name, UploadedItem.titled(item, "").name) == ("summer", "dog", "img 1")
    images = index_uploads(FILES, ColourEncoder(), Settings(), titles=lambda encoded: ["red thing", "", ""]).images
    assert [image.item.name for image in images] == ["red thing", "blue one", "lime"]


def test_names_of_files_and_folders_do_not_name_what_uploads_show(photos: Engine) -> None:
    rows = [photos.collection.row(name) for name in ("cat", "kitten")]
    files = [(f"zebra/zebra-{row}.webp", image_file(photos.collection, row).read_bytes()) for row in rows]
    mine = photos.on(InMemoryCollection("mine", index_uploads(files, photos.encoder, Settings(), titles=photos.titles).images))
    shown = mine.shown_words()
    assert all(words["cat"] >= 0.3 for words in shown)
    assert [item.name for item in mine.collection.items] == ["cat", "cat"]
    overview = find(mine)
    assert [album.rows for album in overview.albums] == [(0, 1)]
    assert "cat" in overview.words
    assert set(sorted_by(mine, ["pet", "vehicle"])) == {"pet"}
