"""The fields of the images in Milvus, and how an image becomes a row of them.

The features, which describe how images look, are in a separate part ``looks`` (``names.py``). Servers before version 2.4 allow only
one vector in each row. The features are also five times as large as the vectors that a text search compares, and a server can keep
a separate part on disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from devise_core.datatypes import Item
from devise_core.search.conditions import lineage, periods

if TYPE_CHECKING:
    from pymilvus import CollectionSchema, MilvusClient

FORMAT = 1
"""Increase this number when the fields change. A collection with another format must be made again."""
SCORE, LOOKS, NOTHING = "score", "looks", "nothing"
"""The vector fields of ``images``, ``looks`` and ``about``. Milvus requires one in each part, although ``about`` needs none."""
TEXTS = ("file", "category", "caption", "author", "licence", "source", "focus")
ITEM_FIELDS = ("id", "labels", *TEXTS)
PLACE_FIELDS = ("id", "category", "source")
"""The fields that say where an image is from."""
PARTITIONS = ("class_partition", "head_partition")
"""The denominators of two softmaxes: that of the classifier and that of the head, the layer that is trained on features."""
TAKEN = "\ue000"
"""Precedes a period in the field ``lineage``, which has the categories of an image and when it was taken. No category begins with
this character, because Unicode gives it no meaning. A field for the periods would change the format."""
CHUNK = 48_000
"""How many bytes of text a row of the part ``about`` has. Milvus allows at most 65,535 bytes in a text field."""
_BETWEEN = "\x1f"
"""Separates ``Item.source``, ``Item.indexed_file`` and ``Item.taken``, which share a field. More fields would change the format."""
_ID, _LABEL, _LABELS, _DEPTH, _TEXT = 1_024, 1_024, 1_024, 128, 65_535


def image_schema(client: MilvusClient, dimension: int) -> CollectionSchema:
    """Return the schema of the part ``images``."""
    from pymilvus import DataType

    schema = _filtered_schema(client)
    for name in TEXTS:
        schema.add_field(name, DataType.VARCHAR, max_length=_TEXT)
    for name in ("thumbnail", "key", "model"):
        schema.add_field(name, DataType.VARCHAR, max_length=_ID)
    for name in PARTITIONS:
        schema.add_field(name, DataType.FLOAT)
    schema.add_field(SCORE, DataType.FLOAT_VECTOR, dim=dimension)
    return schema


def looks_schema(client: MilvusClient, dimension: int) -> CollectionSchema:
    """Return the schema of the part ``looks``."""
    from pymilvus import DataType

    schema = _filtered_schema(client)
    schema.add_field(LOOKS, DataType.FLOAT_VECTOR, dim=dimension)
    return schema


def about_schema(client: MilvusClient) -> CollectionSchema:
    """Return the schema of the part ``about``, which has a text in pieces."""
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=_TEXT)
    schema.add_field(NOTHING, DataType.FLOAT_VECTOR, dim=2)
    return schema


def _filtered_schema(client: MilvusClient) -> CollectionSchema:
    """Return a schema with the fields that conditions test, which are in ``images`` and in ``looks``."""
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=_ID)
    schema.add_field("row", DataType.INT64)
    for name, length, most in (("labels", _LABEL, _LABELS), ("lineage", _ID, _DEPTH)):
        schema.add_field(name, DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=most, max_length=length)
    return schema


def filtered_fields(item: Item, row: int) -> dict[str, Any]:
    """Return the fields of an item that conditions test. A text that is too long for Milvus is cut."""
    labels = [_cut(label, _LABEL) for label in dict.fromkeys(item.labels)][:_LABELS]
    dates = [TAKEN + period for period in periods(item.taken)]
    categories = [_cut(category, _ID) for category in lineage(item.category)]
    return {"id": _cut(item.id, _ID), "row": row, "labels": labels, "lineage": [*dates, *categories][:_DEPTH]}


def item_fields(item: Item) -> dict[str, Any]:
    """Return the fields of an item that conditions do not test. A text that is too long for Milvus is cut."""
    texts = {name: getattr(item, name) for name in TEXTS} | {"focus": _focus(item), "source": _source(item)}
    return {name: _cut(text, _TEXT) for name, text in texts.items()}


def item_of(row: Mapping[str, Any]) -> Item:
    """Return the item of a row with ``ITEM_FIELDS``."""
    x, y = map(float, str(row["focus"]).split())
    texts = {name: str(row[name]) for name in TEXTS if name != "focus"}
    texts |= _origin_of(row)
    labels = tuple(map(str, row["labels"]))
    return Item(id=str(row["id"]), labels=labels, focus=(x, y), **texts)


def place_of(row: Mapping[str, Any]) -> Item:
    """Return the item of a row with ``PLACE_FIELDS``. Its other fields are empty."""
    place: dict[str, Any] = _origin_of(row)
    return Item(id=str(row["id"]), file="", category=str(row["category"]), **place)


def stored_form(item: Item) -> Item:
    """Return an item as it will be read back from Milvus, where long texts are cut."""
    return item_of({**filtered_fields(item, 0), **item_fields(item)})


def chunks(content: str) -> Sequence[str]:
    """Return a text of ASCII characters in pieces that fit into a row."""
    return [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]


def _source(item: Item) -> str:
    return _BETWEEN.join((item.source, item.indexed_file, item.taken)).rstrip(_BETWEEN)


def _origin_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of an item that ``_source`` has joined."""
    return dict(zip(("source", "indexed_file", "taken"), str(row["source"]).split(_BETWEEN), strict=False))


def _focus(item: Item) -> str:
    return f"{item.focus[0]:.2f} {item.focus[1]:.2f}"


def _cut(value: str, most: int) -> str:
    encoded = value.encode(errors="replace")
    return encoded.decode() if len(encoded) <= most else encoded[:most].decode(errors="ignore")
