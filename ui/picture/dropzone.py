"""The zone in which visitors drop pictures. The browser shrinks the pictures and sends a few at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from devise_core.settings import Settings
from devise_core.untrusted.upload_indexing import File
from ui.callbacks import uninterrupted
from ui.component import component
from ui.server.file_drop import MAX_FILES, FileDrop, session_drop

MAX_NAME, MAX_COUNT = 300, 1_000_000
_ZONE = component("dropzone", "shrink", "drop")


@dataclass(frozen=True)
class DroppedFiles:
    """A batch: one message from the browser with a few files.

    Attributes:
        number: The number of the batch, from 1.
        files: Name and content of each file.
        refused: A sentence for each file that the browser did not send.
        more: How many more files the browser did not send.
    """

    number: int
    files: list[File]
    refused: list[str]
    more: int = 0


def dropzone(
    key: str,
    received: int,
    room: int,
    ready: bool,
    limits: Settings,
    on_batch: Callable[[DroppedFiles], None],
    compact: bool = False,
) -> None:
    """Show the drop zone.

    Args:
        key: The key of the component.
        received: The number of the last batch that was received. The browser sends the next batch when it sees this number.
        room: How many more pictures are accepted. At 0 the browser sends no more.
        ready: Whether the model is loaded.
        limits: The settings that limit an upload.
        on_batch: Called with each batch, before the page runs.
        compact: Whether to show the zone as one line, for adding more pictures.
    """

    @uninterrupted
    def receive() -> None:
        on_batch(parse_batch(st.session_state[key]["batch"], drop))

    drop = session_drop()
    data = [received, room, ready, [limits.upload_bytes, limits.zip_bytes], compact, drop.url]
    _ZONE(key=key, data=data, on_batch_change=receive)


def parse_batch(sent: Any, drop: FileDrop) -> DroppedFiles:
    """Return the batch that a browser sent. The message may contain anything, and its invalid parts are left out.

    Args:
        sent: A list of four values: the number of the batch, the name and the number in the drop of each file, the name and the
            reason for each file that was not sent, and how many more files were not sent.
        drop: The drop to which the browser sent the contents of the files (``file_drop.py``).
    """
    number, files, refused, more = sent if isinstance(sent, list) and len(sent) == 4 else (0, [], [], 0)
    received = [(str(pair[0])[:MAX_NAME], content) for pair in _pairs(files) if (content := drop.take(str(pair[1]))) is not None]
    reasons = [f"{str(pair[0])[:MAX_NAME]} {str(pair[1])[:MAX_NAME]}" for pair in _pairs(refused)]
    return DroppedFiles(_count(number), received, reasons, _count(more))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < MAX_COUNT else 0


def _pairs(values: Any) -> list[Any]:
    return [pair for pair in values[:MAX_FILES] if isinstance(pair, list) and len(pair) == 2] if isinstance(values, list) else []
