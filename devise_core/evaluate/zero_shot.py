"""Label images of the 46 unseen classes of Caltech-101 with the names of these classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devise_core.collections.empty import EmptyCollection
from devise_core.datasets import readers, splits
from devise_core.evaluate.classification import HITS, hit_metrics
from devise_core.evaluate.methods import CONSE, NOT_APPLICABLE, SHIPPED, SOFTMAX, WITHHELD, Methods
from devise_core.evaluate.metrics import hits
from devise_core.evaluate.tables import MetricValues, Outcome, class_means, comparison, subset
from devise_core.evaluate.wordnet_distance import Labels
from devise_core.results import OURS, Table
from devise_core.vectors import Rows
from devise_core.vision.image_encoder import Encoded

Results = dict[str, MetricValues | str]
FURTHER = ((SHIPPED, OURS), (WITHHELD, OURS), (WITHHELD, CONSE))
"""The differences that the tables show in addition to those of DeViSE and its rivals."""


def zero_shot(methods: Methods) -> Outcome:
    """Label images of the 46 unseen classes of Caltech-101: with these labels alone, and with the 1000 ImageNet labels too."""
    model = methods.model
    images = [image for image in readers.caltech_101(model.data / "caltech-101") if image.label in splits.ZERO_SHOT]
    labels = [image.label for image in images]
    names = sorted(set(labels))
    model.say(f"zero-shot: {len(images)} images of {len(names)} classes")
    true = np.asarray([names.index(label) for label in labels], dtype=np.int64)
    encoded, known = model.encode(images), known_classes(names, model.labels)
    alone, among = _results(methods, encoded, names, true)
    remark = add_withheld(methods, encoded, names, true, alone)
    note = _note(len(images), known)
    seen = len(model.imagenet_labels())
    tables = [
        comparison(f"Zero-shot, the {len(names)} unseen labels alone", note + remark, "zero-shot", alone, true, further=FURTHER),
        comparison(
            f"Zero-shot, the {len(names)} unseen labels among the {seen} seen",
            f"{note} The images are all of unseen classes, so the table has neither the accuracy on seen classes nor its harmonic "
            "mean with that on unseen classes.",
            "zero-shot",
            among,
            true,
            further=FURTHER,
        ),
        *_tables_of_new(alone, names, known, true),
        _table_of_means(alone, names, true),
    ]
    return Outcome(
        tuple(tables),
        {
            "zero-shot, unseen alone": class_means(labels, alone, ("hit@1", "hit@5")),
            "zero-shot, among all": class_means(labels, among, ("hit@5", "hit@10")),
        },
    )


def synonyms(names: Sequence[str], labels: Labels) -> list[str]:
    """Return the ``names`` that also name one of ``labels``, ignoring a plural "s". The backbone has seen such classes."""
    lemmas = {lemma.removesuffix("s") for lemmas in labels.names for lemma in lemmas}
    return [name for name in names if name.removesuffix("s") in lemmas]


def known_classes(names: Sequence[str], labels: Labels) -> dict[str, list[str]]:
    """Return the ``names`` that are not new to the model: in ImageNet under another name, and in Pascal Sentences."""
    return {"imagenet": synonyms(names, labels), "pascal": [name for name in names if name in splits.IN_PASCAL_SENTENCES]}


def _results(methods: Methods, encoded: Encoded, names: Sequence[str], true: Rows) -> tuple[Results, Results]:
    """Return the hits among the unseen labels ``names`` alone, and among the seen and the unseen labels."""
    seen = len(methods.model.imagenet_labels())
    alone: Results = {}
    among: Results = {}
    for method in methods.embedding:
        embeddings, unseen = method.embed_images(encoded), np.stack([method.embed_text(name) for name in names])
        alone[method.name] = hit_metrics(embeddings @ unseen.T, true)
        among[method.name] = hit_metrics(embeddings @ np.vstack([method.label_vectors, unseen]).T, seen + true)
    alone, among = methods.in_order(alone), methods.in_order(among)
    if methods.model.classifier is not None:
        last = np.full((len(true), len(names)), -np.inf, dtype=np.float32)  # the softmax never answers with an unseen label
        among[SOFTMAX] = hit_metrics(np.hstack([methods.class_shares(encoded), last]), seen + true)
        alone[SOFTMAX] = NOT_APPLICABLE
    if methods.shipped.scorer:
        among_unseen = methods.shipped.scores(names, encoded)
        alone[SHIPPED] = hit_metrics(among_unseen.T, true)
        among[SHIPPED] = hit_metrics(np.vstack([methods.shipped.label_scores(encoded), among_unseen]).T, seen + true)
    return alone, among


def add_withheld(methods: Methods, encoded: Encoded, names: Sequence[str], true: Rows, results: Results) -> str:
    """Add the hits of what the app answers to ``results``, and return what to say about them.

    Without a people guard, the app withholds nothing. Then ``results`` do not change, and the text is empty.

    Args:
        methods: The model to measure.
        encoded: The ``n`` images.
        names: The labels to choose from.
        true: The place of the true label of each image in ``names`` ``(n,)``.
        results: The values of each method. A row is added.
    """
    engine = methods.model.engine(EmptyCollection())
    if not methods.shipped.scorer or engine.parts.people_guard is None:
        return ""
    places, nameless = [], 0
    for row, label in enumerate(true):
        image = Encoded(encoded.features[row : row + 1], encoded.embeddings[row : row + 1])
        words = [hit.word for hit in engine.label_encoded(image, HITS[-1], names)]
        places.append(words.index(names[label]) if names[label] in words else HITS[-1])
        nameless += not words
    ranks = np.asarray(places, dtype=np.int64)
    results[WITHHELD] = {f"hit@{k}": hits(ranks, k) for k in HITS}
    return (
        f" The row “{SHIPPED}” has the score that the app uses. The app, the command `label` and the API then withhold names from "
        "images that may show people, because a wrong name could insult somebody. The row "
        f"“{WITHHELD}” has their answers. {nameless / len(true):.1%} of the images get no name, which counts as a miss. The other "
        "rows withhold nothing."
    )


def _tables_of_new(results: Results, names: Sequence[str], known: dict[str, list[str]], true: Rows) -> list[Table]:
    """Return the table for the images of the classes that are new to the model. No table if all classes are new."""
    left_out = sorted({*known["imagenet"], *known["pascal"]})
    if not left_out:
        return []
    kept = ~np.isin(np.asarray(names)[true], left_out)
    table = comparison(
        f"Zero-shot, images of the {len(names) - len(left_out)} classes that are new to the model",
        f"As above, without the {(~kept).sum()} images of these classes: {', '.join(left_out)}. "
        f"There are still {len(names)} labels to choose from.",
        "zero-shot",
        subset(results, kept),
        true[kept],
        further=FURTHER,
    )
    return [table]


def _table_of_means(results: Results, names: Sequence[str], true: Rows) -> Table:
    """Return the table whose queries are classes: each has the mean of its images, and all classes count the same."""
    counts = np.bincount(true)
    means: Results = {
        method: values
        if isinstance(values, str)
        else {metric: np.bincount(true, numbers) / counts for metric, numbers in values.items()}
        for method, values in results.items()
    }
    return comparison(
        f"Zero-shot, means over the {len(names)} classes",
        f"The mean over classes of the hit@k of each class, with the {len(names)} unseen labels to choose from. All intervals "
        "resample classes, so they say how the figures might be for other classes.",
        "zero-shot",
        means,
        further=FURTHER,
    )


def _note(images: int, known: dict[str, list[str]]) -> str:
    in_imagenet, in_pascal = (", ".join(known[data]) for data in ("imagenet", "pascal"))
    facts = f"{len(known['imagenet'])} of the labels are synonyms of an ImageNet label: {in_imagenet}. " if in_imagenet else ""
    facts += f"The head was trained on photographs of Pascal Sentences with this label: {in_pascal}. " if in_pascal else ""
    known_text = f"Not all classes are new to the model. {facts}" if facts else ""
    return (
        f"Flat hit@k over {images} images of Caltech-101 classes that are kept out of training. Random vectors say nothing about "
        f"an unseen label, so their row shows chance. {known_text}Images of one class are similar, so intervals that "
        "resample images are too narrow for a statement about other classes. The last rows resample whole classes."
    )
