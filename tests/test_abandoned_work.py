"""Work ends when its visitor leaves, and one session's slow pictures do not hold up another's."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.app_session import AppSession
from benchmarks.hostile import slow_jpeg
from benchmarks.server import serving
from devise_core.errors import AbandonedError
from devise_core.settings import Settings
from devise_core.untrusted.decoder_pool import DecoderPool
from devise_core.untrusted.job import Job
from devise_core.untrusted.slot_queue import SlotQueue
from devise_core.untrusted.upload_indexing import index_uploads
from tests.browsing import PATIENCE, run_session, wait_until
from tests.fakes import ColourEncoder
from tests.sample_images import png

PATIENT = Settings(upload_seconds=60, queue_seconds=PATIENCE)


def slow_zip(count: int) -> bytes:
    """Return a zip of different pictures that take almost a second each."""
    buffer, slow = io.BytesIO(), slow_jpeg(4, 90)
    with zipfile.ZipFile(buffer, "w") as packed:
        for number in range(count):
            packed.writestr(f"{number}.jpg", slow + bytes([number]))
    return buffer.getvalue()


@pytest.fixture
def pool() -> Iterator[DecoderPool]:
    made = DecoderPool(1)
    yield made
    made.close()


def test_a_running_decoder_ends_when_its_visitor_leaves(pool: DecoderPool) -> None:
    pool.read(png("red"), PATIENT)
    [process] = pool.processes()
    asked, endless = list[float](), slow_jpeg(25, 99)

    def has_left() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 1

    with pytest.raises(AbandonedError):
        pool.read(endless, PATIENT, Job("a", has_left))
    assert not Path(f"/proc/{process}").exists()
    assert pool.processes() == []
    assert pool.read(png("red"), PATIENT).size == (300, 300)  # the slot is free


def test_indexing_stops_between_two_pictures(pool: DecoderPool) -> None:
    started, left = list[int](), threading.Event()

    def read(data: bytes) -> Image.Image:
        started.append(len(data))
        image = pool.read(data, PATIENT, Job("a"))
        if len(started) == 2:
            left.set()
        return image

    with pytest.raises(AbandonedError):
        index_uploads([("slow.zip", slow_zip(12))], ColourEncoder(), PATIENT, read=read, job=Job("a", left.is_set))
    assert len(started) < 8


def test_one_picture_overtakes_a_zip_of_slow_ones(pool: DecoderPool) -> None:
    order, first_is_read = list[str](), threading.Event()

    def read(data: bytes) -> Image.Image:
        image = pool.read(data, PATIENT, zip_job)
        order.append("zip")
        first_is_read.set()
        return image

    zip_job = Job("a")
    indexing = threading.Thread(
        target=index_uploads, args=([("slow.zip", slow_zip(8))], ColourEncoder(), PATIENT), kwargs={"read": read}
    )
    indexing.start()
    assert first_is_read.wait(PATIENCE)
    wait_until(lambda: pool.waiting == 1)  # one picture of the zip is being decoded, and another one waits
    pool.read(png("red"), PATIENT, Job("b"))
    order.append("single")
    indexing.join(PATIENCE)
    assert order.index("single") <= 3
    assert order.count("zip") == 8


def test_nobody_is_refused_when_24_sessions_add_pictures() -> None:
    pool, model, skipped = DecoderPool(2), SlotQueue(1, Settings().queue_length, PATIENCE), list[str]()

    def session(number: int) -> None:
        job, files = Job(number), [(f"{each}.png", png(f"#{number:02x}{each:02x}00", 8)) for each in range(3)]
        read = partial(pool.read, limits=PATIENT, job=job)

        @contextmanager
        def slot(_: int) -> Iterator[None]:
            with model.slot(job=job):
                yield

        indexed = index_uploads(files, ColourEncoder(), PATIENT, read=read, slot=slot, job=job)
        skipped.extend(indexed.skipped if indexed.new == 3 else ["too few"])

    sessions = [threading.Thread(target=session, args=(number,)) for number in range(24)]
    for each in sessions:
        each.start()
    for each in sessions:
        each.join(PATIENCE)
    pool.close()
    assert skipped == []


def test_the_server_stops_decoding_for_a_visitor_who_has_left(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def leave_during_upload(address: str, pid: int) -> None:
        async with AppSession(address, "photos") as session:
            await session.send(await session.sent_to_drop({"slow.zip": slow_zip(40)}))
            await asyncio.to_thread(wait_until, lambda: bool(running_decoders(pid)))

    def guards() -> list[str]:
        lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        return [line["guard"] for line in lines if line["event"] == "refusal"]

    with log.open("w") as written, serving(log=written) as (address, pid):
        run_session(leave_during_upload(address, pid))
        wait_until(lambda: guards() == ["abandoned"])
        wait_until(lambda: not running_decoders(pid))
    assert '"error"' not in log.read_text()


def running_decoders(pid: int) -> list[int]:
    """Return the decoder processes of a server that are computing."""
    threads = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
    children = [int(child) for thread in threads for child in proc(pid, f"task/{thread}/children").split()]
    decoders = [child for child in children if b"decoder_worker" in proc(child, "cmdline")]
    return [child for child in decoders if proc(child, "stat").rpartition(b")")[2].split()[:1] == [b"R"]]


def proc(pid: int, name: str) -> bytes:
    """Return what the system says of a process, or nothing if it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""
