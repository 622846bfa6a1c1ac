"""Explain why a picture matched: which of its regions matter for a query. The vectors of the regions are cached."""

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
from ui.blocked_words import is_blocked
from ui.errors import show_errors
from ui.hit.heat_map import describe_heat, heat_map
from ui.server.model_queue import model_slot
from ui.session_query import read_query
from ui.text import plain

PICTURES_CACHED = 512
"""How many pictures of each collection are cached, at 12 KB per picture."""
NOUNS = 3


class Explanation:
    """A picture with the regions that matter. If they are not cached, it is the plain picture until ``compute`` is called."""

    def __init__(self, engine: Engine, row: int, nouns: Sequence[WordHit]) -> None:
        self.engine, self.row, self.regions = engine, row, cached_regions(engine, row)
        self.id = engine.collection.items[row].id
        self.picture = st.container() if self.regions else st.empty()
        self.vectors, self.weak_text = questions(engine, nouns), weak_query(engine, row)
        self.text = self._choose_text()
        with st.container(key="why-words"):
            self.sentence = st.empty()
        with self.picture, show_errors("why"):
            if self.regions and self.text:
                self._show(self.regions)
            else:
                heat_map(engine, row, None, f"heat-plain-{self.id}")

    def compute(self) -> None:
        """Run the model if the regions are not cached. This takes a while, so call this method after the rest is drawn."""
        if self.regions is None and self.text:
            with self.sentence, st.container(), show_errors("why"):
                with st.spinner("Looking for the regions that matter…"):
                    regions = compute_regions(self.engine, self.row)
                self._show(regions)

    def _choose_text(self) -> str:
        """Let the visitor choose the text to explain, and return it. Return "" if there is neither a query nor a word."""
        if not self.vectors:
            st.caption("Search for something to see which regions of this picture match.")
            return ""
        return st.pills(
            "What makes it match",
            list(self.vectors),
            default=next(iter(self.vectors)),
            required=True,
            key=f"why-{self.id}",
            wrap=True,
            format_func=lambda text: plain(text, 40),
            help="The app blurs one region of the picture at a time. A region matters if the similarity drops without it.",
        )

    def _show(self, regions: Regions) -> None:
        heat = regions.heat(self.vectors[self.text], self.text)
        with self.picture:
            heat_map(self.engine, self.row, heat, f"heat-{self.id}")
        weak = f" The app does not count this picture as a good match for **{plain(self.text, 60)}**."
        with self.sentence:
            st.caption(describe_heat(heat) + weak * (self.text == self.weak_text))


def questions(engine: Engine, nouns: Sequence[WordHit]) -> dict[str, Floats]:
    """Return what a visitor can ask about a picture.

    Returns:
        The unit vector ``(d,)`` of each text. The query in the URL comes first, if there is one, then the names of the picture.
    """
    vectors: dict[str, Floats] = {}
    query = url_state.read_text(url_state.QUERY)
    if query.strip():
        with suppress(DeviseError):  # the page has shown the error, or the query belongs to another page
            asked = read_query(engine, query)
            if not is_blocked(engine, asked):
                vectors[" ".join(query.split())] = asked.vector
    for noun in nouns[:NOUNS]:
        vectors.setdefault(noun.word, engine.text.embed(noun.word))
    return vectors


def weak_query(engine: Engine, row: int) -> str:
    """Return the query in the URL, spelled as in ``questions``, if the picture does not match the query well, or else ""."""
    query = url_state.read_text(url_state.QUERY)
    with suppress(DeviseError):
        if query.strip() and row not in engine.matches(read_query(engine, query)).strong().rows:
            return " ".join(query.split())
    return ""


def cached_regions(engine: Engine, row: int) -> Regions | None:
    """Return the regions of a picture, or None if the model has not encoded them yet."""
    return _cache_of(engine.collection).get(row)


def compute_regions(engine: Engine, row: int) -> Regions:
    """Run the model once for all questions about a picture. May raise ``BusyError``, ``ArtifactError`` or ``ImageError``."""
    regions = cached_regions(engine, row)
    if regions is None:
        with model_slot(engine, pictures=SHORT * LONG + 1):
            regions = engine.regions(engine.collection.picture(row))
        cache = _cache_of(engine.collection)
        while len(cache) >= PICTURES_CACHED:
            cache.pop(next(iter(cache)), None)
        cache[row] = regions
    return regions


def _cache_of(collection: Collection) -> dict[int, Regions]:
    return _caches().setdefault(collection, {})


@st.cache_resource(show_spinner=False)
def _caches() -> WeakKeyDictionary[Collection, dict[int, Regions]]:
    """Return the caches, one per collection. A cache is deleted with its collection, so nothing is kept of uploaded pictures."""
    return WeakKeyDictionary()
