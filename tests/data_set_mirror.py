"""A local server of data sets, the files it serves, and a helper that fetches from it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core.datasets import catalogue
from devise_core.datasets.catalogue import DataSet
from devise_core.datasets.download import Client, RequestPolicy
from devise_core.datasets.fetch import FetchReport, fetch
from tests.faulty_server import FaultyServer, serving

QUICK = RequestPolicy(timeout=0.8, tries=3, backoff=0, per_second=100_000)


def jpeg(seed: int, side: int = 48) -> bytes:
    """Return a JPEG of random pixels."""
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


CAT, DOG, EMU = jpeg(1), jpeg(2), jpeg(3)


@pytest.fixture
def site() -> Iterator[FaultyServer]:
    """A server with one image."""
    with serving() as server:
        server.files["/cat.jpg"] = CAT
        yield server


def listing(folder: Path) -> list[str]:
    """Return the files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


PAGE = """<html><table>
<tr><td><img src="cat/2008_1.jpg"></td><td><table><tr><td> A cat &amp; a mat. </td></tr><tr><td>One cat.</td></tr></table></td></tr>
<tr><td><img src="tvmonitor/2008_2.jpg"></td><td><table><tr><td> A screen.</td></tr></table></td></tr>
<tr><td><img src="cat/2008_3.jpg"></td><td><table></table></td></tr></table></html>"""


@pytest.fixture
def pascal(site: FaultyServer) -> FaultyServer:
    """A server with a small copy of Pascal Sentences."""
    site.files |= {
        "/pascal/index.html": PAGE.encode(),
        "/pascal/": PAGE.encode(),
        "/pascal/cat/2008_1.jpg": CAT,
        "/pascal/tvmonitor/2008_2.jpg": DOG,
        "/pascal/cat/2008_3.jpg": EMU,
    }
    return site


def fetch_from(
    site: FaultyServer, folder: Path, data_set: DataSet = catalogue.PASCAL_SENTENCES, base: str = "/pascal/"
) -> FetchReport:
    site.forget()
    return fetch(data_set, folder, Client(QUICK), 2, site.url + base)
