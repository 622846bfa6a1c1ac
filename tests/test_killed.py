"""A job that is killed leaves the old whole thing or the new one; benchmarks/killed.py does this with every job, and more often."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.killed import build_job, kill_at_random, whole
from devise_core.errors import ArtifactError


def test_a_build_is_killed_at_random_moments(tmp_path: Path) -> None:
    outcome = kill_at_random(build_job(tmp_path), 4)
    assert outcome.held, outcome
    assert outcome.rounds == 4


def test_half_is_told_from_whole(tmp_path: Path) -> None:
    job = build_job(tmp_path)
    assert job.start().wait() == 0
    assert whole(job.target) != whole(job.old)
    shutil.copy(job.old / "words.txt", job.target)
    with pytest.raises(ArtifactError, match=r"words\.txt"):
        whole(job.target)
