"""``fetch commons``, from a local server that speaks the API of Wikimedia Commons."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from devise_core.cli.main import main
from devise_core.collections.annotations import read_annotations
from devise_core.collections.credits import read_credits
from devise_core.collections.image_files import FolderScan
from devise_core.collections.indexing import _item
from devise_core.datasets.commons import CATEGORY, CommonsReport, fetch_commons
from devise_core.datasets.download import Client
from devise_core.errors import CollectionError, FetchError
from tests.data_set_mirror import QUICK, jpeg
from tests.json_output import read_output
from tests.local_server import LocalServer, run_server

CONTACT = "ann@example.org"
LAG = {"error": {"code": "maxlag", "info": "Waiting for a database server: 7 seconds lagged"}}


class Commons(LocalServer):
    """A server with some files of Commons, two in each answer of the API.

    Attributes:
        pages: What the API says about each file.
        images: Path → content.
        answers: Answers of the API to give first.
        requests: The path and query of each request.
        agents: The User-Agent of each request.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.closing = threading.Event()
        self.pages: list[dict[str, Any]] = []
        self.images: dict[str, bytes] = {}
        self.answers: list[object] = []
        self.requests: list[str] = []
        self.agents: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def api(self) -> str:
        return f"{self.url}/w/api.php"

    def fetched(self) -> list[str]:
        return [path for path in self.requests if path.startswith("/thumb/")]

    def add(
        self, number: int, licence: str = "CC BY-SA 4.0", author: str = "<a href='x'>Ann&nbsp;Owl</a>", mime: str = "image/jpeg"
    ) -> None:
        """Add a file."""
        path = f"/thumb/{number}.jpg"
        self.images[path] = jpeg(number)
        values = {"LicenseShortName": licence, "Artist": author, "ImageDescription": f"<p>Picture <b>{number}</b></p>"}
        info = {
            "thumburl": self.url + path,
            "descriptionurl": f"https://commons.wikimedia.org/wiki/File:{number}.jpg",
            "mime": mime,
            "extmetadata": {name: {"value": value} for name, value in values.items() if value},
        }
        self.pages.append({"pageid": number, "title": f"File:Über {number}.jpg", "imageinfo": [info]})

    def answer(self, query: dict[str, list[str]]) -> object:
        """Answer a request to the API."""
        if self.answers:
            return self.answers.pop(0)
        assert query["gcmtitle"] == [CATEGORY]
        assert query["maxlag"] == ["5"]
        start = int(query.get("gcmcontinue", ["0"])[0])
        following = {"continue": {"gcmcontinue": str(start + 2), "continue": "-||"}} if start + 2 < len(self.pages) else {}
        return {"query": {"pages": self.pages[start : start + 2]}, **following}


