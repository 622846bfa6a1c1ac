"""Build the noun list: WordNet's names of things that can be photographed, with vectors that include their hypernyms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.wordnet import Nouns
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.tokens import Phrases
from devise_core.vectors import Floats, quantise, without

DECAY = 0.5
"""Lower than for the label vectors (0.75), so that the words of a query weigh more. Held-out mAP varies by 0.01 from 0.3 to 0.6."""
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
        The offset of the most frequent such sense, by lemma.
    """
    physical, person = nouns.senses["physical entity"][0], nouns.senses["person"][0]
    chosen: dict[str, int] = {}
    for lemma, offsets in nouns.senses.items():
        classes = [offset for offset in offsets if not nouns.synsets[offset].instance][:COMMON_SENSES]
        visible = [offset for offset in classes if physical in nouns.ancestors(offset)]
        if visible and (len(lemma) > 2 or lemma == "ox"):
            chosen[lemma] = min(visible, key=lambda offset: person in nouns.ancestors(offset))
    return chosen


@dataclass(frozen=True)
class NounRow:
    """A noun of the list.

    Attributes:
        lemma: The noun.
        rank: The rank of its rarest word in the vocabulary, or None if one of its words is unknown.
        offset: The WordNet offset of its sense.
        vector: Its unit vector ``(d,)``.
    """

    lemma: str
    rank: int | None
    offset: int
    vector: Floats


def noun_rows(hierarchy: Hierarchy, phrases: Phrases) -> list[NounRow]:
    """Return every thing that has a vector. If a word of a noun is unknown, its vector comes from its synset and hypernyms."""
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
