"""The labels of a collection as suggestions for the search box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from devise_core.datatypes import Item
from devise_core.text.word_filter import ALLOW_ALL, WordFilter

MOST = 5_000
"""The most labels that are kept."""


class LabelCompletions:
    """The most frequent labels of a collection, in lower case.

    Args:
        items: The images.
        word_filter: Decides which labels may be suggested.

    Example:
        >>> labels = LabelCompletions([Item("a", "a", ("polar bear",)), Item("b", "b", ("pizza",)), Item("c", "c", ("pizza",))])
        >>> labels.starting_with("p", 5), labels.starting_with("be", 5), labels.starting_with("", 1)
        (['pizza', 'polar bear'], ['polar bear'], ['pizza'])
    """

    def __init__(self, items: Iterable[Item], word_filter: WordFilter = ALLOW_ALL) -> None:
        counts = Counter(label.lower() for item in items for label in item.labels[:1])
        self._labels = self._kept(counts, word_filter)

    @classmethod
    def of_counts(cls, counts: Mapping[str, int], word_filter: WordFilter = ALLOW_ALL) -> LabelCompletions:
        """Make the completions from the number of images of each label."""
        completions, lowered = cls((), word_filter), Counter[str]()
        for label, count in counts.items():
            lowered[label.lower()] += count
        completions._labels = cls._kept(lowered, word_filter)
        return completions

    @staticmethod
    def _kept(counts: Counter[str], word_filter: WordFilter) -> list[str]:
        return [label for label, _ in counts.most_common(MOST) if word_filter.allows(label)]

    def starting_with(self, prefix: str, k: int) -> list[str]:
        """Return up to ``k`` labels in which a word starts with ``prefix``. Labels that begin with ``prefix`` come first.

        Args:
            prefix: The beginning of a word, in lower case.
            k: The most labels to return.
        """
        first = [label for label in self._labels if label.startswith(prefix)]
        others = [label for label in self._labels if f" {prefix}" in label and not label.startswith(prefix)]
        return [*first, *others][:k]
