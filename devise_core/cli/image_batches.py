"""Many images on the command line: files and folders, encoded in batches, with those left out that cannot be read."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from devise_core.cli.output import say, summary
from devise_core.cli.pictures import picture_of
from devise_core.cli.quiet import load_model
from devise_core.cli.tables import check_format
from devise_core.errors import ImageError
from devise_core.vision.batch_reader import read_batches
from devise_core.vision.image_encoder import BATCH, Encoded, ImageEncoder
from devise_core.vision.preprocess import Pixels

MAX_LINES = 20
"""The most reasons for a skipped file that are printed. ``--json`` has all of them."""


@dataclass
class EncodedFiles:
    """The images that could be read.

    Attributes:
        files: As they were given, or found in a folder.
        encoded: One row for each file.
        skipped: A sentence for each file that could not be read, which begins with its path.
    """

    files: list[str] = field(default_factory=list)
    encoded: list[Encoded] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def add_images(command: argparse.ArgumentParser, out_help: str, required: bool = True) -> None:
    """Add the arguments for images, and ``--out`` for a table."""
    command.add_argument(
        "pictures",
        metavar="IMAGE",
        nargs="+" if required else "*",
        help="an image file, a folder of images, or - for standard input",
    )
    command.add_argument("--out", type=Path, metavar="FILE", help=out_help)


def images_of(options: argparse.Namespace) -> list[str]:
    """Return the files that the arguments name, folders replaced by their images. Checks ``--out`` first.

    Raises:
        CollectionError: A folder has no images.
        DeviseError: The file of ``--out`` cannot be written.
    """
    from devise_core.collections.image_files import scan_folder

    if options.out:
        check_format(options.out)
    files: list[str] = []
    for argument in options.pictures:
        path = Path(argument)
        files += [str(file) for file in scan_folder(path).files] if path.is_dir() else [argument]
    return files


def several(options: argparse.Namespace) -> bool:
    """Whether the output is about several images: two arguments, a folder or a table."""
    return len(options.pictures) != 1 or options.out is not None or Path(options.pictures[0]).is_dir()


def encode_files(encoder: ImageEncoder, files: Sequence[str], progress: str) -> EncodedFiles:
    """Encode the files in batches, with a bar on stderr.

    Raises:
        ImageError: None of them can be read. The message is about the first.
    """
    from tqdm import tqdm

    def read(file: str) -> Pixels | ImageError:
        try:
            return encoder.pixels(picture_of(file))
        except ImageError as error:
            return error

    load_model(encoder)
    result = EncodedFiles()
    names = iter(files)
    with tqdm(total=len(files), desc=progress, unit="image", leave=False, disable=len(files) < BATCH) as bar:
        for batch in read_batches(files, read, BATCH):
            _add_batch(result, encoder, list(zip(islice(names, len(batch)), batch, strict=True)))
            bar.update(len(batch))
    if not result.files:
        raise ImageError(result.skipped[0])
    return result


def _add_batch(result: EncodedFiles, encoder: ImageEncoder, batch: Sequence[tuple[str, Pixels | ImageError]]) -> None:
    pixels = []
    for file, read in batch:
        if isinstance(read, ImageError):
            result.skipped.append(f"{file}: {read}")
        else:
            result.files.append(file)
            pixels.append(read)
    if pixels:
        encoded = encoder.encode_pixels(np.stack(pixels))
        result.encoded += _rows(encoded)


def _rows(encoded: Encoded) -> Iterator[Encoded]:
    for row in range(len(encoded.embeddings)):
        yield Encoded(encoded.features[row : row + 1], encoded.embeddings[row : row + 1])


def say_skipped(skipped: Sequence[str]) -> None:
    """Say on stderr which files could not be read."""
    for reason in summary(skipped, MAX_LINES):
        say(f"skipped  {reason}")
