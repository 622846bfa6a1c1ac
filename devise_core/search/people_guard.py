"""Decide which images may show people or animals, and which words may name an image of people.

On the pages *Your pictures* and *Labels*, a visitor types a list of words, and the app chooses words from this list for each image.
An image of people only gets words for things, scenes and people in general. So the app calls nobody an ape, a thief or ugly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from devise_core.search.class_shares import LabelSoftmax
from devise_core.search.label_evidence import LabelEvidence
from devise_core.search.naming import (
    PERSON_LIKELY,
    PERSON_POSSIBLE,
    PERSON_REMOTE,
    PERSON_SURE,
    PRIMATE_SURE,
    SURE,
    Namer,
)
from devise_core.search.naming_table import PERSON_SENSES, Flags
from devise_core.search.probes import PEOPLE
from devise_core.text.person_words import means_people
from devise_core.text.sensitive_words import COLOURS, is_insulting, is_sensitive, singular_forms
from devise_core.text.tokens import tokens
from devise_core.text.vocabulary import Vocabulary
from devise_core.text.words_beside_people import may_name_people
from devise_core.vectors import Floats

PEOPLE_NAMED = 0.7
"""An image is called "people" if it shows people with at least this probability. This is true of 84% of the Flickr8k images whose
captions mention people, and of 2.7% of the images whose captions mention none. Most of the latter show dogs. With a threshold of
0.5, these shares were 90% and 7.2%."""
ANIMAL_POSSIBLE = 0.05
"""An image that shows an animal with at least this probability is not shown beside a word for people."""

_THINGS = (range(2_600_000, 4_640_000), range(7_550_000, 7_960_000), range(9_180_000, 9_480_000), range(11_500_000, 13_200_000))
"""The numbers of the synsets for artifacts, foods, natural objects and plants. ``PERSON_SENSES`` has those for persons."""


class PeopleGuard:
    """Says which words would be an insult beside an image.

    Args:
        namer: Gives the probability that an image shows a person (the person signal), and has the naming table.
        classifier: The softmax of the untrained classifier.
        vocabulary: The nouns that the model knows, or None.
        evidence: Knows the sense of each noun and the kinds of thing that it belongs to, or None.
    """

    def __init__(
        self, namer: Namer, classifier: LabelSoftmax, vocabulary: Vocabulary | None = None, evidence: LabelEvidence | None = None
    ) -> None:
        self._namer, self._classifier, self._vocabulary, self._evidence = namer, classifier, vocabulary, evidence
        self._animal_labels, self._primate_labels = namer.table.labels_of("a"), namer.table.labels_of("p")

    @property
    def sees_people(self) -> bool:
        """Whether the namer has a person signal. If it has none, every image has probability 0 of showing people."""
        return self._namer.has_person_signal

    def is_animal(self, noun: str) -> bool:
        """Return whether a noun, with or without a plural ending, is the name of an animal or of a kind of animals."""
        forms = singular_forms(noun.lower())
        return any(form in self._namer.animals or form in self._other_names or self._below_animal(form) for form in forms)

    def is_person(self, noun: str) -> bool:
        """Return whether a noun means people in its usual sense. "nurse" does, but "chair" and "black cat" do not."""
        if not means_people(noun) or noun in COLOURS:
            return False
        number = self._synset(noun)
        insect_too = number > 0 and " " not in noun and self.is_animal(noun)  # "queen" and "soldier" are insects too
        return noun in PEOPLE or number in PERSON_SENSES or insect_too

    def may_show_people(self, features: Floats) -> Flags:
        """Return which images may show people ``(n,)``, from features ``(n, f)``.

        An image that surely shows an animal counts only if people are likely too.
        """
        return _may_be_people(self._namer.person_shares(features), self.animal_shares(features))

    def show_people(self, features: Floats) -> Flags:
        """Return which images ``(n,)`` show people more likely than not, whatever else they show."""
        return np.asarray(self._namer.person_shares(features) >= PERSON_LIKELY, dtype=np.bool_)

    def show_rather_people(self, features: Floats) -> Flags:
        """Return which images ``(n,)`` show people more likely than not, and more likely than an animal."""
        return np.asarray(self.people_shares(features) >= PERSON_LIKELY, dtype=np.bool_)

    def people_shares(self, features: Floats) -> Floats:
        """Return the probability ``(n,)`` that each image shows people, or 0 if an animal is at least as probable."""
        person = self._namer.person_shares(features)
        return np.asarray(np.where(person > self.animal_shares(features), person, 0), dtype=np.float32)

    def named_people(self, features: Floats) -> Floats:
        """Return the probability ``(n,)`` that each image shows people, and 0 for images that must not be called "people".

        To be called "people", an image must show people with a probability of at least ``PEOPLE_NAMED``. If an animal is at least
        as probable, the threshold is ``PERSON_SURE``, and a primate must be improbable.
        """
        person, classes = self._namer.person_shares(features), self._classifier.shares(features)
        primate = classes[:, self._primate_labels].sum(axis=1)
        beside_animal = (person >= PERSON_SURE) & (primate < PERSON_REMOTE)
        alone = (person >= PEOPLE_NAMED) & (person > self._animals_of(classes))
        return np.asarray(np.where(beside_animal | alone, person, 0), dtype=np.float32)

    def unsure_of_people(self, features: Floats) -> Flags:
        """Return which images ``(n,)`` show people more likely than not, but not surely enough for ``named_people``."""
        return np.asarray(self.show_people(features) & (self.named_people(features) == 0), dtype=np.bool_)

    def show_primates(self, features: Floats) -> Flags:
        """Return which images ``(n,)`` show primates more likely than not."""
        return np.asarray(self._classifier.shares(features)[:, self._primate_labels].sum(axis=1) >= SURE, dtype=np.bool_)

    def show_rather_animals(self, features: Floats) -> Flags:
        """Return which images ``(n,)`` surely show an animal, and people less likely than not."""
        animal, person = self.animal_shares(features), self._namer.person_shares(features)
        return np.asarray((animal >= SURE) & (person < PERSON_LIKELY), dtype=np.bool_)

    def unfit_for_animals(self, features: Floats) -> Flags:
        """Return which images ``(n,)`` must not match a word for an animal, because they may show people."""
        person, animal = self._namer.person_shares(features), self.animal_shares(features)
        return np.asarray(((person >= PERSON_REMOTE) & (animal < SURE)) | (person >= PERSON_LIKELY), dtype=np.bool_)

    def may_show_animals(self, features: Floats) -> Flags:
        """Return which images may show animals ``(n,)``.

        An image that surely shows a person counts only if it surely shows an animal too.
        """
        person, animal = self._namer.person_shares(features), self.animal_shares(features)
        return np.asarray((animal >= ANIMAL_POSSIBLE) & ((person < PERSON_SURE) | (animal >= SURE)), dtype=np.bool_)

    def animal_shares(self, features: Floats) -> Floats:
        """Return the probability ``(n,)`` that each image shows an animal, from features ``(n, f)``."""
        return self._animals_of(self._classifier.shares(features))

    def allowed(self, labels: Sequence[str], features: Floats) -> Flags:
        """Return which labels may name which image ``(n, labels)``.

        A sensitive word names no image. An image that may show people is named only with words for things and scenes and neutral
        words for people. For such an image, names of animals and of other guarded things need a sure classifier. Primates and
        insults need a sure classifier even if the image is unlikely to show people.

        Args:
            labels: The labels that a visitor typed.
            features: The features of the images ``(n, f)``.
        """
        classes, person = self._classifier.shares(features), self._namer.person_shares(features)
        animal = self._animals_of(classes)
        people, remote, unlike_animal = _may_be_people(person, animal), person >= PERSON_REMOTE, animal < SURE
        allowed = np.ones((len(features), len(labels)), dtype=np.bool_)
        for column, label in enumerate(labels):
            if is_sensitive(label):
                allowed[:, column] = False
                continue
            lines = self._lines(label)
            flags = "".join(self._namer.table.flags[line] for line in lines)
            guarded = people | remote if "p" in flags else people | (remote & unlike_animal) if is_insulting(label) else people
            if flags or self._has_animal(label):
                below = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(self._namer.table.below[line] for line in lines)]))
                unsure = classes[:, below].sum(axis=1) < (PRIMATE_SURE if "p" in flags else SURE)
                allowed[:, column] = ~(guarded & unsure)
            elif not may_name_people(label, self._is_thing):
                allowed[:, column] = ~guarded
        return allowed

    def is_refused(self, label: str) -> bool:
        """Return whether a label is refused for images of people: it needs a sure classifier there, or is never allowed."""
        if is_sensitive(label) or self._has_animal(label) or any(self._namer.table.flags[line] for line in self._lines(label)):
            return True
        return not may_name_people(label, self._is_thing)

    def _animals_of(self, classes: Floats) -> Floats:
        return np.asarray(classes[:, self._animal_labels].sum(axis=1), dtype=np.float32)

    def _is_thing(self, word: str) -> bool:
        if not self._is_noun(word):
            return False
        return not means_people(word) or any(self._synset(word) in numbers for numbers in _THINGS)

    def _synset(self, noun: str) -> int:
        """Return the number of the synset of a noun's usual sense, or 0 if it is unknown."""
        synset = self._evidence.synset_of_form(noun) if self._evidence is not None else ""
        return int(synset[1:] or 0)

    def _is_noun(self, text: str) -> bool:
        return self._vocabulary is not None and self._vocabulary.is_noun(text)

    def _has_animal(self, label: str) -> bool:
        words = tokens(label)
        return self.is_animal(" ".join(words)) or (not self._is_noun(label) and any(map(self.is_animal, words)))

    def _lines(self, label: str) -> list[int]:
        """Return the guarded lines of the naming table whose word is the label, or else one of the label's words."""
        words = tokens(label)
        whole = [line for form in singular_forms(" ".join(words)) for line in self._guarded.get(form, ())]
        if whole or self._is_noun(label):
            return whole
        return [line for word in words for form in singular_forms(word) for line in self._guarded.get(form, ())]

    def _below_animal(self, noun: str) -> bool:
        vocabulary, evidence = self._vocabulary, self._evidence
        row = vocabulary.noun_row(noun) if vocabulary is not None and hasattr(vocabulary, "noun_row") else None
        if evidence is None or row is None:
            return False
        below = evidence.senses.labels_below(evidence.senses.synset(row))
        kinds = [below] if len(below) else [labels for _, labels in evidence.senses.kinds(row)][:1]
        return any(len(labels) and bool(np.isin(labels, self._animal_labels).all()) for labels in kinds)

    @cached_property
    def _guarded(self) -> dict[str, list[int]]:
        """Word → the guarded lines of the naming table with this word. A line is guarded if it has ``NamingTable.flags``."""
        guarded: dict[str, list[int]] = defaultdict(list)
        table = self._namer.table
        for line, flags in enumerate(table.flags):
            for word in (table.words[line],) if flags else ():
                guarded[word.lower()].append(line)
        return dict(guarded)

    @cached_property
    def _other_names(self) -> frozenset[str]:
        """Synonyms of words for animals, if they consist of several words. Single words could also be words for people."""
        table = self._namer.table
        rows = np.flatnonzero(table.flagged("a"))
        return frozenset(name.lower() for row in rows for name in table.synonyms[row] if " " in name)


def _may_be_people(person: Floats, animal: Floats) -> Flags:
    return np.asarray((person >= PERSON_POSSIBLE) & ((animal < SURE) | (person >= PERSON_LIKELY)), dtype=np.bool_)
