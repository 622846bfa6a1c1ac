"""The walk and the tables → one HTML file. Every value is escaped by the template engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from devise_core.errors import BuildError
from devise_core.report.walk import Walk
from devise_core.results import Table, read_results
from devise_core.storage.atomic_write import atomic_file

MOST_BYTES = 10_000_000


def read_tables(path: Path, model: str = "") -> tuple[str, tuple[Table, ...]]:
    """A remark where they were measured on another model than ``model``, and the tables of ``results.json``; none without a file.

    Raises ``ArtifactError`` as ``read_results`` does.
    """
    results = read_results(path)
    return (results.remark(model) if model else "", results.tables) if results else ("", ())


def render(walk: Walk, tables: Sequence[Table], remark: str = "") -> str:
    """The whole page; ``remark`` stands above the tables. It holds no script, and loads nothing."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    site = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return site.get_template("report.html").render(walk=walk, tables=tables, remark=remark)


def write_report(path: Path, walk: Walk, tables: Sequence[Table], remark: str = "") -> int:
    """Write the page; returns its size in bytes. Raises ``BuildError`` where it has more than ``MOST_BYTES``."""
    content = render(walk, tables, remark).encode()
    if len(content) > MOST_BYTES:
        raise BuildError(
            f"The report has {len(content) / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} MB are allowed: give fewer "
            "pictures of your own."
        )
    with atomic_file(path) as staged:
        staged.write_bytes(content)
    return len(content)
