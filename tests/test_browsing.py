"""What the tests with a browser rely on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browsing import open_page

pytestmark = pytest.mark.browser
STORED = "async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length]"
STORE = """() => {
  localStorage.a = sessionStorage.a = document.cookie = "a=1";
  return new Promise((stored) => { indexedDB.open("a").onsuccess = () => stored(); });
}"""


def test_a_page_finds_nothing_that_an_earlier_one_stored(browser: Browser, address: str) -> None:
    left = []
    for _ in range(2):
        with open_page(browser, locale="de-DE") as page:
            page.goto(f"{address}/_stcore/health")
            left.append(page)
            assert page.evaluate(STORED) == [0, 0, "", 0]
            page.evaluate(STORE)
            assert page.evaluate(STORED) == [1, 1, "a=1", 1]
    assert left[0] is left[1]  # the page is used again


def test_two_visitors_at_a_time_share_nothing(browser: Browser, address: str) -> None:
    with open_page(browser) as page, open_page(browser) as other:
        for each in (page, other):
            each.goto(f"{address}/_stcore/health")
        page.evaluate(STORE)
        assert other.evaluate(STORED) == [0, 0, "", 0]
