"""``/ready`` says whether the app can search."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from devise_core.engine import default_collection
from devise_core.settings.environment import variable
from ui.server.ready_routes import ROUTE

CLIENT = TestClient(Starlette(routes=[ROUTE]))


def test_ready_once_the_default_collection_is_open() -> None:
    answer = CLIENT.get("/ready")
    assert (answer.status_code, answer.text) == (200, f"{default_collection()} is open.\n")
    assert answer.headers["Cache-Control"] == "no-store"


def test_not_ready_without_a_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(variable("artifacts"), str(tmp_path))
    answer = CLIENT.get("/ready")
    assert answer.status_code == 503
    assert "manifest.json" in answer.text
