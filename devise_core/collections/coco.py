"""The annotations of COCO: categories and captions of images, in one JSON file (https://cocodataset.org/#format-data)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from devise_core.collections.image_note import ImageNote


def read_coco(document: Mapping[str, Any]) -> Iterator[tuple[str, ImageNote]]:
    """Yield the file of each image with what the annotations say about it.

    Every category becomes a label once, the most frequent in the image first. The first caption is used.

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
