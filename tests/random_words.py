"""Random pairs of a word for a country or for people and a word for an animal, over the words that the model knows."""

from __future__ import annotations

import random

from devise_core import Engine
from devise_core.text.person_words import PERSON_WORDS
from devise_core.text.thing_words import ANIMAL, PLACE, THING_WORDS, is_thing
from devise_core.text.unmodelled import JUDGEMENTS
from devise_core.text.word_vector_encoder import WordVectorEncoder


def random_pairs(engine: Engine, count: int, seed: int = 7) -> list[tuple[str, str]]:
    """Return pairs, the same for each seed. A word that is also a thing, such as "tree" for somebody's name, is in none.

    A judgement, such as "lovely", is in none either: the app leaves it out of a query.
    """
    assert isinstance(engine.text, WordVectorEncoder)
    words = engine.text.words
    kinds = [line.partition("\t") for line in THING_WORDS.read_text("utf-8").splitlines() if not line.startswith("#")]
    known = [(word, kind) for word, _, kind in kinds if words.row(word) is not None]
    listed = PERSON_WORDS.read_text("utf-8").splitlines()
    people = [word for word in listed if words.row(word) is not None and not is_thing(word) and word not in JUDGEMENTS]
    names = [word for word, kind in known if kind == PLACE] + people
    animals = [word for word, kind in known if kind == ANIMAL]
    chosen = random.Random(seed)
    return [(chosen.choice(names), chosen.choice(animals)) for _ in range(count)]
