"""Human judgements for the evaluation, as CSV files beside this module. The files hold ids of images, never images.

Each row of ``queries.csv`` has a query, its kind, the collection or data set, and the ids of the relevant images separated by "|".
One person judged the images of the bundled collections. An image of flickr8k-1000 is relevant if at least two of its five captions
mention everything in the query. ``absent.csv`` lists everyday nouns that no image of a collection shows. ``label_senses.csv`` has
the WordNet senses of the bundled collections' labels, once without and once with the hypernyms of the senses.
``hurtful_names.csv`` has names that must not be given to an image of a person unless the classifier is sure, each with the reason.
The author of this list read the names that the model can give, and did not use the model's flags for guarded names.
"""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent


def read_data(name: str) -> list[dict[str, str]]:
    """Return the rows of ``NAME.csv``."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hurtful_names() -> frozenset[str]:
    """Return the names of ``hurtful_names.csv``."""
    return frozenset(row["word"] for row in read_data("hurtful_names"))
