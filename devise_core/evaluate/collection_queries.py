"""Measure searches of a collection by category and by label."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import numpy as np

from devise_core.datasets.readers import MissingDataError
from devise_core.engine import Engine
from devise_core.errors import BuildError, QueryError
from devise_core.evaluate.methods import Methods
from devise_core.evaluate.retrieval import has_vector, query_outcome
from devise_core.evaluate.tables import Outcome, merged
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded

UNTRAINED = " The model was not trained on any of them."


def stamps(methods: Methods) -> Outcome:
    """Search for categories in the bundled stamps, by category path.

    Raises:
        MissingDataError: If the list of queries is missing.
    """
    model = methods.model
    path = model.data / "stamps-queries.csv"
    if not path.is_file():
        raise MissingDataError(
            f"{path} is missing, and `fetch` does not have it. Each row of it has a query and a category_prefix, such as "
            "“bird,animals/birds”."
        )
    engine = model.engine("stamps")
    collection = engine.collection
    model.say(f"stamps: {len(collection)} images")
    with path.open(encoding="utf-8", newline="") as file:
        prefixes = {row["query"]: row["category_prefix"].rstrip("/") + "/" for row in csv.DictReader(file)}
    queries = {
        query: np.asarray([f"{item.category}/".startswith(prefix) for item in collection.items], dtype=np.bool_)
        for query, prefix in prefixes.items()
    }
    return query_outcome(
        methods,
        "stamps",
        "Text → images: the stamps by category",
        f"Each of {len(queries)} categories is a query over {len(collection)} images.{UNTRAINED}",
        Encoded(np.asarray(collection.features, dtype=np.float32), collection.embeddings),
        queries,
        8,
        lambda texts: app_scores(engine, texts),
    )


def own_labels(methods: Methods) -> Outcome:
    """Search for every label of the bundled collections. An image is relevant if it has the label."""
    return merged([labels_of_collection(methods, name, UNTRAINED) for name in ("stamps", "photos")])


def labels_of_collection(methods: Methods, name: str, remark: str = "") -> Outcome:
    """Search a collection for each of its labels that has a known word, and return the metrics of each method.

    Args:
        methods: The methods to compare.
        name: The name of the collection.
        remark: Text to add at the end of the table's note.

    Raises:
        BuildError: If no image has such a label.
    """
    engine = methods.model.engine(name)
    collection = engine.collection
    labels = sorted({label for item in collection.items for label in item.labels})
    queries = {
        label: np.asarray([label in item.labels for item in collection.items], dtype=np.bool_)
        for label in labels
        if has_vector(label, methods.model)
    }
    if not queries:
        raise BuildError(
            f"No image of {name} has a label. Put the images into folders named after what they show, and index again."
        )
    note = f"Each of {len(queries)} labels is a query over {len(collection)} images.{remark}"
    encoded = Encoded(np.asarray(collection.features, dtype=np.float32), collection.embeddings)
    bundled = (methods.model.layout.collections / name).is_dir()
    title = f"Text → images: the labels of the {name if bundled else f'collection {name}'}"
    return query_outcome(methods, "own-labels", title, note, encoded, queries, 8, lambda texts: app_scores(engine, texts))


def app_scores(engine: Engine, texts: Sequence[str]) -> Floats:
    """Return the place of each image in the app's answer to each text ``(texts, images)``, counted from the last image.

    A text that the query language refuses, such as "salt + -pepper", is read as if it were in quotes.
    """
    count = len(engine.collection)
    scores = np.empty((len(texts), count), dtype=np.float32)
    for row, text in enumerate(texts):
        try:
            query = engine.query(text)
        except QueryError:
            query = engine.query('"{}"'.format(text.replace('"', " ")))
        scores[row, engine.ranking(query).rows] = np.arange(count, 0, -1)
    return scores
