"""What the keeper of a deployment hears: a line of JSON for each event on stderr, without a visitor's words or pictures."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from devise_core.errors import ArtifactError, BusyError, DeviseError, SettingsError
from devise_core.settings import settings
from ui.server import metrics_routes

LOG = logging.getLogger("semblance")
FRAMES = 8
_HERE = Path(__file__).parent.parent.parent
_FACTS = "facts"


class JsonLines(logging.Formatter):
    """``{"time", "level", "event", …}``, the event's facts after its name."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps(
            {"time": at, "level": record.levelname.lower(), "event": record.getMessage(), **getattr(record, _FACTS, {})},
            ensure_ascii=False,
        )


def begin() -> None:
    """From now on events are written; of an unexpected error ours alone, as Streamlit's line may quote what a visitor typed."""
    if not LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)
        LOG.propagate = False
    logging.getLogger("streamlit.error_util").disabled = True
    tell("start", python=sys.version.split()[0], streamlit=metadata.version("streamlit"))


def tell(event: str, level: int = logging.INFO, **facts: Any) -> None:
    """Write one event, and count it."""
    LOG.log(level, event, extra={_FACTS: facts})
    metrics_routes.count(event, facts)


@contextmanager
def timed(event: str, **facts: Any) -> Iterator[dict[str, Any]]:
    """Tell of the block, once it ended well, with its ``ms`` and the facts it adds to those yielded."""
    began = time.perf_counter()
    yield facts
    tell(event, ms=_since(began), **facts)


@contextmanager
def searching(query: str) -> Iterator[dict[str, Any]]:
    """As ``timed``, for a query: its words are written only where the keeper has asked for them."""
    with timed("search", **({"query": query} if settings().log_queries else {})) as facts:
        yield facts


@contextmanager
def page_run(page: str) -> Iterator[None]:
    """Tell of one run of a page, and how it ended: done, stopped (a newer one took its place) or failed."""
    began, end = time.perf_counter(), "stopped"
    try:
        yield
        end = "done"
    except Exception:  # only to say so: it goes on to ``ui/server/error_handlers.py``
        end = "failed"
        raise
    finally:
        tell("page", page=page or "home", end=end, ms=_since(began))


def refused(error: DeviseError) -> None:
    """Tell what kind of sentence a visitor was shown; of a file of ours that is at fault also which."""
    guard = error.guard if isinstance(error, BusyError) else type(error).__name__.removesuffix("Error").lower()
    ours = isinstance(error, ArtifactError | SettingsError)
    tell("refusal", logging.WARNING if ours else logging.INFO, guard=guard, **({"says": str(error)} if ours else {}))


def failed(error: BaseException) -> str:
    """Tell of a bug: its number, which is returned, its type and where it was raised; never its text, which may quote a visitor."""
    number = secrets.token_hex(4)
    frames = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    tell("error", logging.ERROR, number=number, type=type(error).__name__, where=frames[-FRAMES:])
    return number


def _short(file: str) -> str:
    path = Path(file)
    return path.relative_to(_HERE).as_posix() if path.is_relative_to(_HERE) else path.name


def _since(began: float) -> float:
    return round(1000 * (time.perf_counter() - began), 1)
