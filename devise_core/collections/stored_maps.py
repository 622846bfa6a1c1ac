"""Read the file of the maps of a collection, which ``Projections.save`` writes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from devise_core.collections.projection import DIMENSIONS, METHODS, Projections
from devise_core.errors import ArtifactError
from devise_core.storage.artifact_reader import Array, check_rows, checked, read_arrays, reading

MAX_CLUSTERS = 256
"""The most clusters of a map, because a page sends the cluster number of each image as one byte."""
_MAX_BYTES, _MAX_IMAGE_BYTES = 1 << 20, 256
"""A file may have the first number of bytes, and in addition the second number for each image. On six maps, the places and clusters
of an image take 64 bytes."""
_REMEDY = "Make the collection again"


def read_maps(path: Path, count: int, dimension: int | None) -> Projections:
    """Read the maps of a collection.

    Args:
        path: The file.
        count: The number of images that the maps must have.
        dimension: The dimension of the vectors that the maps must place. None for any dimension.

    Returns:
        The maps by a known method. There is at least one.

    Raises:
        ArtifactError: The file is damaged or has no maps, or its maps do not fit ``count`` and ``dimension``.
    """
    arrays = read_arrays(path, _MAX_BYTES + _MAX_IMAGE_BYTES * count)
    with reading(path, _REMEDY):
        for name, kind, shape in (
            ("matrix", np.floating, (dimension, 3)),
            ("offset", np.floating, (3,)),
            ("clusters", np.integer, (count, 2)),
        ):
            checked(arrays[name], f"“{name}” in {path}", kind, shape)
        if not _all_between(arrays["clusters"], 0, MAX_CLUSTERS - 1):
            raise ArtifactError(f"{path} has cluster numbers that are not from 0 to {MAX_CLUSTERS - 1}. {_REMEDY}.")
        places, values = _places(arrays, path, count), _trustworthiness(arrays, path)
        return Projections(places, values, arrays["matrix"], arrays["offset"], arrays["clusters"], _anchors(arrays, path, count))


def _places(arrays: Mapping[str, Array], path: Path, count: int) -> dict[str, Array]:
    """Return the places on the maps by a known method. Maps that a later release of this project added are left out."""
    places = {}
    for method in METHODS:
        for dimensions in DIMENSIONS:
            key = f"{method}{dimensions}_places"
            if key in arrays:
                places[f"{method}{dimensions}"] = checked(arrays[key], f"“{key}” in {path}", np.floating, (count, dimensions))
    if not places:
        raise ArtifactError(f"{path} holds no map. {_REMEDY}.")
    return places


def _trustworthiness(arrays: Mapping[str, Array], path: Path) -> dict[str, float]:
    values = {name.removesuffix("_kept"): float(array) for name, array in arrays.items() if name.endswith("_kept")}
    if not all(map(math.isfinite, values.values())):
        raise ArtifactError(f"{path} holds numbers that are not finite. {_REMEDY}.")
    return values


def _anchors(arrays: Mapping[str, Array], path: Path, count: int) -> Array | None:
    if "anchors" not in arrays:
        return None
    anchors = checked(arrays["anchors"], f"“anchors” in {path}", np.integer, (None,))
    if not len(anchors):
        raise ArtifactError(f"{path} has an empty list of the images that others are placed among. {_REMEDY}.")
    check_rows(anchors, count, f"{path}")
    return anchors


def _all_between(numbers: Array, low: int, high: int) -> bool:
    return not numbers.size or (int(numbers.min()) >= low and int(numbers.max()) <= high)
