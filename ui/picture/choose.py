"""Where a visitor's picture comes from, the region of it that counts, and its vectors."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from PIL import Image

from devise_core.engine import Engine
from devise_core.settings import settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.image_reader import SUFFIXES, read_image
from ui import url_state
from ui.picture.crop import Region, crop
from ui.picture.paste import paste
from ui.server import image_routes
from ui.server.model_queue import network
from ui.text import plain
from ui.widget_keys import by_hand, key_for

SAMPLES = 6
SAMPLE, UPLOAD, PASTE, CAMERA, WEB = "Sample", "Upload", "Paste", "Camera", "Address"
CROP = "crop"
"""The parameter in the address for the region."""

_PASTED, _KEPT, _ENCODED = "picture_pasted", "picture_kept", "picture_encoded"


@dataclass(frozen=True)
class Chosen:
    """A picture, its name for the visitor, where the browser has it, and its id where it is one of the collection."""

    image: Path | bytes | Image.Image
    name: str
    src: str
    item: str | None = None
    region: Region | None = None


def choose_picture(engine: Engine, page: str) -> Chosen | None:
    """Ask for a picture; None until there is one. A link's ``?item=`` counts as a sample chosen. Raises ``ImageError``."""
    ways = (SAMPLE, UPLOAD, PASTE, CAMERA, *([WEB] if settings().url_search else []))
    source: dict[str, Callable[[Engine, str], Chosen | None]] = {UPLOAD: _upload, PASTE: _pasted, CAMERA: _camera, WEB: _web}
    with st.container(gap=None):  # while it is not shown, what listens for a paste takes no room
        way = st.segmented_control("Your picture", ways, default=SAMPLE, required=True, key=f"{page}_way") or SAMPLE
        paste(f"{page}_paste", way == PASTE, settings().upload_bytes, lambda data: _take_pasted(page, data))
    return source.get(way, _sample)(engine, page)


def show_picture(chosen: Chosen, page: str) -> None:
    """The picture; a box dragged on it is the region that counts from then on."""

    def take(region: Region | None) -> None:
        url_state.put(**{CROP: str(region) if region else None, "item": chosen.item})

    crop(f"{page}_crop", chosen.src, chosen.name, chosen.region, take)


def encoded(engine: Engine, chosen: Chosen) -> Encoded:
    """Features ``(1, f)`` and embedding ``(1, d)`` of what was chosen; of a whole picture of the collection as they are kept."""
    here = engine.collection
    if chosen.item and not chosen.region:
        row = here.row(chosen.item)
        return Encoded(here.features[row : row + 1], here.embeddings[row : row + 1])
    key = (engine.model_id, here.version, chosen.item or chosen.src, chosen.region)
    last: tuple[object, Encoded] | None = st.session_state.get(_ENCODED)
    if last is None or last[0] != key:
        image = read_image(chosen.image)
        with network(engine):
            last = (key, engine.encode(chosen.region.cut(image) if chosen.region else image))
        st.session_state[_ENCODED] = last
    return last[1]


def _upload(engine: Engine, page: str) -> Chosen | None:  # noqa: ARG001  as the other ways
    file = st.file_uploader("A picture", type=[suffix[1:] for suffix in SUFFIXES], key=f"{page}_file", label_visibility="collapsed")
    return _own(file.file_id, file.name, file.getvalue) if file else None


def _camera(engine: Engine, page: str) -> Chosen | None:  # noqa: ARG001
    shot = st.camera_input("A photograph", key=f"{page}_camera", label_visibility="collapsed")
    return _own(shot.file_id, "your photograph", shot.getvalue) if shot else None


def _pasted(engine: Engine, page: str) -> Chosen | None:  # noqa: ARG001
    data: bytes | None = st.session_state.get(_PASTED)
    return _own(hashlib.sha256(data).hexdigest(), "pasted picture", lambda: data) if data else None


def _take_pasted(page: str, data: bytes) -> None:
    st.session_state[_PASTED] = data
    st.session_state[f"{page}_way"] = PASTE
    url_state.put(**{CROP: None, "item": None})


def _web(engine: Engine, page: str) -> Chosen | None:  # noqa: ARG001
    from devise_core.untrusted.url_fetch import fetch_picture

    url = st.text_input("Address of a picture", placeholder="https://…", key=f"{page}_url", max_chars=2000).strip()
    return _own(url, url, lambda: fetch_picture(url)) if url else None


def _own(token: str, name: str, data: Callable[[], bytes]) -> Chosen:
    """The visitor's picture, read once: the session keeps the last, small and without metadata. Raises ``ImageError``."""
    kept: tuple[str, Chosen] | None = st.session_state.get(_KEPT)
    if kept is None or kept[0] != token:
        image, buffer = read_upload(data()), io.BytesIO()
        image.save(buffer, "JPEG", quality=92, subsampling=0)  # what the browser shows; the model sees the image itself
        src = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
        kept = (token, Chosen(image, name, src))
        st.session_state[_KEPT] = kept
        url_state.put(**{CROP: None, "item": None})
    chosen = kept[1]
    return Chosen(chosen.image, name, chosen.src, None, _region())


def _sample(engine: Engine, page: str) -> Chosen:
    here = engine.collection
    step = max(1, len(here) // SAMPLES)
    samples = [item.id for item in here.items[step // 2 :: step][:SAMPLES]]
    linked = url_state.text("item")
    if linked in here and linked not in samples:
        samples = [linked, *samples]
    sample = linked if linked in samples else samples[0]
    key = key_for(f"{page}_sample_{here.name}", sample)
    names = {item_id: plain(here.items[here.row(item_id)].name, 40) for item_id in samples}
    st.pills(
        "A sample",
        samples,
        default=sample,
        required=True,
        format_func=names.__getitem__,
        key=key,
        label_visibility="collapsed",
        on_change=by_hand(key, lambda item: url_state.put(**{"item": item, CROP: None})),
    )
    row = here.row(sample)
    item = here.items[row]
    return Chosen(
        here.picture(row),
        item.name,
        image_routes.address(engine, row),
        item.id,
        _region() if item.id == linked else None,
    )


def _region() -> Region | None:
    written = url_state.text(CROP).split(",")
    return Region.of([int(number) if number.isascii() and number.isdigit() and len(number) < 5 else -1 for number in written])
