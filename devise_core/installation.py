"""Whether the library runs in its checkout or is installed, and what messages call its command and its extras."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
"""The checkout, or the folder of installed packages."""
IN_CHECKOUT = (REPOSITORY / "artifacts/manifest.json").is_file()
"""Whether the library runs in its checkout. Otherwise it is installed, and a wheel has what is beside the package in a checkout."""
PROGRAM = "python -m devise_core" if IN_CHECKOUT else "semblance"
"""What messages call the command. In a checkout, ``semblance`` may not be installed."""


def install_command(extra: str, in_checkout: bool = IN_CHECKOUT) -> str:
    """Return the command that installs an extra.

    In a checkout the name ``semblance`` would make pip look for it on PyPI, where another project has that name. Where the
    library is installed, pip finds it there.
    """
    return f'pip install ".[{extra}]"' if in_checkout else f'pip install "semblance[{extra}]"'
