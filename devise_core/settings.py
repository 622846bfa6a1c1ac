"""What a deployment may set by environment variables: one typed place, one table (``docs/SETTINGS.md``)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from functools import cache
from typing import Any

from devise_core.errors import SettingsError

PREFIX = "SEMBLANCE_"
YES, NO = ("1", "on", "yes", "true"), ("0", "off", "no", "false")
ELSEWHERE = (
    ("DEVISE_ARTIFACTS", "`artifacts`", "folder", "", "The model, its words and its collections."),
    ("DEVISE_COLLECTIONS", "`collections`", "folder", "", "Where collections of your own pictures are kept."),
    ("DEVISE_DATA", "`data`", "folder", "", "The data sets that are trained on and measured with."),
    ("DEVISE_WARM", "1", "on / off", "0, 1", "Whether the network loads behind the first page, or with the first picture."),
)
"""Read where they are used, each time: name, default, unit, range and meaning."""


def _number(default: float, unit: str, low: float, high: float, meaning: str) -> Any:
    return field(default=default, metadata={"unit": unit, "range": (low, high), "meaning": meaning})


def _switch(default: bool, meaning: str) -> Any:
    return field(default=default, metadata={"unit": "on / off", "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """Each field is the variable ``SEMBLANCE_`` and its name in capitals. The defaults suit a public demo on a small host."""

    upload_bytes: int = _number(20_000_000, "bytes", 1_000, 50_000_000, "The largest picture a visitor may give.")
    upload_pixels: int = _number(
        100_000_000,
        "pixels",
        10_000,
        100_000_000,
        "The most pixels of a JPEG, by its header; formats that take more memory are held lower.",
    )
    upload_seconds: float = _number(4.0, "seconds", 0.1, 60, "How long one picture may take to decode.")
    upload_frames: int = _number(500, "frames", 1, 10_000, "The most frames of an animation; the first alone is read.")
    upload_memory: int = _number(240_000_000, "bytes", 100_000_000, 4_000_000_000, "The memory one picture may take to decode.")
    decoders: int = _number(2, "processes", 1, 32, "How many pictures are decoded at a time.")
    zip_bytes: int = _number(50_000_000, "bytes", 1_000, 200_000_000, "The largest zip of pictures a visitor may give.")
    zip_entries: int = _number(1_000, "entries", 1, 65_535, "The most entries of a zip, folders and other files included.")
    zip_unpacked_bytes: int = _number(400_000_000, "bytes", 1_000, 4_000_000_000, "The most bytes that come out of a zip.")
    zip_ratio: float = _number(100.0, "times", 2, 1_032, "How far an entry of a zip may swell; pictures hardly do.")
    zip_depth: int = _number(16, "folders", 0, 64, "How deep in folders a picture may lie; a zip within a zip is never opened.")
    collection_pictures: int = _number(200, "pictures", 1, 2_000, "The most pictures of a visit's own collection.")
    session_bytes: int = _number(64_000_000, "bytes", 1_000_000, 10**9, "The memory a visit may hold: pictures and vectors.")
    visits_bytes: int = _number(
        256_000_000,
        "bytes",
        50_000_000,
        64 * 10**9,
        "The memory that files just uploaded may take, of all visits together; then the oldest go.",
    )
    url_search: bool = _switch(False, "Search by the address of a picture: the server fetches it.")
    url_bytes: int = _number(10_000_000, "bytes", 1_000, 50_000_000, "The most bytes fetched from an address.")
    url_seconds: float = _number(8.0, "seconds", 0.5, 60, "How long an address may take in all, redirects included.")
    url_redirects: int = _number(3, "redirects", 0, 10, "How many redirects are followed; each is checked like the first address.")
    network_calls: int = _number(1, "calls", 1, 32, "How many pictures go through the network at a time.")
    queue_length: int = _number(20, "visitors", 0, 1_000, "How many may wait for the network; the next is told to come back.")
    queue_seconds: float = _number(20.0, "seconds", 0.5, 300, "How long one may wait for the network.")
    requests_per_minute: int = _number(60, "requests", 1, 10_000, "The most searches and pictures of one visit in a minute.")
    metrics: bool = _switch(
        False,
        "Counters and latencies at `/metrics` for Prometheus: have the proxy refuse it, and `/_stcore/metrics`, to strangers.",
    )
    log_queries: bool = _switch(False, "Write the text of queries to the log: personal data.")


@cache
def settings() -> Settings:
    """Those of this process. Raises ``SettingsError`` for a value that is not allowed."""
    return read_settings(os.environ)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises ``SettingsError``, which names the variable, its value and what is allowed."""
    given: dict[str, Any] = {
        each.name: _read(each, text) for each in fields(Settings) if (text := environment.get(variable(each.name), "").strip())
    }
    return Settings(**given)


def variable(name: str) -> str:
    """``upload_bytes`` → ``SEMBLANCE_UPLOAD_BYTES``."""
    return PREFIX + name.upper()


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Names that begin like a setting and are none."""
    known = {variable(each.name) for each in fields(Settings)}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def settings_table() -> str:
    """Every variable with its default, unit, range and meaning, as Markdown."""
    rows = [
        (variable(each.name), _spoken(_default(each)), each.metadata["unit"], _allowed(each), each.metadata["meaning"])
        for each in fields(Settings)
    ]
    head = ("variable", "default", "unit", "allowed", "meaning")
    return (
        "\n".join(
            [
                "# Settings",
                "",
                "Environment variables, read as the server starts; an empty one is as good as unset. "
                "`python -m devise_core doctor` checks them.",
                "",
                *_lines(head, rows),
                "",
                "Read at each use:",
                "",
                *_lines(head, ELSEWHERE),
            ]
        )
        + "\n"
    )


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head))] + [
        f"| `{name}` | {' | '.join(cells)} |" for name, *cells in rows
    ]


def _read(each: Field[Any], text: str) -> bool | float:
    default = _default(each)
    if isinstance(default, bool):
        if text.lower() in YES + NO:
            return text.lower() in YES
    else:
        low, high = each.metadata["range"]
        with suppress(ValueError):
            value = type(default)(text)
            if low <= value <= high:
                return value
    raise SettingsError(
        f"{variable(each.name)} is {text[:40]!r}; allowed is {_allowed(each)} ({each.metadata['unit']}): set it so, or unset it."
    )


def _default(each: Field[Any]) -> bool | float:
    default: Any = each.default
    return default  # type: ignore[no-any-return]


def _allowed(each: Field[Any]) -> str:
    if isinstance(_default(each), bool):
        return f"{', '.join(YES)} / {', '.join(NO)}"
    low, high = each.metadata["range"]
    return f"{_spoken(low)} to {_spoken(high)}"


def _spoken(value: bool | float) -> str:
    return ("off", "on")[value] if isinstance(value, bool) else f"{value:,.10g}".replace(",", "_")  # as it may be typed
