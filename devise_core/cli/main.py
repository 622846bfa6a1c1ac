"""The entry point of the command line, and the parser of all commands.

``examples.STATUSES`` lists the exit statuses.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from devise_core import __version__
from devise_core.cli import (
    build,
    collections,
    completion,
    copying,
    demo,
    doctor,
    embed,
    evaluate,
    fetch,
    index,
    label,
    report,
    search,
    serve,
    similar,
    train,
    words,
)
from devise_core.cli.examples import STATUSES, epilog_of
from devise_core.errors import DeviseError, missing_package

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow reads this when it is imported

_COMMANDS = (
    search,
    label,
    embed,
    similar,
    words,
    collections,
    index,
    copying,
    fetch,
    train,
    build,
    evaluate,
    report,
    doctor,
    serve,
    demo,
    completion,
)
_HELP_WIDTH = 100
"""The most characters in a line of a description. Lines of examples are not wrapped."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The words of the command line after the program's name. By default, the command line of this process.

    Returns:
        The exit status.
    """
    _print_any_text()
    warnings.filterwarnings("ignore", module="PIL")  # an image that cannot be read is reported as an error instead
    options = _parsed(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except DeviseError as error:
        print("\n".join((f"semblance: {error}", *getattr(error, "__notes__", ()))), file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        advice = missing_package(error)
        if advice is None:
            raise
        print(f"semblance: {advice}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader, such as ``head``, closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"semblance: {_says(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsemblance: Stopped. No file is incomplete. Run the same command again to continue.", file=sys.stderr)
        return 130
    return 0


def _says(error: OSError) -> str:
    """Return what is wrong with a file or a disk. NumPy does not say which file it could not write."""
    if error.errno == errno.ENOSPC and not error.filename:
        from devise_core.storage.paths import user_collections

        return f"A disk is full. Collections are written to {user_collections()}. Make room there, and run the same command again."
    return f"{error.filename or 'A file'}: {error.strerror or error}. Check the path and the disk."


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the parsed options.

    A command may set ``hint``, a text that is added to the error about unknown arguments. If there are no arguments at all, the
    help is printed and the program ends with status 2.
    """
    top = parser()
    if not (sys.argv[1:] if arguments is None else arguments):
        top.print_help(sys.stderr)
        raise SystemExit(2)
    options, unknown = top.parse_known_args(arguments)
    if unknown:
        top.error(f"unrecognized arguments: {' '.join(unknown)}{getattr(options, 'hint', '')}")
    return options


def _print_any_text() -> None:
    """Let text in any script be printed to any terminal or file. If stdout or stderr is missing, discard what is printed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  open as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def parser(program: str = "") -> argparse.ArgumentParser:
    """Return the parser of all commands. Each command sets ``run``, the function that runs it.

    Args:
        program: What the help calls the program. By default, as the user has started it.
    """
    program = program or ("semblance" if Path(sys.argv[0]).stem == "semblance" else "python -m devise_core")
    top = argparse.ArgumentParser(
        program,
        description="Semantic image search with DeViSE.",
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"semblance {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for module in _COMMANDS:
        module.add_parsers(commands)
    _add_examples(commands)
    top.set_defaults(make_parser=parser)  # ``completion`` needs the parser, and cannot import this module
    return top


def _add_examples(commands: Any, before: str = "") -> None:
    """Add the examples to the help of each command and of its actions."""
    for name, command in commands.choices.items():
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        command.description = fill(command.description or "", _HELP_WIDTH)
        command.epilog = "\n\n".join(filter(None, (command.epilog, epilog_of(before + name))))
        for action in command._subparsers._group_actions if command._subparsers else ():
            _add_examples(action, f"{name} ")
