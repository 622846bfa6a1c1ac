"""Take dates such as "9/11" out of a query. An image does not show when it was taken, and the parts of a date are not words."""

from __future__ import annotations

import re

_DATE = re.compile(r"(?<![\w/.-])(?:\d{1,4}/\d{1,2}(?:/\d{1,4})?|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{2,4})(?![\w/])")


def without_dates(text: str) -> tuple[str, list[str]]:
    """Take the dates out of a text.

    Returns:
        The text without the dates, and the dates as they were typed, in order.

    Example:
        >>> without_dates("dog 12/25/2020"), without_dates("9/11"), without_dates("dog 24")
        (('dog', ['12/25/2020']), ('', ['9/11']), ('dog 24', []))
    """
    dates = _DATE.findall(text)
    return (" ".join(_DATE.sub(" ", text).split()) if dates else text), dates
