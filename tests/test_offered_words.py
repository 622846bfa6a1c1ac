"""An unsuitable word is offered nowhere, but whoever types it gets an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from starlette.requests import Request

from devise_core import Engine, load_engine
from devise_core.collections.group_naming import name_groups
from devise_core.collections.map_labels import map_words
from devise_core.datatypes import Item
from devise_core.errors import SettingsError, UnknownWordError
from devise_core.search.shown_words import ShownWords
from devise_core.serving import open_engines
from devise_core.text.query_reader import read_query
from devise_core.text.word_filter import ALLOW_ALL, WordFilter, load_word_filter
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vision.image_encoder import Encoded
from tests.app_testing import app, component_data, page_text
from tests.conftest import BUNDLED
from tests.fakes import VECTORS, names, text_space
from ui.map import data as map_data
from ui.query import reading
from ui.query.examples import examples
from ui.searchbox import allowed_examples
from ui.server import suggest_routes

BLOCKED = ("cello", "bird", "sea", "albatross", "kite", "sport", "vehicle")
WITHOUT_CATS, WITHOUT_DOGS = WordFilter(["cat"]), WordFilter(["dog"])


@pytest.fixture(scope="module")
def word_list(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("settings") / "words.txt"
    path.write_text("\n".join(BLOCKED), "utf-8")
    return path


@pytest.fixture(scope="module")
def careful(word_list: Path) -> Engine:
    """The bundled model over `stamps`, opened with an operator's word list."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SEMBLANCE_WORD_LIST", str(word_list))
        return load_engine(BUNDLED, "stamps")


