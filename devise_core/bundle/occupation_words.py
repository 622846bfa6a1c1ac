"""Write the words for occupations, such as "nurse", from WordNet. They say what somebody does, not how somebody is or looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from devise_core.bundle.naming_guards import Roots, is_below
from devise_core.bundle.word_lists import write_words
from devise_core.bundle.wordnet import Nouns
from devise_core.text.occupation_words import OCCUPATION_WORDS
from devise_core.text.sensitive_words import is_insulting, is_sensitive
from devise_core.text.unmodelled import JUDGEMENTS
from devise_core.text.word_filter import load_word_filter

OCCUPATIONS: Roots = (
    *(("worker", 0), ("professional", 0), ("serviceman", 0), ("military officer", 0), ("military leader", 0), ("entertainer", 0)),
    *(("scientist", 0), ("scholar", 0), ("educator", 0), ("athlete", 0), ("musician", 0), ("writer", 0), ("artist", 0)),
    *(("lawman", 0), ("official", 0), ("merchant", 0), ("businessperson", 0), ("student", 0), ("restaurateur", 0)),
    *(("head of state", 0), ("spiritual leader", 0), ("curator", 0), ("decorator", 0), ("judge", 0), ("legislator", 0)),
    *(("craftsman", 0), ("therapist", 0), ("maker", 0), ("cook", 0), ("needleworker", 0), ("garmentmaker", 0)),
    *(("executive", 0), ("politician", 0), ("president", 0), ("president", 1), ("minister", 0), ("minister", 1)),
)
NEVER = frozenset(
    (
        "accomplice",
        "bombshell",
        "bunny",
        "drudge",
        "familiar",
        "filibuster",
        "flunky",
        "hack",
        "heavy",
        "ingenue",
        "intruder",
        "lackey",
        "menial",
        "myrmidon",
        "nude",
        "soubrette",
        "stranger",
        "stripper",
        "strongman",
        "vigilante",
    )
)
"""Words that WordNet lists under the occupations, although they judge somebody."""

_HEADER = """\
# Words for what somebody does. Written by `python -m devise_core build occupation-words` from WordNet 3.0 (Debian's wordnet-base).
# WordNet 3.0 licence: https://wordnet.princeton.edu/license-and-commercial-use
"""


def occupation_words(nouns: Nouns) -> Iterator[str]:
    """Yield each single word whose most frequent sense is an occupation, except words that judge somebody.

    Args:
        nouns: The noun graph.
    """
    word_filter = load_word_filter()
    for lemma, senses in nouns.senses.items():
        if not lemma.isalpha() or nouns.synsets[senses[0]].instance or not is_below(nouns, senses[0], OCCUPATIONS):
            continue
        judges = lemma in NEVER or lemma in JUDGEMENTS or is_sensitive(lemma) or is_insulting(lemma)
        if not judges and word_filter.allows(lemma):
            yield lemma


def write_occupation_words(words: Sequence[str], plurals: Mapping[str, Sequence[str]], target: Path = OCCUPATION_WORDS) -> int:
    """Write the words and their irregular plurals, one per line.

    Args:
        words: What ``occupation_words`` yields.
        plurals: The irregular plurals of each singular.
        target: The file to write.

    Returns:
        The number of words and plurals.
    """
    return write_words(target, _HEADER, words, plurals)
