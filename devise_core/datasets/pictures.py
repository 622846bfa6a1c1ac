"""Readers: a data set's folder → its pictures, in one fixed order."""

from __future__ import annotations

import csv
import html
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from devise_core.errors import BuildError
from devise_core.vision.image_reader import SUFFIXES as READ

SUFFIXES = (".jpg", ".jpeg", ".png")
"""Those of pictures in the data sets; ``READ`` are all that pictures of one's own may have."""
FLICKR_TEST = "Flickr_8k.testImages.txt"
_FETCH = "run `python -m devise_core fetch"


@dataclass(frozen=True)
class Picture:
    """A file with its label as a person would write it ("" where the set has none) and its captions."""

    path: Path
    label: str = ""
    captions: tuple[str, ...] = ()


def by_folder(root: Path) -> list[Picture]:
    """One folder a class, as in Caltech-101 and in most sets of one's own; in order of folder and file name."""
    files = sorted(path for path in _existing(root).glob("*/*") if path.suffix.lower() in READ)
    return [Picture(path, spoken(path.parent.name)) for path in _some(files, root)]


def caltech_101(root: Path) -> list[Picture]:
    """Caltech-101 (Fei-Fei et al., 2004): 101 classes, the background class left out."""
    return [picture for picture in by_folder(root / "images") if "BACKGROUND" not in picture.path.parent.name]


def imagenet_samples(root: Path) -> list[Picture]:
    """One picture of each ImageNet-1k class, in the order of the classifier; ``label`` is the class's id."""
    files = sorted(path for path in _existing(root / "images").iterdir() if path.suffix.lower() in SUFFIXES)
    return [Picture(path, path.name.split("_")[0]) for path in _some(files, root)]


def pascal_sentences(root: Path) -> list[Picture]:
    """Pascal Sentences (Rashtchian et al., 2010): 20 classes of 50 pictures, most with five captions, on one page."""
    page = (root / "index.html").read_text("utf-8", errors="replace") if (root / "index.html").is_file() else ""
    captions = read_pascal_page(page)
    names = {"diningtable": "dining table", "pottedplant": "potted plant", "tvmonitor": "tv monitor"}
    return [
        Picture(
            picture.path,
            names.get(picture.label, picture.label),
            captions.get(f"{picture.path.parent.name}/{picture.path.name}", ()),
        )
        for picture in by_folder(root / "images")
    ]


def flickr8k_thousand(data: Path) -> list[Picture]:
    """The 1000 pictures to measure on: the folder ``flickr8k-1000`` where there is one, else the test part of ``flickr8k``."""
    if (data / "flickr8k-1000").is_dir():
        return flickr8k(data / "flickr8k-1000")
    found, listed = flickr8k(data / "flickr8k"), data / "flickr8k" / FLICKR_TEST
    if not listed.is_file():
        raise BuildError(f"{listed} is missing, which lists the test part: delete the folder, and {_FETCH} flickr8k`.")
    names = set(listed.read_text("utf-8").split())
    return [picture for picture in found if picture.path.name in names]


def flickr8k(root: Path) -> list[Picture]:
    """Flickr8k (Hodosh et al., 2013): pictures with five captions each and no label; ``captions.csv`` names the files."""
    captions: dict[str, list[str]] = defaultdict(list)
    path = root / "captions.csv"
    if not path.is_file():
        raise BuildError(f"{path} is missing: {_FETCH} flickr8k`.")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            captions[row["image"]].append(row["caption"])
    return [Picture(root / "images" / name, "", tuple(found)) for name, found in sorted(captions.items())]


def iaprtc12(root: Path) -> list[Picture]:
    """IAPR TC-12 (Grubinger et al., 2006): holiday pictures, each with one description and no label."""
    files = sorted(path for path in _existing(root / "images").glob("*/*") if path.suffix.lower() in SUFFIXES)
    return [
        Picture(path, "", read_iapr_description(root / "annotations" / path.parent.name / f"{path.stem}.eng"))
        for path in _some(files, root)
    ]


def read_iapr_description(path: Path) -> tuple[str, ...]:
    """The description of an annotation file as its one caption; none where there is no file or it is empty.

    The files say no encoding and are ISO-8859-1; some hold a bare “&”, which an XML parser refuses, hence the pattern.
    """
    if not path.is_file():
        return ()
    found = re.search(r"<DESCRIPTION>(.*?)</DESCRIPTION>", path.read_text("iso-8859-1"), re.DOTALL)
    caption = " ".join(html.unescape(found[1]).split()).rstrip(";") if found else ""
    return (caption,) if caption else ()


def read_pascal_page(page: str) -> dict[str, tuple[str, ...]]:
    """``class/file.jpg`` → its captions, from the data set's own page: a picture's cell, then a row for each caption."""
    found: dict[str, tuple[str, ...]] = {}
    pictures = list(re.finditer(r'<img\s+src="([^"]+)"', page, re.IGNORECASE))
    for number, picture in enumerate(pictures):
        end = pictures[number + 1].start() if number + 1 < len(pictures) else len(page)
        cells = re.findall(r"<tr>\s*<td>\s*([^<]+?)\s*</td>", page[picture.end() : end], re.IGNORECASE)
        found[picture[1]] = tuple(html.unescape(cell) for cell in cells)
    return found


def spoken(name: str) -> str:
    """A folder's name as a person would write it: ``sea_horse`` → "sea horse"."""
    return re.sub(r"[\s_\-]+", " ", name).strip().lower()


def _existing(root: Path) -> Path:
    if not root.is_dir():
        raise BuildError(f"There is no folder {root}: {_FETCH} NAME`, or name the folder the set is in.")
    return root


def _some(files: list[Path], root: Path) -> list[Path]:
    if not files:
        raise BuildError(
            f"There are no pictures below {root}, where each class is a sub-folder: {_FETCH} NAME`, or name the "
            "folder the set is in."
        )
    return files
