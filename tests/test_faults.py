"""Faults are named with a remedy, everything else keeps working, and a fixed file works again without a restart."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from devise_core.serving import open_engines
from devise_core.settings import settings
from devise_core.storage.manifest import Manifest
from devise_core.untrusted import decoder_pool
from devise_core.vision.image_encoder import KerasImageEncoder
from tests.app_testing import CAT, app, checked, page_text, tile_names
from tests.conftest import BUNDLED
from tests.sample_images import png
from ui.server import suggest_routes

pytestmark = pytest.mark.usefixtures("models_load_once")


def cut(path: Path) -> None:
    write(path, path.read_bytes()[:-7])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    write(path, bytes(data))


def lose(path: Path) -> None:
    path.unlink()


def write(path: Path, data: bytes) -> None:
    path.unlink()  # it is a link to the real file
    path.write_bytes(data)


def fix(artifacts: Path, name: str) -> None:
    (artifacts / name).unlink(missing_ok=True)
    (artifacts / name).symlink_to(BUNDLED / name)


Damage = Callable[[Path], None]


def ways(*files: str) -> list[tuple[str, Damage]]:
    """Return each file, and the manifest, with each kind of damage."""
    return [(name, damage) for name in (*files, "manifest.json") for damage in (cut, flip, lose)]


def text(test: AppTest) -> str:
    return page_text(checked(test)).replace("\\", "")


def chosen(test: AppTest) -> str:
    return str(test.button_group(key="collection").value)


def offered(test: AppTest) -> list[str]:
    [choice] = [group for group in test.button_group if str(group.key).startswith("choose-")]
    return [option.content for option in choice.proto.options]


def labelled(test: AppTest) -> AppTest:
    """Upload a picture on the page."""
    test.button_group(key="labels_way").set_value("Upload").run()
    return checked(test.file_uploader(key="labels_file").set_value(("cat.webp", CAT.read_bytes(), "image/webp")).run())


@pytest.mark.parametrize(("name", "damage"), ways("words.txt", "word_vectors.npy", "nouns.txt"))
def test_damaged_words_are_named_on_every_page_until_they_are_fixed(artifacts: Path, name: str, damage: Damage) -> None:
    test = app("text_search", q="violin")
    assert tile_names(test)[0] == "violin"
    damage(artifacts / name)
    for page in (test.run(), app("home"), app("labels"), app("photos")):
        assert name in text(page)
        assert "from a backup" in text(page)
    assert suggest_routes._suggest(Request({"type": "http", "query_string": b"q=vio"})).status_code == 503
    fix(artifacts, name)
    assert tile_names(checked(test.run()))[0] == "violin"
    assert suggest_routes._suggest(Request({"type": "http", "query_string": b"q=vio"})).status_code == 200


def test_text_search_works_without_the_model_and_the_model_is_tried_again(artifacts: Path) -> None:
    labels = app("labels")
    for damage, says in ((lose, "model.keras is missing"), (cut, "model.keras has"), (flip, "model.keras is damaged")):
        damage(artifacts / "model.keras")
        assert says in text(labelled(labels))
        assert "from a backup" in text(labels)
        assert tile_names(app("text_search", q="violin"))[0] == "violin"
        assert "Best name" in text(app("labels"))  # the vectors of a sample are stored, so it needs no model
        fix(artifacts, "model.keras")
    assert checked(labels.run()).header[0].value == "Best name: cat"


def test_a_model_that_keras_cannot_load_is_named(artifacts: Path) -> None:
    write(artifacts / "model.keras", b"PK\3\4 and no zip")
    manifest = Manifest.read(artifacts)
    manifest.add(artifacts / "model.keras", "by hand")
    manifest.write()
    for folder in (artifacts / "collections").iterdir():
        collection = Manifest.read(folder)
        collection.about["model"] = manifest.files["model.keras"].sha256
        collection.write()
    assert "is not a Keras model that this version can load" in text(labelled(app("labels")))
    assert tile_names(app("text_search", q="violin"))[0] == "violin"


@pytest.mark.parametrize(("name", "damage"), ways("items.csv", "embeddings.npy", "features.npy"))
def test_a_damaged_collection_is_named_and_the_other_one_works(artifacts: Path, name: str, damage: Damage) -> None:
    before = app("text_search", q="violin")
    assert offered(before) == ["Cut-outs", "Photographs"]
    file = artifacts / "collections/stamps" / name
    damage(file)
    assert f"stamps/{name}" in text(before.run())  # a session that had this collection open is told
    test = app("text_search", q="violin")
    assert (offered(test), chosen(test), test.error) == (["Photographs", "stamps (damaged)"], "photos", [])
    assert tile_names(test)
    test.button_group(key="collection").set_value("stamps").run()
    assert f"stamps/{name}" in text(test)
    assert not tile_names(test)
    fix(artifacts, f"collections/stamps/{name}")
    assert tile_names(checked(test.run()))[0] == "violin"
    assert offered(app("text_search")) == ["Cut-outs", "Photographs"]


def test_missing_collections_are_named(artifacts: Path) -> None:
    for name in ("stamps", "photos"):
        (artifacts / f"collections/{name}/items.csv").unlink()
    assert "stamps/items.csv is missing" in text(app("text_search", q="violin"))
    shutil.rmtree(artifacts / "collections")
    assert "This model has no collection yet" in text(app("text_search", q="violin"))


def test_a_collection_may_be_deleted_during_a_session(artifacts: Path) -> None:
    test = app("text_search", q="bird", collection="photos")
    assert chosen(test) == "photos"
    (artifacts / "collections/photos").rename(artifacts / "elsewhere")
    checked(test.run())
    assert "collection" not in {group.key for group in test.button_group}  # nothing to choose among
    assert "of 384 pictures match well" in text(test)


def test_search_works_with_a_damaged_map(artifacts: Path) -> None:
    flip(artifacts / "collections/stamps/projections.npz")
    assert "projections.npz is damaged" in text(app("explorer"))
    assert tile_names(app("text_search", q="violin"))[0] == "violin"
    fix(artifacts, "collections/stamps/projections.npz")
    assert not app("explorer").error


def test_leftovers_of_a_killed_build_are_ignored(artifacts: Path) -> None:
    collections = artifacts / "collections"
    (collections / "stamps").rename(collections / ".replaced-stamps")  # killed between its two renames
    shutil.copytree(collections / "photos", collections / ".staged-stamps-x1")
    assert offered(app("text_search", q="violin")) == ["Cut-outs", "Photographs"]


def test_lack_of_memory_is_reported_and_the_next_try_succeeds(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test = labelled(app("labels"))
    assert test.header[0].value == "Best name: cat"
    encoder = open_engines.base_engine().encoder
    assert isinstance(encoder, KerasImageEncoder)

    def exhausted(pixels: object) -> None:
        raise MemoryError

    with monkeypatch.context() as changed:
        changed.setattr(encoder._runtime, "run", exhausted)
        other = labelled(app("labels"))
        assert "not enough memory" in text(other)
    other.button(key="again-page").click().run()
    assert checked(other).header[0].value == "Best name: cat"


def test_killed_decoders_are_replaced_and_failed_starts_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    made = decoder_pool._pool(settings().decoders)
    decoder_pool.read_upload(png("red"))
    for waiting in made._free:
        waiting.process.kill()
        waiting.process.wait()
    assert decoder_pool.read_upload(png("red")).size == (300, 300)
    made.close()
    with monkeypatch.context() as changed:
        changed.setattr(sys, "executable", "/nonexistent/python")
        assert "cannot be read at the moment. Try again" in text(labelled(app("labels")))
    assert decoder_pool.read_upload(png("red")).size == (300, 300)


def test_a_remedy_can_be_copied_from_the_page(artifacts: Path) -> None:
    lose(artifacts / "words.txt")
    shown = app("text_search", q="violin").error[0].value
    assert f"`{Manifest.read(artifacts).files['words.txt'].command}`" in shown
    assert "words\\.txt is missing" in shown
