"""Write the words for people, from WordNet.

A word is in the list if it means a person more often than an animal, even if it rarely means either. The app uses the list to avoid
showing animals beside words for people, so a word too many does little harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from devise_core.bundle.naming import EverydayName
from devise_core.bundle.naming_guards import ANIMAL, Roots, is_below
from devise_core.bundle.sense_counts import SenseCounts
from devise_core.bundle.word_lists import write_words
from devise_core.bundle.wordnet import Nouns
from devise_core.text.person_words import PERSON_WORDS

PERSON: Roots = (("person", 0),)
GROUPS: Roots = (("people", 0), ("gathering", 0), ("social group", 0))
"""Groups of people. A word is also in the list if its most frequent sense is one of these groups."""
ALSO = frozenset(
    ("adult", "couple", "driver", "female", "human", "humanity", "humans", "male", "mankind", "queen", "teen", "women")
)
"""Words for people that WordNet lists under primates, young animals, bees or tools, or only in the singular."""


_HEADER = """\
# Words that mean people. Written by `python -m devise_core build person-words` from WordNet 3.0 (Debian's wordnet-base).
# WordNet 3.0 licence: https://wordnet.princeton.edu/license-and-commercial-use
"""


def person_words(nouns: Nouns, counts: SenseCounts, everyday: Sequence[EverydayName]) -> Iterator[str]:
    """Yield the single words that mean people.

    Args:
        nouns: The noun graph.
        counts: Gives the share of a word's uses that have a sense.
        everyday: The everyday names of ImageNet labels. The name of an animal, such as "wolf", is left out of the list.

    Yields:
        The words of the noun graph, then those of ``ALSO``.
    """
    animals = {name.name for name in everyday if is_below(nouns, name.offset, ANIMAL)}
    for lemma, senses in nouns.senses.items():
        if not lemma.isalpha() or lemma in animals:
            continue
        share = {
            roots: sum(counts.share(lemma, number) for number, sense in enumerate(senses, 1) if is_below(nouns, sense, roots))
            for roots in (PERSON, ANIMAL)
        }
        if share[PERSON] > share[ANIMAL] or is_below(nouns, senses[0], (*PERSON, *GROUPS)):
            yield lemma
    yield from ALSO


def write_person_words(words: Sequence[str], plurals: Mapping[str, Sequence[str]], target: Path = PERSON_WORDS) -> int:
    """Write the words and their irregular plurals, one per line.

    Args:
        words: What ``person_words`` yields.
        plurals: The irregular plurals of each singular.
        target: The file to write.

    Returns:
        The number of words and plurals.
    """
    return write_words(target, _HEADER, words, plurals)
