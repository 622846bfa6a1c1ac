"""Where photos are dropped: they come a few at a time, made small by the browser."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from devise_core.settings import Settings
from devise_core.untrusted.upload_indexing import File
from ui.component import component

_ZONE = component("dropzone", "shrink")


@dataclass(frozen=True)
class Batch:
    """Its ``number``, the ``files``, and what the browser ``refused`` with why."""

    number: int
    files: list[File]
    refused: list[str]


def dropzone(key: str, taken: int, room: int, ready: bool, limits: Settings, take: Callable[[Batch], None]) -> None:
    """Show it. ``take`` is called with each batch before the page runs; the next comes when ``taken`` is that one's number.

    None comes where there is no ``room``. ``ready``: whether the network is loaded.
    """

    def received() -> None:
        take(batch_of(st.session_state[key]["batch"], limits))

    _ZONE(key=key, data=[taken, room, ready, [limits.upload_bytes, limits.zip_bytes]], on_batch_change=received)


def batch_of(sent: Any, limits: Settings) -> Batch:
    """What a browser sent, which may be anything, with what is of no use left out."""
    number, files, refused = sent if isinstance(sent, list) and len(sent) == 3 else (0, [], [])
    decoded = [(str(one[0])[:500], content) for one in _pairs(files) if (content := decode(one[1], limits.zip_bytes)) is not None]
    return Batch(number if isinstance(number, int) else 0, decoded, [f"{one[0]} {one[1]}"[:500] for one in _pairs(refused)])


def decode(text: Any, most: int) -> bytes | None:
    """Base64 → at most ``most`` bytes; None for anything else."""
    if not isinstance(text, str) or len(text) > most * 4 // 3 + 4:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _pairs(given: Any) -> list[Any]:
    return [one for one in given if isinstance(one, list) and len(one) == 2] if isinstance(given, list) else []
