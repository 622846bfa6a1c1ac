"""Conditions as filter expressions of Milvus.

Values are written as literals, in which every character that could end a literal is escaped. Expression templates would bind the
values, but Milvus Lite and servers before version 2.5 do not support templates. ``tests/test_milvus.py`` checks that an expression
selects exactly the images that satisfy its condition.
"""

from __future__ import annotations

from collections.abc import Iterable

from devise_core.collections.milvus.schema import TAKEN
from devise_core.search.conditions import All, AnyOf, Condition, HasId, HasLabel, InCategory, Not, TakenIn

EVERY_ROW, NO_ROW = "row >= 0", "row < 0"
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def literal(value: str) -> str:
    """Return a text as a literal, in quotes. Quotes and backslashes in it have a backslash before them."""
    return f'"{value.translate(_ESCAPES)}"'


def one_of(field: str, values: Iterable[str]) -> str:
    """Return the expression that is true if a field has one of ``values``."""
    return f"{field} in [{', '.join(map(literal, values))}]"


def expression(condition: Condition) -> str:  # noqa: PLR0911  one for each kind
    """Return a condition as an expression. Raises ``TypeError`` for an unknown kind of condition."""
    match condition:
        case All(parts):
            return _joined(parts, " and ", EVERY_ROW)
        case AnyOf(parts):
            return _joined(parts, " or ", NO_ROW)
        case Not(Not(part)):
            return expression(part)
        case Not(part):
            return f"(not ({expression(part)}))"
        case HasLabel(label):
            return f"array_contains(labels, {literal(label)})"
        case InCategory(category):
            return f"array_contains(lineage, {literal(category)})"
        case TakenIn(period):
            return f"array_contains(lineage, {literal(TAKEN + period)})"
        case HasId(item_id):
            return f"id == {literal(item_id)}"
    raise TypeError(f"A condition is one of the classes of conditions.py. Received: {condition!r}")


def _joined(parts: tuple[Condition, ...], operator: str, without_parts: str) -> str:
    written = [expression(part) for part in parts]
    return f"({operator.join(written)})" if len(written) > 1 else written[0] if written else without_parts
