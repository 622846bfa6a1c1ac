"""The manners of the library: results that show themselves, batches, threads and pickling."""

from __future__ import annotations

import ast
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devise_core import Engine, Hits, WordHits, load_engine
from devise_core.datatypes import Hit, Item
from tests.conftest import BUNDLED
from tests.two_towers import two_tower_engine

pytestmark = pytest.mark.usefixtures("models_load_once")
IMAGES = BUNDLED / "collections/photos/images"
FILES = [str(IMAGES / f"{name}.webp") for name in ("cat", "dog", "egeskov-castle", "lighthouse")]
WORDS = ["violin", "dog", "car", "fruit", "bird", "music", "house", "tree"]


def test_hits_print_as_a_table_and_slice(engine: Engine) -> None:
    hits = engine.search_text("violin", k=3)
    assert isinstance(hits, Hits)
    assert isinstance(hits[:2], Hits)
    assert isinstance(hits + hits[:1], Hits)
    assert isinstance(hits.copy(), Hits)
    assert hits.copy() == hits
    assert type(hits + list(hits)) is list
    assert isinstance(hits[0], Hit)
    assert [line.split()[1] for line in repr(hits).splitlines()] == [hit.name.split()[0] for hit in hits]
    assert hits == list(hits)
    assert repr(Hits()) == "no results"
    assert repr(engine.search_text("violin", k=100)).splitlines()[-1] == "… and 40 more"


@pytest.mark.parametrize("verb", ["more_like", "rank", "search_image", "similar_words", "label_image"])
def test_every_search_returns_them(engine: Engine, verb: str) -> None:
    given = {"more_like": "violin", "rank": [1, 2], "similar_words": "violin"}.get(verb, FILES[0])
    results = getattr(engine, verb)(given, *([engine.query("dog")] if verb == "rank" else []))
    assert isinstance(results, WordHits if verb in ("similar_words", "label_image") else Hits)


def test_hits_become_a_data_frame(engine: Engine) -> None:
    hits = engine.search_text("violin", k=2)
    frame = hits.to_pandas()
    assert frame["id"].tolist() == [hit.id for hit in hits]
    assert frame["cosine"].tolist() == pytest.approx([hit.cosine for hit in hits], abs=1e-6)
    assert list(Hits().to_pandas().columns) == list(frame.columns)
    assert engine.similar_words("violin", k=2).to_pandas()["word"].tolist() == [
        hit.word for hit in engine.similar_words("violin", 2)
    ]
    assert list(WordHits().to_pandas().columns) == ["word", "cosine", "score"]


def test_notebooks_show_thumbnails_and_no_markup_of_others(engine: Engine) -> None:
    html = engine.search_text("violin", k=2)._repr_html_()
    assert html.count('<img src="data:image/webp;base64,') == 2
    hostile = Hits([Hit(Item("a", "a.webp", ("<script>",), caption='" onload="x'), 0, None, 0.5)])._repr_html_()
    assert "<script>" not in hostile
    assert '" onload' not in hostile
    assert "<img" not in hostile
    assert Hits()._repr_html_() == "<p>no results</p>"


def test_batches_give_what_single_calls_give(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert engine.search_texts(["violin", engine.query("dog")], k=3) == [
        engine.search_text(text, k=3) for text in ("violin", "dog")
    ]
    results: list[tuple[list[Any], list[Any]]] = [
        (engine.search_images(FILES, k=3), [engine.search_image(file, k=3) for file in FILES]),
        (engine.label_images(FILES, k=3), [engine.label_image(file, k=3) for file in FILES]),
    ]
    words = ["dog", "castle", "the sea"]
    results.append(
        (engine.label_images(FILES, vocabulary=(word for word in words)), [engine.label_image(f, vocabulary=words) for f in FILES])  # type: ignore[arg-type]
    )
    for batch, single in results:
        for several, one in zip(batch, single, strict=True):
            assert [getattr(hit, "id", "") or hit.word for hit in several] == [getattr(hit, "id", "") or hit.word for hit in one]
            assert [hit.cosine for hit in several] == pytest.approx([hit.cosine for hit in one], abs=1e-4)
    assert engine.label_images([]) == engine.search_images([]) == engine.search_texts([]) == []
    assert capsys.readouterr().err == ""
    engine.embed_images(FILES, progress=True)
    assert "4/4" in capsys.readouterr().err


def test_eight_threads_get_what_one_gets() -> None:
    """The engine is new, so the threads also race to open its parts."""
    expected = load_engine(BUNDLED, "stamps")
    alone = [(expected.search_text(word, k=5), expected.similar_words(word, k=5)) for word in WORDS]
    shared = load_engine(BUNDLED, "stamps")
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda word: (shared.search_text(word, k=5), shared.similar_words(word, k=5)), WORDS * 4))
        vectors = list(threads.map(lambda file: shared.embed_images([file])[0], FILES * 4))
    assert together == alone * 4
    assert np.stack(vectors) == pytest.approx(np.tile(shared.embed_images(FILES), (4, 1)), abs=1e-4)


def test_a_pickled_engine_answers_the_same(engine: Engine) -> None:
    copy = pickle.loads(pickle.dumps(engine))
    assert (copy.collection.name, copy.model_id) == (engine.collection.name, engine.model_id)
    assert copy.search_text("violin", k=3) == engine.search_text("violin", k=3)
    assert pickle.loads(pickle.dumps(engine.search_text("violin", k=3))) == engine.search_text("violin", k=3)


def test_an_engine_in_no_folder_says_why_it_cannot_be_pickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    with pytest.raises(TypeError, match="Make it again in each process"):
        pickle.dumps(two_tower_engine(tmp_path))


@pytest.mark.parametrize("path", sorted((BUNDLED.parent / "devise_core").rglob("*.py")), ids=lambda path: path.stem)
def test_the_library_prints_nothing(path: Path) -> None:
    """Only commands print, including the few modules that are run as commands. Everything else logs."""
    source = path.read_text("utf-8")
    calls = [node.func.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert "print" not in calls or path.parent.name == "cli" or '__name__ == "__main__"' in source
