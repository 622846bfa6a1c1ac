"""The REST API labels, compares and embeds images, which it reads and queues as the app does."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from devise_core.api import bodies
from devise_core.api.bodies import PER_CLIENT
from devise_core.client import ApiError, SemblanceClient
from devise_core.engine import Engine
from devise_core.serving.model_slots import model_slots
from devise_core.untrusted import decoder_pool, url_fetch
from tests.api_server import ApiServer, problem, served_api
from tests.artifact_copies import linked_artifacts
from tests.browsing import PATIENCE, wait_until
from tests.conftest import BUNDLED
from tests.image_server import ImageServer, open_policy
from tests.sample_images import png

CAT = BUNDLED / "collections/photos/images/cat.webp"
pytestmark = pytest.mark.usefixtures("models_load_once")


@pytest.fixture(scope="module")
def server(models_load_once: None) -> Iterator[ApiServer]:
    with served_api() as server:
        yield server


def test_labels_are_those_of_the_page(server: ApiServer, engine: Engine) -> None:
    names = engine.names(engine.encode(decoder_pool.read_upload(CAT.read_bytes())), 5)
    assert names
    answer = server.client.label(CAT)
    assert [label.word for label in answer.labels] == [hit.word for hit in names.hits]
    assert [label.share for label in answer.labels] == pytest.approx(names.shares, abs=1e-4)
    assert answer.labels[0].word == "cat" and answer.labels[0].confidence in ("probably", "maybe", "not sure")
    assert answer.specific == [hit.word for hit in names.specific]


def test_labels_can_be_chosen_from_other_words(server: ApiServer) -> None:
    answer = server.client.label(CAT, vocabulary=["a dog", "a cat", "a violin"], limit=2)
    assert ([label.word for label in answer.labels], answer.vocabulary) == (["a cat", "a dog"], "custom")
    assert answer.labels[0].share is None
    assert len(server.client.label(CAT, vocabulary="all", limit=7).labels) == 7
    with pytest.raises(ApiError, match="“qwzxkk” is unknown"):
        server.client.label(CAT, vocabulary=["qwzxkk"])


def test_similar_images_are_those_of_the_engine(server: ApiServer, photos: Engine) -> None:
    encoded = photos.encode(decoder_pool.read_upload(CAT.read_bytes()))
    for by in ("semantic", "visual", "labels"):
        answer = server.client.similar(CAT, collection="photos", limit=4, by=by)
        assert [hit.id for hit in answer.hits] == [hit.id for hit in photos.search_encoded(encoded, 4, by)]
    assert answer.hits[0].author and answer.hits[0].licence


def test_vectors_of_texts_and_images_can_be_compared(server: ApiServer, engine: Engine) -> None:
    image, cat, bridge = server.client.embed_image(CAT), server.client.embed_text("cat"), server.client.embed_text("bridge")
    assert cat.vector == pytest.approx(engine.embed_text("cat").tolist(), abs=1e-6)
    assert (image.dimension, image.model) == (100, engine.model_id)
    assert np.linalg.norm(image.vector) == pytest.approx(1, abs=1e-5)
    assert np.dot(image.vector, cat.vector) > np.dot(image.vector, bridge.vector) + 0.2


def test_the_client_takes_an_image_in_any_form(server: ApiServer) -> None:
    image = Image.open(CAT).convert("RGB")
    forms = (str(CAT), CAT.read_bytes(), io.BytesIO(CAT.read_bytes()), image, np.asarray(image))
    assert {server.client.label(form, limit=1).labels[0].word for form in forms} == {"cat"}
    with pytest.raises(Exception, match="There is no file"):
        server.client.label("nowhere.jpg")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no image", "not an image in a known format"),
        (CAT.read_bytes()[:3000], "truncated|damaged"),
        (b"\0" * 1000, "not an image"),
        (b"", "is empty"),
    ],
)
def test_a_file_that_is_no_image_is_refused(server: ApiServer, content: bytes, says: str) -> None:
    answer = server.request("POST", "label", files={"file": ("../../etc/passwd\0", content)})
    assert problem(answer) == (422, "image")
    assert any(part in answer.text for part in says.split("|"))


def test_images_are_decoded_outside_of_the_server(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = list[int]()
    read = decoder_pool._DecoderProcess.read

    def counted(process: decoder_pool._DecoderProcess, *arguments: object) -> object:
        decoded.append(process.process.pid)
        return read(process, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(decoder_pool._DecoderProcess, "read", counted)
    for send in (server.client.label, server.client.similar, server.client.embed_image):
        send(CAT)
    assert len(decoded) == 3


def test_a_url_is_fetched_only_if_the_operator_allows_it(
    server: ApiServer, image_server: ImageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://web.example:{image_server.server_port}/cat.jpg"
    with pytest.raises(ApiError, match="does not fetch images") as refused:
        server.client.label(url)
    assert (refused.value.status, image_server.connections) == (403, 0)
    monkeypatch.setattr(url_fetch.fetch_image, "__defaults__", (None, open_policy(image_server)))
    with served_api(URL_SEARCH="on") as other:
        assert other.client.label(url).labels
        with pytest.raises(ApiError, match="not on the public web") as inside:
            other.client.label(f"http://10.0.0.7:{image_server.server_port}/")
        assert (inside.value.status, inside.value.kind) == (422, "image")


def test_one_image_too_many_is_asked_to_wait() -> None:
    with served_api(API_IMAGES="1") as server, ThreadPoolExecutor(1) as threads:
        with model_slots().slot():
            first = threads.submit(server.client.label, CAT)
            wait_until(lambda: model_slots().waiting == 1)
            answer = server.request("POST", "label", files={"file": png("red")})
            assert (problem(answer), answer.headers["Retry-After"]) == ((503, "busy"), "30")
        assert first.result(PATIENCE).labels
        assert server.request("POST", "label", files={"file": png("red")}).status_code == 200


def test_the_model_is_shared_with_the_queue_of_the_app() -> None:
    """While another visitor has the only slot, a request waits and is then asked to come back."""
    with served_api(QUEUE_SECONDS="0.5") as server:
        server.client.label(CAT)
        with model_slots().slot(), pytest.raises(ApiError) as busy:
            server.client.label(CAT)
        assert (busy.value.status, busy.value.kind, busy.value.retry_after) == (503, "busy", 30)
        assert server.client.label(CAT).labels


def send_file(server: ApiServer, body: bytes, length: int) -> socket.socket:
    """Ask for labels with a body that announces ``length`` bytes, and return the connection without waiting for an answer."""
    place = urlsplit(server.root)
    connection = socket.create_connection((place.hostname, place.port), PATIENCE)
    request = f"POST {server.address.removeprefix(server.root)}/label HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
    connection.sendall(request.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n" + body)
    return connection


def test_work_ends_when_the_client_leaves(server: ApiServer) -> None:
    """The request gives up its place in the queue."""
    content = CAT.read_bytes()
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body = head + content + b"\r\n--x--\r\n"
    with model_slots().slot():
        connection = send_file(server, body, len(body))
        wait_until(lambda: model_slots().waiting == 1)
        connection.close()
        wait_until(lambda: model_slots().waiting == 0)


def test_a_body_that_takes_too_long_is_refused(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setattr(bodies, "MAX_SECONDS", 0.2)
        with send_file(server, b"--x\r\n", length=1_000) as connection:
            answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"The body took too long to arrive. Send a smaller image." in answer
    assert server.client.label(CAT).labels


def test_one_client_sends_only_so_many_images_at_a_time(server: ApiServer) -> None:
    with ThreadPoolExecutor(PER_CLIENT) as threads:
        with model_slots().slot():
            sent = [threads.submit(server.client.label, CAT) for _ in range(PER_CLIENT)]
            wait_until(lambda: model_slots().waiting == PER_CLIENT)
            answer = server.request("POST", "label", files={"file": CAT.read_bytes()})
            assert problem(answer) == (429, "images")
        assert all(each.result(PATIENCE).labels for each in sent)


def test_no_answer_names_a_word_that_the_operator_blocks(tmp_path: Path) -> None:
    words, folder = tmp_path / "words.txt", linked_artifacts(tmp_path / "artifacts")
    words.write_text("cat\nkitten\nstring instrument\n")
    with served_api(WORD_LIST=str(words), ARTIFACTS=str(folder), COLLECTIONS=str(tmp_path / "none")) as server:
        for vocabulary in ("nouns", "all"):
            answer = server.client.label(CAT, limit=50, vocabulary=vocabulary)
            assert not {"cat", "kitten"} & {*(label.word for label in answer.labels), *answer.specific}
        assert server.client.search("harp").instead != "string instrument"
    with served_api() as server:
        assert server.client.search("harp").instead == "string instrument"


def test_two_clients_under_load_get_every_answer(server: ApiServer) -> None:
    texts = ("violin", "bird -water", "a hund", "like:violin", "red flower", "qwzxkk")

    def session(number: int) -> int:
        answered = 0
        with SemblanceClient(server.address) as client:
            for turn in range(30):
                try:
                    answer = client.search(texts[(turn + number) % len(texts)], limit=10, offset=turn)
                    assert answer.hits
                except ApiError as error:
                    assert (error.status, error.kind) == (422, "unknown-word")
                answered += 1
                if turn % 10 == 0:
                    assert client.label(CAT, limit=1).labels[0].word == "cat"
        return answered

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(session, range(4))) == [30] * 4
