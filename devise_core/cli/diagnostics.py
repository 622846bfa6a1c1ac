"""Whether this machine and this checkout can serve: each finding is fine, worth knowing, or says what to mend."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from devise_core.collections.folder import FolderCollection, find_collections
from devise_core.errors import DeviseError, OtherModelError
from devise_core.settings import Settings, read_settings, unknown_variables
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import REPOSITORY, ArtifactLayout, user_collections
from devise_core.untrusted.decoder_pool import Decoders
from devise_core.vision.image_encoder import KerasImageEncoder

NEEDED = 1_000_000_000
"""Bytes of memory: the server with its network, 770 MB, and a picture being decoded, 300 MB at most, seldom both at their peak."""
PYTHONS = ((3, 11), (3, 14))
_GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
_ANNOY = (
    "from annoy import AnnoyIndex; forest = AnnoyIndex(2, 'angular'); forest.add_item(0, [1, 0]); forest.build(1); "
    "assert forest.get_nns_by_item(0, 1) == [0]"
)
_PORTABLE = "-O3,-ffast-math,-fno-associative-math,-fpermissive,-std=c++14,-DANNOYLIB_MULTITHREADED_BUILD"


@dataclass(frozen=True)
class Finding:
    """``state``: ok, note (it serves, but know this), or mend (``says`` how)."""

    check: str
    state: Literal["ok", "note", "mend"]
    says: str


def examine(
    artifacts: Path, environment: Mapping[str, str] = os.environ, requirements: Path = REPOSITORY / "requirements.txt"
) -> Iterator[Finding]:
    """Every check in turn; none raises for what it finds."""
    yield check_python()
    yield from check_packages(requirements)
    yield from check_settings(environment)
    yield from check_artifacts(ArtifactLayout(artifacts))
    yield from check_collections(ArtifactLayout(artifacts))
    yield check_folder(user_collections())
    yield check_memory()
    yield check_processor()
    yield check_annoy()
    yield check_decoder()


def check_python(found: tuple[int, int] = sys.version_info[:2]) -> Finding:
    name = f"{found[0]}.{found[1]}"
    if PYTHONS[0] <= found < PYTHONS[1]:
        return Finding("Python", "ok", name)
    return Finding("Python", "mend", f"{name}: run it with Python 3.11, 3.12 or 3.13.")


def check_packages(requirements: Path) -> Iterator[Finding]:
    """Each line of ``requirements.txt`` that applies here."""
    from packaging.requirements import Requirement  # which Streamlit brings

    try:
        lines = [line for line in requirements.read_text("utf-8").splitlines() if line and line[0] not in "#-"]
    except OSError:
        yield Finding("packages", "note", f"{requirements.name} is not here, so versions were not compared.")
        return
    for wanted in map(Requirement, lines):
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            yield Finding(wanted.name, "mend", f"not installed: pip install -r {requirements.name}")
            continue
        fits = wanted.specifier.contains(found, prereleases=True)
        yield Finding(
            wanted.name,
            "ok" if fits else "mend",
            found if fits else f"{found}, but {wanted.specifier} is asked for: pip install -r {requirements.name}",
        )


def check_settings(environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        read = read_settings(environment)
    except DeviseError as error:
        yield Finding("settings", "mend", str(error))
    else:
        changed = sum(getattr(read, name) != getattr(Settings(), name) for name in Settings.__dataclass_fields__)
        yield Finding("settings", "ok", f"{changed} of {len(Settings.__dataclass_fields__)} differ from their defaults")
    for name in unknown_variables(environment):
        yield Finding("settings", "note", f"{name} is set, but is no setting: see docs/SETTINGS.md for their names.")


def check_artifacts(layout: ArtifactLayout) -> Iterator[Finding]:
    """The SHA-256 of every file of the model."""
    yield from _verify("artifacts", layout.root)


def check_collections(layout: ArtifactLayout) -> Iterator[Finding]:
    """That each opens with this model, and the SHA-256 of every file it lists."""
    try:
        model = KerasImageEncoder(layout.model, Manifest.read(layout.root)).model_id
    except DeviseError:
        return  # said of the artifacts
    found = find_collections(layout.root)
    if not found:
        yield Finding("collections", "mend", "There are none: restore artifacts/collections with `git checkout -- artifacts`.")
    for name, folder in found.items():
        try:
            FolderCollection.open(folder, model)
        except OtherModelError as error:  # one of your own is in order, with its own model
            came = folder.parent == layout.collections
            yield Finding(f"collection {name}", "mend" if came else "note", str(error))
        except DeviseError as error:
            yield Finding(f"collection {name}", "mend", str(error))
        else:
            yield from _verify(f"collection {name}", folder)


def _verify(check: str, folder: Path) -> Iterator[Finding]:
    try:
        manifest = Manifest.read(folder)
    except DeviseError as error:
        yield Finding(check, "mend", str(error))
        return
    broken = []
    for name in manifest.files:
        try:
            manifest.verified(folder / name)
        except DeviseError as error:
            broken.append(Finding(check, "mend", str(error)))
    yield from broken or [Finding(check, "ok", f"{len(manifest.files)} files, each with the manifest's SHA-256")]


def check_folder(folder: Path) -> Finding:
    """Whether `index` could write its collections, by writing a file that has no name."""
    parent = next(path for path in (folder, *folder.parents) if path.is_dir())
    try:
        with tempfile.TemporaryFile(dir=parent) as file:
            file.write(b"\0")
    except OSError as error:
        return Finding(
            "collections folder",
            "note",
            f"{folder} cannot be written ({error.strerror}): to index pictures here, set DEVISE_COLLECTIONS to a folder that can.",
        )
    return Finding("collections folder", "ok", f"{folder} can be written")


def check_memory(root: Path = Path("/")) -> Finding:
    """What this process may still take, by the machine and by its container."""
    known = list(_available(root))
    if not known:
        return Finding("memory", "note", f"This system does not tell; {NEEDED / 1e9:.0f} GB is needed.")
    if min(known) < NEEDED:
        return Finding(
            "memory",
            "mend",
            f"{min(known) / 1e6:.0f} MB are free and {NEEDED / 1e6:.0f} MB needed: give it more; text "
            "search alone takes 100 MB, with DEVISE_WARM=0.",
        )
    return Finding("memory", "ok", f"{min(known) / 1e9:.1f} GB are free, {NEEDED / 1e9:.0f} GB is needed")


def _available(root: Path) -> Iterator[int]:
    for most, used in (
        ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory.current"),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            yield int((root / most).read_text()) - int((root / used).read_text())
        except (OSError, ValueError):  # none such, or "max"
            continue
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
    except OSError:
        return
    yield from (1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def check_processor(info: Path = Path("/proc/cpuinfo"), machine: str = platform.machine()) -> Finding:
    """TensorFlow's wheels for x86-64 begin with AVX instructions."""
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
        "mend",
        "It has no AVX, which TensorFlow needs: run this on another; text search works without, with DEVISE_WARM=0.",
    )


def check_annoy(python: str = sys.executable) -> Finding:
    """In a process of its own: a build for another processor ends it with an illegal instruction."""
    done = subprocess.run([python, "-c", _ANNOY], capture_output=True, check=False)
    if done.returncode == 0:
        return Finding("Annoy", "ok", "answers")
    return Finding(
        "Annoy",
        "mend",
        f"It ends with status {done.returncode}, perhaps built for another processor: "
        f"ANNOY_COMPILER_ARGS='{_PORTABLE}' pip install --force-reinstall --no-cache-dir --no-deps --no-binary annoy "
        "annoy",
    )


def check_decoder() -> Finding:
    """That a process for uploads starts and reads a picture."""
    decoders = Decoders(1)
    try:
        decoders.read(_GIF, Settings())
    except DeviseError as error:
        return Finding("uploads", "mend", f"{error} Does the host let this start a process with 300 MB?")
    finally:
        decoders.close()
    return Finding("uploads", "ok", "are read by a process of their own")
