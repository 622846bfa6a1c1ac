"""Collect words for what each image of a collection shows. Each word has a number from 0 to 1 that says how sure it is.

The names of groups, albums and titles are chosen from these words, so every name fits an image. The words come from the labels, the
category and the caption of an image, and from the classifier. If a label names a thing, the classifier is not used for that image.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from devise_core.datatypes import Item, WordHit
from devise_core.search.confidence import PROBABLY
from devise_core.search.naming import PERSON, PERSON_LIKELY, Namer, Names
from devise_core.search.naming_table import NO_LINE, Flags
from devise_core.search.noun_senses import NounSenses
from devise_core.search.probes import PEOPLE
from devise_core.text.noun_store import NounStore
from devise_core.text.tokens import tokens
from devise_core.text.word_filter import ALLOW_ALL, WordFilter
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded

PERSON_WORD = "people"
"""This word replaces every word for people. The app does not guess who somebody is."""
LEAST_SHARE = 0.02
"""Labels with a lower probability are left out when probabilities are added up. This saves most of the time."""
SHOWN = 0.3
"""An image counts as showing a thing if the word for it is at least this sure."""
MENTIONED, NAMED = 0.6, 0.6
"""How sure a word in a caption is, and a clear name (``CLEAR_NAME``). A caption may also mention what the image is not about."""
CLEAR_NAME = 1.3
"""A name with at least this score of ``Namer`` counts as a word that the image shows, whatever its probability."""

Shown = dict[str, float]
"""Word → how sure it is that an image shows it, from 0 to 1."""


class ShownWords:
    """Collects words for images from the text that describes them and from the classifier.

    Args:
        namer: Names images by the classifier and excludes names that could insult people. None to use only the text.
        nouns: The nouns that name things, or None if the model has none.
        senses: Knows the kinds of thing, such as "animal", that a noun or a label belongs to, or None.
        word_filter: Decides which words may be offered.
    """

    def __init__(
        self,
        namer: Namer | None = None,
        nouns: NounStore | None = None,
        senses: NounSenses | None = None,
        word_filter: WordFilter = ALLOW_ALL,
    ) -> None:
        self._namer, self._nouns, self._senses, self._word_filter = namer, nouns, senses, word_filter

    def of(self, items: Sequence[Item], encoded: Encoded, described: bool = True) -> list[Shown]:
        """Return the words of ``n`` images.

        Args:
            items: The labels, categories and captions of the images.
            encoded: The features and embeddings of the images.
            described: Whether labels and captions describe the images. Otherwise they are names of folders and files, and are not
                used.
        """
        seen = self.seen(encoded)
        return [self._joined(item, shown) for item, shown in zip(items, seen, strict=True)] if described else seen

    def seen(self, encoded: Encoded) -> list[Shown]:
        """Return what the classifier sees in ``n`` images. Names that ``Namer`` excludes are left out, and people are "people"."""
        if self._namer is None:
            return [{} for _ in encoded.features]
        shares, people = self._namer.shares(encoded.features)[1], self._namer.person_shares(encoded.features)
        allowed, named = self._namer.allowed(encoded.features), self._namer.name(encoded, 1)
        return [self._seen_in(shares[row], float(people[row]), named[row].hits, allowed[row]) for row in range(len(shares))]

    def written(self, item: Item) -> Shown:
        """Return the words of an image's labels, category and caption, and the kinds of thing that its labels belong to."""
        words = [self._singular(label) for label in item.labels]
        words += [self._singular(part.replace("_", " ")) for part in item.category.split("/") if part]
        words += [kind for label in item.labels for kind in self._kinds(label)]
        mentioned = [noun for token in tokens(item.caption) if (noun := self._noun(token))]
        weights = {**dict.fromkeys(map(_neutral, mentioned), MENTIONED), **dict.fromkeys(map(_neutral, words), 1.0)}
        return {word: weight for word, weight in weights.items() if self._word_filter.allows(word)}

    def titles(self, encoded: Encoded) -> list[str]:
        """Return a title for each of ``n`` images. A title is "" if the classifier is not sure enough."""
        if self._namer is None:
            return ["" for _ in encoded.features]
        named, seen = self._namer.name(encoded, 1), self.seen(encoded)
        return [self._title(names, shown) for names, shown in zip(named, seen, strict=True)]

    def _title(self, names: Names, shown: Shown) -> str:
        """Return the first name if it is probably right, or else the narrowest kind of thing that is probably right, or ""."""
        if names.hits and names.shares[0] >= PROBABLY:
            return PERSON if names.hits[0].word in PEOPLE else names.hits[0].word
        kinds = [word for word, share in shown.items() if share >= PROBABLY and word != PERSON_WORD]
        return min(kinds, key=lambda word: self._breadth[word], default="")

    def _joined(self, item: Item, seen: Shown) -> Shown:
        written = self.written(item)
        if any(self._head(label) for label in item.labels):
            return written
        return {**seen, **written}

    def _seen_in(self, shares: Floats, person: float, hits: Sequence[WordHit], allowed: Flags) -> Shown:
        shown: Shown = defaultdict(float)
        for label in np.flatnonzero(shares >= LEAST_SHARE):
            for word in self._words_above[label]:
                shown[word] += float(shares[label])
        if hits and hits[0].score >= CLEAR_NAME:
            for word in (hits[0].word, *self._kinds(hits[0].word)):
                shown[_neutral(word)] = max(shown[_neutral(word)], NAMED)
        for word in [word for word in shown if not allowed[self._lines_of.get(word, [])].all()]:
            del shown[word]
        if person >= PERSON_LIKELY:
            shown[PERSON_WORD] = person
        return {word: share for word, share in shown.items() if self._word_filter.allows(word)}

    @cached_property
    def _lines_of(self) -> dict[str, list[int]]:
        """Word → the lines of the naming table that have it, one for each of its senses."""
        assert self._namer
        lines: dict[str, list[int]] = defaultdict(list)
        for line, word in enumerate(self._namer.table.words):
            lines[word].append(line)
        return dict(lines)

    @cached_property
    def _words_above(self) -> list[list[str]]:
        """For each label, its own word, its everyday word and the names of its kinds, without repetition."""
        assert self._namer
        table = self._namer.table
        above: list[list[str]] = [
            [table.words[line] for line in lines if line != NO_LINE]
            for lines in zip(table.own_line.tolist(), table.everyday_line.tolist(), strict=True)
        ]
        for name, labels in self._senses.all_kinds() if self._senses else ():
            for label in labels.tolist():
                above[label].append(name)
        return [[word for word in dict.fromkeys(words) if self._word_filter.allows(word)] for words in above]

    @cached_property
    def _breadth(self) -> Counter[str]:
        """Word → the number of labels that have it above them."""
        return Counter(word for words in self._words_above for word in words)

    def _kinds(self, label: str) -> Iterator[str]:
        noun = self._head(label)
        row = self._nouns.row(noun) if self._nouns and noun else None
        if noun and row is not None:
            yield noun
            yield from (name for name, _ in self._senses.kinds(row)) if self._senses else ()

    def _head(self, label: str) -> str | None:
        """Return the noun that a label is or ends with, such as "pig" for "tamworth pig". None if no such noun is known."""
        return self._noun(label) or self._noun(label.rpartition(" ")[2])

    def _noun(self, text: str) -> str | None:
        row = self._nouns.row(text) if self._nouns else None
        return None if row is None or self._nouns is None else self._nouns.nouns[row]

    def _singular(self, text: str) -> str:
        return self._noun(text) or text


def _neutral(word: str) -> str:
    return PERSON_WORD if word in PEOPLE else word
