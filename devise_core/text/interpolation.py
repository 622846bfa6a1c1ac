"""Find a path from one word to another: steps on the great circle between their vectors, each with the noun nearest to the step."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.datatypes import WordHit
from devise_core.errors import QueryError, shown_value
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.thing_words import is_thing
from devise_core.text.tokens import check_is_text
from devise_core.text.vocabulary import Vocabulary
from devise_core.vectors import Floats, Rows

MAX_STEPS = 20
NOT_THINGS = "A path goes from one thing to another, such as from sheep to castle."
_SAME, _OPPOSITE = 1 - 1e-5, -1 + 1e-5

Candidates = tuple[Rows, Floats]
"""The rows of images in the order of preference, and their cosines with a step."""


@dataclass(frozen=True)
class PathStep:
    """One step of a path between two words.

    Attributes:
        share: The share of the angle at which the step is, from 0 at the first word to 1 at the last word.
        word: The word nearest to the step.
        vector: The unit vector ``(d,)`` of the step in the embedding space, with which images are found.
    """

    share: float
    word: WordHit
    vector: Floats


def word_path(
    encoder: TextEncoder, vocabulary: Vocabulary, start: str, end: str, steps: int, may_show: Callable[[str], bool] = is_thing
) -> list[PathStep]:
    """Walk from one word to another in equal angles.

    The path runs in two spaces at once. The words of its steps are found in the space of the word vectors, where similar words are
    distinguished best. The vectors of its steps are in the embedding space, so that images can be found with them.

    Args:
        encoder: Gives the vectors of ``start`` and ``end`` in the embedding space.
        vocabulary: Gives their word vectors, and the nouns near a word vector.
        start: The first word.
        end: The last word.
        steps: The number of steps between the two words, from 1 to ``MAX_STEPS``.
        may_show: A function that returns whether a word may be on the path. By default, only words for things and animals may,
            because a path from a country to an animal would compare people with animals.

    Returns:
        ``start``, the steps and ``end``. Each step has the nearest familiar noun that is not on the path yet. A step without such
        a noun is left out.

    Raises:
        UnknownWordError: A word is not in the vocabulary.
        QueryError: A text has no word or may not be shown, the vectors are the same or opposite, or ``steps`` is out of range.
    """
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or not 1 <= steps <= MAX_STEPS:
        raise QueryError(f"There can be from 1 to {MAX_STEPS} steps between two words. Received: {shown_value(steps)}.")
    start, end = check_is_text(start), check_is_text(end)
    start_vector, end_vector = encoder.embed(start), encoder.embed(end)
    (start_word, start_words), (end_word, end_words) = vocabulary.word_vector(start), vocabulary.word_vector(end)
    if unfit := next((text for text in (start, end) if not may_show(text)), None):
        raise QueryError(f"{NOT_THINGS} “{unfit.strip()}” is not on the app's list of things and animals.")
    used = start_words | end_words
    path = [PathStep(0.0, WordHit(start, 1.0), start_vector)]
    for step in range(1, steps + 1):
        share = step / (steps + 1)
        if word := _nearest(vocabulary, slerp(start_word, end_word, share), used, may_show):
            used.add(word.word)
            path.append(PathStep(share, word, slerp(start_vector, end_vector, share)))
    return [*path, PathStep(1.0, WordHit(end, 1.0), end_vector)]


def chosen_images(candidates: Sequence[Candidates]) -> list[tuple[int, float] | None]:
    """Choose an image for each step of a path, without using an image twice. The first and the last step get theirs first.

    Args:
        candidates: The images that may be shown at each step, the best first.

    Returns:
        For each step, the row of the image and its cosine with the step, or None if all its images are used.
    """
    chosen: dict[int, tuple[int, float] | None] = {}
    taken: set[int] = set()
    for place in (0, len(candidates) - 1, *range(1, len(candidates) - 1)):
        images = ((int(row), float(cosine)) for row, cosine in zip(*candidates[place], strict=True))
        chosen[place] = next((image for image in images if image[0] not in taken), None)
        if image := chosen[place]:
            taken.add(image[0])
    return [chosen[place] for place in range(len(candidates))]


def slerp(start: Floats, end: Floats, share: float) -> Floats:
    """Return the unit vector at a share of the angle between two unit vectors (Shoemake, 1985).

    Args:
        start: A unit vector ``(d,)``.
        end: A unit vector ``(d,)``.
        share: The share of the angle, from 0 for ``start`` to 1 for ``end``.

    Returns:
        A unit vector ``float32 (d,)``.

    Raises:
        QueryError: The vectors are the same, so there is no path. Or they are opposite, so no path is the shortest.
    """
    cosine = float(start @ end)
    if cosine > _SAME:
        raise QueryError("The two words mean the same to the app. Give two words that differ in meaning.")
    if cosine < _OPPOSITE:
        raise QueryError("The two words are exact opposites to the app, so no path is the shortest. Change one of them.")
    angle = np.arccos(cosine)
    return np.asarray((np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle), dtype=np.float32)


def _nearest(vocabulary: Vocabulary, vector: Floats, used: Container[str], may_show: Callable[[str], bool]) -> WordHit | None:
    return next((hit for hit in vocabulary.familiar_nouns(vector) if hit.word not in used and may_show(hit.word)), None)
