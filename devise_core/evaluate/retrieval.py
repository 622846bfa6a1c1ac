"""Measure searches for images by label and caption, and searches for captions by image."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.datasets.readers import AnnotatedImage
from devise_core.datasets.splits import select
from devise_core.errors import QueryError, UnknownWordError
from devise_core.evaluate.methods import AS_QUERY, NOT_APPLICABLE, RANDOM, SHIPPED, SOFTMAX, WITH_PHRASE_ENCODER, Method, Methods
from devise_core.evaluate.metrics import Relevant, average_precision, best_rank, hits, precision_at, ranks
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.tables import MetricValues, Outcome, class_means, comparison, merged
from devise_core.vectors import Floats, Rows
from devise_core.vision.image_encoder import Encoded

RECALLS = (1, 5, 10)


def caltech(methods: Methods) -> Outcome:
    """Caltech-101: the held-out images of seen classes, and all images of the 46 unseen classes."""
    images = readers.caltech_101(methods.model.data / "caltech-101")
    labels = [image.label for image in images]
    unseen = splits.zero_shot(labels)
    held_out = ~unseen & ~splits.two_thirds_of_each_class(labels)
    parts = {"held-out images of seen classes": held_out, "46 unseen classes": unseen}
    return merged(
        [label_queries(methods, "caltech-101", f"Caltech-101, {name}", select(images, kept)) for name, kept in parts.items()]
    )


def pascal(methods: Methods) -> Outcome:
    """Pascal Sentences: the 100 test images of the 2020 notebook's split."""
    images = readers.pascal_sentences(methods.model.data / "pascal-sentences")
    test = select(images, ~splits.seed_split(len(images)))
    return label_queries(methods, "pascal-sentences", "Pascal Sentences, test part", test)


def label_queries(methods: Methods, protocol: str, what: str, images: Sequence[AnnotatedImage]) -> Outcome:
    """Search all images for each label that has a word vector, and return the metrics.

    Args:
        methods: The methods to compare.
        protocol: The name of the protocol.
        what: A description of the images, for the title and the messages.
        images: The images with their labels.
    """
    model = methods.model
    model.say(f"{what}: {len(images)} images")
    labels = np.asarray([image.label for image in images])
    known = {label: has_vector(label, model) for label in sorted(set(labels))}
    queries = {label: labels == label for label in known if known[label]}
    note = f"Each of {len(queries)} labels is a query over {len(images)} images."
    note += model.training_note(protocol, "seed" if protocol == "pascal-sentences" else "seen")
    if unknown := [label for label in known if not known[label]]:
        note += f" These labels have no word vector, so they are not queries: {', '.join(unknown)}."
    return query_outcome(methods, protocol, f"Text → images: {what}", note, model.encode(images), queries, 10)


def query_outcome(
    methods: Methods,
    protocol: str,
    title: str,
    note: str,
    encoded: Encoded,
    queries: Mapping[str, Relevant],
    k: int,
    as_queries: Callable[[Sequence[str]], Floats] | None = None,
) -> Outcome:
    """Search the ``encoded`` images for each query, and return the metrics of each method.

    Args:
        methods: The methods to compare.
        protocol: The name of the protocol.
        title: The title of the table.
        note: What the table shows. The function adds the meaning of the metrics.
        encoded: The ``n`` images.
        queries: Which images are relevant ``(n,)``, by the text of the query.
        k: The k of precision@k.
        as_queries: Returns the scores ``(queries, n)`` of the texts as the app reads queries, for a row of its own. The row "as
            shipped" encodes the texts as they are. Images that are in no collection cannot be searched by the app.
    """
    results = methods.in_order({each.name: query_metrics(each, encoded, queries, k) for each in methods.embedding})
    results[SOFTMAX] = methods.softmax_cell
    if methods.shipped.scorer:
        results[SHIPPED] = score_metrics(methods.shipped.scores(list(queries), encoded), queries, k)
        if as_queries:
            results[AS_QUERY] = score_metrics(as_queries(list(queries)), queries, k)
            note += f" The row “{SHIPPED}” encodes each query as it is. The row “{AS_QUERY}” reads it as the app does."
    note += (
        f" mAP is the mean average precision over the whole ranking. P@{k} is the precision of the first {k}, divided by its "
        f"highest possible value. The softmax knows only its own labels, so it cannot answer these queries."
    )
    table = comparison(title, note, protocol, results)
    return Outcome((table,), {title: class_means(list(queries), results, ("mAP", f"P@{k}"))})


