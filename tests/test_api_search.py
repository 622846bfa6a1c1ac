"""The REST API finds what the engine finds, says whether anything matches, and names its sources."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from devise_core.api.answers import search_answer
from devise_core.api.parameters import SearchParameters
from devise_core.api.recent import RecentAnswers
from devise_core.api.records import SearchAnswer
from devise_core.client import ApiError
from devise_core.collections.items_file import read_items, write_items
from devise_core.engine import Engine
from devise_core.search.conditions import InCategory
from devise_core.storage.manifest import Manifest
from devise_core.text.query import Query
from tests.api_server import ApiServer, served_api
from tests.artifact_copies import linked_artifacts

ODD = "o’clock / it's 50% “é”?&#"
"""An id with everything that is special in a URL."""


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with served_api() as server:
        yield server


def test_hits_are_those_of_the_engine_with_their_attribution(server: ApiServer, engine: Engine) -> None:
    answer = server.client.search("violin", limit=5)
    expected = engine.hits(engine.matches(engine.query("violin")).ranking[:5])
    assert [(hit.id, hit.cosine, hit.score) for hit in answer.hits] == [
        (hit.id, pytest.approx(hit.cosine, abs=1e-6), pytest.approx(hit.score, abs=1e-6)) for hit in expected
    ]
    assert [(hit.author, hit.licence, hit.source) for hit in answer.hits] == [
        (hit.author, hit.licence, hit.origin) for hit in expected
    ]
    assert (answer.collection, answer.total, answer.next_offset) == ("stamps", len(engine.collection), 5)


def test_a_match_is_announced_as_on_the_pages(server: ApiServer, engine: Engine) -> None:
    answer = server.client.search("violin")
    strong = {hit.id for hit in engine.hits(engine.matches(engine.query("violin")).strong())}
    assert answer.announced and not answer.absent
    assert answer.evidence and answer.evidence > 0.6
    assert {hit.id for hit in answer.hits if hit.matches} == strong
    assert answer.matching == len(strong)


def test_an_absent_thing_is_not_announced(server: ApiServer, engine: Engine) -> None:
    matches = engine.matches(engine.query("harp"))
    assert matches.absent
    answer = server.client.search("harp")
    assert (answer.announced, answer.absent, answer.matching) == (False, True, 0)
    assert answer.hits and not any(hit.matches for hit in answer.hits)
    assert matches.evidence and matches.evidence.near_miss
    assert answer.instead == matches.evidence.near_miss.name
    assert server.client.search("harp", only_matching=True).hits == []


def test_the_answer_says_how_the_text_was_read(server: ApiServer) -> None:
    reading = server.client.search("two vioolins and a hund -cat").reading
    assert {term.word for term in reading.terms if term.weight > 0} >= {"dog"}
    assert [term.word for term in reading.terms if term.weight < 0] == ["cat"]
    assert reading.read_as["hund"] == "dog"
    assert "two" in reading.ignored


def test_pages_cover_each_image_once(server: ApiServer, engine: Engine) -> None:
    ids = [hit.id for hit in server.client.search_all("bird", page=100)]
    assert sorted(ids) == sorted(item.id for item in engine.collection.items)
    last = server.client.search("bird", offset=len(ids) - 1)
    assert ([hit.id for hit in last.hits], last.next_offset) == (ids[-1:], None)
    beyond = server.client.search("bird", offset=10**9)
    assert (beyond.hits, beyond.next_offset) == ([], None)


def test_filters_keep_and_leave_out(server: ApiServer) -> None:
    birds = list(server.client.search_all("animal", category=["animals/birds"]))
    assert birds and all(hit.category.startswith("animals/birds") for hit in birds)
    rest = list(server.client.search_all("animal", not_category=["animals"], not_label=["violin"]))
    assert rest and not any(hit.category.startswith("animals") or "violin" in hit.labels for hit in rest)
    [only] = server.client.search("music", label=["violin"]).hits
    assert only.id == "violin"
    assert server.client.search("animal", category=["no such category"]).total == 0


def test_images_are_found_by_caption_if_asked_for(server: ApiServer, engine: Engine) -> None:
    answer = server.client.search("music", limit=1, captions=True)
    expected = [hit.id for hit in engine.found_by_caption(engine.query("music"), 48) if hit.id != answer.hits[0].id]
    assert [hit.id for hit in answer.captioned] == expected[:12] != []
    assert server.client.search("music", limit=1).captioned == []


def test_the_filters_apply_to_images_found_by_caption(server: ApiServer, engine: Engine) -> None:
    where = InCategory("animals/birds")
    for limit in (1, 100):  # with a limit of 100, the first images found by caption are hits already
        answer = server.client.search("animals", limit=limit, captions=True, category=["animals/birds"])
        shown = {hit.id for hit in answer.hits}
        every = [hit.id for hit in engine.found_by_caption(engine.query("animals"), None, where)]
        assert [hit.id for hit in answer.captioned] == [name for name in every if name not in shown][:12]
        assert bool(answer.captioned) == (limit == 1)


def test_images_found_by_caption_follow_those_that_are_hits(server: ApiServer, engine: Engine) -> None:
    answer = server.client.search("animals", limit=50, captions=True)
    shown = {hit.id for hit in answer.hits}
    every = [hit.id for hit in engine.found_by_caption(engine.query("animals"), None) if hit.id not in shown]
    assert len(every) > 12
    assert [hit.id for hit in answer.captioned] == every[:12]


def test_a_date_keeps_only_photos_of_it(server: ApiServer) -> None:
    assert server.client.search("animal").hits[0].taken == ""
    assert server.client.search("animal", taken=["2019", "2020-05"]).total == 0
    with pytest.raises(ApiError) as refused:
        server.client.search("animal", taken=["May"])
    assert refused.value.status == 422


def test_another_collection_is_searched_by_name_and_never_by_path(server: ApiServer) -> None:
    assert server.client.search("violin", collection="photos").collection == "photos"
    names = [each.name for each in server.client.collections().collections]
    assert names[:2] == ["stamps", "photos"]  # the default one first
    assert server.client.collection("photos").images == 381
    for name in ("nope", "../stamps", "/etc", "photos\0", "artifacts/collections/photos", "’" * 200):
        with pytest.raises(ApiError) as refused:
            server.client.search("violin", collection=name)
        assert (refused.value.status, refused.value.kind) == (404, "unknown-collection")


def test_an_unknown_word_comes_with_spellings(server: ApiServer) -> None:
    with pytest.raises(ApiError, match="is unknown") as refused:
        server.client.search("qwzxkk + vioolinzzz")
    assert (refused.value.status, refused.value.kind) == (422, "unknown-word")
    assert set(refused.value.members["suggestions"]) == {"qwzxkk", "vioolinzzz"}
    with pytest.raises(ApiError) as unreadable:
        server.client.search("like:nobody")
    assert (unreadable.value.kind, unreadable.value.members["position"]) == ("query", 5)


def test_an_answer_is_computed_once_until_the_collection_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = list[str]()

    def counted(engine: Engine, query: Query, wanted: SearchParameters) -> SearchAnswer:
        computed.append(f"{query.text} {wanted.offset}")
        return search_answer(engine, query, wanted)

    monkeypatch.setattr("devise_core.api.search_routes.search_answer", counted)
    folder = linked_artifacts(tmp_path / "artifacts")
    with served_api(ARTIFACTS=str(folder), COLLECTIONS=str(tmp_path / "none")) as server:
        first = [server.client.search("violin"), server.client.search("violin", offset=24)]
        assert [server.client.search("violin"), server.client.search("violin", offset=24)] == first
        assert computed == ["violin 0", "violin 24"]
        items = folder / "collections/stamps/items.csv"
        shutil.copy(items.resolve(), items.with_suffix(".new"))
        items.with_suffix(".new").replace(items)
        assert server.client.search("violin").hits[0].id == first[0].hits[0].id
        assert computed[2:] == ["violin 0"]


def test_few_answers_are_kept(engine: Engine, photos: Engine) -> None:
    recent = RecentAnswers(2)
    for name in ("a", "b"):
        recent.put(engine, name, name.encode())
    assert (recent.get(engine, "a"), recent.get(photos, "a")) == (b"a", None)
    recent.put(engine, "c", b"c")
    assert [recent.get(engine, name) for name in "abc"] == [b"a", None, b"c"]


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """The API over a collection with an odd id, and with the path of a file of this machine as a source."""
    folder = linked_artifacts(tmp_path / "artifacts")
    root = folder / "collections/stamps"
    items = read_items(root / "items.csv")
    items[0] = type(items[0])(ODD, items[0].file, items[0].labels, source="/home/somebody/secret/photo.jpg")
    (root / "items.csv").unlink()
    write_items(root / "items.csv", items)
    manifest = Manifest.read(root)
    manifest.add(root / "items.csv", "made by hand")
    (root / "manifest.json").unlink()
    manifest.write()
    with served_api(ARTIFACTS=str(folder), COLLECTIONS=str(tmp_path / "none")) as server:
        yield server


def test_an_id_may_have_any_character(odd: ApiServer) -> None:
    item = odd.client.item("stamps", ODD)
    assert item.id == ODD
    assert odd.client.thumbnail(item)[:4] == b"RIFF"
    assert [hit.thumbnail for hit in odd.client.search_all("bird") if hit.id == ODD] == [item.thumbnail]


def test_a_path_of_this_machine_is_not_told(odd: ApiServer) -> None:
    assert odd.client.item("stamps", ODD).source == "photo.jpg"
    assert "somebody" not in odd.request("GET", "search", params={"q": "bird", "limit": 100}).text
