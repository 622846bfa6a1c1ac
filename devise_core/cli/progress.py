"""The progress bar of commands that read many images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar(name: str, last_step: str, unit: str = "image") -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar from the first call of the yielded function.

    Args:
        name: The text beside the bar.
        last_step: The text for the last step, which follows when all units are done.
        unit: The name of what the bar counts.

    Yields:
        The function to call with the number of units done and the total.
    """
    from tqdm import tqdm

    bars: list[tqdm[Any]] = []

    def progress(done: int, total: int) -> None:
        if not bars:
            bars.append(tqdm(total=total, unit=unit, desc=name, leave=False))
        bars[0].update(done - bars[0].n)
        if done == total:
            bars[0].set_description(f"{name}: {last_step}")

    try:
        yield progress
    finally:
        for bar in bars:
            bar.close()
