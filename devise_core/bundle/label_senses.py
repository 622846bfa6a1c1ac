"""Write the senses of the bundled collections' labels. ``evaluate labels`` uses them to count a hypernym of a label as right."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from devise_core.bundle.wordnet import Nouns
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.csv_writer import CsvWriter
from devise_core.text.noun_store import NounStore


def write_label_senses(path: Path, labels: Iterable[str], nouns: NounStore, graph: Nouns) -> int:
    """Write a row for each label that is a noun: the label, the noun, its senses, and its senses with their hypernyms.

    Args:
        path: The file to write.
        labels: The labels of all collections.
        nouns: The noun list.
        graph: The noun graph.

    Returns:
        The number of rows.
    """
    rows = []
    for label in sorted(set(labels)):
        row = nouns.row(label.lower().replace("_", " "))
        if row is None:
            continue
        noun = nouns.nouns[row]
        senses = [offset for offset in graph.senses[noun] if not graph.synsets[offset].instance]
        above = sorted({*senses, *(hypernym for offset in senses for hypernym in graph.synsets[offset].hypernyms)})
        rows.append([label, noun, *("|".join(f"n{offset:08d}" for offset in offsets) for offsets in (senses, above))])
    with atomic_file(path) as staged, staged.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(["label", "noun", "senses", "with_hypernyms"])
        writer.writerows(rows)
    return len(rows)
