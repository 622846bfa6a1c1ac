"""What ``evaluate`` measures: each protocol is data sets, their splits and metrics, and gives tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devise_core.evaluate import classes, custom_classes, naming, retrieval
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.references import REFERENCES
from devise_core.evaluate.tables import Outcome, joined
from devise_core.results import Table
from devise_core.storage.atomic_write import atomic_file

Protocol = Callable[[ModelUnderTest], Outcome]


def pascal(subject: ModelUnderTest) -> Outcome:
    """Pascal Sentences, the seed's test part: named with all words, by a head for it alone too, and found by its labels."""
    return joined([custom_classes.own_classes(subject), naming.pascal(subject), retrieval.pascal(subject)])


PROTOCOLS: Mapping[str, Protocol] = {
    "imagenet": classes.imagenet,
    "zero-shot": classes.zero_shot,
    "pascal-sentences": pascal,
    "caltech-101": retrieval.caltech,
    "flickr8k": retrieval.flickr8k,
    "stamps": retrieval.stamps,
}


@dataclass(frozen=True)
class Results:
    """Everything one run measured. ``model``: the SHA-256 of the model's file."""

    made_by: str
    model: str
    outcome: Outcome

    @property
    def tables(self) -> Sequence[Table]:
        return self.outcome.tables

    def as_dict(self) -> dict[str, Any]:
        return {
            "made_by": self.made_by,
            "model": self.model,
            "tables": [table.as_dict() for table in self.tables],
            "per_class": self.outcome.per_class,
            "references": list(REFERENCES),
        }

    def write(self, path: Path) -> None:
        """A line for each part: with a line for each number the file would be three times as long."""
        parts = [f"{json.dumps(name)}: {json.dumps(found, ensure_ascii=False)}" for name, found in self.as_dict().items()]
        with atomic_file(path) as staged:
            staged.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8", newline="\n")


def measure(subject: ModelUnderTest, names: Sequence[str] = ()) -> Results:
    """Run the protocols called ``names``, or all of them. Raises ``BuildError`` where a data set is missing."""
    chosen = list(dict.fromkeys(names)) or list(PROTOCOLS)
    outcome = joined([PROTOCOLS[name](subject) for name in chosen])
    command = " ".join(["python -m devise_core evaluate", *(dict.fromkeys(names)), "--data DATA"])
    return Results(command, subject.model_id, outcome)
