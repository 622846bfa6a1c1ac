"""``docs/LICENCES.md``: the licence of every package that is locked, as its own metadata states it.

``python -m devise_core.bundle.licences > docs/LICENCES.md``
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from devise_core.errors import BuildError
from devise_core.storage.paths import REPOSITORY

LOCKS = (REPOSITORY / "requirements.lock", REPOSITORY / "requirements-build.lock")
ELSEWHERE = {"colorama": "BSD-3-Clause", "namex": "Apache-2.0", "tensorflow": "Apache-2.0"}
"""Those that are installed on other systems only, or do not say: looked up in their repositories."""
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_CLASS = "License :: OSI Approved :: "


def locked(locks: tuple[Path, ...] = LOCKS) -> dict[str, list[str]]:
    """Package → its versions; of some there are two, for different Pythons."""
    found: dict[str, list[str]] = {}
    for lock in locks:
        for name, version in _PIN.findall(lock.read_text("utf-8")):
            found.setdefault(name, []).append(version)
    return {name: sorted(set(found[name])) for name in sorted(found)}


def licence_of(name: str) -> str:
    """Raises ``BuildError`` for a package that is not installed or does not say."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    try:
        facts = metadata.metadata(name).json
    except metadata.PackageNotFoundError as error:
        raise BuildError(f"{name} is locked, but not installed: run `pip install -r requirements.txt` first.") from error
    classes = [each.removeprefix(_CLASS) for each in facts.get("classifier", ()) if each.startswith(_CLASS)]
    stated = str(facts.get("license", ""))
    # An expression is exact; of the older fields the short one, as some packages put the whole text there.
    short = stated if 0 < len(stated) < 60 and "\n" not in stated else " / ".join(classes)
    licence = str(facts.get("license_expression") or short)
    if not licence:
        raise BuildError(f"{name} does not state its licence: look it up, and add it to ELSEWHERE.")
    return licence


def table() -> str:
    rows = [f"| {name} | {', '.join(versions)} | {licence_of(name)} |" for name, versions in locked().items()]
    return (
        "\n".join(
            [
                "# Licences of what the app runs on",
                "",
                "Each package of `requirements.lock` and `requirements-build.lock`, by its own metadata; written by `make lock`. The",
                "code's own licence and those of the model, the words and the pictures are in the README; those of the browser's",
                "scripts in `ui/vendor/LICENCES.txt`.",
                "",
                "| package | version | licence |",
                "| --- | --- | --- |",
                *rows,
            ]
        )
        + "\n"
    )


if __name__ == "__main__":
    try:
        sys.stdout.write(table())
    except BuildError as error:
        sys.exit(f"devise: {error}")
