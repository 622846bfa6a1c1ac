"""Nouns that are names of ImageNet labels are scored with the probability of the label."""

from __future__ import annotations

import pytest

from devise_core.engine import Engine
from devise_core.text.word_vector_encoder import WordVectorEncoder

NOUNS = ("banana", "broccoli", "castle", "dolphin", "jellyfish", "library", "mushroom", "otter", "peacock", "robin", "television")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_has_the_kind_that_the_classifier_knows(engine: Engine, noun: str) -> None:
    evidence, scorer, text = engine.parts.evidence, engine.parts.scorer, engine.text
    assert evidence
    assert scorer
    assert isinstance(text, WordVectorEncoder)
    row, synset = text.nouns.row(noun), evidence.synset(noun)
    assert row is not None
    assert len(evidence.senses.labels_below(synset))
    assert scorer.kinds.of_synset(synset).items() <= scorer.kinds.of_noun(row).items()


def test_a_napkin_is_no_diaper(engine: Engine) -> None:
    evidence = engine.parts.evidence
    assert evidence
    assert not len(evidence.senses.labels_below(evidence.synset("napkin")))


def test_what_is_near_a_peacock_is_a_bird(engine: Engine) -> None:
    evidence = engine.evidence(engine.query("peacock"))
    assert evidence
    assert evidence.near_miss is None or evidence.near_miss.name == "bird"
