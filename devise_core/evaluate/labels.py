"""Image → labels: whether the first names that a method gives to an image include one of the image's labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devise_core.engine import Engine
from devise_core.errors import BuildError
from devise_core.evaluate.data import read_data
from devise_core.evaluate.methods import CONSE, NO_CLASSIFIER, SHIPPED, SOFTMAX, Methods, conse
from devise_core.evaluate.tables import MetricValues, Outcome, comparison, merged
from devise_core.results import OURS
from devise_core.search.naming import PERSON
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats
from devise_core.vision.image_encoder import Encoded

COLLECTIONS = ("stamps", "photos")
KS = (1, 5)
UNTRAINED = (
    " The model was not trained on these images, but the errors on these images were examined while the naming was designed."
)
PERSON_SYNSET = "n00007846"


@dataclass(frozen=True)
class Name:
    """One answer: its synonyms, any of which may be the label, and the WordNet id of its sense, or ""."""

    texts: tuple[str, ...]
    synset: str = ""


@dataclass(frozen=True)
class Truth:
    """What counts as right for one image.

    Attributes:
        nouns: The nouns that the labels of the image mean.
        words: The labels of the image, and each single word of a longer label.
        senses: The WordNet ids of the senses of ``nouns``, and of the hypernyms of these senses.
    """

    nouns: frozenset[str]
    words: frozenset[str]
    senses: frozenset[str]


def labels(methods: Methods) -> Outcome:
    """Name every image of the bundled collections that has a noun as a label."""
    return merged([names_of_collection(methods, name, UNTRAINED) for name in COLLECTIONS])


def names_of_collection(methods: Methods, name: str, remark: str = "") -> Outcome:
    """Name every image of a collection that has a noun as a label, and return the hits of each method.

    Args:
        methods: The methods to compare.
        name: The name of the collection.
        remark: Text to add at the end of the table's note.

    Raises:
        BuildError: If no image has such a label.
    """
    engine = methods.model.engine(name)
    rows, truths = _truths(engine, only_judged=name in COLLECTIONS)
    if not rows:
        raise BuildError(f"No image of {name} has a noun as a label, so its names cannot be judged.")
    features = np.asarray(engine.collection.features, dtype=np.float32)[rows]
    encoded = Encoded(features, engine.collection.embeddings[rows])
    methods.model.say(f"labels: {len(rows)} images of {name}")
    answers: dict[str, list[list[Name]] | None] = {
        SOFTMAX: None,
        CONSE: None,
        OURS: _nearest_nouns(engine, encoded.embeddings),
        SHIPPED: _shipped(engine, encoded),
    }
    if methods.model.classifier is not None:
        shares = methods.class_shares(encoded)
        answers[SOFTMAX] = _class_names(methods, shares)
        answers[CONSE] = _nearest_nouns(engine, conse(shares, methods.model.label_vectors))
    results: dict[str, MetricValues | str] = {
        method: NO_CLASSIFIER if given is None else naming_hits(given, truths) for method, given in answers.items()
    }
    note = (
        f"The first k names of {len(rows)} images that have a noun as a label. hit@k counts a name that is exactly the label. "
        "words@k also counts a name that is a word of the label, or that has the label as a word. kin@k also counts a name whose "
        "sense is the label's, or one step above it in WordNet. Softmax answers with all names of its most probable labels. "
        f"ConSE and DeViSE answer with the nouns nearest to the embedding.{remark}"
    )
    table = comparison(f"Image → labels: {name}", note, "labels", results)
    return Outcome((table,))


def naming_hits(answers: Sequence[Sequence[Name]], truths: Sequence[Truth]) -> MetricValues:
    """Return whether the first k names of each image include a right one, by three rules and for each k of ``KS``.

    Args:
        answers: The names of each image, the best first.
        truths: What counts as right for each image.
    """
    rules = {"hit": _is_exact, "words": _shares_words, "kin": _is_kin}
    return {
        f"{metric}@{k}": np.asarray(
            [float(any(rule(name, truth) for name in names[:k])) for names, truth in zip(answers, truths, strict=True)]
        )
        for metric, rule in rules.items()
        for k in KS
    }


def _is_exact(name: Name, truth: Truth) -> bool:
    return not truth.nouns.isdisjoint(name.texts)


def _shares_words(name: Name, truth: Truth) -> bool:
    words = {*name.texts, *(word for text in name.texts for word in text.split())}
    return not truth.words.isdisjoint(name.texts) or not truth.nouns.isdisjoint(words)


def _is_kin(name: Name, truth: Truth) -> bool:
    return _is_exact(name, truth) or name.synset in truth.senses


def _truths(engine: Engine, only_judged: bool) -> tuple[list[int], list[Truth]]:
    """Return the rows of the images with a noun as a label, and what counts as right for each.

    The senses of the bundled collections' labels were chosen by hand. With ``only_judged``, only labels with such a sense count.
    Otherwise any label that is a noun counts, with the noun's most frequent sense.
    """
    judged = {row["label"]: (row["noun"], row["with_hypernyms"].split("|")) for row in read_data("label_senses")}
    rows, truths = [], []
    for row, item in enumerate(engine.collection.items):
        entries = [
            entry for label in item.labels if (entry := judged.get(label) or (None if only_judged else _noun_of(label, engine)))
        ]
        if entries:
            words = {word for label in item.labels for word in (label.lower(), *label.lower().split())}
            rows.append(row)
            truths.append(
                Truth(
                    frozenset(noun for noun, _ in entries),
                    frozenset(words),
                    frozenset(sense for _, senses in entries for sense in senses),
                )
            )
    return rows, truths


def _noun_of(label: str, engine: Engine) -> tuple[str, list[str]] | None:
    """Return ``label`` as a noun of the model, with the noun's sense, or None if the model knows no such noun."""
    nouns = engine.text.nouns if isinstance(engine.text, WordVectorEncoder) else None
    row = nouns.row(label) if nouns else None
    if nouns is None or row is None:
        return None
    synset = engine.parts.evidence.synset(nouns.nouns[row]) if engine.parts.evidence else ""
    return nouns.nouns[row], [synset] if synset else []


def _shipped(engine: Engine, encoded: Encoded) -> list[list[Name]]:
    """Return the names that the Labels page shows."""
    namer = engine.parts.namer
    if namer is None:
        return _nearest_nouns(engine, encoded.embeddings)
    return [
        [
            Name((hit.word,), PERSON_SYNSET if hit.word == PERSON else namer.table.synsets[line])
            for hit, line in zip(names.hits, names.lines, strict=True)
        ]
        for names in namer.name(encoded, KS[-1])
    ]


def _nearest_nouns(engine: Engine, embeddings: Floats) -> list[list[Name]]:
    vocabulary = engine.vocabulary
    if vocabulary is None:
        return [[] for _ in embeddings]
    evidence = engine.parts.evidence
    return [
        [Name((noun,), evidence.synset(noun) if evidence else "") for noun in nouns]
        for nouns in vocabulary.nearest_nouns_each(embeddings, KS[-1])
    ]


def _class_names(methods: Methods, shares: Floats) -> list[list[Name]]:
    names, ids = methods.model.labels.names, methods.model.labels.ids
    best = np.argsort(-shares, axis=1, kind="stable")[:, : KS[-1]]
    return [[Name(tuple(names[label]), ids[label]) for label in row] for row in best]
