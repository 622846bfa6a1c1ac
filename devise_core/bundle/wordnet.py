"""WordNet 3.0's nouns, read from its database files (format: wndb(5WN)).

ImageNet's class ids are WordNet 3.0 noun offsets: ``n01440764`` is the synset at 1440764, {tench, Tinca tinca}.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from devise_core.errors import BuildError


@dataclass(frozen=True)
class Synset:
    """One sense shared by its ``lemmas`` (lower case, words apart by spaces); ``instance`` of a class, like a city."""

    offset: int
    lemmas: tuple[str, ...]
    hypernyms: tuple[int, ...]
    instance: bool


@dataclass(frozen=True)
class Nouns:
    """The noun graph: ``synsets`` by offset, and for each lemma the offsets of its senses, the most frequent first."""

    synsets: dict[int, Synset]
    senses: dict[str, tuple[int, ...]]
    _ancestors: dict[int, dict[int, int]] = field(default_factory=dict, repr=False)

    def ancestors(self, offset: int) -> dict[int, int]:
        """Every hypernym of ``offset`` and itself → its distance in steps along the shortest way up."""
        if offset not in self._ancestors:
            found = {offset: 0}
            for parent in self.synsets[offset].hypernyms:
                for ancestor, steps in self.ancestors(parent).items():
                    found[ancestor] = min(steps + 1, found.get(ancestor, steps + 1))
            self._ancestors[offset] = found
        return self._ancestors[offset]

    @cached_property
    def descendants(self) -> dict[int, int]:
        """How many synsets lie at or below each one: what tells 'entity' from 'dog'."""
        counts: dict[int, int] = defaultdict(int)
        for offset in self.synsets:
            for ancestor in self.ancestors(offset):
                counts[ancestor] += 1
        return dict(counts)


def read_nouns(folder: Path) -> Nouns:
    """Read ``data.noun`` and ``index.noun``. Raises ``BuildError`` where they are missing."""
    try:
        data = (folder / "data.noun").read_text("ascii")
        index = (folder / "index.noun").read_text("ascii")
    except FileNotFoundError as error:
        raise BuildError(f"{error.filename} is missing: unpack WordNet 3.0 (Debian's wordnet-base) there.") from error
    synsets = {synset.offset: synset for line in data.splitlines() if line[0] != " " and (synset := _synset(line))}
    senses = {lemma: offsets for line in index.splitlines() if line[0] != " " for lemma, offsets in [_senses(line)]}
    return Nouns(synsets, senses)


def _synset(line: str) -> Synset:
    fields = line.split(" ")
    words = int(fields[3], 16)
    lemmas = tuple(_plain(word) for word in fields[4 : 4 + 2 * words : 2])
    at = 5 + 2 * words
    pointers = [(fields[i], int(fields[i + 1])) for i in range(at, at + 4 * int(fields[at - 1]), 4)]
    above = tuple(offset for symbol, offset in pointers if symbol in ("@", "@i"))
    return Synset(int(fields[0]), lemmas, above, any(symbol == "@i" for symbol, _ in pointers))


def _senses(line: str) -> tuple[str, tuple[int, ...]]:
    fields = line.split()
    return _plain(fields[0]), tuple(int(offset) for offset in fields[-int(fields[2]) :])


def _plain(lemma: str) -> str:
    return lemma.replace("_", " ").lower()
