"""The offline build of the words that name images."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from devise_core.bundle.abstract_words import abstract_words
from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.naming import NamingFiles, coverage, everyday_names, labels_below
from devise_core.bundle.naming_guards import flags
from devise_core.bundle.nouns import classified_things, things
from devise_core.bundle.person_signal import person_weights
from devise_core.bundle.sense_counts import SenseCounts, read_sense_counts
from devise_core.bundle.tables import imagenet_offsets, read_rows
from devise_core.bundle.wordnet import Nouns, Synset
from devise_core.datasets.people import shows_person
from devise_core.errors import BuildError
from devise_core.evaluate.data import hurtful_names
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import BUNDLED_ARTIFACTS, ArtifactLayout
from devise_core.text.opening import open_word_store
from devise_core.text.tokens import Phrases
from devise_core.text.word_filter import load_word_filter

TENCH, FISH = imagenet_offsets()[0], 1


@pytest.fixture
def nouns() -> Nouns:
    """A fish with two kinds, of which ImageNet has one, and an animal above it."""
    synsets = {
        TENCH: Synset(TENCH, ("tench",), (FISH,), False),
        2: Synset(2, ("hake",), (FISH,), False),
        FISH: Synset(FISH, ("fish",), (3,), False),
        3: Synset(3, ("animal",), (), False),
    }
    return Nouns(synsets, {"tench": (TENCH,), "hake": (2,), "fish": (FISH,), "animal": (3,)})


def test_every_label_has_one_everyday_name() -> None:
    names = everyday_names()
    assert [name.label for name in names] == list(imagenet_offsets())
    assert names[145].name == "penguin"
    assert len({name.name for name in names}) == 730


def test_everyday_names_are_suitable() -> None:
    allowed = load_word_filter()
    assert [name.name for name in everyday_names() if not allowed.allows(name.name)] == ["nipple"]  # its line is left out


def test_a_sense_covers_the_labels_below_it(nouns: Nouns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devise_core.bundle.naming.imagenet_offsets", lambda: (TENCH,))
    assert labels_below(nouns) == {TENCH: [0], FISH: [0], 3: [0]}
    assert coverage(nouns) == {TENCH: 1.0, FISH: 1 / 3, 3: 1 / 4}


def test_of_two_senses_the_one_that_the_classifier_knows_has_the_kinds(nouns: Nouns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devise_core.bundle.nouns.imagenet_offsets", lambda: (TENCH,))
    synsets = {
        4: Synset(4, ("physical entity",), (), False),
        5: Synset(5, ("person",), (4,), False),
        6: Synset(6, ("tench", "napkin"), (4,), False),  # such as the meat of a tench
        **{offset: Synset(offset, synset.lemmas, synset.hypernyms or (4,), False) for offset, synset in nouns.synsets.items()},
    }
    senses = {
        "physical entity": (4,),
        "person": (5,),
        "tench": (6, TENCH),
        "napkin": (6, TENCH),
        "hake": (2, 6),
        "dalmatian": (5, 6),
    }
    graph = Nouns(synsets, senses)
    assert things(graph) == {"physical entity": 4, "person": 5, "tench": 6, "napkin": 6, "hake": 2, "dalmatian": 6}
    assert classified_things(graph) == {**things(graph), "tench": TENCH}


def test_a_sense_has_the_flags_of_the_groups_above_it(nouns: Nouns) -> None:
    assert flags(nouns, TENCH, "tench") == "a"


def test_a_name_has_flags_by_its_own_words() -> None:
    food, thing, animal = (Synset(offset, (lemma,), (), False) for offset, lemma in ((1, "food"), (2, "tool"), (3, "animal")))
    senses = {"food": (1,), "tool": (2,), "animal": (3,), "eel": (1, 3), "crane": (2, 3), "mule": (3, 2)}
    graph = Nouns({1: food, 2: thing, 3: animal}, senses)
    named = {("eel", 1): "w", ("crane", 2): "", ("mule", 2): "w", ("tool", 2): "", ("noose", 2): "g", ("indian paint", 2): "w"}
    assert {key: flags(graph, key[1], key[0]) for key in named} == named
    assert flags(graph, 3, "spider monkey") == "a"


def test_the_table_of_guarded_names_has_names_and_flags_that_exist() -> None:
    rows, names, allowed = read_rows("guarded_names"), {line[0] for line in _naming_lines()}, load_word_filter()
    assert {row["flag"] for row in rows} == {"g", "w"}
    assert [row["name"] for row in rows if not row["synset"] and row["name"] not in names and allowed.allows(row["name"])] == []
    assert len({(row["name"], row["synset"]) for row in rows}) == len(rows)
    assert all(row["kind"] for row in rows)


def test_every_hurtful_name_has_a_flag() -> None:
    hurtful = hurtful_names()
    assert [line[0] for line in _naming_lines() if line[0] in hurtful and not line[3]] == []
    assert [name for name in hurtful - {line[0] for line in _naming_lines()} if load_word_filter().allows(name)] == []
    assert {"jail", "penitentiary", "wimp", "deathbed", "tombstone", "bomb", "disguise", "hijab", "noose", "asylum"} <= hurtful


def test_ordinary_names_have_no_flag() -> None:
    ordinary = {"bicycle", "chair", "guitar", "t-shirt", "umbrella", "mountain", "pizza", "tree", "boat", "computer", "ball"}
    assert ordinary <= {line[0] for line in _naming_lines() if not line[3]}


def test_the_flags_are_written_again_without_the_rest(nouns: Nouns, tmp_path: Path) -> None:
    layout, manifest = ArtifactLayout(tmp_path), Manifest(tmp_path)
    np.save(layout.directions, np.zeros((1, 4), dtype=np.float32))
    vectors = np.asarray([[1, 2, 3, 4]] * 2, dtype=np.int8)
    np.save(layout.naming_vectors, vectors)
    layout.naming.write_text(f"tench\tn{TENCH:08d}\t-1.500\tg\t0\t\t0\ttinca\nhake\tn00000002\t-2.000\t\t\t\t\t\n", "utf-8")
    NamingFiles(layout, manifest, Hierarchy(nouns, Phrases(open_word_store(ArtifactLayout(BUNDLED_ARTIFACTS))))).write_flags()
    assert layout.naming.read_text("utf-8") == (
        f"tench\tn{TENCH:08d}\t-1.500\ta\t0\t\t0\ttinca\nhake\tn00000002\t-2.000\ta\t\t\t\t\n"
    )
    assert (np.load(layout.naming_vectors) == vectors).all()
    manifest.write()
    assert Manifest.read(tmp_path).verified(layout.naming) == layout.naming
    assert set(manifest.files) == {"naming.tsv"}


def test_counts_are_shared_over_all_parts_of_speech(tmp_path: Path) -> None:
    (tmp_path / "cntlist.rev").write_text("bat%1:05:00:: 1 3\nbat%2:35:00:: 1 5\n")
    for part, senses in (("noun", 5), ("verb", 1), ("adj", 0), ("adv", 0)):
        (tmp_path / f"index.{part}").write_text(f"  1 licence\nbat {part[0]} {senses} 0 {senses} 0\n")
    (tmp_path / "data.noun").write_text("  1 licence\n02139199 05 n 01 bat 0 000 | nocturnal\n")
    counts = read_sense_counts(tmp_path)
    assert counts.share("bat", 1) == pytest.approx(3.5 / (8 + 0.5 * 6))
    assert counts.share("bat", 2) == pytest.approx(0.5 / (8 + 0.5 * 6))
    assert counts.topics == {2139199: 5}


def test_words_without_a_visible_sense_are_abstract(nouns: Nouns) -> None:
    synsets = {10: Synset(10, ("visual property",), (), False), 11: Synset(11, ("blue",), (10,), False)}
    synsets |= {12: Synset(12, ("justice",), (), False), 13: Synset(13, ("like",), (), False)}
    senses = {lemma: (offset,) for offset, synset in synsets.items() for lemma in synset.lemmas}
    graph = Nouns(nouns.synsets | synsets, nouns.senses | senses)
    counts = SenseCounts({"like": {1: 1}}, Counter(like=99), Counter(), {TENCH: 7, 10: 7, 11: 7, 12: 7, 13: 7})
    assert abstract_words(graph, counts, {"tench"}, ["blue", "the", "tench", "like", "justice"]) == ["justice"]


def test_missing_counts_are_reported(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"cntlist\.rev"):
        read_sense_counts(tmp_path)


def test_two_captions_must_mention_a_person() -> None:
    assert not shows_person(["A man on a horse.", "A horse."])
    assert shows_person(["A man on a horse.", "A Rider jumps."])
    assert not shows_person(["A mangrove.", "A manhole."])


def test_the_person_weights_separate_what_they_were_fitted_on() -> None:
    features = np.repeat(np.asarray([[4, 0, 1], [0, 4, 1]], dtype=np.float32), 30, axis=0)
    weights = person_weights(features, [True] * 30 + [False] * 30)
    roots = np.sqrt(features / features.sum(axis=1, keepdims=True))
    logits = roots @ weights[:-1] + weights[-1]
    assert weights.dtype == np.float32
    assert (logits[:30] > 0).all()
    assert (logits[30:] < 0).all()


def _naming_lines() -> list[list[str]]:
    """Return the lines of the bundled ``naming.tsv``, split into fields."""
    return [line.split("\t") for line in ArtifactLayout(BUNDLED_ARTIFACTS).naming.read_text("utf-8").splitlines()]
