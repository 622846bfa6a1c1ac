"""How often the names of the bundled images are right: ``python -m benchmarks.naming_confidence``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from devise_core import Engine, load_engine
from devise_core.datatypes import Item
from devise_core.search.confidence import confidence
from devise_core.search.naming import PERSON_LINE
from devise_core.text.word_vector_encoder import WordVectorEncoder

NAMES = 3
"""How many names of an image are judged."""


def judged_names(engine: Engine) -> Iterator[tuple[str, bool]]:
    """Yield the confidence of each name of each labelled image of the collection, and whether the name is right.

    "person" is left out, because the labels do not say who else is in an image. ``evaluate people`` measures it.
    """
    for row, item in enumerate(engine.collection.items):
        names = engine.names(engine.encoded(row), NAMES)
        if names is None or not item.labels:
            continue
        for hit, share, line in zip(names.hits, names.shares, names.lines, strict=True):
            if line != PERSON_LINE:
                yield confidence(share), _is_right(engine, item, hit.word, line)


def precision(engine: Engine) -> dict[str, tuple[float, int]]:
    """Return confidence → the share of names that are right, and how many there are."""
    judged: defaultdict[str, list[bool]] = defaultdict(list)
    for word, is_right in judged_names(engine):
        judged[word].append(is_right)
    return {word: (sum(values) / len(values), len(values)) for word, values in judged.items()}


def _is_right(engine: Engine, item: Item, name: str, line: int) -> bool:
    """Return whether a name is a label, a part or synonym of one, or a kind that includes all that is below a label."""
    namer, evidence, text = engine.parts.namer, engine.parts.evidence, engine.text
    assert namer
    assert evidence
    assert isinstance(text, WordVectorEncoder)
    labels = {form for label in item.labels for form in (label.lower(), *label.lower().split())}
    if name in labels or name.rsplit(maxsplit=1)[-1] in labels:
        return True
    if labels & set(namer.table.synonyms[line]):
        return True
    rows = [text.nouns.row(label.lower()) for label in item.labels]
    kinds = [set(evidence.senses.labels_below(evidence.senses.synset(row)).tolist()) for row in rows if row is not None]
    return any(kind and kind <= set(namer.table.below[line].tolist()) for kind in kinds)


def main() -> None:
    """Print one line for each collection and word."""
    engine = load_engine()
    for name, folder in engine.collections().items():
        if folder.parent == engine.layout.collections:
            for word, (share, count) in sorted(precision(engine.on(name)).items()):
                print(f"{name:<12} {word:<10} {share:.0%} of {count}")


if __name__ == "__main__":
    main()
