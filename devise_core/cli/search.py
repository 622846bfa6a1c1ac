"""``search``: pictures for a query in the language of ``language.py``."""

from __future__ import annotations

import argparse
from typing import Any

from devise_core.cli.output import print_hits, say_reading
from devise_core.cli.quiet import load_model
from devise_core.cli.verbs import engine_of, verb
from devise_core.engine import Engine
from devise_core.errors import QueryError
from devise_core.text.query_parser import GRAMMAR, parse, point
from devise_core.vectors import Floats
from devise_core.vision.image_reader import read_image

_WIDTH = max(len(example) for example, _ in GRAMMAR)


def add_parsers(commands: Any) -> None:
    command = verb(commands, "search", "find pictures by words and by pictures", _search)
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = "the query:\n" + "\n".join(f"  {example:<{_WIDTH}}  {meaning}" for example, meaning in GRAMMAR)
    command.add_argument(
        "text",
        nargs="?",
        default="",
        help="the query, behind -- where it begins with a minus; may be left out where a picture is given",
    )
    command.add_argument(
        "--like",
        action="append",
        default=[],
        metavar="FILE",
        help="a picture as a term, like:photo in the query; again for more: like:photo2 and so on. One that the "
        "query does not mention is added to it",
    )


def _search(options: argparse.Namespace) -> None:
    engine = engine_of(options)
    text = options.text
    try:
        pictures = {"photo" if place == 1 else f"photo{place}": file for place, file in enumerate(options.like, 1)}
        mentioned = {clause.text for clause in parse(text) if clause.kind == "picture"}
        text = " + ".join(filter(None, (text, *(f"like:{name}" for name in pictures if name not in mentioned))))
        embeddings = _embedded(engine, pictures)
        query = engine.query(text, embeddings)
        hits = engine.search_text(query, options.k)
    except QueryError as error:
        if error.position is not None:
            error.add_note(point(text, error.position))
        raise
    if not options.json:
        say_reading(query.reading)
    asked = {
        "command": "search",
        "text": text,
        "k": options.k,
        "collection": engine.collection.name,
        "left_out": query.reading.left_out,
        "read": query.reading.as_dict(),
    }
    print_hits(options, asked | ({"like": pictures} if pictures else {}), hits)


def _embedded(engine: Engine, pictures: dict[str, str]) -> dict[str, Floats]:
    """Name → embedding of each file. Every file is read before the network is loaded for nothing."""
    for file in pictures.values():
        read_image(file)
    if not pictures:
        return {}
    load_model(engine.encoder)
    return dict(zip(pictures, engine.embed_images(list(pictures.values())), strict=True))
