"""The way between two words as a strip: each step a word, and the picture nearest to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devise_core.datatypes import Hit
from devise_core.engine import Engine
from devise_core.text.interpolation import PathStep
from ui.component import component
from ui.server.image_routes import address

_STRIP = component("way")


@dataclass(frozen=True)
class Pressed:
    """The picture or the word that was just pressed."""

    picture: Hit | None
    word: str | None


def strip(engine: Engine, steps: Sequence[tuple[PathStep, Hit]]) -> Pressed:
    """Show ``steps`` in order."""
    shown = [
        {
            "word": point.word.word,
            "wordCosine": round(point.word.cosine, 3),
            "id": hit.id,
            "name": hit.name,
            "cosine": round(hit.cosine, 3),
            "src": address(engine, hit.row),
        }
        for point, hit in steps
    ]
    pressed = _STRIP(key="way", data=[shown], on_open_change=_nothing, on_word_change=_nothing)
    words = {point.word.word for point, _ in steps}
    return Pressed(next((hit for _, hit in steps if hit.id == pressed.open), None), pressed.word if pressed.word in words else None)


def _nothing() -> None:
    """A trigger exists by having a callback; what was pressed is read after the strip."""
