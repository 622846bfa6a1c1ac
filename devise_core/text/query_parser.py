"""The language of queries: one parser for page, command line and library.

    bird near water              words side by side are one phrase: their sum, or the noun they make
    "new york" skyline           quotes keep a phrase apart from the words beside it
    horse -saddle                minus takes away half of the word or the quoted phrase it touches
    king - man + woman           a sign that stands free takes or adds the whole of what follows, up to the next sign
    water^2 boat                 a weight, from 0.01 to 100, for the word it touches
    2*water boat                 the same, written before it
    "new york"^1.5 -0.5*taxi     weights for a phrase, and for what is taken away
    like:violin                  a picture of the collection by its id; in quotes where the id has spaces
    like:photo + sea             this photo, but at sea: “photo” is a picture of your own
    like:violin -like:cello^0.5  pictures take signs and weights as words do

The query's vector is the sum of its terms' unit vectors, each times its signed weight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from devise_core.datatypes import Kind
from devise_core.errors import QueryError

GRAMMAR = tuple(
    (row[0], row[1])
    for line in (__doc__ or "").splitlines()
    if line.startswith("    ") and len(row := re.split(r" {2,}", line.strip(), maxsplit=1)) == 2
)
"""Of each form an example and its meaning: the rows above, to be shown."""

MAX_CLAUSES = 32
MIN_WEIGHT, MAX_WEIGHT = 0.01, 100.0
TAKEN_AWAY = 0.5
"""What a touching minus weighs: the whole of a near kin would leave noise ("fruit" less "apple", cosine 0.75, finds a cement mixer;
less half of it, the other fruits). Sums such as "king - man + woman" are of whole vectors (Mikolov et al., 2013)."""
_WIDTH = 28
"""A pointed line shows this many columns of a long query: a phone has room for no more."""

_SPACE = re.compile(r"\s*")
_SIGN = re.compile(r"[+\-−]")
_NUMBER = r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_TIMES = re.compile(_NUMBER + r"\*")
_POWER = re.compile(r"[\^*]" + _NUMBER + r"(?!\w|[.,][0-9])")
_QUOTE = re.compile(r"[\"“”„]")
_LIKE = re.compile(r"like:", re.IGNORECASE)
_BARE = re.compile(r"(?:[^\s^*]|\*(?!\.?[0-9]))+")


@dataclass(frozen=True)
class Clause:
    """A term of the sum. ``text`` (words, or a picture's id) is the query's characters from ``start`` to ``end``."""

    kind: Kind
    text: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True)
class _Item:
    """A word, a phrase, a picture, or (``clause`` None) a sign that stands free, at ``at``."""

    at: int
    sign: str
    clause: Clause | None
    bare: bool = False


def parse(text: str) -> tuple[Clause, ...]:
    """The terms of ``text`` in order; none where it holds no word. Words between two operators are one clause.

    Raises ``QueryError`` with the position of what cannot be read.
    """
    clauses: list[Clause] = []
    scope, free, running = 1.0, False, False
    for item in _items(text):
        if item.sign and free:
            raise _two_operators(item.at)
        if item.clause is None:
            scope, free, running = _signed(item.sign), True, False
            continue
        scope, free = (1.0 if item.sign else scope), False
        clause = replace(item.clause, weight=item.clause.weight * (_signed(item.sign) if item.sign else scope))
        if item.bare and running:
            clauses[-1] = replace(clauses[-1], text=text[clauses[-1].start : clause.end], end=clause.end)
        else:
            clauses.append(clause)
        running = item.bare
        if len(clauses) > MAX_CLAUSES:
            raise QueryError(
                f"A query has at most {MAX_CLAUSES} terms; the one at character {clause.start + 1} is one too many: shorten it.",
                clause.start,
            )
    if free:
        raise _missing(len(text))
    if clauses and all(clause.weight < 0 for clause in clauses):
        raise QueryError(
            "There is nothing to look for, only what to take away: start with a thing, as in “horse -saddle”.", clauses[0].start
        )
    return tuple(clauses)


def point(text: str, position: int) -> str:
    """``text`` on one line, and beneath it a caret at the character ``position``; of a long text the part around it."""
    start = max(0, min(position - _WIDTH // 2, len(text) - _WIDTH))
    line = "".join(char if char.isprintable() else " " for char in text[start : start + _WIDTH])
    before, after = "…" * (start > 0), "…" * (start + _WIDTH < len(text))
    columns = len(before) + sum(_columns(char) for char in line[: position - start])
    return f"{before}{line}{after}\n{' ' * columns}^"


def _items(text: str) -> Iterator[_Item]:
    at = _skip(text, 0)
    while at < len(text):
        item, end = _item(text, at)
        if item.clause is None or item.clause.kind == "picture" or _has_word(item.clause.text):
            yield item
        elif not item.bare:
            raise _missing(item.clause.start)
        if glued := _BARE.match(text, end):  # what clings to a closing quote or a weight is no operator
            if _has_word(glued[0]):
                yield _Item(end, "", Clause("words", glued[0], 1.0, end, glued.end()), bare=True)
            end = glued.end()
        elif end < len(text) and text[end] in "^*":
            raise _two_operators(end)
        at = _skip(text, end)


def _item(text: str, at: int) -> tuple[_Item, int]:
    """What begins at ``at``, where no space is, and where it ends."""
    begin, sign = at, ""
    if _SIGN.match(text, at):
        sign, at = text[at], at + 1
        if at == len(text) or text[at].isspace():
            return _Item(begin, sign, None), at
        if _SIGN.match(text, at):
            raise _two_operators(at)
    weight, weighted = 1.0, False
    if times := _TIMES.match(text, at):
        weight, weighted, at = _weight(times[1], at), True, times.end()
        if at == len(text) or text[at].isspace():
            raise _missing(at)
        if _SIGN.match(text, at) or _TIMES.match(text, at):
            raise _two_operators(at)
    clause, end = _operand(text, at)
    if end < len(text) and text[end] in "^*":
        if weighted:
            raise _two_operators(end)
        power = _POWER.match(text, end)
        if not power:
            raise QueryError(
                f"“{text[end]}” wants a number from {MIN_WEIGHT} to {MAX_WEIGHT:g} at character {end + 2}: water^2, for example.",
                end + 1,
            )
        weight, weighted, end = _weight(power[1], end + 1), True, power.end()
    elif sign and not weighted and _signed(sign) < 0:
        weight = TAKEN_AWAY
    bare = not (sign or weighted or _QUOTE.match(text, at) or clause.kind == "picture")
    return _Item(begin, sign, replace(clause, weight=weight), bare), end


def _operand(text: str, at: int) -> tuple[Clause, int]:
    """The word, phrase or picture at ``at``, and where it ends."""
    if text[at] in "^*":
        raise QueryError(f"“{text[at]}” at character {at + 1} weights nothing: write water^2 or 2*water, without spaces.", at)
    if like := _LIKE.match(text, at):
        start, end, after = _extent(text, like.end())
        if start == end:
            raise QueryError(f"“like:” wants a picture's id at character {start + 1}: like:violin, for example.", start)
        return Clause("picture", text[start:end], 1.0, start, end), after
    start, end, after = _extent(text, at)
    if _QUOTE.match(text, at) and not _has_word(text[start:end]):
        raise QueryError(f"There is no word between the quotes at character {at + 1}: write one, or take them away.", at)
    return Clause("words", text[start:end], 1.0, start, end), after


def _extent(text: str, at: int) -> tuple[int, int, int]:
    """Start and end of what is written at ``at``, quotes and the space inside them apart, and where to go on."""
    if not _QUOTE.match(text, at):
        end = bare.end() if (bare := _BARE.match(text, at)) else at
        return at, end, end
    closing = _QUOTE.search(text, at + 1)
    if not closing:
        raise QueryError(f"The quote at character {at + 1} is not closed: put a second one behind the phrase.", at)
    start = min(_skip(text, at + 1), closing.start())
    return start, start + len(text[start : closing.start()].rstrip()), closing.end()


def _weight(number: str, at: int) -> float:
    if not MIN_WEIGHT <= float(number) <= MAX_WEIGHT:
        raise QueryError(
            f"The weight {number[:12]} at character {at + 1} is out of range: give one from {MIN_WEIGHT} to {MAX_WEIGHT:g}.", at
        )
    return float(number)


def _missing(position: int) -> QueryError:
    return QueryError(f"A term is missing at character {position + 1}: write one there, or take the operator away.", position)


def _two_operators(position: int) -> QueryError:
    return QueryError(f"Two operators follow each other at character {position + 1}: keep one of them.", position)


def _signed(sign: str) -> float:
    return 1.0 if sign == "+" else -1.0


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _has_word(text: str) -> bool:
    return any(char.isalnum() for char in unicodedata.normalize("NFKC", text))


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
