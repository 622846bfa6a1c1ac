"""Counters and latencies of this server at ``/metrics``, in the text format of Prometheus, where ``SEMBLANCE_METRICS`` is on."""

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
"""The upper bounds of the histograms' buckets."""


@dataclass(frozen=True)
class Instruments:
    """Each event adds to a counter by some of its facts, and to a histogram of its seconds where it took some."""

    registry: CollectorRegistry
    counters: dict[str, tuple[Counter, tuple[str, ...]]]
    latencies: dict[str, Histogram]
    queued: Histogram


def count(event: str, facts: dict[str, Any]) -> None:
    """Add one ``event`` with its ``facts``; nothing where metrics are off."""
    if not _on():
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
def _on() -> bool:
    try:
        return settings().metrics
    except SettingsError:
        return False  # every page says what is wrong with them


@cache
def _instruments() -> Instruments:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

    from ui.server.rate_limit import turns

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)  # resident memory, CPU seconds, open files; on Linux
    labels = {"page": ("page", "end"), "search": (), "encode": (), "refusal": ("guard",), "error": ("type",)}
    counters = {
        event: (Counter(f"semblance_{event}", f"Events “{event}” of the log.", names, registry=registry), names)
        for event, names in labels.items()
    }
    latencies = {
        event: Histogram(f"semblance_{event}_seconds", f"How long a “{event}” took.", buckets=SECONDS, registry=registry)
        for event in ("page", "search", "encode")
    }
    queued = Histogram("semblance_queue_seconds", "How long the network was waited for.", buckets=SECONDS, registry=registry)
    Gauge("semblance_queue_length", "Who waits for the network.", registry=registry).set_function(lambda: turns().waiting)
    Gauge("semblance_sessions", "Visits that are connected.", registry=registry).set_function(_sessions)
    return Instruments(registry, counters, latencies, queued)


def _sessions() -> float:
    from streamlit import runtime
    from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY

    found = runtime.get_instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY]) if runtime.exists() else {}
    return sum(getattr(stat, "value", 0) for stats in found.values() for stat in stats)


def _metrics(_: Request) -> Response:
    if not _on():
        return PlainTextResponse("Metrics are off: set SEMBLANCE_METRICS to on.", 404)
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    return Response(generate_latest(_instruments().registry), media_type=CONTENT_TYPE_LATEST)


ROUTE = Route("/metrics", _metrics)
