"""A session may run a page only so often in a minute."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.responses import Response

from devise_core.engine import Engine
from devise_core.errors import UnknownWordError
from devise_core.serving.rate_limit import CpuBudget, NamedLimits, RateLimit, try_again
from devise_core.text.vocabulary import MAX_LOOKUPS
from devise_core.text.word_store import WordStore
from tests.app_testing import app, checked, page_text
from ui.home import search_routes
from ui.server import rate_limit, suggest_routes
from ui.server.model_queue import load_model


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "1 second."), (1.0, "1 second."), (1.2, "2 seconds."), (60, "60 seconds.")])
def test_the_time_to_wait_is_a_whole_number(seconds: float, said: str) -> None:
    assert try_again(seconds) == f"Try again in {said}"


def test_requests_are_counted_in_a_sliding_window() -> None:
    rate = RateLimit(2)
    assert [rate.seconds_to_wait(now) for now in (0.0, 10.0)] == [0, 0]
    assert rate.seconds_to_wait(15.0) == 45
    assert rate.seconds_to_wait(59.0) == 1
    assert rate.seconds_to_wait(60.0) == 0  # the first request is a minute old
    assert rate.seconds_to_wait(61.0) == 9


@pytest.mark.usefixtures("fresh_settings")
def test_a_session_with_too_many_requests_is_told_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_REQUESTS_PER_MINUTE", "2")
    test = app("text_search", q="bird")
    checked(test.run())
    test.run()
    assert "You have sent 2 requests in the last minute" in checked(test).warning[0].value
    assert "match well" not in page_text(test)
    assert test.button(key="again-session")
    assert "match well" in page_text(app("text_search", q="bird"))  # another session


def test_only_a_known_pass_may_search_while_typing_and_only_so_often() -> None:
    passes = NamedLimits()
    passes.add("a", 2)
    assert passes.seconds_to_wait("b", 0.0) is None
    assert [passes.seconds_to_wait("a", now) for now in (0.0, 0.0, 20.0)] == [0, 0, 40]
    passes.add("a", 2)  # each run of the page adds it again
    assert passes.seconds_to_wait("a", 20.0) == 40


def test_the_pass_that_was_not_used_for_the_longest_time_is_dropped() -> None:
    passes = NamedLimits(max_names=2)
    for name in ("a", "b"):
        passes.add(name, 5)
    passes.seconds_to_wait("a", 0.0)
    passes.add("c", 5)
    assert [passes.seconds_to_wait(name, 0.0) is None for name in "abc"] == [False, True, False]


def test_computing_time_is_counted_in_a_sliding_window() -> None:
    budget = CpuBudget(5.0)
    assert budget.seconds_to_wait(0.0) == 0
    budget.spend(0.0, 4.0)
    assert budget.seconds_to_wait(1.0) == 0
    budget.spend(10.0, 2.0)
    assert budget.seconds_to_wait(20.0) == 40  # until the 4 seconds are a minute old
    budget.spend(30.0, 9.0)
    assert budget.seconds_to_wait(61.0) == 29
    assert budget.seconds_to_wait(90.0) == 0


@pytest.mark.usefixtures("fresh_settings")
def test_a_session_whose_pages_compute_too_much_is_told_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_CPU_SECONDS_PER_MINUTE", "1")
    test = app("text_search", q="bird")
    budget = test.session_state["cpu_budget"]
    [(_, spent)] = budget._spent  # the run has been counted
    assert spent > 0
    budget.spend(time.monotonic(), 3.0)
    test.run()
    said = checked(test).warning[0].value.replace("\\", "")
    assert re.search(r"reached the limit of 1 s of computing time per minute\. Try again in (60|5\d) seconds", said)
    assert "match well" not in page_text(test)
    assert "match well" in page_text(app("text_search", q="bird"))  # another session


def typed_search(name: str) -> Response:
    values = f"q=violin&c=stamps&pass={name}".encode()
    return search_routes._search(Request({"type": "http", "query_string": values, "client": ("a", 1)}))


@pytest.mark.usefixtures("fresh_settings")
def test_a_session_whose_typed_searches_compute_too_much_is_told_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_CPU_SECONDS_PER_MINUTE", "1")
    test = app()
    name, budget = test.session_state["typing_pass"], test.session_state["cpu_budget"]
    before = list(budget._spent)
    assert typed_search(name).status_code == 200
    [(_, spent)] = list(budget._spent)[len(before) :]
    assert 0 < spent < 1
    budget.spend(time.monotonic(), 3.0)  # as if a page had run, because pages count in the same budget
    refused = typed_search(name)
    assert refused.status_code == 429
    assert 50 < int(refused.headers["Retry-After"]) <= 60
    assert "the limit of 1 s of computing time" in checked(test.run()).warning[0].value.replace("\\", "")
    assert typed_search(app().session_state["typing_pass"]).status_code == 200  # another session


@pytest.mark.usefixtures("fresh_settings")
def test_a_pass_ends_with_its_session() -> None:
    test = app()
    name = test.session_state["typing_pass"]
    assert typed_search(name).status_code == 200
    del test.session_state["cpu_budget"]
    del test
    gc.collect()
    assert [typed_search(name).status_code, typed_search("unknown").status_code] == [403, 403]


def test_loading_the_model_is_not_counted() -> None:
    """The model is loaded once per server, so one visitor would pay for all others."""

    def counted(work: Callable[[], object]) -> float:
        before = time.thread_time() - rate_limit._COUNTED.seconds
        work()
        return time.thread_time() - rate_limit._COUNTED.seconds - before

    def compute() -> None:
        while time.thread_time() < end:
            pass

    end = time.thread_time() + 0.2
    encoder = SimpleNamespace(ready=False, load=compute)
    assert counted(lambda: load_model(SimpleNamespace(encoder=encoder))) < 0.15  # type: ignore[arg-type]
    end = time.thread_time() + 0.2
    assert counted(compute) > 0.15
    gc.unfreeze()


@pytest.mark.usefixtures("fresh_settings")
def test_one_address_gets_only_so_many_suggestions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_SUGGESTIONS_PER_MINUTE", "12")
    monkeypatch.setattr(rate_limit, "_ADDRESSES", NamedLimits())

    def suggest(address: str) -> Response:
        return suggest_routes._suggest(Request({"type": "http", "query_string": b"q=viol", "client": (address, 1)}))

    assert [suggest("a").status_code for _ in range(3)] == [200, 200, 429]
    assert 1 <= int(suggest("a").headers["Retry-After"]) <= 10
    assert suggest("b").status_code == 200


def test_a_query_of_many_unknown_words_looks_few_of_them_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = list[str]()
    search = WordStore.spellings

    def counted(store: WordStore, word: str, k: int | None = 5) -> list[str]:
        looked_up.append(word)
        return search(store, word, k)

    monkeypatch.setattr(WordStore, "spellings", counted)
    query = " + ".join(f"qwxz{chr(97 + number % 26)}{chr(97 + number // 26)}zzk" for number in range(30))
    for _ in range(2):
        with pytest.raises(UnknownWordError):
            engine.query(query)
    assert len(looked_up) == MAX_LOOKUPS  # and not again the second time
