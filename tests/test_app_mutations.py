"""A running app names what is wrong with a malformed collection, and goes on to serve the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.app_mutations import DEFAULT, LIMITS, MUTATED, CollectionTrial
from benchmarks.app_questions import AppQuestions, CpuUse, UnexpectedAnswerError, check_json
from benchmarks.mutations import copy_of, with_forests
from benchmarks.server import APP, serving
from devise_core.engine import Engine
from tests.browsing import run_session

MUTATIONS = (
    (0, "manifest.json", "json"),
    (1, "items.csv", "inserted"),
    (2, "embeddings.npy", "noise"),
    (3, "features.npy", "header"),
    (4, "embeddings.ann", "zeros"),
    (5, "features.ann", "cut"),
    (6, "projections.npz", "archive"),
    (7, "score_vectors.npy", "array"),
)
"""A seed, a file and what is done to it. Each mutation is tried with another part of the questions."""


@pytest.fixture(scope="module")
def source(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a bundled collection that searches with Annoy. It is copied because making its maps again would take a minute."""
    return with_forests(engine.collections()[DEFAULT], tmp_path_factory.mktemp("source") / "small")


def test_a_malformed_collection_is_named_and_the_default_one_is_served(source: Path, tmp_path: Path) -> None:
    copy_of(source, tmp_path / "served" / MUTATED)
    with (
        (tmp_path / "log").open("w") as log,
        serving(APP, log, SEMBLANCE_COLLECTIONS=str(tmp_path / "served"), **LIMITS) as (server, pid),
    ):
        questions = AppQuestions(server, pid, tmp_path / "log")
        run_session(questions.ask(MUTATED, "alpaca", part=0))  # the first picture that is opened loads the model
        outcome = run_session(CollectionTrial(source, tmp_path / "served", questions, lambda: True).run(MUTATIONS, together=4))
        intact = run_session(questions.ask_intact(DEFAULT, "alpaca", part=3))
    assert outcome.problems == []
    assert outcome.counts["refused"] >= len(MUTATIONS) - 2  # the other mutations change nothing that the questions are about
    assert intact.problems == []
    assert intact.answers >= 5


@pytest.mark.parametrize(
    ("after", "seconds", "explained"),
    [
        (CpuUse(1.0, 0.5, 9.5), 12.0, True),  # it got a core for a twentieth of the time, and worked for a second
        (CpuUse(1.0, 0.5, 0.1), 12.0, False),  # it got a core at once
        (CpuUse(0.0, 0.1, 1.9), 12.0, False),  # it hardly worked, so it waited for something other than a core
    ],
)
def test_an_answer_is_slow_because_the_machine_is_busy_or_not(after: CpuUse, seconds: float, explained: bool) -> None:
    assert after.explains(seconds, CpuUse()) == explained


@pytest.mark.parametrize("text", ['{"cosine": NaN}', "[Infinity]", "{"])
def test_what_a_browser_cannot_parse_is_a_problem(text: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match="not valid JSON"):
        check_json(text)


def test_an_answer_that_must_not_be_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"level": "info"}\nTraceback (most recent call last)\n')
    asked = run_session(AppQuestions("http://127.0.0.1:9", 0, tmp_path / "log").ask(MUTATED, "alpaca", part=0))
    assert asked.answers == 0
    assert any("no answer" in problem for problem in asked.problems)
    assert asked.problems[-1] == "in the log: Traceback (most recent call last)"
