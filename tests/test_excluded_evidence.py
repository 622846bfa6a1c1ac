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


def test_another_animal_can_be_left_out(engine: Engine) -> None:
    dogs, others = matches(engine, "dog"), matches(engine, "dog -cat")
    assert others <= dogs and len(others) >= 4


def test_an_image_that_may_show_what_is_excluded_never_matches(engine: Engine) -> None:
    """Cars and trucks have different labels. So the labels of cars cannot tell that a picture may show a truck."""
    evidence = engine.parts.evidence
    assert evidence
    trucks = {
        engine.collection.items[row].id for row in np.flatnonzero(evidence.show_any(["truck"], engine._class_shares)).tolist()
    }
    assert matches(engine, "car") & trucks and not matches(engine, "car -truck") & trucks


@pytest.mark.parametrize("text", ["car -wheels", "table -chair", "animal -fur"])
def test_a_part_and_what_stands_beside_a_thing_cannot_be_left_out(text: str, engine: Engine) -> None:
    evidence = engine.evidence(engine.query(text))
    assert evidence and not evidence.sure


def test_an_excluded_word_with_a_second_sense_that_no_label_shows_is_left_out(engine: Engine) -> None:
    """An apple is also a tree."""
    assert matches(engine, "fruit -apple") <= matches(engine, "fruit")
