"""The log is lines of JSON and counters for the operator. It never has what a visitor typed."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest

from devise_core.errors import ArtifactError, BusyError, UnknownWordError
from devise_core.serving import event_log, metrics
from devise_core.settings import settings
from tests.app_testing import app

SECRET = "violin"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "semblance")
    return caplog


def events(log: pytest.LogCaptureFixture, event: str = "") -> list[dict[str, Any]]:
    """Return the events as they are written."""
    lines = [json.loads(event_log.JsonLines().format(record)) for record in log.records if record.name == "semblance"]
    return [line for line in lines if event in ("", line["event"])]


def test_each_event_is_one_line(log: pytest.LogCaptureFixture) -> None:
    app("text_search", q=SECRET)
    [search], [page] = events(log, "search"), events(log, "page")
    assert search["terms"] == 1
    assert search["hits"] >= 1
    assert (page["page"], page["end"], page["level"]) == ("text_search", "done", "info")
    assert page["ms"] >= search["ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", page["time"])


@pytest.mark.usefixtures("fresh_settings")
def test_queries_are_logged_only_if_the_operator_turns_it_on(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in ("home", "text_search", "explorer"):
        app(page, q=SECRET)
        app(page, q=f"{SECRET}qwxz")
    assert len(events(log, "search")) == 3
    assert len(events(log, "refusal")) == 3
    assert SECRET not in json.dumps(events(log))
    settings.cache_clear()
    monkeypatch.setenv("SEMBLANCE_LOG_QUERIES", "1")
    app("text_search", q=SECRET)
    assert events(log, "search")[-1]["query"] == SECRET


def test_a_refusal_names_its_guard_and_a_damaged_file(log: pytest.LogCaptureFixture) -> None:
    event_log.record_refusal(UnknownWordError({SECRET: []}))
    event_log.record_refusal(BusyError("…", "rate"))
    event_log.record_refusal(ArtifactError("words.txt is missing."))
    assert [(line["guard"], line.get("says"), line["level"]) for line in events(log)] == [
        ("unknownword", None, "info"),
        ("rate", None, "info"),
        ("artifact", "words.txt is missing.", "warning"),
    ]


def test_a_bug_has_a_number_and_a_place_but_no_text(log: pytest.LogCaptureFixture) -> None:
    try:
        int(SECRET)
    except ValueError as error:
        number = event_log.record_bug(error)
    [line] = events(log)
    assert (line["number"], line["type"], line["level"]) == (number, "ValueError", "error")
    assert re.fullmatch(r"tests/test_event_log\.py:\d+ test_a_bug_has_a_number_and_a_place_but_no_text", line["where"][-1])
    assert SECRET not in json.dumps(line)


@pytest.mark.usefixtures("fresh_settings")
def test_counters_and_latencies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_METRICS", "1")
    before = sample("semblance_page_total", page="labels", end="done")
    event_log.record("page", page="labels", end="done", ms=30.0)
    event_log.record("encode", ms=20.0, pictures=1, queue_ms=400.0)
    assert sample("semblance_page_total", page="labels", end="done") == before + 1
    assert sample("semblance_page_seconds_bucket", le="0.05") == sample("semblance_page_seconds_bucket", le="0.025") + 1
    assert sample("semblance_queue_seconds_sum") == pytest.approx(0.4)
    assert sample("semblance_queue_length") == 0
    assert 5e7 < (sample("process_resident_memory_bytes") or 0) < 1e11


def sample(name: str, **labels: str) -> float:
    """Return the value of a metric."""
    return metrics.instruments().registry.get_sample_value(name, labels) or 0.0
