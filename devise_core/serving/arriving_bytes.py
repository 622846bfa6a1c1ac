"""Count the bytes of files that are arriving from visitors by any route, and limit their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Source = Callable[[], Iterable[tuple[str, int]]]
"""Returns pairs of a client's IP address and the number of its bytes that are arriving, or that wait for a page to read them."""

_SOURCES: list[Source] = []


def count_from(source: Source) -> None:
    """Include the bytes of one more route in the limit. ``source`` is called for each new file."""
    _SOURCES.append(source)


def refusal(length: int, address: str, limit: int) -> tuple[str, int] | None:
    """Return why a file is refused, and the HTTP status. None if the file may be sent.

    Args:
        length: The size of the file in bytes.
        address: The IP address of the client. One address may send at most half of ``limit`` at a time.
        limit: The most bytes that may arrive at a time, by all routes and from all addresses.
    """
    arriving = [pair for source in _SOURCES for pair in source()]
    if sum(size for _, size in arriving) + length > limit:
        return "The server is receiving too many files at the moment. Try again in a minute.", 503
    if sum(size for sender, size in arriving if sender == address) + length > limit // 2:
        return "Your address is sending too many files at the moment. Try again in a minute.", 429
    return None
