"""Importing a file of word vectors into a word store, and the command that does it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devise_core import Engine
from devise_core.bundle.words import import_words, write_words
from devise_core.cli import main
from devise_core.errors import WordVectorError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.word_store import WordStore
from devise_core.vectors import quantise
from devise_core.wordfiles.text import BLOCK_LINES
from tests.fakes import VECTORS, WORDS, word_vectors
from tests.word_vector_files import GLOVE, binary, read, saved


def test_importing_in_blocks_gives_the_same_files_as_importing_at_once(tmp_path: Path) -> None:
    text = "\n".join(f"w{number} {number + 1} {-number} 0.25" for number in range(2 * BLOCK_LINES + 5))
    layout = ArtifactLayout(tmp_path / "model")
    layout.root.mkdir()
    manifest = Manifest(layout.root)
    report = import_words(layout, manifest, saved(tmp_path / "glove.txt", text))
    words, vectors, _ = read(tmp_path / "glove.txt")
    rows, scales = quantise(vectors)
    assert (np.load(layout.word_vectors) == rows).all() and (np.load(layout.word_scales) == scales).all()
    assert layout.words.read_text("utf-8").split() == words and report.words == len(words)
    np.save(tmp_path / "whole.npy", rows)
    assert layout.word_vectors.read_bytes() == (tmp_path / "whole.npy").read_bytes()
    assert all(manifest.verified(path) for path in (layout.words, layout.word_vectors, layout.word_scales))
    entry = manifest.files["word_vectors.npy"]
    assert (entry.shape, entry.command) == (rows.shape, "python -m devise_core build words --from glove.txt")


def test_a_failed_import_keeps_the_old_store(tmp_path: Path) -> None:
    layout, manifest = ArtifactLayout(tmp_path), Manifest(tmp_path)
    write_words(layout, manifest, [(list(WORDS), VECTORS)])
    with pytest.raises(WordVectorError):
        import_words(layout, manifest, saved(tmp_path / "cut.bin", binary([b"dog", b"cat"], VECTORS[:2])[:-9]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.bin", "word_scales.npy", "word_vectors.npy", "words.txt"]
    assert WordStore.open(layout.words, layout.word_vectors, layout.word_scales).word(6) == "sea-horse"


def test_the_build_command_imports_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, file = tmp_path / "model", saved(tmp_path / "glove.txt", GLOVE + "few 1\n")
    build = ["build", "words", "--from", str(file), "--artifacts", str(folder)]
    assert main(build) == 0
    assert "7 words × 4 from glove.txt (GloVe text); left out: 1 × too few numbers (first: line 8)" in capsys.readouterr().err
    assert Manifest.read(folder).files["words.txt"].source == "glove.txt"
    assert main([*build, "--dimension", "3"]) == 1
    assert "expected 3 numbers, received 4" in capsys.readouterr().err
    assert main(["build", "nouns", "--from", str(file)]) == 1
    assert main(["build", "words", "--dimension", "3"]) == 1


@pytest.mark.artifacts
def test_bundled_words_exported_as_glove_text_give_the_same_neighbours(engine: Engine, tmp_path: Path) -> None:
    words, rows = word_vectors(engine).words, range(0, 60_000, 3)
    vectors = words.raw(rows)
    with (tmp_path / "glove.txt").open("w", encoding="utf-8") as text:
        text.writelines(
            f"{words.word(row)} {' '.join(f'{number:.6f}' for number in vector)}\n"
            for row, vector in zip(rows, vectors.tolist(), strict=True)
        )
    layout = ArtifactLayout(tmp_path)
    report = import_words(layout, Manifest(tmp_path), tmp_path / "glove.txt", 100)
    imported = WordStore.open(layout.words, layout.word_vectors, layout.word_scales)
    assert not report.left_out and len(imported) == len(rows)
    sample = WordStore("\n".join(map(words.word, rows)).encode(), words.vectors[list(rows)], words.scales[list(rows)])
    for row in (0, 500, 5_000, 19_999):
        vector = sample.unit([row])[0]
        assert [hit.word for hit in imported.nearest(vector, 10)] == [hit.word for hit in sample.nearest(vector, 10)]
