"""Who may use the REST API, how often, and from which sites."""

from __future__ import annotations

import hmac
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from devise_core.api.keys import KeyRing, new_key, read_keys
from devise_core.client import ApiError, SemblanceClient
from devise_core.errors import SettingsError
from tests.api_server import ApiServer, problem, served_api
from tests.browsing import wait_until

SITE = "https://example.org"


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A file with the keys of two clients, and the keys by name. The client "rarely" may send two requests per minute."""
    path, made = tmp_path / "keys.txt", {name: new_key(name) for name in ("often", "rarely")}
    path.write_text(f"# keys\n\n{made['often'][1]}\n{made['rarely'][1]} 2\n")
    return path, {name: key for name, (key, _) in made.items()}


@pytest.fixture
def guarded(keys: tuple[Path, dict[str, str]]) -> Iterator[ApiServer]:
    with served_api(API_KEYS=str(keys[0]), API_REQUESTS_PER_MINUTE="4") as server:
        yield server


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_requests_need_a_key_if_there_are_keys(guarded: ApiServer, keys: tuple[Path, dict[str, str]]) -> None:
    for headers in ({}, bearer("wrong"), {"Authorization": f"Basic {keys[1]['often']}"}):
        answer = guarded.request("GET", "search?q=bird", headers=headers)
        assert (problem(answer), answer.headers["WWW-Authenticate"]) == ((401, "key"), "Bearer")
    client = SemblanceClient(guarded.address, keys[1]["often"])
    assert client.search("bird").hits
    thumbnail = guarded.request("GET", "collections/stamps/thumbnails/violin", headers=bearer(keys[1]["often"]))
    assert thumbnail.headers["Cache-Control"].startswith("private")
    assert guarded.client.health().status == "ok"
    assert guarded.request("GET", "openapi.json").status_code == 200


def test_guesses_count_for_the_address(guarded: ApiServer, keys: tuple[Path, dict[str, str]]) -> None:
    answers = [problem(guarded.request("GET", "collections", headers=bearer(f"guess{number}"))) for number in range(5)]
    assert answers == [(401, "key")] * 4 + [(429, "rate")]
    assert SemblanceClient(guarded.address, keys[1]["often"]).collections().collections


def test_each_key_has_a_rate_of_its_own(guarded: ApiServer, keys: tuple[Path, dict[str, str]]) -> None:
    rarely, often = (SemblanceClient(guarded.address, keys[1][name]) for name in ("rarely", "often"))
    for _ in range(2):
        rarely.collections()
    with pytest.raises(ApiError, match="2 requests in the last minute") as refused:
        rarely.collections()
    assert refused.value.status == 429
    assert refused.value.retry_after and 1 <= refused.value.retry_after <= 60
    assert all(often.collections() for _ in range(6))


def test_a_key_is_revoked_without_a_restart(guarded: ApiServer, keys: tuple[Path, dict[str, str]]) -> None:
    path, client = keys[0], SemblanceClient(guarded.address, keys[1]["often"])
    client.collections()
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("often")))
    with pytest.raises(ApiError, match="needs a valid key"):
        client.collections()
    path.write_text("nonsense\n")
    with pytest.raises(ApiError, match="The operator of this server must fix it") as damaged:
        client.collections()
    assert (damaged.value.status, damaged.value.kind) == (503, "settings")
    assert str(path) not in str(damaged.value)


def test_only_hashes_are_stored_and_all_are_compared(keys: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    path, made = keys
    assert not any(key in path.read_text() for key in made.values())
    compared, compare = list[str](), hmac.compare_digest

    def counted(one: str, other: str) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    ring = KeyRing(path)
    assert [getattr(ring.find(key), "name", None) for key in (made["often"], made["rarely"], "é" * 99)] == ["often", "rarely", None]
    assert len(compared) == 6
    assert [(key.name, key.rate) for key in read_keys(path)] == [("often", None), ("rarely", 2)]


@pytest.mark.parametrize("line", ["name", "name key", "a b " + "0" * 64, "name " + "0" * 63, "name " + "0" * 64 + " many"])
def test_a_line_that_is_no_key_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"# one\n{line}\n")
    with pytest.raises(SettingsError, match=r"Line 2 of .*keys.txt is not a key"):
        read_keys(path)
    with pytest.raises(SettingsError), served_api(API_KEYS=str(path)):
        pass
    with pytest.raises(SettingsError, match="cannot be read"):
        read_keys(tmp_path / "none.txt")
    with pytest.raises(SettingsError, match="The name of a key"):
        new_key("two words")


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with served_api(METRICS="on", ALL_UPLOADS_BYTES="50000000") as server:
        yield server


def test_another_site_may_not_use_the_api(server: ApiServer) -> None:
    origin = {"Origin": SITE}
    assert problem(server.request("POST", "embed", files={"text": (None, "bird")}, headers=origin)) == (403, "origin")
    assert problem(server.request("POST", "embed", headers={"Sec-Fetch-Site": "cross-site"})) == (403, "origin")
    assert problem(server.request("POST", "embed", headers={"Origin": "http://["})) == (403, "origin")
    preflight = server.request("OPTIONS", "search", headers={**origin, "Access-Control-Request-Method": "GET"})
    assert problem(preflight) == (403, "origin")
    answer = server.request("GET", "search?q=bird", headers=origin)
    assert not any(name.lower().startswith("access-control") for name in answer.headers)
    assert server.request("POST", "embed", data={"text": "bird"}, headers={"Origin": server.root}).status_code == 200


def test_allowed_sites_are_answered_as_browsers_ask(keys: tuple[Path, dict[str, str]]) -> None:
    with served_api(API_ORIGINS=f"{SITE}/, https://other.example", API_KEYS=str(keys[0])) as server:
        ask = {"Origin": SITE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        preflight = server.request("OPTIONS", "embed", headers=ask)
        assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (200, SITE)
        assert "authorization" in preflight.headers["Access-Control-Allow-Headers"].lower()
        sent = server.request("POST", "embed", data={"text": "bird"}, headers={"Origin": SITE, **bearer(keys[1]["often"])})
        assert (sent.status_code, sent.headers["Access-Control-Allow-Origin"]) == (200, SITE)
        refused = server.request("GET", "collections", headers={"Origin": SITE})
        assert (problem(refused), refused.headers["Access-Control-Allow-Origin"]) == ((401, "key"), SITE)
        assert problem(server.request("POST", "embed", headers={"Origin": "https://evil.example"})) == (403, "origin")
    with served_api(API_ORIGINS="*") as server:
        assert server.request("GET", "collections", headers={"Origin": SITE}).headers["Access-Control-Allow-Origin"] == "*"


def test_requests_are_counted_and_logged_without_what_they_ask(server: ApiServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "semblance"):
        server.client.search("saxophone")
        server.request("GET", "search?q=saxophone%20qwzxkk&limit=0")
        server.request("GET", "saxophone")
        wait_until(lambda: [record.getMessage() for record in caplog.records].count("api") == 3)
    logged = [(record.getMessage(), getattr(record, "facts", {})) for record in caplog.records]
    assert [(facts["route"], facts["status"]) for event, facts in logged if event == "api"] == [
        ("/search", 200),
        ("/search", 422),
        ("none", 404),
    ]
    assert "saxophone" not in json.dumps(logged)
    metrics = requests.get(f"{server.root}/metrics", timeout=60).text
    assert 'semblance_api_total{route="/search",status="200"}' in metrics
    assert "semblance_api_seconds_bucket" in metrics


def test_announced_bytes_count_together(server: ApiServer) -> None:
    """One address may announce at most half of the bytes that the server receives at a time, over all routes together."""
    connection = http.client.HTTPConnection(urlsplit(server.root).netloc, timeout=60)
    connection.putrequest("POST", "/api/v1/label")
    connection.putheader("Content-Length", "20000000")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.endheaders(b"--x\r\n")
    content = b"x" * 10_000_000
    # until the server has read the head of the first request
    wait_until(lambda: problem(server.request("POST", "label", files={"file": content})) == (429, "busy"))
    connection.close()
