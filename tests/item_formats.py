"""Write items in each format in which collections store them, and read them back."""

from __future__ import annotations

from pathlib import Path

from devise_core.collections.item_table import ItemTable
from devise_core.collections.item_table_writer import ItemTableWriter
from devise_core.collections.items_file import read_items, write_items
from devise_core.collections.milvus.schema import stored_form
from devise_core.datatypes import Item


def in_csv(folder: Path, *items: Item) -> list[Item]:
    write_items(folder / "items.csv", items)
    return read_items(folder / "items.csv")


def in_table(folder: Path, *items: Item) -> list[Item]:
    writer = ItemTableWriter(folder / "items.sqlite")
    writer.put(range(len(items)), items, [""] * len(items))
    writer.finish()
    table = ItemTable(folder / "items.sqlite")
    assert {item.id: item for item, _ in table.with_keys([item.id for item in items]).values()} == {item.id: item for item in items}
    return table.at(range(len(items)))


def in_milvus(_: Path, *items: Item) -> list[Item]:
    return [stored_form(item) for item in items]
