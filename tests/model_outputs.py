"""Random images for a model, and a comparison of what two models return."""

from __future__ import annotations

from typing import Any

import numpy as np


def pixels(size: int = 224, count: int = 1) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).uniform(0, 255, (count, size, size, 3)).astype(np.float32)


def close(result: Any, expected: Any) -> bool:
    """Return whether the values agree within 1e-4 of the largest. Random weights may make all values tiny."""
    result, expected = np.asarray(result), np.asarray(expected)
    return result.shape == expected.shape and bool(np.abs(result - expected).max() <= 1e-4 * np.abs(expected).max() > 0)
