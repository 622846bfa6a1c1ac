"""Write the words for things, animals and places, from WordNet.

The app uses this list to decide which words a path between two words or a sum of words can show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from devise_core.bundle.naming import EverydayName
from devise_core.bundle.naming_guards import GUARDED, NEVER, WITH_PEOPLE, Roots, is_below
from devise_core.bundle.person_words import ALSO
from devise_core.bundle.sense_counts import SenseCounts
from devise_core.bundle.word_lists import write_word_list
from devise_core.bundle.wordnet import Nouns
from devise_core.text.sensitive_words import has_sensitive_word
from devise_core.text.thing_words import ANIMAL, PLACE, THING, THING_WORDS
from devise_core.text.word_filter import load_word_filter

_ANIMALS, _LOCATIONS, _PHENOMENA = 5, 15, 19
_THINGS = frozenset((_ANIMALS, 6, 13, 17, _PHENOMENA, 20, 27))
"""Numbers of WordNet topics (lexnames(5WN)): animals, artifacts, foods, natural objects, phenomena, plants and substances."""
_TOP = {"animal": ANIMAL, "plant": THING, "food": THING}
"""Words with their kind, for things that WordNet lists at the top of its tree."""
_PHENOMENON: Roots = (("natural phenomenon", 0),)
_LAND: Roots = (("continent", 0), ("island", 0))
_COUNTRY: Roots = (("country", 1), ("state", 1), ("country", 0))
HURTFUL: Roots = (
    *GUARDED,
    *WITH_PEOPLE,
    *(("place of worship", 0), ("explosive device", 0), ("explosive", 0), ("ammunition", 0), ("military vehicle", 0)),
    *(("warship", 0), ("warplane", 0), ("missile", 0), ("poison", 0), ("gas chamber", 0), ("noose", 0), ("whip", 0)),
    *(("instrument of punishment", 0), ("cemetery", 0), ("grave", 0), ("burial chamber", 0), ("toxin", 0), ("brothel", 0)),
    *(
        ("hominid", 0),
        ("microorganism", 0),
        ("parasite", 0),
        ("slum", 0),
        ("plantation", 0),
        ("religious residence", 0),
        ("monastery", 0),
        ("toilet", 0),
        ("slaughterhouse", 0),
    ),
)
"""Weapons, places of worship, humans, and things used against people or suggesting that people are dead, poor, ill or filthy."""
_PEOPLE = ALSO | {*NEVER, "bush"}
"""Words for people that WordNet lists under animals or tools, and "bush", which is better known as a name."""
_RANKS = frozenset(("genus", "family", "order", "class", "suborder", "subfamily", "superfamily", "phylum", "subclass"))
_MOST_WORDS = 2

_HEADER = """\
# Things ("t"), animals ("a") and places ("p"). Written by `python -m devise_core build thing-words` from WordNet 3.0
# (Debian's wordnet-base). WordNet 3.0 licence: https://wordnet.princeton.edu/license-and-commercial-use
"""


def thing_words(nouns: Nouns, counts: SenseCounts, everyday: Sequence[EverydayName]) -> Iterator[tuple[str, str]]:
    """Yield the nouns that mean a thing, an animal or a place.

    Args:
        nouns: The noun graph.
        counts: Gives the topic of each sense, and how often a word has a sense.
        everyday: The everyday names of ImageNet labels. Such a name means its label, as "tiger" means the animal.

    Yields:
        Each noun with its kind: ``THING``, ``ANIMAL`` or ``PLACE``. The most frequent sense decides. The name of a country is
        always a place. A rare thing that shares its name with a person, such as the flower "benjamin", is left out.
    """
    topics = counts.topics
    labels = {name.name: name.offset for name in everyday}
    for lemma, senses in nouns.senses.items():
        words = lemma.split(" ")
        if len(words) > _MOST_WORDS or not all(map(str.isalpha, words)) or words[0] in _RANKS or lemma in _PEOPLE:
            continue
        if _is_place(nouns, topics, senses):
            yield lemma, PLACE
            continue
        if lemma not in labels and not counts.nouns.get(lemma, {}).get(1) and _names_a_person(nouns, senses):
            continue
        kinds = (_kind(nouns, topics, sense) for sense in (senses[0], labels.get(lemma, senses[0])))
        kind = _TOP.get(lemma) or next(filter(None, kinds), None)
        if kind and _may_be_shown(lemma):
            yield lemma, kind


def write_thing_words(words: Sequence[tuple[str, str]], plurals: Mapping[str, Sequence[str]], target: Path = THING_WORDS) -> int:
    """Write the words and their irregular plurals, one per line, each with its kind.

    Args:
        words: What ``thing_words`` yields.
        plurals: The irregular plurals of each singular.
        target: The file to write.

    Returns:
        The number of words and plurals.
    """
    kinds = {form: kind for word, kind in words if kind != PLACE for form in plurals.get(word, ()) if _may_be_shown(form)}
    kinds |= dict(words)
    write_word_list(target, _HEADER, (f"{word}\t{kind}" for word, kind in sorted(kinds.items())))
    return len(kinds)


def _kind(nouns: Nouns, topics: Mapping[int, int], sense: int) -> str | None:
    """Return the kind of a sense, or None if the sense is hurtful, no thing, or one particular thing, such as the Rhine."""
    topic = topics.get(sense)
    if topic not in _THINGS or nouns.synsets[sense].instance or is_below(nouns, sense, HURTFUL):
        return None
    if topic == _PHENOMENA and not is_below(nouns, sense, _PHENOMENON):
        return None
    return ANIMAL if topic == _ANIMALS else THING


def _is_place(nouns: Nouns, topics: Mapping[int, int], senses: Sequence[int]) -> bool:
    """Return whether the first sense of a noun is the name of a place, or any sense is the name of a country."""
    named = [sense for sense in senses if nouns.synsets[sense].instance]
    if any(topics.get(sense) == _LOCATIONS and is_below(nouns, sense, _COUNTRY) for sense in named):
        return True
    return senses[0] in named and (topics.get(senses[0]) == _LOCATIONS or is_below(nouns, senses[0], _LAND))


def _names_a_person(nouns: Nouns, senses: Sequence[int]) -> bool:
    return any(nouns.synsets[sense].instance and nouns.is_person(sense) for sense in senses)


def _may_be_shown(word: str) -> bool:
    return not has_sensitive_word(word) and load_word_filter().allows(word)
