"""Install the last commit into new environments, as a user does, and run the README's lines from another folder.

It installs with ``pip install git+file://…`` and from the wheel, with no extra, and measures from the start of a process to the
first result of a text search. Then it adds the extra ``images`` and runs all of the README's lines. Needs only Python, git, pip
and a C++ compiler, so any Python can run it: ``python3.13 -m benchmarks.clean_install``.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

from benchmarks.table import median, print_table

ROOT = Path(__file__).parent.parent
PHOTO = ROOT / "artifacts/collections/photos/images/cat.webp"
FIRST_HIT = "castle"
"""The name of the first image for the README's text."""
MOST = 2.0
"""The most CPU seconds that the first hit may take. If no other program runs, the user waits hardly longer than that."""


def readme_lines(search_only: bool = False) -> str:
    """Return the README's first lines of Python, up to the text search or all of them."""
    code = re.search(r"```python\n(.+?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert code, "the README has no Python"
    lines = code[1].splitlines(keepends=True)
    [search] = [number for number, line in enumerate(lines, 1) if "search_text" in line]
    return "".join(lines[:search] if search_only else lines)


def new_environment(folder: Path) -> Path:
    """Make an environment with pip, and return its Python."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(python: Path, what: str) -> None:
    """Install a package with its requirements, and check that pip finds no conflict."""
    subprocess.run([str(python), "-m", "pip", "install", "-q", what], check=True)
    subprocess.run([str(python), "-m", "pip", "check", "-q"], check=True)


@dataclass(frozen=True)
class Finished:
    """A process that has ended.

    Attributes:
        said: What it printed.
        seconds: From its start to its end.
        processor: The CPU seconds of all its threads. Other programs hardly affect them.
    """

    said: str
    seconds: float
    processor: float


def run(python: Path, code: str, folder: Path) -> Finished:
    """Run ``code`` in a new process in ``folder``.

    The process does not find the checkout. No environment variable of the project or of Python is set, and the user's data and
    caches are below ``folder``.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEMBLANCE_", "DEVISE_", "PYTHON"))}
    kept |= {"XDG_DATA_HOME": str(folder / "data"), "XDG_CACHE_HOME": str(folder / "cache"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    began, before = time.perf_counter(), os.times()
    done = subprocess.run([str(python), "-c", code], cwd=folder, env=kept, check=True, stdout=subprocess.PIPE, text=True)
    seconds, after = time.perf_counter() - began, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Finished(done.stdout.strip(), seconds, processor)


def first_hits(python: Path, folder: Path, runs: int) -> list[Finished]:
    """Run ``runs`` processes one after another that import the library, open it and print the first hit."""
    code = readme_lines(search_only=True) + "print(hits[0].name)"
    processes = [run(python, code, folder) for _ in range(runs)]
    for each in processes:
        expect(each.said == FIRST_HIT, f"The first image for the README's text is “{each.said}” and not “{FIRST_HIT}”.")
    return processes


def check_all_lines(python: Path, wheel: Path, folder: Path) -> None:
    """Install the extra for images, and run all lines of the README on a photo of a cat."""
    install(python, f"{wheel}[images]")
    shutil.copy(PHOTO, folder / "photo.jpg")
    said = run(python, readme_lines() + "print(hits[0].name, names[0].word, similar[0].name, hits[0].path)", folder).said
    words = said.split(maxsplit=3)
    expect(words[:3] == [FIRST_HIT, "cat", "cat"], f"The README's lines give “{said}”.")
    expect(str(ROOT) not in words[3], f"The image is read from the checkout: {words[3]}")


def expect(holds: bool, otherwise: str) -> None:
    """End the program with the sentence ``otherwise`` unless ``holds`` is true."""
    if not holds:
        sys.exit(otherwise)


def main() -> None:
    """Run the benchmark and print its table. The status is 1 if a line fails or the first hit is too slow."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=7, help="processes to measure for each way to install (default: %(default)s)")
    options.add_argument("--text-only", action="store_true", help="do not install the extra for images, which has TensorFlow")
    given = options.parse_args()
    source = f"git+{ROOT.as_uri()}"
    rows, taken = list[list[str]](), list[float]()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder / "wheel"), source], check=True)
        [wheel] = (folder / "wheel").glob("*.whl")
        (folder / "elsewhere").mkdir()
        for name, what in (("pip install git+file://…", source), ("pip install semblance-….whl", str(wheel))):
            python = new_environment(folder / f"environment-{len(rows)}")
            install(python, what)
            processes = first_hits(python, folder / "elsewhere", given.runs)
            seconds = [each.seconds for each in processes]
            taken.append(median([each.processor for each in processes]))
            rows.append([name, f"{median(seconds):.2f}", f"{max(seconds):.2f}", f"{taken[-1]:.2f}"])
        if not given.text_only:
            check_all_lines(python, wheel, folder / "elsewhere")
    title = f"Python {platform.python_version()}: seconds from the start of a process to the first hit, {given.runs} processes each"
    print_table(title, ["installed by", "median", "worst", "median CPU time"], rows)
    if not given.text_only:
        print("All lines of the README work with the extra images.")
    expect(max(taken) <= MOST, f"The first hit takes more than {MOST:g} s of the processor.")


if __name__ == "__main__":
    main()
