"""The text side of a trained model: word vectors of any origin, and the space that queries are placed in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devise_core.bundle.jobs import BuildContext, Log, build_labels, build_nouns
from devise_core.bundle.nouns import Row, write_nouns
from devise_core.bundle.words import import_words
from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest, sha256_of
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.noun_store import NounStore
from devise_core.text.text_encoder import WordVectorEncoder
from devise_core.text.tokens import Phrases
from devise_core.text.word_store import WordStore
from devise_core.vectors import unit


def open_text(layout: ArtifactLayout) -> WordVectorEncoder:
    """The text side in ``layout``, with a dictionary of its words."""
    words = WordStore.open(layout.words, layout.word_vectors, layout.word_scales).index_words()
    return WordVectorEncoder(words, NounStore.open(layout.nouns, layout.noun_vectors), np.load(layout.directions))


def words_folder(words: str, bundled: Path, cache: Path, targets: str, dimension: int | None, say: Log) -> Path:
    """The folder with the word vectors ``words``: ``bundled``, another model's folder, or one made in ``cache`` from a file.

    For ``text`` targets a file's labels and nouns are made anew too, which takes WordNet from Debian. Raises ``BuildError``.
    """
    if words == "bundled":
        return bundled
    path = Path(words)
    if path.is_dir():
        return path
    if not path.is_file():
        raise BuildError(f"There are no word vectors at {path}: give a file of them, a model's folder, or “bundled”.")
    folder = cache / f"words-{sha256_of(path)[:16]}-{dimension or 'all'}-{targets}"
    if not folder.is_dir():
        with atomic_folder(folder) as staged:
            layout = ArtifactLayout(staged)
            manifest = Manifest(staged)
            say(str(import_words(layout, manifest, path, dimension)))
            manifest.write()
            if targets == "text":
                site = BuildContext(layout, cache, None, say)
                build_labels(site)
                build_nouns(site)
    return folder


def link_text(source: Path, layout: ArtifactLayout, manifest: Manifest) -> None:
    """The text side of the model in ``source``, with its rows; labels included."""
    there = ArtifactLayout(source)
    _link(
        there,
        layout,
        manifest,
        [*_words(there), there.nouns, there.noun_vectors, there.directions, there.labels, there.label_vectors],
    )


def link_classifier(source: Path, layout: ArtifactLayout, manifest: Manifest) -> None:
    """The classifier of the model in ``source``, where it has one."""
    there = ArtifactLayout(source)
    if there.classifier.name in Manifest.read(source).files:
        _link(there, layout, manifest, [there.classifier])


def write_raw_text(source: Path, nouns: Path, layout: ArtifactLayout, manifest: Manifest, command: str) -> None:
    """The words of ``source`` with a space as plain as the seed's: a noun stands at the mean of its words as they were trained.

    It knows no kinds and takes no directions out. ``nouns``: the list to take them from; those with an unknown word are left
    out.
    """
    there = ArtifactLayout(source)
    _link(there, layout, manifest, _words(there))
    store = WordStore.open(layout.words, layout.word_vectors, layout.word_scales).index_words()
    rows, names, plurals = _raw_nouns(nouns, Phrases(store))
    np.save(layout.directions, np.empty((0, store.dimension), dtype=np.float32))
    write_nouns(layout, manifest, rows, names, np.load(layout.directions), plurals)
    origin = manifest.files[layout.words.name]
    for path in (layout.nouns, layout.noun_vectors, layout.directions):
        manifest.add(path, command, f"WordNet 3.0 (list) and {origin.source}", f"WordNet-3.0 (list), {origin.licence}")


def _raw_nouns(path: Path, phrases: Phrases) -> tuple[list[Row], set[str], dict[str, list[str]]]:
    rows, names, plurals = [], set(), {}
    for line in path.read_text("utf-8").splitlines():
        lemma, rank, *others = line.split("\t")
        known, unknown = phrases.known(lemma)
        if known and not unknown:
            places = [row for _, row in known]
            rows.append(Row(lemma, max(places), 0, unit(phrases.words.raw(places).mean(axis=0))))
            plurals[lemma] = others
            if rank:
                names.add(lemma)
    return rows, names, plurals


def _words(layout: ArtifactLayout) -> list[Path]:
    return [layout.words, layout.word_vectors, layout.word_scales]


def _link(there: ArtifactLayout, layout: ArtifactLayout, manifest: Manifest, files: Sequence[Path]) -> None:
    """Hard links: the store is large, and a file of an artifact folder is only ever replaced whole."""
    rows = Manifest.read(there.root)
    for path in files:
        target = layout.root / path.name
        try:
            os.link(rows.verified(path), target)
        except OSError:  # another disk
            shutil.copyfile(path, target)
        manifest.files[path.name] = rows.files[path.name]
