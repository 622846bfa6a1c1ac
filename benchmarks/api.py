"""Measure the REST API with 50 clients on this machine, beside two other servers. All return 24 images of `photos`.

One is a function of the library behind Werkzeug, the server of Flask, with one thread. That is how small search demos are often
served. The other encodes each text as clip-retrieval does, as ``clip_style`` says.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.clip_style import serve
from benchmarks.http_load import HOST, Answers, closed_loop, paced
from benchmarks.server import free_port, wait_until_answering
from benchmarks.table import print_table
from devise_core.storage.paths import BUNDLED_ARTIFACTS, REPOSITORY

CLIENTS = 50
LIMIT = 24
API, ONE, CLIP = "REST API", "one request at a time", "in the style of clip-retrieval"
PATHS = {API: f"/api/v1/search?collection=photos&limit={LIMIT}&q=", ONE: "/search?q=", CLIP: "/search?q="}
COMMANDS = {
    API: ["-m", "devise_core", "serve", "--port"],
    ONE: ["-m", "benchmarks.api", "--one-at-a-time"],
    CLIP: ["-m", "benchmarks.api", "--clip-style"],
}
READY = {API: "/api/v1/ready", ONE: "/search?q=bird", CLIP: "/search?q=bird"}


@contextmanager
def running(kind: str) -> Iterator[int]:
    """Run a server until the context ends, and yield its port."""
    port = free_port()
    settings = {"SEMBLANCE_API_REQUESTS_PER_MINUTE": "999999", "SEMBLANCE_PRELOAD": "off"}
    process = subprocess.Popen(
        [sys.executable, *COMMANDS[kind], str(port)],
        cwd=REPOSITORY,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_answering(f"http://{HOST}:{port}{READY[kind]}")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def serve_one_at_a_time(port: int) -> None:
    """Answer ``/search?q=TEXT`` with the images of ``search_text``, one request after the other."""
    import logging

    from werkzeug.serving import run_simple
    from werkzeug.wrappers import Request, Response

    from devise_core import load_engine

    engine = load_engine(collection="photos")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    @Request.application
    def application(request: Request) -> Response:
        query = engine.query(request.args["q"])
        evidence = engine.evidence(query)
        hits = [hit.as_dict() for hit in engine.search_text(query, LIMIT)]
        body = {"hits": hits, "announced": bool(evidence and evidence.sure)}
        return Response(json.dumps(body), mimetype="application/json")

    run_simple(HOST, port, application, threaded=False)


def queries(count: int, repeated: bool) -> list[str]:
    """Return nouns to search for: all different, or 50 of them again and again, as popular queries are."""
    lines = (BUNDLED_ARTIFACTS / "nouns.txt").read_text("utf-8").splitlines()[:8000]
    nouns = random.Random(7).sample([line.split("\t")[0] for line in lines], min(count, 8000))
    return [nouns[number % 50] for number in range(count)] if repeated else nouns


def measure(kind: str, texts: Sequence[str], rate: float) -> Answers:
    """Measure one server in a process of its own. ``rate`` is 0 for clients that do not pause."""
    with running(kind) as port:
        asyncio.run(closed_loop(port, PATHS[kind], queries(100, repeated=False), 2))  # warm-up
        return asyncio.run(
            paced(port, PATHS[kind], texts, CLIENTS, rate) if rate else closed_loop(port, PATHS[kind], texts, CLIENTS)
        )


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=2000, help="requests of each run (default: %(default)s)")
    options.add_argument(
        "--rate", type=float, default=20, help="requests in a second of the run with pauses (default: %(default)s)"
    )
    options.add_argument("--one-at-a-time", type=int, metavar="PORT", help="only run the other server")
    options.add_argument("--clip-style", type=int, metavar="PORT", help="only run the server in the style of clip-retrieval")
    chosen = options.parse_args()
    if chosen.clip_style:
        serve(chosen.clip_style, LIMIT)
        return
    if chosen.one_at_a_time:
        serve_one_at_a_time(chosen.one_at_a_time)
        return
    for title, repeated, rate in (
        (f"different queries, {chosen.rate:g} in a second", False, chosen.rate),
        ("different queries, without pauses", False, 0.0),
        ("50 queries again and again, without pauses", True, 0.0),
    ):
        texts = queries(chosen.requests, repeated)
        answers = {kind: measure(kind, texts, rate) for kind in (CLIP, ONE, API)}
        columns = ["server", "p50 ms", "p95 ms", "answers/s", "× one at a time", "× clip-retrieval", "errors"]
        rows = [
            [
                kind,
                f"{each.quantile(0.5):.1f}",
                f"{each.quantile(0.95):.1f}",
                f"{each.rate:.0f}",
                f"{each.rate / answers[ONE].rate:.2f}",
                f"{each.rate / answers[CLIP].rate:.2f}",
                str(len(each.errors)),
            ]
            for kind, each in answers.items()
        ]
        print_table(f"{CLIENTS} clients, {title} (load of this machine: {os.getloadavg()[0]:.1f})", columns, rows)


if __name__ == "__main__":
    main()
