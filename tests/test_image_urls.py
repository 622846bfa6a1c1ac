"""Every call and command that takes an image takes a URL too, if that is allowed, and fetches it once from the public web."""

from __future__ import annotations

import inspect
import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core import Engine, ImageEmbedder
from devise_core.cli.main import main
from devise_core.errors import ImageError
from devise_core.untrusted import url_fetch
from devise_core.vision.image_sources import is_url
from tests.image_server import CAT, ImageServer, open_policy, strict

VERBS = [
    (name, kind)
    for name, verb in inspect.getmembers(Engine, inspect.isfunction)
    for kind, parameter in inspect.signature(verb).parameters.items()
    if not name.startswith("_") and "ImageInput" in str(parameter.annotation)
]
"""The verbs that take an image or several, with the name of that parameter."""


@pytest.fixture
def allowed(image_site: ImageServer, fresh_settings: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URLs are allowed, and ``web.example`` is the test server. Yields the URL of its image."""
    monkeypatch.setenv("SEMBLANCE_URL_SEARCH", "on")
    monkeypatch.setattr(url_fetch.fetch_image, "__defaults__", (None, open_policy(image_site)))
    yield f"http://web.example:{image_site.server_port}/cat.jpg"


def call(engine: Engine, verb: str, kind: str, image: object) -> Any:
    arguments = {"text": "cat"} if verb == "heat" else {}
    return getattr(engine, verb)(**{kind: [image] if kind == "images" else image}, **arguments)


def test_verbs_that_take_an_image_are_found() -> None:
    assert {"label_image", "search_image", "encode", "heat", "regions"} == {name for name, kind in VERBS if kind == "image"}
    assert {"label_images", "search_images", "embed_images"} == {name for name, kind in VERBS if kind == "images"}


@pytest.mark.parametrize(("verb", "kind"), VERBS)
def test_a_url_gives_what_its_image_gives(verb: str, kind: str, engine: Engine, allowed: str, image_site: ImageServer) -> None:
    assert pickle.dumps(call(engine, verb, kind, allowed)) == pickle.dumps(call(engine, verb, kind, CAT))
    assert image_site.asked == ["/cat.jpg"]


@pytest.mark.parametrize(("verb", "kind"), VERBS)
def test_a_url_is_refused_by_default(
    verb: str, kind: str, engine: Engine, image_site: ImageServer, fresh_settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(url_fetch.fetch_image, "__defaults__", (None, open_policy(image_site)))
    with pytest.raises(ImageError, match=r"/cat\.jpg is a URL.*Download the image.*SEMBLANCE_URL_SEARCH=on"):
        call(engine, verb, kind, f"https://web.example:{image_site.server_port}/cat.jpg")
    assert image_site.connections == 0


def test_a_list_may_mix_urls_and_other_images(engine: Engine, allowed: str, tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").write_bytes(CAT)
    vectors = engine.embed_images([allowed, tmp_path / "cat.jpg", io.BytesIO(CAT), allowed.replace("http", "HTTP", 1)])
    assert (vectors == vectors[0]).all()


def test_the_transformer_takes_urls(engine: Engine, allowed: str) -> None:
    np.testing.assert_allclose(ImageEmbedder().transform([allowed]), engine.embed_images([CAT]), atol=1e-6)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/cat.jpg", "http://loop.example:PORT/a", "http://169.254.169.254/", "http://db/a"]
)
def test_the_guard_applies(
    url: str, engine: Engine, image_site: ImageServer, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(url_fetch.fetch_image, "__defaults__", (None, strict(image_site)))
    with pytest.raises(ImageError, match="not on the public web"):
        engine.encode(url.replace("PORT", str(image_site.server_port)))
    assert image_site.connections == 0


def test_a_redirect_into_the_own_network_is_refused(engine: Engine, image_site: ImageServer, allowed: str) -> None:
    image_site.say["/cat.jpg"] = (302, {"Location": f"http://inside.example:{image_site.server_port}/a"}, [], 0)
    with pytest.raises(ImageError, match="not on the public web"):
        engine.label_image(allowed)
    assert image_site.asked == ["/cat.jpg"]


def test_a_fetched_file_is_named_in_its_error(engine: Engine, image_site: ImageServer, allowed: str) -> None:
    image_site.say["/a%20b.jpg"] = (200, {"Content-Type": "image/jpeg"}, [b"<html>"], 0)
    with pytest.raises(ImageError, match=r"^a b\.jpg is"):
        engine.encode(allowed.replace("cat", "a%20b"))


@pytest.mark.parametrize("command", ["label IMAGE", "label IMAGE IMAGE", "similar IMAGE", "search cat --like IMAGE", "embed IMAGE"])
def test_a_command_fetches_each_url_once(
    command: str, allowed: str, image_site: ImageServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.replace("IMAGE", allowed).split()) == 0
    assert image_site.asked == ["/cat.jpg"] * command.count("IMAGE")
    assert capsys.readouterr().out


def test_a_command_says_how_to_allow_urls(fresh_settings: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", "https://example.org/cat.jpg"]) == 1
    assert "SEMBLANCE_URL_SEARCH=on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://a.example/b", True),
        ("HTTP://a.example", True),
        ("http.jpg", False),
        ("ftp://a.example/b", False),
        (b"http://a", False),
    ],
)
def test_only_a_text_with_a_scheme_of_the_web_is_a_url(source: object, expected: bool) -> None:
    assert is_url(source) == expected
