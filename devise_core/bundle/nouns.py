"""The noun list: WordNet's names of things one can photograph, with hierarchy-aware vectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.wordnet import Nouns
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.tokens import Phrases
from devise_core.vectors import Floats, quantise, without

DECAY = 0.5
"""A query's own words weigh more than in the label vectors (0.75). From 0.3 to 0.6, held-out mAP differs by 0.01."""

COMMAND = "python -m devise_core build nouns"
SOURCE = "WordNet 3.0 (Debian wordnet-base 1:3.0-37) and GloVe 6B 100-d"
LICENCE = "WordNet-3.0 (list), PDDL-1.0 (vectors)"


COMMON_SENSES = 2
"""A thing is one of a noun's two most frequent senses: "love" is a feeling first, not the beloved."""


def things(nouns: Nouns) -> dict[str, int]:
    """Lemma → the offset of its commonest sense that is a physical thing, sooner no person: a "dalmatian" is a dog.

    Single people and places are passed over, and so are lemmas of one or two letters but for "ox": they are symbols ("he" is
    helium).
    """
    physical, person = nouns.senses["physical entity"][0], nouns.senses["person"][0]
    found: dict[str, int] = {}
    for lemma, offsets in nouns.senses.items():
        kinds = [offset for offset in offsets if not nouns.synsets[offset].instance][:COMMON_SENSES]
        seen = [offset for offset in kinds if physical in nouns.ancestors(offset)]
        if seen and (len(lemma) > 2 or lemma == "ox"):
            found[lemma] = min(seen, key=lambda offset: person in nouns.ancestors(offset))
    return found


def irregular_plurals(folder: Path) -> dict[str, list[str]]:
    """Singular → plurals, from WordNet's list of exceptions."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "noun.exc").read_text("ascii").splitlines():
        plural, *singulars = line.replace("_", " ").split(" ")
        for singular in singulars:
            found[singular].append(plural)
    return found


@dataclass(frozen=True)
class Row:
    """A noun with the rank of its rarest word (None where one is unknown), its sense, and its vector ``(d,)``."""

    lemma: str
    rank: int | None
    offset: int
    vector: Floats


def noun_rows(hierarchy: Hierarchy, phrases: Phrases) -> list[Row]:
    """Every thing that has a vector: by its words, or where they are unknown by its kinds."""
    rows = []
    for lemma, offset in things(hierarchy.nouns).items():
        own = hierarchy.phrase(lemma)
        vector = hierarchy.mixed(offset, DECAY, own)
        if vector is not None:
            rank = max(row for _, row in phrases.known(lemma)[0]) if own is not None else None
            rows.append(Row(lemma, rank, offset, vector))
    return rows


def naming(rows: Sequence[Row], labels: Sequence[int]) -> set[str]:
    """The lemmas that may name a picture: of each sense one, its most frequent word.

    A sense that has only names of several words names a picture where it is one of ``labels``, the senses a classifier knows:
    "golden retriever", but not "baked egg".
    """
    best: dict[int, Row] = {}
    for row in rows:
        if row.rank is None or (" " in row.lemma and row.offset not in labels):
            continue
        standing = best.get(row.offset)
        if standing is None or (" " in row.lemma, row.rank) < (" " in standing.lemma, standing.rank):
            best[row.offset] = row
    return {row.lemma for row in best.values()}


def write_nouns(
    layout: ArtifactLayout,
    manifest: Manifest,
    rows: Sequence[Row],
    names: set[str],
    directions: Floats,
    plurals: dict[str, list[str]],
) -> None:
    """Write ``nouns.txt`` and ``noun_vectors.npy``: first the ``names``, by frequency, then the rest."""
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
