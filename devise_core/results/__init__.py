"""The measurements of a model."""

from devise_core.results.reading import read_losses, read_results
from devise_core.results.records import BY_CLASSES, COMMAND, LESS, OURS, Cell, Classes, Reference, Results, Table

__all__ = [
    "BY_CLASSES",
    "COMMAND",
    "LESS",
    "OURS",
    "Cell",
    "Classes",
    "Reference",
    "Results",
    "Table",
    "read_losses",
    "read_results",
]
