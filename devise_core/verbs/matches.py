"""Which images match a query well: one rule for every page."""

from __future__ import annotations

from dataclasses import dataclass

from devise_core.search.cutoff import cut_off
from devise_core.search.label_evidence import PEOPLE
from devise_core.search.ranking import Ranking
from devise_core.text.query import Query
from devise_core.verbs.evidence import Evidence, EvidenceVerbs
from devise_core.verbs.search import SearchVerbs


@dataclass(frozen=True, eq=False)
class Matches:
    """All images in the order of a query, and the rule that tells which of them match well.

    Attributes:
        ranking: All images, the best first.
        suggested: The cosine that separates good from weak matches if there is no evidence.
        evidence: What the classifier says about the query, or None if there is no way to tell.
        about_people: Whether there is no way to tell because the query is about people, which no label names.
    """

    ranking: Ranking
    suggested: float
    evidence: Evidence | None
    about_people: bool = False

    @property
    def absent(self) -> bool:
        """Whether the evidence says that the collection does not show what the query asks for."""
        return self.evidence is not None and not self.evidence.present

    @property
    def sure(self) -> bool:
        """Whether good matches may be announced. If not, they are the closest that the collection has."""
        return not self.about_people if self.evidence is None else self.evidence.sure

    def strong(self, threshold: float | None = None) -> Ranking:
        """Return the images that match well.

        Args:
            threshold: The least cosine. It can only make the matches fewer. One below the suggested threshold changes nothing.
        """
        good = self.ranking.from_cosine(self.suggested) if self.evidence is None else self.ranking.kept(self.evidence.good)
        return good if threshold is None or threshold <= self.suggested else good.from_cosine(threshold)

    def from_threshold(self, threshold: float) -> Ranking:
        """Return the images that match well, and behind them the others from a lower ``threshold`` on, which match weakly."""
        strong = self.strong(threshold)
        return strong.then(self.ranking.from_cosine(threshold)) if threshold < self.suggested else strong


class MatchVerbs(SearchVerbs, EvidenceVerbs):
    """The verb that tells good matches from weak ones."""

    def matches(self, query: Query) -> Matches:
        """Order all images for a query, and find out which of them match well.

        Example:
            >>> matches = engine.matches(engine.query("violin"))
            >>> matches.absent, [hit.name for hit in engine.hits(matches.strong()[:1])]
            (False, ['violin'])
        """
        ranking = self.ranking(query)
        evidence = self.evidence(query, ranking)
        about_people = evidence is None and self.parts.evidence is not None and query.noun in PEOPLE
        return Matches(ranking, cut_off(ranking.cosines, self.chance_cosine), evidence, about_people)
