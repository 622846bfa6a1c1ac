"""Checks of the machine and its packages: Python, versions, memory, processor and Annoy."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from devise_core.cli.finding import Finding
from devise_core.installation import EXTRAS, install_command

if TYPE_CHECKING:
    from packaging.requirements import Requirement

NEEDED = 1_000_000_000
"""The bytes that must be free. The server takes 965 MB with its model and decoders, as ``benchmarks.app_memory`` measures."""
PYTHONS = ((3, 11), (3, 14))
"""The lowest Python version that is supported, and the first later version that is not supported."""
_ANNOY = (
    "from annoy import AnnoyIndex; forest = AnnoyIndex(2, 'angular'); forest.add_item(0, [1, 0]); forest.build(1); "
    "assert forest.get_nns_by_item(0, 1) == [0]"
)
_PORTABLE = "-O3,-ffast-math,-fno-associative-math,-fpermissive,-std=c++14,-DANNOYLIB_MULTITHREADED_BUILD"


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Check that this version of Python is supported."""
    name = f"{version[0]}.{version[1]}"
    if PYTHONS[0] <= version < PYTHONS[1]:
        return Finding("Python", "ok", name)
    return Finding("Python", "fix", f"Python {name} is not supported. Use 3.11, 3.12 or 3.13.")


def check_packages(requirements: Path) -> Iterator[Finding]:
    """Check the installed version of each package that this system needs.

    Args:
        requirements: The file in a checkout that lists the packages. If the file is missing, the requirements of the installed
            package ``semblance`` are checked, with those packages of its extras that are installed.
    """
    try:
        from packaging.requirements import Requirement  # a dependency of Streamlit
    except ModuleNotFoundError:
        yield Finding("packages", "note", "Versions were not compared, because the package packaging is not installed.")
        return
    try:
        lines = [line for line in requirements.read_text("utf-8").splitlines() if line and line[0] not in "#-"]
        remedy = f"pip install -r {requirements.name}"
    except OSError:
        lines, remedy = _of_the_package(), install_command("app")
    if not lines:
        yield Finding("packages", "note", f"Versions were not compared, because {requirements.name} is missing.")
    needed = {wanted.name: wanted for wanted in map(Requirement, lines) if _applies(wanted)}
    yield from (_check_package(wanted, remedy) for wanted in needed.values())


def _applies(wanted: Requirement) -> bool:
    """Return whether this system needs a package, or has it installed for an extra of ``semblance``."""
    if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
        return True
    of_extra = any(wanted.marker.evaluate({"extra": extra}) for extra in EXTRAS)
    return of_extra and wanted.name != "semblance" and any(metadata.distributions(name=wanted.name))


def _of_the_package() -> list[str]:
    try:
        return metadata.requires("semblance") or []
    except metadata.PackageNotFoundError:
        return []


def _check_package(wanted: Requirement, remedy: str) -> Finding:
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return Finding(wanted.name, "fix", f"Not installed. Run {remedy}")
    if wanted.specifier.contains(version, prereleases=True):
        return Finding(wanted.name, "ok", version)
    return Finding(wanted.name, "fix", f"Version {version} is installed, but {wanted.specifier} is required. Run {remedy}")


def check_memory(root: Path = Path("/")) -> Finding:
    """Check how much memory this machine and its container have left.

    Args:
        root: The folder in which the file systems ``proc`` and ``sys`` are mounted.
    """
    amounts = list(_available(root))
    if not amounts:
        return Finding("memory", "note", f"This system does not report its memory. {NEEDED / 1e9:.0f} GB is needed.")
    free = min(amounts)
    if free < NEEDED:
        return Finding(
            "memory",
            "fix",
            f"{free / 1e6:.0f} MB is free, but {NEEDED / 1e6:.0f} MB is needed. Add memory. "
            "For text search alone, 100 MB is enough: set SEMBLANCE_PRELOAD=0.",
        )
    return Finding("memory", "ok", f"{free / 1e9:.1f} GB is free, {NEEDED / 1e9:.0f} GB is needed")


def _available(root: Path) -> Iterator[int]:
    """Yield the free bytes that each source on this system reports. Sources are control groups v2 and v1, and the kernel."""
    for most, used in (
        ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory.current"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            yield int((root / most).read_text()) - int((root / used).read_text())
        except (OSError, ValueError):  # no such file, or "max"
            continue
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
    except OSError:
        return
    yield from (1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def check_processor(info: Path = Path("/proc/cpuinfo"), machine: str = platform.machine()) -> Finding:
    """Check for AVX, which TensorFlow's wheels for x86-64 need."""
    try:
        text = info.read_text()
    except OSError:
        text = ""
    if machine not in ("x86_64", "AMD64") or not text:
        return Finding("processor", "ok", machine)
    if " avx " in f"{text} ".replace("\n", " "):
        return Finding("processor", "ok", f"{machine} with AVX")
    return Finding(
        "processor",
        "fix",
        "The processor has no AVX, which TensorFlow needs. Use another machine. For text search alone, set SEMBLANCE_PRELOAD=0.",
    )


def check_annoy(python: str = sys.executable) -> Finding:
    """Check in a child process that Annoy runs. A build of Annoy for another processor ends that process."""
    done = subprocess.run([python, "-c", _ANNOY], capture_output=True, check=False)
    if done.returncode == 0:
        return Finding("Annoy", "ok", "works")
    return Finding(
        "Annoy",
        "fix",
        f"Annoy ends with status {done.returncode}. It may be built for another processor. Run "
        f"ANNOY_COMPILER_ARGS='{_PORTABLE}' pip install --force-reinstall --no-cache-dir --no-deps --no-binary annoy "
        "annoy",
    )
