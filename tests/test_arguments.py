"""Every verb of the engine raises the library's own error for an argument of the wrong type, and its message says what to give."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core import Engine, ImageEmbedder, load_engine
from devise_core.collections.in_memory import InMemoryCollection, InMemoryImage
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, CollectionError, DeviseError, ImageError, QueryError
from devise_core.search.conditions import All, AnyOf, HasLabel, InCategory, Not
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.occlusion import Regions
from tests.conftest import BUNDLED
from tests.docstring_sections import documented

CAT = str(BUNDLED / "collections/photos/images/cat.webp")
PIXELS = np.zeros((30, 40, 3), dtype=np.uint8)
MAPPING = {"dog": 1}
FEATURES, EMBEDDING = np.ones((1, 1280), dtype=np.float32), np.full((1, 100), 0.1, dtype=np.float32)
ONES: Any = np.ones((2, 1280))
TINY, HUGE, LARGER = np.full(100, 1e-30), np.full(100, 1e30), np.full(100, 1e300)
"""Vectors whose length is too small or too large for ``float32``."""
CLOSED = io.StringIO("dog")
CLOSED.close()
WRONG: dict[str, list[Any]] = {
    "by": [None, 7, ["semantic"], PIXELS, "other"],
    "collection": [None, 7, ["stamps"]],
    "embedding": [None, 7, "dog", ["dog"], np.zeros(100), np.ones(3), np.full(100, np.nan), PIXELS, TINY, HUGE, LARGER],
    "encoded": [
        *(None, 7, "dog", np.ones(100), Encoded("a", "b"), Encoded([], []), Encoded([[1.0]], None)),  # type: ignore[arg-type]
        *(Encoded(FEATURES[0], EMBEDDING[0]), Encoded(FEATURES, EMBEDDING[:, :50]), Encoded(FEATURES, np.full((1, 100), np.nan))),
        *(Encoded(np.full((1, 1280), np.inf), EMBEDDING), Encoded(FEATURES[:, :0], EMBEDDING)),
        *(Encoded(ONES, EMBEDDING), Encoded(FEATURES, ONES[:, :100])),
    ],
    "end": [None, 7, b"ocean", ["ocean"]],
    "image": [None, 7, [CAT], MAPPING, PIXELS.astype(float), PIXELS[None]],
    "images": [
        None,
        7,
        CAT,
        b"x",
        memoryview(b"x"),
        io.BytesIO(b"x"),
        MAPPING,
        {"a.jpg"},
        PIXELS,
        PIXELS[..., 0],
        [None],
        [[CAT]],
        np.array(CAT),
    ],
    "item_id": [None, 7, b"dog", ["dog"]],
    "k": [None, 1.5, "2", [2], True, PIXELS],
    "pictures": [7, "violin", ["violin"], PIXELS, {1: np.ones(100)}],
    "query": [None, 7, b"dog", ["dog"], MAPPING, PIXELS, TINY, HUGE, LARGER],
    "ranking": [None, 7, "dog", [0]],
    "row": [None, 1.5, "dog", [1], True, -1, 10**6],
    "rows": [7, "dog", ["dog"], [1.5], [[1], [2, 3]], MAPPING, [-1], [10**6]],
    "start": [None, 7, b"king", ["king"]],
    "steps": [None, 1.5, "2", [2], PIXELS],
    "term": [None, 7, "dog"],
    "text": [None, 7, b"dog", ["dog"], MAPPING, PIXELS],
    "texts": [None, 7, "dog", b"dog", io.StringIO("dog"), MAPPING, {"dog"}, [None], ["dog", 7], [["dog"]], np.array("dog")],
    "labels": [None, 7, b"dog", "dog", MAPPING, [7], PIXELS],
    "vocabulary": [None, 7, b"nouns", "verbs", MAPPING, [7], PIXELS, io.StringIO("dog"), CLOSED, np.array("dog")],
    "where": [None, 7, "dogs", PIXELS],
}
"""Values of the wrong type for each parameter, by its name."""
EXCEPTIONS = {
    ("query", "images"): WRONG["pictures"],
    ("risky_labels", "encoded"): WRONG["encoded"][1:],
    ("found_by_caption", "k"): WRONG["k"][1:],  # None returns all images
}
"""Wrong values for the parameters that mean something else than those of the same name in other verbs."""
UNCHECKED = {"guarded", "looked_at", "progress"}
"""Parameters that only the library itself passes, or of which only the truth value matters."""
WITHOUT_ARGUMENTS = {"close", "collections", "losses", "results"}


def verbs() -> Iterator[tuple[str, str, Any]]:
    """Yield each verb with each parameter, and a value of the wrong type for it."""
    for name, verb in inspect.getmembers(Engine, inspect.isfunction):
        if not name.startswith("_") and name not in WITHOUT_ARGUMENTS:
            for parameter in [each for each in inspect.signature(verb).parameters if each != "self" and each not in UNCHECKED]:
                wrong = EXCEPTIONS.get((name, parameter), WRONG[parameter])
                yield from ((name, parameter, value) for value in wrong)


@pytest.fixture(scope="module")
def right(engine: Engine) -> dict[str, Any]:
    """A right value for each parameter that needs one."""
    query, encoded = engine.query("dog"), engine.encoded(0)
    values = {"query": query, "encoded": encoded, "embedding": encoded.embeddings[0], "ranking": engine.ranking(query)}
    texts = {"text": "dog", "texts": ["dog"], "start": "king", "end": "ocean", "item_id": "dog", "collection": "stamps"}
    term = engine.read_text("sea + like:dog").terms[1]
    return {**values, **texts, "term": term, "image": CAT, "images": [CAT], "rows": [0], "row": 0, "k": 1, "labels": ["dog"]}


@pytest.mark.parametrize(
    ("verb", "parameter", "value"),
    list(verbs()),
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else type(value).__name__,
)
def test_a_wrong_type_is_refused_in_one_message(
    verb: str, parameter: str, value: Any, engine: Engine, right: dict[str, Any]
) -> None:
    function = getattr(engine, verb)
    parameters = inspect.signature(function).parameters.values()
    needed = {each.name: right[each.name] for each in parameters if each.default is inspect.Parameter.empty}
    with pytest.raises(DeviseError) as raised:
        function(**{**needed, parameter: value})
    assert re.fullmatch(r"[A-Zbkv“].{10,260}\.", str(raised.value))
    assert isinstance(raised.value, documented(getattr(Engine, verb)))


@pytest.mark.parametrize("where", [All(("x",)), HasLabel(["a"]), HasLabel(3), Not("a"), AnyOf("dog"), "dog"])  # type: ignore[arg-type]
def test_a_condition_is_checked_with_its_parts(where: Any, engine: Engine) -> None:
    for verb in (engine.matches, engine.ranking):
        with pytest.raises(QueryError, match="A condition is an instance of a class in devise_core.search.conditions"):
            verb(engine.query("dog"), where)


def test_conditions_are_not_joined_by_words_of_python() -> None:
    dogs, birds = (InCategory(name) for name in ("dogs", "birds"))  # type: Any, Any
    for wrong in (lambda: dogs and birds, lambda: dogs or birds, lambda: not dogs):
        with pytest.raises(TypeError, match=r"Combine conditions with &, \| and ~\."):
            wrong()


def test_several_images_are_no_single_image(engine: Engine) -> None:
    two = Encoded(np.ones((2, 1280), dtype=np.float32), np.full((2, 100), 0.1, dtype=np.float32))
    with pytest.raises(ImageError, match=r"features \(1, f\) and embeddings \(1, 100\).*Received: \(2, 1280\) and \(2, 100\)"):
        engine.search_encoded(two)
    assert len(engine.titles(two)) == 2
    assert engine.risky_labels(["beach"], two) == []


def test_results_with_arrays_are_compared_as_objects(engine: Engine) -> None:
    for each, other in (
        (engine.encoded(0), engine.encoded(0)),
        (engine.ranking(engine.query("dog")), engine.ranking(engine.query("dog"))),
    ):
        assert each != other
        assert len({each, each, other}) == 2
    assert repr(engine.ranking(engine.query("dog"))[:3]) == "Ranking(3 images)"
    assert repr(engine) == f"Engine(model={str(BUNDLED)!r}, collection='stamps', images=384)"


def test_paths_and_names_that_cannot_be_opened_are_named(engine: Engine) -> None:
    with pytest.raises(ImageError, match="is not the path of a file"):
        engine.label_image("a\0b.jpg")
    for blank in ("", " "):
        with pytest.raises(CollectionError, match="The name of the collection is empty"):
            load_engine(BUNDLED, blank)
    with pytest.raises(ArtifactError, match="The model is the path of a folder. Received: int."):
        load_engine(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("label", ["the", "or", "a photo of"])
def test_a_label_that_names_nothing_is_named(label: str, engine: Engine) -> None:
    with pytest.raises(QueryError, match=f"“{label}” does not name anything"):
        engine.label_image(CAT, vocabulary=["dog", label])


def test_one_image_in_place_of_several_is_named(engine: Engine) -> None:
    for verb, one in product(
        (engine.embed_images, engine.search_images, engine.label_images), (PIXELS, PIXELS[..., 0], CAT, io.BytesIO())
    ):
        with pytest.raises(
            ImageError, match=r"Received one image \(.*\)\. Put it into a list, or call the method that takes one image"
        ):
            verb(one)  # type: ignore[operator]
    with pytest.raises(ImageError, match="Received one image"):
        ImageEmbedder(BUNDLED).transform(PIXELS)
    with pytest.raises(QueryError, match="Received one str. Put it into a list, or call search_text"):
        engine.search_texts("dog")


def test_several_images_may_come_in_any_order_that_is_one(engine: Engine) -> None:
    one = engine.embed_images([CAT, CAT])
    assert np.array_equal(engine.embed_images(CAT for _ in range(2)), one)
    assert np.array_equal(engine.embed_images((CAT, CAT)), one)
    assert np.array_equal(engine.embed_images(np.array([CAT, CAT], dtype=object)), one)
    assert engine.embed_images(np.stack([PIXELS, PIXELS])).shape == (2, 100)
    assert engine.embed_images(iter(())).shape == engine.embed_images([]).shape == (0, 100)
    assert [len(hits) for hits in engine.label_images((CAT for _ in range(2)), k=3, progress=True)] == [3, 3]
    assert len(engine.label_image(CAT, k=1_000, vocabulary="all")) > 100
    assert [len(hits) for hits in engine.search_texts((text for text in ("dog", "sea")), k=2)] == [2, 2]


def test_vectors_and_rows_may_be_of_numpy_or_of_python(engine: Engine) -> None:
    vector = engine.embed_text("dog")
    best = engine.rank(np.array([0, 1, 2]), vector.tolist())
    assert [hit.row for hit in best] == [hit.row for hit in engine.rank(range(3), vector)]
    assert len(engine.rank([], vector)) == 0
    assert engine.label_all(1, []) == engine.shown_words([]) == []


@pytest.mark.parametrize("row", WRONG["row"])
def test_the_picture_at_a_row_that_is_none_is_refused(row: Any, engine: Engine) -> None:
    in_memory = InMemoryCollection(
        "one", [InMemoryImage(Item("a", "a.webp"), "", b"", np.ones(3, np.float32), np.ones(3, np.float32))]
    )
    for collection in (engine.collection, in_memory):
        with pytest.raises(QueryError, match=r"A row is a whole number|has the rows 0 to"):
            collection.picture(row)


@pytest.mark.parametrize("vector", WRONG["embedding"])
def test_something_that_is_no_vector_is_refused_everywhere(vector: Any, engine: Engine) -> None:
    regions = Regions(np.ones(100, np.float32), np.ones((2, 3, 100), np.float32), (0, 0, 1, 1))
    for use in (
        lambda: regions.heat(vector, "dog"),
        lambda: engine.query("like:mine", {"mine": vector}),
        lambda: engine.scores(vector),
        lambda: engine.scan(vector),
        lambda: engine.rank([0], vector),
    ):
        with pytest.raises(QueryError, match="a vector of 100 finite numbers|too short or too long to have a direction"):
            use()


@pytest.mark.parametrize("factor", [1e-6, 3, 1e15])
def test_the_length_of_a_vector_changes_nothing(factor: float, engine: Engine) -> None:
    vector, labels = engine.embed_text("dog"), ["dog", "violin"]
    regions = Regions(vector, np.stack([[engine.embed_text("cat")] * 2]), (0, 0, 1, 1))
    assert regions.heat(vector * factor, "dog").cosine == pytest.approx(regions.heat(vector, "dog").cosine)
    for vocabulary in ("nouns", "all", labels):
        words, scaled = (engine.label_embedding(each, 2, vocabulary) for each in (vector, factor * vector))
        assert [hit.word for hit in scaled] == [hit.word for hit in words]
        assert [hit.cosine for hit in scaled] == pytest.approx([hit.cosine for hit in words], abs=1e-4)
    assert engine.scores(factor * vector) == pytest.approx(engine.scores(vector), abs=1e-5)
    assert engine.ranking(factor * vector).cosines[0] <= 1.0001


def test_a_model_in_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=f"There is no folder {re.escape(str(tmp_path / 'modle'))}. Check its path"):
        load_engine(tmp_path / "modle")
