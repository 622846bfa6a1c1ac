"""Encode many images of the command line, in files and folders, in batches. Images that cannot be read are left out."""

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
from devise_core.vision.image_reader import note_on, read_image
from devise_core.vision.preprocess import Pixels

MAX_LINES = 20
"""At most this many skipped files are printed with their reasons. ``--json`` lists all."""


@dataclass
class GivenFiles:
    """The image files that the command-line arguments name.

    Attributes:
        files: The arguments as they were given, or the paths of the images in a given folder.
        problems: A sentence for each unreadable file or folder inside a given folder. The sentence begins with the path.
        left_out: The files in a given folder that are ignored, by kind, such as "3 videos".
    """

    files: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass
class EncodedFiles:
    """The images that could be read, and what was not read.

    Attributes:
        files: The images that were read, as in ``GivenFiles``.
        encoded: The vectors of each file, as one row.
        skipped: A sentence for each file or folder that could not be read. The sentence begins with the path.
        notes: A sentence for each image that was read although its file is damaged. The sentence begins with the path.
        left_out: As in ``GivenFiles``.
    """

    files: list[str] = field(default_factory=list)
    encoded: list[Encoded] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def add_images(command: argparse.ArgumentParser, out_help: str, required: bool = True) -> None:
    """Add the arguments for images, and ``--out`` for a table.

    Args:
        command: The parser that receives the arguments.
        out_help: The help text of ``--out``.
        required: Whether at least one image must be given.
    """
    command.add_argument(
        "pictures",
        metavar="IMAGE",
        nargs="+" if required else "*",
        help="an image file, a folder of images, a URL if allowed, or - for standard input",
    )
    command.add_argument("--out", type=Path, metavar="FILE", help=out_help)


def images_of(options: argparse.Namespace) -> GivenFiles:
    """Check ``--out``, then return the files that the arguments name. A folder is replaced by the images in it.

    If several folders are given, each entry of ``left_out`` names its folder.

    Raises:
        CollectionError: A folder has no images.
        DeviseError: The file of ``--out`` cannot be written.
    """
    from devise_core.collections.image_files import scan_folder

    if options.out:
        check_format(options.out)
    given = GivenFiles()
    several_folders = sum(map(_is_folder, options.pictures)) > 1
    for argument in options.pictures:
        if not _is_folder(argument):
            given.files.append(argument)
            continue
        scan = scan_folder(Path(argument))
        given.files += map(str, scan.files)
        given.problems += scan.problems
        given.left_out += [f"{kind} in {argument}" if several_folders else kind for kind in scan.left_out]
    return given


def several(options: argparse.Namespace) -> bool:
    """Return whether the output is about several images: for several arguments, a folder, or ``--out``."""
    return len(options.pictures) != 1 or options.out is not None or _is_folder(options.pictures[0])


def _is_folder(argument: str) -> bool:
    """Return whether an argument is a folder. An empty argument, as from an unset shell variable, is not the current folder."""
    return bool(argument.strip()) and Path(argument).is_dir()


def encode_files(encoder: ImageEncoder, given: GivenFiles, progress: str) -> EncodedFiles:
    """Encode the files in batches, with a progress bar on stderr.

    Args:
        encoder: Reads and encodes the images.
        given: The files, and the problems with listing folders.
        progress: The text beside the bar.

    Returns:
        The vectors of the files that can be read, in the order of the files, and a message for each file that cannot be read.

    Raises:
        ImageError: None of the files can be read. The message is about the first file.
    """
    from tqdm import tqdm

    def read(file: str) -> tuple[Pixels, str] | ImageError:
        try:
            image = read_image(picture_of(file), at_least=encoder.size)
            return encoder.pixels(image), note_on(image)
        except ImageError as error:
            return error

    load_model(encoder)
    result = EncodedFiles(skipped=list(given.problems), left_out=given.left_out)
    names, count = iter(given.files), len(given.files)
    with tqdm(total=count, desc=progress, unit="image", leave=False, disable=count < BATCH) as bar:
        for batch in read_batches(given.files, read, BATCH):
            _add_batch(result, encoder, list(zip(islice(names, len(batch)), batch, strict=True)))
            bar.update(len(batch))
    if not result.files:
        raise ImageError(result.skipped[len(given.problems)])
    return result


def _add_batch(result: EncodedFiles, encoder: ImageEncoder, batch: Sequence[tuple[str, tuple[Pixels, str] | ImageError]]) -> None:
    pixels = []
    for file, read in batch:
        if isinstance(read, ImageError):
            result.skipped.append(f"{file}: {read}")
        else:
            result.files.append(file)
            pixels.append(read[0])
            result.notes += [f"{file}: {read[1]}"] if read[1] else []
    if pixels:
        encoded = encoder.encode_checked(np.stack(pixels))
        result.encoded += _rows(encoded)


def _rows(encoded: Encoded) -> Iterator[Encoded]:
    for row in range(len(encoded.embeddings)):
        yield Encoded(encoded.features[row : row + 1], encoded.embeddings[row : row + 1])


def say_unread(read: EncodedFiles) -> None:
    """Say on stderr which files could not be read, which files are damaged, and what was left out."""
    for reason in summary(read.skipped, MAX_LINES):
        say(f"skipped  {reason}")
    for note in summary(read.notes, MAX_LINES):
        say(f"note     {note}")
    if read.left_out:
        say(f"left out: {', '.join(read.left_out)}")
