"""The tour shows real pages, each in the view that its step describes."""

from __future__ import annotations

import pytest

from tests.app_testing import app, checked, page_text, tile_names
from ui.tour import STEPS


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_each_step_shows_its_page(number: int) -> None:
    step = STEPS[number - 1]
    test = app(step.page, tour=str(number), **step.view)
    assert f"**{number} of {len(STEPS)}  ·  {step.title}**" in page_text(test)
    assert not checked(test).error
    labels = {each.proto.label for kind in ("page_link", "button") for each in test.get(kind)}
    assert "End the tour" in labels
    assert ("Back" in labels) == (number > 1)
    if number < len(STEPS):
        assert f"Next: {STEPS[number].title}" in labels


@pytest.mark.parametrize("number", ["0", "99", "x", ""])
def test_there_is_no_banner_outside_the_tour(number: str) -> None:
    test = app("text_search", q="bird", tour=number)
    assert "End the tour" not in {link.proto.label for link in test.get("page_link")}


def test_the_steps_show_what_they_promise() -> None:
    assert {"tiger", "lion"} <= set(tile_names(app("text_search", **STEPS[0].view)))
    birds = tile_names(app("text_search", **STEPS[1].view))
    assert "crow" in birds[:5]
    assert "penguin" not in " ".join(birds[:8])
