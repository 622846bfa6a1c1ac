"""The operations of the engine on the bundled artifacts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine, load_engine
from devise_core.errors import ArtifactError, ImageError, QueryError, UnknownCollectionError, UnknownWordError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from tests.conftest import BUNDLED
from tests.fakes import names, word_vectors

pytestmark = pytest.mark.artifacts


def picture(engine: Engine, item_id: str) -> Path:
    """Return the thumbnail of an item."""
    return engine.collection.picture(engine.collection.row(item_id))  # type: ignore[return-value]


def test_every_bundled_file_matches_its_manifest() -> None:
    layout = ArtifactLayout(BUNDLED)
    for root in (layout.root, layout.collections / "stamps", layout.collections / "photos"):
        manifest = Manifest.read(root)
        assert len(manifest.files) >= 5
        for name, entry in manifest.files.items():
            manifest.verified(root / name)
            assert entry.command
            assert entry.source
            assert entry.licence
            assert entry.bytes < 50e6


def test_the_bundled_word_store_has_the_published_size(engine: Engine) -> None:
    words, layout = word_vectors(engine).words, engine.layout
    assert (len(words), words.dimension, words.word(0), words.row("the")) == (341_479, 100, "the", 0)
    assert sum(path.stat().st_size for path in (layout.words, layout.word_vectors, layout.word_scales)) <= 40e6
    assert engine.manifest.about["neighbour_agreement"] >= 0.95
    assert isinstance(words.vectors, np.memmap)


@pytest.mark.parametrize(
    ("query", "first"), [("violin", "violin"), ("horse", "horse"), ("Violins!", "violin"), ("a teapot", "teapot")]
)
def test_the_first_hit_shows_the_named_thing(engine: Engine, query: str, first: str) -> None:
    assert names(engine.search_text(query, k=3))[0] == first


@pytest.mark.parametrize(
    ("query", "category"),
    [("musical instrument", "hobbies/music"), ("bird", "animals/birds"), ("avian", "animals/birds"), ("fruit", "food/fruit")],
)
def test_hits_of_a_general_word_are_of_its_category(engine: Engine, query: str, category: str) -> None:
    hits = engine.search_text(query, k=5)
    assert sum(hit.category.startswith(category) for hit in hits) >= 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.path and hit.path.is_file() and hit.licence for hit in hits)


@pytest.mark.parametrize(("item", "name"), [("cat", "cat"), ("kitten", "cat"), ("butterfly", "butterfly"), ("dog", "dog")])
def test_a_photograph_is_labelled(photos: Engine, item: str, name: str) -> None:
    assert photos.label_image(picture(photos, item), k=1)[0].word == name


def test_custom_vocabularies_and_all_words(photos: Engine) -> None:
    image = picture(photos, "orchestra")
    assert names(photos.label_image(image, vocabulary=["cat", "orchestra", "castle", "orchestra"]))[0] == "orchestra"
    assert len(photos.label_image(image, k=7, vocabulary="all")) == 7
    for bad in (list[str](), "everything"):
        with pytest.raises(QueryError, match="vocabulary|list of labels"):
            photos.label_image(image, vocabulary=bad)
    with pytest.raises(UnknownWordError):
        photos.label_image(image, vocabulary=["cat", "qwxzv"])


@pytest.mark.parametrize("by", ["semantic", "visual"])
def test_an_image_is_most_similar_to_itself(engine: Engine, by: str) -> None:
    image = picture(engine, "violin")
    hits = engine.search_image(image.read_bytes(), k=2, by=by)  # type: ignore[arg-type]
    assert hits[0].id == "violin"
    assert hits[0].cosine == pytest.approx(1, abs=0.01)
    assert engine.more_like("violin", k=1, by=by)[0].id == hits[1].id  # type: ignore[arg-type]


def test_search_by_labels_and_invalid_modes(engine: Engine) -> None:
    hits = engine.search_image(picture(engine, "cello"), k=6, by="labels")
    assert sum(hit.category.startswith("hobbies/music") for hit in hits) >= 4
    with pytest.raises(QueryError, match="by is one of.*Received: 'smell'"):
        engine.search_image(picture(engine, "cello"), by="smell")  # type: ignore[arg-type]


def test_embeddings_are_unit_rows_in_order(photos: Engine) -> None:
    files = [picture(photos, item.id) for item in photos.collection.items[:70]]
    rows = photos.embed_images(files)
    assert (rows.shape, rows.dtype) == ((70, 100), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-4)
    cosines = rows @ photos.collection.embeddings[:70].T  # the stored vectors are of the images before they became thumbnails
    assert (cosines.argmax(axis=1) == np.arange(70)).mean() > 0.9
    assert np.diagonal(cosines).min() > 0.9
    assert photos.embed_images([]).shape == (0, 100)
    assert np.linalg.norm(photos.embed_text("horse jockey")) == pytest.approx(1, abs=1e-4)


def test_similar_words_exclude_the_query(engine: Engine) -> None:
    words = names(engine.similar_words("violin", k=5))
    assert "cello" in words
    assert "violin" not in words


def test_k_is_limited_and_checked(engine: Engine) -> None:
    assert len(engine.search_text("violin", k=1000)) == len(engine.collection)
    for k in (0, -3, 1001):
        with pytest.raises(QueryError):
            engine.search_text("violin", k=k)


def test_an_unreadable_image_is_reported(engine: Engine) -> None:
    with pytest.raises(ImageError):
        engine.embed_images([picture(engine, "violin"), b"no picture"])


def test_a_missing_collection_or_model_is_reported(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UnknownCollectionError, match="no collection “nowhere”.*stamps.*Make one") as unknown:
        engine.on("nowhere")
    assert unknown.value.name == "nowhere"
    with pytest.raises(ArtifactError, match="manifest.json is missing"):
        load_engine(tmp_path)


def test_a_damaged_artifact_is_reported(tmp_path: Path) -> None:
    for path in BUNDLED.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "nouns.txt").unlink()
    (tmp_path / "nouns.txt").write_text("cat\t1\n")
    with pytest.raises(ArtifactError, match="nouns.txt has 6 bytes.*build nouns"):
        load_engine(tmp_path)


def test_text_search_does_not_import_tensorflow() -> None:
    code = (
        "import sys; from devise_core import load_engine; e = load_engine(); e.search_text('violin'); e.more_like('violin');"
        "print([m for m in ('tensorflow', 'keras', 'pandas', 'sklearn', 'streamlit', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=BUNDLED.parent)
    assert done.stdout.strip() == "[]"
