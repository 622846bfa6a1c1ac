"""Choose the words that may name an image: one everyday word for each WordNet sense that an image can show."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.naming_guards import NEVER, Roots, offsets_of
from devise_core.bundle.sense_counts import SenseCounts
from devise_core.bundle.wordnet import Nouns
from devise_core.text.tokens import Phrases
from devise_core.text.word_filter import WordFilter
from devise_core.vectors import Floats

TOPICS = (5, 6, 13, 17, 20)
"""The numbers of WordNet's lexicographer files of animals, artifacts, food, natural objects and plants."""
PERSONS = 18
OTHER_THINGS: Roots = (
    *(("fire", 1), ("flame", 0), ("smoke", 0), ("snow", 0), ("ice", 0), ("rainbow", 0), ("lightning", 0), ("cloud", 0)),
    *(("fog", 0), ("steam", 0), ("water", 0), ("sand", 0), ("forest", 0), ("sunset", 0), ("sky", 0), ("explosion", 0)),
    *(("shadow", 0), ("wood", 0), ("glass", 0), ("skull", 0), ("skeleton", 0), ("feather", 0), ("antler", 0), ("moon", 0)),
)
"""Senses that an image can show although they are in other lexicographer files."""
WEB_SITE = 6_359_193
"""The offset of the ImageNet label "web site", which is not a thing."""

MAX_RANK, MAX_SENSE, MIN_SHARE = 100_000, 2, 0.05
"""A word may name an image in a sense if its frequency rank is below the first number, the sense is among this many most frequent
senses of the word, and the sense has at least this share of the word's uses."""
USUAL_SHARE = 0.5
"""The first name of an ImageNet label is its usual name if the label's sense has at least this share of the uses of the name."""
MAX_PART_RANK = 30_000
"""A name of several words, such as "palm tree", has only words below this frequency rank and is used in its most frequent sense."""
UNKNOWN_RANK = 200_000
RANK_OFFSET, SHARE_WEIGHT = 100, 0.5
SEVERAL_WORDS, SEVERAL_WORDS_UNSEEN = 3.0, 4.7
"""What is subtracted from the prior of a name of several words: if it is the name of an ImageNet label, and if it is not."""


@dataclass(frozen=True)
class Line:
    """A word that may name an image.

    Attributes:
        word: The word to show.
        offset: The WordNet offset of its sense.
        prior: How familiar the word is in this sense, as a log frequency. The prior is used with a small weight.
        vector: The unit vector ``(d,)`` of the sense, mixed with its hypernyms. None for a label whose label vector is used.
    """

    word: str
    offset: int
    prior: float
    vector: Floats | None


@dataclass(frozen=True)
class _Sense:
    lemma: str
    offset: int
    number: int
    rank: int | None
    share: float


def naming_lines(
    hierarchy: Hierarchy,
    phrases: Phrases,
    counts: SenseCounts,
    labels: tuple[int, ...],
    everyday: Mapping[int, str],
    words: WordFilter,
) -> list[Line]:
    """Return one line for each sense, in the order of the noun index. Rarer synonyms have no line.

    Args:
        hierarchy: Gives the vectors of senses.
        phrases: Gives the frequency ranks of words.
        counts: Gives the shares of senses.
        labels: The offsets of the ImageNet labels, in the order of the classifier.
        everyday: The everyday names of the senses that have one, by offset.
        words: Says which words the app may show although nobody typed them.
    """
    chosen: dict[int, tuple[_Sense, float]] = {}
    for sense in _senses(hierarchy, phrases, counts):
        familiarity = _familiarity(sense, counts, hierarchy.nouns, set(labels), everyday)
        if familiarity is not None and (sense.offset not in chosen or familiarity > chosen[sense.offset][1]):
            chosen[sense.offset] = sense, familiarity
    lines = []
    for offset, (sense, _) in chosen.items():
        word = everyday.get(offset, sense.lemma)
        rank = sense.rank if word == sense.lemma and sense.rank is not None else _rank(word, phrases)
        vector = hierarchy.mixed(offset, 0.5, hierarchy.phrase(sense.lemma))
        lines.append(Line(word, offset, _prior(word, rank, sense.share, offset in labels or offset in everyday), vector))
    for offset in labels:  # WordNet counts some labels, such as "book" and "traffic light", among the abstract things
        if offset not in chosen and offset != WEB_SITE:
            word = everyday.get(offset, hierarchy.nouns.synsets[offset].lemmas[0])
            lines.append(Line(word, offset, _prior(word, _rank(word, phrases), 1.0, seen=True), None))
    return [line for line in lines if words.allows(line.word)]


def _senses(hierarchy: Hierarchy, phrases: Phrases, counts: SenseCounts) -> Iterator[_Sense]:
    """Yield the senses of every noun that are physical things with a vector."""
    nouns = hierarchy.nouns
    physical = nouns.senses["physical entity"][0]
    for lemma, offsets in nouns.senses.items():
        if len(lemma) <= 2 and lemma != "ox":
            continue
        known, unknown = phrases.known(lemma)
        rank = max(row for _, row in known) if known and not unknown else None
        for number, offset in enumerate(offsets, 1):
            if not nouns.synsets[offset].instance and physical in nouns.ancestors(offset):
                yield _Sense(lemma, offset, number, rank, counts.share(lemma, number))


def _familiarity(sense: _Sense, counts: SenseCounts, nouns: Nouns, labels: set[int], everyday: Mapping[int, str]) -> float | None:
    """Return how well a lemma names its sense, where higher is better, or None if it must not be shown."""
    offset, lemma = sense.offset, sense.lemma
    if everyday.get(offset) == lemma:
        return math.inf
    if sense.rank is None or lemma in NEVER:
        return None
    synonyms = nouns.synsets[offset].lemmas
    topic, always = counts.topics[offset], offset in labels or offset in everyday
    if topic == PERSONS and offset not in labels:
        return None
    is_thing = topic in TOPICS or offset in offsets_of(nouns, OTHER_THINGS)
    if not (always or (is_thing and _is_familiar(sense, synonyms))):
        return None
    is_usual_name = offset in labels and lemma == synonyms[0] and sense.share >= USUAL_SHARE
    length = 2.5 * (" " in lemma) + 1.5 * max(lemma.count(" ") - 1, 0) + 2.0 * ("-" in lemma)
    return math.log(sense.share) - math.log(sense.rank + 300) - length + 2.0 * is_usual_name


def _is_familiar(sense: _Sense, synonyms: Sequence[str]) -> bool:
    """Return whether a lemma that is not a label may name an image in a sense.

    A lemma of several words may only do so if the sense has no lemma of a single word.
    """
    if " " in sense.lemma and not all(" " in lemma for lemma in synonyms):
        return False
    max_rank, max_number = (MAX_PART_RANK, 1) if " " in sense.lemma else (MAX_RANK, MAX_SENSE)
    is_common = (sense.rank or 0) < max_rank and sense.number <= max_number and sense.share >= MIN_SHARE
    return is_common and not {"-", "'"} & {*sense.lemma}


def _rank(word: str, phrases: Phrases) -> int:
    """Return the frequency rank of the rarest part of a word."""
    rows = [phrases.words.row(part) for part in re.findall(r"[a-z']+", word)]
    return max((UNKNOWN_RANK if row is None else row for row in rows), default=UNKNOWN_RANK)


def _prior(word: str, rank: int, share: float, seen: bool) -> float:
    several = SEVERAL_WORDS if seen else SEVERAL_WORDS_UNSEEN
    return -math.log(rank + RANK_OFFSET) - several * (" " in word) + SHARE_WEIGHT * math.log(share)
