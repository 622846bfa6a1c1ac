"""Settings are read from the environment, refused in one sentence, and documented as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from devise_core.errors import SettingsError
from devise_core.settings import Settings, read_settings, settings_table, unknown_variables

DOCUMENTED = Path(__file__).parent.parent / "docs/SETTINGS.md"


def test_nothing_set_is_the_defaults() -> None:
    assert read_settings({"SEMBLANCE_UPLOAD_BYTES": " ", "HOME": "/"}) == Settings()


def test_each_kind_is_read() -> None:
    read = read_settings(
        {
            "SEMBLANCE_UPLOAD_BYTES": "1_000_000",
            "SEMBLANCE_UPLOAD_SECONDS": "2.5",
            "SEMBLANCE_URL_SEARCH": "On",
            "SEMBLANCE_METRICS": "0",
        }
    )
    assert (read.upload_bytes, read.upload_seconds, read.url_search, read.metrics) == (1_000_000, 2.5, True, False)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("UPLOAD_BYTES", "much", "1_000 to 50_000_000 (bytes)"),
        ("UPLOAD_BYTES", "-1", "1_000 to"),
        ("UPLOAD_BYTES", "1e6", "1_000 to"),
        ("UPLOAD_SECONDS", "nan", "0.1 to 60 (seconds)"),
        ("UPLOAD_SECONDS", "inf", "0.1 to 60"),
        ("ZIP_ENTRIES", "2.5", "1 to 65_535"),
        ("URL_SEARCH", "maybe", "1, on, yes, true / 0, off, no, false"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings({f"SEMBLANCE_{name}": value})
    assert str(raised.value).startswith(f"SEMBLANCE_{name} is {value!r}; allowed is {allowed}")


def test_every_default_is_allowed_and_means_something() -> None:
    for name, each in Settings.__dataclass_fields__.items():
        assert each.metadata["meaning"].endswith("."), name
        assert getattr(read_settings({f"SEMBLANCE_{name.upper()}": str(each.default)}), name) == each.default


def test_a_slip_of_the_pen_is_found() -> None:
    assert unknown_variables({"SEMBLANCE_UPLOAD_BYTE": "1", "SEMBLANCE_METRICS": "1", "DEVISE_WARM": "0"}) == [
        "SEMBLANCE_UPLOAD_BYTE"
    ]


def test_the_page_is_what_the_code_says() -> None:
    assert DOCUMENTED.read_text("utf-8") == settings_table(), "run python -m devise_core doctor --settings > docs/SETTINGS.md"
