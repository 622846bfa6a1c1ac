"""The REST API answers each error with a problem that says what to do, describes itself, and serves thumbnails with ETags."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.api_server import PROBLEM, ApiServer, problem, served_api

THUMBNAIL = "collections/stamps/thumbnails/violin"


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with served_api(UPLOAD_BYTES="100000") as server:
        yield server


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "nothing", 404, "address"),
        ("GET", "", 404, "address"),
        ("GET", "search/", 404, "address"),
        ("DELETE", "search?q=bird", 405, "method"),
        ("GET", "label", 405, "method"),
        ("OPTIONS", "search", 405, "method"),
        ("GET", "search", 422, "request"),
        ("GET", "search?q=", 422, "query"),
        ("GET", "search?q=%00", 422, "query"),
        ("GET", "search?q=%ff%fe", 422, "query"),
        ("GET", "search?q=%ed%a0%80", 422, "query"),
        ("GET", f"search?q={'x' * 1500}", 422, "query"),
        ("GET", f"search?q={'x' * 2500}", 422, "request"),
        ("GET", "search?q=bird&limit=0", 422, "request"),
        ("GET", "search?q=bird&limit=101", 422, "request"),
        ("GET", f"search?q=bird&limit={'9' * 400}", 422, "request"),
        ("GET", f"search?q=bird&limit={'9' * 5000}", 422, "request"),
        ("GET", "search?q=bird&limit=1e3", 422, "request"),
        ("GET", "search?q=bird&offset=-1", 422, "request"),
        ("GET", "search?q=bird&offset=99999999999999999999", 422, "request"),
        ("GET", "search?q=bird&limt=5", 422, "request"),
        ("GET", "search?q=bird&only_matching=perhaps", 422, "request"),
        ("GET", "search?q=bird&" + "&".join(["label=x"] * 51), 422, "request"),
        ("GET", "collections/nope", 404, "unknown-collection"),
        ("GET", "collections/%00", 404, "unknown-collection"),
        ("GET", "collections/stamps/items/", 404, "unknown-image"),
        ("GET", "collections/stamps/items/a%2Fb'%00", 404, "unknown-image"),
        ("GET", "collections/stamps/items/..%2F..%2Fmanifest.json", 404, "unknown-image"),
        ("GET", "collections/nope/thumbnails/violin", 404, "unknown-collection"),
        ("GET", f"collections/stamps/thumbnails/{'x' * 300}", 422, "request"),
        ("POST", "label", 415, "media-type"),
    ],
)
def test_each_error_is_a_problem(server: ApiServer, method: str, path: str, status: int, kind: str) -> None:
    assert problem(server.request(method, path)) == (status, kind)


def test_a_field_that_is_repeated_or_no_file_is_refused(server: ApiServer) -> None:
    twice = server.request("POST", "label", files=[("file", ("a.png", b"x")), ("file", ("b.png", b"y"))])
    assert problem(twice) == (422, "request")
    assert twice.json()["detail"].startswith("The form has several fields “file”.")
    text = server.request("POST", "label", files=[("file", (None, "text"))])
    assert text.json()["detail"].startswith("The field “file” has a text. Send the image as a file")


@pytest.mark.parametrize(
    ("path", "field", "says"),
    [
        ("label", "word", "word is a parameter of the address, not a field of the form."),
        ("similar", "collection", "collection is a parameter of the address, not a field of the form."),
        ("embed", "img", "There is no field of the form “img”. The known ones are: text, file, url."),
        ("label?wrod=cat", "file", "There is no parameter of the address “wrod”. The known ones are: limit, vocabulary, word."),
        ("embed?text=cat", "file", "text is a field of the form, not a parameter of the address."),
        ("embed?limit=5", "file", "There is no parameter of the address “limit”. There are none."),
    ],
)
def test_a_name_that_would_be_ignored_is_refused(server: ApiServer, path: str, field: str, says: str) -> None:
    answer = server.request("POST", path, data={field: "stamps"})
    assert (problem(answer), answer.json()["detail"]) == ((422, "request"), says)


@pytest.mark.parametrize(
    ("headers", "body", "status", "kind"),
    [
        ({"Content-Type": "application/json"}, b"{}", 415, "media-type"),
        ({"Content-Type": "multipart/form-data"}, b"x", 400, "form"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"nonsense", 400, "form"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\n", 422, "request"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"", 422, "request"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=%00%ff", 422, "query"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=a&url=b", 422, "request"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"file=a", 422, "request"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"url=http://127.0.0.1/", 403, "url"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=" + b"x" * 300_000, 413, "too-large"),
    ],
)
def test_a_malformed_body_is_a_problem(server: ApiServer, headers: dict[str, str], body: bytes, status: int, kind: str) -> None:
    assert problem(server.request("POST", "embed", headers=headers, data=body)) == (status, kind)


@pytest.mark.parametrize("charset", ["raw_unicode_escape", "utf-7", "undefined", "base64", "idna", "no such"])
def test_text_in_a_strange_encoding_is_no_bug(server: ApiServer, charset: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\\ud800+2AA-\xff\r\n--x--\r\n'
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    assert problem(server.request("POST", "embed", headers={"Content-Type": kind}, data=part))[0] in (400, 422)


def test_a_body_without_a_length_is_limited_too(server: ApiServer) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(10):
            yield b"x" * 50_000

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert problem(server.request("POST", "label", headers=kind, data=endless())) == (413, "too-large")


def test_a_bug_is_answered_with_a_number_and_logged_without_its_text(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("devise_core.api.search_routes.search_answer", fail)
    with caplog.at_level("INFO", "semblance"):
        answer = server.request("GET", "search?q=bird&limit=17&offset=61")  # no other test asks this, so the answer is not cached
    assert problem(answer) == (500, "unexpected")
    [logged] = [record.__dict__["facts"] for record in caplog.records if record.getMessage() == "error"]
    assert (logged["number"], logged["type"]) == (answer.json()["number"], "ZeroDivisionError")
    assert "secret" not in answer.text + caplog.text


def test_wrong_method_names_the_right_one(server: ApiServer) -> None:
    assert server.request("POST", "search").headers["Allow"] == "GET"


def test_outside_of_the_api_is_a_problem_too(server: ApiServer) -> None:
    for path in ("/", "/metrics", "/docs"):
        assert problem(requests.get(server.root + path, timeout=60)) == (404, "address")


def test_a_thumbnail_is_sent_once(server: ApiServer) -> None:
    first = server.request("GET", THUMBNAIL)
    assert (first.headers["Content-Type"], first.content[:4]) == ("image/webp", b"RIFF")
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    tag = first.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = server.request("GET", THUMBNAIL, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert server.request("GET", THUMBNAIL, headers={"If-None-Match": '"other"'}).status_code == 200
    assert server.request("GET", "collections/stamps/thumbnails/cello").headers["ETag"] != tag


def test_head_is_answered_like_get_without_a_body(server: ApiServer) -> None:
    head, get = server.request("HEAD", THUMBNAIL), server.request("GET", THUMBNAIL)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", get.headers["ETag"])
    assert server.request("HEAD", "health").status_code == 200


def operations(server: ApiServer) -> list[tuple[str, str, dict[str, Any]]]:
    paths = server.request("GET", "openapi.json").json()["paths"]
    return [(path, method, operation) for path, each in paths.items() for method, operation in each.items()]


def test_the_description_is_openapi_with_examples_and_every_error(server: ApiServer) -> None:
    content = server.request("GET", "openapi.json").json()
    assert content["openapi"] == "3.1.0"
    assert all(schema.get("examples") for schema in content["components"]["schemas"].values())
    assert {"EmbedForm", "LabelForm", "SimilarForm", "Problem"} <= set(content["components"]["schemas"])
    described = operations(server)
    assert len(described) == 10
    for path, method, operation in described:
        assert operation["summary"] and operation["description"], path
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"400", "401", "404", "422", "429", "500", "503"} <= set(errors)
        assert {"413", "415"} <= set(errors) or method == "get"
        assert all(list(answer["content"]) == [PROBLEM] for answer in errors.values())


def test_anyone_can_ask_whether_the_server_works(server: ApiServer) -> None:
    assert server.client.health().status == "ok"
    ready = server.client.ready()
    assert (ready.status, ready.collection) == ("ready", "stamps")
