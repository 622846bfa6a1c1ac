"""What the package offers, and how messages name the command and its extras, depends on what is installed."""

from __future__ import annotations

import pydoc
import subprocess
import sys
from pathlib import Path

import devise_core
from devise_core.installation import install_command


def test_an_extra_is_installed_from_the_checkout_or_for_the_installed_package() -> None:
    assert install_command("api", in_checkout=True) == 'pip install ".[api]"'
    assert install_command("api", in_checkout=False) == 'pip install "semblance[api]"'


def test_public_names_are_listed() -> None:
    assert set(devise_core.__all__) <= set(dir(devise_core))
    described = pydoc.plain(pydoc.render_doc(devise_core))
    assert "load_engine(" in described
    assert all(f"class {name}" in described for name in ("Engine", "Hit", "ImageEmbedder"))


def test_everything_but_the_transformer_works_without_scikit_learn() -> None:
    code = """
import sys
sys.modules["sklearn"] = None
import devise_core
from devise_core import *
print(Engine.__name__, "ImageEmbedder" in dir(devise_core), "ImageEmbedder" in globals())
try:
    devise_core.ImageEmbedder
except DeviseError as error:
    print(type(error).__name__, error)
"""
    root = Path(devise_core.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    names, missing = done.stdout.splitlines()
    assert names == "Engine False False"
    assert missing == 'MissingPackageError This needs the package sklearn. Install it with pip install ".[images]".'
