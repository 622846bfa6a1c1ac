"""Albums of similar images, near-duplicates, and titles of uploaded images."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine
from devise_core.collections.albums import Album, albums
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage, UploadedItem
from devise_core.datatypes import Item
from devise_core.errors import QueryError
from devise_core.search.near_duplicates import near_duplicate_groups
from devise_core.search.shown_words import PERSON_WORD
from devise_core.settings import Settings
from devise_core.untrusted.upload_indexing import index_uploads
from devise_core.vectors import Floats, unit
from tests.fakes import ColourEncoder, image_file
from tests.sample_images import FILES
from ui.picture.albums import find


def test_similar_images_are_an_album_and_the_others_come_last() -> None:
    axes = np.eye(4, dtype=np.float32)
    embeddings = unit(
        np.stack([axes[0], axes[1], axes[0] + 0.1 * axes[3], axes[1] + 0.1 * axes[3], axes[2], axes[0] - 0.1 * axes[3]])
    )
    shown = [{"dog": 1.0}, {"cat": 1.0}, {"dog": 1.0}, {"cat": 1.0}, {"car": 1.0}, {"dog": 1.0}]
    assert albums(embeddings, shown) == [Album("dog", (0, 2, 5)), Album("cat", (1, 3)), Album("", (4,))]


def test_people_are_in_no_album_of_animals_or_of_a_few_things() -> None:
    embeddings = np.repeat(np.eye(2, dtype=np.float32), (6, 4), axis=0)
    boy = {PERSON_WORD: 1.0, "ball": 0.9, "dog": 0.6}
    shown = [{"dog": 1.0, "ball": 0.9}] * 4 + [boy] * 2 + [{PERSON_WORD: 1.0, "beach": 1.0}] * 3 + [{"beach": 1.0}]
    named = {album.name: album.rows for album in albums(embeddings, shown)}
    assert named == {"dog": (0, 1, 2, 3), "beach": (6, 7, 8), PERSON_WORD: (4, 5), "": (9,)}


def test_what_fits_no_album_is_in_none() -> None:
    embeddings = np.repeat(np.eye(2, dtype=np.float32), (3, 4), axis=0)
    shown = [
        {"elephant": 1.0},
        {"elephant": 1.0},
        {"elephant": 1.0, PERSON_WORD: 0.6},
        *[{PERSON_WORD: 1.0}] * 3,
        {PERSON_WORD: 0.6},
    ]
    in_none = np.array([False, False, True, False, False, False, True])
    assert albums(embeddings, shown, in_none) == [Album(PERSON_WORD, (3, 4, 5)), Album("elephant", (0, 1)), Album("", (2, 6))]


def test_no_animal_is_among_people(engine: Engine, photos: Engine) -> None:
    """In an earlier version, the album of people contained an elephant that the app had taken for a person."""
    people, animals = ("man-on-the-beach", "couple-with-glasses", "grace-hopper", "photographer"), ("ferret", "shrimp", "gorilla")
    encoded = [photos.encoded(photos.collection.row(name)) for name in people]
    encoded += [engine.encoded(engine.collection.row(name)) for name in animals]
    mine = over(photos, np.concatenate([each.features for each in encoded]), np.concatenate([each.embeddings for each in encoded]))
    assert PERSON_WORD in {album.name for album in find(mine).albums}
    for rows in [album.rows for album in find(mine).albums if set(album.rows) & set(range(len(people)))]:
        assert max(rows) < len(people)
    groups = mine.sort_by_labels(["people", "flowers"])
    assert {hit.row for hit in groups["people"]} == set(range(len(people)))


def test_equal_single_and_no_images_have_albums() -> None:
    row = np.eye(4, dtype=np.float32)[:1]
    assert albums(np.repeat(row, 8, axis=0), [{"dog": 1.0}] * 8) == [Album("dog", tuple(range(8)))]
    assert albums(row, [{"dog": 1.0}]) == [Album("", (0,))]
    assert albums(row[:0], []) == []


def test_near_duplicates_are_grouped() -> None:
    features = np.array([[1, 0], [0, 1], [1, 0.1], [0.1, 1], [1, 0.2], [1, 1]], dtype=np.float32)
    assert near_duplicate_groups(features) == [[0, 2, 4], [1, 3]]
    assert near_duplicate_groups(features[:2]) == []


def test_copies_of_a_photograph_are_near_duplicates(photos: Engine) -> None:
    """An earlier version missed a photograph saved again at a lower quality, and the page reported no near-duplicates."""
    original = Image.open(photos.collection.picture(photos.collection.row("dog"))).convert("RGB").resize((320, 240))
    saved = io.BytesIO()
    original.save(saved, "JPEG", quality=40)
    copies = [original, Image.open(saved), original.resize((160, 120)), original.crop((16, 12, 304, 228))]
    others = [photos.collection.features[photos.collection.row(name)] for name in ("golden-retriever", "cat", "black-dog")]
    features = np.stack([*(photos.encode(copy).features[0] for copy in copies), *others])
    assert near_duplicate_groups(features) == [[0, 1, 2, 3]]


def test_an_uploaded_image_is_called_by_its_title_or_its_file() -> None:
    item = Item("a-1", "a.webp", ("summer",), "summer", "img 1")
    assert (item.name, UploadedItem.titled(item, "dog").name, UploadedItem.titled(item, "").name) == ("summer", "dog", "img 1")
    buffer = io.BytesIO()
    Image.linear_gradient("L").save(buffer, "PNG")
    files = [("first.png", buffer.getvalue()), *FILES[1:]]
    images = index_uploads(files, ColourEncoder(), Settings(), titles=lambda encoded: ["grey thing", "", "lime thing"]).images
    assert [image.item.name for image in images] == ["grey thing", "blue one", "lime"]  # a plain colour is given no title


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
    assert set(mine.sort_by_labels(["pet", "vehicle"])) == {"pet"}


def test_no_word_for_people_is_offered_for_uploads(photos: Engine) -> None:
    """In an earlier version, a click on "person" was answered with "not sure"."""
    rows = [photos.collection.row(name) for name in ("grace-hopper", "couple-with-glasses", "dog")]
    files = [(f"{row}.webp", image_file(photos.collection, row).read_bytes()) for row in rows]
    mine = photos.on(InMemoryCollection("people", index_uploads(files, photos.encoder, Settings(), titles=photos.titles).images))
    assert "person" in {item.title for item in mine.collection.items if isinstance(item, UploadedItem)}
    matches = [mine.matches(mine.query(word)) for word in find(mine).words]
    assert matches and not [each for each in matches if each.about_people or each.absent]
    assert matches[0].sure


def over(engine: Engine, features: Floats, embeddings: Floats) -> Engine:
    """Return the engine over images "0", "1", … with these vectors."""
    rows = zip(features, embeddings, strict=True)
    images = [InMemoryImage(Item(str(number), ""), str(number), b"", *vectors) for number, vectors in enumerate(rows)]
    return engine.on(InMemoryCollection("mine", images))


def test_near_duplicates_are_compared_with_the_first_of_their_group(engine: Engine) -> None:
    features = np.array([[3, 0], [0, 1], [1, 0.1], [0, 2], [1, 0.2]], dtype=np.float32)
    groups = over(engine, features, unit(np.ones((5, 100), dtype=np.float32))).near_duplicates()
    assert [[hit.row for hit in group] for group in groups] == [[0, 2, 4], [1, 3]]
    assert [hit.cosine for hit in groups[0]] == pytest.approx([1, 1 / np.hypot(1, 0.1), 1 / np.hypot(1, 0.2)])
    assert [hit.cosine for hit in groups[1]] == pytest.approx([1, 1])


def test_images_go_to_the_nearest_label_or_to_none(engine: Engine) -> None:
    music, animal, far = engine.embed_text("music"), engine.embed_text("animal"), -engine.embed_text("music + animal")
    embeddings = unit(np.stack([far, music + animal, animal, 2 * music + animal, music]))
    mine = over(engine, np.zeros((5, 1280), dtype=np.float32), embeddings)
    groups = mine.sort_by_labels(["vehicle", "music", "animal", "music"])
    assert [(label, [hit.row for hit in hits]) for label, hits in groups.items()][-1] == ("", [0])
    assert [hit.row for hit in groups["music"] if hit.row != 1] == [4, 3]
    assert [hit.row for hit in groups["animal"] if hit.row != 1] == [2]
    assert list(groups) == ["music", "animal", ""]
    assert groups["music"][0].cosine == pytest.approx(1)
    assert {hit.row: hit.cosine for hits in groups.values() for hit in hits}[3] == pytest.approx(float(embeddings[3] @ music))
    with pytest.raises(QueryError, match="empty"):
        mine.sort_by_labels([])


def test_the_most_typical_image_is_first(engine: Engine) -> None:
    axes = np.eye(100, dtype=np.float32)
    embeddings = unit(np.stack([axes[1], axes[0], axes[0] + 0.1 * axes[1]]))
    hits = over(engine, np.ones((3, 2), dtype=np.float32), embeddings).typical_first([0, 1, 2])
    assert [hit.row for hit in hits] == [2, 1, 0]
    assert hits[0].cosine == pytest.approx(float(embeddings[2] @ unit(embeddings.mean(axis=0))))
