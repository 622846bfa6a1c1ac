"""Read the nouns of WordNet 3.0 from its database files (format: wndb(5WN)).

The class ids of ImageNet are WordNet 3.0 noun offsets: ``n01440764`` is the synset at 1440764, {tench, Tinca tinca}.

This module parses the files itself, because neither NLTK nor ``wn`` can read Debian's wordnet-base. NLTK 3.10 needs a file
``lexnames``, which the package lacks, and downloads a second copy of WordNet. ``wn`` 1.1 reads only WN-LMF XML.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from devise_core.errors import BuildError


@dataclass(frozen=True)
class Synset:
    """A meaning that the words in ``lemmas`` share.

    Attributes:
        offset: The position in ``data.noun``, which identifies the synset.
        lemmas: The names in lower case. A name may have several words.
        hypernyms: The offsets of the more general synsets.
        instance: Whether the synset is a single instance, such as Paris, rather than a class, such as city.
    """

    offset: int
    lemmas: tuple[str, ...]
    hypernyms: tuple[int, ...]
    instance: bool


@dataclass(frozen=True)
class Nouns:
    """The noun graph.

    Attributes:
        synsets: The synsets by offset.
        senses: The offsets of the senses of each lemma, the most frequent first.
    """

    synsets: dict[int, Synset]
    senses: dict[str, tuple[int, ...]]
    _ancestors: dict[int, dict[int, int]] = field(default_factory=dict, repr=False)

    def ancestors(self, offset: int) -> dict[int, int]:
        """Return the offsets of the synset and of all synsets above it, each with the number of steps on the shortest path."""
        if offset not in self._ancestors:
            distances = {offset: 0}
            for parent in self.synsets[offset].hypernyms:
                for ancestor, steps in self.ancestors(parent).items():
                    distances[ancestor] = min(steps + 1, distances.get(ancestor, steps + 1))
            self._ancestors[offset] = distances
        return self._ancestors[offset]

    def is_person(self, offset: int) -> bool:
        """Return whether a synset is a kind of person."""
        return self.senses["person"][0] in self.ancestors(offset)

    @cached_property
    def descendants(self) -> dict[int, int]:
        """The number of synsets at or below each synset. The number is large for "entity" and small for "dog"."""
        counts: dict[int, int] = defaultdict(int)
        for offset in self.synsets:
            for ancestor in self.ancestors(offset):
                counts[ancestor] += 1
        return dict(counts)


def read_nouns(folder: Path) -> Nouns:
    """Read ``data.noun`` and ``index.noun``.

    Args:
        folder: The folder with the WordNet database files.

    Raises:
        BuildError: If a file is missing.
    """
    try:
        data = (folder / "data.noun").read_text("ascii")
        index = (folder / "index.noun").read_text("ascii")
    except FileNotFoundError as error:
        raise BuildError(f"{error.filename} is missing. Unpack WordNet 3.0 (Debian's wordnet-base) there.") from error
    # Lines that begin with a space are the licence.
    synsets = {synset.offset: synset for line in data.splitlines() if line[0] != " " and (synset := _parse_synset(line))}
    senses = dict(_parse_senses(line) for line in index.splitlines() if line[0] != " ")
    return Nouns(synsets, senses)


def read_irregular_plurals(folder: Path) -> dict[str, list[str]]:
    """Return the irregular plurals of each singular, from WordNet's list of exceptions ``noun.exc``."""
    plurals: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "noun.exc").read_text("ascii").splitlines():
        plural, *singulars = (field.replace("_", " ") for field in line.split(" "))
        for singular in singulars:
            plurals[singular].append(plural)
    return plurals


def _parse_synset(line: str) -> Synset:
    fields = line.split(" ")
    word_count = int(fields[3], 16)
    lemmas = tuple(_as_words(word) for word in fields[4 : 4 + 2 * word_count : 2])
    start = 5 + 2 * word_count
    pointers = [(fields[i], int(fields[i + 1])) for i in range(start, start + 4 * int(fields[start - 1]), 4)]
    hypernyms = tuple(offset for symbol, offset in pointers if symbol in ("@", "@i"))
    return Synset(int(fields[0]), lemmas, hypernyms, any(symbol == "@i" for symbol, _ in pointers))


def _parse_senses(line: str) -> tuple[str, tuple[int, ...]]:
    fields = line.split()
    return _as_words(fields[0]), tuple(int(offset) for offset in fields[-int(fields[2]) :])


def _as_words(lemma: str) -> str:
    return lemma.replace("_", " ").lower()
