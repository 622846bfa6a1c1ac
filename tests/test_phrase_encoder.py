"""The phrase encoder: the sentence model it runs, the folder it is opened from, and the queries that it reads."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine, load_engine
from devise_core.bundle.concepts import ConceptSpace, write_projection
from devise_core.errors import SettingsError
from devise_core.search.model_parts import ModelParts
from devise_core.storage.manifest import Manifest, sha256_of
from devise_core.storage.paths import ArtifactLayout
from devise_core.text import phrase_encoder, sentence_model
from devise_core.text.concepts import PHRASE_WEIGHT, ConceptStore, EncodedPhrases, PhraseMap, PhraseProjection
from devise_core.text.phrase_encoder import FILES, PhraseEncoder, configured_phrase_encoder
from devise_core.vectors import unit_or_zero
from tests.conftest import BUNDLED
from tests.fakes import text_space, unit_rows
from tests.tiny_sentence_model import ConstantModel, FakeSession, fake_model, write_model

DOG_CAT = [0.6, 0.8, 0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a tiny model, accept its checksums as the right ones, and set the variable that names its folder."""
    write_model(tmp_path)
    for name in FILES:
        monkeypatch.setitem(FILES, name, sha256_of(tmp_path / name))
    monkeypatch.setenv("SEMBLANCE_PHRASE_ENCODER", str(tmp_path))
    return tmp_path


def concepts(encoder: PhraseEncoder | None) -> ConceptStore:
    """Return the concepts of the nouns "dog" and "mouse" and the words "the", "dog" and "cat". Phrases lose their third number."""
    axes = np.eye(3, 2, dtype=np.float32)
    projection = PhraseProjection(np.zeros(3, np.float32), axes, np.array([0, 0.8], np.float32))
    phrase_map = PhraseMap(np.zeros(2, np.float32), np.eye(2, dtype=np.float32))
    nouns, words = np.array([[127, 0], [0, 127]], np.int8), np.array([[127, 127], [127, 0], [0, 127]], np.int8)
    return ConceptStore(nouns, words, phrase_map, text_space(), EncodedPhrases(encoder, projection) if encoder else None)


def test_a_text_is_the_mean_of_its_tokens_at_length_one() -> None:
    assert fake_model().encode(["dog dog cat cat"])[0] == pytest.approx(DOG_CAT)


def test_texts_of_one_length_share_a_batch_and_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_model, "BATCH", 2)
    session = FakeSession()
    vectors = fake_model(session).encode(["dog", "dog cat", "cat", "piano"])
    assert session.calls == [(2, 1), (1, 1), (1, 2)]
    assert vectors == pytest.approx(np.array([[1, 0, 0], DOG_CAT, [0, 1, 0], [0, 0, 1]]))


def test_a_phrase_is_encoded_once_and_cannot_be_changed() -> None:
    session = FakeSession()
    encoder = PhraseEncoder(fake_model(session))
    with ThreadPoolExecutor(4) as pool:
        vectors = list(pool.map(encoder.encode, ["dog cat", "cat piano"] * 20))
    assert all(vector == pytest.approx(DOG_CAT) for vector in vectors[::2])
    session.calls.clear()
    assert encoder.encode("dog cat") == pytest.approx(DOG_CAT)
    assert session.calls == []
    with pytest.raises(ValueError, match="read-only"):
        encoder.encode("dog cat")[0] = 1


def test_only_phrases_are_encoded() -> None:
    session = FakeSession()
    store, plain = concepts(PhraseEncoder(fake_model(session))), concepts(None)
    for text in ("dog", "mice", "cat", "qwzx"):
        assert store.vector(text).tolist() == plain.vector(text).tolist()
    assert session.calls == []
    assert store.vector("dog cat") == pytest.approx([PHRASE_WEIGHT, 0])  # the mean of captions is subtracted from the second number


def test_names_and_evidence_do_not_depend_on_the_encoder() -> None:
    texts = ["dog", "dog cat", "cat piano"]
    assert concepts(PhraseEncoder(fake_model())).unit_vectors(texts).tolist() == concepts(None).unit_vectors(texts).tolist()


