"""Read the folder of a data set: its images in a fixed order, with labels and captions."""

from __future__ import annotations

import csv
import html
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from devise_core.errors import BuildError
from devise_core.installation import PROGRAM
from devise_core.storage.valid_text import valid_text
from devise_core.vision import image_formats

SUFFIXES = (".jpg", ".jpeg", ".png")
"""Image formats in the public data sets. Custom folders may use all formats of ``image_formats``."""
FLICKR_TEST = "Flickr_8k.testImages.txt"
_FETCH = f"run `{PROGRAM} fetch"


class MissingDataError(BuildError):
    """The folder or the file of a data set does not exist, or the folder has no images."""


@dataclass(frozen=True)
class AnnotatedImage:
    """An image file with its annotations.

    Attributes:
        path: The image file.
        label: The class as a person would write it, or "" if the data set has no classes.
        captions: Sentences that describe the image.
    """

    path: Path
    label: str = ""
    captions: tuple[str, ...] = ()


def by_folder(root: Path) -> list[AnnotatedImage]:
    """Read a folder with one sub-folder per class, as in Caltech-101 and most custom data sets.

    Returns:
        The images, ordered by folder and file name. The name of the folder is the label.

    Raises:
        MissingDataError: If the folder is missing or holds no images.
    """
    paths = sorted(path for path in _existing(root).glob("*/*") if path.suffix.lower() in image_formats.SUFFIXES)
    return [AnnotatedImage(path, as_words(valid_text(path.parent.name))) for path in _not_empty(paths, root)]


def caltech_101(root: Path) -> list[AnnotatedImage]:
    """Read Caltech-101 (Fei-Fei et al., 2004): 101 classes. The images of the background class are left out."""
    return [image for image in by_folder(root / "images") if "BACKGROUND" not in image.path.parent.name]


def imagenet_samples(root: Path) -> list[AnnotatedImage]:
    """Read one image of each ImageNet-1k class, in the order of the classifier's outputs. The label is the class id."""
    paths = sorted(path for path in _existing(root / "images").iterdir() if path.suffix.lower() in SUFFIXES)
    return [AnnotatedImage(path, path.name.split("_")[0]) for path in _not_empty(paths, root)]


def pascal_sentences(root: Path) -> list[AnnotatedImage]:
    """Read Pascal Sentences (Rashtchian et al., 2010): 20 classes of 50 images. Most images have five captions."""
    page = (root / "index.html").read_text("utf-8", errors="replace") if (root / "index.html").is_file() else ""
    captions = read_pascal_page(page)
    names = {"diningtable": "dining table", "pottedplant": "potted plant", "tvmonitor": "tv monitor"}
    return [
        AnnotatedImage(
            image.path,
            names.get(image.label, image.label),
            captions.get(f"{image.path.parent.name}/{image.path.name}", ()),
        )
        for image in by_folder(root / "images")
    ]


def flickr8k_thousand(data: Path) -> list[AnnotatedImage]:
    """Read the 1000 evaluation images: the folder ``flickr8k-1000`` if it exists, and otherwise the test part of ``flickr8k``.

    Args:
        data: The folder with the data sets.

    Raises:
        MissingDataError: If the data set that is read lacks its captions, or ``flickr8k`` lacks the list of its test part.
    """
    if (data / "flickr8k-1000").is_dir():
        return flickr8k(data / "flickr8k-1000")
    images, test_list = flickr8k(data / "flickr8k"), data / "flickr8k" / FLICKR_TEST
    if not test_list.is_file():
        raise MissingDataError(f"{test_list} is missing. It lists the test part. Delete the folder, then {_FETCH} flickr8k`.")
    names = set(test_list.read_text("utf-8").split())
    return [image for image in images if image.path.name in names]


def flickr8k(root: Path) -> list[AnnotatedImage]:
    """Read Flickr8k (Hodosh et al., 2013): the images that ``captions.csv`` names, with five captions each and no label.

    Raises:
        MissingDataError: If ``captions.csv`` is missing.
    """
    captions: dict[str, list[str]] = defaultdict(list)
    path = root / "captions.csv"
    if not path.is_file():
        raise MissingDataError(f"{path} is missing. To download it, {_FETCH} flickr8k`.")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            captions[row["image"]].append(row["caption"])
    return [AnnotatedImage(root / "images" / name, "", tuple(sentences)) for name, sentences in sorted(captions.items())]


def iaprtc12(root: Path) -> list[AnnotatedImage]:
    """Read IAPR TC-12 (Grubinger et al., 2006): holiday photographs with one description each and no label."""
    paths = sorted(path for path in _existing(root / "images").glob("*/*") if path.suffix.lower() in SUFFIXES)
    return [
        AnnotatedImage(path, "", read_iapr_description(root / "annotations" / path.parent.name / f"{path.stem}.eng"))
        for path in _not_empty(paths, root)
    ]


def read_iapr_description(path: Path) -> tuple[str, ...]:
    """Return the description in an annotation file as the only caption, or no caption if there is no description.

    The files do not state their encoding, which is ISO-8859-1. They are read with a regular expression, because an XML parser
    rejects the bare “&” in some files.
    """
    if not path.is_file():
        return ()
    match = re.search(r"<DESCRIPTION>(.*?)</DESCRIPTION>", path.read_text("iso-8859-1"), re.DOTALL)
    caption = " ".join(html.unescape(match[1]).split()).rstrip(";") if match else ""
    return (caption,) if caption else ()


def read_pascal_page(page: str) -> dict[str, tuple[str, ...]]:
    """Return the captions of each image on the web page of Pascal Sentences, by ``class/file.jpg``.

    On the page, a table cell holds the image, and the rows after it hold one caption each.
    """
    captions: dict[str, tuple[str, ...]] = {}
    images = list(re.finditer(r'<img\s+src="([^"]+)"', page, re.IGNORECASE))
    for number, image in enumerate(images):
        end = images[number + 1].start() if number + 1 < len(images) else len(page)
        cells = re.findall(r"<tr>\s*<td>\s*([^<]+?)\s*</td>", page[image.end() : end], re.IGNORECASE)
        captions[image[1]] = tuple(html.unescape(cell) for cell in cells)
    return captions


def as_words(name: str) -> str:
    """Return the name of a folder as a person would write it: "sea horse" for ``sea_horse``."""
    return re.sub(r"[\s_\-]+", " ", name).strip().lower()


def _existing(root: Path) -> Path:
    if not root.is_dir():
        raise MissingDataError(f"There is no folder {root}. To download a data set, {_FETCH} NAME`, or name the folder it is in.")
    return root


def _not_empty(paths: list[Path], root: Path) -> list[Path]:
    if not paths:
        raise MissingDataError(
            f"There are no images below {root}, where each class is a sub-folder. To download a data set, {_FETCH} NAME`, or name "
            "the folder it is in."
        )
    return paths
