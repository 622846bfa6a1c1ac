"""Show the path between two words as a strip. Each step has a word, and a picture of the word if there is a good one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.text.interpolation import PathStep
from ui.component import component
from ui.server.image_routes import picture_url
from ui.text import similarity_help

_PATH = component("word_path")


@dataclass(frozen=True)
class Clicked:
    """The picture or the word that was just clicked. Each is None if it was not clicked."""

    picture: Hit | None
    word: str | None


def word_path(engine: Engine, steps: Sequence[tuple[PathStep, Hit | None]]) -> Clicked:
    """Show ``steps`` in order, and return what was just clicked."""
    data = [
        {"word": point.word.word, "wordCosine": round(point.word.cosine, 3), "picture": hit and _picture(engine, hit)}
        for point, hit in steps
    ]
    help_text = similarity_help("the word is to this step")
    clicked = _PATH(key="word-path", data=[data, help_text], on_open_change=_nothing, on_word_change=_nothing)
    words = {point.word.word for point, _ in steps}
    picture = next((hit for _, hit in steps if hit and hit.id == clicked.open), None)
    return Clicked(picture, clicked.word if clicked.word in words else None)


def _picture(engine: Engine, hit: Hit) -> dict[str, Any]:
    return {"id": hit.id, "name": hit.name, "src": picture_url(engine, hit.row)}


def _nothing() -> None:
    """Do nothing. A component needs a callback for each trigger; what was clicked is read after the strip is drawn."""
