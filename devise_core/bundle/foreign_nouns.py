"""Write the table of foreign nouns, such as "hund" for "dog", from the FreeDict dictionaries of Debian."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from devise_core.bundle import packages
from devise_core.bundle.context import BuildContext
from devise_core.storage.atomic_write import atomic_file
from devise_core.text.foreign_nouns import SHORTEST
from devise_core.text.tokens import plain_tokens, tokens
from devise_core.text.word_filter import WordFilter, load_word_filter

LANGUAGES = {"deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl"}
"""The code of each language in the dictionaries → its code in the table."""
MAX_WORDS = (3, 1)
"""The most words that a foreign noun may have, and the most that a German one may have, because German writes compounds as one
word. Longer entries are explanations."""
MAX_RANK, RANK_OF_HALF = 30_000, 5_000
"""Nouns whose frequency rank is ``MAX_RANK`` or more are left out. A noun of rank ``RANK_OF_HALF`` counts half as much as the most
frequent noun, so that the German "Hund" is a dog and not a mine car."""
COGNATE, ALIKE = 2.0, 0.6
"""A translation that is spelled like the word counts ``COGNATE`` times as much, so that the German "Haus" is a house and not a
home. Two words are spelled alike if the ratio of their common letters is at least ``ALIKE``."""
SEEN = 2.0
"""A noun with ImageNet labels at or below it counts this many times as much, so that the Spanish "gato" is a cat and not a jack."""

LABELS_BELOW = 6
"""The column of ``naming.tsv``, counted from 0, that has the labels at or below a word."""

_DIGITS = {digit: value for value, digit in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
_COMMENT = re.compile(r"<[^>]*>|\[[^\]]*\]|\([^)]*\)|/[^/]*/|^\d+\.")
_ABBREVIATION = re.compile(r" [A-Z][a-z]{0,3}\.?$")
"""The abbreviation after a word, as in "street St"."""

Entries = Mapping[str, Sequence[str]]
"""A word → its translations. Most dictionaries list them in alphabetical order."""


def read_dictionary(folder: Path, name: str) -> dict[str, list[str]]:
    """Read a dictionary in the format of dictd: an index of offsets and a compressed text.

    Args:
        folder: The folder with the dictionaries.
        name: The name of the dictionary, such as "deu-eng".

    Returns:
        Word → translations, in the order of the dictionary. Comments, examples and references are left out.
    """
    text = gzip.decompress((folder / f"freedict-{name}.dict.dz").read_bytes())
    entries: defaultdict[str, list[str]] = defaultdict(list)
    for line in (folder / f"freedict-{name}.index").read_text("utf-8").splitlines():
        word, *place = line.split("\t")
        if word.startswith("00database") or len(place) < 2:
            continue
        start, length = (_number(field) for field in place[:2])
        entries[word.lower()] += _translations(text[start : start + length].decode("utf-8", "replace"))
    return entries


def foreign_nouns(
    language: str, to_english: Entries, from_english: Entries, nouns: Mapping[str, float], word_filter: WordFilter
) -> dict[str, tuple[str, float]]:
    """Choose the English noun for each foreign word.

    Args:
        language: The code of the language in the table. German umlauts are also spelled with an "e".
        to_english: The dictionary into English.
        from_english: The dictionary out of English. A translation that both have counts double.
        nouns: The nouns to choose from, each with its weight, as ``noun_weights`` returns them.
        word_filter: Says which words may be offered.

    Returns:
        Foreign word in its plain form → English noun, and a score of the translation, where higher is better.
    """
    scores: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    pairs = {(word, _english(english)) for word, translations in to_english.items() for english in translations}
    back = {(word.lower(), _english(english)) for english, translations in from_english.items() for word in translations}
    for word, english in (*pairs, *back):
        scores[word][english] += 1
    table: dict[str, tuple[str, float]] = {}
    for word, candidates in scores.items():
        singulars = [(english if english in nouns else english.removesuffix("s"), score) for english, score in candidates.items()]
        rated = [(score * nouns[english] * _cognate(word, english), english) for english, score in singulars if english in nouns]
        if rated and len(tokens(word)) <= MAX_WORDS[language == "de"] and word_filter.allows(word):
            score, english = max(rated)
            for form in _forms(word, language):
                if form != english and word_filter.allows(form) and score > table.get(form, ("", 0.0))[1]:
                    table[form] = (english, score)
    return table


def noun_weights(nouns: Iterable[str], ranks: Mapping[str, int], seen: Container[str]) -> dict[str, float]:
    """Weigh English nouns as translations.

    Args:
        nouns: The nouns. Nouns of several words and rare nouns are left out.
        ranks: Word → frequency rank.
        seen: The nouns that have labels of the classifier at or below them.

    Returns:
        Noun → weight: above 0 and at most 1, or at most 2 for a noun in ``seen``.
    """
    return {
        noun: (SEEN if noun in seen else 1.0) / (1 + ranks[noun] / RANK_OF_HALF)
        for noun in nouns
        if ranks.get(noun, MAX_RANK) < MAX_RANK
    }


def table_lines(tables: Mapping[str, Mapping[str, tuple[str, float]]]) -> list[str]:
    """Return a line for each foreign word: the word, its English noun, and the codes of the languages that translate it so."""
    lines = []
    for word in sorted({word for table in tables.values() for word in table}):
        entries = {language: table[word] for language, table in tables.items() if word in table}
        english, _ = max(entries.values(), key=lambda translation: translation[1])
        lines.append(f"{word}\t{english}\t{','.join(code for code, (noun, _) in entries.items() if noun == english)}")
    return lines


def _cognate(word: str, english: str) -> float:
    return COGNATE if SequenceMatcher(None, word, english, autojunk=False).ratio() >= ALIKE else 1.0


def _translations(entry: str) -> Iterator[str]:
    for line in entry.splitlines()[1:]:
        if not line.strip() or line.startswith((" see:", "  ")):
            continue
        for part in _COMMENT.sub(" ", line).split(","):
            if text := _ABBREVIATION.sub("", " ".join(part.replace("‐", "-").split())):
                yield text


def _english(text: str) -> str:
    return text.lower().removeprefix("the ").removeprefix("an ").removeprefix("a ").replace("-", " ").strip()


def _forms(word: str, language: str) -> set[str]:
    forms = {" ".join(plain_tokens(word))}
    if language == "de":
        forms.add(" ".join(plain_tokens(word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))))
    return {form for form in forms if len(form) >= SHORTEST and form.isascii() and form.replace(" ", "").isalpha()}


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = 64 * value + _DIGITS[digit]
    return value


def write_foreign_nouns(context: BuildContext) -> None:
    """Write ``foreign_nouns.tsv`` from the dictionaries, the noun list and the words that name images.

    Raises:
        BuildError: If a package cannot be downloaded or read.
    """
    layout, manifest = context.layout, context.manifest()
    ranks = {word: rank for rank, word in enumerate(layout.words.read_text("utf-8").splitlines())}
    naming = (line.split("\t") for line in layout.naming.read_text("utf-8").splitlines())
    lemmas = (line.split("\t")[0] for line in layout.nouns.read_text("utf-8").splitlines())
    nouns = filter(load_word_filter().allows, lemmas)
    weights = noun_weights(nouns, ranks, {fields[0] for fields in naming if fields[LABELS_BELOW]})
    tables = {}
    for code, language in LANGUAGES.items():
        both = [read_dictionary(_folder(context, pair), pair) for pair in (f"{code}-eng", f"eng-{code}")]
        tables[language] = foreign_nouns(language, both[0], both[1], weights, load_word_filter())
    lines = table_lines(tables)
    with atomic_file(layout.foreign_nouns) as staged:
        staged.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    manifest.add(
        layout.foreign_nouns,
        "python -m devise_core build foreign-nouns",
        f"FreeDict dictionaries (Debian dict-freedict-* {packages.FREEDICT_VERSION})",
        packages.FREEDICT_LICENCE,
    )
    manifest.write()
    context.log(f"{len(lines)} foreign nouns")


def _folder(context: BuildContext, pair: str) -> Path:
    return context.unpacked(packages.FREEDICT[pair]) / "usr/share/dictd"
