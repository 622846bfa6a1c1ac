"""The files that list packages for pip. Shared by the tests of the dependencies and of the wheel."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement


def requirements(path: Path) -> list[Requirement]:
    """Return the requirements of a file, without hashes."""
    text = re.sub(r"\s*\\\n\s*--hash=\S+", "", path.read_text("utf-8"))
    return [Requirement(line) for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "-"))]
