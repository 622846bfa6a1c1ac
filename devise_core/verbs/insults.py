"""Find images that would be insults beside a query: a person for "monkey", a pig for a religion, or a gorilla for a name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from devise_core.search.naming_table import Flags
from devise_core.search.probes import IN_GENERAL
from devise_core.text.name_words import has_name
from devise_core.text.query import Query
from devise_core.text.sensitive_words import describes_thing, is_insulting, is_sensitive, singular_forms
from devise_core.text.tokens import tokens
from devise_core.vectors import Floats, Rows, rows_given
from devise_core.verbs.arguments import query_given
from devise_core.verbs.ranking import RankingVerbs

_ANY_ANIMAL = frozenset(("animal", "ape", "beast", "creature", "mammal", "monkey", "primate", "vertebrate", "wildlife"))
"""Words for kinds of animals that include people, or that are used as insults. A picture that shows people rather than an animal
never matches these words well."""


_PICTURES_OF_PEOPLE = frozenset(("audience", "couple", "face", "family", "portrait", "selfie", "smile", "team", "wedding"))
"""Nouns that are not words for people, although pictures of them show people."""


class InsultVerbs(RankingVerbs):
    """The verb that finds images that would be an insult as results of a query, such as people for the name of an animal."""

    def insults(self, query: Query, rows: Rows) -> Flags | None:
        """Find images that could be an insult beside a query, and are only shown if the app is sure that they match.

        If the query is an animal, a thing that is used as an insult, or a thing such as "turkish delight", these images may show
        people. If the query has a word for people, a religion or a people, they may show an animal. If the query is only a word
        for people, such as "nurse", they also include images that probably show no people. If the query is the name of a person or
        a place, they may show people or an animal. Images that have the query as a label are never included.

        Args:
            query: What ``query`` returned for a text.
            rows: The rows of the images in the collection.

        Returns:
            Which of the ``n`` images these are ``(n,)``. None if the query is of no such kind, or the model cannot name images.

        Raises:
            QueryError: ``query`` is not what ``Engine.query`` returns, or a row is not in the collection.

        Example:
            >>> rows = np.asarray([engine.collection.row("violin"), engine.collection.row("dog")])
            >>> engine.insults(engine.query("nurse"), rows).tolist()
            [True, True]
        """
        guard, text, rows = self.parts.people_guard, query_given(query).read_text, rows_given(rows, len(self.collection))
        if guard is None:
            return None
        animal, people = self._is_animal(query), is_sensitive(text) or self._is_person(query)
        named = not animal and has_name(text)
        unlike_people = named or is_insulting(text) or describes_thing(text)
        if animal == people and not unlike_people:
            return None
        unfit = self._may_show_animals(rows) if named or (people and not animal) else np.zeros(len(rows), dtype=np.bool_)
        if unlike_people:
            unfit |= self._flags(guard.may_show_people, rows)
        elif query.wanted_noun and people and not animal and not is_sensitive(text):
            unfit |= ~self._flags(guard.show_rather_people, rows)
        if animal and not people:
            unfit |= self._flags(guard.unfit_for_animals, rows)
        unfit[unfit] = ~self._labelled(query, rows[unfit])
        return unfit

    def _people_for_animals(self, query: Query, rows: Rows, is_sure: bool) -> Flags | None:
        """Return which images must not be shown for a word in ``_ANY_ANIMAL`` because they show people.

        The result is None for a query without such a word. The query "dog" may find people with dogs.

        Args:
            query: What ``query`` returned for a text.
            rows: The rows of the images in the collection.
            is_sure: Whether the app is sure that the images show an animal. If so, the result has only images that show people
                rather than an animal. Otherwise the result has all images that may show people.

        Returns:
            Which images must not be shown ``(n,)``, or None.
        """
        guard, namer = self.parts.people_guard, self.parts.namer
        words = {form for token in tokens(query.read_text) for form in singular_forms(token)}
        if guard is None or namer is None or not len(rows) or _ANY_ANIMAL.isdisjoint(words):
            return None
        people = self._flags(guard.show_rather_people if is_sure else guard.may_show_people, rows)
        places = np.flatnonzero(people)
        people[places] &= ~self._labelled_animals(rows[places])
        return people

    def _flags(self, of: Callable[[Floats], Flags], rows: Rows) -> Flags:
        """Return what the method ``of`` of the guard says about images ``(n,)``, cached unless the collection is large."""
        if self._is_large:
            return of(self.collection.vector_rows("visual")[rows])
        if of.__name__ not in self._guard_flags:
            self._guard_flags[of.__name__] = of(self.collection.features)
        return np.array(self._guard_flags[of.__name__][rows])

    @cached_property
    def _guard_flags(self) -> dict[str, Flags]:
        return {}

    def _is_person(self, query: Query) -> bool:
        guard = self.parts.people_guard
        assert guard is not None
        words = [query.noun] if query.noun else tokens(query.read_text)
        return any(map(guard.is_person, words)) or query.wanted_noun in _PICTURES_OF_PEOPLE | IN_GENERAL

    def _is_animal(self, query: Query) -> bool:
        """Return whether a query names an animal. If the query is not one noun, a single word that names an animal is enough.

        A noun for a person does not count as an animal, although "soldier" is also an ant, and "queen" a bee.
        """
        guard = self.parts.people_guard
        assert guard is not None
        if query.noun:
            return guard.is_animal(query.noun) and not guard.is_person(query.noun)
        return guard.is_animal(query.read_text) or any(map(guard.is_animal, tokens(query.read_text)))

    def _labelled(self, query: Query, rows: Rows) -> Flags:
        """Return which images ``(n,)`` have a label that is the query, either as typed or as read."""
        names = {name.lower() for name in (query.text, query.read_text, query.noun) if name}
        return np.asarray(
            [any(label.lower() in names for label in item.labels) for item in self.collection.items_at(rows)], np.bool_
        )

    def _may_show_animals(self, rows: Rows) -> Flags:
        """Return which images may show an animal ``(n,)``, by the classifier or by a label. Without a namer, any image may."""
        guard, namer = self.parts.people_guard, self.parts.namer
        if guard is None or namer is None:
            return np.ones(len(rows), dtype=np.bool_)
        animals = self._flags(guard.may_show_animals, rows)
        return np.asarray(animals | self._labelled_animals(rows), dtype=np.bool_)

    def _labelled_animals(self, rows: Rows) -> Flags:
        """Return which images have an animal as a label ``(n,)``."""
        return self._labelled_of_all[rows] if not self._is_large else self._labelled_among(rows)

    @cached_property
    def _labelled_of_all(self) -> Flags:
        return self._labelled_among(np.arange(len(self.collection)))

    def _labelled_among(self, rows: Rows) -> Flags:
        namer = self.parts.namer
        assert namer is not None
        labelled = [
            any(not namer.animals.isdisjoint((label.lower(), label.lower().rpartition(" ")[2])) for label in item.labels)
            for item in self.collection.items_at(rows)
        ]
        return np.asarray(labelled, dtype=np.bool_)
