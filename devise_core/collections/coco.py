"""The annotations of COCO: categories and captions of images, in one JSON file (https://cocodataset.org/#format-data)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from devise_core.collections.image_note import ImageNote

_LONGEST_ID = 40
"""How many characters of an id a message shows."""


def read_coco(document: Mapping[str, Any]) -> Iterator[tuple[str, ImageNote]]:
    """Yield the file of each image, and what the annotations say about the image.

    Each category of an image becomes one label, the most frequent category first. Of several captions, the first is used.

    Args:
        document: The content of the file.

    Raises:
        KeyError: A part of the format is missing.
    """
    categories = {each["id"]: str(each["name"]) for each in document.get("categories", ())}
    licences = {each["id"]: str(each.get("name", "")) for each in document.get("licenses", ())}
    labels: dict[Any, dict[str, int]] = {}
    captions: dict[Any, str] = {}
    for annotation in document["annotations"]:
        image = annotation["image_id"]
        if "caption" in annotation:
            captions.setdefault(image, " ".join(str(annotation["caption"]).split()))
        if annotation.get("category_id") in categories:
            counts = labels.setdefault(image, {})
            name = categories[annotation["category_id"]]
            counts[name] = counts.get(name, 0) + 1
    for image in document["images"]:
        counts = labels.get(image["id"], {})
        yield (
            str(image["file_name"]),
            ImageNote(
                tuple(sorted(counts, key=lambda name: -counts[name])),
                captions.get(image["id"], ""),
                licence=licences.get(image.get("license"), ""),
                source=str(image.get("coco_url") or image.get("flickr_url") or ""),
            ),
        )


def strays(document: Mapping[str, Any], shown: int) -> list[str]:
    """Say which annotations have no effect, because they refer to an image or a category that the file does not list.

    Args:
        document: The content of the file.
        shown: How many of these ids to name.

    Returns:
        Up to two parts of a sentence: one about images, one about categories.

    Raises:
        KeyError: A part of the format is missing.
    """
    images = {image["id"] for image in document["images"]}
    categories = {category["id"] for category in document.get("categories", ())}
    annotations = document["annotations"]
    of_images = [annotation["image_id"] for annotation in annotations if annotation["image_id"] not in images]
    of_categories = [
        category
        for annotation in annotations
        if (category := annotation.get("category_id")) is not None and category not in categories
    ]
    return [*_astray(of_images, "image", shown), *_astray(of_categories, "category", shown)]


def _astray(ids: Sequence[Any], kind: str, shown: int) -> list[str]:
    if not ids:
        return []
    named = list(dict.fromkeys(str(each)[:_LONGEST_ID] for each in ids))
    more = [f"{len(named) - shown} more"] if len(named) > shown else []
    verb = "annotation has" if len(ids) == 1 else "annotations have"
    return [
        f"{len(ids)} {verb} {'an' if kind == 'image' else 'a'} {kind}_id that no {kind} has ({', '.join(named[:shown] + more)})"
    ]
