"""The queue for the model."""

from __future__ import annotations

from functools import cache

from devise_core.settings import settings
from devise_core.untrusted.slot_queue import SlotQueue


@cache
def model_slots() -> SlotQueue:
    """Return the queue for this server's model. Raises ``SettingsError`` if a setting has an invalid value."""
    current = settings()
    return SlotQueue(current.model_calls, current.queue_length, current.queue_seconds)
