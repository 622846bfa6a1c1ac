"""A killed job leaves the complete old result or the complete new one. ``benchmarks/killed.py`` kills every job, and more often."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.killed import build_job, kill_at_random, verified_hashes
from devise_core.errors import ArtifactError


def test_build_killed_at_random_moments_leaves_a_complete_result(tmp_path: Path) -> None:
    outcome = kill_at_random(build_job(tmp_path), 4)
    assert outcome.held, outcome
    assert outcome.rounds == 4


def test_mixed_old_and_new_files_are_detected(tmp_path: Path) -> None:
    job = build_job(tmp_path)
    assert job.start().wait() == 0
    assert verified_hashes(job.target) != verified_hashes(job.old)
    shutil.copy(job.old / "words.txt", job.target)
    with pytest.raises(ArtifactError, match=r"words\.txt"):
        verified_hashes(job.target)
