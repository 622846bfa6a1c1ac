"""Labels, captions and queries come from strangers: shown as they are written, never as markup."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=\"'@/])")


def plain(text: str, longest: int = 300) -> str:
    """``text`` for a place that reads Markdown, with every sign of its own escaped, and shortened."""
    shown = text if len(text) <= longest else text[:longest - 1] + "…"
    return _MARKUP.sub(r"\\\1", " ".join(shown.split()))
