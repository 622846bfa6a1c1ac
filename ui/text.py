"""Labels, captions and queries come from strangers: shown as they are written, never as markup."""

from __future__ import annotations

import re

from devise_core.errors import shortened

_NAME = re.compile(r"(?!www\.)[^\W_]+(?:[_ .\-][^\W_]+)*")
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=\"'@/])")
_ADDRESS = re.compile(r"https?://[\w.~:/?#\[\]@!$&()*+,;=%\-]+")
_LINK = re.compile(r"(https?(?=://)|www(?=\.)|(?<=[\w.+\-])(?=@))", re.IGNORECASE)
"""Where a browser's Markdown sees an address in spite of escapes; a sign without width at that place hides it."""
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Controls, among them those that turn the direction of what follows."""
_COMMAND, _ESCAPE = re.compile(r"\\`(.+?)\\`"), re.compile(r"\\([\W_])|\u2060")


def plain(text: str, longest: int = 300) -> str:
    """``text`` for a place that reads Markdown, with every sign of its own escaped, and shortened."""
    shown = " ".join(shortened(text, longest).split())
    return _MARKUP.sub(r"\\\1", _LINK.sub("\\1\u2060", _UNSEEN.sub("", shown)))


def with_commands(text: str, longest: int = 600) -> str:
    """As ``plain``, but what stands between backticks as code: elsewhere two hyphens would be drawn as one dash."""
    return _COMMAND.sub(lambda found: "`" + _ESCAPE.sub(r"\1", found[1]) + "`", plain(text, longest))


def plain_name(name: str) -> str:
    """``name`` as the label of a choice, which also stands in the address: left as it is where no sign in it can be markup."""
    return name if _NAME.fullmatch(name) else plain(name)


def linked(text: str) -> str:
    """As ``plain``, but an address of the web is a link that shows where it leads."""
    return f"<{text}>" if _ADDRESS.fullmatch(text) else plain(text)