def query_metrics(method: Method, encoded: Encoded, queries: Mapping[str, Relevant], k: int) -> MetricValues:
    """Return average precision and precision@k of each query, from 0 to 1.

    Args:
        method: The method, which embeds the texts and images.
        encoded: The ``n`` images.
        queries: Which images are relevant ``(n,)``, by the text of the query.
        k: The k of precision@k.
    """
    embeddings = method.embed_images(encoded)
    return score_metrics(np.stack([embeddings @ method.embed_text(query) for query in queries]), queries, k)


def score_metrics(scores: Floats, queries: Mapping[str, Relevant], k: int) -> MetricValues:
    """Return average precision and precision@k of each query.

    Args:
        scores: The score of each image for each query ``(queries, images)``.
        queries: Which images are relevant ``(images,)``, by the text of the query.
        k: The k of precision@k.
    """
    rows = list(zip(scores, queries.values(), strict=True))
    return {
        "mAP": np.asarray([average_precision(row, relevant) for row, relevant in rows]),
        f"P@{k}": np.asarray([precision_at(row, relevant, k) for row, relevant in rows]),
    }


def flickr8k(methods: Methods) -> Outcome:
    """Flickr8k: search 1000 images by caption, and their captions by image. The model is not trained on these images."""
    model = methods.model
    images = readers.flickr8k_thousand(model.data)
    model.say(f"{images[0].path.parent.parent.name}: {len(images)} images")
    (texts, true), encoded = _caption_vectors(model, images), model.encode(images)
    to_images: dict[str, MetricValues | str] = {}
    to_texts: dict[str, MetricValues | str] = {}
    for method in methods.embedding:
        to_images[method.name], to_texts[method.name] = (
            (NOT_APPLICABLE, NOT_APPLICABLE)
            if method.name == RANDOM
            else caption_recall(texts @ method.embed_images(encoded).T, true)
        )
    if methods.shipped.scorer:
        captions = [caption for image in images for caption in image.captions if methods.shipped.can_embed(caption)]
        for name, search in methods.searches.items():
            to_images[name] = caption_recall(search.scores(captions, encoded), true)[0]
    note = (
        f"{len(texts)} captions of {len(images)} images. R@k is the share of queries with a matching result among the k nearest. "
        "The softmax and the random vectors cannot embed a caption. The intervals resample whole images with all their captions."
    )
    ways = {"text → images": (to_images, true), "image → texts": (to_texts, None)}
    return Outcome(
        tuple(
            comparison(
                f"Captions, Flickr8k: {name}",
                note,
                "flickr8k",
                {**methods.in_order(results), SOFTMAX: methods.softmax_cell, **_shipped(results)},
                clusters=clusters,
            )
            for name, (results, clusters) in ways.items()
        )
    )


def caption_recall(scores: Floats, true: Rows) -> tuple[MetricValues, MetricValues]:
    """Return R@k of searches by caption for its image, and of searches by image for any of its captions.

    Args:
        scores: The score of each image for each caption ``(captions, images)``.
        true: The image of each caption ``(captions,)``.
    """
    captions_of = true[None, :] == np.arange(scores.shape[1])[:, None]  # (images, captions)
    both = ranks(scores, true), best_rank(scores.T, captions_of)
    to_images, to_texts = ({f"R@{k}": hits(true_ranks, k) for k in RECALLS} for true_ranks in both)
    return to_images, to_texts


def _shipped(results: Mapping[str, MetricValues | str]) -> dict[str, MetricValues | str]:
    return {name: results[name] for name in (SHIPPED, WITH_PHRASE_ENCODER) if name in results}


def has_vector(label: str, model: ModelUnderTest) -> bool:
    """Return whether a word of ``label`` is known to the model."""
    try:
        model.text.embed(label)
    except UnknownWordError:
        return False
    return True


def _caption_vectors(model: ModelUnderTest, images: Sequence[AnnotatedImage]) -> tuple[Floats, Rows]:
    """Return the vector ``(captions, d)`` and the image ``(captions,)`` of each caption with a known word."""
    vectors, rows = [], []
    for row, image in enumerate(images):
        for caption in image.captions:
            try:
                vectors.append(model.text.embed(caption))
                rows.append(row)
            except (UnknownWordError, QueryError):
                continue  # a caption without a known word cannot be a query
    return np.stack(vectors), np.asarray(rows, dtype=np.int64)
