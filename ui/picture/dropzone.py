"""Where visitors drop pictures. The browser shrinks them and sends a few at a time."""

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
    """One message from the browser.

    Attributes:
        number: Its number, from 1.
        files: Name and content of each file.
        refused: A sentence for each file that the browser did not send.
    """

    number: int
    files: list[File]
    refused: list[str]


def dropzone(
    key: str, received: int, room: int, ready: bool, limits: Settings, on_batch: Callable[[Batch], None], compact: bool = False
) -> None:
    """Show the drop zone.

    Args:
        key: The key of the component.
        received: The number of the last batch. The browser sends the next one when it has seen this number.
        room: How many pictures may still come. At 0 the browser sends no more.
        ready: Whether the model is loaded.
        limits: The settings that limit an upload.
        on_batch: Called with each batch, before the page runs.
        compact: Whether to show it in one line, to add more pictures.
    """

    def receive() -> None:
        on_batch(parse_batch(st.session_state[key]["batch"], limits))

    _ZONE(key=key, data=[received, room, ready, [limits.upload_bytes, limits.zip_bytes], compact], on_batch_change=receive)


def parse_batch(sent: Any, limits: Settings) -> Batch:
    """Return what a browser sent, which may be anything. Whatever is not valid is left out."""
    number, files, refused = sent if isinstance(sent, list) and len(sent) == 3 else (0, [], [])
    decoded = [
        (str(pair[0])[:500], content) for pair in _pairs(files) if (content := decode(pair[1], limits.zip_bytes)) is not None
    ]
    return Batch(number if isinstance(number, int) else 0, decoded, [f"{pair[0]} {pair[1]}"[:500] for pair in _pairs(refused)])


def decode(text: Any, max_bytes: int) -> bytes | None:
    """Decode base64 to at most ``max_bytes`` bytes. Returns None for anything else."""
    if not isinstance(text, str) or len(text) > max_bytes * 4 // 3 + 4:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _pairs(values: Any) -> list[Any]:
    return [pair for pair in values if isinstance(pair, list) and len(pair) == 2] if isinstance(values, list) else []
