"""Labels chosen among labels: the 1000 of ImageNet, and the 46 classes that were never seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.evaluate.methods import CANNOT, NO_CLASSIFIER, SOFTMAX, beside, probabilities, spaces
from devise_core.evaluate.metrics import Relevant, best_columns, hits, ranks, share_in
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.tables import Measured, Outcome, by_class, compared, part_of
from devise_core.evaluate.wordnet_distance import Labels, correct_sets, hops
from devise_core.results import Table
from devise_core.vectors import Floats, Rows

HITS, PRECISIONS = (1, 2, 5, 10), (2, 5, 10, 20)
"""The k of the paper's flat hit@k and hierarchical precision@k."""
_METRICS = (
    ("flat hit@k", "hit", HITS, "hit@k: the share of pictures whose own label is among the k nearest."),
    (
        "hierarchical precision@k",
        "hp",
        PRECISIONS,
        "hp@k, in the paper's form: the share of the k nearest labels within the "
        "radius of WordNet hops around the true one that holds at least k.",
    ),
)


def imagenet(subject: ModelUnderTest) -> Outcome:
    """One picture of each of the 1000 labels: on 800 of them the head was trained, on 200 it was not."""
    found, labels = readers.imagenet_samples(subject.data / "imagenet-samples"), subject.imagenet_labels()
    subject.say(f"imagenet-samples: {len(found)} photographs")
    row = {identity: place for place, identity in enumerate(labels.ids)}
    true = np.asarray([row[picture.label] for picture in found], dtype=np.int64)
    looked, distances = subject.look(found), hops(labels)
    correct = {k: correct_sets(distances, k)[true] for k in PRECISIONS}
    scores = beside(subject, {space.name: space.embed(looked) @ space.labels.T for space in spaces(subject)})
    scores[SOFTMAX] = NO_CLASSIFIER if subject.classifier is None else probabilities(subject, looked)
    measured = {name: score if isinstance(score, str) else label_metrics(score, true, correct) for name, score in scores.items()}
    held_out = ~splits.four_fifths(len(found))
    tables = _label_tables(f"all {len(found)} ImageNet samples", "The head was trained on 800 of these very pictures.", measured)
    tables += _label_tables(
        f"the {held_out.sum()} ImageNet samples kept out of training",
        "The backbone and the classifier know their labels, from other pictures.",
        part_of(measured, held_out),
    )
    names = [labels.names[place][0] for place in true]
    return Outcome(tuple(tables), {"imagenet": by_class(names, measured, ("hit@1", "hit@5", "hp@5"))})


def label_metrics(scores: Floats, true: Rows, correct: Mapping[int, Relevant]) -> Measured:
    """``scores`` ``(n, labels)``, the ``true`` label of each row, and for each k the correct set of each row ``(n, labels)``."""
    places = ranks(scores, true)
    return {
        **{f"hit@{k}": hits(places, k) for k in HITS},
        **{f"hp@{k}": share_in(best_columns(scores, k), correct[k]) for k in correct},
    }


def zero_shot(subject: ModelUnderTest) -> Outcome:
    """Photographs of Caltech-101's 46 unseen classes, named among those alone and among them and the 1000 labels."""
    found = [picture for picture in readers.caltech_101(subject.data / "caltech-101") if picture.label in splits.ZERO_SHOT]
    names = sorted({picture.label for picture in found})
    subject.say(f"zero-shot: {len(found)} photographs of {len(names)} classes")
    own = np.asarray([names.index(picture.label) for picture in found], dtype=np.int64)
    seen = len(subject.imagenet_labels())
    looked = subject.look(found)
    alone: dict[str, Measured | str] = {}
    among: dict[str, Measured | str] = {}
    for space in spaces(subject):
        places, unseen = space.embed(looked), np.stack([space.text(name) for name in names])
        alone[space.name] = _hits(places @ unseen.T, own)
        among[space.name] = _hits(places @ np.vstack([space.labels, unseen]).T, seen + own)
    alone, among = beside(subject, alone), beside(subject, among)
    if subject.classifier is not None:
        never = np.full((len(found), len(names)), -np.inf, dtype=np.float32)
        among[SOFTMAX] = _hits(np.hstack([probabilities(subject, looked), never]), seen + own)
        alone[SOFTMAX] = CANNOT
    other = synonyms(names, subject.labels)
    note = (
        f"Flat hit@k over {len(found)} photographs that no head was trained on. Random vectors place an unseen label anywhere: "
        f"that row is chance. Of the labels {len(other)} are another name of a seen one{': ' * bool(other)}{', '.join(other)}. "
        "Photographs of one class are alike: the last row draws whole classes, which says how far the gain holds for others."
    )
    labels = [picture.label for picture in found]
    tables = (
        compared(f"Zero-shot, the {len(names)} unseen labels alone", note, "zero-shot", alone, own),
        compared(f"Zero-shot, the {len(names)} unseen labels among the {seen} seen", note, "zero-shot", among, own),
    )
    return Outcome(
        tables,
        {
            "zero-shot, unseen alone": by_class(labels, alone, ("hit@1", "hit@5")),
            "zero-shot, among all": by_class(labels, among, ("hit@5", "hit@10")),
        },
    )


def synonyms(names: Sequence[str], labels: Labels) -> list[str]:
    """The ``names`` that are, up to a plural, a name of one of ``labels``: the backbone has met their like after all."""
    lemmas = {lemma.removesuffix("s") for known in labels.names for lemma in known}
    return [name for name in names if name.removesuffix("s") in lemmas]


def _hits(scores: Floats, true: Rows) -> Measured:
    places = ranks(scores, true)
    return {f"hit@{k}": hits(places, k) for k in HITS}


def _label_tables(what: str, note: str, measured: Mapping[str, Measured | str]) -> list[Table]:
    """Two tables, so that each fits a page."""
    return [
        compared(
            f"{what[0].upper()}{what[1:]}: {name}",
            f"{meaning} {note}",
            "imagenet",
            {
                method: found if isinstance(found, str) else {f"{metric}@{k}": found[f"{metric}@{k}"] for k in ks}
                for method, found in measured.items()
            },
        )
        for name, metric, ks, meaning in _METRICS
    ]
