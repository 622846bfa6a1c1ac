"""The title and description of each view: for the tab of the browser, the preview of a link and the card in that preview."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ui.page_list import PAGES

NAME = "Semblance"
CARD = "share-card.png"
"""The URL of a view's card, the image in the preview of a link. It is relative to the URL of the pages."""
MAX_CHARACTERS = 80
SHARED = ("q", "item", "collection", "mode", "a", "b", "protocol")
"""The URL parameters that decide what a view shows. Other parameters, such as the page of results, are left out of previews."""
_LOOKALIKES = str.maketrans("013457@$!", "oieastasi")
_SPACED = re.compile(r"(?<=\b\w)[\s.*_-]+(?=\w\b)")
"""The separators between single letters, as in "h e l l o"."""
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]")


@dataclass(frozen=True)
class LinkedView:
    """A page with the parameters of its address.

    Attributes:
        page: The URL path of the page, such as "labels". Empty for Home.
        query: The query of the search, on one line. Empty if there is none, or if it must not be repeated in a title or a preview.
        parameters: The parameters in ``SHARED`` that the address has, with their values.
    """

    page: str
    query: str
    parameters: Mapping[str, str]

    @property
    def title(self) -> str:
        """The title of the tab and of a preview, such as "bird · Text search · Semblance"."""
        page = PAGES[self.page].tab_title if self.page or not self.query else ""
        return " · ".join(part for part in (self.query, page, NAME) if part)

    @property
    def description(self) -> str:
        """A sentence on what the view shows."""
        return f"Pictures that match “{self.query}”, found by meaning." if self.query else PAGES[self.page].description


def read_view(page: str, parameters: Mapping[str, str]) -> LinkedView:
    """Return the view at an address. If the page does not exist, the view is that of Home.

    Raises:
        SettingsError: The file of ``SEMBLANCE_WORD_LIST`` cannot be read.
    """
    from devise_core.text.sensitive_words import is_sensitive  # imports NumPy, which the server needs only later
    from devise_core.text.word_filter import configured_word_filter

    kept = {name: parameters[name][:2000] for name in SHARED if parameters.get(name)}
    query = one_line(kept.get("q", ""))
    if query and (not configured_word_filter().allows(_with_plain_spelling(query)) or is_sensitive(query, sex_and_age=False)):
        query = ""  # a visitor may search for this, but titles and previews do not repeat it
        del kept["q"]
    return LinkedView(page if page in PAGES else "", query, kept)


def _with_plain_spelling(text: str) -> str:
    """Return ``text`` twice, the second time with letters for signs that look like letters, and no gaps between single letters."""
    letters = _SPACED.sub("", text.translate(_LOOKALIKES))
    return f"{text} {letters}"


def one_line(text: str) -> str:
    """Return ``text`` on one short line, without invisible characters and characters that change the direction of text."""
    line = " ".join(_INVISIBLE.sub(" ", unicodedata.normalize("NFC", text[:1000])).split())
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 1].rstrip() + "…"
