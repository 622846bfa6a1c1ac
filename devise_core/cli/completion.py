"""``completion``: print the script that completes the command in a shell."""

from __future__ import annotations

import argparse
from typing import Any

SHELLS = ("bash", "zsh", "fish")


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "completion",
        help="print the script that completes this command in your shell",
        description="Print a script that completes commands, options and their choices with the Tab key.",
    )
    command.add_argument("shell", choices=SHELLS, help="your shell")
    command.set_defaults(run=_completion)


def _completion(options: argparse.Namespace) -> None:
    import shtab

    print(shtab.complete(options.make_parser("semblance"), options.shell))
