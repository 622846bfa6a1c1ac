"""Kill -9 at random moments of `index`, `train` and `build`: what is on disk is the old whole thing or the new one, and the next
run completes.

    python -m benchmarks.killed [--rounds 10]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from benchmarks.table import print_table
from devise_core.errors import DeviseError
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import BUNDLED_ARTIFACTS, REPOSITORY

PICTURES = BUNDLED_ARTIFACTS / "collections/photos"
SEED = 7


@dataclass
class Job:
    """A command that replaces the folder ``target``; ``old`` is a copy of what it replaces."""

    name: str
    arguments: Sequence[str]
    target: Path
    old: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "devise_core", *self.arguments],
            cwd=REPOSITORY,
            start_new_session=True,
            env={**os.environ, **self.environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def put_back(self) -> None:
        shutil.rmtree(self.target, ignore_errors=True)
        shutil.copytree(self.old, self.target)

    def writes(self) -> bool:
        """Whether a folder for the new files is there."""
        return any(self.target.parent.glob(f".staged-{self.target.name}-*"))

    def leftovers(self) -> list[str]:
        return [
            path.name
            for folder in (self.target.parent, self.target)
            for path in folder.glob(".[rs]*-*")
            if path.name.startswith((".staged-", ".replaced-"))
        ]


@dataclass
class Outcome:
    """Counts over the rounds of one job."""

    rounds: int = 0
    old: int = 0
    new: int = 0
    half: list[str] = field(default_factory=list)
    completed: int = 0
    leftovers: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return self.rounds == self.old + self.new == self.completed and not self.half and not self.leftovers


def whole(folder: Path) -> dict[str, str]:
    """File → SHA-256, each verified. Raises ``DeviseError`` where something is not whole."""
    manifest = Manifest.read(folder)
    for name in manifest.files:
        manifest.verified(folder / name)
    return {name: row.sha256 for name, row in manifest.files.items()}


def kill_at_random(job: Job, rounds: int, seed: int = SEED) -> Outcome:
    """Every other time anywhere in the run, else once it has begun to write."""
    chance, outcome, before = random.Random(seed), Outcome(), whole(job.old)
    lasts, writes = duration(job)
    for number in range(rounds):
        job.put_back()
        process = job.start()
        if number % 2:
            while process.poll() is None and not job.writes():
                time.sleep(0.001)
        time.sleep(chance.uniform(0, writes if number % 2 else lasts))
        with suppress(ProcessLookupError):  # it was quicker
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        outcome.rounds += 1
        try:
            found = whole(job.target)
        except DeviseError as error:
            outcome.half.append(str(error))
        else:
            outcome.old += found == before
            outcome.new += found != before
        outcome.completed += job.start().wait() == 0 and whole(job.target) != before
        outcome.leftovers += job.leftovers()
    return outcome


def duration(job: Job) -> tuple[float, float]:
    """Seconds of a run left alone, and of the part of it in which it writes."""
    job.put_back()
    began, writing = time.perf_counter(), 0.0
    process = job.start()
    while process.poll() is None:
        writing = writing or (time.perf_counter() if job.writes() else 0.0)
        time.sleep(0.002)
    ended = time.perf_counter()
    if process.returncode:
        raise SystemExit(f"{job.name} ends with status {process.returncode}: {' '.join(job.arguments)}")
    return ended - began, ended - (writing or began)


def index_job(root: Path) -> Job:
    """A collection of 12 pictures, to be replaced by one of 40."""
    pictures = sorted((PICTURES / "images").iterdir())[:40]
    few, many = root / "few", root / "many"
    for folder, some in ((few, pictures[:12]), (many, pictures)):
        folder.mkdir(parents=True)
        for picture in some:
            shutil.copy(picture, folder)
    return _made(
        Job(
            "index",
            ["index", str(many), "--name", "pictures"],
            root / "collections/pictures",
            root / "old",
            {"SEMBLANCE_COLLECTIONS": str(root / "collections")},
        ),
        ["index", str(few), "--name", "pictures"],
    )


def train_job(root: Path) -> Job:
    """A model trained for one epoch, to be replaced by one of two."""
    for number, picture in enumerate(sorted((PICTURES / "images").iterdir())[:32]):
        folder = root / "pictures" / ("castle", "animal", "music", "tool")[number % 4]
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(picture) as image:  # data sets are of JPEGs
            image.convert("RGB").save(folder / f"{picture.stem}.jpg")
    target = root / "models/own"
    command = ["train", str(root / "pictures"), "--recipe", "own", "--out", str(target), "--cache", str(root / "cache")]
    return _made(Job("train", [*command, "--epochs", "2"], target, root / "old"), [*command, "--epochs", "1"])


def build_job(root: Path) -> Job:
    """The words of a model's folder, to be replaced by others out of a file."""
    chance, letters = random.Random(SEED), "abcdefghijklmnopqrstuvwxyz"
    words = [f"word{one}{two}{three}" for one in "abcde" for two in letters for three in letters]
    for name, some in (("few", words[:1000]), ("many", words)):
        lines = (" ".join([word, *(f"{chance.gauss(0, 1):.4f}" for _ in range(50))]) for word in some)
        (root / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    target = root / "models/words"
    command = ["build", "words", "--artifacts", str(target), "--from"]
    return _made(Job("build", [*command, str(root / "many.txt")], target, root / "old"), [*command, str(root / "few.txt")])


def _made(job: Job, first: Sequence[str]) -> Job:
    """``job`` once the command ``first`` has made what it is to replace."""
    begun = Job(job.name, first, job.target, job.old, job.environment)
    if begun.start().wait():
        raise SystemExit(f"python -m devise_core {' '.join(first)} does not run here: try it by hand.")
    shutil.copytree(job.target, job.old)
    return job


JOBS = {"index": index_job, "train": train_job, "build": build_job}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10, help="of each command")
    asked, rows, held = options.parse_args(), [], True
    for name, made in JOBS.items():
        with tempfile.TemporaryDirectory() as root:
            outcome = kill_at_random(made(Path(root)), asked.rounds)
        held = held and outcome.held
        counts = (outcome.rounds, outcome.old, outcome.new, len(outcome.half), outcome.completed, len(outcome.leftovers))
        rows.append((name, *map(str, counts)))
        print(*rows[-1], file=sys.stderr, flush=True)
        for line in outcome.half + outcome.leftovers:
            print(f"{name}: {line}")
    columns = ("command", "kills", "old whole", "new whole", "half", "next run completes", "leftovers")
    print_table("Killed with SIGKILL", columns, rows)
    sys.exit(not held)


if __name__ == "__main__":
    main()