def test_onnx_runtime_runs_the_files(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tokenizers")
    encoder = configured_phrase_encoder()
    assert encoder
    assert encoder.encode("Dog cat") == pytest.approx(DOG_CAT)
    assert encoder.encode("dog " * 1_000) == pytest.approx([1, 0, 0])


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_a_missing_package_is_named_as_the_model_opens(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", sys)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SettingsError, match=rf'^SEMBLANCE_PHRASE_ENCODER needs .*{package}.*`pip install -e "\.\[phrases\]"`'):
        load_engine(BUNDLED)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_or_missing_file_is_named_as_the_model_opens(name: str, folder: Path) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])
    with pytest.raises(
        SettingsError, match=rf"{name} is damaged or belongs to another model .*fetch phrase-encoder.*or unset it\.$"
    ):
        load_engine(BUNDLED)
    (folder / name).unlink()
    with pytest.raises(SettingsError, match=rf"{name} cannot be read \(No such file or directory\)\. Run `python -m"):
        load_engine(BUNDLED)


def test_without_the_setting_no_package_is_imported() -> None:
    code = (
        "import sys; from devise_core import load_engine; load_engine().search_text('a dog on a beach'); "
        "print(sorted({'onnxruntime', 'tokenizers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=BUNDLED.parent)
    assert done.stdout.strip() == "[]"


def test_a_search_for_a_phrase_uses_the_encoder(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    model = ConstantModel()
    monkeypatch.setenv("SEMBLANCE_PHRASE_ENCODER", "set")
    monkeypatch.setattr(phrase_encoder.PhraseEncoder, "open", lambda _: PhraseEncoder(model))
    with_encoder = load_engine(BUNDLED, "stamps")
    assert with_encoder.parts.version == engine.parts.version  # collections stay valid
    for text, encoded in (("dog", []), ("dog on a beach", ["dog on a beach"])):
        scores = [each.ranking(each.query(text)).scores.tolist() for each in (with_encoder, engine)]
        assert (model.texts, scores[0] == scores[1]) == (encoded, not encoded)


def test_a_model_without_the_projection_adds_up_words(engine: Engine) -> None:
    files = {name: entry for name, entry in engine.manifest.files.items() if name != "phrase_projection.npz"}
    model = ConstantModel()
    parts = ModelParts(engine.layout, Manifest(engine.layout.root, files), engine.text, phrase_encoder=PhraseEncoder(model))
    assert parts.scorer and engine.parts.scorer
    concepts = parts.scorer.concepts
    assert concepts.vector("dog on a beach") == pytest.approx(engine.parts.scorer.concepts.vector("dog on a beach"))
    assert model.texts == []


def test_the_build_writes_what_a_query_reads(tmp_path: Path) -> None:
    layout, manifest = ArtifactLayout(tmp_path), Manifest(tmp_path)
    raw = unit_rows(200, 8)
    space = ConceptSpace({str(row): row for row in range(200)}, raw, [str(row) for row in range(200)])
    captions = space.project(unit_rows(20, 8, seed=1))
    write_projection(layout, manifest, space, captions)
    projection = PhraseProjection.open(manifest.verified(layout.phrase_projection))
    expected = unit_or_zero(space.project(raw) - captions.mean(axis=0))
    assert np.stack([projection.project(vector) for vector in raw]) == pytest.approx(expected, abs=5e-3)
    entry = manifest.files["phrase_projection.npz"]
    assert ("build concepts" in entry.command, "MiniLM" in entry.source, "Apache-2.0" in entry.licence) == (True, True, True)


@pytest.mark.artifacts
def test_the_bundled_projection_fits_the_bundled_space(engine: Engine) -> None:
    projection = PhraseProjection.open(engine.manifest.verified(engine.layout.phrase_projection))
    assert engine.parts.scorer
    dimension = engine.parts.scorer.concepts.dimension
    assert (projection.mean.shape, projection.caption_mean.shape) == ((384,), (dimension,))
    assert projection.components.T @ projection.components == pytest.approx(np.eye(dimension), abs=2e-3)
