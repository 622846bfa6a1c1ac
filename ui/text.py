"""Show labels, captions and queries exactly as they are written. Strangers write them, so they are never used as markup."""

from __future__ import annotations

import re
from datetime import datetime

from devise_core.errors import shortened


def similarity_help(compared: str) -> str:
    """Return the help text of a similarity in meaning. ``compared`` completes the text, as in "a picture is to your query"."""
    return f"How close in meaning {compared}. 1 is closest, and 0 means unrelated."


SIMILARITY_HELP = (
    f"{similarity_help('a picture is to your query')} The order also depends on what the app recognises in a picture, so a "
    "picture with a lower similarity can come first."
)
ORDER_HELP = "The order depends on how close in meaning a picture is to your query, and on what the app recognises in it."
WORD_HELP = similarity_help("a word is to your query")
PICTURES_HELP = similarity_help("two pictures are")
APPEARANCE_HELP = "How alike two pictures look in shapes, colours and textures. 1 is most alike."

NO_WORD_LIST = "This model has no list of words to choose from, so it cannot name pictures or find similar words."
"""The text that a page shows in place of words if the model has no vocabulary."""

_NAME = re.compile(r"(?:milvus:)?(?!www\.)[^\W_]+(?:[_ .\-][^\W_]+)*")
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=\"'@/])")
_ADDRESS = re.compile(r"https?://[\w.~:/?#\[\]@!$&()*+,;=%\-]+")
_LINK = re.compile(r"(https?(?=://)|www(?=\.)|(?<=[\w.+\-])(?=@))", re.IGNORECASE)
"""The places where Markdown in the browser makes a link in spite of escapes. A zero-width character there prevents the link."""
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, including those that reverse the direction of the text after them."""
_COMMAND, _ESCAPE = re.compile(r"\\`(.+?)\\`"), re.compile(r"\\([\W_])|\u2060")


def plain(text: str, max_length: int = 300) -> str:
    """Return ``text`` shortened and escaped, so that Markdown shows the text as it is written."""
    line = shortened(_INVISIBLE.sub("", " ".join(text.split())), max_length)
    return _MARKUP.sub(r"\\\1", _LINK.sub("\\1\u2060", line))


def with_commands(text: str, max_length: int = 600) -> str:
    """Escape ``text`` as ``plain`` does, but show text between backticks as code, so that two hyphens do not become a dash."""
    return _COMMAND.sub(lambda match: "`" + _ESCAPE.sub(r"\1", match[1]) + "`", plain(text, max_length))


def match_count(strong: int, count: int, possible: int = 0) -> str:
    """Return a sentence in Markdown that says how many of ``count`` pictures match well, and how many more may match."""
    more = f"  ·  {possible} more may match" if possible else ""
    return f"**{strong}** of {count} pictures match{'es' * (strong == 1)} well{more}"


def plain_name(name: str) -> str:
    """Return ``name`` as the label of an option, escaped only if a character of the name could be markup.

    The label is also written to the address of the page.
    """
    return name if _NAME.fullmatch(name) else plain(name)


def date_text(taken: str, month: str = "%B") -> str:
    """Return the date of a photo (``Item.taken``) as people write it, such as "May 2019" or "3 May 2019, 14:22".

    Args:
        taken: The date, which may lack its end. Another text is returned as it is.
        month: How ``strftime`` writes the month.
    """
    day, _, time = taken.partition("T")
    try:
        date = datetime.fromisoformat(f"{day}-01-01"[: len("2019-05-03")] + taken[len(day) :])
    except ValueError:
        return taken
    forms = {len("2019"): "{:%Y}", len("2019-05"): f"{{:{month} %Y}}"}
    return forms.get(len(day), f"{{0.day}} {{0:{month} %Y}}").format(date) + (f", {date:%H:%M}" if time else "")


def short_date(taken: str) -> str:
    """Return the day of a photo (``Item.taken``) in short, such as "3 May 2019" or "17 Dec 2024", or "no date"."""
    return date_text(taken.partition("T")[0], "%b") or "no date"


def linked(text: str) -> str:
    """Escape ``text`` as ``plain`` does, but turn a web address into a link that shows the address."""
    return f"<{text}>" if _ADDRESS.fullmatch(text) else plain(text)
