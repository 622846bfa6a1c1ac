"""Read negations such as "without" and "no" as a minus: "bed without a dog" is read like "bed -dog"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from devise_core.errors import QueryError
from devise_core.text.query_parser import TOUCHING_MINUS, Clause

_ARTICLES = r"(?:\s+(?:for|any|an?|the))*\s+"
_WORDS = r"without|no|except|excluding|(?:other|rather)\s+than|(?:apart|aside)\s+from|instead\s+of"
_NOT = r"(?:(?:(?:that|which|who)\s+)?(?:is|are)\s+)?not|(?:(?:that|which|who)\s+)?(?:is|are)n['’]t"
_NEGATION = re.compile(rf"(?:^|(?<=\s))(?:but\s+|and\s+|with\s+)?(?:{_WORDS}|{_NOT}){_ARTICLES}", re.IGNORECASE)
_BUT = re.compile(rf"(?<=\s)but{_ARTICLES}", re.IGNORECASE)
_EVERY = re.compile(r"\b(?:all|any\w*|every\w*)\b", re.IGNORECASE)
"""Words after which "but" means "except", as in "anything but dogs"."""
_NON = re.compile(r"(?:^|(?<=\s))non[-\s]([^\W\d_]+)\s+(?=\w)", re.IGNORECASE)
_LONGEST_NOUN = 5
"""The most words of a noun, such as "non-flowering plant"."""
_SIGN = re.compile(r"\bsigns?$|^no\s+(?:one|man|way|smoking|entry|parking)\b", re.IGNORECASE)
"""Texts in which "no" belongs to the name of a thing, such as a "no entry" sign, or to "no one"."""


IsNoun = Callable[[str], bool]


def split_negations(clauses: Sequence[Clause], is_noun: IsNoun = lambda _: False) -> list[Clause]:
    """Split each clause at words such as "without", "not" and "other than".

    The words after a negation become a clause with a minus and half the weight (``TOUCHING_MINUS``).

    Args:
        clauses: The clauses of a query, which are its terms (see ``query_parser``).
        is_noun: Returns whether a text is a noun. A clause that is a noun is not split.

    Raises:
        QueryError: The query only says what to leave out.
    """
    parts = [part for clause in _whole_nouns(clauses, is_noun) for part in _split(clause, is_noun)]
    if parts and all(part.weight < 0 for part in parts):
        thing = parts[0].text
        raise QueryError(
            f"The query only says what to leave out. Add something to look for, as in “animal -{thing}”.", parts[0].start
        )
    return parts


def _whole_nouns(clauses: Sequence[Clause], is_noun: IsNoun) -> list[Clause]:
    """Extend a minus to a whole noun: "dog -golden retriever" leaves out golden retrievers and does not search for retrievers."""
    whole: list[Clause] = []
    for clause in clauses:
        before = whole[-1] if whole else clause
        words = clause.text.split()
        are_words = before.kind == clause.kind == "words" and not before.quoted and not clause.quoted
        if are_words and before.weight < 0 < clause.weight and clause.start == before.end + 1:
            fit = (count for count in range(_LONGEST_NOUN - 1, 0, -1) if is_noun(" ".join([before.text, *words[:count]])))
            if count := next(fit, 0):
                noun = " ".join([before.text, *words[:count]])
                whole[-1] = replace(before, text=noun, end=before.start + len(noun))
                rest = " ".join(words[count:])
                whole += [replace(clause, text=rest, start=clause.end - len(rest))] if rest else []
                continue
        whole.append(clause)
    return whole


def _split(clause: Clause, is_noun: IsNoun) -> list[Clause]:
    unsplit = clause.kind != "words" or clause.quoted or clause.weight < 0
    if unsplit or _SIGN.search(clause.text) or is_noun(clause.text):
        return [clause]
    starts = _negations(clause.text)
    if not starts:
        return _without_non(clause, is_noun)
    ends = [start for start, _ in starts[1:]] + [len(clause.text)]
    parts = _without_non(_part(clause, 0, starts[0][0], 1.0), is_noun)
    parts += [_part(clause, begin, end, -TOUCHING_MINUS) for (_, begin), end in zip(starts, ends, strict=True)]
    return [part for part in parts if part.text]


def _negations(text: str) -> list[tuple[int, int]]:
    """Return two offsets for each negation: its start, and the start of the words to leave out."""
    begins = {match.start(): match.end() for match in _BUT.finditer(text) if _EVERY.search(text[: match.start()])}
    begins |= {match.start(): match.end() for match in _NEGATION.finditer(text)}
    return [(start, end) for start, end in sorted(begins.items()) if text[end:].strip()]


def _without_non(clause: Clause, is_noun: IsNoun) -> list[Clause]:
    """Split a clause such as "non-dog animals" into "animals" and "dog" with a minus."""
    match = _NON.search(clause.text)
    if match is None:
        return [clause]
    words = clause.text[match.start() :].lower().split()
    if any(is_noun(" ".join(words[:count])) for count in range(2, _LONGEST_NOUN + 1)):
        return [clause]
    rest = _without_non(_part(clause, match.end(), len(clause.text), 1.0), is_noun)
    parts = [_part(clause, 0, match.start(), 1.0), *rest, _part(clause, *match.span(1), -TOUCHING_MINUS)]
    return [part for part in parts if part.text]


def _part(clause: Clause, start: int, end: int, weight: float) -> Clause:
    text = clause.text[start:end].rstrip(" ,;")
    return replace(
        clause, text=text, weight=weight * clause.weight, start=clause.start + start, end=clause.start + start + len(text)
    )
