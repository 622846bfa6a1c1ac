"""Make the records of the API from what the engine returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from devise_core.api.parameters import SearchParameters
from devise_core.api.records import ImageMatch, ImageRecord, QueryReading, QueryTerm, SearchAnswer, TextMatch
from devise_core.datatypes import Hit, Item
from devise_core.engine import Engine
from devise_core.search.conditions import Condition
from devise_core.search.ranking import Ranking
from devise_core.text.query import Query
from devise_core.verbs.matches import Matches

CAPTIONED = 12
"""The most images found by caption that are returned."""


class ImageRecords:
    """Describes images of a collection. If the source of an image is a file on this machine, only the file name is given.

    Args:
        engine: The engine over the collection.
    """

    def __init__(self, engine: Engine) -> None:
        collection = engine.collection
        self._items, self._version = collection.items, collection.version  # the version is read from the disk
        self._thumbnails = f"collections/{quote(collection.name, safe='')}/thumbnails"

    def of(self, item: Item) -> ImageRecord:
        """Describe an image."""
        return ImageRecord(**self._facts(item))

    def matches(self, hits: Sequence[Hit]) -> list[ImageMatch]:
        """Describe the images that a search returned."""
        return [ImageMatch(**self._facts(hit.item), **_numbers(hit.cosine, hit.score)) for hit in hits]

    def ranked(self, ranking: Ranking, matching: int) -> list[TextMatch]:
        """Describe the images of a ranking. The first ``matching`` images match well.

        This method makes no ``Hit`` objects, because making them looks at each file on the disk.
        """
        rows = zip(ranking.rows.tolist(), ranking.cosines.tolist(), ranking.scores.tolist(), strict=True)
        return [
            TextMatch(**self._facts(self._items[row]), **_numbers(cosine, score), matches=place < matching)
            for place, (row, cosine, score) in enumerate(rows)
        ]

    def _facts(self, item: Item) -> dict[str, Any]:
        return {
            "id": item.id,
            "name": item.name,
            "labels": list(item.labels),
            "category": item.category,
            "caption": item.caption,
            "author": item.author,
            "licence": item.licence,
            "source": item.source if "://" in item.source else item.origin,  # making the origin is slow
            "taken": item.taken,
            "thumbnail": f"{self._thumbnails}/{quote(item.id, safe='')}?v={self._version}",
        }


def search_answer(engine: Engine, query: Query, wanted: SearchParameters) -> SearchAnswer:
    """Search the collection, by the same rules as the page *Text search*.

    Args:
        engine: The engine over the collection.
        query: What to search for.
        wanted: Which images to keep and to return.

    Returns:
        One page of images with their scores, the best first, and how the query was read.
    """
    matches = engine.matches(query, wanted.kept().condition)
    strong, matching = (matches.strong(), matches.strong_count()) if matches.sure else (matches.ranking[:0], 0)
    listed = strong if wanted.only_matching else strong.then(matches.inside)
    end, records = wanted.offset + wanted.limit, ImageRecords(engine)
    hits = records.ranked(listed[wanted.offset : end], len(strong) - wanted.offset)
    return SearchAnswer(
        query=query.text,
        collection=engine.collection.name,
        reading=_reading(query),
        announced=matching > 0,
        absent=matches.absent,
        evidence=round(matches.evidence.best, 4) if matches.evidence else None,
        matching=matching,
        instead=_instead(matches),
        total=matching if wanted.only_matching else matches.inside_count,
        offset=wanted.offset,
        next_offset=end if end < len(listed) else None,
        hits=hits,
        captioned=_captioned(engine, query, wanted.kept().condition, hits) if wanted.captions else [],
    )


def _captioned(engine: Engine, query: Query, where: Condition, hits: Sequence[TextMatch]) -> list[ImageMatch]:
    shown = {hit.id for hit in hits}
    described = [hit for hit in engine.found_by_caption(query, CAPTIONED + len(shown), where) if hit.id not in shown]
    return ImageRecords(engine).matches(described[:CAPTIONED])


def _instead(matches: Matches) -> str | None:
    near_miss = matches.evidence.near_miss if matches.absent and matches.evidence else None
    return near_miss.name if near_miss else None


def _reading(query: Query) -> QueryReading:
    reading = query.reading
    corrected = {word: correction.form for word, correction in reading.corrected.items()}
    return QueryReading(
        terms=[QueryTerm(word=term.word, weight=round(float(term.weight), 6), kind=term.kind) for term in reading.terms],
        read_as=reading.read_as | corrected,
        left_out=reading.left_out,
        ignored=[*reading.dropped, *query.unmodelled],
    )


def _numbers(cosine: float, score: float) -> dict[str, Any]:
    return {"cosine": round(cosine, 6), "score": round(score, 6)}
