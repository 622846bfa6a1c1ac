"""Pages of a browser, each of which is a visitor to the app."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

LASTING = ("on", "once", "route", "add_init_script", "add_locator_handler", "expose_binding", "expose_function")
"""Methods of a page whose effect cannot be undone for the next test. A test that needs one opens a new page."""
FORGET_THE_TAB = "() => { try { sessionStorage.clear(); } catch { } }"


@dataclass
class _Visitor:
    """A page, and the errors of scripts on it."""

    page: Page
    errors: list[str] = field(default_factory=list)


_UNUSED: defaultdict[tuple[Browser, str], list[_Visitor]] = defaultdict(list)
"""Visitors whose tests are over, by the options of their pages. Their storage is empty, but the code of the app is cached."""


@contextmanager
def visitor_page(browser: Browser, init_script: str, new: bool, **options: Any) -> Iterator[Page]:
    """Open a page as a first-time visitor does. Fail if a script on it fails.

    The page of an earlier test is used again where there is one, because a new one needs twice the CPU to load the app.

    Args:
        browser: The browser.
        init_script: What runs in every document of the page before the app does.
        new: Whether to make a new page, for a test that changes the page for good.
        options: The options of its context.
    """
    unused = _UNUSED[browser, repr((init_script, sorted(options.items())))]
    visitor = unused.pop() if unused and not new else _arrive(browser, init_script, new, options)
    try:
        yield visitor.page
        assert not visitor.errors
        if not new:
            _forget(visitor.page, options)
    except BaseException:
        visitor.page.context.close()
        raise
    if new:
        visitor.page.context.close()
    else:
        unused.append(visitor)


def _arrive(browser: Browser, init_script: str, new: bool, options: dict[str, Any]) -> _Visitor:
    page = browser.new_context(**options).new_page()
    page.add_init_script(init_script)
    visitor = _Visitor(page)
    page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    for name in () if new else LASTING:
        setattr(page, name, _refuse)
    return visitor


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("This changes the page for the tests after it too. Use the fixture new_page, or open_page(…, new=True).")


def _forget(page: Page, options: dict[str, Any]) -> None:
    """Leave the app, close other tabs, and forget what is stored and how the page was changed."""
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.evaluate(FORGET_THE_TAB)
    page.goto("about:blank")
    page.set_viewport_size(options["viewport"])
    page.emulate_media(
        color_scheme=options.get("color_scheme", "light"), reduced_motion=options.get("reduced_motion", "no-preference")
    )
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
    session.detach()
