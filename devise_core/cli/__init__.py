"""The command line: the engine's verbs and the offline jobs. Exit status 0, or 1 with one line that names the remedy."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from devise_core.cli import doctor, fetch, index, offline, report, search, train, verbs
from devise_core.errors import DeviseError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # set before TensorFlow is imported: its notes are not the user's


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except DeviseError as error:
        print("\n".join((f"devise: {error}", *getattr(error, "__notes__", ()))), file=sys.stderr)
        return 1
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # the reader, `head` for one, has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"devise: {error.strerror or error}: {error.filename or 'no file'}; check the disk and the path.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndevise: stopped; nothing is half-written, and the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The parser of every command; each sets ``run``."""
    top = argparse.ArgumentParser("python -m devise_core", description="Semantic image search with DeViSE.")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for module in (search, verbs, index, fetch, train, offline, report, doctor):
        module.add_parsers(commands)
    return top
