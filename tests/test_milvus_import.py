"""Imports by Milvus: jobs that fail or make no progress, and jobs over REST. A small program takes the place of the server."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from devise_core.collections.milvus.connection import MilvusConnection
from devise_core.collections.milvus.import_calls import DONE, FAILED, RestCalls
from devise_core.collections.milvus.import_jobs import finish_jobs, import_files
from devise_core.errors import CollectionError, UnreachableStoreError
from tests.local_server import LocalServer, run_server


class Jobs:
    """Jobs that have ended when their state is first read, with a reason for those that fail."""

    at_a_time = 4

    def __init__(self, reasons: Mapping[str, str], idle: bool = False) -> None:
        self.reasons, self.idle, self.started, self.most = reasons, idle, list[str](), 0
        self.running = set[int]()

    def start(self, part: str, file: str) -> int:
        self.started.append(file)
        self.running.add(len(self.started) - 1)
        self.most = max(self.most, len(self.running))
        return len(self.started) - 1

    def state(self, job: int) -> tuple[str, str]:
        if self.idle:
            return "Started 10", ""
        self.running.discard(job)
        reason = self.reasons.get(self.started[job], "")
        return (FAILED, reason) if reason else (DONE, "")

    def jobs(self, part: str) -> list[int]:
        return list(range(len(self.started)))


@pytest.fixture
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devise_core.collections.milvus.import_jobs._EVERY_SECONDS", 0.001)


@pytest.mark.usefixtures("_fast")
def test_jobs_that_fail_or_do_not_go_on_say_what_to_do() -> None:
    files = [("part", f"file {number}") for number in range(16)]
    jobs, seen = Jobs({}), list[tuple[int, int]]()
    import_files(jobs, files, lambda *done: seen.append(done))
    assert (jobs.started, jobs.most, seen[-1]) == ([file for _, file in files], jobs.at_a_time, (16, 16))
    with pytest.raises(CollectionError, match=r"^Milvus did not import file 3 \(bad dim\)\. Fix the cause and run the same"):
        import_files(Jobs({"file 3": "bad\n dim"}), files)
    with pytest.raises(CollectionError, match="Give --bulk a folder that the server sees under the same path, or its bucket"):
        import_files(Jobs({"file 3": "failed to get file size: no such file or directory"}), files)
    left = Jobs({})
    left.start("part", "of an interrupted run")
    finish_jobs(left, "part")
    assert left.running == set()
    finish_jobs(Jobs({}, idle=True), "part", 0.01)
    with pytest.raises(CollectionError, match=r"import of file 0 into Milvus made no progress .* Look at the log"):
        import_files(Jobs({}, idle=True), files, idle_seconds=0.01)


class RestHandler(BaseHTTPRequestHandler):
    """Answers as https://milvus.io/api-reference/pymilvus/v2.6.x/DataImport/BulkImport/bulk_import.md says."""

    server: RestServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, body, self.headers.get("Authorization")))
        job = {"jobId": "449", "state": "Failed", "reason": "no such key"}
        answer: dict[str, Any] = {"code": 0, "data": {"records": [job]} if self.path.endswith("list") else job}
        if body.get("collectionName") == "refused":
            answer = {"code": 1100, "message": "not allowed"}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class RestServer(LocalServer):
    def __init__(self) -> None:
        self.closing, self.requests = threading.Event(), list[tuple[str, Any, str | None]]()
        super().__init__(("127.0.0.1", 0), RestHandler)


def test_rest_jobs_are_asked_for_as_documented() -> None:
    with run_server(RestServer()) as server:
        address = f"127.0.0.1:{server.server_port}"
        calls = RestCalls(MilvusConnection(f"http://user:secret@{address}/mine"))
        assert calls.start("part", "prefix/file") == "449"
        assert calls.state("449") == (FAILED, "no such key")
        assert calls.jobs("part") == ["449"]
        with pytest.raises(CollectionError, match=rf"Milvus at http://{address}/mine refused an import \(not allowed\)"):
            calls.start("refused", "file")
    url, token = "/v2/vectordb/jobs/import", "Bearer user:secret"
    assert server.requests[0] == (f"{url}/create", {"collectionName": "part", "files": [["prefix/file"]], "dbName": "mine"}, token)
    assert server.requests[1] == (f"{url}/describe", {"jobId": "449", "dbName": "mine"}, token)
    with pytest.raises(UnreachableStoreError, match="does not answer"):
        calls.state("449")
