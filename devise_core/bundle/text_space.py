"""Write the text side of a trained model: the files of words, nouns and labels that turn a query into a vector."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devise_core.bundle.context import BuildContext, Log
from devise_core.bundle.jobs import build_labels, build_nouns
from devise_core.bundle.nouns import NounRow, write_nouns
from devise_core.bundle.words import import_words
from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_file, atomic_folder
from devise_core.storage.manifest import Manifest, sha256_of
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.noun_store import NounStore
from devise_core.text.opening import open_word_store
from devise_core.text.tokens import Phrases
from devise_core.vectors import Floats, quantise, unit


def words_folder(words: str, bundled: Path, cache: Path, targets: str, dimension: int | None, log: Log) -> Path:
    """Return the folder that holds the word vectors to train with.

    If ``words`` is a file and ``targets`` is ``text``, the labels and nouns are built too. This needs WordNet from Debian.

    Args:
        words: "bundled", the artifact folder of another model, or a file of word vectors.
        bundled: The artifact folder of the bundled model.
        cache: The folder in which the result is kept if ``words`` is a file.
        targets: ``text`` or ``raw``, as in ``Recipe.targets``.
        dimension: The required dimension of the vectors in a file, or None to accept any.
        log: Receives the messages.

    Raises:
        BuildError: If ``words`` does not exist, or WordNet cannot be downloaded.
        WordVectorError: If the file cannot be read.
    """
    if words == "bundled":
        return bundled
    path = Path(words)
    if path.is_dir():
        return path
    if not path.is_file():
        raise BuildError(f"There are no word vectors at {path}. Give a file of word vectors, the folder of a model, or “bundled”.")
    folder = cache / f"words-{sha256_of(path)[:16]}-{dimension or 'all'}-{targets}"
    if not folder.is_dir():
        with atomic_folder(folder) as staged:
            layout = ArtifactLayout(staged)
            manifest = Manifest(staged)
            log(str(import_words(layout, manifest, path, dimension)))
            manifest.write()
            if targets == "text":
                context = BuildContext(layout, cache, None, log)
                build_labels(context)
                build_nouns(context)
    return folder


def link_text(source: Path, layout: ArtifactLayout, manifest: Manifest) -> None:
    """Hard-link the text side of the model in ``source``, including the labels, and list the files in ``manifest``.

    Args:
        source: The folder of the model to link from.
        layout: The folder of the model to link into.
        manifest: Receives the entries of the files.
    """
    theirs = ArtifactLayout(source)
    files = [theirs.nouns, theirs.noun_vectors, theirs.directions, theirs.labels, theirs.label_vectors]
    _link(theirs, layout, manifest, [*_word_files(theirs), *files])


def link_classifier(source: Path, layout: ArtifactLayout, manifest: Manifest) -> None:
    """Hard-link the classifier of the model in ``source``, if there is one, and list the file in ``manifest``.

    Args:
        source: The folder of the model to link from.
        layout: The folder of the model to link into.
        manifest: Receives the entry of the file.
    """
    theirs = ArtifactLayout(source)
    if theirs.classifier.name in Manifest.read(source).files:
        _link(theirs, layout, manifest, [theirs.classifier])


def write_raw_text(source: Path, nouns: Path, layout: ArtifactLayout, manifest: Manifest, command: str) -> None:
    """Write a plain text side, as in the 2020 notebook: the vector of a noun is the mean of the vectors of its words.

    The vectors of hypernyms are not mixed in, and no directions that all words share are removed.

    Args:
        source: The artifact folder whose word store is used.
        nouns: The noun list to use. Nouns with an unknown word are left out.
        layout: Where to write.
        manifest: Receives the entries of the files.
        command: The command to record in the entries.
    """
    theirs = ArtifactLayout(source)
    _link(theirs, layout, manifest, _word_files(theirs))
    store = open_word_store(layout, indexed=True)
    rows, names, plurals = _raw_nouns(nouns, Phrases(store))
    np.save(layout.directions, np.empty((0, store.dimension), dtype=np.float32))
    write_nouns(layout, manifest, rows, names, np.load(layout.directions), plurals)
    entry = manifest.files[layout.words.name]
    for path in (layout.nouns, layout.noun_vectors, layout.directions):
        manifest.add(path, command, f"WordNet 3.0 (list) and {entry.source}", f"WordNet-3.0 (list), {entry.licence}")


def let_classes_name(layout: ArtifactLayout, manifest: Manifest, names: Sequence[str], vectors: Floats, command: str) -> None:
    """Let every class name images. Classes that cannot do so yet are put at the front of the noun list.

    By default, rare words and words that are not nouns name no image. But a model has to name the classes that it was trained on.

    Args:
        layout: The folder of the text side. Its files may be hard links, so they are replaced and not changed in place.
        manifest: Receives the entries of the files.
        names: The names of the classes.
        vectors: The vectors of the classes, unit rows ``(classes, d)``.
        command: The command to record in the entries.
    """
    nouns, lines = NounStore.open(layout.nouns, layout.noun_vectors), layout.nouns.read_text("utf-8").splitlines()
    classes = {name.lower(): vector for name, vector in zip(names, vectors, strict=True) if not nouns.can_name(name.lower())}
    if not classes:
        return
    plurals = {noun: line.split("\t")[2:] for noun, line in zip(nouns.nouns, lines, strict=True) if noun in classes}
    kept = [row for row, noun in enumerate(nouns.nouns) if noun not in classes]
    first = ["\t".join([name, "0", *plurals.get(name, ())]) for name in classes]
    table = np.concatenate([quantise(np.stack(list(classes.values())))[0], np.load(layout.noun_vectors)[kept]])
    del nouns  # ``nouns`` keeps a file open
    with atomic_file(layout.nouns) as path:
        path.write_text("\n".join([*first, *(lines[row] for row in kept)]) + "\n", "utf-8", newline="\n")
    with atomic_file(layout.noun_vectors) as path:
        np.save(path, table)
    for path in (layout.nouns, layout.noun_vectors):
        entry = manifest.files[path.name]
        manifest.add(path, command, entry.source, entry.licence)


def _raw_nouns(path: Path, phrases: Phrases) -> tuple[list[NounRow], set[str], dict[str, list[str]]]:
    """Return the rows of the nouns in a list, the nouns that may name an image, and the irregular plurals."""
    rows, names, plurals = [], set(), {}
    for line in path.read_text("utf-8").splitlines():
        lemma, rank, *forms = line.split("\t")
        known, unknown = phrases.known(lemma)
        if known and not unknown:
            word_rows = [row for _, row in known]
            rows.append(NounRow(lemma, max(word_rows), 0, unit(phrases.words.raw(word_rows).mean(axis=0))))
            plurals[lemma] = forms
            if rank:
                names.add(lemma)
    return rows, names, plurals


def _word_files(layout: ArtifactLayout) -> list[Path]:
    return [layout.words, layout.word_vectors, layout.word_scales]


def _link(theirs: ArtifactLayout, layout: ArtifactLayout, manifest: Manifest, files: Sequence[Path]) -> None:
    """Hard-link files after checking them.

    A copy of the word store would be large. Links are safe, because files of an artifact folder are only replaced as a whole.
    """
    entries = Manifest.read(theirs.root)
    for path in files:
        target = layout.root / path.name
        try:
            os.link(entries.verified(path), target)
        except OSError:  # another disk
            shutil.copyfile(path, target)
        manifest.files[path.name] = entries.files[path.name]
