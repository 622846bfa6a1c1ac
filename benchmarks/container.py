"""Build the container image without Docker, run it, and check that it answers.

    sudo .venv/bin/python -m benchmarks.container /tmp/image

It needs root, and Debian's packages mmdebstrap and bubblewrap. The image runs as its user, without capabilities, with a read-only
root and 256 MB in /tmp, as in ``compose.yaml``. It reaches no other host.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import requests

from benchmarks.app_session import AppSession
from benchmarks.container_build import Image, build, load, sandbox
from devise_core.client import SemblanceClient
from devise_core.storage.paths import REPOSITORY

ADDRESS = "http://127.0.0.1:8501"
API = "http://127.0.0.1:8600/api/v1"
CAT = REPOSITORY / "artifacts/collections/photos/images/cat.webp"
TMPFS = {"/tmp": 256_000_000, "/dev/shm": 64_000_000}
"""Folders in memory and their bytes, as ``compose.yaml`` and Docker mount them."""
PATIENCE = 180.0
_INSIDE = "SEMBLANCE_CONTAINER_CHECK"


def running(image: Image, command: Sequence[str]) -> list[str]:
    """Return the command line that runs ``command`` as the image runs in production."""
    user, group = image.user.split(":")
    options = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL"]
    options += [part for name in ("SETUID", "SETGID", "SETPCAP") for part in ("--cap-add", f"CAP_{name}")]
    for folder, size in TMPFS.items():
        options += ["--perms", "1777", "--size", str(size), "--tmpfs", folder]
    rights = ["--reuid", user, "--regid", group, "--clear-groups", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"]
    return sandbox(image, "--ro-bind", options, ["setpriv", *rights, "--no-new-privs", "--", *command])


@contextmanager
def started(image: Image) -> Iterator[float]:
    """Run the image, and yield the seconds until its health check succeeds."""
    begin = time.monotonic()
    server = subprocess.Popen(running(image, image.command))
    try:
        while subprocess.run(running(image, image.health), stderr=subprocess.DEVNULL, check=False).returncode:
            assert server.poll() is None, "The container has stopped."
            assert time.monotonic() < begin + PATIENCE, "The container is not healthy."
            time.sleep(0.5)
        yield time.monotonic() - begin
    finally:
        server.terminate()
        server.wait()


def check_rights(image: Image) -> None:
    """Check that the processes have no rights, and can write to nothing but /tmp."""
    script = (
        'test "$(id -u):$(id -g)" = 1000:1000'
        " && grep -q '^CapEff:.0*$' /proc/self/status && grep -q '^NoNewPrivs:.1$' /proc/self/status"
        " && touch /tmp/written && for folder in / /app /app/artifacts /venv /home/semblance /etc /var/tmp;"
        ' do if touch "$folder/written" 2>/dev/null; then exit 1; fi; done'
    )
    subprocess.run(running(image, ["sh", "-c", script]), check=True)


async def search() -> None:
    """Search by a word."""
    async with AppSession(ADDRESS, "text_search") as session:
        await session.run(q="violin")
        assert re.search("match(es)? well", session.text()), session.text()


async def label() -> None:
    """Upload a picture as Labels does, and read its label."""
    async with AppSession(ADDRESS, "labels") as session:
        await session.choose("Choose a picture", "Upload")
        await session.upload("A picture", "cat.webp", CAT.read_bytes())
        assert "Best name: cat" in session.text(), session.text()


async def drop() -> None:
    """Send a picture as Your pictures does."""
    async with AppSession(ADDRESS, "photos") as session:
        url = f"{ADDRESS}/{session.components('dropzone')[0][5]}/1"
        answer = await asyncio.to_thread(requests.put, url, data=CAT.read_bytes(), timeout=60)
        assert answer.status_code == 204, answer.text


def check_files() -> None:
    """Request what pages load."""
    paths = ("pictures/photos/images/cat.webp", "map-data/stamps", "map-preview/stamps", "suggest?q=vio", "share-card.png?q=violin")
    for path in paths:
        answer = requests.get(f"{ADDRESS}/{path}", timeout=60)
        assert answer.status_code == 200, path
        assert not answer.headers["Content-Type"].startswith("text/html"), path


def serving_api(image: Image) -> Image:
    """Return the image with the command that runs the REST API alone, and a health check that asks whether it can search."""
    ready = f"import urllib.request; urllib.request.urlopen('{API}/ready', timeout=60)"
    serve = ["python", "-m", "devise_core", "serve", "--host", "0.0.0.0"]
    return replace(image, command=serve, health=["python", "-c", ready])


def search_by_api() -> None:
    """Search by a word, and label a picture, over HTTP."""
    with SemblanceClient(API) as client:
        assert client.search("castle").hits[0].name == "castle"
        assert client.label(CAT).labels[0].word == "cat"


def memory(image: Image) -> int:
    """Return the bytes of memory that the processes of the image take."""
    sizes = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == int(image.user.split(":")[0]):
                fields = (process / "statm").read_text().split()
                sizes.append((int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE"))
        except OSError:  # it has ended
            continue
    return sum(sizes)


def check(image: Image) -> None:
    """Run the image and check it. Raises ``AssertionError``."""
    check_rights(image)
    subprocess.run(running(image, ["python", "-m", "devise_core", "doctor"]), check=True)
    with started(image) as seconds:
        print(f"healthy after {seconds:.1f} s", flush=True)
        check_files()
        for step in (search, label, drop):
            begin = time.monotonic()
            asyncio.run(step())
            print(f"{step.__name__}: answered after {time.monotonic() - begin:.1f} s", flush=True)
        print(f"memory: {memory(image) / 1e6:.0f} MB without shared pages", flush=True)
    with started(serving_api(image)) as seconds:
        print(f"the API: ready after {seconds:.1f} s", flush=True)
        search_by_api()
        print(f"the API: memory {memory(image) / 1e6:.0f} MB without shared pages", flush=True)


def main() -> None:
    """Build the image unless it is built, and check it where no other host can be reached."""
    parser = argparse.ArgumentParser(description="Build the container image without Docker, run it, and check it.")
    parser.add_argument("folder", type=Path, help="where the image is built, or was built before")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    if os.environ.get(_INSIDE):
        check(load(options.folder))
        return
    if not (options.folder / "image.json").is_file():
        image = build(REPOSITORY, options.folder.resolve(), dict(each.split("=", 1) for each in options.build_arg))
        size = subprocess.run(["du", "-sm", image.root], check=True, capture_output=True, text=True).stdout.split()[0]
        print(f"built: {size} MB", flush=True)
    alone = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--cap-add", "ALL", "--setenv", _INSIDE, "1"]
    command = [sys.executable, "-m", "benchmarks.container", str(options.folder.resolve())]
    sys.exit(subprocess.run([*alone, *command], cwd=REPOSITORY, check=False).returncode)


if __name__ == "__main__":
    main()
