"""``search``: find images by words and by example images."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from devise_core.cli.filters import add_filters, filter_facts, filter_of
from devise_core.cli.output import counted, print_hits, say, say_reading
from devise_core.cli.pictures import check_picture, picture_of
from devise_core.cli.quiet import load_model
from devise_core.cli.shared_options import add_command, engine_of
from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.errors import ArtifactError, QueryError, UnknownWordError
from devise_core.search.conditions import Condition
from devise_core.search.filters import Filter
from devise_core.search.index import MAX_HITS
from devise_core.text.query import Query
from devise_core.text.query_parser import GRAMMAR, parse
from devise_core.text.query_pointer import point
from devise_core.text.unmodelled import quoted
from devise_core.vectors import Floats

_FORMS = (*GRAMMAR, ("like:photo + sea", "the image of --like, with the sea"))
_WIDTH = max(len(example) for example, _ in _FORMS)
_NAMED = 3
"""How many of the images that are found by caption the message names."""


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = add_command(commands, "search", "find images by words and by example images", _search)
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = "the query:\n" + "\n".join(f"  {example:<{_WIDTH}}  {meaning}" for example, meaning in _FORMS)
    command.set_defaults(hint='. Put the query in quotes, as in search "bird -parrot".')
    command.add_argument(
        "text",
        nargs="*",
        help="the query, in quotes if it has signs such as - or *; put -- before one that begins with a minus; optional with "
        "--like",
    )
    command.add_argument(
        "--like",
        action="append",
        default=[],
        metavar="IMAGE",
        help="an example image, a URL of one if allowed, or - for standard input; repeat it for more. The query may name them "
        "like:photo, like:photo2, … Images that the query does not name are added to the query",
    )
    command.add_argument(
        "--captions",
        action="store_true",
        help="list all images that have the words of the query in a label, caption or category. -k does not apply",
    )
    add_filters(command)


def _search(options: argparse.Namespace) -> None:
    engine = engine_of(options)
    files = {"photo" if number == 1 else f"photo{number}": file for number, file in enumerate(options.like, 1)}
    text = " ".join(options.text)
    chosen = filter_of(options, engine)
    where = chosen.condition
    try:
        if options.captions:
            _print_described(options, engine, chosen)
            return
        text = _with_examples(text, files)
        embeddings = _embed(engine, files)
        query = engine.query(text, embeddings)
        hits = engine.search_text(query, options.k, where=where)
    except QueryError as error:
        if error.position is not None:
            error.add_note(point(text, error.position))
        raise
    except UnknownWordError as error:
        if written := _described(engine, " ".join(options.text), (), where):
            error.add_note(written)
        raise
    if not options.json:
        say_reading(query.reading)
        if query.unmodelled:
            say(f"semblance: The search cannot recognise {quoted(query.unmodelled)} in images.")
        if written := _described(engine, query, hits, where):
            say(f"semblance: {written}")
    facts = {
        "command": "search",
        "text": text,
        "k": options.k,
        "collection": engine.collection.name,
        "left_out": query.reading.left_out,
        "unmodelled": query.unmodelled,
        "read": query.reading.as_dict(),
    }
    print_hits(options, facts | ({"like": files} if files else {}) | filter_facts(chosen), hits)


def _print_described(options: argparse.Namespace, engine: Engine, chosen: Filter) -> None:
    """Print all images that have the words of the query in a label, caption or category."""
    text = " ".join(options.text)
    if options.like:
        raise QueryError("--captions compares words. Leave out --like.")
    try:
        query: Query | str = engine.query(text)
    except UnknownWordError:  # a name in a caption need not be in the vocabulary
        query = text
    facts: dict[str, Any] = {"command": "search", "captions": True, "text": text, "collection": engine.collection.name}
    print_hits(options, facts | filter_facts(chosen), engine.found_by_caption(query, None, chosen.condition))


def _with_examples(text: str, files: dict[str, str]) -> str:
    """Return the query with a term for each example image that the query does not name yet."""
    named = {clause.text for clause in parse(text) if clause.kind == "picture"}
    return " + ".join(filter(None, (text, *(f"like:{name}" for name in files if name not in named))))


def _embed(engine: Engine, files: dict[str, str]) -> dict[str, Floats]:
    """Embed the example images: name → unit vector of shape (d,)."""
    pictures = [picture_of(file) for file in files.values()]
    for picture in pictures:
        check_picture(picture)
    if not files:
        return {}
    load_model(engine.encoder)
    return dict(zip(files, engine.embed_images(pictures), strict=True))


def _described(engine: Engine, query: Query | str, hits: Sequence[Hit], where: Condition) -> str:
    """Return a sentence that says which images that satisfy ``where`` have the words of the query in a label, caption or category.

    Return "" if there are no such images, or if one of the hits is such an image. A damaged file of captions is reported in the
    sentence, and does not end the search.
    """
    try:
        described = engine.found_by_caption(query, MAX_HITS, where)
    except ArtifactError as error:
        return f"The labels and captions were not searched, because {error}"
    if not described or {hit.row for hit in described} & {hit.row for hit in hits}:
        return ""
    count = counted(len(described), "image") + (" or more" if len(described) == MAX_HITS else "")
    have = "has" if len(described) == 1 else "have"
    files = [str(hit.original or hit.path or hit.id) for hit in described]
    named = [*files[:_NAMED], "… Add --captions to list all of them."] if len(files) > _NAMED else files
    return f"{count} {have} the words in a label, caption or category: {', '.join(named)}"
