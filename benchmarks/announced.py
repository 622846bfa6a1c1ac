"""How many of the images that are announced for a kind of thing show it: ``python -m benchmarks.announced``.

The queries are the kinds of thing above the labels of at least two images of a bundled collection, such as "fruit" or "footwear",
of which the app is sure. An image is of a kind if WordNet places one of its labels below it. The first row of a table is about all
images that pass the threshold of ``good_matches``. Each other row is about those of them with at least the evidence that it names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.table import print_table
from devise_core import Engine, load_engine
from devise_core.search.label_evidence import SHARE_OF_BEST, good_matches
from devise_core.search.ranking import Mask
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats
from devise_core.verbs.evidence import POSSIBLE, SURE

LEAST = (POSSIBLE, SURE, 0.7, 0.8)


@dataclass(frozen=True, eq=False)
class Kind:
    """A query for a kind of thing.

    Attributes:
        evidence: The evidence in each labelled image ``(n,)``.
        possible: Which of these images may match ``(n,)``.
        shown: Which of them are of the kind ``(n,)``.
    """

    evidence: Floats
    possible: Mask
    shown: Mask


def kinds(engine: Engine) -> list[Kind]:
    """Return the kinds of which the app is sure."""
    model, classifier, text = engine.parts.evidence, engine.parts.classifier, engine.text
    assert model and classifier and isinstance(text, WordVectorEncoder)
    shares = classifier.shares(engine.collection.features)
    thresholds = model.thresholds(shares)
    images = defaultdict[str, set[int]](set)
    labelled = list[int]()
    for place, item in enumerate(engine.collection.items):
        nouns = [row for label in item.labels if (row := text.nouns.row(label.lower())) is not None]
        labelled += [place] if nouns else []
        for row in nouns:
            for kind, _ in model.senses.kinds(row):
                images[kind].add(place)
    sure = list[Kind]()
    for kind, places in images.items():
        probes = model.probes(engine.query(kind)) if len(places) > 1 else []
        evidence = (model.weights(probes) @ shares[labelled].T).max(axis=0) if probes else np.zeros(1, dtype=np.float32)
        if evidence.max() >= SURE:
            sure.append(Kind(evidence, good_matches(evidence, thresholds), np.isin(labelled, list(places))))
    return sure


def precision_and_recall(of: list[Kind], announced: Callable[[Kind], Mask]) -> tuple[float, float, float]:
    """Return the mean precision, the mean recall, and the share of the kinds of which all announced images are right.

    Args:
        of: The kinds.
        announced: Returns which images are announced. A kind without announced images counts for the recall only.
    """
    precision, recall = list[float](), list[float]()
    for kind in of:
        chosen = announced(kind)
        right = float(np.count_nonzero(chosen & kind.shown))
        precision += [right / np.count_nonzero(chosen)] if chosen.any() else []
        recall.append(right / np.count_nonzero(kind.shown))
    return float(np.mean(precision)), float(np.mean(recall)), float(np.mean(np.asarray(precision) == 1))


def _with_evidence(least: float, kind: Kind) -> Mask:
    return np.asarray(kind.possible & (kind.evidence >= least))


def main() -> None:
    """Print a table for each bundled collection."""
    engine = load_engine()
    for name, folder in engine.collections().items():
        if folder.parent != engine.layout.collections:
            continue
        of = kinds(engine.on(folder))
        rules: dict[str, Callable[[Kind], Mask]] = {f"{SHARE_OF_BEST} of the best": lambda kind: kind.possible}
        rules |= {f"{least}": partial(_with_evidence, least) for least in LEAST}
        rows = [[rule, *(f"{value:.3f}" for value in precision_and_recall(of, announced))] for rule, announced in rules.items()]
        print_table(f"{name}: {len(of)} kinds of thing", ["evidence", "precision", "recall", "all right"], rows)


if __name__ == "__main__":
    main()
