"""The parameters that several kinds of requests have, and how an answer is sent as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from devise_core.search.conditions import PERIOD
from devise_core.search.filters import Filter

MAX_LIMIT = 100
MAX_OFFSET = 10**9
MAX_CHOICES = 50
MAX_CHARACTERS = 2_000


def _writable(text: str) -> str:
    """Return ``text``. Raises ``ValueError`` for half of a surrogate pair, which UTF-8 cannot encode."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("The text has a character that does not exist. Send it in UTF-8") from None
    return text


Text = Annotated[str, Field(max_length=MAX_CHARACTERS), AfterValidator(_writable)]
Name = Annotated[str, Field(max_length=255), AfterValidator(_writable)]
Choices = Annotated[list[Name], Field(max_length=MAX_CHOICES)]
Periods = Annotated[list[Annotated[str, Field(pattern=f"^{PERIOD}$")]], Field(max_length=MAX_CHOICES)]
CollectionName = Annotated[
    Name | None, Field(description="The name of a collection, by default the first one.", examples=["photos"])
]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many results to return.")]


class PageParameters(BaseModel):
    """Which collection to search, and which part of the result to return."""

    model_config = ConfigDict(extra="forbid")

    collection: CollectionName = None
    limit: Limit = 24
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="How many results to skip.")


class SearchParameters(PageParameters):
    """What to search for, and which images to keep. A filter can be repeated. It then applies to images with any of its values."""

    q: Text = Field(
        description='Words, a sum such as `horse -saddle` or `"red bus"^2 + snow`, or `like:ID` for an image of the collection.',
        examples=["violin", "horse -saddle"],
    )
    category: Choices = Field([], description="Keep images in this category or below it.", examples=[["animals"]])
    label: Choices = Field([], description="Keep images with this label.")
    not_category: Choices = Field([], description="Leave out images in this category or below it.")
    not_label: Choices = Field([], description="Leave out images with this label.")
    taken: Periods = Field([], description="Keep photos taken in this year or month or on this day.", examples=[["2019-05"]])
    only_matching: bool = Field(False, description="Leave out the images that do not match well.")
    captions: bool = Field(False, description="Also return images whose label, caption or category has the words.")

    def kept(self) -> Filter:
        """Return the filters."""
        return Filter(
            categories=_unique(self.category),
            labels=_unique(self.label),
            not_categories=_unique(self.not_category),
            not_labels=_unique(self.not_label),
            taken=_unique(self.taken),
        )


def json_answer(record: BaseModel) -> Response:
    """Return a record as a JSON answer. The server made the record, so FastAPI need not check it."""
    return Response(record.model_dump_json(), media_type="application/json")


def _unique(values: Sequence[str]) -> frozenset[str]:
    return frozenset(values)
