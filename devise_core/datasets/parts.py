"""What the bundled model learns from: the training parts of three sets."""

from __future__ import annotations

from pathlib import Path

from devise_core.datasets import pictures, splits
from devise_core.datasets.pictures import Picture


def bundled_training(data: Path) -> tuple[list[Picture], list[Picture]]:
    """Pictures with a spoken label, of Caltech-101 and Pascal Sentences; then ImageNet's, labelled by id.

    No picture of the 46 zero-shot classes, none of a test part.
    """
    caltech, pascal = pictures.caltech_101(data / "caltech-101"), pictures.pascal_sentences(data / "pascal-sentences")
    samples = pictures.imagenet_samples(data / "imagenet-samples")
    labels = [picture.label for picture in caltech]
    seen = splits.two_thirds_of_each_class(labels) & ~splits.zero_shot(labels)
    return (part(caltech, seen) + part(pascal, splits.seed_split(len(pascal))), part(samples, splits.four_fifths(len(samples))))


def part(found: list[Picture], kept: splits.Mask) -> list[Picture]:
    return [picture for picture, keep in zip(found, kept, strict=True) if keep]
