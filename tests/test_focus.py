"""The focus of an image: the point that a tile keeps when it cuts the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core import Engine
from devise_core.collections.items_file import read_items, write_items
from devise_core.datatypes import Item
from devise_core.vision.focus import FocusFinder, centre
from ui.hit.tiles import object_position


def test_the_centre_is_that_of_the_strong_cells() -> None:
    cells = np.zeros((7, 7), dtype=np.float32)
    cells[1, 5], cells[6, 0] = 4, 1
    assert centre(cells) == pytest.approx((5.5 / 7, 1.5 / 7))
    assert centre(np.ones((7, 7), dtype=np.float32)) == (0.5, 0.5)


def test_the_focus_is_on_the_subject(engine: Engine, photos: Engine) -> None:
    with Image.open(photos.collection.picture(photos.collection.row("goldfish"))) as image:
        subject = image.convert("RGB").resize((200, 200))
    places = {"left": (0, 100), "right": (400, 100)}
    wide = {name: Image.new("RGB", (600, 400), "gray") for name in places}
    for name, place in places.items():
        wide[name].paste(subject, place)
    finder = FocusFinder(engine.layout.model, engine.manifest)
    (left, _), (right, _) = finder.find([wide["left"], wide["right"]])
    assert left < 0.45
    assert right > 0.55


def test_every_bundled_photograph_has_a_focus(photos: Engine) -> None:
    points = np.asarray([item.focus for item in photos.collection.items])
    assert points.min() >= 0
    assert points.max() <= 1
    assert len(np.unique(points, axis=0)) > len(points) / 2


def test_the_focus_is_kept_in_the_items_and_is_the_middle_in_old_ones(tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    write_items(file, [Item("a", "a.webp", focus=(0.25, 0.7))])
    assert read_items(file)[0].focus == (0.25, 0.7)
    assert object_position(read_items(file)[0]) == "25% 70%"
    file.write_text("id,file\na,a.webp\n", "utf-8")
    assert read_items(file)[0].focus == (0.5, 0.5)
