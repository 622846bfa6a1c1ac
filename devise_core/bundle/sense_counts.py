"""Read how often each sense of a word occurs, from the counts that come with WordNet 3.0 (format: cntlist(5WN))."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from devise_core.errors import BuildError

PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")


@dataclass(frozen=True)
class SenseCounts:
    """How often words occur in SemCor, a text in which every word is marked with its sense.

    Attributes:
        nouns: Lemma → number of the noun sense (1 is the most frequent) → the count of that sense.
        totals: Lemma → its count over all senses and parts of speech.
        senses: Lemma → its number of senses over all parts of speech.
        topics: Offset of a noun synset → the number of its topic, such as 5 for animals (lexicographer files, see lexnames(5WN)).
    """

    nouns: dict[str, dict[int, int]]
    totals: Counter[str]
    senses: Counter[str]
    topics: dict[int, int]

    def share(self, lemma: str, number: int) -> float:
        """Return the smoothed share, from 0 to 1, of a word's uses that have the noun sense ``number``."""
        count = self.nouns.get(lemma, {}).get(number, 0)
        return (count + 0.5) / (self.totals[lemma] + 0.5 * max(self.senses[lemma], 1))


def read_sense_counts(folder: Path) -> SenseCounts:
    """Read ``cntlist.rev``, the four ``index`` files and ``data.noun``.

    Args:
        folder: The folder with the WordNet database files.

    Raises:
        BuildError: If a file is missing.
    """
    nouns: dict[str, dict[int, int]] = defaultdict(dict)
    totals: Counter[str] = Counter()
    senses: Counter[str] = Counter()
    try:
        for line in (folder / "cntlist.rev").read_text("ascii").splitlines():
            key, number, count = line.split()
            lemma, _, rest = key.partition("%")
            lemma = _as_words(lemma)
            totals[lemma] += int(count)
            if rest[0] == "1":  # a noun
                nouns[lemma][int(number)] = int(count)
        for part in PARTS_OF_SPEECH:
            for line in _entries(folder / f"index.{part}"):
                fields = line.split()
                senses[_as_words(fields[0])] += int(fields[2])
        topics = {int(line[:8]): int(line[9:11]) for line in _entries(folder / "data.noun")}
    except FileNotFoundError as error:
        raise BuildError(f"{error.filename} is missing. Unpack WordNet 3.0 (Debian's wordnet-base) there.") from error
    return SenseCounts(dict(nouns), totals, senses, topics)


def _entries(path: Path) -> list[str]:
    """Return the lines of a database file without those of the licence, which begin with a space."""
    return [line for line in path.read_text("ascii").splitlines() if line[0] != " "]


def _as_words(lemma: str) -> str:
    return lemma.replace("_", " ").lower()
