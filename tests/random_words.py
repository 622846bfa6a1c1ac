"""Random pairs of words that the model knows: one for a country or for people, and one for an animal."""

from __future__ import annotations

import random

from devise_core import Engine
from devise_core.text.person_words import PERSON_WORDS
from devise_core.text.thing_words import ANIMAL, PLACE, THING_WORDS, is_thing
from devise_core.text.unmodelled import JUDGEMENTS
from devise_core.text.word_vector_encoder import WordVectorEncoder


def random_pairs(engine: Engine, count: int, seed: int = 7) -> list[tuple[str, str]]:
    """Return pairs, which are the same for the same seed. Words for people that also name a thing, such as "tree", are left out.

    So are judgements, such as "lovely", because the app leaves them out of a query.
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
