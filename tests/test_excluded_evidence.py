"""A query that excludes something is judged by what is left, on the bundled model and collections."""

from __future__ import annotations

import numpy as np
import pytest

from devise_core import Engine


def matches(engine: Engine, text: str) -> set[str]:
    evidence = engine.evidence(engine.query(text))
    assert evidence and evidence.sure
    return {engine.collection.items[int(row)].id for row in np.flatnonzero(evidence.possible)}


def test_other_birds_than_penguins_match(engine: Engine) -> None:
    birds, others = matches(engine, "bird"), matches(engine, "bird -penguin")
    assert others < birds and "little-penguin" in birds - others and len(others) > 20


@pytest.mark.parametrize("text", ["penguin -bird", "cat -cat", "cat -animal"])
def test_nothing_is_announced_if_all_of_it_is_excluded(text: str, engine: Engine) -> None:
    evidence = engine.evidence(engine.query(text))
    assert evidence and not evidence.present
