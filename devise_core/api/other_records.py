"""What the API answers about words, vectors, collections, the server and errors."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from devise_core.api.records import example
from devise_core.search.confidence import Confidence


class LabelRecord(BaseModel):
    """A word for an image."""

    model_config = example(word="violin", score=1.21, share=0.83, confidence="probably")

    word: str
    """The word."""
    score: float
    """The number that orders the words. With your own words, it is the score of the image in a search for the word."""
    share: float | None
    """The probability that the model gives to the word and all kinds of it, such as all breeds for "dog". Null except for nouns."""
    confidence: Confidence | None
    """What ``share`` means in words. Null if ``share`` is null."""


class LabelAnswer(BaseModel):
    """The words that describe an image."""

    model_config = example(
        vocabulary="nouns", labels=[{"word": "violin", "score": 1.21, "share": 0.83, "confidence": "probably"}], specific=[]
    )

    vocabulary: Literal["nouns", "all", "custom"]
    """Which words the labels were chosen from."""
    labels: list[LabelRecord]
    """The words, the best first."""
    specific: list[str]
    """More specific names than the first one, if the classifier is sure of them, such as "king penguin" for "penguin"."""
    note: str = ""
    """What was wrong with the image file, if it could still be read. Otherwise empty."""


class EmbeddingAnswer(BaseModel):
    """A vector in the space that words and images share."""

    model_config = example(model="9f8e…", dimension=3, vector=[0.6, -0.8, 0.0])

    model: str
    """The id of the model. Only vectors of the same model can be compared."""
    dimension: int
    """How many numbers the vector has."""
    vector: list[float]
    """The vector. Its norm is 1."""
    note: str = ""
    """What was wrong with the image file, if it could still be read. Otherwise empty."""


class CollectionRecord(BaseModel):
    """A collection of images."""

    model_config = example(
        name="photos", title="Photographs", description="Freely licensed photographs", images=381, version="1764201600"
    )

    name: str
    """The name of the collection in requests."""
    title: str
    """The title that pages show."""
    description: str
    """What the images show, in a sentence."""
    images: int
    """How many images the collection has."""
    version: str
    """A text that changes when the collection is made again."""


class CollectionList(BaseModel):
    """The collections that can be searched, the default one first."""

    model_config = example(collections=[])

    collections: list[CollectionRecord]
    """The collections that are open."""
    unavailable: list[str] = Field(default_factory=list)
    """The names of the collections that are damaged or still being opened."""


class ServerHealth(BaseModel):
    """The server answers."""

    model_config = example(status="ok", version="0.2.0")

    status: Literal["ok"]
    """Always "ok"."""
    version: str
    """The version of Semblance."""


class ServerReadiness(BaseModel):
    """The server can search."""

    model_config = example(status="ready", model="9f8e…", collection="photos", image_model_loaded=True)

    status: Literal["ready"]
    """Always "ready"."""
    model: str
    """The id of the model."""
    collection: str
    """The default collection."""
    image_model_loaded: bool
    """Whether the model for images is loaded. If not, it is loaded for the first image, which takes a few seconds."""


class Problem(BaseModel):
    """An error, as RFC 9457 describes it. Some kinds of errors have further members."""

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:semblance:problem:unknown-word",
                    "title": "Unknown word",
                    "status": 422,
                    "detail": "The word “guitarrrr” is unknown. Did you mean guitar or guitars or guitarist?",
                    "suggestions": {"guitarrrr": ["guitar", "guitars", "guitarist"]},
                }
            ]
        },
    )

    type: str
    """The kind of error, for programs."""
    title: str
    """The kind of error, in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong and what to do."""
