"""Write ``docs/LICENCES.md``, the licences of all locked packages: ``python -m devise_core.bundle.licences > docs/LICENCES.md``."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from devise_core.errors import BuildError
from devise_core.storage.paths import REPOSITORY

LOCKS = tuple(REPOSITORY / f"requirements{kind}.lock" for kind in ("", "-build", "-api", "-milvus", "-onnx", "-large"))
LOOKED_UP = {"colorama": "BSD-3-Clause", "namex": "Apache-2.0", "tensorflow": "Apache-2.0"}
"""Licences from the repositories of packages that are only installed on other systems, or whose metadata states no licence."""
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_CLASSIFIER = "License :: OSI Approved :: "
_HEADER = """# Licences

## What the repository contains

| part | licence |
| --- | --- |
| the code | [MIT](../LICENSE) |
| the image model, EfficientNet-Lite0 | Apache-2.0 |
| the word vectors, GloVe 6B | public domain, PDDL |
| a second set of word vectors, from all-MiniLM-L6-v2 | Apache-2.0 |
| the nouns, from WordNet 3.0 | WordNet 3.0 licence |
| the list of names, from SCOWL and WordNet 3.0 | permissive, in `devise_core/text/name_words.txt` |
| the nouns of other languages, from FreeDict | GPL-3.0 |
| the collection `stamps`, from Tux Paint | GPL-2.0 |
| the collection `photos`, from GCompris and other Debian packages | per image: public domain, CC0, CC BY, CC BY-SA, GPL or LGPL |
| deck.gl, which draws the map, and what it needs | MIT, with parts under Apache-2.0. `ui/vendor/LICENCES.txt` has the texts |

The app shows the author and the source of each photograph. [The bundled collections](COLLECTIONS.md) lists their
packages.

## Packages that the app uses

The packages of `requirements.lock` and of the lock files of the build, the REST API, Milvus, ONNX Runtime and NumKong, with the
licences that their metadata states. This file is written by `make lock`.

| package | version | licence |
| --- | --- | --- |
"""


def locked(locks: tuple[Path, ...] = LOCKS) -> dict[str, list[str]]:
    """Return the locked versions of each package. A package can have several versions, for different versions of Python."""
    versions: dict[str, list[str]] = {}
    for lock in locks:
        for name, version in _PIN.findall(lock.read_text("utf-8")):
            versions.setdefault(name, []).append(version)
    return {name: sorted(set(versions[name])) for name in sorted(versions)}


def licence_of(name: str) -> str:
    """Return the licence of an installed package.

    Raises:
        BuildError: If the package is not installed or its metadata states no licence.
    """
    if name in LOOKED_UP:
        return LOOKED_UP[name]
    try:
        fields = metadata.metadata(name).json
    except metadata.PackageNotFoundError as error:
        raise BuildError(f"{name} is locked but not installed. Run `pip install -r requirements.txt` first.") from error
    classifiers = [entry.removeprefix(_CLASSIFIER) for entry in fields.get("classifier", ()) if entry.startswith(_CLASSIFIER)]
    stated = str(fields.get("license", ""))
    # Some packages put the whole text into the old `license` field. The classifiers are shorter then.
    short = stated if 0 < len(stated) < 60 and "\n" not in stated else " / ".join(classifiers)
    licence = str(fields.get("license_expression") or short)
    if not licence:
        raise BuildError(f"The metadata of {name} states no licence. Look it up and add it to LOOKED_UP.")
    return licence


def table() -> str:
    """Return the text of ``docs/LICENCES.md``.

    Raises:
        BuildError: If a licence is unknown.
    """
    rows = [f"| {name} | {', '.join(versions)} | {licence_of(name)} |" for name, versions in locked().items()]
    return _HEADER + "\n".join(rows) + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(table())
    except BuildError as error:
        sys.exit(f"semblance: {error}")
