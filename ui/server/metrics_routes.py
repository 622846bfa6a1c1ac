"""Serve counters and latencies at ``/metrics``, if ``SEMBLANCE_METRICS`` is on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from devise_core.serving import metrics


def _session_count() -> float:
    from streamlit import runtime
    from streamlit.runtime.stats import ACTIVE_SESSIONS_FAMILY

    families = runtime.get_instance().stats_mgr.get_stats([ACTIVE_SESSIONS_FAMILY]) if runtime.exists() else {}
    return sum(getattr(stat, "value", 0) for stats in families.values() for stat in stats)


metrics.add_gauge("semblance_sessions", "Connected sessions.", _session_count)


def _metrics(_: Request) -> Response:
    if not metrics.metrics_on():
        return PlainTextResponse("Metrics are off. Set SEMBLANCE_METRICS=on to turn them on.", 404)
    content, media_type = metrics.exposition()
    return Response(content, media_type=media_type)


ROUTE = Route("/metrics", _metrics)
