"""A small ``results.json`` for the tests."""

from __future__ import annotations

from typing import Any


def number(value: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {name: part for name, part in (("value", value), ("low", low), ("high", high)) if part is not None}


def content() -> dict[str, Any]:
    """A run of one protocol: two methods, their difference, and the figures of the 2020 notebook."""
    return {
        "made_by": "python -m devise_core evaluate",
        "model": "abc",
        "tables": [
            {
                "title": "Naming, split of the 2020 notebook",
                "note": "a note",
                "columns": ["method", "hit@1", "hit@5"],
                "protocol": "pascal-sentences",
                "queries": 100,
                "rows": [
                    [{"text": "softmax"}, {"text": "cannot"}, {"text": "cannot"}],
                    [{"text": "ConSE (T = 10)"}, number(0.4, 0.3, 0.5), number(0.6, 0.5, 0.7)],
                    [{"text": "DeViSE"}, number(0.45, 0.35, 0.55), number(0.8, 0.7, 0.9)],
                    [{"text": "DeViSE − ConSE (T = 10)"}, number(0.05, -0.1, 0.2), number(0.2, 0.1, 0.3)],
                ],
            }
        ],
        "per_class": {
            "naming": {"columns": ["hit@5"], "classes": {"cow": {"queries": 5, "DeViSE": [0.8], "ConSE (T = 10)": [0.6]}}}
        },
        "references": [
            {"protocol": "pascal-sentences", "method": "the 2020 notebook", "figures": {"hit@5": 0.43}, "source": "a notebook"}
        ],
    }
