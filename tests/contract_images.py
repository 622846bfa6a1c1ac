"""Images, conditions and an exact oracle, which every kind of collection is compared with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from devise_core.collections.contract import ImageBatch, Store, StoreWriter
from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.store import MilvusStore
from devise_core.collections.milvus.writer import MilvusWriter
from devise_core.datatypes import Item
from devise_core.search.conditions import EVERYTHING, AnyOf, Condition, HasId, HasLabel, InCategory, Not, TakenIn, satisfies
from devise_core.vectors import Floats
from tests.fakes import unit_rows

COUNT, WIDTH = 900, 16
ODD = (
    "it's",
    'say "a"',
    "back\\slash",
    "100%",
    "a_b",
    "new\nline",
    "tab\t",
    "{x}",
    "café ☕ 🦉",
    "' or row >= 0 --",
    '"] or id in ["',
    "\\",
)
CATEGORIES = ("animals", "animals/birds", "animals/birds/owls", "it's/quoted", "", 'a "b"')
ITEMS = [
    Item(
        f"it's {row}" if row % 50 == 0 else f"image-{row}",
        f"images/{row}.webp",
        tuple(label for label, every in (("all", 1), ("rock'n'roll", 90), ("even", 2), ('"', 300)) if row % every == 0),
        CATEGORIES[row % len(CATEGORIES)],
        f"caption {row}",
        taken=("", f"{2018 + row % 3}-0{1 + row % 4}-1{row % 7}T10:00:00", f"{2018 + row % 3}-05-01")[row % 3],
    )
    for row in range(COUNT)
]
EMBEDDINGS = unit_rows(COUNT, WIDTH)
FEATURES = 3 * unit_rows(COUNT, 24, seed=1)
QUERIES = unit_rows(6, WIDTH, seed=2)
CONDITIONS: dict[str, Condition] = {
    "everything": EVERYTHING,
    "none": AnyOf(),
    "no such label": HasLabel("none"),
    "one id with an apostrophe": HasId("it's 450"),
    "no such id": HasId("' OR 1=1 --"),
    "narrow": HasLabel('"'),
    "apostrophes": HasLabel("rock'n'roll") & ~HasId("it's 450"),
    "quotes": InCategory('a "b"') | InCategory("it's"),
    "not": ~HasLabel("even"),
    "not not": Not(Not(HasLabel("even"))),
    "below a category": InCategory("animals/birds") & ~InCategory("animals/birds/owls"),
    "part of a name": InCategory("anim"),
    "a year": TakenIn("2019"),
    "a month or a day": TakenIn("2019-02") | TakenIn("2020-05-01"),
    "other years": ~TakenIn("2019"),
    "no date": TakenIn("") | TakenIn("2019-0") | TakenIn("2019-05-01T10:00:00") | TakenIn("1999"),
}
Seal = Callable[[], Store]
"""Seals a collection that was written, and opens it."""
SERVER = os.environ.get("SEMBLANCE_TEST_MILVUS", "")
"""The address of a Milvus server, which ``make scale`` starts. Everywhere else Milvus Lite takes its place."""


def writing_to_milvus(folder: Path) -> tuple[StoreWriter, Seal]:
    """Return a writer to Milvus, and a function that seals the collection and opens it."""
    connection = MilvusConnection(SERVER or str(folder / "milvus.db"))
    milvus_writer = MilvusWriter("contract", "m", connection, pictures=folder).__enter__()

    def opened() -> Store:
        version = milvus_writer.seal()
        milvus_writer.__exit__()
        store = MilvusStore.open("contract", connection, "m", folder)
        assert version == str(store.version.number)
        return store

    return milvus_writer, opened


def batch(rows: slice) -> ImageBatch:
    thumbnails = [f"picture {item.id}".encode() for item in ITEMS[rows]]
    return ImageBatch(ITEMS[rows], FEATURES[rows], EMBEDDINGS[rows], thumbnails, [f"key {item.id}" for item in ITEMS[rows]])


def oracle(query: Floats, vectors: Floats, where: Condition, least: float = -2) -> list[tuple[str, float]]:
    """The ids and values of all images that satisfy a condition, the best first."""
    values = vectors @ query
    rows = [row for row in np.argsort(-values, kind="stable") if satisfies(where, ITEMS[row]) and values[row] >= least]
    return [(ITEMS[row].id, float(values[row])) for row in rows]


def assert_same_but_for_ties(ids: list[str], expected: list[tuple[str, float]]) -> None:
    """Compare the ids. Stored vectors are rounded, so images with nearly equal values may change places."""
    values = dict(expected)
    for returned, (item_id, value) in zip(ids, expected, strict=True):
        assert returned == item_id or values.get(returned, expected[-1][1]) == pytest.approx(value, abs=3e-3)
