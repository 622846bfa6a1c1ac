"""The text files of the project, its documents, and the fenced blocks in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name != "CHANGELOG.md"
)
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
_PROGRAM = re.compile(r"(?:semblance|python -m devise_core)\b")


def read(name: str) -> str:
    """Return the text of a file of the repository."""
    return (ROOT / name).read_text("utf-8")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        language: What the fence names.
        text: What it holds, without the indentation of the fence.
        line: The line of the document where its text begins.
    """

    language: str
    text: str
    line: int

    @property
    def commands(self) -> list[str]:
        """The commands of a block of shell, with continued lines joined."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]

    @property
    def program_arguments(self) -> list[list[str]]:
        """The arguments of each call of ``semblance``, without comments and variables before it."""
        calls = (re.search(rf"^(?:\w+=\S+ )*{_PROGRAM.pattern}(?P<rest>.*)", line) for line in self.commands)
        return [shlex.split(re.split(r" [|>] ", call["rest"])[0], comments=True) for call in calls if call]


def blocks(document: str, *languages: str) -> Iterator[Block]:
    """Yield the blocks of a document in these languages, in order."""
    text = read(document)
    for fence in _FENCE.finditer(text):
        if fence["language"] in languages:
            content = re.sub(rf"^{fence['indent']}", "", fence["text"], flags=re.MULTILINE)
            yield Block(fence["language"], content, text.count("\n", 0, fence.start("text")) + 1)
