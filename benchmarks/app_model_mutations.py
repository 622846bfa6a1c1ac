"""Damaged and malicious files of a model folder, and a count of what they do to a running app.

Run ``python -m benchmarks.app_model_mutations``. Each mutated model replaces the one before it while the server runs. The server
then opens it as it does at its start. For every tenth mutation, a new server is started. The app must work, or say in a sentence
which file is wrong and what to do.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.app_mutations import DEFAULT, LIMITS, first_item, mutations, runs
from benchmarks.app_questions import SLOWEST, AppQuestions, Asked
from benchmarks.large_copies import as_small
from benchmarks.mutation_trial import Mutated, MutationTrial
from benchmarks.mutations import copy_of, mutate
from benchmarks.server import APP, serving
from benchmarks.table import print_table
from devise_core.engine import load_engine
from devise_core.storage.manifest import NAME, Manifest
from devise_core.storage.paths import BUNDLED_ARTIFACTS

PARTS = 3
"""Into how many parts the questions are divided. The first one is in every part."""
STARTS = 10
"""A new server is started for every tenth mutation."""
MODEL = "model.keras"
READERS = {
    "results.json": "results",
    "foreign_nouns.tsv": "text_search foreign",
    "senses.csv": "text_search senses",
    "sense_vectors.npy": "text_search senses",
    "naming.tsv": "labels",
    "naming_vectors.npy": "labels",
    "noun_senses.npy": "labels",
    "abstract_words.txt": "labels",
    "phrase_projection.npz": "text_search phrase",
    "person.npy": "words sum",
}
"""File → a question that reads it, which is always asked about a mutation of it."""
_REMEDY = re.compile(r"Restore|Make |make it again|Download|Open that model|Update the code|Choose another")


class ModelTrial(MutationTrial):
    """Puts mutated copies of a model where a server reads it, and asks the server about them.

    Args:
        source: The model to copy.
        folder: The folder of the server's model.
        questions: Asks the server.
        alive: Returns whether the server runs.
    """

    def __init__(self, source: Path, folder: Path, questions: AppQuestions, alive: Callable[[], bool]) -> None:
        super().__init__(alive)
        self._source, self._folder, self._questions = source, folder, questions
        self._files, self._item = set(model_files(source)), first_item(source / "collections" / DEFAULT)
        self.starts, self.refusals = 0, set[str]()

    async def ask(self, group: Sequence[Mutated]) -> list[Asked]:
        """Ask about one mutation. There is no intact collection to ask about beside it. Returns what ``MutationTrial.ask`` does."""
        [(number, file, mutation)] = group
        copy = copy_of(self._source, self._source.with_name("copy"))
        mutate(copy, file, mutation, random.Random(number))
        shutil.rmtree(self._folder)
        copy.rename(self._folder)
        if number % STARTS:
            return [await self._ask_server(self._questions, number, file), Asked()]
        self.starts += 1
        log = self._source.with_name("start.log")
        with log.open("w") as written, serving(APP, written, SEMBLANCE_ARTIFACTS=str(self._folder), **LIMITS) as (server, pid):
            return [await self._ask_server(AppQuestions(server, pid, log), number, file), Asked()]

    async def _ask_server(self, questions: AppQuestions, number: int, file: str) -> Asked:
        pages, paths = pages_of(self._item), paths_of(self._item)
        image = (self._source / "collections" / DEFAULT / "images" / f"{self._item}.webp").read_bytes()
        runs_model = file in (MODEL, NAME) or not number % STARTS
        asked = await questions.ask_these(
            {page: pages[page] for page in _part(list(pages), number, file)},
            {path: paths[path] for path in _part(list(paths), number, file)},
            {"api/v1/label": image} if runs_model else {},
        )
        asked.problems += [f"names no file and remedy: {refusal}" for refusal in asked.refusals if not self._is_clear(refusal)]
        said = (refusal.replace("\\", "").partition(": ")[2] for refusal in asked.refusals)  # without Markdown's escapes
        self.refusals.update(sentence.replace(str(self._folder), "MODEL")[:300].strip() for sentence in said)
        return asked

    def _is_clear(self, refusal: str) -> bool:
        """Whether a refusal says what the operator must know. The API and the map tell visitors only that something is damaged."""
        if not refusal.startswith(("page ", "ready")):
            return True
        said = refusal.replace("\\", "")  # without Markdown's escapes
        return any(Path(file).name in said for file in self._files) and _REMEDY.search(said) is not None


def model_files(folder: Path) -> list[str]:
    """Return the names of the files of a model, without those of its collections."""
    return [NAME, *(name for name in Manifest.read(folder).files if (folder / name).is_file())]


def _part(names: Sequence[str], number: int, file: str) -> list[str]:
    return [name for place, name in enumerate(names) if not place or place % PARTS == number % PARTS or READERS.get(file) == name]


def pages_of(item: str) -> dict[str, dict[str, str]]:
    """Return the pages to open, each with the parameters of its address. What follows a space tells entries for one page apart."""
    return {
        "text_search": {"q": "dog"},
        "text_search typo": {"q": "a black dogg on the grass -cat"},
        "text_search foreign": {"q": "hund"},
        "text_search senses": {"q": "bat"},
        "text_search phrase": {"q": "red double decker bus"},
        "": {"q": "violin"},
        "words near": {"q": "fish", "mode": "near"},
        "words sum": {"q": "king - man + woman", "mode": "sum"},
        "words way": {"a": "sheep", "b": "castle", "mode": "way"},
        "labels": {"item": item},
        "image_search": {"item": item},
        "explorer": {"q": "dog", "item": item},
        "results": {},
        "photos": {},
    }


def paths_of(item: str) -> dict[str, str]:
    """Return the addresses to request."""
    return {
        "ready": "ready",
        "search": "api/v1/search?q=a+dog+on+the+grass&captions=true&limit=5",
        "suggestions": f"suggest?q=do&c={DEFAULT}",
        "collections": "api/v1/collections",
        "map": f"map-data/{DEFAULT}",
        "thumbnail": f"api/v1/collections/{DEFAULT}/thumbnails/{item}",
    }


def run(count: int, seed: int, root: Path) -> tuple[list[list[str]], set[str]]:
    """Start a server, try mutations of the bundled model with it, and return the rows of a table and the texts of the refusals."""
    engine = load_engine()
    ignored = shutil.ignore_patterns("collections")
    source = Path(shutil.copytree(BUNDLED_ARTIFACTS, root / "source", ignore=ignored))
    as_small(engine, engine.collections()[DEFAULT], source / "collections" / DEFAULT)
    folder, log = copy_of(source, root / "model"), root / "log"
    with log.open("w") as written, serving(APP, written, SEMBLANCE_ARTIFACTS=str(folder), **LIMITS) as (server, pid):
        trial = ModelTrial(source, folder, AppQuestions(server, pid, log), lambda: runs(pid))
        began = time.monotonic()
        outcome = asyncio.run(trial.run(mutations(model_files(source), count, seed), together=1))
    rows = [
        [f"mutations of a model, seed {seed}", f"{count}, in {time.monotonic() - began:.0f} s"],
        ["of these, opened by a server that was started for it", str(trial.starts)],
        ["refused, or works", f"{outcome.counts['refused']}, {outcome.counts['works']}"],
        ["answers", str(outcome.answers)],
        ["raw errors, slow answers, unclear sentences, ends of the server: target 0", str(len(outcome.problems))],
        ["slowest answer", f"{outcome.slowest:.1f} s"],
        [f"answers over {SLOWEST:.0f} s because the machine was busy", str(outcome.starved)],
    ]
    return rows, trial.refusals


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="how many mutations (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sentences", action="store_true", help="print what the app said about the mutations")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as root:
        rows, refusals = run(options.count, options.seed, Path(root))
    print_table(f"Mutations of a model, opened by the app (load {os.getloadavg()[0]:.1f})", ["result", "measured"], rows)
    if options.sentences:
        print("\n".join(sorted(refusals)))


if __name__ == "__main__":
    main()
