"""Lists of results that print as a table, show thumbnails in a notebook, and convert to a pandas data frame."""

from __future__ import annotations

import base64
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar, overload

from devise_core.datatypes import Hit, Item, WordHit
from devise_core.errors import extras_needed

if TYPE_CHECKING:
    from typing import Self

    import pandas as pd

Result = TypeVar("Result", bound=Hit | WordHit)
_SHOWN = 60
"""The most results that a table or a notebook shows."""
_THUMBNAIL = 96
"""Width and height of a thumbnail in a notebook, in pixels."""


class _Results(list[Result], ABC, Generic[Result]):
    """A list of results, the best first. A slice of it has the same type."""

    def __init__(self, results: Iterable[Result] = ()) -> None:
        super().__init__(results)

    @overload
    def __getitem__(self, place: SupportsIndex) -> Result: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: SupportsIndex | slice) -> Result | Self:
        if isinstance(place, slice):
            return type(self)(super().__getitem__(place))
        return super().__getitem__(place)

    def __add__(self, others: list[Any]) -> Any:
        """Return a list of the same type if the others are of this type, and otherwise a plain list."""
        joined = super().__add__(others)
        return type(self)(joined) if isinstance(others, type(self)) else joined

    def copy(self) -> Self:
        """Return a copy of the same type."""
        return type(self)(self)

    def __repr__(self) -> str:
        """Return a table with one line for each result."""
        lines = [self._line(result) for result in self[:_SHOWN]]
        more = [f"… and {len(self) - _SHOWN} more"] if len(self) > _SHOWN else []
        return "\n".join((*lines, *more)) or "no results"

    def to_pandas(self) -> pd.DataFrame:
        """Return a data frame with one row for each result, and the columns of ``as_dict``.

        Raises:
            MissingPackageError: If pandas is not installed.
        """
        with extras_needed():
            import pandas as pd
        return pd.DataFrame([result.as_dict() for result in self], columns=None if self else self._columns())

    @abstractmethod
    def _line(self, result: Result) -> str:
        """Return the line of one result in the table."""

    @abstractmethod
    def _columns(self) -> list[str]:
        """Return the columns of the data frame for an empty list."""


class Hits(_Results[Hit]):
    """The images that a search returned, the best first.

    ``Hits`` is a list of ``Hit``. It prints as a table in a terminal, and shows thumbnails in a notebook.

    Example:
        >>> from devise_core import load_engine
        >>> hits = load_engine(collection="stamps").search_text("violin", k=2)
        >>> hits
        0.906  violin                        hobbies/music/string
        0.900  cello                         hobbies/music/string
        >>> hits[:1].to_pandas()["id"].tolist()
        ['violin']
    """

    def _line(self, result: Hit) -> str:
        return f"{result.cosine:.3f}  {result.name:<28.28}  {result.category}".rstrip()

    def _columns(self) -> list[str]:
        return list(Hit(Item("", ""), 0, None, 0.0).as_dict())

    def _repr_html_(self) -> str:
        """Return the thumbnails with names and similarities, for Jupyter."""
        figures = "".join(_figure(hit) for hit in self[:_SHOWN])
        return f'<div style="display:flex;flex-wrap:wrap;gap:12px">{figures}</div>' if self else "<p>no results</p>"


class WordHits(_Results[WordHit]):
    """The words that a search returned, the best first: a list of ``WordHit`` that prints as a table.

    Example:
        >>> engine.similar_words("violin", k=2)
        0.925  cello
        0.916  piano
    """

    def _line(self, result: WordHit) -> str:
        return f"{result.cosine:.3f}  {result.word}"

    def _columns(self) -> list[str]:
        return list(WordHit("", 0.0).as_dict())


def _figure(hit: Hit) -> str:
    box = f"width:{_THUMBNAIL}px;height:{_THUMBNAIL}px;border-radius:8px"
    source = _thumbnail(hit.path)
    picture = f'<img src="{source}" alt="{escape(hit.name)}" style="{box};object-fit:cover">' if source else ""
    caption = f"<figcaption><b>{escape(hit.name)}</b><br>similarity {hit.cosine:z.2f}</figcaption>"
    style = f"margin:0;width:{_THUMBNAIL}px;font-size:12px"
    return f'<figure style="{style}" title="{escape(hit.caption or hit.name)}">{picture}{caption}</figure>'


def _thumbnail(path: Path | None) -> str:
    """Return a small copy of an image as a ``data:`` URI, or "" if the image has no file or cannot be read."""
    from PIL import Image

    if path is None:
        return ""
    buffer = io.BytesIO()
    try:
        with Image.open(path) as image:
            image.thumbnail((2 * _THUMBNAIL, 2 * _THUMBNAIL))  # sharp on screens with twice the pixels
            image.convert("RGBA").save(buffer, "WEBP", quality=80)
    except OSError:
        return ""
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
