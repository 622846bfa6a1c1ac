"""A flipped bit in any file that a manifest lists is detected as the file is used. The error names the file and the remedy."""

from __future__ import annotations

import random
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
from devise_core.text.phrase_encoder import PhraseEncoder
from tests.artifact_copies import linked_artifacts
from tests.conftest import BUNDLED
from tests.tiny_sentence_model import fake_model

COLLECTIONS = ("collections/photos", "collections/stamps")
LISTED = [
    f"{folder}/{name}".removeprefix("./")
    for folder in (".", *COLLECTIONS)
    for name in sorted(Manifest.read(BUNDLED / folder).files)
]
COLLECTION_FILES: dict[str, Callable[[Collection], object]] = {
    "items.csv": lambda opened: opened.items,
    "embeddings.npy": lambda opened: opened.embeddings,
    "features.npy": lambda opened: opened.features,
    "projections.npz": lambda opened: opened.projections,
    "score_vectors.npy": lambda opened: opened.score_vectors,
}
EVALUATION_FILES: dict[str, Callable[[ModelUnderTest], object]] = {
    "classifier.npy": lambda subject: subject.classifier,
    "labels.csv": lambda subject: subject.labels,
    "label_vectors.npy": lambda subject: subject.label_vectors,
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the bundled artifacts, in which each file is a link."""
    return linked_artifacts(tmp_path / "artifacts")


def flip_bit(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    path.unlink()
    data[place // 8] ^= 1 << place % 8
    path.write_bytes(data)


def use(artifacts: Path, name: str) -> None:
    """Open the file as a search, a page or an evaluation does."""
    *folder, file = name.split("/")
    if folder:
        COLLECTION_FILES[file](FolderCollection.open(artifacts.joinpath(*folder)))
    elif file in EVALUATION_FILES:
        EVALUATION_FILES[file](open_model_under_test(ArtifactLayout(artifacts), artifacts, artifacts, print))
    else:
        engine = load_engine(artifacts)
        engine.parts.phrase_encoder = PhraseEncoder(fake_model())
        assert all((engine.parts.scorer, engine.parts.namer, engine.parts.senses, engine.parts.evidence))
        engine.encoder.load()


@pytest.mark.parametrize("name", LISTED)
def test_a_flipped_bit_is_detected_in_every_file(name: str, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "EXACT_UP_TO", 0)  # so that the forests are opened, which larger collections need
    bits = 8 * (BUNDLED / name).stat().st_size
    for place in (random.Random(name).randrange(bits), bits - 1):
        flip_bit(copy / name, place)
        with pytest.raises(ArtifactError) as raised:
            use(copy, name)
        message = str(raised.value)
        assert f"{copy / name} is damaged (its SHA-256 differs from the one in the manifest). Restore it from a backup" in message
        assert f"or make it again with `{Manifest.read((BUNDLED / name).parent).files[Path(name).name].command}`" in message
        (copy / name).unlink()
        (copy / name).symlink_to(BUNDLED / name)


@pytest.mark.parametrize("name", ["model.keras", "collections/photos/embeddings.npy", "collections/stamps/items.csv"])
def test_undamaged_files_are_accepted(name: str, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "EXACT_UP_TO", 0)
    use(copy, name)


@pytest.mark.parametrize("folder", [".", *COLLECTIONS])
def test_a_flipped_bit_is_detected_in_a_manifest(folder: str, copy: Path) -> None:
    path, chance = copy / folder / "manifest.json", random.Random(folder)
    for _ in range(300):
        path.unlink()
        path.symlink_to(BUNDLED / folder / "manifest.json")
        flip_bit(path, chance.randrange(8 * path.stat().st_size))
        with pytest.raises(ArtifactError) as raised:
            Manifest.read(path.parent)
        assert str(path) in str(raised.value)
