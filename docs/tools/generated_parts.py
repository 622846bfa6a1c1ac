"""Fill in the parts of pages that the code knows: the commands with their options, and the forms of a query."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from devise_core.cli.main import parser
from devise_core.text.query_parser import GRAMMAR

PROGRAM, WIDTH = "semblance", "100"


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  the hook's signature
    """Replace the marks ``<!-- commands -->`` and ``<!-- query language -->``. A page without sections needs no list of them."""
    for mark, part in (("<!-- commands -->", _commands), ("<!-- query language -->", _query_language)):
        if mark in markdown:
            markdown = markdown.replace(mark, part())
    if "\n## " not in markdown and ":::" not in markdown:
        page.meta.setdefault("hide", ["toc"])
    return markdown


def _query_language() -> str:
    rows = [f"| `{example}` | {meaning} |" for example, meaning in GRAMMAR]
    return "\n".join(["| you type | it means |", "| --- | --- |", *rows])


def _commands() -> str:
    before, os.environ["COLUMNS"] = os.environ.get("COLUMNS"), WIDTH
    try:
        return "\n\n".join(f"## `{name}`\n\n```text\n{text}\n```" for name, text in helps())
    finally:
        os.environ.pop("COLUMNS")
        os.environ.update({} if before is None else {"COLUMNS": before})


def helps() -> Iterator[tuple[str, str]]:
    """Yield the name of each command, and what it prints with ``--help``."""
    yield from _helps(PROGRAM, parser())


def _helps(name: str, command: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    command.prog = name
    yield name, command.format_help().rstrip()
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, child in action.choices.items():
                yield from _helps(f"{name} {verb}", child)
