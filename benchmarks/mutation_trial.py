"""Try mutations with a running app, several at a time, and note what happened."""

from __future__ import annotations

import collections
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.app_questions import SLOWEST, Asked

TRIES = 5
"""How often a mutation with a slow answer is tried again. A hang is slow each time, and a machine is not always busy."""
Mutated = tuple[int, str, str]
"""The seed of a mutation, the file that it changes, and its name."""


@dataclass
class AppOutcome:
    """What happened to one server.

    Attributes:
        counts: Ending → number of mutations. A mutation is "refused" if an answer named what is wrong.
        problems: A sentence for each thing that must not happen.
        answers: How many answers the server gave.
        slowest: The seconds of the slowest one.
        starved: How many took more than ``SLOWEST`` seconds because the machine was busy.
    """

    counts: collections.Counter[str] = field(default_factory=collections.Counter)
    problems: list[str] = field(default_factory=list)
    answers: int = 0
    slowest: float = 0.0
    starved: int = 0

    def problem(self, sentence: str) -> None:
        """Note a problem, and print it at once, because a run takes a long time."""
        self.problems.append(sentence)
        print(sentence, flush=True)


class MutationTrial(ABC):
    """Puts mutated copies of a folder where a server reads them, and asks the server about them.

    Args:
        alive: Returns whether the server runs.
    """

    def __init__(self, alive: Callable[[], bool]) -> None:
        self._alive, self.outcome = alive, AppOutcome()

    @abstractmethod
    async def ask(self, group: Sequence[Mutated]) -> list[Asked]:
        """Make some mutations, and ask about all of them at the same time.

        Returns:
            The answers about each mutation, and at the end those about what must work beside the mutations.
        """

    async def run(self, chosen: Iterable[Mutated], together: int) -> AppOutcome:
        """Try mutations, ``together`` of them at a time. Stop if the server ends."""
        mutated, slow = list(chosen), list[Mutated]()
        for start in range(0, len(mutated), together):
            group = mutated[start : start + together]
            asked = await self.ask(group)
            for each in asked[:-1]:
                self.outcome.counts["refused" if each.refusals else "works"] += 1
            self.outcome.answers += sum(each.answers for each in asked)
            self.outcome.starved += sum(each.starved for each in asked)
            self.outcome.slowest = max(self.outcome.slowest, *(each.slowest for each in asked))
            if any(each.problems for each in asked):
                await self._try_alone(group, asked)
            slow += group if asked[-1].slow else [each for each, about in zip(group, asked, strict=False) if about.slow]
            if not self._alive():
                self.outcome.problem(f"{group}: The server has ended.")
                break
        await self._try_slow_alone(slow)
        return self.outcome

    async def _try_alone(self, group: Sequence[Mutated], beside: Sequence[Asked]) -> None:
        """Try each mutation of a group alone, after something was wrong with the group, and note the problems.

        Args:
            group: The mutations.
            beside: The answers when the mutations were tried together.
        """
        before = len(self.outcome.problems)
        for each in group:
            if self._alive():
                for problem in (sentence for asked in await self.ask([each]) for sentence in asked.problems):
                    self.outcome.problem(f"{_text(each)}: {problem}")
        if len(self.outcome.problems) == before:
            for problem in (sentence for asked in beside for sentence in asked.problems):
                self.outcome.problem(f"only together, {', '.join(map(_text, group))}: {problem}")

    async def _try_slow_alone(self, slow: Sequence[Mutated]) -> None:
        """Try slow mutations again, each alone. Those that are slow each time are problems.

        If a later answer is not slow, the machine was busy before. An answer that needs too much CPU is a problem at once.
        """
        waiting, sentences = slow, list[str]()
        for _ in range(TRIES):
            tried, waiting, sentences = waiting, [], []
            for each in tried:
                asked = await self.ask([each]) if self._alive() else []
                if answered := [sentence for about in asked for sentence in about.slow]:
                    sentences.append(f"{_text(each)}: {'; '.join(answered)}")
                    waiting.append(each)
                    if max(about.busiest for about in asked) > SLOWEST:
                        self.outcome.problem(sentences.pop())
                        waiting.pop()
        for sentence in sentences:
            self.outcome.problem(sentence)


def _text(mutated: Mutated) -> str:
    return " ".join(map(str, mutated))
