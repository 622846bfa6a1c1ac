"""Read a query: parse it into clauses, find the vector of each clause, and add up the vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from devise_core.datatypes import Correction, Reading, Term
from devise_core.encoder_results import unit_rows_returned
from devise_core.errors import QueryError, UnknownWordError, shortened
from devise_core.text.dates import without_dates
from devise_core.text.negation import split_negations
from devise_core.text.query import PlacedClause, Query
from devise_core.text.query_parser import Clause, parse
from devise_core.text.senses import SenseTable
from devise_core.text.text_encoder import NO_SPELLINGS, TextEncoder
from devise_core.text.tokens import check_text, tokens
from devise_core.text.vocabulary import Vocabulary
from devise_core.vectors import Floats, unit

IMAGE_WEIGHT = 0.8
"""The weight of an image's vector in a sum. A phrase's vector has weight 1.

Images are closer to each other than to words, and the cosines between images vary more. The weight is the standard deviation of the
images' cosines with a word, divided by that of their cosines with an image: 0.16 / 0.19 for `stamps` and 0.17 / 0.22 for `photos`.
With this weight, the first ten results of an image + a word rank about equally high in the results of the image alone and of the
word alone (measured with 60 images × 20 words of each collection).
"""

CANCELLED = 1e-3
"""If the norm of a sum of vectors is below this share of the terms' absolute weights together, it counts as a rounding error."""

ImageVector = Callable[[Clause], Floats]
"""A function that returns the vector of the image that a clause names. It raises ``QueryError`` if the name is unknown."""


def no_images(clause: Clause) -> Floats:
    """Reject a ``like:`` clause. ``read_query`` calls this function if a query cannot name images.

    Raises:
        QueryError: This function always raises. The error has the position of the clause.
    """
    name = shortened(clause.text)
    raise QueryError(f"There is no picture “{name}” here. Search in a collection, or remove “like:”.", clause.start)


def no_label_word(word: str) -> bool:  # noqa: ARG001  the signature of ``is_label_word``
    """Return False. ``read_query`` calls this function if there are no labels."""
    return False


def read_query(
    text: str,
    encoder: TextEncoder,
    image_vector: ImageVector = no_images,
    senses: SenseTable | None = None,
    is_label_word: Callable[[str], bool] = no_label_word,
) -> Query:
    """Parse ``text`` and return it with its unit vector in the embedding space.

    Args:
        text: A query in the language of ``query_parser``.
        encoder: Returns the vectors of words and phrases.
        image_vector: Returns the vector of the image that ``like:NAME`` names.
        senses: The senses of ambiguous nouns. If they are given, "bat (animal)" names one sense of "bat".
        is_label_word: Whether a word is in a label of the collection. Such a word is no typing error, even if it is rare.

    Raises:
        QueryError: The text is empty or too long, breaks the grammar or names an unknown image, or the terms cancel each other out.
        UnknownWordError: None of the words to look for is known.
        ArtifactError: The encoder returns vectors that are not finite unit vectors of its dimension.
    """
    vocabulary = encoder.vocabulary
    clauses = split_negations(parse(check_text(text)), vocabulary.is_noun if vocabulary else lambda _: False)
    placed = tuple(_place(clause, encoder, image_vector, senses) for clause in clauses)
    placed, left_out = _spelled(placed, encoder, image_vector, senses, is_label_word)
    if len(placed) == 1 and vocabulary:
        placed = (_with_thing_meant(placed[0], vocabulary, is_label_word),)
    if not any(part.vector is not None and part.clause.weight > 0 for part in placed):
        raise UnknownWordError(left_out) if left_out else names_nothing_error(placed)
    reading = Reading(
        text,
        _terms(placed),
        left_out,
        {word: form for part in placed for word, form in part.read_as.items()},
        {word: correction for part in placed for word, correction in part.corrected.items()},
        tuple(dict.fromkeys(phrase for part in placed for phrase in part.dropped)),
    )
    return Query(weighted_sum(placed), reading, placed)


def weighted_sum(placed: Sequence[PlacedClause]) -> Floats:
    """Return the unit vector ``(d,)`` of Σ weight × vector over the clauses that have a vector.

    If only one clause has a vector, this vector is returned, whatever the weight of the clause.

    Raises:
        QueryError: The terms cancel each other out.
    """
    parts = [(part.clause, part.vector) for part in placed if part.vector is not None]
    if len(parts) == 1:
        return parts[0][1]
    weights = [clause.weight * (IMAGE_WEIGHT if clause.kind == "picture" else 1) for clause, _ in parts]
    total = np.asarray(weights, dtype=np.float32) @ np.stack([vector for _, vector in parts])  # (d,)
    if np.linalg.norm(total) < CANCELLED * np.abs(weights).sum():
        raise QueryError("The terms of the query cancel each other out. Remove one, or change its weight.", parts[-1][0].start)
    return unit(total)


