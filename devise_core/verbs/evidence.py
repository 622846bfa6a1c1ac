"""Whether the collection shows what a query asks for, and what it shows instead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from devise_core.search.excluded_kinds import can_leave_out
from devise_core.search.label_evidence import IMAGES, LabelEvidence, NearMiss, Thresholds, good_matches
from devise_core.search.naming import PERSON_LIKELY, PERSON_SURE
from devise_core.search.probes import IN_GENERAL, Probe
from devise_core.search.ranking import Mask
from devise_core.text.judged_people import judges_people
from devise_core.text.query import Query
from devise_core.text.senses import Sense
from devise_core.text.sensitive_words import is_atrocity, is_sensitive
from devise_core.text.unmodelled import JUDGEMENTS
from devise_core.vectors import Floats
from devise_core.verbs.arguments import query_given
from devise_core.verbs.ranking import RankingVerbs
from devise_core.verbs.scanning import Candidates

CANDIDATES = 500
"""How many of the best images of a large collection are checked for a query that can only be compared by cosine. For other queries,
``scanning.CANDIDATES`` says how many. In a collection that is not large (``_is_large``), all images are checked."""
SHARE_OF_BEST_SENSE = 0.5
"""A sense of an ambiguous noun counts as shown if its evidence is at least this share of the evidence for the best sense."""
POSSIBLE, SURE = 0.5, 0.6
"""Pages announce matches if an image has at least the evidence ``SURE``, a probability (``search/label_evidence.py``). Otherwise
they say that they show the closest images.

If matches are announced, the images with at least the evidence ``SURE`` are the good matches, and those from ``POSSIBLE`` to
``SURE`` are possible matches. The figures here are means over 26 kinds of thing in `stamps`, and over 21 in `photos`. The good
matches have a precision of 0.81 and 0.88, and a recall of 0.49 and 0.61. Good and possible matches together have a precision of
0.77 and 0.82, and a recall of 0.57 and 0.67. All images that pass the threshold of ``good_matches`` have a precision of 0.66 and
0.76 (``python -m benchmarks.announced``).

Together with the checks of ``LabelEvidence.is_near`` and ``LabelCheckVerbs``, this rule announces matches for 57 of the 355 labels
of `stamps`, and for none of 146 everyday nouns that `stamps` does not show (``python -m benchmarks.typed_queries``). One in five of
these nouns passes the threshold of ``LabelEvidence`` alone.
"""
CERTAIN = 0.9
"""An image with at least this evidence is announced even if its labels name other things, such as "minaret" for "building".

The value was chosen by eye, on 70 images of the bundled collections whose labels contradict one of 230 nouns. 38 of the 55 images
with less evidence did not show the noun. 3 of the 15 images with more evidence did not.
"""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the classifier says about a query in a collection.

    Attributes:
        present: Whether the collection shows what the query asks for.
        good: Which of the ``n`` images of the collection match well ``(n,)``.
        senses: The senses of an ambiguous noun, each with whether the collection shows it.
        near_miss: What the collection shows instead, or None. A near miss is only looked for if nothing matches.
        best: The evidence in the image that shows the query best, from 0 to 1.
        near: Whether the labels can give evidence for the query (``LabelEvidence.is_near``). If not, no match is announced.
        possible: Which images match well or may match ``(n,)``. By default ``good``.
        certain: Which images have at least the evidence ``CERTAIN`` ``(n,)``. By default ``good``.
    """

    present: bool
    good: Mask
    senses: tuple[tuple[Sense, bool], ...] = ()
    near_miss: NearMiss | None = None
    best: float = 0.0
    near: bool = True
    possible: Mask = None  # type: ignore[assignment]  # set below
    certain: Mask = None  # type: ignore[assignment]  # set below

    def __post_init__(self) -> None:
        for name in ("possible", "certain"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, self.good)

    @property
    def sure(self) -> bool:
        """Whether the evidence is strong enough to announce a match."""
        return self.present and self.near and self.best >= SURE


