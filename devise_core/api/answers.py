"""Make the records of the API from what the engine returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from devise_core.api.parameters import SearchParameters
from devise_core.api.records import ImageMatch, ImageRecord, QueryReading, QueryTerm, SearchAnswer, TextMatch
from devise_core.datatypes import Hit, Item
from devise_core.engine import Engine
from devise_core.text.query import Query
from devise_core.verbs.matches import Matches

CAPTIONED, LOOKED_UP = 12, 48
"""How many images are found by caption, and how many are looked at for those that are no hits already."""


def image_record(engine: Engine, item: Item) -> ImageRecord:
    """Describe an image. Of a source on this machine only the file's name is told."""
    return ImageRecord.model_construct(**_facts(engine, item))


def image_matches(engine: Engine, hits: Sequence[Hit]) -> list[ImageMatch]:
    """Describe the images that a search returned."""
    return [ImageMatch.model_construct(**_facts(engine, hit.item), **_numbers(hit)) for hit in hits]


def search_answer(engine: Engine, query: Query, wanted: SearchParameters) -> SearchAnswer:
    """Search the collection, by the same rules as the page *Text search*.

    Args:
        engine: The engine over the collection.
        query: What to search for.
        wanted: Which images to keep and to return.
    """
    matches = engine.matches(query)
    inside, strong = matches.ranking, matches.strong()
    if kept := wanted.kept():
        mask = kept.mask(engine.collection.items)
        inside, strong = inside.kept(mask), strong.kept(mask)
    strong = strong if matches.sure else strong[:0]
    listed = strong if wanted.only_matching else strong.then(inside)
    end = wanted.offset + wanted.limit
    hits = engine.hits(listed[wanted.offset : end])
    shown = {hit.id for hit in hits}
    described = [hit for hit in engine.found_by_caption(query, LOOKED_UP) if hit.id not in shown] if wanted.captions else []
    return SearchAnswer.model_construct(
        query=query.text,
        collection=engine.collection.name,
        reading=_reading(query),
        announced=len(strong) > 0,
        absent=matches.absent,
        evidence=round(matches.evidence.best, 4) if matches.evidence else None,
        matching=len(strong),
        instead=_instead(matches),
        total=len(listed),
        offset=wanted.offset,
        next_offset=end if end < len(listed) else None,
        hits=[
            TextMatch.model_construct(**_facts(engine, hit.item), **_numbers(hit), matches=wanted.offset + place < len(strong))
            for place, hit in enumerate(hits)
        ],
        captioned=image_matches(engine, described[:CAPTIONED]),
    )


def _instead(matches: Matches) -> str | None:
    near_miss = matches.evidence.near_miss if matches.absent and matches.evidence else None
    return near_miss.name if near_miss else None


def _reading(query: Query) -> QueryReading:
    reading = query.reading
    corrected = {word: correction.form for word, correction in reading.corrected.items()}
    return QueryReading.model_construct(
        terms=[
            QueryTerm.model_construct(word=term.word, weight=round(float(term.weight), 6), kind=term.kind) for term in reading.terms
        ],
        read_as=reading.read_as | corrected,
        left_out=reading.left_out,
        ignored=[*reading.dropped, *query.unmodelled],
    )


def _facts(engine: Engine, item: Item) -> dict[str, Any]:
    collection = engine.collection
    return {
        "id": item.id,
        "name": item.name,
        "labels": list(item.labels),
        "category": item.category,
        "caption": item.caption,
        "author": item.author,
        "licence": item.licence,
        "source": item.origin,
        "thumbnail": f"collections/{quote(collection.name, safe='')}/thumbnails/{quote(item.id, safe='')}?v={collection.version}",
    }


def _numbers(hit: Hit) -> dict[str, Any]:
    return {"cosine": round(float(hit.cosine), 6), "score": round(float(hit.score), 6)}
