"""Serve the card of a view (``card.py``). Cards are cached, and the number of cards drawn per minute is limited."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from devise_core.serving import event_log
from devise_core.serving.rate_limit import RateLimit
from ui.page_list import PAGES
from ui.views import CARD, LinkedView, one_line, read_view

if TYPE_CHECKING:  # the server imports this module as it starts, and must listen before NumPy is imported
    from devise_core.engine import Engine

MAX_CARDS = 64
"""How many cards are cached, at about 300 kB each."""
MAX_WAIT = 5.0
"""How many seconds a request waits while other cards are drawn."""
_HEADERS = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


class CardCache:
    """The latest cards. Cards are drawn one at a time, and at most ``limit`` cards in a minute."""

    def __init__(self, limit: int, max_cards: int = MAX_CARDS) -> None:
        self._rate, self._max_cards, self._lock, self._cards = (
            RateLimit(limit),
            max_cards,
            threading.Lock(),
            OrderedDict[object, bytes](),
        )

    def get(self, key: object, draw: Callable[[], bytes]) -> bytes | None:
        """Return the cached card ``key``, or draw it with ``draw``. None if too many cards are being drawn."""
        if not self._lock.acquire(timeout=MAX_WAIT):
            return None
        try:
            if key in self._cards:
                self._cards.move_to_end(key)
                return self._cards[key]
            if self._rate.seconds_to_wait(time.monotonic()):
                return None
            card = self._cards[key] = draw()
            while len(self._cards) > self._max_cards:
                self._cards.popitem(last=False)
            return card
        finally:
            self._lock.release()


def card_of(engine: Engine, view: LinkedView) -> bytes:
    """Draw the card of a view over the collection of ``engine``. Raises ``DeviseError`` if the pictures cannot be read."""
    from devise_core.vision.image_reader import read_image
    from ui.sharing.card import draw_card

    titles, subtitle, rows = _content(engine, view)
    pictures = [read_image(engine.collection.picture(row)) for row in rows]
    return draw_card([*titles, PAGES[view.page].tab_title], subtitle, pictures, engine.collection.has_cut_outs)


def empty_card(view: LinkedView) -> bytes:
    """Draw the card of a link to a collection that this server does not offer. The card shows no pictures."""
    from ui.sharing.card import draw_card

    return draw_card([PAGES[view.page].tab_title], "The pictures of this link are private, or are no longer here.", [], whole=False)


def _content(engine: Engine, view: LinkedView) -> tuple[list[str], str, list[int]]:
    """Return the titles of a card to choose from, its subtitle, and the rows of its pictures."""
    from devise_core.errors import QueryError, UnknownWordError
    from ui.hit.beside_people import more_like
    from ui.query.examples import examples
    from ui.sharing.card import PICTURES

    item = view.parameters.get("item", "")
    if item and item not in engine.collection:
        return ["There is no such picture"], "It may have been removed, or it may be in another collection.", []
    if item:
        row = engine.collection.row(item)
        similar = [hit.row for hit in more_like(engine, item, PICTURES - 1)]
        name = one_line(engine.collection.items[row].name)
        return [name, "One picture"], f"{PAGES[view.page].tab_title}: the picture and those most similar to it", [row, *similar]
    if view.query:
        try:
            matches = engine.matches(engine.query(view.parameters["q"]))
        except (QueryError, UnknownWordError):
            return ["A search for pictures"], PAGES[view.page].description, []
        strong = matches.strong() if matches.sure else matches.ranking[:0]
        if matches.withheld or not strong:
            return ["A search for pictures"], "The app is not sure that any picture matches.", []  # the query is not repeated
        count = f"{len(strong)} of {len(engine.collection)} pictures match{'es' * (len(strong) == 1)} well"
        return [f"“{view.query}”", "A search for pictures"], count, strong.rows[:PICTURES].tolist()
    hits = engine.search_text(examples(engine)[0], k=PICTURES)
    return [], PAGES[view.page].description, [hit.row for hit in hits]


_CACHE: list[CardCache] = []


def _cache() -> CardCache:
    from devise_core.settings import settings

    if not _CACHE:
        _CACHE.append(CardCache(settings().cards_per_minute))
    return _CACHE[0]


def _card(request: Request) -> Response:
    from devise_core.engine import default_collection
    from devise_core.errors import DeviseError
    from devise_core.serving.open_engines import collection_engine, default_engine, is_offered

    try:
        view = read_view(request.query_params.get("page", ""), request.query_params)
        name = view.parameters.get("collection", default_collection())
        known = is_offered(name)  # uploads are never offered, because nobody else may see them
        engine = collection_engine(name) if known else default_engine()
        leads_here = known or not view.parameters.get("collection")
        collection, parameters = engine.collection, sorted(view.parameters.items())
        key = (engine.model_id, collection.name, collection.version, view.page, leads_here, *parameters)
        with event_log.timed("card"):
            card = _cache().get(key, lambda: card_of(engine, view) if leads_here else empty_card(view))
    except DeviseError as error:
        event_log.record_refusal(error)
        return PlainTextResponse("This card cannot be drawn.", 503)
    if card is None:
        event_log.record("refusal", guard="card rate")
        return PlainTextResponse("Too many cards were requested. Try again in a minute.", 429, {"Retry-After": "60"})
    return Response(card, media_type="image/png", headers=_HEADERS)


ROUTE = Route(f"/{CARD}", _card)
