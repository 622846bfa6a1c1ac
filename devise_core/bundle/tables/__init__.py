"""Hand-written tables of the offline build, as CSV files beside this module."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent


def read_table(name: str) -> dict[str, str]:
    """Return the second column of ``NAME.csv``, by the value in the first column. The header is skipped."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return {row[0]: row[1] for row in rows}


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of ``NAME.csv`` as dictionaries. The names in the header are the keys."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def imagenet_offsets() -> tuple[int, ...]:
    """Return the WordNet 3.0 offsets of the 1000 ImageNet-1k classes, in the order of the classifier's outputs."""
    return tuple(int(line[1:]) for line in (FOLDER / "imagenet1k_ids.txt").read_text("ascii").split())
