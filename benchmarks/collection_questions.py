"""What to ask a running app about a collection: pages, their routes, and the API."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import urlencode

from ui.views import CARD

PARTS = 5
"""Into how many parts the questions about a collection are divided, so that more mutations can be tried."""
_MAP_READERS, _INDEX_READERS = ("explorer", "map", "map of Home"), ("image_search", "explorer")
READERS = {
    "projections.npz": _MAP_READERS,
    "embeddings.ann": _INDEX_READERS,
    "features.ann": _INDEX_READERS,
    "embeddings.scan": _INDEX_READERS,
    "looks.scan": _INDEX_READERS,
    "looks.axes.npy": _INDEX_READERS,
}
"""File → the only questions that read it, except for one that runs the model. The other files are read by most questions,
or only when images are added."""
Question = TypeVar("Question")


def part_of(questions: dict[str, Question], part: int | None, file: str = "") -> dict[str, Question]:
    """Return the first question, every ``PARTS``-th of the others, and those that read ``file``. Return all if ``part`` is None."""
    names = list(questions)
    readers = READERS.get(file.rpartition("/")[2], ())
    chosen = names if part is None else [names[0], *names[1 + part % PARTS :: PARTS], *readers]
    return {name: questions[name] for name in names if name in chosen}


def pages_of(name: str, item: str) -> dict[str, dict[str, str]]:
    """Return the pages to open, each with the parameters of its address. What follows a space tells entries for one page apart."""
    pages = {
        "text_search": {"q": "dog"},
        "text_search open": {"q": "dog", "open": item},  # runs the model, which takes most of the time
        "": {"q": "dog"},
        "text_search like": {"q": f"like:{item} + cat"},
        "image_search": {"item": item},
        "explorer": {"q": "dog", "item": item},
        "labels": {"item": item},
    }
    return {page: {"collection": name, **parameters} for page, parameters in pages.items()}


def paths_of(name: str, item: str) -> dict[str, str]:
    """Return the addresses to request."""
    asked = urlencode({"collection": name, "q": "a dog on the grass", "captions": "true", "limit": 5})
    return {
        "search": f"api/v1/search?{asked}",
        "ready": "ready",
        "suggestions": f"suggest?q=do&c={name}",
        "labels": f"suggest?q=&c={name}",
        "map": f"map-data/{name}",
        "map of Home": f"map-preview/{name}",
        "picture": f"pictures/{name}/images/{item}.webp",
        "card": f"{CARD}?collection={name}&q=dog&page=text_search",
        "collections": "api/v1/collections",
        "collection": f"api/v1/collections/{name}",
        "item": f"api/v1/collections/{name}/items/{item}",
        "thumbnail": f"api/v1/collections/{name}/thumbnails/{item}",
        "filtered": f"api/v1/search?{asked}&category=animals&not_label=cat",
    }
