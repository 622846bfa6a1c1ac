"""The path between two words, over vectors that can be computed by hand and over the bundled ones."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine
from devise_core.errors import QueryError, UnknownWordError
from devise_core.text.interpolation import chosen_images, slerp, word_path
from devise_core.text.noun_store import NounStore
from devise_core.text.word_store import WordStore
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import quantise

X, Y = np.array([1, 0, 0], np.float32), np.array([0, 1, 0], np.float32)
HALF = np.sqrt(0.5)


def any_word(_: str) -> bool:
    """Allow every word on a path."""
    return True


def plane() -> WordVectorEncoder:
    """Return an encoder in which "west" and "north" are at a right angle.

    "middle" and its plural are halfway. "of" is nearer, but not a noun. The third axis is a shared direction, which is removed.
    """
    words = ("of", "west", "north", "middle", "middles", "upper")
    vectors = np.array([[1, 1.01, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.2], [1, 1, 0.1], [0.5, 1, 0]], np.float32)
    nouns = ("west", "north", "middle", "upper")
    rows = np.stack([vectors[words.index(noun)] for noun in nouns])
    noun_store = NounStore("".join(f"{noun}\t1\n" for noun in nouns), quantise(rows)[0])
    return WordVectorEncoder(
        WordStore("\n".join(words).encode(), *quantise(vectors)), noun_store, np.array([[0, 0, 1]], np.float32)
    )


def test_slerp_interpolates_the_angle() -> None:
    assert slerp(X, Y, 0.5) == pytest.approx([HALF, HALF, 0])
    assert slerp(X, Y, 1 / 3) == pytest.approx([np.cos(np.pi / 6), 0.5, 0])
    assert slerp(X, Y, 0) == pytest.approx(X)
    assert slerp(X, Y, 1) == pytest.approx(Y)


@pytest.mark.parametrize(("end", "message"), [(X, "mean the same"), (-X, "exact opposites")])
def test_slerp_without_a_unique_path_is_refused(end: np.ndarray, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        slerp(X, end, 0.5)


def test_a_step_is_the_nearest_noun_that_is_not_used_yet() -> None:
    start, step, end = word_path(plane(), plane().vocabulary, "west", "north", 1, any_word)
    assert (start.word.word, step.word.word, end.word.word) == ("west", "middle", "north")
    assert (start.share, step.share, end.share) == (0, 0.5, 1)
    assert step.word.cosine == pytest.approx(2 * HALF / np.sqrt(2.04), abs=0.01)
    assert step.vector == pytest.approx([HALF, HALF, 0], abs=0.01)


def test_no_word_is_repeated_and_steps_end_with_the_words() -> None:
    points = word_path(plane(), plane().vocabulary, "west", "north", 4, any_word)
    assert [point.word.word for point in points] == ["west", "middle", "upper", "north"]
    assert [point.share for point in points] == pytest.approx([0, 0.2, 0.4, 1])


@pytest.mark.parametrize(
    ("start", "end", "steps", "message"),
    [
        ("west", "west", 3, "mean the same"),
        ("", "north", 3, "no word to search"),
        ("west", "north", 0, "from 1 to 20"),
        ("west", "north", 21, "from 1 to 20"),
    ],
)
def test_invalid_paths_are_refused(start: str, end: str, steps: int, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        word_path(plane(), plane().vocabulary, start, end, steps, any_word)


def test_an_unknown_word_is_reported() -> None:
    with pytest.raises(UnknownWordError, match="“nroth” is unknown. Did you mean north"):
        word_path(plane(), plane().vocabulary, "west", "nroth", 3, any_word)


def test_no_image_is_repeated() -> None:
    def candidates(*rows: int) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(rows, dtype=np.int64), np.asarray(rows, dtype=np.float32) / 10

    chosen = chosen_images([candidates(3), candidates(3, 4, 1), candidates(), candidates(4, 3)])
    assert chosen == [(3, pytest.approx(0.3)), (1, pytest.approx(0.1)), None, (4, pytest.approx(0.4))]  # the ends choose first


def test_path_from_castle_to_ocean(engine: Engine) -> None:
    words = [point.word.word for point, _ in engine.word_path("castle", "ocean", 5)]
    assert words[0] == "castle" and words[-1] == "ocean" and len(set(words)) == 7
    assert "sea" in words


def test_king_minus_man_plus_woman_is_queen(engine: Engine) -> None:
    assert engine.similar_words("king - man + woman", k=1)[0].word == "queen"


@pytest.mark.parametrize(("text", "form"), [("puppy - dog + cat", "puppies"), ("calves - cow + sheep", "calf")])
def test_a_sum_does_not_find_other_forms_of_its_own_words(engine: Engine, text: str, form: str) -> None:
    assert form not in {hit.word for hit in engine.similar_words(text, k=10)}


def test_the_words_similar_to_one_word_may_be_its_forms(engine: Engine) -> None:
    assert "puppies" in {hit.word for hit in engine.similar_words("puppy", k=10)}


@pytest.mark.parametrize(("start", "end"), [("kitten", "lizard"), ("cheetah", "facade"), ("coffee", "mountains")])
def test_no_image_is_unlike_its_step(engine: Engine, start: str, end: str) -> None:
    path = engine.on("photos").word_path(start, end, 5)
    assert all(hit.cosine > 0 for _, hit in path if hit)
    assert any(hit for _, hit in path)
    assert any(hit is None for _, hit in path)
