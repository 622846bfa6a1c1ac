"""The HTML of components: it is drawn before its script starts, so controls cannot be used until then."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

COMPONENTS = Path(__file__).parent.parent / "ui" / "components"
CONTROLS = {"button", "input", "select", "textarea"}
VOID = {"input", "img", "hr", "br"}


class UsableControls(HTMLParser):
    """Collects controls that can be used as the HTML is written: they are neither inert, nor hidden, nor in a closed dialog."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.usable: list[str] = []
        self._open: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element if it is a control that can be used."""
        names = {name for name, _ in attrs}
        closed = bool(names & {"inert", "hidden"}) or (tag == "dialog" and "open" not in names) or any(self._open)
        if tag in CONTROLS and not closed:
            self.usable.append(self.get_starttag_text() or tag)
        if tag not in VOID:
            self._open.append(closed)

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        self._open.pop()


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_controls_are_inert_until_their_script_starts(path: Path) -> None:
    assert UsableControls(path.read_text("utf-8")).usable == []


@pytest.mark.parametrize(
    ("html", "usable"),
    [
        ("<p><button>A</button></p>", ["<button>"]),
        ("<p inert><b>A</b><button>A</button></p><input>", ["<input>"]),
        ("<dialog><button>A</button></dialog><button hidden>A</button>", []),
    ],
)
def test_usable_controls_are_recognised(html: str, usable: list[str]) -> None:
    assert UsableControls(html).usable == usable
