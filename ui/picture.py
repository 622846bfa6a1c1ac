"""Where a visitor's picture comes from: a file, the camera, or a sample of the collection."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from devise_core.engine import Engine
from devise_core.images import SUFFIXES, ImageInput, read_image
from ui.text import plain

SAMPLES = 6


@dataclass(frozen=True)
class Chosen:
    """A picture, its name for the visitor, and its id where it is one of the collection."""

    image: ImageInput
    name: str
    item: str | None = None


def choose_picture(engine: Engine, page: str) -> Chosen | None:
    """Ask for a picture; None until there is one. A link's ``?item=`` counts as a sample chosen."""
    way = st.segmented_control("Your picture", ("Sample", "Upload", "Camera"), default="Sample", required=True,
                               key=f"{page}_way")
    if way == "Upload":
        file = st.file_uploader("A picture", type=[suffix[1:] for suffix in SUFFIXES], key=f"{page}_file",
                                label_visibility="collapsed")
        return Chosen(file.getvalue(), file.name) if file else None
    if way == "Camera":
        shot = st.camera_input("A photograph", key=f"{page}_camera", label_visibility="collapsed")
        return Chosen(shot.getvalue(), "your photograph") if shot else None
    return _sample(engine, page)


def show_picture(chosen: Chosen, page: str) -> None:
    """The picture as it was read. Raises ``ImageError``."""
    with st.container(key=f"picture-{page}"):
        st.image(read_image(chosen.image, at_least=512), caption=plain(chosen.name), width=320, alt=chosen.name)


def _sample(engine: Engine, page: str) -> Chosen:
    items = engine.collection.items
    step = max(1, len(items) // SAMPLES)
    samples = [item.id for item in items[step // 2::step][:SAMPLES]]
    linked = st.query_params.get("item")
    known = {item.id: item for item in items}
    if linked in known and linked not in samples:
        samples = [str(linked), *samples]
    names = {item_id: plain(known[item_id].labels[0] if known[item_id].labels else item_id) for item_id in samples}
    start = linked if linked in samples else samples[0]
    # The link's picture is part of the key, so that following another link chooses another sample.
    choice = st.pills("A sample", samples, default=start, required=True, format_func=names.__getitem__,
                      key=f"{page}_sample_{engine.collection.name}_{linked or ''}", label_visibility="collapsed")
    item = known[choice or start]
    return Chosen(engine.collection.picture(engine.collection.row(item.id)), names[item.id].replace("\\", ""), item.id)
