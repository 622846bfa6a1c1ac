"""Keep TensorFlow's notes out of the stderr of a server, which is its log.

TensorFlow's C++ code writes to file descriptor 2 before any of TensorFlow's settings takes effect. So the output to this
descriptor is filtered. Everything except the notes is kept.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NOTE = re.compile(rb"WARNING: All log messages before absl::|[IW]\d{4} |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] ")
"""How notes and warnings begin, in the formats of different TensorFlow versions. Errors have an E or an F instead of the I or W."""
_SECONDS = 1.0
"""Seconds to wait for the last lines. A process that was started inside the block can keep the pipe open for longer."""
_LOCK = threading.Lock()


@contextmanager
def without_tensorflow_notes() -> Iterator[None]:
    """Leave the notes of TensorFlow out of what is written to stderr during a ``with`` block, by any thread."""
    with _LOCK:
        try:
            kept, target = os.dup(2), os.dup(2)
        except OSError:  # a server without stderr
            yield
            return
        reader, writer = os.pipe()
        forwarding = threading.Thread(target=_forward, args=(reader, target), daemon=True, name="forward-stderr")
        forwarding.start()
        os.dup2(writer, 2)
        os.close(writer)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            forwarding.join(_SECONDS)


def _forward(reader: int, target: int) -> None:
    """Write the lines from the pipe ``reader`` to ``target``, except for notes. Close both file descriptors at the end."""
    with os.fdopen(reader, "rb") as lines, os.fdopen(target, "wb", buffering=0) as written:
        for line in lines:
            if not _NOTE.match(line):
                with suppress(OSError):  # stderr may be closed, and if this loop ended, the full pipe would block the server
                    written.write(line)
