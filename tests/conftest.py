"""Shared by all tests."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the workers of pytest-xdist share the cores
os.environ["NUMBA_DISABLE_JIT"] = "1"  # UMAP draws a map of 60 points, and compiling it takes longer than it saves
os.environ["SEMBLANCE_RUNTIME"] = "onnx"  # needs half the CPU; test_model_runtime compares both, and most browser tests run Keras
os.environ["SEMBLANCE_PRELOAD"] = "0"  # tests load the model when they need it

os.environ["SEMBLANCE_DEFAULT_COLLECTION"] = "stamps"  # most tests are about its pictures, which are few and clear
os.environ["SEMBLANCE_COLLECTIONS"] = tempfile.mkdtemp()  # empty, because a developer's collections would change what pages show

from devise_core import Engine, load_engine
from devise_core.vision.image_encoder import KerasImageEncoder
from devise_core.vision.model_runtime import ModelRuntime
from tests.artifact_copies import artifacts  # noqa: F401  a fixture for the tests that damage them
from tests.browsing import address, browser, new_page, page, phone  # noqa: F401  fixtures for the tests with a browser
from tests.colour_folder import source  # noqa: F401  a fixture for the tests that index
from tests.data_set_mirror import pascal, site  # noqa: F401  fixtures for the tests that download
from tests.image_server import image_server, image_site  # noqa: F401  fixtures for the tests of images from an address
from tests.installed_package import installed  # noqa: F401  a fixture for the tests of the wheel
from tests.large_collections import large_folder  # noqa: F401  a fixture for the tests of the format of large collections
from tests.milvus_file import connection  # noqa: F401  a fixture for the tests of collections in Milvus

gc.set_threshold(20_000)  # objects, because a test makes thousands that are not garbage
GROWTH = 200_000
"""By how many kB the memory may grow before garbage is collected. Collecting it after each of 220 modules took 80 s in all."""
BUNDLED = Path(__file__).parent.parent / "artifacts"
MAIN = sys.modules["__main__"]


@pytest.fixture(scope="session", autouse=True)
def empty_folder_is_removed() -> Iterator[None]:
    """Remove the empty folder of collections after the last test."""
    folder = Path(os.environ["SEMBLANCE_COLLECTIONS"])
    yield
    shutil.rmtree(folder)


@pytest.fixture
def with_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use Keras to run the models that the test opens, as an installation without ONNX Runtime does."""
    monkeypatch.setenv("SEMBLANCE_RUNTIME", "keras")


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The bundled model over `stamps`."""
    return load_engine(BUNDLED, "stamps")


@pytest.fixture(scope="session")
def photos(engine: Engine) -> Engine:
    """The bundled model over `photos`."""
    return engine.on("photos")


@pytest.fixture(scope="module", autouse=True)
def memory_is_freed(peaks: list[int]) -> Iterator[None]:
    """Free the models of earlier modules if the memory has grown. ``freeze_memory`` would keep those that have been replaced.

    What is left is hidden from the collector, because looking at it takes 0.5 s whenever garbage is collected.
    """
    yield
    if sys.platform == "win32" or peak_memory() > peaks[-1] + GROWTH:
        gc.unfreeze()
        gc.collect()
        peaks.append(peak_memory())
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def main_module_is_restored() -> None:
    """Undo what a test of a page leaves behind: Streamlit makes the page the main module, and a new process would run it."""
    sys.modules["__main__"] = MAIN


@pytest.fixture(scope="session")
def peaks() -> list[int]:
    """The peak memory of this process at the start, and at each time that garbage was collected."""
    return [peak_memory()]


def peak_memory() -> int:
    """Return the peak memory of this process in kB. macOS reports bytes, so garbage is collected more often there.

    Windows does not report it, so the result is 0, and garbage is collected after each module.
    """
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.fixture(scope="module")
def models_load_once() -> Iterator[None]:
    """Load each model once in the module, whatever opens it. Every file is still verified as it is opened."""
    load, loaded = KerasImageEncoder._load, dict[str, ModelRuntime]()

    def load_once(encoder: KerasImageEncoder) -> ModelRuntime:
        if encoder._manifest:
            encoder._manifest.verified(encoder.path)
        if encoder.model_id not in loaded:
            loaded[encoder.model_id] = load(encoder)
        return loaded[encoder.model_id]

    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(KerasImageEncoder, "_load", load_once)
        yield


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    """Read the environment again, before and after the test."""
    from devise_core.serving.metrics import metrics_on
    from devise_core.serving.model_slots import model_slots
    from devise_core.settings import settings

    cached = (settings, model_slots, metrics_on)
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()
