"""Render the report. The template engine escapes every value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from devise_core.errors import BuildError
from devise_core.report.content import ReportContent
from devise_core.results import Table, read_results
from devise_core.storage.atomic_write import atomic_file

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_BYTES = 10_000_000


def read_tables(path: Path, model: str = "") -> tuple[str, tuple[Table, ...]]:
    """Read the tables of ``results.json``.

    Args:
        path: The file. If it is missing, there are no tables.
        model: The id of the model that the report is about, or "" for no remark.

    Returns:
        A remark and the tables. The remark is empty unless the tables were measured on another model.

    Raises:
        ArtifactError: The file is damaged.
    """
    results = read_results(path)
    return (results.remark(model) if model else "", results.tables) if results else ("", ())


def render(content: ReportContent, tables: Sequence[Table], remark: str = "") -> str:
    """Return the HTML page. It has no scripts and loads no other files.

    Args:
        content: What the report shows.
        tables: The tables of results. If there are none, the page has no section for them.
        remark: A sentence above the tables.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["with_code"] = with_code
    return templates.get_template("report.html").render(report=content, tables=tables, remark=remark)


def with_code(text: str) -> Markup:
    """Return the text, escaped, with the parts between backticks as code."""
    from markupsafe import Markup, escape

    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(text.split("`"))
    )


def write_report(path: Path, content: ReportContent, tables: Sequence[Table], remark: str = "") -> int:
    """Write the HTML page.

    Args:
        path: The file to write.
        content: The examples.
        tables: Tables of figures from ``evaluate``.
        remark: A sentence above the tables.

    Returns:
        The size of the page in bytes.

    Raises:
        BuildError: The page is larger than ``MOST_BYTES``.
    """
    html = render(content, tables, remark).encode()
    if len(html) > MOST_BYTES:
        raise BuildError(f"The report is larger than {MOST_BYTES / 1e6:g} MB. Name fewer images.")
    with atomic_file(path) as staged:
        staged.write_bytes(html)
    return len(html)
