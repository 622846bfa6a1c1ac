"""Count events and measure their latencies for Prometheus, if ``SEMBLANCE_METRICS`` is on.

Events and their facts (details, such as a duration) come from ``event_log.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from devise_core.errors import SettingsError
from devise_core.settings import settings

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Upper bounds of the histogram buckets, in seconds."""


_GAUGES: dict[str, tuple[str, Callable[[], float]]] = {}


@dataclass(frozen=True)
class Instruments:
    """The metrics that events update: counters, labelled by some of the event's facts, and histograms of durations in seconds."""

    registry: CollectorRegistry
    counters: dict[str, tuple[Counter, tuple[str, ...]]]
    latencies: dict[str, Histogram]
    queued: Histogram


def add_gauge(name: str, meaning: str, value: Callable[[], float]) -> None:
    """Add a value that only one kind of server has, such as the app's number of sessions. Call this before the first event.

    Args:
        name: The name of the value in the metrics.
        meaning: A sentence that describes the value.
        value: Returns the current value. It is called each time the metrics are read.
    """
    _GAUGES[name] = meaning, value


def count(event: str, facts: dict[str, Any]) -> None:
    """Count one ``event`` with its ``facts``. Does nothing if metrics are off."""
    if not metrics_on():
        return
    current = instruments()
    if event in current.counters:
        counter, labels = current.counters[event]
        (counter.labels(*(facts[label] for label in labels)) if labels else counter).inc()
    if event in current.latencies:
        current.latencies[event].observe(facts["ms"] / 1000)
    if "queue_ms" in facts:
        current.queued.observe(facts["queue_ms"] / 1000)


@cache
def metrics_on() -> bool:
    """Return whether the operator has turned metrics on."""
    try:
        return settings().metrics
    except SettingsError:
        return False  # every page shows what is wrong with the settings


@cache
def instruments() -> Instruments:
    """Return the instruments of this process, which are created on first use."""
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

    from devise_core.serving.model_slots import model_slots

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)  # on Linux: resident memory, CPU seconds and open files
    labels = {
        "page": ("page", "end"),
        "search": (),
        "encode": (),
        "refusal": ("guard",),
        "error": ("type",),
        "api": ("route", "status"),
    }
    counters = {
        event: (Counter(f"semblance_{event}", f"“{event}” events in the log.", names, registry=registry), names)
        for event, names in labels.items()
    }
    latencies = {
        event: Histogram(f"semblance_{event}_seconds", f"Duration of “{event}” events.", buckets=SECONDS, registry=registry)
        for event in ("page", "search", "encode", "api")
    }
    queued = Histogram("semblance_queue_seconds", "Time spent waiting for the model.", buckets=SECONDS, registry=registry)
    queue_length = Gauge("semblance_queue_length", "Requests waiting for the model.", registry=registry)
    queue_length.set_function(lambda: model_slots().waiting)
    for name, (meaning, value) in _GAUGES.items():
        Gauge(name, meaning, registry=registry).set_function(value)
    return Instruments(registry, counters, latencies, queued)


def exposition() -> tuple[bytes, str]:
    """Return all values in Prometheus' text format, and the media type of this format."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    return generate_latest(instruments().registry), CONTENT_TYPE_LATEST