def _spelled(
    placed: tuple[PlacedClause, ...],
    encoder: TextEncoder,
    image_vector: ImageVector,
    senses: SenseTable | None,
    is_label_word: Callable[[str], bool],
) -> tuple[tuple[PlacedClause, ...], dict[str, list[str]]]:
    """Correct the misspelled words of a query.

    Returns:
        All clauses, with new vectors if a word was corrected, and the words that are still unknown, each with suggested spellings.
    """
    doubtful = list(dict.fromkeys(word for part in placed for word in part.unknown))
    if encoder.vocabulary is None:
        return placed, {word: [] for word in doubtful}
    doubtful += encoder.vocabulary.rare_words(word for part in placed if not part.clause.quoted for word, _ in part.known)
    texts = [part.clause.text for part in placed]
    misspelled = [word for word in doubtful if not is_label_word(word)]
    spellings, right = encoder.vocabulary.spellings(misspelled), encoder.vocabulary.corrections(misspelled, texts)
    if right:
        placed = tuple(_place(part.clause, encoder, image_vector, senses, right) for part in placed)
    unknown = dict.fromkeys(word for part in placed for word in part.unknown)
    return placed, {word: spellings.get(word, []) for word in unknown}


def _with_thing_meant(part: PlacedClause, vocabulary: Vocabulary, is_label_word: Callable[[str], bool]) -> PlacedClause:
    """Add the thing that a foreign word or a rare name may be a typing error for. Other queries of one word stay as they are."""
    word = part.clause.text.strip().lower()
    is_one_word = part.clause.kind == "words" and not part.clause.quoted and not part.other_meaning and tokens(word) == [word]
    meant = vocabulary.thing_meant(word) if is_one_word else None
    if not meant or meant == part.text or is_label_word(word):
        return part
    return replace(part, other_meaning={word: Correction(meant)})


def names_nothing_error(placed: Sequence[PlacedClause]) -> QueryError:
    """Return the error for clauses that name nothing to look for, such as "the" or a date."""
    words = " ".join(phrase for part in placed for phrase in part.dropped)
    if words and not without_dates(words)[0]:
        return QueryError(f"“{words}” is a date, and the app cannot recognise dates in pictures. Add the name of a thing.")
    return QueryError(f"“{words}” does not name anything to look for. Add the name of a thing, such as “violin”.")


def _place(
    clause: Clause,
    encoder: TextEncoder,
    image_vector: ImageVector,
    senses: SenseTable | None,
    spellings: Mapping[str, str] = NO_SPELLINGS,
) -> PlacedClause:
    if clause.kind == "picture":
        return PlacedClause(clause, unit(image_vector(clause)), [(clause.text, 1.0)])
    if senses is None:
        return _placed_by(encoder, clause, spellings)
    if sense := senses.chosen(clause):
        noun = _placed_by(encoder, replace(clause, text=sense.noun, end=clause.start + len(sense.noun)))
        return replace(noun, clause=clause, vector=sense.vector, terms=[(sense.text, 1.0)], senses=(sense,))
    placed = _placed_by(encoder, clause, spellings)
    several = senses.of(placed.terms[0][0]) if len(placed.terms) == 1 else ()
    return replace(placed, senses=several if len(several) > 1 else ())


def _placed_by(encoder: TextEncoder, clause: Clause, spellings: Mapping[str, str] = NO_SPELLINGS) -> PlacedClause:
    """Return what the encoder makes of a clause, after a check that its vector can be compared."""
    placed = encoder.place(clause, spellings)
    if placed.vector is None:
        return placed
    return replace(placed, vector=unit_rows_returned(encoder, [placed.vector], 1, "vectors", encoder.dimension)[0])


def _terms(placed: Sequence[PlacedClause]) -> tuple[Term, ...]:
    parts = [part for part in placed if part.vector is not None]
    total = sum(abs(part.clause.weight) for part in parts)
    return tuple(
        Term(word, part.clause.weight / total * share, part.clause.kind, part.clause.start, part.clause.end)
        for part in parts
        for word, share in part.terms
    )
