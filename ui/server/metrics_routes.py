"""Serve counters and latencies at ``/metrics`` in Prometheus' text format, if ``SEMBLANCE_METRICS`` is on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from devise_core.errors import SettingsError
from devise_core.settings import settings

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Upper bounds of the histogram buckets."""


@dataclass(frozen=True)
class Instruments:
    """What each event updates: a counter, labelled by some of its facts, and a histogram of its duration."""

    registry: CollectorRegistry
    counters: dict[str, tuple[Counter, tuple[str, ...]]]
    latencies: dict[str, Histogram]
    queued: Histogram


def count(event: str, facts: dict[str, Any]) -> None:
    """Count one ``event`` with its ``facts``. Does nothing if metrics are off."""
    if not _metrics_on():
        return
    instruments = _instruments()
    if event in instruments.counters:
        counter, labels = instruments.counters[event]
        (counter.labels(*(facts[label] for label in labels)) if labels else counter).inc()
    if event in instruments.latencies:
        instruments.latencies[event].observe(facts["ms"] / 1000)
    if "queue_ms" in facts:
        instruments.queued.observe(facts["queue_ms"] / 1000)


@cache
def _metrics_on() -> bool:
    try:
        return settings().metrics
    except SettingsError:
        return False  # every page shows what is wrong with the settings


@cache
def _instruments() -> Instruments:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

    from ui.server.slot_queue import model_slots

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)  # on Linux: resident memory, CPU seconds and open files
    labels = {"page": ("page", "end"), "search": (), "encode": (), "refusal": ("guard",), "error": ("type",)}
    counters = {
        event: (Counter(f"semblance_{event}", f"“{event}” events in the log.", names, registry=registry), names)
        for event, names in labels.items()
    }
    latencies = {
        event: Histogram(f"semblance_{event}_seconds", f"Duration of “{event}” events.", buckets=SECONDS, registry=registry)
        for event in ("page", "search", "encode")
    }
    queued = Histogram("semblance_queue_seconds", "Time spent waiting for the model.", buckets=SECONDS, registry=registry)
    queue_length = Gauge("semblance_queue_length", "Requests waiting for the model.", registry=registry)
    queue_length.set_function(lambda: model_slots().waiting)
    Gauge("semblance_sessions", "Connected sessions.", registry=registry).set_function(_session_count)
    return Instruments(registry, counters, latencies, queued)


def _session_count() -> float:
    from streamlit import runtime
    from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY

    families = runtime.get_instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY]) if runtime.exists() else {}
    return sum(getattr(stat, "value", 0) for stats in families.values() for stat in stats)


def _metrics(_: Request) -> Response:
    if not _metrics_on():
        return PlainTextResponse("Metrics are off. Set SEMBLANCE_METRICS=on to turn them on.", 404)
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    return Response(generate_latest(_instruments().registry), media_type=CONTENT_TYPE_LATEST)


ROUTE = Route("/metrics", _metrics)
