"""Checks of a deployment: versions, settings, artifacts, collections, memory, processor and write access."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from devise_core.collections.folder import FolderCollection, find_collections
from devise_core.errors import DeviseError, OtherModelError
from devise_core.settings import Settings, read_settings
from devise_core.settings.table import old_variables, unknown_variables
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import REPOSITORY, ArtifactLayout, user_collections
from devise_core.untrusted.decoder_pool import Decoders
from devise_core.vision.image_encoder import KerasImageEncoder

if TYPE_CHECKING:
    from packaging.requirements import Requirement

NEEDED = 1_000_000_000
"""Bytes of memory. The server with its model takes 770 MB and a decoder up to 300 MB, rarely at the same time."""
PYTHONS = ((3, 11), (3, 14))
"""The lowest Python version that works, and the lowest above it that does not."""
_GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
_ANNOY = (
    "from annoy import AnnoyIndex; forest = AnnoyIndex(2, 'angular'); forest.add_item(0, [1, 0]); forest.build(1); "
    "assert forest.get_nns_by_item(0, 1) == [0]"
)
_PORTABLE = "-O3,-ffast-math,-fno-associative-math,-fpermissive,-std=c++14,-DANNOYLIB_MULTITHREADED_BUILD"


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        check: What was checked.
        state: ``ok``; ``note`` if it works but the operator should know something; ``fix`` if it does not work.
        says: The details, and for ``fix`` what to do.
    """

    check: str
    state: Literal["ok", "note", "fix"]
    says: str


def run_checks(artifacts: Path, requirements: Path = REPOSITORY / "requirements.txt") -> Iterator[Finding]:
    """Run every check in turn. A failed check is a finding, not an exception."""
    yield check_python()
    yield from check_packages(requirements)
    yield from check_settings()
    yield from check_artifacts(ArtifactLayout(artifacts))
    yield from check_collections(ArtifactLayout(artifacts))
    yield check_folder(user_collections())
    yield check_memory()
    yield check_processor()
    yield check_annoy()
    yield check_decoder()


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Check that this version of Python is supported."""
    name = f"{version[0]}.{version[1]}"
    if PYTHONS[0] <= version < PYTHONS[1]:
        return Finding("Python", "ok", name)
    return Finding("Python", "fix", f"Python {name} is not supported. Use 3.11, 3.12 or 3.13.")


def check_packages(requirements: Path) -> Iterator[Finding]:
    """Check the installed version of each line of ``requirements.txt`` that applies to this system."""
    from packaging.requirements import Requirement  # a dependency of Streamlit

    try:
        lines = [line for line in requirements.read_text("utf-8").splitlines() if line and line[0] not in "#-"]
    except OSError:
        yield Finding("packages", "note", f"Versions were not compared, because {requirements.name} is missing.")
        return
    for wanted in map(Requirement, lines):
        if wanted.marker is None or wanted.marker.evaluate():
            yield _check_package(wanted, requirements.name)


def _check_package(wanted: Requirement, file: str) -> Finding:
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return Finding(wanted.name, "fix", f"Not installed. Run pip install -r {file}")
    if wanted.specifier.contains(version, prereleases=True):
        return Finding(wanted.name, "ok", version)
    return Finding(
        wanted.name, "fix", f"Version {version} is installed, but {wanted.specifier} is required. Run pip install -r {file}"
    )


def check_settings() -> Iterator[Finding]:
    """Check that every environment variable of the app is known, current and allowed."""
    try:
        values = read_settings()
    except DeviseError as error:
        yield Finding("settings", "fix", str(error))
    else:
        fields = Settings.model_fields
        changed = sum(getattr(values, name) != field.default for name, field in fields.items())
        yield Finding("settings", "ok", f"{changed} of {len(fields)} differ from their defaults")
    for old, new in old_variables().items():
        yield Finding("settings", "note", f"{old} is deprecated and stops working in version 0.3. Set {new} instead.")
    for name in unknown_variables():
        yield Finding("settings", "note", f"{name} is not a setting. docs/SETTINGS.md lists all settings.")


def check_artifacts(layout: ArtifactLayout) -> Iterator[Finding]:
    """Check the SHA-256 of every file of the model."""
    yield from _verify("artifacts", layout.root)


def check_collections(layout: ArtifactLayout) -> Iterator[Finding]:
    """Check that every collection opens with this model, and the SHA-256 of every file in it."""
    try:
        model = KerasImageEncoder(layout.model, Manifest.read(layout.root)).model_id
    except DeviseError:
        return  # ``check_artifacts`` reports it
    folders = find_collections(layout.root)
    if not folders:
        yield Finding("collections", "fix", "There are no collections. Restore them with `git checkout -- artifacts`.")
    for name, folder in folders.items():
        try:
            FolderCollection.open(folder, model)
        except OtherModelError as error:  # an operator's collection may belong to the operator's model
            bundled = folder.parent == layout.collections
            yield Finding(f"collection {name}", "fix" if bundled else "note", str(error))
        except DeviseError as error:
            yield Finding(f"collection {name}", "fix", str(error))
        else:
            yield from _verify(f"collection {name}", folder)


def _verify(check: str, folder: Path) -> Iterator[Finding]:
    try:
        manifest = Manifest.read(folder)
    except DeviseError as error:
        yield Finding(check, "fix", str(error))
        return
    broken = []
    for name in manifest.files:
        try:
            manifest.verified(folder / name)
        except DeviseError as error:
            broken.append(Finding(check, "fix", str(error)))
    yield from broken or [Finding(check, "ok", f"{len(manifest.files)} files match the manifest")]


def check_folder(folder: Path) -> Finding:
    """Check that ``index`` can write collections, by writing a temporary file."""
    parent = next(path for path in (folder, *folder.parents) if path.is_dir())
    try:
        with tempfile.TemporaryFile(dir=parent) as file:
            file.write(b"\0")
    except OSError as error:
        return Finding(
            "collections folder",
            "note",
            f"{folder} cannot be written ({error.strerror}). To index images, set SEMBLANCE_COLLECTIONS to a writable folder.",
        )
    return Finding("collections folder", "ok", f"{folder} is writable")


def check_memory(root: Path = Path("/")) -> Finding:
    """Check how much memory this machine and its container have left.

    Args:
        root: Where the file systems ``proc`` and ``sys`` are mounted.
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
    """Yield the free bytes by each source that this system has: control groups v2 and v1, and the kernel."""
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
    """Check that Annoy runs, in a child process. A build for another processor ends it with an illegal instruction."""
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


def check_decoder() -> Finding:
    """Check that a decoder process starts and reads an image."""
    decoders = Decoders(1)
    try:
        decoders.read(_GIF, Settings.model_construct())
    except DeviseError as error:
        return Finding("uploads", "fix", f"{error} Check that the host allows a child process with 300 MB.")
    finally:
        decoders.close()
    return Finding("uploads", "ok", "decoded in a separate process")
