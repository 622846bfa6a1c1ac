"""The protocols of ``evaluate``: each takes data sets, splits and metrics, and returns tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devise_core.datasets.readers import MissingDataError
from devise_core.evaluate import (
    absent,
    classification,
    collection_queries,
    custom_classes,
    labels,
    naming,
    people,
    queries,
    retrieval,
    zero_shot,
)
from devise_core.evaluate.methods import Methods
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.references import REFERENCES
from devise_core.evaluate.tables import Outcome, merged
from devise_core.results import Table
from devise_core.storage.atomic_write import atomic_file

Protocol = Callable[[Methods], Outcome]


def pascal(methods: Methods) -> Outcome:
    """Pascal Sentences on the 2020 notebook's split: images are named with all words, and found by their labels.

    The naming is also measured for a head that is trained on the split. A model without a vocabulary is only measured on finding
    images by their labels.
    """
    by_words = [custom_classes.custom_classes, naming.pascal] if methods.model.text.vocabulary else []
    return merged([part(methods) for part in (*by_words, retrieval.pascal)])


WITHOUT_DATA = frozenset(("own-labels", "labels", "absent"))
"""The protocols that need no data sets, because they measure on the bundled collections."""
PROTOCOLS: Mapping[str, Protocol] = {
    "imagenet": classification.imagenet,
    "zero-shot": zero_shot.zero_shot,
    "pascal-sentences": pascal,
    "caltech-101": retrieval.caltech,
    "flickr8k": retrieval.flickr8k,
    "stamps": collection_queries.stamps,
    "own-labels": collection_queries.own_labels,
    "labels": labels.labels,
    "absent": absent.absent,
    "queries": queries.queries,
    "people": people.people,
}


@dataclass(frozen=True)
class Evaluation:
    """The result of one run.

    Attributes:
        made_by: The command that repeats the run.
        model: The id of the model.
        outcome: The tables and class means of all protocols.
    """

    made_by: str
    model: str
    outcome: Outcome

    @property
    def tables(self) -> Sequence[Table]:
        """All tables, in the order of the protocols."""
        return self.outcome.tables

    def as_dict(self) -> dict[str, Any]:
        """Return the content of ``results.json``."""
        return {
            "made_by": self.made_by,
            "model": self.model,
            "tables": [table.as_dict() for table in self.tables],
            "per_class": self.outcome.per_class,
            "references": list(REFERENCES),
        }

    def write(self, path: Path) -> None:
        """Write ``results.json``, one line per entry. With one line per number, the file would be three times as large."""
        parts = [f"{json.dumps(name)}: {json.dumps(content, ensure_ascii=False)}" for name, content in self.as_dict().items()]
        with atomic_file(path) as staged:
            staged.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8", newline="\n")


def measure(model: ModelUnderTest, names: Sequence[str] = ()) -> Evaluation:
    """Run the protocols ``names``, or all protocols whose data are there if there are no names.

    Raises:
        MissingDataError: If the data of one of the ``names`` are missing.
        BuildError: If the data have unexpected content.
    """
    methods = Methods(model)
    if names:
        outcomes = [PROTOCOLS[name](methods) for name in dict.fromkeys(names)]
    else:
        outcomes = [outcome for name in PROTOCOLS if (outcome := _unless_missing(name, methods))]
    outcome = merged(outcomes)
    command = " ".join(["python -m devise_core evaluate", *(dict.fromkeys(names)), "--data DATA"])
    return Evaluation(command, model.model_id, outcome)


def _unless_missing(name: str, methods: Methods) -> Outcome | None:
    """Run a protocol. If its data are missing, say so and return None."""
    try:
        return PROTOCOLS[name](methods)
    except MissingDataError as error:
        methods.model.say(f"{name} is left out, so its figures are neither confirmed nor refuted: {error}")
        return None


def measure_collection(model: ModelUnderTest, name: str) -> Evaluation:
    """Measure the model on one collection: its labels as queries, and the names of its images.

    Raises:
        BuildError: If no image has a label that can be measured.
        CollectionError: If there is no such collection.
    """
    methods = Methods(model)
    outcome = merged([collection_queries.labels_of_collection(methods, name), labels.names_of_collection(methods, name)])
    return Evaluation(f"python -m devise_core evaluate --collection {name}", model.model_id, outcome)
