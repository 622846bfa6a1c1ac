"""The bytes of files that arrive from visitors, by any route, and the one limit for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Source = Callable[[], Iterable[tuple[str, int]]]
"""Returns pairs of an address and the number of bytes that are arriving from there, or that wait for a page to read them."""

_SOURCES: list[Source] = []


def count_from(source: Source) -> None:
    """Include the bytes of another route in the limit."""
    _SOURCES.append(source)


def refusal(length: int, address: str, limit: int) -> tuple[str, int] | None:
    """Return why a file may not be sent, and the HTTP status; None if it may.

    Args:
        length: The size of the file in bytes.
        address: The address of the client. One address may send half of the limit.
        limit: The most bytes that may arrive at a time, by all routes and from all addresses.
    """
    arriving = [pair for source in _SOURCES for pair in source()]
    if sum(size for _, size in arriving) + length > limit:
        return "The server is receiving too many files at the moment. Try again in a minute.", 503
    if sum(size for sender, size in arriving if sender == address) + length > limit // 2:
        return "Your address is sending too many files at the moment. Try again in a minute.", 429
    return None
