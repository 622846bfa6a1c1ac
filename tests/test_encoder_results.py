"""What an encoder returns is checked before it is stored or used, and the error names the encoder and says what to change."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine
from devise_core.cli.image_batches import GivenFiles, encode_files
from devise_core.collections.empty import EmptyCollection
from devise_core.collections.folder import FolderCollection
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.collections.vector_cache import CachedVectors, VectorCache
from devise_core.distributed.embedding_actor import EmbeddingActor
from devise_core.encoder_results import LENGTH_TOLERANCE
from devise_core.errors import ArtifactError
from devise_core.settings import settings
from devise_core.storage.manifest import sha256_of
from devise_core.text.query import PlacedClause
from devise_core.text.query_parser import Clause
from devise_core.text.text_encoder import NO_SPELLINGS
from devise_core.untrusted.upload_indexing import index_uploads
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.occlusion import regions
from devise_core.vision.preprocess import Pixels
from tests.colour_folder import index
from tests.fakes import ColourEncoder, HashTextEncoder
from tests.two_towers import two_tower_engine

Change = Callable[[Encoded], Any]
FAULTS: dict[str, tuple[Change, str]] = {
    "long": (
        lambda right: Encoded(right.features, right.embeddings * 3),
        r"embeddings of length 3, not of length 1\. Scale each row",
    ),
    "zero": (
        lambda right: Encoded(right.features, right.embeddings * 0),
        r"embeddings of length 0, not of length 1\. Scale each row",
    ),
    "NaN": (lambda right: Encoded(right.features, right.embeddings * np.nan), r"embeddings that are not finite.*Correct how"),
    "NaN features": (
        lambda right: Encoded(right.features * np.nan, right.embeddings),
        r"features that are not finite.*Correct how",
    ),
    "large features": (lambda right: Encoded(right.features * 1e9, right.embeddings), r"above 65504\. Correct how"),
    "zero features": (lambda right: Encoded(right.features * 0, right.embeddings), r"features that are all zero\. Return"),
    "one row": (
        lambda right: Encoded(right.features[0], right.embeddings[0]),
        r"features of shape \(3,\)\. Return one row for each",
    ),
    "too few": (
        lambda right: Encoded(right.features, right.embeddings[1:]),
        r"embeddings of shape \(\d+, 3\)\. Return one row for",
    ),
    "tuple": (lambda right: (right.features, right.embeddings), r"tuple from encode_pixels\. Return Encoded\("),
    "texts": (lambda right: Encoded(["a"] * len(right.features), right.embeddings), "features that are not an array of numbers"),  # type: ignore[arg-type]
}
EACH_FAULT = pytest.mark.parametrize(("change", "message"), FAULTS.values(), ids=FAULTS)


@dataclass
class FaultyEncoder(ColourEncoder):
    """Returns what ``change`` makes of the right vectors."""

    change: Change

    def __post_init__(self) -> None:
        super().__init__()

    def encode_pixels(self, pixels: Pixels) -> Encoded:
        changed: Encoded = self.change(super().encode_pixels(pixels))
        return changed


@EACH_FAULT
def test_a_faulty_encoder_writes_nothing_and_a_fixed_one_starts_again(change: Change, message: str, source: Path) -> None:
    with pytest.raises(ArtifactError, match=f"^FaultyEncoder returned .*{message}"):
        index(source, FaultyEncoder(change))
    fixed = ColourEncoder()
    result = index(source, fixed)
    assert fixed.encoded > 0, "no vector of the faulty encoder was kept"
    assert np.isfinite(FolderCollection.open(result.folder, "m").embeddings).all()


@EACH_FAULT
def test_every_use_of_an_image_encoder_is_checked(
    change: Change, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    engine, faulty = two_tower_engine(tmp_path), FaultyEncoder(change)
    engine.encoder = faulty
    file = tmp_path / "images" / "red" / "0.png"

    def upload() -> None:
        def read(data: bytes) -> Image.Image:
            return Image.open(io.BytesIO(data)).convert("RGB")

        index_uploads([("a.png", file.read_bytes())], faulty, settings(), read=read)

    def embed() -> None:
        pyarrow = pytest.importorskip("pyarrow")
        EmbeddingActor(faulty, "m").embed(pyarrow.table({"uri": [str(file).encode()], "stamp": ["1"]}))

    uses: list[Callable[[], object]] = [
        lambda: engine.label_image(file, vocabulary=["red"]),
        lambda: engine.search_image(file),
        lambda: engine.encode(file),
        lambda: engine.embed_images([file]),
        lambda: encode_files(faulty, GivenFiles([str(file)]), ""),
        lambda: regions(file, faulty),
        upload,
        embed,
    ]
    for use in uses:
        with pytest.raises(ArtifactError, match=f"^FaultyEncoder returned .*{message}"):
            use()


def test_lists_and_other_numbers_are_converted() -> None:
    pixels = np.full((2, 8, 8, 3), 90, dtype=np.uint8)
    for change in (
        lambda right: Encoded(right.features.tolist(), right.embeddings.tolist()),
        lambda right: Encoded(right.features.astype(np.float64), right.embeddings.astype(np.float16)),
    ):
        encoded = FaultyEncoder(change).encode_checked(pixels)
        assert encoded.features.dtype == encoded.embeddings.dtype == np.float32
        assert encoded.embeddings == pytest.approx(ColourEncoder().encode_pixels(pixels).embeddings, abs=1e-3)


@pytest.mark.parametrize("factor", [np.nan, 3.0, 1 + 2 * LENGTH_TOLERANCE, 0.0])
def test_faulty_vectors_that_an_earlier_version_kept_are_computed_again(factor: float, source: Path, tmp_path: Path) -> None:
    file = next(path for path in sorted(source.rglob("*.png")))
    features, embedding = np.ones(3, np.float32), np.array([factor, 0, 0], np.float32)
    with VectorCache(tmp_path / "collections" / ".cache" / "mine.sqlite", "m") as cache:
        cache.put({sha256_of(file): CachedVectors(features, embedding, b"")})
        assert cache.get(sha256_of(file)) is None
    result = index(source, ColourEncoder())
    assert (result.count, result.skipped) == (36, [])
    assert np.isfinite(FolderCollection.open(result.folder, "m").embeddings).all()


@dataclass
class FaultyTextEncoder(HashTextEncoder):
    """Returns what ``change`` makes of the right vectors. If ``places``, only ``place`` does so."""

    change: Callable[[Floats], Any]
    places: bool = False

    def encode(self, texts: Sequence[str]) -> Floats:
        right = super().encode(texts)
        changed: Floats = right if self.places else self.change(right)
        return changed

    def place(self, clause: Clause, spellings: Mapping[str, str] = NO_SPELLINGS) -> PlacedClause:
        placed = super().place(clause, spellings)
        return replace(placed, vector=self.change(self.encode([clause.text]))[0]) if self.places else placed


@pytest.mark.parametrize("places", [False, True])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda right: right * 3, r"vectors of length 3, not of length 1\. Scale each row"),
        (lambda right: right * np.nan, "vectors that are not finite"),
        (lambda right: right[:, :2], r"vectors of shape \(1, 2\)\. Return one row of 3 numbers for each input"),
        (lambda right: [["a"]] * len(right), "vectors that are not an array of numbers"),
    ],
    ids=["long", "NaN", "short", "texts"],
)
def test_every_use_of_a_text_encoder_is_checked(
    change: Callable[[Floats], Any], message: str, places: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    engine = two_tower_engine(tmp_path)
    engine.text = FaultyTextEncoder(change, places)
    image, vector = tmp_path / "images" / "red" / "0.png", np.ones(3, np.float32)
    uses: list[Callable[[], object]] = [lambda: engine.search_text("red"), lambda: engine.embed_text("red + blue")]
    if not places:
        uses += [
            lambda: engine.label_image(image, vocabulary=["red"]),
            lambda: engine.label_images([image], vocabulary=["red"]),
            lambda: engine.label_embedding(vector, vocabulary=["red"]),
            lambda: engine.text.embed("red"),
        ]
    for use in uses:
        with pytest.raises(ArtifactError, match=f"^FaultyTextEncoder returned {message}"):
            use()


class WideTextEncoder(HashTextEncoder):
    dimension = 5


def test_a_text_encoder_of_another_dimension_than_the_collection_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    right = two_tower_engine(tmp_path)
    folder = right.collection
    memory = InMemoryCollection("mine", [InMemoryImage(folder.items[0], "", b"", folder.features[0], folder.embeddings[0])])
    without = Engine(right.layout, right.manifest, WideTextEncoder(), right.encoder, EmptyCollection())
    for collection in (folder, memory):
        assert right.on(collection).collection is collection
        for open_ in (
            without.on,
            lambda each: Engine(right.layout, right.manifest, WideTextEncoder(), right.encoder, each),
        ):
            with pytest.raises(ArtifactError, match=r"\b5\b.*Make the collection again"):
                open_(collection)
