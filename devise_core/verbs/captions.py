"""Find images by the words of their labels, captions and categories, in addition to the search by what the images show."""

from __future__ import annotations

import re
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from devise_core.collections.completions import MOST, LabelCompletions
from devise_core.datatypes import Hit
from devise_core.hits import Hits
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.search.index import MAX_HITS, check_k
from devise_core.search.naming_table import Flags
from devise_core.text.carriers import FUNCTION_WORDS
from devise_core.text.completion import is_form_of, word_starts
from devise_core.text.judged_people import judges_people
from devise_core.text.person_words import means_people
from devise_core.text.query import PlacedClause, Query
from devise_core.text.sensitive_words import is_sensitive
from devise_core.text.thing_words import is_animal
from devise_core.text.tokens import check_is_text, plain_tokens
from devise_core.verbs.arguments import condition_given, text_or_query
from devise_core.verbs.insults import InsultVerbs
from devise_core.vision.image_formats import SUFFIXES

_SUFFIX = re.compile(rf"(?<=\w)(?:{'|'.join(map(re.escape, SUFFIXES))})(?!\w)", re.IGNORECASE)
WHOLE_LETTERS = 3
"""The fewest letters of a noun that counts as complete. A shorter noun is more likely the beginning of another word."""


class CaptionVerbs(InsultVerbs):
    """The verbs that read what is written about the images."""

    def found_by_caption(self, query: str | Query, k: int | None = 12, where: Condition = EVERYTHING) -> Hits:
        """Return up to ``k`` images whose label, caption or category has the words of a query, the best match first.

        Each clause is looked for as it was typed and as the query parser read it, so "hund" finds "dog" and "Hund". Words
        that the search ignores because they are unknown count too, so "IMG_0001" finds the file of this name. A text that
        cannot be read as a query, such as a text without a known word, is only looked for as it was typed. The same is true of a
        query that judges people, such as "ugly woman". A query for people finds no animals. In a query for a group of people, such
        as "black people", the words have to follow each other. The scores of the hits are their cosines.

        Args:
            query: The result of ``Engine.query``, or a text that ``Engine.query`` cannot read.
            k: How many images to return, from 1 to 1000. None returns all of them.
            where: The condition that images must satisfy to be returned.

        Returns:
            The images, each with its cosine with the query. The cosine is 0 if ``query`` is a text.

        Raises:
            QueryError: ``k`` is out of range, or ``where`` is not a condition.
            ArtifactError: The file of captions is damaged.

        Example:
            >>> [hit.name for hit in engine.found_by_caption(engine.query("pizza"))]
            ['pizza']
        """
        k = None if k is None else check_k(k)
        query, inside = text_or_query(query), self.collection.inside(condition_given(where))
        if isinstance(query, str):
            rows = self.collection.captions.search([_words(query)], (), k, inside)
            return Hits(self.collection.hits(rows, [0.0] * len(rows)))
        hits, is_cut = self._fit_by_caption(query, k, inside)
        if is_cut and k is not None and len(hits) < k < MAX_HITS:  # images that may not be shown took the place of others
            hits, _ = self._fit_by_caption(query, MAX_HITS, inside)
        return hits[:k]

    def _fit_by_caption(self, query: Query, most: int | None, inside: Any) -> tuple[Hits, bool]:
        """Return which of the first ``most`` images that have the words may be shown, and whether ``most`` were found."""
        wanted = [part for part in query.clauses if part.clause.kind == "words" and part.clause.weight > 0]
        unwanted = [word for part in query.clauses if part.clause.weight < 0 for word in _words(_read(part))]
        typed = [word for part in wanted for word in _words(part.clause.text)]
        read = [word for part in wanted for word in _words(_read(part))]
        rows = self.collection.captions.search([typed] if judges_people(query) else [read, typed], unwanted, most, inside)
        if not rows:
            return Hits(), False
        cosines = (self.collection.vector_rows("semantic")[rows] @ query.vectors.T).max(axis=1)
        return self._fit_beside(query, self._hits(np.asarray(rows, dtype=np.int64), cosines)), len(rows) == most

    def _fit_beside(self, query: Query, hits: Hits) -> Hits:
        """Return the ``hits`` that may be shown.

        In a search for people, hits that surely show an animal are left out: a caption with "baby" can be about a baby monkey.
        """
        guard, text = self.parts.people_guard, query.read_text
        rows = np.asarray([hit.row for hit in hits], dtype=np.int64)
        unfit: Flags | None = None
        if hits and is_sensitive(text):
            unfit = self.insults(query, rows)
        elif hits and guard and self._is_person(query) and not self._is_animal(query):
            unfit = guard.show_rather_animals(self.collection.vector_rows("visual")[rows])
        fit = [hit for place, hit in enumerate(hits) if unfit is None or not unfit[place]]
        if is_sensitive(text, sex_and_age=False):
            fit = [hit for hit in fit if any(_follow_each_other(words, hit) for words in (_words(text), _words(query.text)))]
        return Hits(fit)

    def suggest(self, text: str, k: int = 8) -> list[tuple[int, str]]:
        """Complete a query while it is typed, first with labels of the collection and then with words and nouns.

        Args:
            text: The query, as far as it is typed.
            k: How many completions to return, from 1 to 1000.

        Returns:
            Up to ``k`` completions: the offset to replace ``text`` from, and the words to put there. At most half of them are
            labels, but all of them if ``text`` is empty. A complete word for people, such as "african", is not completed to an
            animal. A complete word for people, or a complete noun after other words, is not completed to another word either:
            "black people" does not become "black peoplesoft". A complete word can still be part of a noun that begins at an
            earlier word, as in "musical in" for "musical instrument".

        Raises:
            QueryError: ``k`` is out of range.

        Example:
            >>> engine.suggest("blue viol", k=2)
            [(5, 'violin'), (5, 'violinist')]
        """
        check_k(k)
        if not check_is_text(text).strip():
            return [(0, label) for label in self.label_completions.starting_with("", k)]
        labels: dict[str, int] = {}
        starts = word_starts(text)
        for start in starts:
            prefix = " ".join(text[start:].lower().split())
            labels |= {label: start for label in self.label_completions.starting_with(prefix, k // 2) if label not in labels}
        offsets = {word: start for word, start in list(labels.items())[: max(k // 2, 1)] if text[start:].lower() != word}
        words = self.vocabulary.complete(text, k) if self.vocabulary else []
        offsets |= {word: start for start, word in words if word not in offsets}
        last = text[starts[-1] :].lower() if starts else text
        if is_sensitive(last):
            offsets = {word: start for word, start in offsets.items() if not is_animal(word) and not is_animal(word.split()[-1])}
        if starts and self._is_whole(last) and (len(starts) > 1 or means_people(last) or is_sensitive(last)):
            offsets = {word: start for word, start in offsets.items() if start < starts[-1] or is_form_of(word, last)}
        return sorted(((start, word) for word, start in offsets.items()), key=itemgetter(0))[:k]

    def _is_whole(self, word: str) -> bool:
        """Return whether a typed word is probably complete, and not the beginning of a longer word."""
        if word in FUNCTION_WORDS or means_people(word):
            return True
        return self.vocabulary is not None and len(word) >= WHOLE_LETTERS and self.vocabulary.is_familiar_noun(word)

    @cached_property
    def label_completions(self) -> LabelCompletions:
        """The labels of the collection, which the search box suggests."""
        if self._is_large:
            return LabelCompletions.of_counts(self.collection.facets("label", MOST), self.parts.word_filter)
        return LabelCompletions(self.collection.items, self.parts.word_filter)


def _read(part: PlacedClause) -> str:
    """Return what a clause was read as: the noun of the vocabulary if that includes all words, and otherwise the words."""
    text, known = part.text or part.clause.text, _words(" ".join(word for word, _ in part.known))
    return part.terms[0][0] if len(part.terms) == 1 and set(known).issuperset(_words(text)) else text


def _follow_each_other(words: list[str], hit: Hit) -> bool:
    """Return whether a label, the caption or the category of an image has ``words`` one after the other."""
    wanted = f" {' '.join(words)} "
    return any(wanted in f" {' '.join(_words(text))} " for text in (*hit.labels, hit.caption, hit.category))


def _words(text: str) -> list[str]:
    """Return the words to look for. The suffix of an image file is none of them, because captions are without it."""
    return [word for word in plain_tokens(_SUFFIX.sub(" ", text)) if word not in FUNCTION_WORDS]