class EvidenceVerbs(RankingVerbs):
    """The verbs that tell whether the collection shows what a query asks for."""

    def evidence(self, query: Query, looked_at: Candidates | None = None) -> Evidence | None:
        """Find out whether the collection shows what a query asks for.

        Args:
            query: What ``query`` returned for a text.
            looked_at: The images of a large collection that are checked. By default, the best images for the query.

        Returns:
            The evidence. None if the model came without the files of ``build naming``, or the query names an image or a kind of
            people, such as "child". For words such as "people", it is the probability that ``PeopleGuard`` gives to people.

        Raises:
            QueryError: ``query`` is not what ``Engine.query`` returns.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> engine.evidence(engine.query("violin")).present
            True
        """
        query_given(query)
        model = self.parts.evidence
        probes = model.probes(query) if model and len(self.collection) else []
        if model is None or not probes:
            return self._evidence_of_people(query, looked_at)
        thresholds, candidates = self._evidence_thresholds, self._looked_at(query, looked_at)
        values = self._values(query, model, probes, candidates)
        best = values.max(axis=1)
        is_near = model.is_near(probes[int(best.argmax())]) and can_leave_out(query, model.labels_below)
        evidence, rows = values.max(axis=0), slice(None) if candidates is None else candidates.rows
        good, possible, certain = np.zeros((3, len(self.collection)), dtype=np.bool_)
        possible[rows] = good_matches(evidence, thresholds)
        least, least_good = (POSSIBLE, SURE) if is_near and best.max() >= SURE else (0.0, 0.0)
        possible[rows] &= evidence >= least
        good[rows] = possible[rows] & (evidence >= least_good)
        certain[rows] = evidence >= CERTAIN
        present = bool(good.any())
        shown = best >= max(thresholds.good, SHARE_OF_BEST_SENSE * float(best.max()))
        near = None if present or candidates else model.near_miss(probes[0], self._class_shares, thresholds)
        senses = tuple((sense, bool(present and seen)) for sense, seen in zip(query.senses, shown, strict=False))
        return Evidence(present, good, senses, near, float(best.max()), is_near, possible, certain)

    def _evidence_of_people(self, query: Query, looked_at: Candidates | None) -> Evidence | None:
        guard = self.parts.people_guard
        if guard is None or query.wanted_noun not in IN_GENERAL or not len(self.collection):
            return None
        is_judged = judges_people(query) or not JUDGEMENTS.isdisjoint(query.unmodelled)  # "beautiful people" is read as "people"
        is_about_more = query.text.strip().lower() not in IN_GENERAL and (is_sensitive(query.text) or is_atrocity(query.text))
        if is_judged or is_about_more:
            return None
        candidates = self._looked_at(query, looked_at)
        rows = slice(None) if candidates is None else candidates.rows
        shares = guard.people_shares(self.collection.vector_rows("visual")[rows])
        shares = np.where(self._show_unwanted(query, candidates), np.float32(0), shares)
        good, possible = np.zeros((2, len(self.collection)), dtype=np.bool_)
        good[rows], possible[rows] = shares >= PERSON_SURE, shares >= PERSON_LIKELY
        leaves_out = any(part.clause.weight < 0 for part in query.clauses)
        return Evidence(bool(good.any()), good, best=float(shares.max()), near=not leaves_out, possible=possible)

    def _show_unwanted(self, query: Query, candidates: Candidates | None) -> Mask:
        """Return which of the checked images ``(n,)`` show what a query excludes, as far as the classifier can tell."""
        shares = self._class_shares if candidates is None else candidates.shares
        unwanted = [part.text or part.clause.text for part in query.clauses if part.clause.weight < 0]
        if not unwanted or self.parts.evidence is None:
            return np.zeros(len(shares), dtype=np.bool_)
        return self.parts.evidence.show_any(unwanted, shares)

    @property
    def evidence_threshold(self) -> float:
        """The least evidence with which the collection counts as showing a thing. The model must have ``parts.evidence``."""
        return self._evidence_thresholds.present

    def best_evidence(self, query: Query) -> float:
        """Return the evidence for a query in the image that shows it best.

        Args:
            query: What ``query`` returned for a text.

        Returns:
            The evidence, from 0 to 1. NaN if the model has no ``parts.evidence``, the collection is empty, or the query names
            people or an image.

        Raises:
            QueryError: ``query`` is not what ``Engine.query`` returns.
            CollectionError: The vectors that the collection stores are damaged, or were made with another classifier.

        Example:
            >>> [round(engine.best_evidence(engine.query(text)), 1) for text in ("zebra", "castle")]
            [0.9, 0.0]
        """
        query_given(query)
        model = self.parts.evidence
        probes = model.probes(query) if model and len(self.collection) else []
        return float(self._values(query, model, probes, self._looked_at(query)).max()) if model and probes else math.nan

    def _values(self, query: Query, model: LabelEvidence, probes: Sequence[Probe], candidates: Candidates | None) -> Floats:
        """Return the evidence for each probe of a query in each image, or in each candidate: ``(probes, images)``.

        An image that shows what the query excludes has no evidence.
        """
        shares = self._class_shares if candidates is None else candidates.shares
        values = np.asarray(model.weights(probes) @ shares.T, dtype=np.float32)
        values[:, self._show_unwanted(query, candidates)] = 0
        return values

    @cached_property
    def _evidence_thresholds(self) -> Thresholds:
        """The thresholds from random nouns in this collection. They are read from its manifest, or else computed once."""
        assert self.parts.evidence is not None
        if self._has_stored_parts and (stored := self.collection.facts.get("evidence")):
            return Thresholds(float(stored["present"]), float(stored["good"]))
        if not self._is_large:
            return self.parts.evidence.thresholds(self._class_shares)
        rows = self.collection.sample_rows(IMAGES)
        return self.parts.evidence.thresholds(self._shares_of(self.collection.vector_rows("visual")[rows]))

    def _looked_at(self, query: Query, looked_at: Candidates | None = None) -> Candidates | None:
        """Return the images of a large collection to check, or None for any other collection, which is checked as a whole."""
        if not self._is_large:
            return None
        if looked_at is None:
            looked_at = self._window(query, self.scan(query))[1]
        if looked_at is None:
            rows = np.sort(self.ranking(query).rows[:CANDIDATES])
            return Candidates(rows, self._shares_of(self.collection.vector_rows("visual")[rows]))
        return looked_at
