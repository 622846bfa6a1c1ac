"""What the app finds in uploaded pictures by itself: albums, near-duplicates and words to search for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st

from devise_core.collections.albums import Album, albums
from devise_core.collections.base import Collection
from devise_core.collections.in_memory import UploadedItem
from devise_core.engine import Engine
from devise_core.errors import DeviseError
from devise_core.hits import Hits
from devise_core.report.example_queries import COUNT as EXAMPLES
from devise_core.search.near_duplicates import LISTED_COSINE
from devise_core.search.shown_words import SHOWN, Shown
from ui.hit.gallery import gallery
from ui.query.examples import examples
from ui.text import APPEARANCE_HELP, plain, similarity_help

IN_ROW = 6
ALBUM_HELP = similarity_help("a picture is to its album as a whole")


@dataclass(frozen=True)
class Overview:
    """What was found in a collection.

    Attributes:
        albums: The albums, the largest first.
        duplicates: The groups of near-duplicates.
        words: Words that pictures of the collection show, to offer as searches.
        blank: The rows of the pictures that show hardly anything. They are in no album.
    """

    albums: Sequence[Album]
    duplicates: Sequence[Hits]
    words: Sequence[str]
    blank: Sequence[int] = ()


def find(engine: Engine) -> Overview:
    """Return what is found in the pictures of the engine's collection. The overview is computed once for each collection."""
    cache = _overviews()
    collection = engine.collection
    if collection not in cache:
        is_blank = collection.blank_images
        rows = list(range(len(collection))) if is_blank is None else np.flatnonzero(~is_blank).tolist()
        shown = engine.shown_words(rows)
        guard = engine.parts.people_guard
        unsure = guard.unsure_of_people(collection.features[rows]) if guard else None
        parts = albums(collection.embeddings[rows], shown, unsure)
        named = [Album(each.name, tuple(rows[place] for place in each.rows)) for each in parts]
        blank = [] if is_blank is None else np.flatnonzero(is_blank).tolist()
        cache[collection] = Overview(named, engine.near_duplicates(), _words(engine, shown), blank)
    return cache[collection]


def show_albums(engine: Engine, overview: Overview) -> None:
    """Show each album with its name and its most typical pictures."""
    st.caption("Each album has pictures of similar things. The app guesses the album’s name.")
    for number, album in enumerate(overview.albums):
        heading = plain(album.name) if album.name else "Other pictures" if len(overview.albums) > 1 else "All pictures"
        st.header(f"{heading} ({len(album.rows)})", anchor=False)
        _row(engine, album.rows, f"album-{number}")
    if overview.blank:
        st.header(f"Hardly anything to see ({len(overview.blank)})", anchor=False)
        st.caption("These pictures have a single colour or nothing but noise. They are in no album, and match no search well.")
        _row(engine, overview.blank, "album-blank")


def show_duplicates(engine: Engine, overview: Overview) -> None:
    """Show each group of pictures that are nearly the same."""
    if not overview.duplicates:
        st.caption("No near-duplicates were found among your pictures.")
        return
    st.caption(f"Pictures that look nearly the same: their similarity in appearance is at least {LISTED_COSINE}.")
    for number, hits in enumerate(overview.duplicates):
        st.header(f"{plain(hits[0].name)} ({len(hits)})", anchor=False)
        gallery(engine, hits, f"duplicates-{number}", help_text=APPEARANCE_HELP)


def _row(engine: Engine, rows: Sequence[int], key: str) -> None:
    hits = engine.typical_first(rows)
    gallery(engine, hits[:IN_ROW], key, help_text=ALBUM_HELP)
    if rest := hits[IN_ROW:]:
        with st.expander(f"{len(rest)} more"):
            gallery(engine, rest, f"{key}-more", help_text=ALBUM_HELP)


def _words(engine: Engine, shown: Sequence[Shown]) -> list[str]:
    """Return up to ``EXAMPLES`` words to search for, each with at least one match.

    Titles of pictures are tried first. The result begins with words that the app is sure of, each with a different best picture.
    Words that the app is not sure of follow, and at the end words whose best picture an earlier word has. Words for people are left
    out, because the app is never sure of them.
    """
    titles = Counter(item.title for item in engine.collection.items if isinstance(item, UploadedItem) and item.title)
    totals = Counter[str]()
    for words in shown:
        totals.update({word: share for word, share in words.items() if share >= SHOWN})
    candidates = [word for word, _ in (*titles.most_common(), *totals.most_common())]
    best: dict[int, str] = {}
    repeated: list[str] = []
    unsure: list[str] = []
    for word in list(dict.fromkeys([*candidates[: 4 * EXAMPLES], *examples(engine)])):
        try:
            matches = engine.matches(engine.query(word))
        except DeviseError:
            continue  # a word that cannot be read as a query is not offered
        if matches.absent or matches.about_people or not len(matches.strong()):
            continue  # the app is not sure of any word for people
        if not matches.sure:
            unsure.append(word)
            continue
        row = int(matches.ranking.rows[0])
        if row in best:
            repeated.append(word)
        else:
            best[row] = word
        if len(best) == EXAMPLES:
            break
    return [*best.values(), *unsure, *repeated][:EXAMPLES]


@st.cache_resource(show_spinner=False)
def _overviews() -> WeakKeyDictionary[Collection, Overview]:
    """Return the cache, collection → overview. An overview is dropped with its collection, so nothing of uploads remains."""
    return WeakKeyDictionary()
