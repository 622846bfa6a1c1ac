"""What the API answers about images. The server writes these records, and the client reads them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

_VIOLIN: dict[str, Any] = {
    "id": "violin",
    "name": "violin",
    "labels": ["violin"],
    "category": "music",
    "caption": "A violin on a table",
    "author": "Jane Doe",
    "licence": "CC-BY-SA-4.0",
    "source": "https://commons.wikimedia.org/wiki/File:Violin.jpg",
    "taken": "2019-05-03T14:22:05",
    "thumbnail": "collections/photos/thumbnails/violin?v=1764201600",
}
_MATCH = _VIOLIN | {"cosine": 0.62, "score": 1.48}


def example(**values: Any) -> ConfigDict:
    """Configure a record so that its docstrings and an example describe it in OpenAPI."""
    return ConfigDict(json_schema_extra={"examples": [values]}, use_attribute_docstrings=True)


class ImageRecord(BaseModel):
    """An image of a collection, with its attribution."""

    model_config = example(**_VIOLIN)

    id: str
    """Unique within the collection."""
    name: str
    """The first label. Without labels, the caption, and without a caption, the id."""
    labels: list[str]
    """What the image shows, the best label first."""
    category: str
    """A path of categories, such as "animals/birds"."""
    caption: str
    """What the image shows, in a sentence."""
    author: str
    """Who made the image."""
    licence: str
    """The licence of the image."""
    source: str
    """Where the image came from: the address of a page, or the name of a file."""
    taken: str = ""
    """When the photo was taken, by the clock of its camera. Empty if that is not known."""
    thumbnail: str
    """The URL of a small copy of the image, relative to the address of the API."""


class ImageMatch(ImageRecord):
    """An image that a search returned."""

    model_config = example(**_MATCH)

    cosine: float
    """The cosine similarity with the query, from -1 to 1."""
    score: float
    """The number that orders the images. Scores of different queries cannot be compared."""


class TextMatch(ImageMatch):
    """An image that a text search returned."""

    model_config = example(**_MATCH, matches=True)

    matches: bool
    """Whether the image matches the query well. Other images follow as the nearest that the collection has."""


class QueryTerm(BaseModel):
    """One word or image of a query."""

    model_config = example(word="violin", weight=1.0, kind="words")

    word: str
    """The word as it was read, or the id of the image."""
    weight: float
    """The weight of the term, below 0 if the term is subtracted. The absolute values of all weights add up to 1."""
    kind: Literal["words", "picture"]
    """Whether the term is a word or an image."""


class QueryReading(BaseModel):
    """How a query was read."""

    model_config = example(
        terms=[{"word": "violin", "weight": 1.0, "kind": "words"}], read_as={"vioolin": "violin"}, left_out={}, ignored=["two"]
    )

    terms: list[QueryTerm]
    """The words and images that are searched for."""
    read_as: dict[str, str]
    """Foreign, joined and misspelled words, each with what it was read as."""
    left_out: dict[str, list[str]]
    """Unknown words, each with its nearest spellings."""
    ignored: list[str]
    """Words that the search does not use, such as "a photo of", counts and feelings."""


class SearchAnswer(BaseModel):
    """One page of the images for a text."""

    model_config = example(
        query="a vioolin",
        collection="photos",
        reading={
            "terms": [{"word": "violin", "weight": 1.0, "kind": "words"}],
            "read_as": {"vioolin": "violin"},
            "left_out": {},
            "ignored": [],
        },
        announced=True,
        absent=False,
        evidence=0.97,
        matching=3,
        instead=None,
        total=381,
        offset=0,
        next_offset=24,
        hits=[_MATCH | {"matches": True}],
        captioned=[],
    )

    query: str
    """The text that was searched for."""
    collection: str
    """The name of the collection."""
    reading: QueryReading
    """How the text was read."""
    announced: bool
    """Whether the server is sure that images match. If not, the hits are the nearest that the collection has."""
    absent: bool
    """Whether the server is sure that the collection does not show what the text asks for."""
    evidence: float | None
    """How strongly the classifier sees the query in the best image, from 0 to 1. Null if the classifier cannot tell."""
    matching: int
    """How many images match well and pass the filters."""
    instead: str | None
    """What the collection shows instead, if nothing matches."""
    total: int
    """How many images pass the filters. With ``only_matching``, how many of these match well."""
    offset: int
    """How many images of the whole result come before the first hit."""
    next_offset: int | None
    """The offset of the next page. Null on the last page."""
    hits: list[TextMatch]
    """The images of this page: those that match well first."""
    captioned: list[ImageMatch]
    """Further images whose label, caption or category has the words, if ``captions`` is true."""


class SimilarAnswer(BaseModel):
    """The images that are similar to an image."""

    model_config = example(collection="photos", by="semantic", hits=[_MATCH])

    collection: str
    """The name of the collection."""
    by: Literal["semantic", "visual", "labels"]
    """What was compared."""
    hits: list[ImageMatch]
    """The images, the most similar first. The score is the cosine."""
    note: str = ""
    """What was wrong with the image file, if it could still be read. Otherwise empty."""
