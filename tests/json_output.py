"""Read what a command prints with ``--json``, and check it against the schema that is part of the package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema


@cache
def validator() -> Any:
    """Return a validator for the schema, after a check of the schema itself."""
    schema = json.loads((files("devise_core.cli") / "output.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def read_output(text: str) -> Any:
    """Return the object in ``text``. Fails if the schema does not describe it."""
    content = json.loads(text)
    error = jsonschema.exceptions.best_match(validator().iter_errors(content))
    assert error is None, error
    return content
