"""The query language: one parser for the pages, the command line and the library.

``GRAMMAR`` lists every form. A query is a sum of terms, called clauses here. The vector of a query is the sum of the unit vectors
of its clauses, each multiplied by the signed weight of the clause.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from devise_core.datatypes import Kind
from devise_core.errors import QueryError
from devise_core.text.unsupported_syntax import refuse_colon_weight

GRAMMAR = (
    ("bird near water", "words next to each other are read together, as one phrase"),
    ('"new york" skyline', "quotes separate a phrase from the words beside it"),
    ("bat (animal)", "a word in brackets chooses one meaning of a noun that has several"),
    ("horse -saddle", "a minus directly before a word or a quoted phrase ranks pictures of it lower. It counts half as much"),
    ("king - man + woman", "a plus or minus between spaces adds or subtracts the words after it, which count in full"),
    ("water^2 boat", "makes “water” count twice. The number can be from 0.01 to 100"),
    ("2*water boat", "means the same as water^2 boat"),
    ('"new york"^1.5 -0.5*taxi', "weights also work for phrases and for words with a minus"),
    ("like:violin", "pictures similar to the one called “violin” in this collection. Put a name with spaces in quotes"),
    ("like:violin -like:cello^0.5", "signs and weights work for pictures too"),
)
"""The forms of a query: an example of each form, and its meaning. A page or command adds the forms that work only there."""

MAX_CLAUSES = 32
MIN_WEIGHT, MAX_WEIGHT = 0.01, 100.0

TOUCHING_MINUS = 0.5
"""The weight of a clause with a minus directly before its first word, as in "-apple".

