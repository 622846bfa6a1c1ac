"""``label``, ``similar``, ``words`` and ``collections``: the engine's verbs."""

from __future__ import annotations

import argparse
from typing import Any

from devise_core.cli.output import add_json, print_hits, print_json, say
from devise_core.cli.quiet import load_model
from devise_core.engine import Engine, load_engine
from devise_core.errors import CollectionError
from devise_core.vision.image_reader import read_image


def add_parsers(commands: Any) -> None:
    label = verb(commands, "label", "name what a picture shows", _label, k=5)
    label.add_argument("picture")
    label.add_argument("--vocabulary", choices=("nouns", "all"), default="nouns")
    label.add_argument("--words", help="choose among these alone: your own labels, apart by commas")
    similar = verb(commands, "similar", "find pictures like a picture", _similar)
    similar.add_argument("picture")
    similar.add_argument(
        "--by",
        choices=("semantic", "visual", "labels"),
        default="semantic",
        help="what is shown, how it looks, or by way of its ten nearest words",
    )
    words = verb(commands, "words", "find words near a word", _words)
    words.add_argument("word")
    collections = commands.add_parser("collections", help="list the collections there are")
    collections.add_argument("--artifacts", metavar="FOLDER")
    add_json(collections)
    collections.set_defaults(run=_collections)


def engine_of(options: argparse.Namespace) -> Engine:
    return load_engine(options.artifacts, options.collection)


def verb(commands: Any, name: str, purpose: str, run: Any, k: int = 10) -> argparse.ArgumentParser:
    """The parser of a command that asks for ``k`` results of a collection."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=purpose, description=purpose.capitalize() + ".")
    command.add_argument("-k", type=int, default=k, help="how many results (default: %(default)s)")
    command.add_argument(
        "--collection", metavar="NAME", help="a collection's name or folder (default: stamps, or the first made with the model)"
    )
    command.add_argument("--artifacts", metavar="FOLDER", help="the model's folder (default: the bundled one)")
    add_json(command)
    command.set_defaults(run=run)
    return command


def _label(options: argparse.Namespace) -> None:
    engine = engine_of(options)
    read_image(options.picture)  # said at once, before the network is loaded for nothing
    load_model(engine.encoder)
    own = [word.strip() for word in options.words.split(",") if word.strip()] if options.words is not None else None
    hits = engine.label_image(options.picture, options.k, options.vocabulary if own is None else own)
    asked = own if own is not None else options.vocabulary
    print_hits(options, {"command": "label", "picture": options.picture, "k": options.k, "vocabulary": asked}, hits)


def _similar(options: argparse.Namespace) -> None:
    engine = engine_of(options)
    read_image(options.picture)
    load_model(engine.encoder)
    hits = engine.search_image(options.picture, options.k, options.by)
    print_hits(
        options,
        {"command": "similar", "picture": options.picture, "k": options.k, "by": options.by, "collection": engine.collection.name},
        hits,
    )


def _words(options: argparse.Namespace) -> None:
    engine = engine_of(options)
    print_hits(options, {"command": "words", "word": options.word, "k": options.k}, engine.similar_words(options.word, options.k))


def _collections(options: argparse.Namespace) -> None:
    engine = load_engine(options.artifacts)
    found = {}
    for name in engine.collections():
        try:
            found[name] = len(engine.on(name).collection)
        except CollectionError as error:
            say(f"devise: {error}")
    if options.json:
        print_json({"command": "collections", "collections": found})
        return
    for name, count in found.items():
        print(f"{count:6d}  {name}")
