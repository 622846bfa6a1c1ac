"""What ``evaluate`` reports: each protocol is a data set, a split and a metric."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.datasets import pictures, splits
from devise_core.datasets.pictures import Picture
from devise_core.engine import Engine
from devise_core.errors import BuildError, QueryError, UnknownWordError
from devise_core.evaluate.metrics import average_precision, interval, precision_at, recall_at
from devise_core.vectors import Floats

Say = Callable[[str], None]


@dataclass(frozen=True)
class Figure:
    """One line of the report: a mean over queries with its 95% interval."""

    protocol: str
    metric: str
    value: float
    low: float
    high: float
    queries: int

    def as_dict(self) -> dict[str, Any]:
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in self.__dict__.items()}


def mean_figure(protocol: str, metric: str, values: Sequence[float]) -> Figure:
    return Figure(protocol, metric, float(np.mean(values)), *interval(values), len(values))


def text_to_image(protocol: str, engine: Engine, found: Sequence[Picture], embeddings: Floats) -> Figure:
    """Each label searched for among all the pictures given: mean average precision over labels."""
    labels = np.asarray([picture.label for picture in found])
    values = [average_precision(embeddings @ engine.embed_text(label), labels == label) for label in sorted(set(labels))]
    return mean_figure(protocol, "mAP", values)


def caltech(engine: Engine, data: Path, say: Say) -> list[Figure]:
    """Caltech-101: held-out photographs of seen classes; all photographs of the 46 classes never seen."""
    found = pictures.caltech_101(data / "caltech-101")
    labels = [picture.label for picture in found]
    unseen = splits.zero_shot(labels)
    held_out = ~unseen & ~splits.two_thirds_of_each_class(labels)
    figures = []
    for name, mask in (("caltech-101 held-out photos, seen classes", held_out), ("caltech-101, 46 zero-shot classes", unseen)):
        chosen = [picture for picture, keep in zip(found, mask, strict=True) if keep]
        say(f"{name}: embedding {len(chosen)} photographs")
        figures.append(text_to_image(name, engine, chosen, engine.embed_images([picture.path for picture in chosen])))
    return figures


def pascal(engine: Engine, data: Path, say: Say) -> list[Figure]:
    """Pascal Sentences: the 100 test pictures of the seed's split."""
    found = pictures.pascal_sentences(data / "pascal-sentences")
    test = [picture for picture, train in zip(found, splits.seed_split(len(found)), strict=True) if not train]
    say(f"pascal-sentences: embedding {len(test)} photographs")
    return [text_to_image("pascal-sentences, test part", engine, test, engine.embed_images([p.path for p in test]))]


def flickr8k(engine: Engine, data: Path, say: Say) -> list[Figure]:
    """Flickr8k: each caption should find its own picture among 1000. No picture of it is trained on."""
    found = pictures.flickr8k(data / "flickr8k-1000")
    say(f"flickr8k-1000: embedding {len(found)} photographs")
    images, queries, own = engine.embed_images([picture.path for picture in found]), [], []
    for row, picture in enumerate(found):
        for caption in picture.captions:
            try:
                queries.append(engine.embed_text(caption))
                own.append(row)
            except (UnknownWordError, QueryError):
                continue
    scores, true = np.stack(queries) @ images.T, np.asarray(own)
    return [mean_figure("flickr8k-1000 captions", f"R@{k}",
                        [recall_at(scores[i:i + 1], true[i:i + 1], k) for i in range(len(true))]) for k in (1, 5, 10)]


def stamps(engine: Engine, data: Path, say: Say) -> list[Figure]:
    """Category queries over the bundled stamps, none of which is trained on; an item is relevant by its category path."""
    path = data / "stamps-queries.csv"
    if not path.is_file():
        raise BuildError(f"{path} is missing: it lists a query and a category_prefix in each row.")
    here = engine.on("stamps").collection
    categories = [item.category for item in here.items]
    say(f"stamps: {len(here)} pictures")
    means, precisions = [], []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            relevant = np.asarray([f"{name}/".startswith(row["category_prefix"].rstrip("/") + "/") for name in categories])
            scores = here.embeddings @ engine.embed_text(row["query"])
            means.append(average_precision(scores, relevant))
            precisions.append(precision_at(scores, relevant, 8))
    return [mean_figure("stamps, category queries", "mAP", means), mean_figure("stamps, category queries", "P@8", precisions)]


PROTOCOLS: dict[str, Callable[[Engine, Path, Say], list[Figure]]] = {
    "caltech-101": caltech, "pascal-sentences": pascal, "flickr8k": flickr8k, "stamps": stamps}
