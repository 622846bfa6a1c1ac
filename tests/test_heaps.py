"""How many heaps the C library makes for the threads of the server."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from devise_core.serving.garbage import MAX_HEAPS
from devise_core.storage.paths import REPOSITORY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only the C library of Linux has a heap for each thread.")
COUNT = """
import ctypes, sys, threading
from devise_core.serving.garbage import limit_heaps
if sys.argv[1:]:
    limit_heaps()
c, together = ctypes.CDLL(None), threading.Barrier(32)
c.malloc.restype = c.fdopen.restype = ctypes.c_void_p
def work():
    together.wait()
    c.malloc(1000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(32)]
for thread in threads: thread.start()
for thread in threads: thread.join()
c.malloc_info(0, ctypes.c_void_p(c.fdopen(1, b"w")))
c.fflush(None)
"""
"""Prints a ``<heap`` for each heap, after 32 threads have used memory at the same time."""


def heaps(*options: str, **environment: str) -> int:
    outside = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    command = [sys.executable, "-c", COUNT, *options]
    printed = subprocess.run(command, capture_output=True, check=True, env={**outside, **environment}, cwd=REPOSITORY)
    return printed.stdout.count(b"<heap ")


def test_threads_share_the_heaps() -> None:
    assert heaps("limit") <= MAX_HEAPS < heaps()


def test_the_environment_decides_if_it_says_how_many() -> None:
    assert heaps("limit", MALLOC_ARENA_MAX="4") > MAX_HEAPS
