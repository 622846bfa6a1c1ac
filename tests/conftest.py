"""Shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["SEMBLANCE_PRELOAD"] = "0"  # a test loads the network where it means to

from devise_core import Engine, load_engine
from tests.browsing import address, browser, page  # noqa: F401  fixtures of every test with a browser
from tests.data_set_mirror import pascal, site  # noqa: F401  and of every test that downloads

BUNDLED = Path(__file__).parent.parent / "artifacts"


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The bundled model over `stamps`."""
    return load_engine(BUNDLED, "stamps")


@pytest.fixture(scope="session")
def photos(engine: Engine) -> Engine:
    return engine.on("photos")
