"""Why it matched: what may be asked of a picture, and what the network says of its regions, kept with the collection."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from weakref import WeakKeyDictionary

import streamlit as st

from devise_core.collections.base import Collection
from devise_core.datatypes import WordHit
from devise_core.engine import Engine
from devise_core.errors import DeviseError
from devise_core.vectors import Floats
from devise_core.vision.occlusion import LONG, SHORT, Regions
from ui import url_state
from ui.errors import shown
from ui.hit.heat_map import heat_map, in_words
from ui.server.model_queue import network
from ui.session_query import read_query
from ui.text import plain

PICTURES_KEPT = 512
"""Of each collection, at 12 KB a picture."""
NOUNS = 3


class Why:
    """The picture, and why it matched: at once where the network was asked about it before, else plain first."""

    def __init__(self, engine: Engine, row: int, nouns: Sequence[WordHit]) -> None:
        self.engine, self.row, self.found = engine, row, kept(engine, row)
        self.id = engine.collection.items[row].id
        self.picture = st.container() if self.found else st.empty()
        asked = questions(engine, nouns)
        self.text = st.pills(
            "Why it matched",
            list(asked),
            default=next(iter(asked)),
            required=True,
            key=f"why-{self.id}",
            format_func=lambda text: plain(text, 40),
            help="Each region of the picture is blurred in turn: where the cosine falls most, it matters most.",
        )
        self.vector = asked[self.text]
        with st.container(key="why-words"):
            self.words = st.empty()
        with self.picture, shown("why"):
            if self.found:
                self._answer(self.found)
            else:
                heat_map(engine, row, None, f"heat-plain-{self.id}")

    def answer_late(self) -> None:
        """Ask the network, where that is still to be done; it takes a while."""
        if self.found is None:
            with self.words, st.container(), shown("why"):
                with st.spinner("Blurring one region after another…"):
                    found = regions(self.engine, self.row)
                self._answer(found)

    def _answer(self, found: Regions) -> None:
        heat = found.heat(self.vector, self.text)
        with self.picture:
            heat_map(self.engine, self.row, heat, f"heat-{self.id}")
        with self.words:
            st.caption(in_words(heat))


def questions(engine: Engine, nouns: Sequence[WordHit]) -> dict[str, Floats]:
    """Text → unit vector ``(d,)``: the query in the address, where there is one, then the picture's nearest nouns."""
    found: dict[str, Floats] = {}
    query = url_state.text(url_state.QUERY)
    if query.strip():
        with suppress(DeviseError):  # the page has said what is wrong with it, or it is another page's
            found[" ".join(query.split())] = read_query(engine, query).vector
    for noun in nouns[:NOUNS]:
        found.setdefault(noun.word, engine.text.embed(noun.word))
    return found


def kept(engine: Engine, row: int) -> Regions | None:
    """What the network said of the picture before; None where it was not asked."""
    return _kept(engine.collection).get(row)


def regions(engine: Engine, row: int) -> Regions:
    """One run of the network for every question about a picture. Raises ``BusyError``, ``ArtifactError`` and ``ImageError``."""
    found = kept(engine, row)
    if found is None:
        with network(engine, pictures=SHORT * LONG + 1):
            found = engine.regions(engine.collection.picture(row))
        here = _kept(engine.collection)
        while len(here) >= PICTURES_KEPT:
            here.pop(next(iter(here)), None)
        here[row] = found
    return found


def _kept(collection: Collection) -> dict[int, Regions]:
    return _by_collection().setdefault(collection, {})


@st.cache_resource(show_spinner=False)
def _by_collection() -> WeakKeyDictionary[Collection, dict[int, Regions]]:
    """It goes as its collection does: a visitor's own photos with the visit."""
    return WeakKeyDictionary()
