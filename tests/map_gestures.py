"""Where to point on the map, and how to select a region of it. Shared by the tests of the map in a browser."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def centre(stage: Locator) -> tuple[float, float]:
    """Return the centre of the map on the page, in pixels."""
    box = stage.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def draw_region(page: Page, view: Locator, tool: str, share: float = 0.42) -> None:
    """Select the centre of the map with a tool. The lasso follows the corners of a diamond."""
    view.get_by_role("button", name=tool).click()
    box = view.locator(".stage").bounding_box()
    assert box
    x, y, across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, share * box["width"], share * box["height"]
    corners = [(-1, 0), (0, -1), (1, 0), (0, 1), (-0.9, 0.1)] if tool == "Lasso pictures" else [(-1, -1), (1, 1)]
    page.mouse.move(x + corners[0][0] * across, y + corners[0][1] * down)
    page.mouse.down()
    for right, below in corners[1:]:
        page.mouse.move(x + right * across, y + below * down, steps=6)
    page.mouse.up()
