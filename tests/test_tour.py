"""The tour leads over real pages, each in the view its step describes."""

from __future__ import annotations

import pytest

from tests.test_pages import app, checked, names, said
from ui.tour import STEPS


@pytest.mark.parametrize("place", range(1, len(STEPS) + 1))
def test_each_step_shows_its_page(place: int) -> None:
    step = STEPS[place - 1]
    test = app(step.page, tour=str(place), **step.view)
    assert f"**{place} of {len(STEPS)}  ·  {step.title}**" in said(test)
    assert not checked(test).error
    labels = {link.proto.label for link in test.get("page_link")}
    assert "End the tour" in labels
    assert ("Back" in labels) == (place > 1)
    if place < len(STEPS):
        assert f"Next: {STEPS[place].title}" in labels


@pytest.mark.parametrize("place", ["0", "99", "x", ""])
def test_no_tour_no_banner(place: str) -> None:
    test = app("text_search", q="bird", tour=place)
    assert "End the tour" not in {link.proto.label for link in test.get("page_link")}


def test_what_the_steps_promise_is_there() -> None:
    assert "penguin" in names(app("text_search", **STEPS[0].view))
    fruit = names(app("text_search", **STEPS[1].view))
    assert "banana" in fruit[:5]
    assert "green apple" not in fruit[:8]
