"""Build the noun list: WordNet's names of things that can be photographed, with vectors that include their hypernyms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.tables import imagenet_offsets, read_table
from devise_core.bundle.wordnet import Nouns
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.tokens import Phrases
from devise_core.vectors import Floats, quantise, without

DECAY = 0.5
"""The weight of each step up to a hypernym. It is lower than for the label vectors (0.75), so that the words of a query weigh more.
For values from 0.3 to 0.6, held-out mAP varies by 0.01."""
COMMON_SENSES = 2
"""Only the two most frequent senses of a noun count: "love" is a feeling first, not a beloved person."""
COMMAND = "python -m devise_core build nouns"
SOURCE = "WordNet 3.0 (Debian wordnet-base 1:3.0-37) and GloVe 6B 100-d"
LICENCE = "WordNet-3.0 (list), PDDL-1.0 (vectors)"


def things(nouns: Nouns) -> dict[str, int]:
    """Choose a sense for each lemma that names a physical thing.

    A sense that is not a person is preferred, so that "dalmatian" is a dog. Instances, such as single people and places, are left
    out. So are lemmas of one or two letters except "ox", because they are symbols: "he" is helium.

    Returns:
        The offset of the chosen sense, by lemma.
    """
    return {lemma: _preferred_sense(nouns, visible) for lemma, visible in _visible_senses(nouns).items()}


def classified_things(nouns: Nouns) -> dict[str, int]:
    """Choose a sense for each lemma as ``things`` does, but prefer one that the classifier knows.

    WordNet's most frequent sense of "banana" is the plant, of "otter" the fur and of "castle" a palace. The ImageNet labels of
    these names are other senses. So the kinds of a noun and the evidence for it come from this choice. The vectors of nouns come
    from ``things``, because the head was trained with them, and a kind adds little to a vector.

    Returns:
        The offset by lemma: the first common sense that is a label or above one, or else the label whose first name is the lemma.
        Nouns that rarely mean such a sense, as "napkin" rarely means a diaper, are in the table ``first_sense`` and keep the
        sense that ``things`` chooses.
    """
    labels, unchanged = imagenet_offsets(), read_table("first_sense")
    known = set().union(*(nouns.ancestors(offset) for offset in labels))
    named = {nouns.synsets[offset].lemmas[0]: offset for offset in reversed(labels)}
    chosen = {}
    for lemma, visible in _visible_senses(nouns).items():
        sense = _preferred_sense(nouns, visible)
        if sense not in known and lemma not in unchanged:
            better = (offset for offset in visible if offset in known and not nouns.is_person(offset))
            sense = next(better, named.get(lemma, sense))
        chosen[lemma] = sense
    return chosen


def _preferred_sense(nouns: Nouns, visible: Sequence[int]) -> int:
    """Return the first sense that is not a person, or the first sense if all are persons."""
    return min(visible, key=nouns.is_person)


def _visible_senses(nouns: Nouns) -> dict[str, list[int]]:
    """Return the common senses of each lemma that are physical things, the most frequent first."""
    physical = nouns.senses["physical entity"][0]
    senses = {
        lemma: [
            offset
            for offset in [each for each in offsets if not nouns.synsets[each].instance][:COMMON_SENSES]
            if physical in nouns.ancestors(offset)
        ]
        for lemma, offsets in nouns.senses.items()
        if len(lemma) > 2 or lemma == "ox"
    }
    return {lemma: visible for lemma, visible in senses.items() if visible}


@dataclass(frozen=True)
class NounRow:
    """A noun of the list.

    Attributes:
        lemma: The noun.
        rank: The frequency rank of its rarest word in the vocabulary, or None if one of its words is unknown.
        offset: The WordNet offset of its sense.
        vector: Its unit vector ``(d,)``.
    """

    lemma: str
    rank: int | None
    offset: int
    vector: Floats


def noun_rows(hierarchy: Hierarchy, phrases: Phrases) -> list[NounRow]:
    """Return a row for each noun of ``things`` that has a vector.

    If a word of the noun is unknown, the vector comes from the synset and its hypernyms.
    """
    rows = []
    for lemma, offset in things(hierarchy.nouns).items():
        own_vector = hierarchy.phrase(lemma)
        vector = hierarchy.mixed(offset, DECAY, own_vector)
        if vector is not None:
            rank = max(row for _, row in phrases.known(lemma)[0]) if own_vector is not None else None
            rows.append(NounRow(lemma, rank, offset, vector))
    return rows


def naming_lemmas(rows: Sequence[NounRow], labels: Collection[int]) -> set[str]:
    """Choose the lemmas that may name an image: the most frequent word of each sense.

    Args:
        rows: The noun list.
        labels: The offsets of the senses that the classifier knows.

    Returns:
        One lemma per sense. A sense without a single-word lemma is only included if it is one of ``labels``. This keeps
        "golden retriever" and leaves out "baked egg".
    """
    best: dict[int, NounRow] = {}
    for row in rows:
        if row.rank is None or (" " in row.lemma and row.offset not in labels):
            continue
        current = best.get(row.offset)
        if current is None or (" " in row.lemma, row.rank) < (" " in current.lemma, current.rank):
            best[row.offset] = row
    return {row.lemma for row in best.values()}


def write_nouns(
    layout: ArtifactLayout,
    manifest: Manifest,
    rows: Sequence[NounRow],
    names: Collection[str],
    directions: Floats,
    plurals: Mapping[str, Sequence[str]],
) -> None:
    """Write ``nouns.txt`` and ``noun_vectors.npy``, and add them to ``manifest``.

    Args:
        layout: Where to write.
        manifest: Receives the entries of the two files.
        rows: The noun list.
        names: The lemmas that may name an image. They come first, by frequency.
        directions: The shared directions ``(m, d)``, which are removed from the vectors.
        plurals: The irregular plurals of each lemma.
    """
    last = 1 << 31
    rows = sorted(rows, key=lambda row: (row.lemma not in names, last if row.rank is None else row.rank, row.lemma))
    lines = ["\t".join([row.lemma, str(row.rank) if row.lemma in names else "", *plurals.get(row.lemma, ())]) for row in rows]
    with atomic_file(layout.nouns) as path:
        path.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    vectors, _ = quantise(without(np.stack([row.vector for row in rows]), directions))
    with atomic_file(layout.noun_vectors) as path:
        np.save(path, vectors)
    for path in (layout.nouns, layout.noun_vectors):
        manifest.add(path, COMMAND, SOURCE, LICENCE)
