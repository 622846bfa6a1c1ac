"""``/collections``: the collections, their images and the thumbnails."""

from __future__ import annotations

import hashlib
import mimetypes
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from devise_core.api.answers import ImageRecords
from devise_core.api.clients import ApiClient
from devise_core.api.other_records import CollectionList, CollectionRecord
from devise_core.api.parameters import Name, json_answer
from devise_core.api.problems import ApiProblem
from devise_core.api.records import ImageRecord
from devise_core.api.report import CLIENT
from devise_core.api.work import engine_for, in_thread
from devise_core.engine import Engine
from devise_core.errors import CollectionError, shortened
from devise_core.serving.open_engines import collection_engine, offered_collections

ROUTER = APIRouter(tags=["collections"])
_A_DAY = 86_400

CollectionPath = Annotated[Name, Path(description="The name of a collection.", examples=["photos"])]
ItemPath = Annotated[Name, Path(description="The id of an image. Slashes may be written as they are.", examples=["cat"])]


@ROUTER.get("/collections", response_model=CollectionList)
async def collections() -> Response:
    """List the collections that can be searched, the default one first."""
    return await in_thread(lambda: json_answer(_collections()))


@ROUTER.get("/collections/{collection}", response_model=CollectionRecord)
async def collection(collection: CollectionPath) -> Response:
    """Describe a collection."""
    return await in_thread(lambda: json_answer(_describe(engine_for(collection))))


@ROUTER.get("/collections/{collection}/items/{item_id:path}", response_model=ImageRecord)
async def item(collection: CollectionPath, item_id: ItemPath) -> Response:
    """Describe an image of a collection."""

    def work() -> Response:
        engine = collection_engine(collection)
        return json_answer(ImageRecords(engine).of(engine.collection.items[_row(engine, item_id)]))

    return await in_thread(work)


@ROUTER.get("/collections/{collection}/thumbnails/{item_id:path}", response_class=Response)
async def thumbnail(
    request: Request, collection: CollectionPath, item_id: ItemPath, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """Return a small copy of an image. Send its ETag back as ``If-None-Match`` to get 304 if the image has not changed."""
    client: ApiClient = request.scope[CLIENT]
    visibility = "private" if client.has_key else "public"
    headers = {"Cache-Control": f"{visibility}, max-age={_A_DAY}"}
    return await in_thread(lambda: _thumbnail(collection, item_id, if_none_match or "", headers))


def _collections() -> CollectionList:
    offered = offered_collections()
    records = [_describe(collection_engine(each.name)) for each in offered if each.opens]
    return CollectionList(collections=records, unavailable=[each.name for each in offered if not each.opens])


def _describe(engine: Engine) -> CollectionRecord:
    collection = engine.collection
    return CollectionRecord(
        name=collection.name,
        title=collection.title,
        description=collection.description,
        images=len(collection),
        version=collection.version,
    )


def _row(engine: Engine, item_id: str) -> int:
    if item_id not in engine.collection:
        detail = f"The collection {engine.collection.name} has no image “{shortened(item_id)}”. Searches return the ids."
        raise ApiProblem(404, "unknown-image", "Unknown image", detail)
    return engine.collection.row(item_id)


def _thumbnail(collection: str, item_id: str, if_none_match: str, headers: dict[str, str]) -> Response:
    engine = collection_engine(collection)
    picture = engine.collection.picture(_row(engine, item_id))
    try:
        content = picture if isinstance(picture, bytes) else picture.read_bytes()
    except OSError as error:
        raise CollectionError(f"{error.filename} cannot be read. Make the collection again.") from error
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers |= {"ETag": tag}
    if _is_known(tag, if_none_match):
        return Response(status_code=304, headers=headers)
    kind = mimetypes.guess_type(str(picture))[0] if not isinstance(picture, bytes) else "image/webp"
    return Response(content, headers=headers, media_type=kind or "application/octet-stream")


def _is_known(tag: str, if_none_match: str) -> bool:
    """Return whether a client already has the content with ``tag``, by the tags in its header ``If-None-Match``."""
    known = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in known or tag in known
