"""``demo``: start the web app."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from devise_core.cli.shared_options import add_artifacts
from devise_core.errors import MissingPackageError
from devise_core.settings.environment import FOLDERS, value_of, variable
from devise_core.storage.paths import APP


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "demo", help="start the web app", description="Start the web app on this machine and open it in the browser."
    )
    command.add_argument("--port", type=int, default=8501, help="the port (default: %(default)s)")
    command.add_argument("--host", default="127.0.0.1", help="where it listens (default: %(default)s, only this machine)")
    command.add_argument("--no-browser", action="store_true", help="do not open a browser")
    add_artifacts(command)
    command.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> None:
    if find_spec("streamlit") is None:
        raise MissingPackageError("streamlit", "app")
    address = ["--server.address", options.host, "--server.port", str(options.port)]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *address]
    if options.no_browser:
        command += ["--server.headless", "true"]
    environment = _environment(options.artifacts)
    if os.name == "nt":  # on Windows, exec starts a second process and ends this one
        raise SystemExit(subprocess.run(command, cwd=APP, env=environment, check=False).returncode)
    os.chdir(APP)
    os.execve(sys.executable, command, environment)


def _environment(artifacts: str | None) -> dict[str, str]:
    """Return the environment of the server. The server runs in the folder of the app, so relative paths become absolute."""
    folders = {name: value_of(name) for name in FOLDERS} | ({"artifacts": artifacts} if artifacts else {})
    return {**os.environ, **{variable(name): str(Path(path).resolve()) for name, path in folders.items() if path}}
