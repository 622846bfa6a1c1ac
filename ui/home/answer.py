"""The answer of Home to a text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from devise_core.datatypes import Hit, Reading
from devise_core.engine import Engine
from devise_core.errors import ArtifactError, QueryError, UnknownWordError, shortened
from devise_core.search.ranking import Ranking
from devise_core.search.shown_words import PERSON_WORD
from devise_core.serving import event_log
from devise_core.text.query import Query
from devise_core.text.sensitive_words import is_atrocity
from devise_core.text.tokens import with_words
from devise_core.text.unmodelled import quoted
from devise_core.verbs.matches import Matches
from ui.blocked_words import NOT_RECOGNISED, is_blocked, withheld_sentence
from ui.hit.tiles import Marks, tile_data
from ui.home.map_preview import places_of, query_place
from ui.query.caption_row import described
from ui.query.evidence import absence_sentence, match_marks, spellings, unknown_sentence
from ui.query.examples import ways_on
from ui.query.reading import literal_query, merged_terms, other_meaning_offer, other_meaning_sentence, unmodelled_sentence

COUNT = 18
"""How many pictures are shown. They fill rows of three, six or nine pictures."""
MAX_TRIES = 4


def example_answer(engine: Engine, example: str) -> dict[str, Any]:
    """Return what is shown before anything is typed: the answer to ``example``, an example query of the collection."""
    return answer(engine, engine.query(example)) | {"query": "", "status": f"Example: results for “{example}”"}


def answer(engine: Engine, query: Query) -> dict[str, Any]:
    """Return the best pictures for a query, and sentences about them.

    Returns:
        A dict that can be written as JSON:

        - ``query``: the text that was searched for,
        - ``status``: a sentence that says how many pictures match well, or why none does,
        - ``notes``: further sentences, on how the query was read,
        - ``tries``: pairs of a label and a query to try instead,
        - ``tiles``: what ``tile_data`` returns, weak matches last, with the ``place`` of each picture on the map,
        - ``captioned``: further tiles, of pictures whose caption or label has the words of the query,
        - ``captioned_first``: whether ``captioned`` comes before ``tiles``, because the app is not sure of ``tiles``,
        - ``place``: the place ``[x, y]`` of the query on the map, or that of the first picture if the app is not sure. It is None
          if there is no map or no picture, or if no picture may be shown for the query.

        ``answer_while_typing`` (``while_typing.py``) adds ``incomplete`` if there is nothing to search for yet.
    """
    if is_blocked(engine, query):
        return _withheld(engine, query, NOT_RECOGNISED)
    matches = engine.matches(query)
    if matches.withheld:
        return _withheld(engine, query)
    if matches.unknown:
        tries = _spellings(query.text, spellings(engine, matches))
        return without_tiles(query.text, unknown_sentence(matches.rare_words), tries, _captioned(engine, query, ()))
    captioned = [] if matches.sure else _captioned(engine, query, ())
    described = {tile["id"] for tile in captioned}
    hits = [hit for hit in engine.hits(_listed(matches)) if hit.id not in described]
    return {
        "query": query.text,
        "status": _status(engine, query, matches, len(hits), bool(captioned)),
        "notes": _notes(query),
        "tries": _tries(query, matches) or ([] if hits or captioned else _examples(engine, query)),
        "tiles": _tiles(engine, hits, matches),
        "captioned": _captioned(engine, query, {hit.id for hit in hits}) if matches.sure else captioned,
        "captioned_first": not matches.sure,
        "place": query_place(engine, query.vector) if matches.sure else _closest_place(engine, captioned, hits),
    }


def answer_to_text(engine: Engine, text: str) -> dict[str, Any]:
    """Answer a text as ``answer`` does, or as ``failed_answer`` does if the text cannot be searched for."""
    try:
        return answer(engine, engine.query(text))
    except (QueryError, UnknownWordError) as error:
        return failed_answer(engine, text, error)


def failed_answer(engine: Engine, text: str, error: QueryError | UnknownWordError) -> dict[str, Any]:
    """Return the answer to a text that cannot be searched for: the reason, and known spellings to try."""
    unknown = isinstance(error, UnknownWordError)
    tries = _spellings(text, error.suggestions) if isinstance(error, UnknownWordError) else []
    return without_tiles(text, shortened(str(error), 300), tries, _captioned(engine, text, ()) if unknown else [])


def _withheld(engine: Engine, query: Query, reason: str = "") -> dict[str, Any]:
    """Return pictures whose captions have the words of a query, or examples to try. A query about an atrocity gets no examples."""
    captioned = _captioned(engine, query, ())
    no_examples = bool(captioned) or is_atrocity(query.respelled_text)
    tries = [] if no_examples else _examples(engine, query)
    return without_tiles(query.text, reason or withheld_sentence(query, bool(captioned)), tries, captioned)


def _examples(engine: Engine, query: Query) -> list[list[str]]:
    return [
        [f"Try instead: {PERSON_WORD}" if text == PERSON_WORD else f"Example: {text}", text]
        for text in ways_on(engine, query)[:MAX_TRIES]
    ]


def without_tiles(text: str, status: str, tries: list[list[str]], captioned: list[dict[str, object]]) -> dict[str, Any]:
    """Return an answer with no pictures found by meaning. ``captioned`` has pictures whose captions have the words."""
    return {
        "query": text,
        "status": status,
        "notes": [],
        "tries": tries,
        "tiles": [],
        "captioned": captioned,
        "captioned_first": True,
        "place": None,
    }


def _listed(matches: Matches) -> Ranking:
    """Return the pictures to show: only the closest few if nothing matches, or if the app is not sure of the good matches."""
    strong = matches.strong()
    if matches.absent or (strong and not matches.sure):
        return matches.closest
    return matches.likely().then(matches.ranking)[:COUNT]


def _captioned(engine: Engine, query: Query | str, shown: Collection[str]) -> list[dict[str, object]]:
    try:
        hits = described(engine, query, shown)
    except ArtifactError as error:  # a damaged file of captions, which the search page reports
        event_log.record_refusal(error)
        hits = []
    return tile_data(engine, hits, Marks())


def _closest_place(engine: Engine, captioned: Sequence[dict[str, object]], hits: Sequence[Hit]) -> list[float] | None:
    """Return the place of the first picture on the map. The place of the query could mislead: "baby" could be among animals."""
    rows = [*(engine.collection.row(str(tile["id"])) for tile in captioned[:1]), *(hit.row for hit in hits[:1])]
    return places_of(engine, rows[:1])[0] if rows else None


def _tiles(engine: Engine, hits: Sequence[Hit], matches: Matches) -> list[dict[str, object]]:
    tiles = tile_data(engine, hits, match_marks(hits, matches))
    places = places_of(engine, [hit.row for hit in hits])
    return [tile | {"place": place} for tile, place in zip(tiles, places, strict=True)]


def _status(engine: Engine, query: Query, matches: Matches, shown: int, captioned: bool) -> str:
    text, strong = shortened(query.respelled_text, 80), len(matches.strong())
    if matches.absent or captioned:
        return absence_sentence(engine, query, text) + " These are the closest pictures." * (shown > 0 and not captioned)
    if strong and not matches.sure:
        return f"Closest we have for “{text}”. The app is not sure that these pictures show it."
    if not strong:
        return f"No picture in {engine.collection.title} clearly shows “{text}”. These are the nearest."
    possible = len(matches.likely()) - strong
    more = f", and {possible} more may match" if possible else ""
    return f"{strong} of {len(engine.collection)} pictures match{'es' * (strong == 1)} well{more}"


def _notes(query: Query) -> list[str]:
    reading = query.reading
    corrected = {word: correction.form for word, correction in reading.corrected.items()}
    notes = [f"“{shortened(word)}” was read as {form}." for word, form in {**reading.read_as, **corrected}.items()]
    if read := _read_as_sum(reading):
        notes.append(f"How much each part counts: {read}.")
    if reading.left_out:
        notes.append(f"The search ignores words that the app does not know: {', '.join(map(shortened, reading.left_out))}.")
    if reading.dropped:
        notes.append(f"The search ignores {quoted(reading.dropped)}. It uses the rest of your query.")
    notes += [other_meaning_sentence(word, other) for word, other in query.other_meaning.items()]
    return [*filter(None, [*notes, unmodelled_sentence(query)])]


def _tries(query: Query, matches: Matches) -> list[list[str]]:
    near_miss = matches.evidence.near_miss if matches.absent and matches.evidence else None
    tries = [[f"Try instead: {near_miss.name}", near_miss.name]] if near_miss else []
    tries += [[other_meaning_offer(other), other.form] for other in query.other_meaning.values()]
    if query.reading.corrected:
        tries.append(["Search exactly as typed", literal_query(query.reading)])
    return [*tries, *_spellings(query.text, query.reading.left_out)]


def _read_as_sum(reading: Reading) -> str:
    """Return the terms with their shares, such as "fruit 67%, − apple 33%", or "" for a single word."""
    terms = merged_terms(reading.terms)
    if len(terms) < 2 and not any(term.kind == "picture" for term in terms):
        return ""
    return ", ".join(f"{'− ' if term.weight < 0 else ''}{shortened(term.word, 40)} {abs(term.weight):.0%}" for term in terms)


def _spellings(text: str, suggestions: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return each suggested spelling with the text in which it replaces the unknown word."""
    tries = list[list[str]]()
    for word, near in suggestions.items():
        tries += [[spelling, with_words(text, {word: spelling})] for spelling in near[:3]]
    return tries[:MAX_TRIES]
