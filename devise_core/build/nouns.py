"""The noun list: WordNet's names of things one can photograph, with hierarchy-aware vectors."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np

from devise_core.build.hierarchy import Hierarchy
from devise_core.build.wordnet import Nouns
from devise_core.layout import ArtifactLayout, replaced_file
from devise_core.manifest import Manifest
from devise_core.phrase import Phrases
from devise_core.vectors import Floats, quantise, without

DECAY = 0.5
"""A query's own words weigh more than in the label vectors (0.7). From 0.3 to 0.6, held-out mAP differs by 0.01."""

COMMAND = "python -m devise_core build nouns"
SOURCE = "WordNet 3.0 (Debian wordnet-base 1:3.0-37) and GloVe 6B 100-d"
LICENCE = "WordNet-3.0 (list), PDDL-1.0 (vectors)"


COMMON_SENSES = 2
"""A thing is one of a noun's two most frequent senses: "love" is a feeling first, not the beloved."""


def things(nouns: Nouns) -> dict[str, int]:
    """Lemma → the offset of its commonest sense that is a physical thing. Single people and places are passed over.

    So are lemmas of one or two letters, but for "ox": they are symbols ("he" is helium).
    """
    physical = nouns.senses["physical entity"][0]
    found: dict[str, int] = {}
    for lemma, offsets in nouns.senses.items():
        kinds = [offset for offset in offsets if not nouns.synsets[offset].instance][:COMMON_SENSES]
        seen = [offset for offset in kinds if physical in nouns.ancestors(offset)]
        if seen and (len(lemma) > 2 or lemma == "ox"):
            found[lemma] = seen[0]
    return found


def irregular_plurals(folder: Path) -> dict[str, list[str]]:
    """Singular → plurals, from WordNet's list of exceptions."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "noun.exc").read_text("ascii").splitlines():
        plural, *singulars = line.replace("_", " ").split(" ")
        for singular in singulars:
            found[singular].append(plural)
    return found


def write_nouns(layout: ArtifactLayout, manifest: Manifest, hierarchy: Hierarchy, phrases: Phrases, directions: Floats,
                plurals: dict[str, list[str]]) -> int:
    """Write ``nouns.txt`` and ``noun_vectors.npy``; returns how many nouns there are."""
    rows: list[tuple[float, str, Floats]] = []
    for lemma, offset in things(hierarchy.nouns).items():
        own = hierarchy.phrase(lemma)
        vector = hierarchy.mixed(offset, DECAY, own)
        if vector is not None:
            known, _ = phrases.known(lemma)
            rank = max(row for _, row in known) if own is not None else np.inf
            rows.append((rank, lemma, vector))
    rows.sort(key=lambda row: row[:2])
    lines = ["\t".join([lemma, str(int(rank)) if np.isfinite(rank) else "", *plurals.get(lemma, ())])
             for rank, lemma, _ in rows]
    with replaced_file(layout.nouns) as path:
        path.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    vectors, _ = quantise(without(np.stack([vector for _, _, vector in rows]), directions))
    with replaced_file(layout.noun_vectors) as path:
        np.save(path, vectors)
    for path in (layout.nouns, layout.noun_vectors):
        manifest.add(path, COMMAND, SOURCE, LICENCE)
    return len(rows)
