"""Senses and names that must not name an image unless the classifier is sure. A wrong name could insult a person in the image.

They are animals and primates, the senses in ``GUARDED`` and ``WITH_PEOPLE``, the names that were reviewed one by one in
``guarded_names.csv``, food that is named like an animal, and names that contain a word of ``guarded_parts.csv``, such as the name
of a people, or "dwarf".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from devise_core.bundle.tables import read_rows, read_table
from devise_core.bundle.wordnet import Nouns
from devise_core.text.tokens import tokens

Roots = Sequence[tuple[str, int]]
"""Pairs of a lemma and the place of its sense (0 is the most frequent sense). All senses below a root belong to it too."""

ANIMAL: Roots = (("animal", 0),)
PRIMATE: Roots = (("primate", 0), ("primate", 1))
GUARDED: Roots = (
    *(("undergarment", 0), ("brassiere", 0), ("nightwear", 0), ("swimsuit", 0), ("hosiery", 0), ("diaper", 0), ("wig", 0)),
    *(("toupee", 0), ("shackle", 0), ("straitjacket", 0), ("guillotine", 0), ("gallows", 0), ("instrument of execution", 0)),
    *(("contraceptive", 0), ("nipple", 1), ("condom", 0), ("corset", 0), ("breechcloth", 0), ("loincloth", 0), ("drug", 0)),
    ("bodily waste", 0),
)
"""Senses that always need a sure classifier."""
WITH_PEOPLE: Roots = (
    *(("weapon", 0), ("mask", 0), ("restraint", 0), ("muzzle", 2), ("prison", 0), ("veil", 0), ("turban", 0), ("abaya", 0)),
    *(("yarmulke", 0), ("burqa", 0), ("habit", 2), ("vestment", 0), ("coffin", 0), ("grave", 1), ("crutch", 0)),
    *(("wheelchair", 0), ("neck brace", 0), ("prosthesis", 0), ("garbage", 0), ("skull", 0), ("skeleton", 0)),
)
"""Senses that need a sure classifier if there may be a person in the image."""
NEVER = ("human", "homo", "man", "world", "humanity")
"""Lemmas that never name an image."""

FLAGS: dict[str, Roots] = {"a": ANIMAL, "p": PRIMATE, "g": GUARDED, "w": WITH_PEOPLE}
"""The flag of each group in ``naming.tsv``."""
FOOD: Roots = (("food", 0), ("food", 1))


def flags(nouns: Nouns, offset: int, name: str) -> str:
    """Return the flags of the groups that a sense or its name belongs to.

    Args:
        nouns: The noun graph.
        offset: The offset of the sense in WordNet.
        name: The name that is shown for the sense.

    Returns:
        A letter for each group, in the order of ``FLAGS``. Empty for a sense in no group.
    """
    ancestors = nouns.ancestors(offset)
    groups = {flag for flag, roots in FLAGS.items() if any(root in ancestors for root in offsets_of(nouns, roots))}
    groups |= {flag for root, flag in _table()[0].items() if root in ancestors}
    if "a" not in groups:
        groups |= _flags_of_name(name)
        if _sounds_like_an_animal(nouns, ancestors, name):
            groups.add("w")
    return "".join(flag for flag in FLAGS if flag in groups)


def offsets_of(nouns: Nouns, roots: Roots) -> list[int]:
    """Return the offsets of the roots that the noun graph has."""
    return [nouns.senses[lemma][place] for lemma, place in roots if place < len(nouns.senses.get(lemma, ()))]


def is_below(nouns: Nouns, sense: int, roots: Roots) -> bool:
    """Return whether a sense is a root or is below a root.

    Args:
        nouns: The noun graph.
        sense: The offset of the sense.
        roots: The roots. Those that the graph does not have are ignored.
    """
    return any(root in nouns.ancestors(sense) for root in offsets_of(nouns, roots))


def _flags_of_name(name: str) -> set[str]:
    """Return the flags of a name in ``guarded_names.csv``, and of its words in ``guarded_parts.csv``."""
    return {*_table()[1].get(name, "")} | {flag for part, flag in _parts().items() if part in tokens(name)}


def _sounds_like_an_animal(nouns: Nouns, ancestors: Mapping[int, int], name: str) -> bool:
    """Return whether a name mostly means an animal, or also means one and this sense is a food, such as "eel"."""
    senses, animals = nouns.senses.get(name, ()), offsets_of(nouns, ANIMAL)
    if not any(root in ancestors for root in offsets_of(nouns, FOOD)):
        senses = senses[:1]
    return any(root in nouns.ancestors(sense) for sense in senses for root in animals)


@cache
def _parts() -> dict[str, str]:
    return read_table("guarded_parts")


@cache
def _table() -> tuple[dict[int, str], dict[str, str]]:
    """Return two tables of flags from ``guarded_names.csv``: by offset, for a sense and all below it, and by name."""
    rows = read_rows("guarded_names")
    roots = {int(row["synset"][1:]): row["flag"] for row in rows if row["synset"]}
    return roots, {row["name"]: row["flag"] for row in rows if not row["synset"]}
