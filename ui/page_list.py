"""The list of the app's pages. The navigation, the titles of tabs, previews of links and tests read this list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ListedPage:
    """A page of the app.

    Attributes:
        script: The name of the file in ``pages/``, without ``.py``. Except for the first page, it is also the URL path.
        name: The name of the page in the navigation.
        icon: A Material symbol, such as "home".
        description: A sentence on what a visitor can do there, for previews of links.
        title: The title of the browser tab, if it differs from the name.
    """

    script: str
    name: str
    icon: str
    description: str
    title: str = ""

    @property
    def tab_title(self) -> str:
        """The title of the browser tab."""
        return self.title or self.name


_LISTED = (
    ListedPage(
        "home",
        "Home",
        "home",
        "Type what you want to see, and the app finds it in the pictures themselves.",
        title="Search pictures by meaning",
    ),
    ListedPage("text_search", "Text search", "search", "Describe a picture in words, and see the pictures that match."),
    ListedPage(
        "image_search",
        "Image search",
        "image_search",
        "Find pictures that are similar to a picture, in meaning or in appearance.",
    ),
    ListedPage("labels", "Labels", "sell", "See which words describe a picture best."),
    ListedPage(
        "photos",
        "Your pictures",
        "add_photo_alternate",
        "Search the pictures that you upload, for as long as your session lasts.",
    ),
    ListedPage("explorer", "Map explorer", "scatter_plot", "A map of all pictures, on which similar pictures are close together."),
    ListedPage("words", "Words", "abc", "See which words are similar in meaning, and add and subtract them."),
    ListedPage("results", "Results", "bar_chart", "How well the search works, compared with other methods."),
)

PAGES = {"" if listed is _LISTED[0] else listed.script: listed for listed in _LISTED}
"""URL path of a page → the page, in the order of the navigation. The path of the first page is empty."""
