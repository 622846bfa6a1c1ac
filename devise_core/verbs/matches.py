"""Decide which images match a query well, by one rule for every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.search.cutoff import cut_off
from devise_core.search.probes import IN_GENERAL, PEOPLE
from devise_core.search.ranking import Mask, Ranking
from devise_core.text.judged_people import judges_people
from devise_core.text.query import Query
from devise_core.text.sensitive_words import is_atrocity, is_sensitive
from devise_core.verbs.arguments import condition_given, query_given
from devise_core.verbs.evidence import Evidence
from devise_core.verbs.insults import InsultVerbs
from devise_core.verbs.label_check import LabelCheckVerbs
from devise_core.verbs.scanning import CANDIDATES, Candidates
from devise_core.verbs.search import SearchVerbs

CLOSEST = 8
"""The most images that are shown if there is no sure match. Weak evidence does not choose them: it may be about one word only."""


@dataclass(frozen=True, eq=False)
class Matches:
    """The images in the order of a query, and the rule that tells which of them match well.

    Attributes:
        ranking: The images, the best first. Only the best images of a large collection are included. Without a sure match, images
            that could insult people are left out, as ``insults`` decides.
        suggested: The cosine that separates good from weak matches if there is no evidence.
        evidence: What the classifier says about the query (``EvidenceVerbs.evidence``), or None if it can say nothing.
        about_people: Whether there is no evidence because the query is about people, whom no label of the classifier names.
        sensitive: Whether only sure matches are shown, because the query has a sensitive word (``is_sensitive``) or judges people.
        inside: The images that satisfy the condition of the search, the best first. By default ``ranking``.
        inside_count: How many images satisfy the condition. A large collection may have more of them than ``inside``.
        count_from: A function that counts the images of ``inside_count`` with at least a given cosine. None to count in ``inside``.
        chance: The ``chance_cosine`` of the collection. An image with a lower cosine is only shown if the app is sure of the match.
        rare_words: The words of the query, if all are so rare that their vectors may mean nothing.
        content: Which images of the collection are not blank. None if none is blank. Blank images never match well.
        partly_unknown: Whether the query has an unknown word, so that no image is sure to show all of it.
    """

    ranking: Ranking
    suggested: float
    evidence: Evidence | None
    about_people: bool = False
    sensitive: bool = False
    inside: Ranking = None  # type: ignore[assignment]  # set below
    inside_count: int = -1
    count_from: Callable[[float], int] | None = None
    chance: float = -1.0
    rare_words: tuple[str, ...] = ()
    content: Mask | None = None
    partly_unknown: bool = False

    def __post_init__(self) -> None:
        if self.inside is None:
            object.__setattr__(self, "inside", self.ranking)
        if self.inside_count < 0:
            object.__setattr__(self, "inside_count", len(self.inside))

    @property
    def absent(self) -> bool:
        """Whether the collection does not show what the query asks for. False without ``evidence``.

        Either no image has enough evidence, or the evidence is weak and the images that have it are below the cosine ``chance``.
        """
        if self.evidence is None or self.evidence.sure:
            return False
        return not self.evidence.present or not len(self.ranking.kept(self.evidence.good).from_cosine(self.chance))

    @property
    def sure(self) -> bool:
        """Whether pages may announce good matches. If not, pages say that they show the closest images of the collection."""
        if self.partly_unknown:
            return False
        return not self.about_people if self.evidence is None else self.evidence.sure

    @property
    def unknown(self) -> bool:
        """Whether the query has only rare words, and no image is similar to the query, which probably has no meaning."""
        return bool(self.rare_words) and self.absent and not len(self.ranking[:CLOSEST].from_cosine(self.chance))

    @property
    def closest(self) -> Ranking:
        """Up to ``CLOSEST`` images from the cosine ``chance`` on, shown if there is no sure match. Empty for "freedom"."""
        count = 0 if self.evidence and self.evidence.best <= 0 else CLOSEST
        return self._with_content(self.inside)[:count].from_cosine(self.chance if self.evidence else self.suggested)

    @property
    def withheld(self) -> bool:
        """Whether no image is shown, because the app is sure of no image, and a wrong image would be an insult."""
        return self.sensitive and (self.absent or not self.sure or not len(self.strong()))

    def strong(self, threshold: float | None = None) -> Ranking:
        """Return the images that match well and satisfy the condition.

        Args:
            threshold: The least cosine. If it is above ``suggested``, matches below it are left out. Otherwise, it changes nothing.
        """
        if self.evidence is None:
            good = self._with_content(self.inside).from_cosine(self.suggested)
        else:
            good = self.inside.kept(self.evidence.good).from_cosine(-np.inf if self.evidence.sure else self.chance)
        return good if threshold is None or threshold <= self.suggested else good.from_cosine(threshold)

    def likely(self) -> Ranking:
        """Return the images that match well, followed by possible matches, of which the app is less sure."""
        strong = self.strong()
        return strong if self.evidence is None or not self.evidence.sure else strong.then(self.inside.kept(self.evidence.possible))

    def _with_content(self, ranking: Ranking) -> Ranking:
        return ranking if self.content is None else ranking.kept(self.content)

    def strong_count(self, threshold: float | None = None) -> int:
        """Return how many images match well. If there is evidence, only the checked images of a large collection are counted.

        Args:
            threshold: As for ``strong``.
        """
        if self.evidence is None and self.count_from:
            return self.count_from(max(self.suggested, threshold or self.suggested))
        return len(self.strong(threshold))

    def from_threshold(self, threshold: float) -> Ranking:
        """Return the images that match well, followed by weak matches down to a lower ``threshold``.

        Args:
            threshold: The least cosine of a weak match, from -1 to 1. If it is not below ``suggested``, there are no weak matches.
        """
        strong = self.strong(threshold)
        return strong.then(self.inside.from_cosine(threshold)) if threshold < self.suggested else strong


class MatchVerbs(SearchVerbs, LabelCheckVerbs, InsultVerbs):
    """The verb that tells good matches from weak ones."""

    def matches(self, query: Query, where: Condition = EVERYTHING) -> Matches:
        """Order the images for a query, and find out which of them match well.

        Args:
            query: What ``query`` returned for a text.
            where: Which images to list. The rule for good matches depends on all images of the collection.

        Returns:
            The images in the order of their scores, and the rule that tells which match well.

        Raises:
            QueryError: ``query`` is not what ``Engine.query`` returns, or ``where`` is not a condition.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> matches = engine.matches(engine.query("violin"))
            >>> matches.absent, [hit.name for hit in engine.hits(matches.strong()[:1])]
            (False, ['violin'])
        """
        query, chosen = query_given(query), self.collection.inside(condition_given(where))
        if self._is_large:
            return self._matches_in_window(query, chosen)
        ranking = self.ranking(query)
        inside = ranking if chosen is None else ranking.kept(chosen)
        return self._judged(query, ranking, self.evidence(query), inside)

    def _matches_in_window(self, query: Query, chosen: Any) -> Matches:
        scan = self.scan(query)
        ranking, candidates = self._window(query, scan)
        inside, of_inside = (ranking, candidates) if chosen is None else self._window(query, scan, chosen)
        evidence = self.evidence(query, _joined(candidates, of_inside))
        count = self.collection.count_inside(chosen)
        return self._judged(query, ranking, evidence, inside, count, lambda least: scan.count(least, chosen))

    def _judged(
        self,
        query: Query,
        ranking: Ranking,
        evidence: Evidence | None,
        inside: Ranking,
        count: int = -1,
        count_from: Callable[[float], int] | None = None,
    ) -> Matches:
        about_people = evidence is None and self.parts.evidence is not None and query.wanted_noun in PEOPLE
        chance = self.chance_cosine
        suggested = cut_off(ranking.cosines, chance)
        blank = self.collection.blank_images
        if evidence is not None and blank is not None:
            good, possible = evidence.good & ~blank, evidence.possible & ~blank
            evidence = replace(evidence, good=good, possible=possible, present=bool(good.any()))
        sensitive = is_sensitive(query.read_text) or is_atrocity(query.respelled_text) or judges_people(query)
        count = len(inside) if count < 0 else count
        if evidence is not None and evidence.sure:
            evidence = self._checked_by_labels(query, self._without_people(query, evidence))
        fit = self._fit(query, ranking, evidence)
        if fit is not ranking:
            ranking, inside = fit, fit if inside is ranking else self._fit(query, inside, evidence)
            count_from = None
        words = query.words if self.vocabulary and self.vocabulary.only_rare(query.words) else ()
        content = None if blank is None else ~blank
        return Matches(
            ranking,
            suggested,
            evidence,
            about_people,
            sensitive,
            inside,
            count,
            count_from,
            chance,
            tuple(words),
            content,
            query.is_partly_unknown,
        )

    def _without_people(self, query: Query, evidence: Evidence) -> Evidence:
        """Remove images of people from the good matches of a word for animals in general."""
        rows = np.flatnonzero(evidence.good)
        people = self._people_for_animals(query, rows, is_sure=True)
        if people is None or not people.any():
            return evidence
        good = evidence.good.copy()
        good[rows[people]] = False
        return replace(evidence, good=good, present=bool(good.any()))

    def _fit(self, query: Query, ranking: Ranking, evidence: Evidence | None) -> Ranking:
        """Leave out insults. If a word for animals in general has sure matches, leave out its weak matches that may show people.

        If images must be checked, only the first ``CANDIDATES`` images of a large collection are checked and kept.
        """
        if not len(ranking):
            return ranking
        first = ranking[:CANDIDATES] if self._is_large else ranking
        if evidence is None or not evidence.sure or query.wanted_noun in IN_GENERAL:
            unfit = self.insults(query, first.rows)
        else:
            unfit = self._people_for_animals(query, first.rows, is_sure=False)
            unfit = None if unfit is None else unfit & ~evidence.good[first.rows]
        return ranking if unfit is None else first.take(~unfit)


def _joined(first: Candidates | None, second: Candidates | None) -> Candidates | None:
    """Return the images of two sets of candidates, each image once."""
    if first is None or second is None or first is second:
        return first or second
    rows, places = np.unique(np.concatenate([first.rows, second.rows]), return_index=True)
    return Candidates(rows, np.concatenate([first.shares, second.shares])[places])
