"""Label the ImageNet samples with the 1000 labels of ImageNet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.evaluate.methods import NO_CLASSIFIER, SHIPPED, SOFTMAX, Methods
from devise_core.evaluate.metrics import Relevant, best_columns, hierarchical_precision, hits, ranks
from devise_core.evaluate.tables import MetricValues, Outcome, class_means, comparison, subset
from devise_core.evaluate.wordnet_distance import correct_sets, label_distances
from devise_core.results import Table
from devise_core.vectors import Floats, Rows

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
PUBLISHED = 0.751
"""The published hit@1 of EfficientNet-Lite0 on the validation images of ImageNet
(https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite)."""


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
        _origin_note(results, held_out),
        subset(results, held_out),
    )
    names = [labels.names[row][0] for row in true]
    return Outcome(tuple(tables), {"imagenet": class_means(names, results, ("hit@1", "hit@5", "hp@5"))})


def _origin_note(results: Mapping[str, MetricValues | str], held_out: Relevant) -> str:
    """Return the remark on the images that were kept out of the training of the head, but perhaps not of the backbone."""
    values = results[SOFTMAX]
    if isinstance(values, str):
        return "The head was not trained on these images, but the backbone may have been."
    hit = values["hit@1"]
    return (
        "The head was not trained on these images, but the backbone and its classifier may have been. It is not known whether the "
        f"samples are from the training images of ImageNet. The hit@1 of the softmax is {hit[held_out].mean():.3f} here and "
        f"{hit.mean():.3f} on all samples. The published figure of EfficientNet-Lite0 is {PUBLISHED}, on the validation images of "
        "ImageNet. So the samples are easy or known to the classifier, and the table may favour the softmax and ConSE."
    )


def label_metrics(scores: Floats, true: Rows, correct: Mapping[int, Relevant]) -> MetricValues:
    """Return flat hit@k and hierarchical precision@k of each image.

    Args:
        scores: The score of each label for each image ``(n, labels)``.
        true: The true label of each image ``(n,)``.
        correct: For each k, the correct set of each image ``(n, labels)``.
    """
    return {
        **hit_metrics(scores, true),
        **{f"hp@{k}": hierarchical_precision(best_columns(scores, k), correct[k]) for k in correct},
    }


def hit_metrics(scores: Floats, true: Rows) -> MetricValues:
    """Return flat hit@k of each image, from the score of each label ``(n, labels)`` and the true labels ``(n,)``."""
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
