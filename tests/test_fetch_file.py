"""Downloads of one file from a local server that also misbehaves."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devise_core import __version__
from devise_core.datasets import download
from devise_core.datasets.download import Client, Download, UnreachableError
from devise_core.errors import FetchError
from tests.data_set_mirror import CAT, DOG, QUICK, listing
from tests.faulty_server import FaultyServer, serving


def get(site: FaultyServer, target: Path, **options: Any) -> None:
    Client(QUICK).download(replace(Download(f"{site.url}/cat.jpg", target), **options))


def test_a_file_is_downloaded_and_the_client_identifies_itself(site: FaultyServer, tmp_path: Path) -> None:
    get(site, tmp_path / "new/cat.jpg", size=len(CAT), digest=f"sha256:{hashlib.sha256(CAT).hexdigest()}")
    assert (tmp_path / "new/cat.jpg").read_bytes() == CAT
    assert listing(tmp_path) == ["new/cat.jpg"]
    assert site.requests == [("/cat.jpg", "")]
    assert all(agent.startswith(f"Semblance/{__version__} ") for agent in site.agents)


@pytest.mark.parametrize(("fault", "requests"), [("busy", 2), ("silent", 2), ("no length", 1)])
def test_a_temporary_fault_is_retried(site: FaultyServer, tmp_path: Path, fault: str, requests: int) -> None:
    site.faults["/cat.jpg"] = [fault]
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT
    assert len(site.requests) == requests


@pytest.mark.parametrize("fault", ["cut", "stalls"])
def test_a_broken_connection_is_resumed(site: FaultyServer, tmp_path: Path, fault: str) -> None:
    site.faults["/cat.jpg"] = [fault]
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT
    assert site.requests == [("/cat.jpg", ""), ("/cat.jpg", f"bytes={len(CAT) // 2}-")]


def test_a_partial_file_of_an_earlier_run_is_resumed(site: FaultyServer, tmp_path: Path) -> None:
    (tmp_path / "cat.jpg.part").write_bytes(CAT[:1000])
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT
    assert listing(tmp_path) == ["cat.jpg"]
    assert site.requests == [("/cat.jpg", "bytes=1000-")]


def test_without_range_support_the_file_is_downloaded_again(site: FaultyServer, tmp_path: Path) -> None:
    (tmp_path / "cat.jpg.part").write_bytes(CAT[:1000])
    site.faults["/cat.jpg"] = ["no ranges"]
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT


@pytest.mark.parametrize(
    ("partial", "requests"),
    [(CAT, [f"bytes={len(CAT)}-"]), (CAT + b"more", [f"bytes={len(CAT) + 4}-", ""]), (DOG[:1000], ["bytes=1000-", ""])],
)
def test_a_partial_file_that_is_complete_too_long_or_outdated(
    site: FaultyServer, tmp_path: Path, partial: bytes, requests: list[str]
) -> None:
    (tmp_path / "cat.jpg.part").write_bytes(partial)
    get(site, tmp_path / "cat.jpg", digest=f"md5:{hashlib.md5(CAT, usedforsecurity=False).hexdigest()}")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT
    assert [span for _, span in site.requests] == requests


@pytest.mark.parametrize(
    ("fault", "message", "requests"),
    [
        ("loop", "redirects more than 5 times", 6),
        ("page", "a web page instead of the file", 1),
        ("busy", "answered 503", 3),
        ("silent", "does not answer", 3),
        ("too long", "broke off 3 times", 3),
        ("cut", "broke off 3 times", 3),
    ],
)
def test_a_permanent_fault_is_an_error_and_leaves_no_file(
    site: FaultyServer, tmp_path: Path, fault: str, message: str, requests: int
) -> None:
    site.faults["/cat.jpg"] = [fault] * 9
    with pytest.raises(FetchError, match=message):
        get(site, tmp_path / "cat.jpg")
    assert not (tmp_path / "cat.jpg").exists()
    assert len(site.requests) == requests


def test_a_missing_file_is_requested_once(site: FaultyServer, tmp_path: Path) -> None:
    del site.files["/cat.jpg"]
    with pytest.raises(FetchError, match="404"):
        get(site, tmp_path / "cat.jpg")
    assert len(site.requests) == 1
    assert listing(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [({"size": 5}, "instead of the published 5"), ({"digest": "md5:00"}, "md5 is [0-9a-f]{32} instead of 00")],
)
def test_a_wrong_size_or_digest_is_refused(site: FaultyServer, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(FetchError, match=message):
        get(site, tmp_path / "cat.jpg", **options)
    assert listing(tmp_path) == []


def test_an_unreachable_server_is_reported(tmp_path: Path) -> None:
    with serving() as site:
        unreachable = site.url
    with pytest.raises(UnreachableError, match=r"does not answer \(.*refused"):
        Client(QUICK).download(Download(f"{unreachable}/cat.jpg", tmp_path / "cat.jpg"))


def test_requests_keep_to_the_rate_limit(site: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(replace(QUICK, per_second=2))
    waits: list[float] = []
    monkeypatch.setattr(download, "monotonic", lambda: 100.0)
    monkeypatch.setattr(client, "pause", waits.append)
    for name in "abc":
        client.download(Download(f"{site.url}/cat.jpg", tmp_path / name))
    assert [wait for wait in waits if wait] == [0.5, 1.0]


def test_a_stopped_download_keeps_its_partial_file(site: FaultyServer, tmp_path: Path) -> None:
    site.files["/cat.jpg"] = bytes(2_000_000)
    client = Client(QUICK)
    with pytest.raises(FetchError, match="stopped"):
        client.download(Download(f"{site.url}/cat.jpg", tmp_path / "cat.jpg"), lambda size, _: client.stop() if size else None)
    assert 0 < (tmp_path / "cat.jpg.part").stat().st_size < 2_000_000
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == bytes(2_000_000)


def test_progress_adds_up_to_the_size_of_the_file(site: FaultyServer, tmp_path: Path) -> None:
    site.faults["/cat.jpg"] = ["cut", "no ranges"]
    updates: list[tuple[int, int | None]] = []
    Client(QUICK).download(Download(f"{site.url}/cat.jpg", tmp_path / "cat.jpg"), lambda *update: updates.append(update))
    assert sum(size for size, _ in updates) == len(CAT)
    assert {total for _, total in updates} == {None, len(CAT)}