class _Handler(BaseHTTPRequestHandler):
    server: Commons

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.requests.append(self.path)
        self.server.agents.add(self.headers["User-Agent"])
        if parts.path == "/w/api.php":
            self._send("application/json", json.dumps(self.server.answer(parse_qs(parts.query))).encode())
        elif parts.path in self.server.images:
            self._send("image/jpeg", self.server.images[parts.path])
        else:
            self.send_error(404)

    def _send(self, kind: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def commons() -> Iterator[Commons]:
    """A server with five files, all of them free."""
    with run_server(Commons()) as server:
        for number in range(1, 6):
            server.add(number)
        yield server


def fetch(server: Commons, folder: Path, limit: int = 100) -> CommonsReport:
    server.requests.clear()
    return fetch_commons(folder, Client(QUICK, CONTACT), limit, server.api)


def test_all_pages_of_the_answer_are_followed_and_credited(commons: Commons, tmp_path: Path) -> None:
    report = fetch(commons, tmp_path)
    assert (report.fetched, report.kept, report.refused, report.failed) == (5, 0, 0, {})
    credits = read_credits(tmp_path)
    assert len(credits) == 5
    first = credits["ber-1-1.jpg"]
    assert (first.caption, first.author, first.licence) == ("Picture 1", "Ann Owl", "CC BY-SA 4.0")
    assert first.source == "https://commons.wikimedia.org/wiki/File:1.jpg"
    assert (tmp_path / "ber-1-1.jpg").read_bytes() == commons.images["/thumb/1.jpg"]
    assert all("Semblance" in agent and CONTACT in agent for agent in commons.agents)


def test_what_is_there_is_not_fetched_again(commons: Commons, tmp_path: Path) -> None:
    assert fetch(commons, tmp_path, limit=2).fetched == 2
    report = fetch(commons, tmp_path, limit=4)
    assert (report.fetched, report.kept) == (2, 2)
    assert commons.fetched() == ["/thumb/3.jpg", "/thumb/4.jpg"]


@pytest.mark.parametrize("licence", ["CC BY-NC 2.0", "CC BY-ND 4.0", "GFDL", "Fair use", ""])
def test_other_licences_are_left_out(commons: Commons, tmp_path: Path, licence: str) -> None:
    commons.add(6, licence=licence)
    report = fetch(commons, tmp_path)
    assert (report.fetched, report.refused) == (5, 1)
    assert "/thumb/6.jpg" not in commons.fetched()


@pytest.mark.parametrize("licence", ["CC0", "Public domain", "CC BY 3.0", "CC BY-SA 2.5"])
def test_free_licences_are_fetched(commons: Commons, tmp_path: Path, licence: str) -> None:
    commons.add(6, licence=licence)
    assert fetch(commons, tmp_path).fetched == 6


def test_files_without_an_author_and_videos_are_left_out(commons: Commons, tmp_path: Path) -> None:
    commons.add(6, author="")
    commons.add(7, mime="video/webm")
    assert fetch(commons, tmp_path).refused == 2


def test_a_lagging_server_is_asked_again(commons: Commons, tmp_path: Path) -> None:
    commons.answers = [LAG]
    assert fetch(commons, tmp_path).fetched == 5
    commons.answers = [LAG] * QUICK.tries
    with pytest.raises(FetchError, match="busy. Try again in a few minutes"):
        fetch(commons, tmp_path)


@pytest.mark.parametrize(("answer", "message"), [({"error": {"code": "badvalue", "info": "No such thing"}}, "No such thing")])
def test_an_error_of_the_api_is_reported(commons: Commons, tmp_path: Path, answer: object, message: str) -> None:
    commons.answers = [answer]
    with pytest.raises(FetchError, match=message):
        fetch(commons, tmp_path)


def test_a_missing_or_damaged_image_does_not_stop_the_others(commons: Commons, tmp_path: Path) -> None:
    del commons.images["/thumb/2.jpg"]
    commons.images["/thumb/4.jpg"] = b"no image"
    report = fetch(commons, tmp_path)
    assert report.fetched == 3
    assert set(report.failed) == {"File:Über 2.jpg", "File:Über 4.jpg"}
    assert len(read_credits(tmp_path)) == 3


def test_an_interruption_keeps_the_credits_of_what_was_fetched(commons: Commons, tmp_path: Path) -> None:
    two, three = commons.pages[1], commons.pages[2]
    commons.pages[2] = {**three, "imageinfo": None, "title": None, "pageid": None}
    commons.pages[2]["imageinfo"] = [{**three["imageinfo"][0], "thumburl": "http://127.0.0.1:9/away.jpg"}]
    with pytest.raises(FetchError, match="does not answer"):
        fetch(commons, tmp_path)
    assert len(read_credits(tmp_path)) == 2
    commons.pages[2] = three
    assert fetch(commons, tmp_path).kept == 2
    assert two["imageinfo"][0]["thumburl"].removeprefix(commons.url) not in commons.fetched()


def test_indexing_takes_the_credits_over(commons: Commons, tmp_path: Path) -> None:
    fetch(commons, tmp_path, limit=1)
    item = _item(tmp_path / "ber-1-1.jpg", tmp_path, read_annotations(tmp_path, FolderScan()))
    assert (item.caption, item.author, item.licence) == ("Picture 1", "Ann Owl", "CC BY-SA 4.0")
    assert item.source == item.origin == "https://commons.wikimedia.org/wiki/File:1.jpg"
    (tmp_path / "credits.csv").write_text("name\na.jpg\n", "utf-8")
    with pytest.raises(CollectionError, match="no column"):
        read_annotations(tmp_path, FolderScan())


def test_the_command_prints_what_was_fetched(commons: Commons, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--out", str(tmp_path), "--base-url", commons.api, "--limit", "2", "--rate", "9000"]
    assert main(["fetch", "commons", *options]) == 1
    assert "as --contact" in capsys.readouterr().err
    options += ["--contact", CONTACT]
    assert main(["fetch", "commons", *options]) == 0
    assert "2 images fetched" in capsys.readouterr().out
    assert main(["fetch", "commons", *options, "--json"]) == 0
    assert read_output(capsys.readouterr().out)["kept"] == 2
