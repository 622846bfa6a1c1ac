"""Add to the site what its pages link to outside ``docs/``: the Markdown files of the top level, and files of source as they are.

A page is written for readers of the repository, so its links are paths between files. This hook makes the same links work in the
site. Each file outside ``docs/`` becomes a page below ``above/``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent.parent
ALWAYS = ("CONTRIBUTING.md", "CHANGELOG.md", "MODEL_CARD.md", "README.md")
LINK = re.compile(r"(?P<open>\]\()(?P<path>[^)\s#:]+)(?P<rest>(?:#[^)\s]*)?\))")
FENCE = re.compile(r"^(`{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
LANGUAGES = {".py": "python", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".conf": "nginx"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each file outside ``docs/`` that a page links to, and for those that such a page links to."""
    added: dict[str, str] = {}
    waiting = [(f"docs/{file.src_uri}", file.content_string) for file in files.documentation_pages()]
    waiting += [("mkdocs.yml", "".join(f"[]({name})" for name in ALWAYS))]
    while waiting:
        place, text = waiting.pop()
        for path in _linked_files(place, text):
            if path not in added:
                added[path] = _content(path)
                waiting.append((path, added[path]))
    for path, content in added.items():
        files.append(File.generated(config, _page_of(path), content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  the hook's signature
    """Point the links of a page to the pages of this site."""
    uri = page.file.src_uri
    place = uri.removeprefix("above/") if uri.startswith("above/") else f"docs/{uri}"

    def in_site(match: re.Match[str]) -> str:
        path = _target(place, match["path"])
        if path.startswith("docs/"):
            target = path.removeprefix("docs/")
            if (ROOT / path).is_dir():
                target += "/README.md"
        elif (ROOT / path).is_file():
            target = _page_of(path)
        else:
            return match[0]  # MkDocs warns of it
        return match["open"] + posixpath.relpath(target, posixpath.dirname(uri) or ".") + match["rest"]

    return _outside_fences(markdown, lambda text: LINK.sub(in_site, text))


def _linked_files(place: str, text: str) -> list[str]:
    """Return the existing files outside ``docs/`` that a file links to, relative to the repository."""
    paths = [_target(place, match["path"]) for match in LINK.finditer(FENCE.sub("", text))]
    return [path for path in paths if not path.startswith(("docs/", "..")) and (ROOT / path).is_file()]


def _target(place: str, link: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(place), link))


def _page_of(path: str) -> str:
    return f"above/{path}" if path.endswith(".md") else f"above/{path}.md"


def _content(path: str) -> str:
    text = (ROOT / path).read_text("utf-8")
    if path.endswith(".md"):
        return text
    language = LANGUAGES.get(Path(path).suffix, "text")
    return f"# `{path}`\n\n````{language}\n{text}\n````\n"


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    """Apply ``change`` to everything that is not in a fenced block."""
    parts, end = [], 0
    for fence in FENCE.finditer(text):
        parts += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(text[end:])])
