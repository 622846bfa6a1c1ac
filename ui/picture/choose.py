"""Let a visitor choose a picture or a region of a picture, and encode the choice."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakKeyDictionary

import streamlit as st
from PIL import Image

from devise_core.collections.base import Collection
from devise_core.engine import Engine
from devise_core.report.example_images import example_images
from devise_core.settings import settings
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.vision.blank import is_blank
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.image_reader import note_on, read_image
from ui import url_state
from ui.missing import explain_missing_picture, is_missing
from ui.picture.crop import CropRegion, crop
from ui.picture.paste import paste
from ui.server.image_routes import picture_url
from ui.server.model_queue import model_slot
from ui.server.session_job import session_job
from ui.text import plain
from ui.widget_keys import when_current, widget_key

SAMPLE, UPLOAD, PASTE, CAMERA, WEB = "Sample", "Upload", "Paste", "Camera", "Web address"

_SAMPLES: WeakKeyDictionary[Engine, tuple[str, list[str]]] = WeakKeyDictionary()
_PASTED, _UPLOADED, _ENCODED, _BLANK = "picture_pasted", "picture_uploaded", "picture_encoded", "picture_blank"


@dataclass(frozen=True)
class Chosen:
    """The picture a visitor has chosen.

    Attributes:
        image: The path of the picture's file, the bytes of the file, or the decoded picture.
        name: What the page calls it.
        src: The URL of the picture for the browser.
        item: The id, if the picture is in the collection.
        region: The region to use, or None for the whole picture.
        note: What was wrong with the file, or "".
    """

    image: Path | bytes | Image.Image
    name: str
    src: str
    item: str | None = None
    region: CropRegion | None = None
    note: str = ""


def choose_picture(engine: Engine, page: str) -> Chosen | None:
    """Let the visitor choose a picture. ``?item=`` in the address chooses a picture of the collection.

    Returns:
        The picture, or None if the visitor has not chosen one yet.

    Raises:
        ImageError: The picture cannot be read.
    """
    samples = [SAMPLE] if len(engine.collection) else []
    sources = (*samples, UPLOAD, PASTE, CAMERA, *([WEB] if settings().url_search else []))
    key = f"{page}_way"
    if st.session_state.get(key, sources[0]) not in sources:  # the last picture of the collection was deleted
        del st.session_state[key]
    readers: dict[str, Callable[[Engine, str], Chosen | None]] = {UPLOAD: _upload, PASTE: _pasted, CAMERA: _camera, WEB: _web}
    with st.container(gap=None):  # the paste listener takes no room while it is hidden
        source = st.segmented_control("Choose a picture", sources, default=sources[0], required=True, key=key)
        paste(f"{page}_paste", source == PASTE, settings().upload_bytes, lambda data: _receive_pasted(page, data))
    return readers.get(source, _sample)(engine, page)


def show_picture(chosen: Chosen, page: str) -> None:
    """Show the picture. The visitor can drag a box on it to use only that region."""

    def set_region(region: CropRegion | None) -> None:
        url_state.update(**{url_state.CROP: str(region) if region else None, "item": chosen.item})

    crop(f"{page}_crop", chosen.src, chosen.name, chosen.region, set_region)
    if chosen.note:
        st.caption(f":material/info: {plain(chosen.note)}")


def shows_anything(chosen: Chosen) -> bool:
    """Return whether the chosen picture or region shows anything. If not, tell the visitor."""
    if chosen.item and not chosen.region:
        return True  # pictures of a collection are not checked as a whole
    key = (chosen.item or chosen.src, chosen.region)
    last: tuple[object, bool] | None = st.session_state.get(_BLANK)
    if last is None or last[0] != key:
        last = st.session_state[_BLANK] = (key, is_blank(_described_part(chosen)))
    if not last[1]:
        return True
    part = "This part of the picture" if chosen.region else "This picture"
    st.info(f"{part} shows hardly anything. It has a single colour or nothing but noise.", icon=":material/crop_free:")
    return False


def _described_part(chosen: Chosen) -> Image.Image:
    """Return the pixels of the chosen picture or region."""
    image = read_image(chosen.image)
    return chosen.region.cut(image) if chosen.region else image


def encode_chosen(engine: Engine, chosen: Chosen) -> Encoded:
    """Return the features ``(1, f)`` and the embedding ``(1, d)`` of the chosen picture or region.

    If a whole picture of the collection is chosen, both are read from the collection.
    """
    collection = engine.collection
    if chosen.item and not chosen.region:
        return engine.encoded(collection.row(chosen.item))
    key = (engine.model_id, collection.version, chosen.item or chosen.src, chosen.region)
    last: tuple[object, Encoded] | None = st.session_state.get(_ENCODED)
    if last is None or last[0] != key:
        image = _described_part(chosen)
        with model_slot(engine):
            last = (key, engine.encode(image))
        st.session_state[_ENCODED] = last
    return last[1]


def _upload(engine: Engine, page: str) -> Chosen | None:  # noqa: ARG001  all readers have the same parameters
    # Any type is accepted. Otherwise the browser would refuse a PDF by itself, and the page would still show the previous picture.
    file = st.file_uploader("A picture", key=f"{page}_file", label_visibility="collapsed")
    return _from_visitor(file.file_id, file.name, file.getvalue) if file else None


def _camera(engine: Engine, page: str) -> Chosen | None:  # noqa: ARG001
    shot = st.camera_input("A picture", key=f"{page}_camera", label_visibility="collapsed")
    return _from_visitor(shot.file_id, "camera picture", shot.getvalue) if shot else None


def _pasted(engine: Engine, page: str) -> Chosen | None:  # noqa: ARG001
    data: bytes | None = st.session_state.get(_PASTED)
    return _from_visitor(hashlib.sha256(data).hexdigest(), "pasted picture", lambda: data) if data else None


def _receive_pasted(page: str, data: bytes) -> None:
    st.session_state[_PASTED] = data
    st.session_state[f"{page}_way"] = PASTE
    url_state.update(**{url_state.CROP: None, "item": None})


def _web(engine: Engine, page: str) -> Chosen | None:  # noqa: ARG001
    from devise_core.untrusted.url_fetch import fetch_image

    url = st.text_input("Web address of a picture", placeholder="https://…", key=f"{page}_url", max_chars=2000).strip()
    return _from_visitor(url, url, lambda: fetch_image(url)) if url else None


def _from_visitor(token: str, name: str, read: Callable[[], bytes]) -> Chosen:
    """Read a visitor's picture once. The session keeps the last picture, small and without metadata.

    Raises:
        ImageError: The picture cannot be read.
    """
    cached: tuple[str, Chosen] | None = st.session_state.get(_UPLOADED)
    if cached is None or cached[0] != token:
        image, buffer = read_upload(read(), job=session_job()), io.BytesIO()
        image.save(buffer, "JPEG", quality=92, subsampling=0)  # only for the browser, because the model gets the image itself
        src = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
        cached = (token, Chosen(image, name, src, note=note_on(image)))
        st.session_state[_UPLOADED] = cached
        url_state.update(**{url_state.CROP: None, "item": None})
    chosen = cached[1]
    return replace(chosen, name=name, region=_region())


def _sample(engine: Engine, page: str) -> Chosen | None:
    collection, samples = engine.collection, _samples(engine)
    linked = url_state.read_text(url_state.ITEM)
    if is_missing(engine, linked):
        explain_missing_picture(engine, linked, "Choose one of the pictures below.")
    elif linked and linked not in samples:
        name = _name(collection, linked)
        samples = [linked, *(item_id for item_id in samples if _name(collection, item_id) != name)]
    sample = None if is_missing(engine, linked) else linked or samples[0]
    key = widget_key(f"{page}_sample_{collection.name}", sample)
    names = {item_id: plain(_name(collection, item_id), 40) for item_id in samples}
    st.pills(
        "A sample",
        samples,
        default=sample,
        required=sample is not None,
        format_func=names.__getitem__,
        key=key,
        label_visibility="collapsed",
        wrap=True,
        on_change=when_current(key, lambda item: url_state.update(**{"item": item, url_state.CROP: None})),
    )
    if sample is None:
        return None
    row = collection.row(sample)
    item = collection.items[row]
    region = _region() if item.id == linked else None
    return Chosen(collection.picture(row), item.name, picture_url(engine, row), item.id, region)


def _name(collection: Collection, item_id: str) -> str:
    return collection.items[collection.row(item_id)].name


def _samples(engine: Engine) -> list[str]:
    """Return the ids of good sample pictures. The ids are cached until pictures are added or deleted."""
    version, samples = _SAMPLES.get(engine, ("", []))
    if version != engine.collection.version:
        version, samples = _SAMPLES[engine] = engine.collection.version, example_images(engine)
    return samples


def _region() -> CropRegion | None:
    parts = url_state.read_text(url_state.CROP).split(",")
    return CropRegion.of([int(part) if part.isascii() and part.isdigit() and len(part) < 5 else -1 for part in parts])
