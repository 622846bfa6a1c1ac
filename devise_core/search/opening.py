"""Open the files that name images. A model without them is named by its nearest nouns."""

from __future__ import annotations

import numpy as np

from devise_core.search.class_shares import LabelSoftmax
from devise_core.search.naming import PERSON, Namer
from devise_core.search.naming_table import NamingTable, read_concepts
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.text_encoder import TextEncoder


def open_namer(layout: ArtifactLayout, manifest: Manifest, text: TextEncoder) -> Namer | None:
    """Open what names images.

    Args:
        layout: The model's folder.
        manifest: The manifest of that folder.
        text: The model's text encoder.

    Returns:
        The namer, or None if the folder lacks its words or the classifier.

    Raises:
        ArtifactError: A file that the manifest lists is missing or damaged.
    """
    listed, verified = manifest.files, manifest.verified
    if not {layout.naming.name, layout.naming_vectors.name, layout.classifier.name} <= set(listed):
        return None
    classifier = LabelSoftmax.open(verified(layout.classifier))
    concepts = None
    if {layout.naming_concepts.name, layout.label_concepts.name} <= set(listed):
        concepts = read_concepts(verified(layout.naming_concepts), verified(layout.label_concepts))
    table = NamingTable.read(verified(layout.naming), verified(layout.naming_vectors), classifier.label_count, concepts)
    head = LabelSoftmax.open(verified(layout.head_labels)) if layout.head_labels.name in listed else None
    person = np.load(verified(layout.person)) if layout.person.name in listed else None
    return Namer(table, classifier, head, person, text.encode([PERSON])[0])
