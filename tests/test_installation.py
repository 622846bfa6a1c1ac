"""How messages name the command and its extras depends on whether the library is installed."""

from __future__ import annotations

from devise_core.installation import install_command


def test_an_extra_is_installed_from_the_checkout_or_for_the_installed_package() -> None:
    assert install_command("api", in_checkout=True) == 'pip install ".[api]"'
    assert install_command("api", in_checkout=False) == 'pip install "semblance[api]"'
