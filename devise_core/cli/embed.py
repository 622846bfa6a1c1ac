"""``embed``: print or write the embedding of images or of texts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from devise_core.cli.image_batches import EncodedFiles, add_images, encode_files, images_of, say_unread
from devise_core.cli.output import add_json, counted, print_json
from devise_core.cli.shared_options import add_artifacts, artifacts_of, engine_of
from devise_core.cli.tables import FORMATS, write_table
from devise_core.errors import DeviseError
from devise_core.vectors import Floats

_ROUNDED = 6


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "embed",
        help="print or write the embeddings of images or texts",
        description="Print the embeddings of images or texts as JSON, or write them to a table. They are vectors of length 1, and "
        "the product of two of them is their cosine similarity.",
    )
    add_images(command, f"write the vectors to a file instead ({', '.join(FORMATS)})", required=False)
    command.add_argument("--text", action="append", default=[], metavar="TEXT", help="a text to embed; repeat it for more")
    add_artifacts(command)
    add_json(command)
    command.set_defaults(run=_embed, collection=None)


def _embed(options: argparse.Namespace) -> None:
    if bool(options.pictures) == bool(options.text):
        raise DeviseError("Give either images or --text.")
    given = images_of(options)
    engine = engine_of(options)
    kind = "text" if options.text else "picture"
    if options.text:
        read = EncodedFiles(files=options.text)
        vectors = np.stack([engine.embed_text(text) for text in options.text])
    else:
        read = encode_files(engine.encoder, given, "embed")
        vectors = np.concatenate([each.embeddings for each in read.encoded])
    if options.out:
        write_table(options.out, {kind: read.files, "embedding": list(vectors)})
    if options.json or not options.out:
        print_json(_as_json(artifacts_of(options).root, kind, read, vectors, options.out))
        return
    say_unread(read)
    print(f"{options.out}: {counted(len(vectors), 'vector')} of {vectors.shape[1]} numbers")


def _as_json(model: Path, kind: str, read: EncodedFiles, vectors: Floats, out: Path | None) -> dict[str, Any]:
    """Return the JSON object. The vectors are left out if they are in a file."""
    made = {"command": "embed", "model": str(model), "dimension": vectors.shape[1]}
    facts = {**made, "skipped": read.skipped, "notes": read.notes, "left_out": read.left_out}
    if out:
        return {**facts, "out": str(out), "count": len(vectors)}
    rounded = np.round(vectors.astype(float), _ROUNDED).tolist()
    return {**facts, "vectors": [{kind: source, "embedding": row} for source, row in zip(read.files, rounded, strict=True)]}
