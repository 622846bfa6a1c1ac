"""Read untrusted images in separate processes, so that no image can block the server, fill its memory or crash it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from PIL import Image

from devise_core.errors import BusyError, ImageError
from devise_core.settings import Settings, settings
from devise_core.storage.paths import REPOSITORY
from devise_core.untrusted.decoder_worker import DecodeLimits
from devise_core.untrusted.job import Job
from devise_core.untrusted.slot_queue import SlotQueue
from devise_core.vision.image_reader import NOTE

IDLE = 60.0
"""Seconds after which a process without work ends. An idle process takes 45 MB of memory."""
START = 30.0
"""Seconds a process may take to start. A start takes 0.4 seconds if nothing else runs."""
UNAVAILABLE = "The image cannot be read at the moment. Try again in a minute."
CRASHED = "The image is damaged and cannot be read. Save it again as JPEG or PNG."
POLL_SECONDS = 0.2
"""Seconds between two checks of a running process. It is ended if it takes too long or its visitor has left."""
_ENDLESS = 100_000  # requests that may wait. The threads that wait are limited elsewhere
_MAX_LINE = 10_000  # bytes in the first line of an answer
_NONSENSE = (OSError, EOFError, ValueError, KeyError, TypeError, OverflowError, RecursionError)
"""The errors that a nonsense answer can raise. A process that was taken over may answer anything."""
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each variable saves memory


def read_upload(
    data: bytes, limits: Settings | None = None, job: Job | None = None, max_seconds: float | None = None
) -> Image.Image:
    """Decode an untrusted image file. Every page that takes an upload reads the file with this function, once.

    Nothing is written to disk.

    Args:
        data: The bytes of the file.
        limits: The limits to apply, by default the settings of this process.
        job: The session that the image is decoded for.
        max_seconds: Seconds to wait for a free process, by default ``queue_seconds`` of ``limits``.

    Returns:
        The image as upright RGB on white, at most 1024 pixels on a side, without metadata. ``note_on`` says what was wrong with
        the file, if anything.

    Raises:
        ImageError: The file is too large, truncated, damaged or not an image, has too many pixels or frames, or takes too long
            to read. Also raised if too many images are being read.
        AbandonedError: The visitor has left.
    """
    limits = limits or settings()
    if len(data) > limits.upload_bytes:
        raise ImageError(f"The image is larger than {limits.upload_bytes / 1e6:g} MB. Save a smaller copy.")
    return _pool(limits.decoders).read(data, limits, job, max_seconds)


class DecoderPool:
    """Decoder processes, started when they are needed and kept for the next image. Safe to use from several threads.

    Args:
        count: The maximum number of processes.
        idle: Seconds after which a process without work ends.
    """

    def __init__(self, count: int, idle: float = IDLE) -> None:
        self._slots = SlotQueue(count, _ENDLESS, START, "The reader of images", "")
        self._lock, self._idle, self._free = threading.Lock(), idle, list[_DecoderProcess]()

    @property
    def waiting(self) -> int:
        """How many images wait for a process."""
        return self._slots.waiting

    def read(self, data: bytes, limits: Settings, job: Job | None = None, max_seconds: float | None = None) -> Image.Image:
        """Decode one image, when it is the turn of its session.

        Args:
            data: The bytes of the file.
            limits: The limits to apply.
            job: The session that the image is decoded for.
            max_seconds: Seconds to wait for a free process, by default ``queue_seconds`` of ``limits``.

        Returns:
            The image as ``read_upload`` returns it.

        Raises:
            ImageError: The image cannot be read, or too many images are being read.
            AbandonedError: The visitor has left.
        """
        job = job or Job()
        try:
            with self._slots.slot(job=job, max_seconds=max_seconds or limits.queue_seconds):
                decoder = self._take()
                image = decoder.read(data, limits, job)  # if this raises, the process is not used again
                self._give_back(decoder)
        except BusyError as error:
            raise ImageError("Many images are being read at the moment. Try again in a minute.") from error
        if isinstance(image, str):
            raise ImageError(image)
        return image

    def processes(self) -> list[int]:
        """Return the ids of the processes that wait for work."""
        with self._lock:
            return [decoder.process.pid for decoder in self._free]

    def close(self) -> None:
        """End the processes that wait for work. Busy processes finish their image, and end after ``idle`` seconds without work."""
        with self._lock:
            while self._free:
                self._free.pop().end()

    def _take(self) -> _DecoderProcess:
        with self._lock:
            while self._free:
                decoder = self._free.pop()
                decoder.idle.cancel()
                if decoder.alive:
                    return decoder
        return _DecoderProcess()

    def _give_back(self, decoder: _DecoderProcess) -> None:
        with self._lock:
            self._free.append(decoder)
            decoder.idle = threading.Timer(self._idle, self._retire, (decoder,))
            decoder.idle.daemon = True
            decoder.idle.start()

    def _retire(self, decoder: _DecoderProcess) -> None:
        with self._lock:
            if decoder in self._free:
                self._free.remove(decoder)
                decoder.end()


class _DecoderProcess:
    """One process, which decodes one image at a time."""

    idle: threading.Timer

    def __init__(self) -> None:
        command = [sys.executable, "-m", "devise_core.untrusted.decoder_worker"]
        try:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **_ENVIRONMENT},
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:  # no memory, or too many processes
            raise ImageError(UNAVAILABLE) from error
        assert self.process.stdin and self.process.stdout
        self._requests, self._answers = self.process.stdin, self.process.stdout
        with self._time_limit(START, UNAVAILABLE, Job()):
            self._read_line()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def read(self, data: bytes, limits: Settings, job: Job) -> Image.Image | str:
        """Return the image, or a sentence that says what is wrong with it.

        Raises:
            ImageError: The process ended, or was ended because it took too long.
            AbandonedError: The process was ended because the visitor has left.
        """
        allowed = DecodeLimits(limits.upload_pixels, limits.upload_frames, limits.upload_memory)
        late = f"The image took more than {limits.upload_seconds:g} s to read. Save a smaller copy."
        with self._time_limit(limits.upload_seconds, late, job):
            self._requests.write(allowed.request(len(data)) + data)
            self._requests.flush()
            answer = self._read_line()
            if "error" in answer:
                return str(answer["error"])
            width, height = (min(int(side), allowed.side) for side in answer["size"])
            image = Image.frombytes("RGB", (width, height), self._read_bytes(3 * width * height))
            image.info = {NOTE: str(answer["note"])} if answer["note"] else {}
            return image

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        with suppress(OSError):  # bytes that were not sent yet
            self._requests.close()
        self._answers.close()

    @contextmanager
    def _time_limit(self, seconds: float, late: str, job: Job) -> Iterator[None]:
        """End the process after ``seconds``, or when the visitor of ``job`` leaves.

        Raise ``ImageError`` if the process ends or answers nonsense in the block, or ``AbandonedError`` if the visitor has left.
        """
        done, is_late = threading.Event(), threading.Event()
        threading.Thread(target=self._watch, args=(time.monotonic() + seconds, job, done, is_late), daemon=True).start()
        try:
            yield
        except MemoryError as error:
            self.end()
            raise ImageError(UNAVAILABLE) from error
        except _NONSENSE as error:
            self.end()
            job.check()
            raise ImageError(late if is_late.is_set() else CRASHED) from error
        finally:
            done.set()

    def _watch(self, deadline: float, job: Job, done: threading.Event, is_late: threading.Event) -> None:
        """End the process at the ``deadline`` or when its visitor leaves, unless ``done`` is set first."""
        while not done.wait(max(0.0, min(POLL_SECONDS, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                is_late.set()
            if is_late.is_set() or job.has_left():
                self.process.kill()
                return

    def _read_line(self) -> dict[str, Any]:
        line = self._answers.readline(_MAX_LINE)
        if not line:
            raise EOFError
        content: dict[str, Any] = json.loads(line)
        return content

    def _read_bytes(self, length: int) -> bytes:
        content = self._answers.read(length)
        if len(content) < length:
            raise EOFError
        return content


@cache
def _pool(count: int) -> DecoderPool:
    return DecoderPool(count)