@pytest.fixture
def careful_app(word_list: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app opens the model again with an operator's word list. What was computed without it is forgotten."""
    monkeypatch.setenv("SEMBLANCE_WORD_LIST", str(word_list))
    monkeypatch.setattr(open_engines, "_BASE", open_engines.EngineCache())
    caches = (map_data._folder_message, reading._nearest_words)
    for cached in caches:
        cached.clear()
    yield
    for cached in caches:
        cached.clear()


def blocked(words: list[str]) -> list[str]:
    return [word for word in words if word in BLOCKED]


def test_a_vocabulary_offers_no_blocked_word() -> None:
    before, after = text_space().vocabulary, text_space(WITHOUT_CATS).vocabulary
    dog = read_query("dog", text_space())
    assert (before.spellings(["caat"]), after.spellings(["caat"])) == ({"caat": ["cat"]}, {"caat": []})
    assert (before.complete("ca", 5), after.complete("ca", 5)) == ([(0, "cat")], [])
    assert (names(before.nearest_words(VECTORS[1], 2)), names(after.nearest_words(VECTORS[1], 2))) == (
        ["dog", "cat"],
        ["dog", "the"],
    )
    assert (names(before.similar_words(dog, 1)), names(after.similar_words(dog, 1))) == (["cat"], ["the"])
    assert (names(before.similar_to_term("dog", 1)), names(after.similar_to_term("dog", 1))) == (["cat"], ["the"])


@pytest.mark.parametrize(("word_filter", "expected"), [(ALLOW_ALL, ["dog"]), (WITHOUT_DOGS, [])])
def test_a_vocabulary_offers_no_blocked_noun(word_filter: WordFilter, expected: list[str]) -> None:
    vocabulary = text_space(word_filter).vocabulary
    assert names(vocabulary.nearest_nouns(VECTORS[1], 3)) == expected
    assert vocabulary.nearest_nouns_each(VECTORS[:2], 3) == [expected, expected]
    assert names(list(vocabulary.familiar_nouns(VECTORS[1]))) == expected


def test_words_are_found_behind_many_blocked_ones(engine: Engine) -> None:
    """The nearest words are searched for again, because the first search finds too few that are not blocked."""
    encoder = engine.text
    assert isinstance(encoder, WordVectorEncoder)
    hits = engine.similar_words("violin", k=60)
    word_filter = WordFilter(names(hits[:50]))
    strict = WordVectorEncoder(encoder.words, encoder.nouns, encoder.directions, word_filter).vocabulary
    expected = [hit.word for hit in hits[50:] if word_filter.allows(hit.word)]
    assert names(strict.similar_words(engine.query("violin"), k=len(expected))) == expected


def test_a_typed_word_is_answered(careful: Engine) -> None:
    assert careful.search_text("cello", k=1)[0].name == "cello"
    assert careful.read_text("cello bird").left_out == {}
    assert [step.word.word for step, _ in careful.word_path("cello", "bird", 3)][::4] == ["cello", "bird"]
    embedding = careful.collection.embeddings[careful.collection.row("cello")]
    assert names(careful.label_embedding(embedding, 1, ["cello", "dog"])) == ["cello"]


def test_queries_are_completed_and_corrected_with_allowed_words(engine: Engine, careful: Engine) -> None:
    assert "cello" in [word for _, word in engine.complete("cell", 8)]
    assert "cello" not in [word for _, word in careful.complete("cell", 8)]
    assert engine.read_text("celllo dog").corrected["celllo"].form == "cello"
    assert "cello" not in careful.read_text("celllo dog").left_out.get("celllo", ())
    assert "cello" not in [correction.form for correction in careful.read_text("celllo dog").corrected.values()]
    with pytest.raises(UnknownWordError) as raised:
        careful.query("celllo")
    assert "cello" not in raised.value.suggestions["celllo"]
    assert len(raised.value.suggestions["celllo"]) == 5


def test_insults_and_words_of_slavery_are_not_offered(engine: Engine) -> None:
    begun = [word for text in ("sl", "slav", "idi", "moro", "redn") for _, word in engine.suggest(text, 12)]
    near = [word for text in ("fool", "foolish", "servant", "slave", "idiot") for word in names(engine.similar_words(text, 40))]
    assert len(near) == 200
    assert not {"slave", "slaves", "slavery", "idiot", "idiots", "moron", "stupid", "dumb", "redneck"} & {*begun, *near}


def test_similar_words_and_word_paths_are_allowed(engine: Engine, careful: Engine) -> None:
    term = engine.read_text("violin + dog").terms[0]
    assert blocked(names(engine.similar_words("violin", 5))) == blocked(names(engine.nearest_to_term(term))) == ["cello"]
    assert blocked(names(careful.similar_words("violin", 5)) + names(careful.nearest_to_term(term))) == []
    paths = [[step.word.word for step, _ in each.word_path("castle", "ocean", 3)] for each in (engine, careful)]
    assert ("sea" in paths[0], "sea" in paths[1], len(paths[1])) == (True, False, 5)


def test_images_groups_and_places_on_the_map_are_named_with_allowed_words(engine: Engine, careful: Engine) -> None:
    row, clusters = engine.collection.row("cello"), engine.collection.projections.clusters[:, 0]
    embedding = engine.collection.embeddings[row]
    for each, expected in ((engine, ["cello"]), (careful, [])):
        assert blocked(names(each.label_encoded(each.encoded(row), 3))) == expected
        assert blocked(names(each.label_embedding(embedding, 3))) == expected
        assert blocked(names(each.label_embedding(embedding, 3, "all"))) == expected
        assert blocked(each.label_all(3)[row]) == expected
    shown, careful_shown = engine.shown_words(), careful.shown_words()
    assert "bird" in name_groups(shown, clusters)
    assert "bird" not in name_groups(careful_shown, clusters)
    assert "birds" in map_words(engine.text, engine.collection, shown, engine.parts.word_filter)
    assert not {"bird", "birds"} & set(map_words(careful.text, careful.collection, careful_shown, careful.parts.word_filter))


def test_groups_have_no_name_if_no_word_is_allowed() -> None:
    items, encoded = [Item("a", "a", ("dog",)), Item("b", "b", ("dog",))], Encoded(VECTORS[1:3], VECTORS[1:3])
    groups = np.array([0, 0], dtype=np.int16)
    assert name_groups(ShownWords().of(items, encoded), groups) == ["dog"]
    assert name_groups(ShownWords(word_filter=WITHOUT_DOGS).of(items, encoded), groups) == [""]


def test_examples_are_allowed(engine: Engine, careful: Engine) -> None:
    assert "vehicle" in examples(engine)
    assert "vehicle" not in examples(careful)


@pytest.mark.parametrize("typed", ["nig", "fuc", "por", "blow j", "whor"])
def test_the_search_box_suggests_no_word_of_the_bundled_list(typed: str) -> None:
    answer = suggest_routes._suggest(Request({"type": "http", "query_string": f"q={typed}".encode()}))
    suggestions = [word for _, word in json.loads(bytes(answer.body))]
    assert [word for word in suggestions if not load_word_filter().allows(word)] == []


def test_fixed_examples_are_allowed(careful_app: None) -> None:
    assert allowed_examples(["king - man + woman", "bird - sky + sea", "tree → car", "bird → violin"]) == [
        "king - man + woman",
        "tree → car",
    ]


def test_pages_offer_allowed_words(careful_app: None) -> None:
    answer = suggest_routes._suggest(Request({"type": "http", "query_string": b"q=cell"}))
    assert "cello" not in [word for _, word in json.loads(bytes(answer.body))]
    corrected = [button.key for button in app("text_search", q="celllo").button if "spell" in str(button.key)]
    assert corrected
    assert not any(str(key).endswith("-cello") for key in corrected)
    similar = [button.key for button in app("words", q="violin").button]
    assert "word-piano" in similar
    assert "word-cello" not in similar
    assert "Another meaning:" not in page_text(app("text_search", q="bat (animal)"))  # the other one is "bat (sport)"
    path = component_data(app("words", mode="way", a="castle", b="ocean"), "word_path")[0][0]
    assert blocked([step["word"] for step in path]) == []
    labels = app("labels")
    assert labels.header[0].value not in {f"Best name: {word}" for word in BLOCKED}
    assert blocked([bar.proto.text.split("  ·")[0] for bar in labels.get("progress")]) == []
    unlikely = [
        caption.value.partition(": ")[2].split(", ")
        for caption in labels.caption
        if caption.value.startswith("Words with a likelihood below")
    ]
    assert unlikely
    assert blocked([word for words in unlikely for word in words]) == []
    assert not any("kite" in str(sentence.value) for sentence in labels.markdown)


def test_the_map_has_no_blocked_name(careful_app: None) -> None:
    base = open_engines.base_engine()
    content = json.loads(map_data._folder_message("stamps", base.on("stamps").collection.version, base.on("stamps")))
    assert blocked([text["text"] for text in content["texts"]]) == []
    assert blocked(content["colours"]["cluster"]["names"]) == []


def test_an_unreadable_list_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEMBLANCE_WORD_LIST", str(tmp_path / "nowhere.txt"))
    with pytest.raises(SettingsError, match=r"nowhere\.txt cannot be read\. Set SEMBLANCE_WORD_LIST"):
        load_engine(BUNDLED)
