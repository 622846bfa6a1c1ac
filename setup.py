"""Add the artifacts and the app, which are beside the package in the checkout, to a wheel. The rest is in ``pyproject.toml``."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
BUNDLED = {
    "artifacts": "artifacts",
    "ui": "app/ui",
    "pages": "app/pages",
    ".streamlit/config.toml": "app/.streamlit/config.toml",
    "streamlit_app.py": "app/streamlit_app.py",
    "docs/icon.svg": "app/docs/icon.svg",
    "docs/logo.svg": "app/docs/logo.svg",
    "MODEL_CARD.md": "app/MODEL_CARD.md",
}
"""Path in the checkout → path in ``devise_core/bundled`` of the wheel. ``devise_core/storage/paths.py`` finds both."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", "package*.json", "build.js", ".*-*")


class BuildWithBundle(build_py):
    """Builds the package, and copies ``BUNDLED`` into it. An editable install reads the checkout instead."""

    def run(self) -> None:
        """Copy the modules, then the bundle. What an earlier build has left is removed first."""
        super().run()
        if self.editable_mode:
            return
        bundle = Path(self.build_lib) / "devise_core/bundled"
        shutil.rmtree(bundle, ignore_errors=True)
        for source, target in BUNDLED.items():
            (bundle / target).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, bundle / target, ignore=LEFT_OUT)
            else:
                shutil.copy2(ROOT / source, bundle / target)


setup(cmdclass={"build_py": BuildWithBundle})
