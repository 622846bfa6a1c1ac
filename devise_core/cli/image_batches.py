"""Many images on the command line: files and folders are encoded in batches, and images that cannot be read are left out."""

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
"""The most reasons for a skipped file that are printed. ``--json`` has all of them."""


@dataclass
class GivenFiles:
    """What the arguments name.

    Attributes:
        files: As they were given, or found in a folder.
        problems: A sentence for each unreadable file or folder inside a given folder. It begins with the path.
        left_out: What is not looked at in a folder, in words, such as "3 videos".
    """

    files: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass
class EncodedFiles:
    """The images that could be read.

    Attributes:
        files: As they were given, or found in a folder.
        encoded: One row for each file.
        skipped: A sentence for each file or folder that could not be read. It begins with the path.
        notes: A sentence for each image that was read although its file is damaged. It begins with the path.
        left_out: What was not looked at in a folder, in words, such as "3 videos".
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
    """Return the files that the arguments name, folders replaced by their images. Checks ``--out`` first.

    If several folders are given, what is left out is listed with its folder.

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
    """Whether the output is about several images: two arguments, a folder or a table."""
    return len(options.pictures) != 1 or options.out is not None or _is_folder(options.pictures[0])


def _is_folder(argument: str) -> bool:
    """Whether an argument is a folder. An empty one, such as an unset shell variable, is not the current folder."""
    return bool(argument.strip()) and Path(argument).is_dir()


def encode_files(encoder: ImageEncoder, given: GivenFiles, progress: str) -> EncodedFiles:
    """Encode the files in batches, with a bar on stderr.

    Args:
        encoder: Reads and encodes the images.
        given: The files, and what could not be listed.
        progress: The text beside the bar.

    Returns:
        The vectors of the files that can be read, in their order, and a message for each of the others.

    Raises:
        ImageError: None of them can be read. The message is about the first.
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
        encoded = encoder.encode_pixels(np.stack(pixels))
        result.encoded += _rows(encoded)


def _rows(encoded: Encoded) -> Iterator[Encoded]:
    for row in range(len(encoded.embeddings)):
        yield Encoded(encoded.features[row : row + 1], encoded.embeddings[row : row + 1])


def say_unread(read: EncodedFiles) -> None:
    """Say on stderr which files could not be read, which ones are damaged, and what was left out."""
    for reason in summary(read.skipped, MAX_LINES):
        say(f"skipped  {reason}")
    for note in summary(read.notes, MAX_LINES):
        say(f"note     {note}")
    if read.left_out:
        say(f"left out: {', '.join(read.left_out)}")
