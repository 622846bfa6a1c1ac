"""Errors as ``application/problem+json`` (RFC 9457): one kind for each way in which a request can fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from devise_core.errors import (
    AbandonedError,
    ArtifactError,
    BusyError,
    CollectionError,
    DeviseError,
    ImageError,
    NoVocabularyError,
    QueryError,
    SettingsError,
    SlowCollectionError,
    UnknownCollectionError,
    UnknownWordError,
    shortened,
)
from devise_core.untrusted.decoder_pool import UNAVAILABLE

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 30
"""After how many seconds a client may try again if the server is busy."""
LONGEST_DETAIL = 600
_KINDS: tuple[tuple[type[DeviseError], int, str, str], ...] = (
    (UnknownWordError, 422, "unknown-word", "Unknown word"),
    (NoVocabularyError, 422, "no-vocabulary", "The model has no word list"),
    (QueryError, 422, "query", "The query cannot be read"),
    (ImageError, 422, "image", "The image cannot be read"),
    (UnknownCollectionError, 404, "unknown-collection", "Unknown collection"),
    (SlowCollectionError, 503, "opening", "The collection is still being opened"),
    (CollectionError, 503, "collection", "The collection cannot be searched"),
    (BusyError, 503, "busy", "The server is busy"),
    (AbandonedError, 503, "abandoned", "The connection was lost"),
    (ArtifactError, 503, "damaged", "A file of the server is damaged"),
    (SettingsError, 503, "settings", "A setting of the server is not valid"),
)
"""Errors of the library, each with its HTTP status, kind and title. The first class that fits an error is used."""
_HTTP = {
    400: ("form", "The request cannot be parsed", "The request cannot be parsed. Send a complete form, as multipart/form-data."),
    404: ("address", "Unknown address", "There is nothing at this address. /api/v1/openapi.json lists all addresses."),
    405: ("method", "Wrong method", "This address does not accept the method. The header Allow lists those that it accepts."),
    408: ("slow", "The request took too long", "The body took too long to arrive. Send a smaller image."),
    413: ("too-large", "The image is too large", "The body is too large. Send a smaller copy of the image."),
    415: ("media-type", "The body has the wrong type", "Send a form, as multipart/form-data."),
}
_FOR_THE_OPERATOR = ("collection", "damaged", "settings", "unavailable")
"""Kinds of errors whose messages name files and commands of the server. So these messages are only logged."""


@dataclass(eq=False)
class ApiProblem(Exception):
    """An answer that is an error.

    Attributes:
        status: The HTTP status.
        kind: The kind of error. It is the last part of the field ``type``.
        title: The kind in words.
        detail: What is wrong and what to do.
        members: Further members of the JSON object.
        headers: Further headers of the answer.
    """

    status: int
    kind: str
    title: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the body of the answer. Half of a surrogate pair, which UTF-8 cannot write, is replaced."""
        names = {"type": f"urn:semblance:problem:{self.kind}", "title": self.title, "status": self.status}
        text = json.dumps({**names, "detail": shortened(self.detail, LONGEST_DETAIL), **self.members}, ensure_ascii=False)
        return text.encode("utf-8", "replace")

    def response(self) -> Response:
        """Return the answer."""
        return Response(self.content(), self.status, dict(self.headers), MEDIA_TYPE)


def problem_of(error: DeviseError) -> ApiProblem:
    """Return the answer to an error of the library."""
    if isinstance(error, ImageError) and (isinstance(error.__cause__, BusyError) or str(error) == UNAVAILABLE):
        error = BusyError(str(error), "decoders")
    status, kind, title = next(
        ((status, kind, title) for each, status, kind, title in _KINDS if isinstance(error, each)),
        (503, "unavailable", "The server cannot answer"),
    )
    members: dict[str, Any] = {}
    if isinstance(error, UnknownWordError):
        members["suggestions"] = {shortened(word): near for word, near in error.suggestions.items()}
    if isinstance(error, QueryError) and error.position is not None:
        members["position"] = error.position
    detail = str(error)
    if kind in _FOR_THE_OPERATOR:
        detail = "The operator of this server must fix it. The reason is in the log."
    elif isinstance(error, UnknownCollectionError):
        detail = f"There is no collection “{shortened(error.name)}”. The address /collections lists all of them."
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
    return ApiProblem(status, kind, title, detail, members, headers)


def http_problem(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> ApiProblem:
    """Return the answer to a request that is refused before a route handles it.

    Args:
        status: The HTTP status.
        detail: What is wrong. By default the sentence for the status.
        headers: Further headers.
    """
    kind, title, sentence = _HTTP.get(status, ("http", "The request failed", "The server cannot answer this request."))
    return ApiProblem(status, kind, title, detail or sentence, {}, headers or {})


def invalid_request(errors: list[dict[str, Any]]) -> ApiProblem:
    """Return the answer to parameters that are missing or out of range.

    Args:
        errors: The errors that pydantic reports.
    """
    listed = [{"where": [_short(part) for part in error["loc"]], "problem": _sentence(str(error["msg"]))} for error in errors[:10]]
    first = listed[0] if listed else {"where": [], "problem": "The request is not valid."}
    detail = f"{' '.join(map(str, first['where'][1:])) or 'The request'}: {first['problem']}"
    return request_problem(detail, {"errors": listed})


def request_problem(detail: str, members: Mapping[str, Any] | None = None) -> ApiProblem:
    """Return the answer to a request that is not valid.

    Args:
        detail: What is wrong and what to do.
        members: Further members of the JSON object.
    """
    return ApiProblem(422, "request", "The request is not valid", detail, members or {})


def _short(part: object) -> object:
    return part if isinstance(part, int) else shortened(str(part))


def _sentence(text: str) -> str:
    return f"{shortened(text, 200).rstrip('.')}."
