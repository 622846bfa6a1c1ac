"""One bit of any file that a manifest lists is turned: it is found as the file is used, and named with the way to mend it."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from devise_core.collections.base import Collection
from devise_core.collections.folder import FolderCollection
from devise_core.engine import load_engine
from devise_core.errors import ArtifactError
from devise_core.evaluate.model_under_test import ModelUnderTest, open_model_under_test
from devise_core.search import registry
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from tests.conftest import BUNDLED

COLLECTIONS = ("collections/photos", "collections/stamps")
LISTED = [
    f"{folder}/{name}".removeprefix("./")
    for folder in (".", *COLLECTIONS)
    for name in sorted(Manifest.read(BUNDLED / folder).files)
]
OF_A_COLLECTION: dict[str, Callable[[Collection], object]] = {
    "items.csv": lambda opened: opened.items,
    "embeddings.npy": lambda opened: opened.embeddings,
    "features.npy": lambda opened: opened.features,
    "embeddings.ann": lambda opened: opened.embedding_index,
    "features.ann": lambda opened: opened.feature_index,
    "projections.npz": lambda opened: opened.projections,
}
OF_A_MEASUREMENT: dict[str, Callable[[ModelUnderTest], object]] = {
    "classifier.npy": lambda subject: subject.classifier,
    "labels.csv": lambda subject: subject.labels,
    "label_vectors.npy": lambda subject: subject.label_vectors,
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The bundled artifacts; each file is a link."""
    return Path(shutil.copytree(BUNDLED, tmp_path / "artifacts", copy_function=os.symlink))


def turn_a_bit(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    path.unlink()
    data[place // 8] ^= 1 << place % 8
    path.write_bytes(data)


def use(artifacts: Path, name: str) -> None:
    """Open the file as a search, a page or a measurement does."""
    *folder, file = name.split("/")
    if folder:
        OF_A_COLLECTION[file](FolderCollection.open(artifacts.joinpath(*folder)))
    elif file in OF_A_MEASUREMENT:
        OF_A_MEASUREMENT[file](open_model_under_test(ArtifactLayout(artifacts), artifacts, artifacts, print))
    else:
        load_engine(artifacts).encoder.load()


@pytest.mark.parametrize("name", LISTED)
def test_every_file_is_found_and_named(name: str, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "EXACT_UP_TO", 0)  # so that the forests are opened, which larger collections need
    bits = 8 * (BUNDLED / name).stat().st_size
    for place in (random.Random(name).randrange(bits), bits - 1):
        turn_a_bit(copy / name, place)
        with pytest.raises(ArtifactError) as raised:
            use(copy, name)
        said = str(raised.value)
        assert f"{copy / name} is damaged (its SHA-256 is not the manifest's). Restore it with `git checkout -- " in said
        assert f"or make it again with `{Manifest.read((BUNDLED / name).parent).files[Path(name).name].command}`" in said
        (copy / name).unlink()
        (copy / name).symlink_to(BUNDLED / name)


@pytest.mark.parametrize("name", ["model.keras", "collections/photos/embeddings.ann", "collections/stamps/items.csv"])
def test_whole_files_are_used(name: str, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "EXACT_UP_TO", 0)
    use(copy, name)


@pytest.mark.parametrize("folder", [".", *COLLECTIONS])
def test_a_manifest_is_sealed(folder: str, copy: Path) -> None:
    path, chance = copy / folder / "manifest.json", random.Random(folder)
    for _ in range(300):
        path.unlink()
        path.symlink_to(BUNDLED / folder / "manifest.json")
        turn_a_bit(path, chance.randrange(8 * path.stat().st_size))
        with pytest.raises(ArtifactError) as raised:
            Manifest.read(path.parent)
        assert str(path) in str(raised.value)
