"""Senses that must not name an image unless the classifier is sure of them. A wrong one would insult the person in the image."""

from __future__ import annotations

from collections.abc import Sequence

from devise_core.bundle.wordnet import Nouns

Roots = Sequence[tuple[str, int]]
"""Lemma and place of its sense (0 is the most frequent). All senses below belong to it."""

ANIMAL: Roots = (("animal", 0),)
PRIMATE: Roots = (("primate", 0), ("primate", 1))
GUARDED: Roots = (
    *(("undergarment", 0), ("brassiere", 0), ("nightwear", 0), ("swimsuit", 0), ("hosiery", 0), ("diaper", 0), ("wig", 0)),
    *(("toupee", 0), ("shackle", 0), ("straitjacket", 0), ("guillotine", 0), ("gallows", 0), ("instrument of execution", 0)),
    *(("contraceptive", 0), ("nipple", 1), ("condom", 0), ("corset", 0), ("breechcloth", 0), ("loincloth", 0), ("drug", 0)),
    ("bodily waste", 0),
)
"""Always need a sure classifier."""
WITH_PEOPLE: Roots = (
    *(("weapon", 0), ("mask", 0), ("restraint", 0), ("muzzle", 2), ("prison", 0), ("veil", 0), ("turban", 0), ("abaya", 0)),
    *(("yarmulke", 0), ("burqa", 0), ("habit", 2), ("vestment", 0), ("coffin", 0), ("grave", 1), ("crutch", 0)),
    *(("wheelchair", 0), ("neck brace", 0), ("prosthesis", 0), ("garbage", 0), ("skull", 0), ("skeleton", 0)),
)
"""Need a sure classifier if there may be a person in the image."""
NEVER = ("human", "homo", "man", "world", "humanity")
"""Lemmas that never name an image."""

FLAGS: dict[str, Roots] = {"a": ANIMAL, "p": PRIMATE, "g": GUARDED, "w": WITH_PEOPLE}
"""The flag of each group in ``naming.tsv``."""


def flags(nouns: Nouns, offset: int) -> str:
    """Return the flags of the groups that a sense is in."""
    ancestors = nouns.ancestors(offset)
    return "".join(flag for flag, roots in FLAGS.items() if any(root in ancestors for root in offsets_of(nouns, roots)))


def offsets_of(nouns: Nouns, roots: Roots) -> list[int]:
    """Return the offsets of the roots that the noun graph has."""
    return [nouns.senses[lemma][place] for lemma, place in roots if place < len(nouns.senses.get(lemma, ()))]
