"""The bytes of files that arrive from visitors, by any route, and the one limit for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Source = Callable[[], Iterable[tuple[str, int]]]
"""Returns pairs of an address and the bytes that are on their way from there, or wait for a page."""

_SOURCES: list[Source] = []


def count_from(source: Source) -> None:
    """Count the bytes of a route too."""
    _SOURCES.append(source)


def refusal(length: int, address: str, limit: int) -> tuple[str, int] | None:
    """Return why a file may not be sent, and the HTTP status; None if it may.

    Args:
        length: Its bytes.
        address: The address of the client. One address may send half of the limit.
        limit: The most bytes that may arrive at a time, by all routes and from all addresses.
    """
    arriving = [pair for source in _SOURCES for pair in source()]
    if sum(size for _, size in arriving) + length > limit:
        return "The server receives too many files at the moment. Try again in a minute.", 503
    if sum(size for sender, size in arriving if sender == address) + length > limit // 2:
        return "Your address sends too many files at the moment. Try again in a minute.", 429
    return None
