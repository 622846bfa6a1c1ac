"""Pictures of strangers: read by a process beside the server, so that none can hold it up, fill its memory or end it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from PIL import Image

from devise_core.errors import ImageError
from devise_core.settings import Settings, settings
from devise_core.storage.paths import REPOSITORY
from devise_core.untrusted.decoder_worker import Limits

IDLE = 60.0
"""Seconds after which a decoder without work ends: it holds 45 MB."""
START = 30.0
"""Seconds a decoder may take to begin; 0.4 where nothing else runs."""
NOT_NOW = "The picture cannot be read right now: try again in a minute."
BROKEN = "The picture is damaged in a way that broke its decoder: save it again as JPEG or PNG."
_LINE = 10_000  # bytes of an answer's head at most
_FRUGAL = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def read_upload(data: bytes, limits: Settings | None = None) -> Image.Image:
    """Upright RGB on white, at most 1024 pixels a side, without metadata, of the bytes of any picture.

    Nothing is written to disk. Raises ``ImageError``: too large, no picture, cut short, damaged, too many pixels or frames, took
    too long, or too many pictures are being read.
    """
    limits = limits or settings()
    if len(data) > limits.upload_bytes:
        raise ImageError(
            f"The picture has {len(data) / 1e6:.1f} MB; at most {limits.upload_bytes / 1e6:.0f} MB are allowed: "
            "save a smaller copy."
        )
    return _decoders(limits.decoders).read(data, limits)


class Decoders:
    """At most ``count`` processes, begun when they are needed and kept for the next picture. Safe to share among threads."""

    def __init__(self, count: int, idle: float = IDLE) -> None:
        self._turn = threading.BoundedSemaphore(count)
        self._lock, self._idle, self._free = threading.Lock(), idle, list[_Decoder]()

    def read(self, data: bytes, limits: Settings) -> Image.Image:
        if not self._turn.acquire(timeout=limits.queue_seconds):
            raise ImageError("Many pictures are being read right now: try again in a minute.")
        try:
            decoder = self._take()
            image = decoder.read(data, limits)  # one that raises more than a sentence is not used again
            self._give_back(decoder)
            if isinstance(image, str):
                raise ImageError(image)
            return image
        finally:
            self._turn.release()

    def processes(self) -> list[int]:
        """The ids of those that wait."""
        with self._lock:
            return [decoder.process.pid for decoder in self._free]

    def close(self) -> None:
        """End the processes that wait; those at work end with their picture."""
        with self._lock:
            while self._free:
                self._free.pop().end()

    def _take(self) -> _Decoder:
        with self._lock:
            while self._free:
                decoder = self._free.pop()
                decoder.idle.cancel()
                if decoder.alive:
                    return decoder
        return _Decoder()

    def _give_back(self, decoder: _Decoder) -> None:
        with self._lock:
            self._free.append(decoder)
            decoder.idle = threading.Timer(self._idle, self._retire, (decoder,))
            decoder.idle.daemon = True
            decoder.idle.start()

    def _retire(self, decoder: _Decoder) -> None:
        with self._lock:
            if decoder in self._free:
                self._free.remove(decoder)
                decoder.end()


class _Decoder:
    """One process; one picture at a time."""

    idle: threading.Timer

    def __init__(self) -> None:
        command = [sys.executable, "-m", "devise_core.untrusted.decoder_worker"]
        try:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **_FRUGAL},
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:  # no memory or no process left
            raise ImageError(NOT_NOW) from error
        assert self.process.stdin and self.process.stdout
        self._to, self._from = self.process.stdin, self.process.stdout
        with self._at_most(START, NOT_NOW):
            self._line()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def read(self, data: bytes, limits: Settings) -> Image.Image | str:
        """The picture, or what is wrong with it. Raises ``ImageError`` where the process had to be ended, or ended itself."""
        asked = Limits(limits.upload_pixels, limits.upload_frames, limits.upload_memory)
        late = f"The picture took more than {limits.upload_seconds:g} s to read: save a smaller copy."
        with self._at_most(limits.upload_seconds, late):
            self._to.write(asked.line(len(data)) + data)
            self._to.flush()
            answer = self._line()
            if "error" in answer:
                return str(answer["error"])
            width, height = (min(int(side), asked.side) for side in answer["size"])
            return Image.frombytes("RGB", (width, height), self._exactly(3 * width * height))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        with suppress(OSError):  # what was not sent yet
            self._to.close()
        self._from.close()

    @contextmanager
    def _at_most(self, seconds: float, late: str) -> Iterator[None]:
        """End the process after that many ``seconds``, and raise ``ImageError`` where it ended within the block."""
        killed = threading.Event()

        def kill() -> None:
            killed.set()
            self.process.kill()

        clock = threading.Timer(seconds, kill)
        clock.start()
        try:
            yield
        except MemoryError as error:
            self.end()
            raise ImageError(NOT_NOW) from error
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:  # one led astray may answer anything
            self.end()
            raise ImageError(late if killed.is_set() else BROKEN) from error
        finally:
            clock.cancel()

    def _line(self) -> dict[str, Any]:
        line = self._from.readline(_LINE)
        if not line:
            raise EOFError
        content: dict[str, Any] = json.loads(line)
        return content

    def _exactly(self, length: int) -> bytes:
        content = self._from.read(length)
        if len(content) < length:
            raise EOFError
        return content


@cache
def _decoders(count: int) -> Decoders:
    return Decoders(count)
