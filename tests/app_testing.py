"""Run the real pages without a browser, and read what they show. Shared by the tests of the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from tests.conftest import BUNDLED
from ui import page_list

ROOT = BUNDLED.parent
PAGES = tuple(listed.script for listed in page_list.PAGES.values())
CAT = BUNDLED / "collections/photos/images/cat.webp"


def wait_for_end(runner: local_script_runner.LocalScriptRunner, seconds: float) -> None:
    """Wait until a page has run."""
    if runner._script_thread:
        runner._script_thread.join(seconds)
    if not runner.script_stopped():
        runner.request_stop()
        runner.join()
        raise TimeoutError(f"the page has not ended after {seconds:.0f} s")


# Streamlit looks for components in the metadata of every package at the first run of each AppTest, which takes 90 % of the run.
pytest.MonkeyPatch().setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
# Each AppTest compiles the scripts again at every run, which takes a sixth of the run. A server compiles them once.
for module in (app_test, local_script_runner):
    pytest.MonkeyPatch().setattr(module, "ScriptCache", cache(ScriptCache))
# Streamlit collects garbage after each run, and Keras does when its session is cleared. Each takes up to 0.5 s in a process with
# TensorFlow, unlike in the app, which freezes what it has loaded.
config.set_option("runner.postScriptGC", False)
pytest.MonkeyPatch().setattr(script_runner, "_clean_problem_modules", lambda: None)
# Streamlit asks each millisecond whether a run has ended, which takes a tenth of the run.
pytest.MonkeyPatch().setattr(local_script_runner, "require_widgets_deltas", wait_for_end)


def app(page: str = "home", **parameters: str) -> AppTest:
    """Open ``page`` through the real router, as a link with ``parameters`` does."""
    return checked(unopened(page, **parameters).run())


def unopened(page: str, **parameters: str) -> AppTest:
    """Return ``page`` before its first run, so that a test can set the session's state."""
    test = AppTest.from_file(str(ROOT / "ui/router.py"), default_timeout=60)
    if page != "home":
        test.switch_page(f"../pages/{page}.py")
    for name, value in parameters.items():
        test.query_params[name] = value
    return test


def checked(test: AppTest) -> AppTest:
    """Fail if the page has raised."""
    assert not test.exception, "\n".join(f"{each.message}\n{''.join(each.stack_trace)}" for each in test.exception)
    return test


def page_text(test: AppTest) -> str:
    """Return all sentences of the page."""
    elements = [
        element.value
        for kind in (test.markdown, test.caption, test.warning, test.error, test.info, test.header, test.title)
        for element in kind
    ]
    return " ".join(
        [*elements, *(part for answer, _ in component_data(test, "live_results") for part in (answer["status"], *answer["notes"]))]
    )


def tile_names(test: AppTest) -> list[str]:
    """Return the names of the tiles of every grid."""
    return [tile["name"] for tile in tiles(test)]


def tiles(test: AppTest) -> list[dict[str, Any]]:
    """Return the tiles of every grid, in order. Those of the results on Home come first."""
    grids = [answer["tiles"] for answer, _ in component_data(test, "live_results")] + [
        grid for grid, *_ in component_data(test, "tiles")
    ]
    return [tile for grid in grids for tile in grid]


def caption_names(test: AppTest) -> list[str]:
    """Return the names of the tiles that were found by caption."""
    return [tile["name"] for grid in component_data(test, "tiles", captions=True) for tile in grid[0]]


def query_of(test: AppTest) -> str:
    """Return the text in the search box."""
    return str(component_data(test, "searchbox")[0][0])


def component_data(test: AppTest, component: str, captions: bool = False) -> list[Any]:
    """Return the data of every component of this name, either in the row of what was found by caption or outside it."""
    elements = [element.proto for element in test.get("bidi_component")]
    return [
        json.loads(proto.json)
        for proto in elements
        if proto.component_name.endswith(component) and ("grid-captions" in proto.id) == captions
    ]


@contextmanager
def artifacts_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run the app over another folder of artifacts."""
    with monkeypatch.context() as changed:
        changed.setenv("SEMBLANCE_ARTIFACTS", str(folder))
        yield
