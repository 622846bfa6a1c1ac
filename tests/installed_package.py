"""Build the wheel and install it in an environment of its own, away from the checkout. Shared by the tests of the package."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Installed:
    """The wheel, installed.

    Attributes:
        wheel: The file.
        scripts: The folder with ``python`` and ``semblance``.
        folder: An empty folder to run in. The user's data and caches are below it too.
    """

    wheel: Path
    scripts: Path
    folder: Path

    def run(self, *command: str, status: int = 0) -> str:
        """Run a program of ``scripts`` and return what it prints to stdout, or to stderr if it is to fail."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEMBLANCE_", "PYTHONPATH"))}
        environment |= {"XDG_DATA_HOME": str(self.folder / "data"), "XDG_CACHE_HOME": str(self.folder / "cache")}
        done = subprocess.run(
            [str(self.scripts / command[0]), *command[1:]],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stderr if status else done.stdout


def tracked_source(folder: Path, leave_out: Sequence[str] = ()) -> Path:
    """Link the files of the repository into ``folder``, so that a build leaves nothing in the checkout."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file() and not name.startswith(tuple(leave_out) or ("tests/",)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(ROOT / name, folder / name)
    return folder


def build_wheel(source: Path, target: Path) -> Path:
    """Build the wheel of a source tree or an sdist."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(target), str(source)]
    subprocess.run(command, check=True)
    [wheel] = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in a new environment. It takes the other packages from the running one."""
    folder = tmp_path_factory.mktemp("package")
    wheel = build_wheel(tracked_source(folder / "source"), folder / "wheel")
    venv.create(folder / "venv", with_pip=False)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    install = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "-q", "--no-deps", str(wheel)]
    subprocess.run(install, check=True)
    packages = next((folder / "venv").rglob("site-packages"))
    (packages / "running.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (folder / "elsewhere").mkdir()
    return Installed(wheel, scripts, folder / "elsewhere")
