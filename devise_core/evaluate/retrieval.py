"""Pictures found by text: a label among photographs, a caption among pictures and back, a category among the stamps."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

import numpy as np

from devise_core.datasets import readers, splits
from devise_core.datasets.readers import AnnotatedImage
from devise_core.datasets.splits import select
from devise_core.errors import BuildError, QueryError, UnknownWordError
from devise_core.evaluate.methods import CANNOT, NO_CLASSIFIER, RANDOM, SOFTMAX, Space, beside, spaces
from devise_core.evaluate.metrics import Relevant, average_precision, best_rank, hits, precision_at, ranks
from devise_core.evaluate.model_under_test import ModelUnderTest
from devise_core.evaluate.tables import Measured, Outcome, by_class, compared, joined
from devise_core.vectors import Floats, Rows
from devise_core.vision.image_encoder import Encoded

RECALLS = (1, 5, 10)
_SOFTMAX_NOTE = "The softmax knows its own labels alone, and no other query."


def caltech(subject: ModelUnderTest) -> Outcome:
    """Caltech-101: held-out photographs of seen classes; all photographs of the 46 classes never seen."""
    found = readers.caltech_101(subject.data / "caltech-101")
    labels = [picture.label for picture in found]
    unseen = splits.zero_shot(labels)
    held_out = ~unseen & ~splits.two_thirds_of_each_class(labels)
    parts = {"held-out photographs of seen classes": held_out, "46 classes never seen": unseen}
    return joined([by_label(subject, "caltech-101", f"Caltech-101, {name}", select(found, kept)) for name, kept in parts.items()])


def pascal(subject: ModelUnderTest) -> Outcome:
    """Pascal Sentences: the 100 test pictures of the seed's split."""
    found = readers.pascal_sentences(subject.data / "pascal-sentences")
    return by_label(subject, "pascal-sentences", "Pascal Sentences, test part", select(found, ~splits.seed_split(len(found))))


def by_label(subject: ModelUnderTest, protocol: str, what: str, found: Sequence[AnnotatedImage]) -> Outcome:
    """Each label searched for among all the pictures given."""
    subject.say(f"{what}: {len(found)} photographs")
    labels = np.asarray([picture.label for picture in found])
    known = {label: _is_known(label, subject) for label in sorted(set(labels))}
    queries = {label: labels == label for label in known if known[label]}
    title, note = f"Text → images: {what}", f"Each of {len(queries)} labels searched for among {len(found)} photographs."
    note += subject.remark(protocol, "seed" if protocol == "pascal-sentences" else "seen")
    if unknown := [label for label in known if not known[label]]:
        note += f" No word vector for {', '.join(unknown)}: not searched for."
    return by_query(subject, protocol, title, note, subject.look(found), queries, 10)


def _is_known(label: str, subject: ModelUnderTest) -> bool:
    try:
        subject.text.embed(label)
    except UnknownWordError:
        return False
    return True


def by_query(
    subject: ModelUnderTest, protocol: str, title: str, note: str, looked: Encoded, queries: Mapping[str, Relevant], k: int
) -> Outcome:
    """``queries``: text → which rows are relevant."""
    measured = beside(subject, {space.name: found_by(space, looked, queries, k) for space in spaces(subject)})
    measured[SOFTMAX] = _softmax(subject)
    note += f" mAP: mean average precision over the whole ranking; P@{k}: precision of the first {k}, over the most possible."
    table = compared(title, f"{note} {_SOFTMAX_NOTE}", protocol, measured)
    return Outcome((table,), {title: by_class(list(queries), measured, ("mAP", f"P@{k}"))})


def found_by(space: Space, looked: Encoded, queries: Mapping[str, Relevant], k: int) -> Measured:
    places = space.embed(looked)
    scores = {query: places @ space.text(query) for query in queries}
    return {
        "mAP": np.asarray([average_precision(scores[query], relevant) for query, relevant in queries.items()]),
        f"P@{k}": np.asarray([precision_at(scores[query], relevant, k) for query, relevant in queries.items()]),
    }


def flickr8k(subject: ModelUnderTest) -> Outcome:
    """Flickr8k: captions and pictures find each other among 1000. No picture of it is trained on."""
    found = readers.flickr8k_thousand(subject.data)
    subject.say(f"{found[0].path.parent.parent.name}: {len(found)} photographs")
    captions, own = [], []
    for row, picture in enumerate(found):
        for caption in picture.captions:
            try:
                captions.append(subject.text.embed(caption))
                own.append(row)
            except (UnknownWordError, QueryError):
                continue  # a caption without a known word cannot be asked
    looked, texts, true = subject.look(found), np.stack(captions), np.asarray(own, dtype=np.int64)
    to_images: dict[str, Measured | str] = {}
    to_texts: dict[str, Measured | str] = {}
    for space in spaces(subject):
        to_images[space.name], to_texts[space.name] = (
            (CANNOT, CANNOT) if space.name == RANDOM else both_ways(texts @ space.embed(looked).T, true)
        )
    note = (
        f"{len(texts)} captions of {len(found)} photographs. R@k: the share of queries with an own one among the k nearest. "
        "Neither softmax nor random vectors have a place for a caption."
    )
    ways = {"text → images": to_images, "image → texts": to_texts}
    return Outcome(
        tuple(
            compared(f"Captions, Flickr8k: {name}", note, "flickr8k", {**beside(subject, measured), SOFTMAX: _softmax(subject)})
            for name, measured in ways.items()
        )
    )


def both_ways(scores: Floats, own: Rows) -> tuple[Measured, Measured]:
    """``scores`` ``(captions, pictures)`` and each caption's ``own`` picture → R@k of the pictures, and of any own caption."""
    pictured = own[None, :] == np.arange(scores.shape[1])[:, None]  # (pictures, captions)
    found = ranks(scores, own), best_rank(scores.T, pictured)
    to_images, to_texts = ({f"R@{k}": hits(places, k) for k in RECALLS} for places in found)
    return to_images, to_texts


def stamps(subject: ModelUnderTest) -> Outcome:
    """Category queries over the bundled stamps, none of which is trained on; an item is relevant by its category path."""
    path = subject.data / "stamps-queries.csv"
    if not path.is_file():
        raise BuildError(f"{path} is missing: it lists a query and a category_prefix in each row.")
    here = subject.collection("stamps")
    subject.say(f"stamps: {len(here)} pictures")
    with path.open(encoding="utf-8", newline="") as file:
        prefixes = {row["query"]: row["category_prefix"].rstrip("/") + "/" for row in csv.DictReader(file)}
    queries = {
        query: np.asarray([f"{item.category}/".startswith(prefix) for item in here.items], dtype=np.bool_)
        for query, prefix in prefixes.items()
    }
    return by_query(
        subject,
        "stamps",
        "Text → images: the stamps by category",
        f"Each of {len(queries)} category queries over {len(here)} pictures, none of them trained on.",
        Encoded(np.asarray(here.features, dtype=np.float32), here.embeddings),
        queries,
        8,
    )


def _softmax(subject: ModelUnderTest) -> str:
    return NO_CLASSIFIER if subject.classifier is None else CANNOT
