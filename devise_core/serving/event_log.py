"""Write the log for the operator: one line of JSON per event on stderr, without a visitor's words or pictures by default."""

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
from pathlib import Path
from typing import Any

from devise_core.errors import ArtifactError, BusyError, DeploymentError, DeviseError, SettingsError
from devise_core.serving import metrics
from devise_core.settings import settings

LOG = logging.getLogger("semblance")
FRAMES = 8
"""How many frames of a traceback are logged."""
_REPOSITORY = Path(__file__).parent.parent.parent
_FACTS = "facts"


class JsonLines(logging.Formatter):
    """Format a record as ``{"time", "level", "event", …}``, followed by the event's facts, such as a duration."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one line of JSON."""
        timestamp = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps(
            {"time": timestamp, "level": record.levelname.lower(), "event": record.getMessage(), **getattr(record, _FACTS, {})},
            ensure_ascii=False,
        )


def start(**facts: Any) -> None:
    """Start to write events. The first event has the ``facts`` about this server."""
    if not LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        LOG.addHandler(handler)
        LOG.setLevel(logging.INFO)
        LOG.propagate = False
    # This event is not counted. Counting reads the settings and imports pydantic, which would delay the start of the server.
    LOG.info("start", extra={_FACTS: {"python": sys.version.split()[0], **facts}})


class _Events(logging.Handler):
    """Write each warning of another logger as an event, with the text of the warning."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one warning."""
        LOG.log(record.levelno, "server", extra={_FACTS: {"says": record.getMessage()}})


def take_over(logger: logging.Logger) -> None:
    """Write the warnings and errors of the logger of a web server as events. Its texts quote no request."""
    logger.handlers, logger.propagate = [_Events()], False
    logger.setLevel(logging.WARNING)


def record(event: str, level: int = logging.INFO, **facts: Any) -> None:
    """Write one event with its facts and count it.

    Args:
        event: The name of the event.
        level: A level of ``logging``.
        facts: Details of the event, as values that JSON can hold. Durations are in milliseconds and their names end with ``ms``.
    """
    LOG.log(level, event, extra={_FACTS: facts})
    metrics.count(event, facts)


@contextmanager
def timed(event: str, **facts: Any) -> Iterator[dict[str, Any]]:
    """Record ``event`` when the block has ended without an error.

    Yields:
        The facts, to which the block may add more. The duration ``ms`` is added when the event is recorded.
    """
    started = time.perf_counter()
    yield facts
    record(event, ms=_milliseconds_since(started), **facts)


@contextmanager
def timed_search(query: str) -> Iterator[dict[str, Any]]:
    """Record a search as ``timed`` does. The text of the query is written only if ``SEMBLANCE_LOG_QUERIES`` is on."""
    with timed("search", **({"query": query} if settings().log_queries else {})) as facts:
        yield facts


@contextmanager
def page_run(page: str) -> Iterator[None]:
    """Record one run of a page and how the run ended: done, stopped (replaced by a newer run) or failed."""
    started, end = time.perf_counter(), "stopped"
    try:
        yield
        end = "done"
    except Exception:  # the server handles the error
        end = "failed"
        raise
    finally:
        record("page", page=page or "home", end=end, ms=_milliseconds_since(started))


def record_refusal(error: DeviseError) -> None:
    """Record the kind of an error that a visitor was shown. The message is included only if the operator has to fix something."""
    guard = error.guard if isinstance(error, BusyError) else type(error).__name__.removesuffix("Error").lower()
    operator_fault = isinstance(error, ArtifactError | SettingsError | DeploymentError)
    level = logging.WARNING if operator_fault else logging.INFO
    record("refusal", level, guard=guard, **({"says": str(error)} if operator_fault else {}))


def record_bug(error: BaseException) -> str:
    """Record the type of an unexpected error and where it was raised, but never its text, which may quote a visitor.

    Returns:
        A random number that identifies the error in the log.
    """
    number = secrets.token_hex(4)
    frames = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    record("error", logging.ERROR, number=number, type=type(error).__name__, where=frames[-FRAMES:])
    return number


def _short(file: str) -> str:
    path = Path(file)
    return path.relative_to(_REPOSITORY).as_posix() if path.is_relative_to(_REPOSITORY) else path.name


def _milliseconds_since(started: float) -> float:
    return round(1000 * (time.perf_counter() - started), 1)
