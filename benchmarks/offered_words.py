"""Count the unsuitable words that the app offers unasked: ``python -m benchmarks.offered_words [--collection NAME]``.

The command looks at the suggestions for all two- and three-letter beginnings, at the names of all images of each collection, and at
500 word paths. Your collections, such as one made from Flickr8k or Caltech-101, are included once they are indexed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from string import ascii_lowercase

import numpy as np

from devise_core import Engine, load_engine
from devise_core.errors import DeviseError
from devise_core.text.interpolation import word_path
from devise_core.text.thing_words import is_thing
from devise_core.text.word_filter import WordFilter, load_word_filter
from devise_core.text.word_vector_encoder import WordVectorEncoder

PATHS, STEPS, SEED, NAMES = 500, 5, 7, 10
TRIED = 8
"""How many random nouns are looked at for each path, because only some are things."""


def suggested(engine: Engine, beginnings: Iterator[str]) -> Iterator[str]:
    """Yield the suggestions for each beginning of a word."""
    for beginning in beginnings:
        yield from (word for _, word in engine.suggest(beginning))


def named(engine: Engine) -> Iterator[str]:
    """Yield the names of all images of the collection, and their more specific names."""
    for row in range(len(engine.collection)):
        names = engine.names(engine.encoded(row), NAMES)
        yield from (hit.word for hit in (*names.hits, *names.specific)) if names else ()


def on_paths(engine: Engine, count: int = PATHS) -> Iterator[str]:
    """Yield the words between the ends of ``count`` paths between random things. Between other nouns there is no path.

    They are the words of ``engine.word_path``, without the images that it looks for.
    """
    text, vocabulary = engine.text, engine.vocabulary
    assert isinstance(text, WordVectorEncoder)
    assert vocabulary
    nouns = [text.nouns.nouns[row] for row in text.nouns.random_rows(TRIED * count, SEED).tolist()]
    things = list(filter(is_thing, nouns))[: 2 * count]
    for start, end in zip(things[::2], things[1::2], strict=False):
        try:
            path = word_path(text, vocabulary, start, end, STEPS)
        except DeviseError:  # a noun that the word vectors lack, or two nouns with one vector
            continue
        yield from (step.word.word for step in path[1:-1])


def unsuitable(words: Iterator[str], word_filter: WordFilter) -> tuple[list[str], int]:
    """Return the words that the filter does not allow, and how many words there are."""
    offered = list(words)
    return [word for word in np.unique(offered).tolist() if not word_filter.allows(word)], len(offered)


def main() -> None:
    """Print one line for each place where the app offers words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collection", action="append", help="a collection by name or folder; by default all")
    engine, word_filter = load_engine(), load_word_filter()
    letters = ("".join(each) for length in (2, 3) for each in product(ascii_lowercase, repeat=length))
    surfaces = {"suggestions": suggested(engine, letters), "word paths": on_paths(engine)}
    for name in parser.parse_args().collection or engine.collections():
        surfaces[f"names of {name}"] = named(engine.on(name))
    for surface, words in surfaces.items():
        blocked, count = unsuitable(words, word_filter)
        print(f"{surface:<24} {len(blocked)} of {count}  {' '.join(blocked)}")


if __name__ == "__main__":
    main()
