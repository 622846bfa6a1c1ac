"""The REST API as a part of the app, and as a command."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from benchmarks.server import free_port
from devise_core import Engine
from devise_core.api.keys import read_keys
from devise_core.cli import main, serve
from devise_core.client import ApiError, SemblanceClient
from devise_core.serving import garbage, open_engines
from devise_core.settings import settings
from tests.api_server import PROBLEM
from tests.browsing import PATIENCE, ROOT, served, wait_until
from ui.server.api_mount import PATH, ApiMount

BASE = "/demo/semblance"


@pytest.fixture(scope="module")
def mounted() -> Iterator[str]:
    """The address of the app with the API below ``BASE``."""
    with served(base_path=BASE, SEMBLANCE_API="on", SEMBLANCE_METRICS="on") as address:
        yield address


def test_the_app_serves_the_api_below_its_base_path(mounted: str) -> None:
    with SemblanceClient(mounted + PATH) as client:
        answer = client.search("violin", limit=3)
        assert [hit.id for hit in answer.hits][:1] == ["violin"]
        assert client.thumbnail(answer.hits[0])[:4] == b"RIFF"
        assert client.embed_text("violin").dimension == 100  # a form passes through the app
        with pytest.raises(ApiError, match="not an image"):
            client.label(b"no image")
        with pytest.raises(ApiError, match="no collection “nope”"):
            client.search("bird", collection="nope")


def test_both_count_in_the_same_metrics(mounted: str) -> None:
    SemblanceClient(mounted + PATH).collections()
    metrics = requests.get(f"{mounted}/metrics", timeout=PATIENCE).text
    assert 'semblance_api_total{route="/collections",status="200"}' in metrics
    assert "semblance_sessions" in metrics


def test_errors_of_the_mounted_api_are_problems(mounted: str) -> None:
    for method, path, status in (("GET", "nothing", 404), ("PUT", "search", 405), ("POST", "label", 415)):
        answer = requests.request(method, f"{mounted}{PATH}/{path}", timeout=PATIENCE)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)
    other = requests.post(f"{mounted}{PATH}/label", headers={"Origin": "https://evil.example"}, timeout=PATIENCE)
    assert (other.status_code, other.json()["type"]) == (403, "urn:semblance:problem:origin")


def test_the_app_has_no_api_by_default() -> None:
    with served() as address:
        answer = requests.get(f"{address}{PATH}/search?q=bird", timeout=PATIENCE)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)
        assert "SEMBLANCE_API=on" in answer.text
        assert "<title>" in requests.get(f"{address}/labels", timeout=PATIENCE).text


def without_fastapi(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that cannot import FastAPI."""
    prelude = "import sys; sys.modules.update(fastapi=None, uvicorn=None)\n"
    return subprocess.run([sys.executable, "-c", prelude + code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_app_and_the_library_work_without_fastapi() -> None:
    code = "import streamlit_app, devise_core.engine, devise_core.client, ui.router\nprint('fastapi' in {m for m, v in sys.modules.items() if v})"
    assert without_fastapi(code.replace(", ui.router", "")).stdout.strip() == "False"
    served_alone = without_fastapi("from devise_core.cli import main\nraise SystemExit(main(['serve']))")
    assert served_alone.returncode == 1
    assert 'pip install ".[api]"' in served_alone.stderr


@pytest.mark.usefixtures("fresh_settings")
def test_the_mounted_api_says_if_it_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.testclient import TestClient

    def answer() -> tuple[int, str]:
        response = TestClient(ApiMount()).get("/search")
        return response.status_code, response.json()["type"].rpartition(":")[2]

    monkeypatch.setenv("SEMBLANCE_API", "on")
    monkeypatch.setenv("SEMBLANCE_API_KEYS", "/nowhere/keys.txt")
    assert answer() == (503, "settings")
    monkeypatch.delenv("SEMBLANCE_API_KEYS")
    assert answer() == (422, "request")  # the API has started
    monkeypatch.delitem(sys.modules, "devise_core.api.app")
    monkeypatch.setitem(sys.modules, "fastapi", None)
    assert answer() == (503, "unavailable")


def test_the_command_serves_until_it_is_stopped() -> None:
    port = free_port()
    command = [sys.executable, "-m", "devise_core", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    client = SemblanceClient(f"http://127.0.0.1:{port}{PATH}")

    def answers() -> bool:
        try:
            return client.ready().status == "ready"
        except ApiError:
            return False

    try:
        wait_until(answers)
        assert client.search("violin", collection="stamps", limit=1).hits[0].id == "violin"
    finally:
        process.send_signal(signal.SIGTERM)
        _, written = process.communicate(timeout=PATIENCE)
    assert f"The API is at http://127.0.0.1:{port}/api/v1" in written
    assert "violin" not in written
    assert "Traceback" not in written


@pytest.mark.parametrize("port", ["-1", "99999", "x"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", port])
    assert ended.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


def test_a_port_that_is_in_use_is_named_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"semblance: The API cannot listen at 127.0.0.1, port {port} (")


@pytest.mark.parametrize(
    ("name", "value"), [("RUNTIME", "foo"), ("API_ORIGINS", "example.org"), ("API_KEYS", "/nope"), ("UPLOAD_BYTES", "x")]
)
def test_a_setting_that_is_not_valid_stops_the_command(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"SEMBLANCE_{name}", value)
    settings.cache_clear()
    assert main(["serve", "--port", "0"]) == 1
    assert f"SEMBLANCE_{name}" in capsys.readouterr().err
    settings.cache_clear()


def test_a_stalled_upload_does_not_delay_the_end_and_every_line_of_the_log_is_json() -> None:
    command = [sys.executable, "-m", "devise_core", "serve", "--port", "0"]
    environment = {**os.environ, "SEMBLANCE_PRELOAD": "off"}
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stderr
    written = process.stderr.readline() + process.stderr.readline()
    port = int(re.search(r"127\.0\.0\.1:(\d+)/api", written)[1])  # type: ignore[index]
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as malformed,
        socket.create_connection(("127.0.0.1", port)) as upload,
    ):
        malformed.sendall(b"nonsense\r\n\r\n")
        assert malformed.recv(100).startswith(b"HTTP/1.1 400")
        upload.sendall(b"POST /api/v1/label HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n")
        upload.sendall(b"Content-Length: 100000\r\n\r\n--b\r\n")
        assert requests.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=PATIENCE).status_code == 200
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=serve.STOPPING + PATIENCE)
    lines = [line for line in (written + rest).splitlines() if not line.startswith("semblance: ")]
    assert "Invalid HTTP request received." in [json.loads(line).get("says") for line in lines]


def test_the_command_makes_keys(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "devise_core", "serve", "--new-key", "a-colleague"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    path = tmp_path / "keys.txt"
    path.write_text(done.stderr.splitlines()[-1])
    [key] = read_keys(path)
    assert key.name == "a-colleague"
    assert done.stdout.strip() not in done.stderr
    assert done.stdout.startswith("semblance_")


@pytest.mark.usefixtures("fresh_settings")
@pytest.mark.parametrize(("preload", "loaded"), [(None, True), ("off", False)])
def test_the_command_loads_the_model_at_its_start(
    preload: str | None, loaded: bool, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEMBLANCE_PRELOAD")
    if preload:
        monkeypatch.setenv("SEMBLANCE_PRELOAD", preload)
    opened = engine.on("stamps")
    calls: list[str] = []
    monkeypatch.setattr(type(opened.encoder), "load", lambda encoder: calls.append(encoder.model_id))
    monkeypatch.setattr(open_engines, "default_engine", lambda: opened)
    monkeypatch.setattr(garbage, "freeze_memory", lambda: None)  # the process of the tests goes on
    serve._open_engine()
    assert calls == ([opened.encoder.model_id] if loaded else [])
