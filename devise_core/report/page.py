"""The walk and the tables → one HTML file. Every value is escaped by the template engine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devise_core.errors import ArtifactError, BuildError
from devise_core.layout import replaced_file
from devise_core.report.walk import Walk

MOST_BYTES = 10_000_000


@dataclass(frozen=True)
class Table:
    """A table of results; a cell is a number or a text."""

    title: str
    note: str
    columns: list[str]
    rows: list[list[Any]]


def read_tables(path: Path) -> list[Table]:
    """The tables in a JSON file, a list of ``{title, note, columns, rows}``; none where there is no file.

    Raises ``ArtifactError`` where it holds something else.
    """
    if not path.is_file():
        return []
    try:
        tables = [Table(str(table["title"]), str(table.get("note", "")), [str(name) for name in table["columns"]],
                        [list(row) for row in table["rows"]]) for table in json.loads(path.read_text("utf-8"))]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{path} holds no tables of results ({type(error).__name__}: {error}): make it again with "
                            "`python -m devise_core evaluate`.") from error
    for table in tables:
        for row in table.rows:
            if len(row) != len(table.columns):
                raise ArtifactError(f"In {path} a row of “{table.title}” has {len(row)} cells for {len(table.columns)} columns: "
                                    "make it again with `python -m devise_core evaluate`.")
    return tables


def render(walk: Walk, tables: list[Table]) -> str:
    """The whole page. It holds no script, and loads nothing."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    site = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)
    site.filters |= {"cell": cell, "is_number": is_number}
    return site.get_template("report.html").render(walk=walk, tables=tables)


def write_report(path: Path, walk: Walk, tables: list[Table]) -> int:
    """Write the page; returns its size in bytes. Raises ``BuildError`` where it has more than ``MOST_BYTES``."""
    content = render(walk, tables).encode()
    if len(content) > MOST_BYTES:
        raise BuildError(f"The report has {len(content) / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB are allowed: give fewer "
                         "pictures of your own.")
    with replaced_file(path) as staged:
        staged.write_bytes(content)
    return len(content)


def cell(value: Any) -> str:
    """A cell's text: three places for a fraction, nothing for nothing."""
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def is_number(value: Any) -> bool:
    """Whether a cell stands to the right: a number, or a text that begins as one."""
    return isinstance(value, int | float) or cell(value).lstrip("<>≤≥±+-−×~ ")[:1].isdigit()
