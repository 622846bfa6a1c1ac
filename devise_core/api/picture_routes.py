"""``/similar``, ``/label`` and ``/embed``: what to do with an image that a client sends."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile

from devise_core.api.answers import ImageRecords
from devise_core.api.names import check_names
from devise_core.api.other_records import EmbeddingAnswer, LabelAnswer, LabelRecord
from devise_core.api.parameters import Choices, CollectionName, Limit, Text, json_answer
from devise_core.api.problems import ApiProblem, request_problem
from devise_core.api.records import SimilarAnswer
from devise_core.api.work import encode, engine_for, in_thread_for, search_in_thread
from devise_core.engine import By, Engine, WordSet
from devise_core.search.confidence import confidence
from devise_core.settings import settings
from devise_core.untrusted.job import Job
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded

ROUTER = APIRouter(tags=["images"], dependencies=[Depends(check_names)])

ImageFile = Annotated[UploadFile | None, File(description="An image file: JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF.")]
ImageUrl = Annotated[
    Text | None,
    Form(
        description="The URL of an image, instead of a file. Most servers do not allow it.", examples=["https://example.org/a.jpg"]
    ),
]


@ROUTER.post("/similar", response_model=SimilarAnswer)
async def similar(
    request: Request,
    file: ImageFile = None,
    url: ImageUrl = None,
    collection: Annotated[CollectionName, Query()] = None,
    limit: Annotated[Limit, Query()] = 24,
    by: Annotated[
        By, Query(description="What is compared: what images show, how they look, or their ten nearest words.")
    ] = "semantic",
) -> Response:
    """Find the images of a collection that are similar to an image."""
    source = await _image(file, url)

    def work(job: Job) -> Response:
        engine = engine_for(collection)
        encoded, note = _encode(engine, source, job)
        hits = ImageRecords(engine).matches(engine.search_encoded(encoded, limit, by))
        return json_answer(SimilarAnswer(collection=engine.collection.name, by=by, hits=hits, note=note))

    return await in_thread_for(request, work)


@ROUTER.post("/label", response_model=LabelAnswer)
async def label(
    request: Request,
    file: ImageFile = None,
    url: ImageUrl = None,
    limit: Annotated[Limit, Query()] = 5,
    vocabulary: Annotated[WordSet, Query(description="The words to choose from.")] = "nouns",
    word: Annotated[Choices, Query(description="Your own words to choose from, instead of a vocabulary.")] = [],  # noqa: B006
) -> Response:
    """Name what an image shows, by the same rules as the page *Labels*."""
    source = await _image(file, url)

    def work(job: Job) -> Response:
        engine = engine_for(None)
        encoded, note = _encode(engine, source, job)
        return json_answer(_labels(engine, encoded, limit, list(word) or vocabulary, note))

    return await in_thread_for(request, work)


@ROUTER.post("/embed", response_model=EmbeddingAnswer)
async def embed(
    request: Request,
    text: Annotated[Text | None, Form(description="A text, written like a search query.", examples=["violin"])] = None,
    file: ImageFile = None,
    url: ImageUrl = None,
) -> Response:
    """Return the vector of a text or of an image. The inner product of two vectors is their cosine similarity."""
    if text is not None:
        _one_of(text, file, url)
        return await search_in_thread(None, lambda engine: _embedded(engine, engine.embed_text(text)))
    source = await _image(file, url, "text, file or url")

    def work(job: Job) -> Response:
        engine = engine_for(None)
        encoded, note = _encode(engine, source, job)
        return _embedded(engine, encoded.embeddings[0], note)

    return await in_thread_for(request, work)


async def _image(file: UploadFile | None, url: str | None, names: str = "file or url") -> bytes | str:
    """Return the bytes of the file, or the URL. Raises ``ApiProblem`` unless exactly one of them is given and is allowed."""
    _one_of(file, url, names=names)
    if file is None:
        if not settings().url_search:
            detail = "This server does not fetch images from other sites. Send the image as the field “file”."
            raise ApiProblem(403, "url", "URLs are switched off", detail)
        return str(url)
    content = await file.read()
    if not content:
        raise ApiProblem(422, "image", "The image cannot be read", "The file is empty. Send an image file.")
    if len(content) > settings().upload_bytes:
        limit = settings().upload_bytes / 1e6
        raise ApiProblem(413, "too-large", "The image is too large", f"The limit is {limit:g} MB. Send a smaller copy.")
    return content


def _one_of(*given: object, names: str = "text, file or url") -> None:
    if sum(each is not None for each in given) != 1:
        raise request_problem(f"Send exactly one of the fields {names}, in a form.")


def _encode(engine: Engine, source: bytes | str, job: Job) -> tuple[Encoded, str]:
    if isinstance(source, bytes):
        return encode(engine, source, job)
    from devise_core.untrusted.url_fetch import fetch_image

    return encode(engine, fetch_image(source), job)


def _labels(engine: Engine, encoded: Encoded, limit: int, words: WordSet | list[str], note: str) -> LabelAnswer:
    names = engine.names(encoded, limit) if words == "nouns" else None
    if names is None:
        hits = engine.label_encoded(encoded, limit, words)
        records = [_label(hit.word, hit.score) for hit in hits]
    else:
        records = [_label(hit.word, hit.score, min(share, 1.0)) for hit, share in zip(names.hits, names.shares, strict=True)]
    return LabelAnswer(
        vocabulary="custom" if isinstance(words, list) else words,
        labels=records,
        specific=[hit.word for hit in names.specific] if names else [],
        note=note,
    )


def _label(word: str, score: float, share: float | None = None) -> LabelRecord:
    return LabelRecord(
        word=word,
        score=round(float(score), 6),
        share=None if share is None else round(float(share), 4),
        confidence=None if share is None else confidence(share),
    )


def _embedded(engine: Engine, vector: Floats, note: str = "") -> Response:
    numbers = [round(float(number), 8) for number in vector]
    return json_answer(EmbeddingAnswer(model=engine.model_id, dimension=len(numbers), vector=numbers, note=note))
