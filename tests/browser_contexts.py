"""Contexts of a browser, each of which is a visitor to the app."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext

_UNUSED: defaultdict[tuple[Browser, str], list[BrowserContext]] = defaultdict(list)
"""Contexts that tests have left, by their options. They have nothing stored, but know the code of the app."""


@contextmanager
def open_context(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Open a context in which nothing is stored, as a visitor does who comes for the first time.

    An earlier one is used again where there is one, because half the time of a short test is to load and compile the app's code.
    """
    unused = _UNUSED[browser, repr(sorted(options.items()))]
    context = unused.pop() if unused else browser.new_context(**options)
    try:
        yield context
    except BaseException:
        context.close()
        raise
    session = context.new_cdp_session(context.pages[0])
    session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    for page in context.pages:
        page.close()
    unused.append(context)
