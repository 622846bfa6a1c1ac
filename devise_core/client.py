"""A typed client of the REST API, for programs in Python."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlencode

import urllib3
from pydantic import BaseModel, ValidationError

from devise_core.api.image_form import image_form
from devise_core.api.other_records import (
    CollectionList,
    CollectionRecord,
    EmbeddingAnswer,
    LabelAnswer,
    ServerHealth,
    ServerReadiness,
)
from devise_core.api.records import ImageRecord, SearchAnswer, SimilarAnswer, TextMatch
from devise_core.errors import DeviseError
from devise_core.vision.image_sources import ImageInput

ADDRESS = "http://127.0.0.1:8600/api/v1"
TIMEOUT = 60.0
Record = TypeVar("Record", bound=BaseModel)


class ApiError(DeviseError):
    """A request to the API failed. The message says why and what to do.

    Attributes:
        status: The HTTP status, or 0 if the server has not answered.
        kind: The kind of error, such as "unknown-word".
        members: Further fields of the error, such as "suggestions" for an unknown word.
        retry_after: After how many seconds to try again, if the server says so.

    Example:
        >>> try:
        ...     client.collection("nothing")
        ... except ApiError as error:
        ...     print(error.status, error.kind)
        404 unknown-collection
    """

    def __init__(
        self, detail: str, status: int = 0, kind: str = "", members: Mapping[str, Any] | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.members, self.retry_after = status, kind, dict(members or {}), retry_after


class SemblanceClient:
    """A client of the REST API of ``semblance serve``, or of the app with ``SEMBLANCE_API=on``. Safe to use from several threads.

    Every method raises ``ApiError`` if the server refuses the request or does not answer.

    Args:
        address: The address of the API.
        key: The key, if the server asks for one.
        timeout: How long to wait for an answer, in seconds.

    Example:
        >>> with SemblanceClient(address) as client:  # such as http://127.0.0.1:8600/api/v1
        ...     print(client.search("violin", limit=1).hits[0].name, len(list(client.search_all("violin"))))
        violin 384
    """

    def __init__(self, address: str = ADDRESS, key: str | None = None, timeout: float = TIMEOUT) -> None:
        self.address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=64)

    def __enter__(self) -> SemblanceClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()

    def search(
        self,
        text: str,
        *,
        collection: str | None = None,
        limit: int = 24,
        offset: int = 0,
        category: Sequence[str] = (),
        label: Sequence[str] = (),
        not_category: Sequence[str] = (),
        not_label: Sequence[str] = (),
        taken: Sequence[str] = (),
        only_matching: bool = False,
        captions: bool = False,
    ) -> SearchAnswer:
        """Return one page of the images for a text.

        Args:
            text: The query.
            collection: The name of a collection, by default the first one.
            limit: How many images to return, up to 100.
            offset: How many images to skip.
            category: Keep only images in these categories, or in categories below them.
            label: Keep only images with one of these labels.
            not_category: Leave out images in these categories, or in categories below them.
            not_label: Leave out images with one of these labels.
            taken: Keep only photos taken in these years or months or on these days, such as "2019" or "2019-05".
            only_matching: Whether to leave out the images that do not match well.
            captions: Whether to look for the words in captions, labels and categories too.
        """
        wanted = {"q": text, "collection": collection, "limit": limit, "offset": offset, "captions": captions}
        kept = {"category": category, "label": label, "not_category": not_category, "not_label": not_label, "taken": taken}
        return self._get(SearchAnswer, "search", **wanted, **kept, only_matching=only_matching)

    def search_all(self, text: str, *, page: int = 100, **filters: Any) -> Iterator[TextMatch]:
        """Yield all images for a text, the best first. They are requested one page at a time.

        Args:
            text: The query.
            page: How many images to request at a time, up to 100.
            filters: The other arguments of ``search``, except ``limit`` and ``offset``.
        """
        offset: int | None = 0
        while offset is not None:
            answer = self.search(text, limit=page, offset=offset, **filters)
            yield from answer.hits
            offset = answer.next_offset

    def similar(
        self,
        image: ImageInput,
        *,
        collection: str | None = None,
        limit: int = 24,
        by: Literal["semantic", "visual", "labels"] = "semantic",
    ) -> SimilarAnswer:
        """Return the images that are similar to an image.

        Args:
            image: A path, bytes, an open file, pixels ``uint8 (h, w, 3)``, a ``PIL.Image``, or a URL.
            collection: The name of a collection, by default the first one.
            limit: How many images to return, up to 100.
            by: "semantic" compares what images show, "visual" how they look, and "labels" their ten nearest words.

        Returns:
            The images with their cosines, from -1 to 1, the nearest first.

        Example:
            >>> [hit.name for hit in client.similar("artifacts/collections/stamps/images/cello.webp", limit=2).hits]
            ['cello', 'violin']
        """
        return self._post(SimilarAnswer, "similar", image_form(image), collection=collection, limit=limit, by=by)

    def label(self, image: ImageInput, *, limit: int = 5, vocabulary: str | Sequence[str] = "nouns") -> LabelAnswer:
        """Return the words that describe an image.

        Args:
            image: As for ``similar``.
            limit: How many words to return.
            vocabulary: "nouns", "all", or the words to choose from.

        Example:
            >>> client.label("artifacts/collections/stamps/images/dog.webp", vocabulary=["a cat", "a dog"]).labels[0].word
            'a dog'
        """
        words = {"vocabulary": vocabulary} if isinstance(vocabulary, str) else {"word": vocabulary}
        return self._post(LabelAnswer, "label", image_form(image), limit=limit, **words)

    def embed_text(self, text: str) -> EmbeddingAnswer:
        """Return the vector of a text."""
        return self._post(EmbeddingAnswer, "embed", {"text": text})

    def embed_image(self, image: ImageInput) -> EmbeddingAnswer:
        """Return the vector of an image, which is given as for ``similar``."""
        return self._post(EmbeddingAnswer, "embed", image_form(image))

    def collections(self) -> CollectionList:
        """Return the collections of the server."""
        return self._get(CollectionList, "collections")

    def collection(self, name: str) -> CollectionRecord:
        """Describe a collection."""
        return self._get(CollectionRecord, f"collections/{quote(name, safe='')}")

    def item(self, collection: str, item_id: str) -> ImageRecord:
        """Describe an image of a collection.

        Example:
            >>> violin = client.item("stamps", "violin")
            >>> violin.caption, client.thumbnail(violin)[8:12]
            ('A violin.', b'WEBP')
        """
        return self._get(ImageRecord, f"collections/{quote(collection, safe='')}/items/{quote(item_id, safe='')}")

    def thumbnail(self, image: ImageRecord) -> bytes:
        """Return the bytes of the thumbnail of an image that the server has returned."""
        return self._request("GET", image.thumbnail)

    def health(self) -> ServerHealth:
        """Ask whether the server answers."""
        return self._get(ServerHealth, "health")

    def ready(self) -> ServerReadiness:
        """Ask whether the server can search."""
        return self._get(ServerReadiness, "ready")

    def _get(self, record: type[Record], path: str, **parameters: Any) -> Record:
        return _read(record, self._request("GET", path + _query(parameters)))

    def _post(self, record: type[Record], path: str, fields: Mapping[str, Any], **parameters: Any) -> Record:
        return _read(record, self._request("POST", path + _query(parameters), fields))

    def _request(self, method: str, path: str, fields: Mapping[str, Any] | None = None) -> bytes:
        try:
            form, url = dict(fields) if fields else None, f"{self.address}/{path}"
            answer = self._pool.request(method, url, fields=form, headers=self._headers)
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(f"The server at {self.address} does not answer. Check the address, and that it is running.") from error
        if answer.status >= 400:
            raise _error(answer)
        return answer.data


def _query(parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value is not None and value is not False}
    return f"?{urlencode(given, doseq=True)}" if given else ""


def _read(record: type[Record], content: bytes) -> Record:
    try:
        return record.model_validate_json(content)
    except ValidationError as error:
        raise ApiError("The server's answer does not match this version of the API. Check the address of the server.") from error


def _error(answer: urllib3.BaseHTTPResponse) -> ApiError:
    """Return the error that the answer describes, or an error with only the HTTP status if the answer describes none."""
    try:
        problem = json.loads(answer.data)
        detail, kind = str(problem.pop("detail")), str(problem.pop("type")).rpartition(":")[2]
    except (ValueError, KeyError, AttributeError, TypeError):
        return ApiError(f"The server has answered with status {answer.status}. Check the address of the API.", answer.status)
    retry = answer.headers.get("Retry-After", "")
    return ApiError(detail, answer.status, kind, problem, int(retry) if retry.isdigit() else None)
