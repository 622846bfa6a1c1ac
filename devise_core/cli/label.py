"""``label``: name what images show."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from devise_core.cli.image_batches import add_images, encode_files, images_of, say_unread, several
from devise_core.cli.output import counted, print_hits, print_json
from devise_core.cli.pictures import check_picture, picture_of
from devise_core.cli.quiet import load_model
from devise_core.cli.shared_options import add_command, engine_of
from devise_core.cli.tables import FORMATS, write_table
from devise_core.datatypes import WordHit
from devise_core.engine import Engine
from devise_core.errors import one_line
from devise_core.search.index import check_k
from devise_core.storage.valid_text import valid_text

WORDS_IN_A_LINE = 5


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = add_command(commands, "label", "name what an image shows, or many images", _label, k=5)
    add_images(command, f"write a table with one row for each word of each image ({', '.join(FORMATS)})")
    command.add_argument("--vocabulary", choices=("nouns", "all"), default="nouns", help="which words are candidates")
    command.add_argument("--words", metavar="WORDS", help="your own candidates, separated by commas")


def _label(options: argparse.Namespace) -> None:
    vocabulary: Any = options.vocabulary
    if options.words is not None:
        vocabulary = [word.strip() for word in options.words.split(",") if word.strip()]
    if several(options):
        _label_several(options, vocabulary)
        return
    engine = engine_of(options)
    [argument] = options.pictures
    picture = picture_of(argument)
    check_picture(picture)
    load_model(engine.encoder)
    hits = engine.label_image(picture, options.k, vocabulary)
    print_hits(options, {"command": "label", "picture": argument, "k": options.k, "vocabulary": vocabulary}, hits)


def _label_several(options: argparse.Namespace, vocabulary: Any) -> None:
    check_k(options.k)
    given = images_of(options)
    engine = engine_of(options)
    read = encode_files(engine.encoder, given, "label")
    named = {
        file: engine.label_encoded(encoded, options.k, vocabulary) for file, encoded in zip(read.files, read.encoded, strict=True)
    }
    if options.out:
        _write(options, engine, named)
    if options.json:
        asked = {"command": "label", "k": options.k, "vocabulary": vocabulary}
        facts = {**asked, "skipped": read.skipped, "notes": read.notes, "left_out": read.left_out}
        pictures = [{"picture": file, "hits": [hit.as_dict() for hit in hits]} for file, hits in named.items()]
        print_json(facts | ({"out": str(options.out)} if options.out else {}) | {"pictures": pictures})
        return
    say_unread(read)
    if options.out:
        print(f"{options.out}: the names of {counted(len(named), 'image')}")
        return
    for file, hits in named.items():
        print(f"{one_line(valid_text(file))}: {', '.join(f'{hit.word} {hit.cosine:z.2f}' for hit in hits[:WORDS_IN_A_LINE])}")


def _write(options: argparse.Namespace, engine: Engine, named: Mapping[str, Sequence[WordHit]]) -> None:
    """Write one row for each word of each image, so that the table can be filtered and joined."""
    rows = [(file, rank, hit.word, round(hit.cosine, 6)) for file, hits in named.items() for rank, hit in enumerate(hits, 1)]
    columns = dict(zip(("picture", "rank", "word", "cosine"), zip(*rows, strict=True), strict=True))
    write_table(options.out, columns | {"model": [engine.model_id] * len(rows)})
