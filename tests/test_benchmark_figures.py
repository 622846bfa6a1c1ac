"""The figures in ``docs/BENCHMARKS.md`` are those of ``results.json``, with all methods that a row compares."""

from __future__ import annotations

import re

import pytest

from devise_core.results import read_results
from devise_core.storage.paths import BUNDLED_ARTIFACTS, REPOSITORY, ArtifactLayout

OURS_IN_ROW = {
    "As shipped, names withheld": "as shipped, names withheld",
    "As shipped, read as queries": "as shipped, read as queries",
    "As shipped": "as shipped",
    "Pascal Sentences with the recipe": "recipe own",
    "": "DeViSE",
}
"""The beginning of a row → the method that was measured."""
NAMES_IN_ROW = {
    "ConSE": "ConSE (T = 10)",
    "names withheld": "as shipped, names withheld",
    "no names withheld": "as shipped",
    "the labels as they are": "as shipped",
    "a softmax over its 20 labels only": "softmax",
}
"""The name of a method in the column for comparison → its name in the tables."""
UNMEASURED = {"the 2020 notebook"}
"""What rows compare with and no table measures."""


@pytest.mark.parametrize(
    ("row", "title", "metrics"),
    [
        ("As shipped: 46 Caltech-101 classes kept out of training, image", "46 unseen labels alone", ["hit@1", "hit@5"]),
        ("As shipped, names withheld from images", "46 unseen labels alone", ["hit@1", "hit@5"]),
        ("As shipped: only the images of the 41 classes", "41 classes that are new", ["hit@1", "hit@5"]),
        ("As shipped: mean over the 46 classes", "means over the 46 classes", ["hit@1", "hit@5"]),
        ("As shipped: 46 Caltech-101 classes kept out of training, text", "46 unseen classes", ["mAP"]),
        ("As shipped: category queries in `stamps`", "the stamps by category", ["mAP", "P@8"]),
        ("As shipped, read as queries: labels of `stamps`", "the labels of the stamps", ["mAP"]),
        ("As shipped, read as queries: labels of `photos`", "the labels of the photos", ["mAP"]),
        ("As shipped: captions of flickr8k-1000", "Flickr8k: text → images", ["R@1", "R@5", "R@10"]),
        ("As shipped: the 200 ImageNet samples", "200 ImageNet samples kept out", ["hit@5", "hp@5"]),
        ("As shipped: names of the pictures in `stamps`", "Image → labels: stamps", ["hit@1", "hit@5"]),
        ("As shipped: names of the pictures in `photos`", "Image → labels: photos", ["hit@1", "hit@5"]),
        (
            "As shipped: nouns that `stamps` does not show",
            "Nothing matches: stamps",
            ["AUC", "false accept at true accept"],
        ),
        (
            "As shipped: nouns that `photos` does not show",
            "Nothing matches: photos",
            ["AUC", "false accept at true accept"],
        ),
        ("Caltech-101, 46 classes kept out of training, image", "46 unseen labels alone", ["hit@5"]),
        ("Caltech-101, 46 classes kept out of training, text", "46 unseen classes", ["mAP"]),
        ("Caltech-101, held-out photographs", "held-out images of seen classes", ["mAP"]),
        ("Category queries in the collection", "the stamps by category", ["mAP", "P@8"]),
        ("1000 ImageNet samples", "All 1000 ImageNet samples", ["hit@5", "hp@5", "hp@10"]),
        ("The 200 ImageNet samples", "200 ImageNet samples kept out", ["hit@5", "hp@5", "hp@10"]),
        ("Pascal Sentences with the bundled model, hit@5", "Pascal Sentences, split", ["hit@5", "hit@10", "hit@20"]),
        ("Pascal Sentences with the bundled model, hierarchical", "Pascal Sentences, split", ["hp@5", "hp@10", "hp@20"]),
        ("Pascal Sentences with the recipe `own`, hit@5", "a head trained on its classes", ["hit@5", "hit@10", "hit@20"]),
        ("Pascal Sentences with the recipe `own`, hierarchical", "a head trained on its classes", ["hp@5", "hp@10", "hp@20"]),
    ],
)
def test_the_published_figures_are_the_measured_ones(row: str, title: str, metrics: list[str]) -> None:
    results = read_results(ArtifactLayout(BUNDLED_ARTIFACTS).results)
    line = next(line for line in (REPOSITORY / "docs/BENCHMARKS.md").read_text("utf-8").splitlines() if line.startswith(f"| {row}"))
    assert results is not None
    tables = [table.methods() for table in results.tables if title in table.title]
    ours = next(method for start, method in OURS_IN_ROW.items() if row.startswith(start))
    label, said, compared, by_chance = (cell.strip() for cell in line.split("|")[1:5])
    digits = 2 if label.startswith("Pascal Sentences") and "hit@" in label else 3
    for method, figures in {ours: said, "random vectors": by_chance, **rivals(compared)}.items():
        measured = {metric: cell for methods in tables for metric, cell in methods.get(method, {}).items()}
        assert bool(measured) or method in UNMEASURED or not figures, method
        assert not measured or [float(part.split(" [")[0]) for part in figures.split(" / ") if part] == [
            pytest.approx(round(measured[metric].value or 0, digits), abs=0.0006) for metric in metrics if figures
        ]


def rivals(compared: str) -> dict[str, str]:
    """Return method → its figures in a cell such as "softmax 0.970; ConSE 0.925"."""
    parts = (re.fullmatch(r"(.*?) (\d[\d./ ]*)", part) for part in compared.split("; "))
    return {NAMES_IN_ROW.get(part[1], part[1]): part[2] for part in parts if part}
