"""The description of the API in OpenAPI 3.1. It adds the API keys and the real format of errors to what FastAPI generates."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from devise_core import __version__
from devise_core.api.other_records import Problem
from devise_core.api.problems import MEDIA_TYPE

ABOUT = """Semantic image search: find images by words, find similar images, name images, and get the vectors behind the search.

Every error is a [problem](https://www.rfc-editor.org/rfc/rfc9457) that says what is wrong and what to do.
Relative URLs in answers are relative to the address of the API."""
_ERRORS = {
    "400": "The request cannot be parsed.",
    "401": "The server needs a key, and the request has no valid one.",
    "403": "Another site sends the request, or URLs are switched off.",
    "404": "There is no such collection or image.",
    "405": "This address does not accept the method.",
    "408": "The body took too long to arrive.",
    "413": "The image is too large.",
    "415": "The body is not a form.",
    "422": "A parameter is out of range, a word is unknown, or the image cannot be read.",
    "429": "Too many requests. The header `Retry-After` says when to try again.",
    "500": "A bug in the server.",
    "503": "The server is busy, or cannot open the collection.",
}
_WITH_BODY = ("408", "413", "415")
_OPEN = ("/health", "/ready")


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description of ``app``. It is made on the first call, and then kept."""
    if app.openapi_schema is None:
        app.openapi_schema = _description(app)
    return app.openapi_schema


def _description(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title="Semblance",
        version=__version__,
        openapi_version="3.1.0",
        description=ABOUT,
        routes=app.routes,
        servers=[{"url": "."}],
    )
    parts = schema["components"]
    parts["schemas"]["Problem"] = Problem.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "Only if the server asks for a key."}}
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            _complete(path, operation)
            _name_form(operation, parts["schemas"])
    return schema


def _name_form(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Describe the form of an operation as it is: each field is a text or a file, and exactly one field is sent."""
    if "requestBody" not in operation:
        return
    kind = operation["requestBody"]["content"]["multipart/form-data"]
    form, name = schemas.pop(kind["schema"]["$ref"].rpartition("/")[2]), f"{operation['summary']}Form"
    fields = list(form["properties"])
    for field in fields:
        form["properties"][field] |= form["properties"][field].pop("anyOf")[0]
    form["properties"]["file"]["format"] = "binary"
    schemas[name] = form | {"title": name, "oneOf": [{"required": [field]} for field in fields], "examples": [{fields[0]: "…"}]}
    kind["schema"]["$ref"] = f"#/components/schemas/{name}"
    operation["requestBody"]["required"] = True


def _complete(path: str, operation: dict[str, Any]) -> None:
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, meaning in _ERRORS.items():
        if status not in _WITH_BODY or "requestBody" in operation:
            operation["responses"][status] = {"description": meaning, "content": problem}
    if path not in _OPEN:
        operation["security"] = [{}, {"key": []}]
    if "/thumbnails/" in path:
        operation["responses"]["200"] = {
            "description": "The image.",
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {"ETag": {"description": "Changes with the image.", "schema": {"type": "string"}}},
        }
        operation["responses"]["304"] = {"description": "The image has not changed."}