Subtracting the whole vector of a closely related word leaves noise: "fruit" minus "apple" (cosine 0.75) finds a cement mixer.
"fruit" minus half of "apple" finds other fruits. A query such as "king - man + woman" adds whole vectors (Mikolov et al., 2013).
"""

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
    """One term of a query.

    Attributes:
        kind: Whether the clause is words or an image.
        text: The words, or the image's id: the query's characters from ``start`` to ``end``.
        weight: The signed weight.
        start: The offset in the query, in characters, at which the text starts.
        end: The offset at which the text ends.
        quoted: Whether the text is in quotes. Then its words are read as they are written.
    """

    kind: Kind
    text: str
    weight: float
    start: int
    end: int
    quoted: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class _Token:
    """A word, a phrase in quotes or an image at offset ``at``. If ``clause`` is None, the token is a sign before a space."""

    at: int
    sign: str
    clause: Clause | None
    bare: bool = False


def parse(text: str) -> tuple[Clause, ...]:
    """Parse a query.

    Returns:
        The clauses of the query in order, or none if the query has no word. Words between two operators are one clause.

    Raises:
        QueryError: The query breaks the grammar. The error has the position of the mistake.
    """
    clauses: list[Clause] = []
    scope, after_sign, in_phrase = 1.0, False, False
    for item in _tokens(text):
        if item.sign and after_sign:
            raise _two_operators(item.at)
        if item.clause is None:
            scope, after_sign, in_phrase = _signed(item.sign), True, False
            continue
        scope, after_sign = (1.0 if item.sign else scope), False
        clause = replace(item.clause, weight=item.clause.weight * (_signed(item.sign) if item.sign else scope))
        if item.bare and in_phrase:
            clauses[-1] = replace(clauses[-1], text=text[clauses[-1].start : clause.end], end=clause.end)
        else:
            clauses.append(clause)
        in_phrase = item.bare
        if len(clauses) > MAX_CLAUSES:
            raise QueryError(
                f"A query has at most {MAX_CLAUSES} terms. Remove the terms from character {clause.start + 1} to the end.",
                clause.start,
            )
    if after_sign:
        raise _missing(len(text))
    if clauses and all(clause.weight < 0 for clause in clauses):
        raise QueryError(
            "The query only has terms with a minus. Add something to look for, as in “horse -saddle”.",
            clauses[0].start,
        )
    return tuple(clauses)


def _tokens(text: str) -> Iterator[_Token]:
    at = _skip(text, 0)
    while at < len(text):
        item, end = _token(text, at)
        if item.clause is None or item.clause.kind == "picture" or _has_word(item.clause.text):
            yield item
        elif not item.bare:
            raise _missing(item.clause.start)
        if glued := _BARE.match(text, end):  # text directly after a closing quote or a weight is not an operator
            if _QUOTE.match(text, end - 1):
                refuse_colon_weight(text, end, glued.end(), text[item.at : end])
            if _has_word(glued[0]):
                yield _Token(end, "", Clause("words", glued[0], 1.0, end, glued.end()), bare=True)
            end = glued.end()
        elif end < len(text) and text[end] in "^*":
            raise _two_operators(end)
        at = _skip(text, end)


def _token(text: str, at: int) -> tuple[_Token, int]:
    """Return the token that starts at offset ``at``, and the offset of its end. There must be no space at ``at``."""
    begin, sign = at, ""
    if _SIGN.match(text, at):
        sign, at = text[at], at + 1
        if at == len(text) or text[at].isspace():
            return _Token(begin, sign, None), at
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
                f"“{text[end]}” needs a number from {MIN_WEIGHT} to {MAX_WEIGHT:g} at character {end + 2}, as in water^2.",
                end + 1,
            )
        weight, weighted, end = _weight(power[1], end + 1), True, power.end()
    elif sign and not weighted and _signed(sign) < 0:
        weight = TOUCHING_MINUS
    bare = not (sign or weighted or _QUOTE.match(text, at) or clause.kind == "picture")
    return _Token(begin, sign, replace(clause, weight=weight), bare), end


def _operand(text: str, at: int) -> tuple[Clause, int]:
    """Return the word, phrase or image that starts at offset ``at``, and the offset of its end."""
    if text[at] in "^*":
        raise QueryError(
            f"“{text[at]}” at character {at + 1} is a weight without a word. Write water^2 or 2*water, without spaces.", at
        )
    if like := _LIKE.match(text, at):
        start, end, after = _extent(text, like.end())
        if start == end:
            raise QueryError(f"“like:” needs a picture's id at character {start + 1}, as in like:violin.", start)
        return Clause("picture", text[start:end], 1.0, start, end), after
    start, end, after = _extent(text, at)
    refuse_colon_weight(text, at, after)
    if _QUOTE.match(text, at) and not _has_word(text[start:end]):
        raise QueryError(f"There is no word between the quotes at character {at + 1}. Write one, or remove the quotes.", at)
    return Clause("words", text[start:end], 1.0, start, end, bool(_QUOTE.match(text, at))), after


def _extent(text: str, at: int) -> tuple[int, int, int]:
    """Return the start and end of the text at ``at``, without its quotes and outer spaces, and the offset to continue from."""
    if not _QUOTE.match(text, at):
        end = bare.end() if (bare := _BARE.match(text, at)) else at
        return at, end, end
    closing = _QUOTE.search(text, at + 1)
    if not closing:
        raise QueryError(f"The quote at character {at + 1} is not closed. Put a second one after the phrase.", at)
    start = min(_skip(text, at + 1), closing.start())
    return start, start + len(text[start : closing.start()].rstrip()), closing.end()


def _weight(number: str, at: int) -> float:
    if not MIN_WEIGHT <= float(number) <= MAX_WEIGHT:
        raise QueryError(
            f"The weight {number[:12]} at character {at + 1} is out of range. It can be from {MIN_WEIGHT} to {MAX_WEIGHT:g}.", at
        )
    return float(number)


def _missing(position: int) -> QueryError:
    return QueryError(f"A term is missing at character {position + 1}. Write one there, or remove the operator.", position)


def _two_operators(position: int) -> QueryError:
    return QueryError(f"There are two operators in a row at character {position + 1}. Keep one of them.", position)


def _signed(sign: str) -> float:
    return 1.0 if sign == "+" else -1.0


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _has_word(text: str) -> bool:
    return any(char.isalnum() for char in unicodedata.normalize("NFKC", text))
