"""Label images with a fixed set of labels: the 1000 of ImageNet, and the 46 unseen classes of Caltech-101."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.evaluate.methods import NO_CLASSIFIER, NOT_APPLICABLE, SHIPPED, SOFTMAX, Methods
from devise_core.evaluate.metrics import Relevant, best_columns, hierarchical_precision, hits, ranks
from devise_core.evaluate.tables import MetricValues, Outcome, class_means, comparison, subset
from devise_core.evaluate.wordnet_distance import Labels, correct_sets, label_distances
from devise_core.results import Table
from devise_core.vectors import Floats, Rows
from devise_core.vision.image_encoder import Encoded

HITS, PRECISIONS = (1, 2, 5, 10), (2, 5, 10, 20)
"""The values of k for the flat hit@k and for the hierarchical precision@k of the paper."""
_METRICS = (
    ("flat hit@k", "hit", HITS, "hit@k is the share of images whose true label is among the k nearest labels."),
    (
        "hierarchical precision@k",
        "hp",
        PRECISIONS,
        "hp@k, as in the paper, is the share of the k nearest labels that are in the correct set. The correct set holds the "
        "labels within the smallest WordNet distance from the true label that covers at least k labels.",
    ),
)


def imagenet(methods: Methods) -> Outcome:
    """Label one image of each of the 1000 ImageNet classes. The head was trained on 800 of these images."""
    model = methods.model
    images, labels = readers.imagenet_samples(model.data / "imagenet-samples"), model.imagenet_labels()
    model.say(f"imagenet-samples: {len(images)} images")
    rows = {identity: row for row, identity in enumerate(labels.ids)}
    true = np.asarray([rows[image.label] for image in images], dtype=np.int64)
    encoded, distances = model.encode(images), label_distances(labels)
    correct = {k: correct_sets(distances, k)[true] for k in PRECISIONS}
    scores = methods.in_order({each.name: each.embed_images(encoded) @ each.label_vectors.T for each in methods.embedding})
    scores[SOFTMAX] = NO_CLASSIFIER if model.classifier is None else methods.class_shares(encoded)
    if methods.shipped.scorer:
        scores[SHIPPED] = methods.shipped.label_scores(encoded).T
    results = {name: score if isinstance(score, str) else label_metrics(score, true, correct) for name, score in scores.items()}
    held_out = ~splits.four_fifths(len(images))
    tables = _label_tables(f"all {len(images)} ImageNet samples", "The head was trained on 800 of these images.", results)
    tables += _label_tables(
        f"the {held_out.sum()} ImageNet samples kept out of training",
        "The backbone and the classifier know these labels from other images.",
        subset(results, held_out),
    )
    names = [labels.names[row][0] for row in true]
    return Outcome(tuple(tables), {"imagenet": class_means(names, results, ("hit@1", "hit@5", "hp@5"))})


def label_metrics(scores: Floats, true: Rows, correct: Mapping[int, Relevant]) -> MetricValues:
    """Return flat hit@k and hierarchical precision@k of each image.

    Args:
        scores: The score of each label for each image ``(n, labels)``.
        true: The true label of each image ``(n,)``.
        correct: For each k, the correct set of each image ``(n, labels)``.
    """
    return {
        **_hits(scores, true),
        **{f"hp@{k}": hierarchical_precision(best_columns(scores, k), correct[k]) for k in correct},
    }


def zero_shot(methods: Methods) -> Outcome:
    """Label images of the 46 unseen classes of Caltech-101: with these labels alone, and with the 1000 ImageNet labels too."""
    model = methods.model
    images = [image for image in readers.caltech_101(model.data / "caltech-101") if image.label in splits.ZERO_SHOT]
    labels = [image.label for image in images]
    names = sorted(set(labels))
    model.say(f"zero-shot: {len(images)} images of {len(names)} classes")
    true = np.asarray([names.index(label) for label in labels], dtype=np.int64)
    alone, among = _zero_shot_hits(methods, model.encode(images), names, true)
    seen, note = len(model.imagenet_labels()), _zero_shot_note(len(images), synonyms(names, model.labels))
    tables = (
        comparison(f"Zero-shot, the {len(names)} unseen labels alone", note, "zero-shot", alone, true),
        comparison(f"Zero-shot, the {len(names)} unseen labels among the {seen} seen", note, "zero-shot", among, true),
    )
    return Outcome(
        tables,
        {
            "zero-shot, unseen alone": class_means(labels, alone, ("hit@1", "hit@5")),
            "zero-shot, among all": class_means(labels, among, ("hit@5", "hit@10")),
        },
    )


def synonyms(names: Sequence[str], labels: Labels) -> list[str]:
    """Return the ``names`` that also name one of ``labels``, ignoring a plural "s". The backbone has seen such classes."""
    lemmas = {lemma.removesuffix("s") for lemmas in labels.names for lemma in lemmas}
    return [name for name in names if name.removesuffix("s") in lemmas]


def _zero_shot_hits(
    methods: Methods, encoded: Encoded, names: Sequence[str], true: Rows
) -> tuple[dict[str, MetricValues | str], dict[str, MetricValues | str]]:
    """Return the hits among the unseen labels ``names`` alone, and among the seen and the unseen labels."""
    seen = len(methods.model.imagenet_labels())
    alone: dict[str, MetricValues | str] = {}
    among: dict[str, MetricValues | str] = {}
    for method in methods.embedding:
        embeddings, unseen = method.embed_images(encoded), np.stack([method.embed_text(name) for name in names])
        alone[method.name] = _hits(embeddings @ unseen.T, true)
        among[method.name] = _hits(embeddings @ np.vstack([method.label_vectors, unseen]).T, seen + true)
    alone, among = methods.in_order(alone), methods.in_order(among)
    if methods.model.classifier is not None:
        last = np.full((len(true), len(names)), -np.inf, dtype=np.float32)  # the softmax never answers with an unseen label
        among[SOFTMAX] = _hits(np.hstack([methods.class_shares(encoded), last]), seen + true)
        alone[SOFTMAX] = NOT_APPLICABLE
    if methods.shipped.scorer:
        among_unseen = methods.shipped.scores(names, encoded)
        alone[SHIPPED] = _hits(among_unseen.T, true)
        among[SHIPPED] = _hits(np.vstack([methods.shipped.label_scores(encoded), among_unseen]).T, seen + true)
    return alone, among


def _zero_shot_note(images: int, synonyms: Sequence[str]) -> str:
    known = f"{len(synonyms)} of the labels are synonyms of an ImageNet label: {', '.join(synonyms)}. " if synonyms else ""
    return (
        f"Flat hit@k over {images} images of Caltech-101 classes that are kept out of training. Random vectors say nothing about "
        f"an unseen label, so their row shows chance. {known}Images of one class are similar, so the last row resamples whole "
        "classes. Its interval shows whether the gain holds for other classes."
    )


def _hits(scores: Floats, true: Rows) -> MetricValues:
    true_ranks = ranks(scores, true)
    return {f"hit@{k}": hits(true_ranks, k) for k in HITS}


def _label_tables(what: str, note: str, results: Mapping[str, MetricValues | str]) -> list[Table]:
    """Return one table for each kind of metric, so that each table fits a page."""
    return [
        comparison(
            f"{what[0].upper()}{what[1:]}: {name}",
            f"{meaning} {note}",
            "imagenet",
            {
                method: values if isinstance(values, str) else {f"{metric}@{k}": values[f"{metric}@{k}"] for k in ks}
                for method, values in results.items()
            },
        )
        for name, metric, ks, meaning in _METRICS
    ]
