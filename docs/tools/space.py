"""Write the folder that a Docker Space of Hugging Face needs: ``python -m docs.tools.space FOLDER``.

It has what the ``Dockerfile`` copies, and a ``README.md`` that begins with the header of ``docs/hosting/huggingface.md``.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path

from benchmarks.container_build import copy_context

ROOT = Path(__file__).parent.parent.parent
ABOUT = """
# Semblance

Search pictures by what they show, in words or with an example. This Space runs the `Dockerfile` beside this file.
`MODEL_CARD.md` describes the model, its training data and its limits.
"""


def space_header() -> str:
    """Return the YAML header of the ``README.md`` of a Space, with its two lines of dashes."""
    page = (ROOT / "docs/hosting/huggingface.md").read_text("utf-8")
    header = re.search(r"```yaml\n(---\n.*?---\n)```", page, re.DOTALL)
    assert header, "docs/hosting/huggingface.md has no header"
    return header[1]


def write_space(folder: Path) -> None:
    """Write all files of the Space to a new folder.

    Raises:
        FileExistsError: The folder has files already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} has files already. Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    copy_context(ROOT, folder)
    for name in ("Dockerfile", ".dockerignore"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "README.md").write_text(space_header() + ABOUT, "utf-8")


def main() -> None:
    """Write the folder that is named on the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, metavar="FOLDER", help="the folder to make")
    folder = options.parse_args().folder
    try:
        write_space(folder)
    except (FileExistsError, NotADirectoryError) as error:
        sys.exit(str(error))
    print(
        f"{folder}: {sum(path.is_file() for path in folder.rglob('*'))} files. docs/hosting/huggingface.md says how to upload them."
    )


if __name__ == "__main__":
    main()
