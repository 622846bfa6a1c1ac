"""Write the words that are only used as names, from WordNet and from a list of English words that keeps capital letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from devise_core.bundle.packages import Package
from devise_core.bundle.word_lists import write_word_list
from devise_core.bundle.wordnet import Nouns
from devise_core.text.name_words import NAME_WORDS

WAMERICAN = Package(
    "wamerican-large",
    "2020.12.07-2",
    "debian",
    "wamerican-large_2020.12.07-2_all.deb",
    "5439a66538fada521d8de98a6f8f3ab17a70d60f18f67a738c8b403f2947e3c6",
    "SCOWL",
)
_LIST = "usr/share/dict/american-english-large"
_HEADER = """\
# Words that are only ever names. Written by `python -m devise_core build name-words` from SCOWL (Debian's wamerican-large) and
# WordNet 3.0 (Debian's wordnet-base). SCOWL: Copyright 2000-2011 by Kevin Atkinson. Permission to use, copy, modify, distribute
# and sell these word lists, the associated scripts, the output created from the scripts, and its documentation for any purpose
# is hereby granted without fee, provided that the above copyright notice appears in all copies and that both that copyright
# notice and this permission notice appear in supporting documentation. Kevin Atkinson makes no representations about the
# suitability of this array for any purpose. It is provided "as is" without express or implied warranty.
# WordNet 3.0 licence: https://wordnet.princeton.edu/license-and-commercial-use
"""


def read_word_list(package: Path) -> list[str]:
    """Return the words of the unpacked package, as they are written there."""
    return (package / _LIST).read_text("utf-8").splitlines()


def name_words(nouns: Nouns, words: Sequence[str]) -> Iterator[str]:
    """Yield the words that are only names, in lower case.

    Args:
        nouns: The noun graph.
        words: English words. Those with a capital are names, months, or words made from names.

    Yields:
        The words that only occur with a capital and are not nouns of the graph, such as "Obama". Then the nouns of the graph whose
        most frequent sense is a single person, such as "Gandhi".
    """
    small = {word for word in words if word[:1].islower()}
    for word in words:
        lower = word.lower()
        if word.isalpha() and word.istitle() and lower not in small and lower not in nouns.senses:
            yield lower
    for lemma, senses in nouns.senses.items():
        if lemma.isalpha() and lemma not in small and nouns.synsets[senses[0]].instance and nouns.is_person(senses[0]):
            yield lemma


def write_name_words(words: Iterator[str], target: Path = NAME_WORDS) -> int:
    """Write the words, one on each line, and return their number.

    Args:
        words: What ``name_words`` yields.
        target: The file to write.
    """
    lines = sorted(set(words))
    write_word_list(target, _HEADER, lines)
    return len(lines)
