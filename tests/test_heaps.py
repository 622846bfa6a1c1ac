"""How many heaps the C library makes for the threads of the server, and what it keeps outside them."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from devise_core.serving.garbage import LEAST_MAPPED, MAX_HEAPS
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


MAPPED = """
import ctypes, sys
from devise_core.serving.garbage import limit_heaps
if "limit" in sys.argv:
    limit_heaps()
c, size = ctypes.CDLL(None), int(sys.argv[1])
c.malloc.restype, c.free.argtypes, c.malloc.argtypes = ctypes.c_void_p, [ctypes.c_void_p], [ctypes.c_size_t]
c.fdopen.restype = ctypes.c_void_p
c.free(c.malloc(3 * size))
for _ in range(4): c.malloc(2 * size)
c.malloc_info(0, ctypes.c_void_p(c.fdopen(1, b"w")))
c.fflush(None)
"""
"""Allocates four large blocks after a larger one was freed, and prints how many are mapped separately."""


def printed(script: str, *options: str, **environment: str) -> bytes:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-c", script, *options]
    return subprocess.run(command, capture_output=True, check=True, env={**outside, **environment}, cwd=REPOSITORY).stdout


def heaps(*options: str, **environment: str) -> int:
    return printed(COUNT, *options, **environment).count(b"<heap ")


def mapped_blocks(*options: str, **environment: str) -> int:
    counts = re.findall(rb'type="mmap" count="(\d+)"', printed(MAPPED, str(LEAST_MAPPED), *options, **environment))
    return int(counts[-1])


def test_threads_share_the_heaps() -> None:
    assert heaps("limit") <= MAX_HEAPS < heaps()


def test_the_environment_decides_if_it_says_how_many() -> None:
    assert heaps("limit", MALLOC_ARENA_MAX="4") > MAX_HEAPS


def test_large_blocks_are_mapped_by_themselves_whatever_was_freed_before() -> None:
    assert mapped_blocks("limit") >= 4 > mapped_blocks()


def test_the_environment_decides_if_it_says_what_is_large() -> None:
    assert mapped_blocks("limit", MALLOC_MMAP_THRESHOLD_=str(4 * LEAST_MAPPED)) < 4
