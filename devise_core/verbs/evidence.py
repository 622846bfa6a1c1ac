"""Whether the collection shows what a query asks for, and what it shows instead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

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
"""In a collection too large to look at whole, this many of the best images are looked at."""
SHARE_OF_BEST_SENSE = 0.5
POSSIBLE, SURE = 0.5, 0.6
"""A match with the evidence ``SURE`` is announced. Below it, pages say that they show the closest they have.

If a match is announced, each image needs this evidence, and images with the evidence ``POSSIBLE`` may match. For
26 kinds of thing in `stamps` and 21 in `photos`, the mean precision of what is announced is 0.81 and 0.88, and together with what
may match 0.77 and 0.82. The recall is 0.49 and 0.61, and together 0.57 and 0.67. All images that pass the threshold of
``good_matches`` have a precision of 0.66 and 0.76 (``python -m benchmarks.announced``).

With ``LabelEvidence.is_near`` and ``LabelCheckVerbs``, this rule announces 57 of 355 labels of `stamps`, and none of 146 everyday
nouns that are absent from it (``python -m benchmarks.typed_queries``). One in five of these nouns passes the threshold of
``LabelEvidence`` alone.
"""
CERTAIN = 0.9
"""With this evidence a match is announced although its labels name other things, as a minaret's do for "building".

Chosen by eye, on the 70 images of the bundled collections whose labels contradict one of 230 nouns. Of the 55 images below it, 38
did not show the noun. Of the 15 others, 3 did not.
"""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the classifier says about a query in a collection.

    Attributes:
        present: Whether the collection shows what the query asks for.
        good: Which images match well ``(images of the collection,)``.
        senses: The senses of an ambiguous noun, each with whether the collection shows it.
        near_miss: What the collection shows instead, or None. It is only looked for if nothing matches.
        best: The evidence in the image that shows the query best, from 0 to 1.
        near: Whether the labels can judge the query, as ``LabelEvidence.is_near`` says.
        possible: Which images may match if a match is announced ``(images,)``. By default ``good``.
        certain: Which images have the evidence ``CERTAIN`` ``(images,)``. By default ``good``.
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
    """The verb that says "nothing matches"."""

    def evidence(self, query: Query, looked_at: Candidates | None = None) -> Evidence | None:
        """Find out whether the collection shows what a query asks for.

        Args:
            query: What ``query`` returned for a text.
            looked_at: The images of a large collection that are looked at, if they are known already. By default its
                ``CANDIDATES`` best.

        Returns:
            The evidence, or None if there is no way to tell: the model came without the files of ``build naming``, or the
            query names an image or a kind of people, such as "child". For people in general, the namer's signal is the evidence.

        Raises:
            CollectionError: What the collection stores for the score is damaged, or was made with another classifier.

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
        values = self._values(model, probes, candidates)
        best = values.max(axis=1)
        is_near = model.is_near(probes[int(best.argmax())]) and model.can_leave_out(query)
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
        """Return which images ``(n,)`` show what a query leaves out, as far as the classifier can tell."""
        shares = self._class_shares if candidates is None else candidates.shares
        unwanted = [part.text or part.clause.text for part in query.clauses if part.clause.weight < 0]
        if not unwanted or self.parts.evidence is None:
            return np.zeros(len(shares), dtype=np.bool_)
        return self.parts.evidence.show_any(unwanted, shares)

    @property
    def evidence_threshold(self) -> float:
        """The evidence from which the collection counts as showing a thing. The model must have the parts that weigh evidence."""
        return self._evidence_thresholds.present

    def best_evidence(self, query: Query) -> float:
        """Return the evidence for a query in the image that shows it best.

        Args:
            query: What ``query`` returned for a text.

        Returns:
            The evidence, from 0 to 1, or NaN if there is no way to tell.

        Raises:
            CollectionError: What the collection stores for the score is damaged, or was made with another classifier.

        Example:
            >>> [round(engine.best_evidence(engine.query(text)), 1) for text in ("zebra", "castle")]
            [0.9, 0.0]
        """
        query_given(query)
        model = self.parts.evidence
        probes = model.probes(query) if model and len(self.collection) else []
        return float(self._values(model, probes, self._looked_at(query)).max()) if model and probes else math.nan

    def _values(self, model: LabelEvidence, probes: Sequence[Probe], candidates: Candidates | None) -> Floats:
        """Return the evidence for each probe in each image ``(probes, images)``, or in the candidates."""
        shares = self._class_shares if candidates is None else candidates.shares
        return np.asarray(model.weights(probes) @ shares.T, dtype=np.float32)

    @cached_property
    def _evidence_thresholds(self) -> Thresholds:
        """The thresholds from random nouns in this collection. They are part of its manifest, or computed once."""
        assert self.parts.evidence is not None
        if self._has_stored_parts and (stored := self.collection.facts.get("evidence")):
            return Thresholds(float(stored["present"]), float(stored["good"]))
        if not self._is_large:
            return self.parts.evidence.thresholds(self._class_shares)
        rows = self.collection.sample_rows(IMAGES)
        return self.parts.evidence.thresholds(self._shares_of(self.collection.vector_rows("visual")[rows]))

    def _looked_at(self, query: Query, looked_at: Candidates | None = None) -> Candidates | None:
        """Return the images to look at, or None for all of them."""
        if not self._is_large:
            return None
        if looked_at is None:
            looked_at = self._window(query, self.scan(query))[1]
        if looked_at is None:
            rows = np.sort(self.ranking(query).rows[:CANDIDATES])
            return Candidates(rows, self._shares_of(self.collection.vector_rows("visual")[rows]))
        return looked_at
