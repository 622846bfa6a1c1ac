"""Kill ``index``, ``train`` and ``build`` at random moments, and check what is on disk.

It must be either the complete old result or the complete new one, and the next run must complete.

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
class KilledCommand:
    """A command that replaces the folder ``target``. ``old`` is a copy of the folder before the command."""

    name: str
    arguments: Sequence[str]
    target: Path
    old: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the command."""
        return subprocess.Popen(
            [sys.executable, "-m", "devise_core", *self.arguments],
            cwd=REPOSITORY,
            start_new_session=True,
            env={**os.environ, **self.environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def restore(self) -> None:
        """Copy the old folder back."""
        shutil.rmtree(self.target, ignore_errors=True)
        shutil.copytree(self.old, self.target)

    def writes(self) -> bool:
        """Return whether the command has begun to write."""
        return any(self.target.parent.glob(f".staged-{self.target.name}-*"))

    def leftovers(self) -> list[str]:
        """Return the temporary files and folders that the command left."""
        return [
            path.name
            for folder in (self.target.parent, self.target)
            for path in folder.glob(".[lrs]*-*")
            if path.name.startswith((".staged-", ".locked-", ".replaced-"))
        ]


@dataclass
class KillOutcome:
    """Counts over the rounds of one command."""

    rounds: int = 0
    old: int = 0
    new: int = 0
    incomplete: list[str] = field(default_factory=list)
    completed: int = 0
    leftovers: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether every result was complete and every next run completed."""
        return self.rounds == self.old + self.new == self.completed and not self.incomplete and not self.leftovers


def verified_hashes(folder: Path) -> dict[str, str]:
    """Return the verified SHA-256 of each file.

    Raises:
        DeviseError: A file is missing or damaged.
    """
    manifest = Manifest.read(folder)
    for name in manifest.files:
        manifest.verified(folder / name)
    return {name: row.sha256 for name, row in manifest.files.items()}


def kill_at_random(job: KilledCommand, rounds: int, seed: int = SEED) -> KillOutcome:
    """Kill the command ``rounds`` times: every other time while it writes, and otherwise at any moment of the run."""
    rng, outcome, before = random.Random(seed), KillOutcome(), verified_hashes(job.old)
    total, writing = durations(job)
    for number in range(rounds):
        job.restore()
        process = job.start()
        if number % 2:
            while process.poll() is None and not job.writes():
                time.sleep(0.001)
        time.sleep(rng.uniform(0, writing if number % 2 else total))
        with suppress(ProcessLookupError):  # it has already ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        outcome.rounds += 1
        try:
            hashes = verified_hashes(job.target)
        except DeviseError as error:
            outcome.incomplete.append(str(error))
        else:
            outcome.old += hashes == before
            outcome.new += hashes != before
        outcome.completed += job.start().wait() == 0 and verified_hashes(job.target) != before
        outcome.leftovers += job.leftovers()
    return outcome


def durations(job: KilledCommand) -> tuple[float, float]:
    """Return the seconds of an undisturbed run, and of the part in which it writes."""
    job.restore()
    began, writing = time.perf_counter(), 0.0
    process = job.start()
    while process.poll() is None:
        writing = writing or (time.perf_counter() if job.writes() else 0.0)
        time.sleep(0.002)
    ended = time.perf_counter()
    if process.returncode:
        raise SystemExit(f"{job.name} ends with status {process.returncode}: {' '.join(job.arguments)}")
    return ended - began, ended - (writing or began)


def index_job(root: Path) -> KilledCommand:
    """Return a job that replaces a collection of 12 images by one of 40."""
    pictures = sorted((PICTURES / "images").iterdir())[:40]
    few, many = root / "few", root / "many"
    for folder, files in ((few, pictures[:12]), (many, pictures)):
        folder.mkdir(parents=True)
        for picture in files:
            shutil.copy(picture, folder)
    return _prepared(
        KilledCommand(
            "index",
            ["index", str(many), "--name", "pictures"],
            root / "collections/pictures",
            root / "old",
            {"SEMBLANCE_COLLECTIONS": str(root / "collections")},
        ),
        ["index", str(few), "--name", "pictures"],
    )


def train_job(root: Path) -> KilledCommand:
    """Return a job that replaces a model of one epoch by one of two."""
    for number, picture in enumerate(sorted((PICTURES / "images").iterdir())[:32]):
        folder = root / "pictures" / ("castle", "animal", "music", "tool")[number % 4]
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(picture) as image:  # data sets consist of JPEG files
            image.convert("RGB").save(folder / f"{picture.stem}.jpg")
    target = root / "models/own"
    command = ["train", str(root / "pictures"), "--recipe", "own", "--out", str(target), "--cache", str(root / "cache")]
    return _prepared(KilledCommand("train", [*command, "--epochs", "2"], target, root / "old"), [*command, "--epochs", "1"])


def build_job(root: Path) -> KilledCommand:
    """Return a job that replaces the words of a model by those of a file."""
    rng, letters = random.Random(SEED), "abcdefghijklmnopqrstuvwxyz"
    words = [f"word{one}{two}{three}" for one in "abcde" for two in letters for three in letters]
    for name, vocabulary in (("few", words[:1000]), ("many", words)):
        lines = (" ".join([word, *(f"{rng.gauss(0, 1):.4f}" for _ in range(50))]) for word in vocabulary)
        (root / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    target = root / "models/words"
    command = ["build", "words", "--artifacts", str(target), "--from"]
    return _prepared(
        KilledCommand("build", [*command, str(root / "many.txt")], target, root / "old"), [*command, str(root / "few.txt")]
    )


def _prepared(job: KilledCommand, first: Sequence[str]) -> KilledCommand:
    """Run the command ``first``, which makes the old folder, and return the job."""
    setup = KilledCommand(job.name, first, job.target, job.old, job.environment)
    if setup.start().wait():
        raise SystemExit(f"python -m devise_core {' '.join(first)} failed. Run it by hand to see the error.")
    shutil.copytree(job.target, job.old)
    return job


JOBS = {"index": index_job, "train": train_job, "build": build_job}


def main() -> None:
    """Run the benchmark and print its tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10, help="rounds per command (default: %(default)s)")
    chosen, rows, held = options.parse_args(), [], True
    for name, make in JOBS.items():
        with tempfile.TemporaryDirectory() as root:
            outcome = kill_at_random(make(Path(root)), chosen.rounds)
        held = held and outcome.held
        counts = (outcome.rounds, outcome.old, outcome.new, len(outcome.incomplete), outcome.completed, len(outcome.leftovers))
        rows.append((name, *map(str, counts)))
        print(*rows[-1], file=sys.stderr, flush=True)
        for line in outcome.incomplete + outcome.leftovers:
            print(f"{name}: {line}")
    columns = ("command", "kills", "old complete", "new complete", "incomplete", "next run completes", "leftovers")
    print_table("Killed with SIGKILL", columns, rows)
    sys.exit(not held)


if __name__ == "__main__":
    main()
