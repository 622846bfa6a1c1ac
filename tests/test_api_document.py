"""The examples in docs/API.md work, and its tables name the requests and settings that exist."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from devise_core.settings.table import known_variables
from tests.api_server import ApiServer, problem, served_api
from tests.browsing import PATIENCE, ROOT
from tests.conftest import BUNDLED

TEXT = (ROOT / "docs/API.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8600/api/v1"
CAT = BUNDLED / "collections/photos/images/cat.webp"
CURLS = re.findall(r"^curl .+$", TEXT, re.MULTILINE)


@pytest.fixture(scope="module")
def server(models_load_once: None) -> Iterator[ApiServer]:
    with served_api() as server:
        yield server


def send(command: str, address: str) -> requests.Response:
    """Send what a curl command of the document sends, with a photo of a cat as ``photo.jpg``."""
    words, form, parameters, headers, url = iter(shlex.split(command)[1:]), list[tuple[str, object]](), {}, {}, ""
    for word in words:
        if word == "-F":
            name, _, value = next(words).partition("=")
            form.append((name, CAT.read_bytes() if value == "@photo.jpg" else (None, value)))
        elif word in ("-d", "--data-urlencode"):
            name, _, value = next(words).partition("=")
            parameters[name] = value
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-o":
            next(words)
        elif word != "-G":
            url = word
    assert url.startswith(ADDRESS)
    method = "POST" if form else "GET"
    place = address + url.removeprefix(ADDRESS)
    return requests.request(method, place, files=form or None, params=parameters, headers=headers, timeout=PATIENCE)  # type: ignore[arg-type]


@pytest.mark.parametrize("command", CURLS, ids=lambda command: command[-50:])
def test_an_example_works(server: ApiServer, command: str) -> None:
    assert len(CURLS) > 6
    answer = send(command, server.address)
    assert answer.status_code == 200, answer.text


def test_the_example_in_python_works(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [code] = re.findall(r"```python\n(.+?)```", TEXT, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").write_bytes(CAT.read_bytes())
    names: dict[str, object] = {}
    exec(compile(code.replace(ADDRESS, server.address), "docs/API.md", "exec"), names)
    assert "cat" in str(names["names"])
    assert "unknown-word" in capsys.readouterr().out


def test_the_example_of_an_error_is_what_the_server_says(server: ApiServer) -> None:
    [example] = re.findall(r"```json\n(.+?)```", TEXT, re.DOTALL)
    answer = server.request("GET", "search?q=guitarrrr")
    assert problem(answer) == (422, "unknown-word")
    assert answer.json() == json.loads(example)


def test_each_request_and_setting_exists(server: ApiServer) -> None:
    paths = server.request("GET", "openapi.json").json()["paths"]
    described = {
        re.sub("/ID$", "/{item_id}", path.replace("NAME", "{collection}"))
        for path in re.findall(r"`(?:GET|POST) (/[\w/.]+)`", TEXT)
    }
    assert described == {*paths, "/openapi.json"}
    assert set(re.findall(r"SEMBLANCE_[A-Z_]+", TEXT)) - known_variables() == {"SEMBLANCE_API"} - known_variables()
