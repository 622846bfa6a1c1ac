"""Show the notebook as a page, with the outputs that are stored in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

NOTEBOOK = Path(__file__).parent.parent / "tutorial.ipynb"
MARK = "<!-- notebook -->"


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  the hook's signature
    """Replace the mark ``<!-- notebook -->`` by the cells."""
    if MARK not in markdown:
        return markdown
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return markdown.replace(MARK, "\n\n".join(_shown(cell) for cell in cells))


def _shown(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return re.sub(r"\]\((?!https?:)", "](../", source)  # the notebook is one folder above its page
    return "\n\n".join([f"```python\n{source}\n```", *(_output(output) for output in cell["outputs"])])


def _output(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    for kind in ("image/webp", "image/jpeg", "image/png"):
        if kind in data:
            address = f"data:{kind};base64,{''.join(data[kind]).strip()}"
            return f'<div class="output"><img alt="The images that the next line names" src="{address}"></div>'
    text = "".join(output.get("text") or data.get("text/plain", ""))
    return f"```{{.text .output}}\n{text.rstrip()}\n```"
