"""Open the files that are needed to name images and to weigh evidence. A model without these files only compares cosines.

The evidence for a query is what the classifier's labels say about it (``label_evidence.py``).
"""

from __future__ import annotations

import hashlib
from functools import cached_property

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.search import cutoff
from devise_core.search.class_shares import LabelSoftmax
from devise_core.search.label_evidence import IMAGES, SEED, LabelEvidence, Thresholds
from devise_core.search.label_kinds import LabelKinds
from devise_core.search.naming import PERSON, Namer
from devise_core.search.naming_table import NamingTable
from devise_core.search.noun_senses import NounSenses
from devise_core.search.people_guard import PeopleGuard
from devise_core.search.scorer import Scorer
from devise_core.search.scorer_file import open_scorer
from devise_core.search.shown_words import ShownWords
from devise_core.storage.artifact_reader import read_array, read_text
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout
from devise_core.text.concepts import EncodedPhrases, PhraseProjection
from devise_core.text.phrase_encoder import PhraseEncoder
from devise_core.text.senses import SenseTable
from devise_core.text.text_encoder import TextEncoder
from devise_core.text.word_filter import ALLOW_ALL, WordFilter
from devise_core.text.word_vector_encoder import WordVectorEncoder
from devise_core.vectors import Floats

FORMULA = 1
"""Increase this number when the vectors of the score or the evidence are computed differently. Then run ``build scores``."""
STORED_FROM = (
    "classifier",
    "coverage",
    "head_labels",
    "label_vectors",
    "labels",
    "noun_concepts",
    "noun_senses",
    "noun_vectors",
    "nouns",
    "scorer",
)
"""The files from which the vectors of the score (``scorer.py``) and the thresholds of the evidence are computed."""


class ModelParts:
    """The optional parts of a model, each opened on first use. A part is None if the manifest does not list a file that it needs.

    Opening a part raises ``ArtifactError`` if the manifest lists one of its files, but the file is missing or damaged.

    Args:
        layout: The model's folder.
        manifest: The manifest of that folder.
        text: The model's text encoder.
        word_filter: Decides which words may be offered to people who did not type them.
        phrase_encoder: Encodes the phrases of queries, or None. A model without ``phrase_projection.npz`` ignores the encoder.
    """

    def __init__(
        self,
        layout: ArtifactLayout,
        manifest: Manifest,
        text: TextEncoder,
        word_filter: WordFilter = ALLOW_ALL,
        phrase_encoder: PhraseEncoder | None = None,
    ) -> None:
        self._layout, self._manifest, self._text = layout, manifest, text
        self.word_filter, self.phrase_encoder = word_filter, phrase_encoder

    @cached_property
    def classifier(self) -> LabelSoftmax | None:
        """The softmax of the untrained classifier over the ImageNet labels."""
        layout = self._layout
        if not self._has("classifier", "naming"):  # a model with other labels has a classifier without naming files
            return None
        return LabelSoftmax.open(self._manifest.verified(layout.classifier))

    @cached_property
    def namer(self) -> Namer | None:
        """Names images with everyday nouns."""
        layout, verified = self._layout, self._manifest.verified
        if self.classifier is None or not self._has("naming_vectors"):
            return None
        concepts_of = self.scorer.concepts.unit_vectors if self.scorer else None
        table = NamingTable.read(
            verified(layout.naming), verified(layout.naming_vectors), self.classifier.label_count, concepts_of, self._text.dimension
        )
        head = self._head
        person = (
            read_array(verified(layout.person), np.floating, (self.classifier.feature_count + 1,)) if self._has("person") else None
        )
        image_concepts = self.scorer.images.concepts if self.scorer else None
        person_vector = self._text.encode_checked([PERSON])[0]
        return Namer(table, self.classifier, head, image_concepts, person, person_vector, self.word_filter)

    @cached_property
    def people_guard(self) -> PeopleGuard | None:
        """Says which words would be an insult beside an image. None if the model cannot name images."""
        if self.namer is None or self.classifier is None:
            return None
        return PeopleGuard(self.namer, self.classifier, self._text.vocabulary, self.evidence)

    @cached_property
    def senses(self) -> SenseTable | None:
        """The senses of ambiguous words, from which a query can choose one."""
        if not self._has("senses", "sense_vectors"):
            return None
        verified, layout = self._manifest.verified, self._layout
        return SenseTable.read(verified(layout.senses), verified(layout.sense_vectors), self._text.dimension)

    @cached_property
    def evidence(self) -> LabelEvidence | None:
        """Computes the evidence for a query from the classifier's probabilities."""
        text, layout, verified = self._text, self._layout, self._manifest.verified
        if not self._has("noun_senses", "coverage", "near_miss", "labels", "label_vectors"):
            return None
        if self.classifier is None or not isinstance(text, WordVectorEncoder):
            return None
        table, coverage, kinds, labels_file = map(verified, (layout.noun_senses, layout.coverage, layout.near_miss, layout.labels))
        senses = NounSenses.read(table, coverage, kinds, labels_file, len(text.nouns), self.classifier.label_count)
        labels_shape = (self.classifier.label_count, text.dimension)
        vectors = np.asarray(read_array(verified(layout.label_vectors), np.floating, labels_shape), dtype=np.float32)
        abstract: frozenset[str] = frozenset()
        if self._has("abstract_words"):
            abstract = frozenset(read_text(verified(layout.abstract_words)).split())
        if self.scorer is None:
            return LabelEvidence(senses, text.nouns, vectors, abstract=abstract, word_filter=self.word_filter)
        labels, concept = self.scorer.images.concepts.labels, self.scorer.concepts.unit_vectors
        return LabelEvidence(senses, text.nouns, vectors, labels, concept, abstract, self.word_filter)

    @cached_property
    def label_kinds(self) -> LabelKinds | None:
        """Says which kinds of thing, such as "animal", labels name. None if the model cannot weigh evidence."""
        if self.evidence is None or not isinstance(self._text, WordVectorEncoder):
            return None
        return LabelKinds(self._text.nouns, self.evidence.senses)

    @cached_property
    def scorer(self) -> Scorer | None:
        """Scores images for queries by the cosine and three other terms (``scorer.py``)."""
        text, layout, verified = self._text, self._layout, self._manifest.verified
        if self.classifier is None or not isinstance(text, WordVectorEncoder):
            return None
        if not self._has("noun_concepts", "word_concepts", "scorer"):
            return None
        files = (verified(layout.scorer), verified(layout.noun_concepts), verified(layout.word_concepts))
        return open_scorer(*files, text, self.classifier, self._head, self._encoded_phrases())

    @cached_property
    def shown_words(self) -> ShownWords:
        """Collects words for what images show. If the files of ``build naming`` are missing, only the text of the items is used."""
        nouns = self._text.nouns if isinstance(self._text, WordVectorEncoder) else None
        return ShownWords(self.namer, nouns, self.evidence.senses if self.evidence else None, self.word_filter)

    @cached_property
    def version(self) -> str:
        """A string that changes whenever a collection's stored values for the score and the evidence become outdated."""
        names = [getattr(self._layout, name).name for name in STORED_FROM]
        content = [str(FORMULA), *(self._manifest.files[name].sha256 for name in names if name in self._manifest.files)]
        return hashlib.sha256(" ".join(content).encode()).hexdigest()

    def evidence_thresholds(self, features: Floats) -> Thresholds:
        """Return the thresholds of the evidence in a collection, given its ``features`` ``(n, f)``. A large collection is sampled.

        Raises:
            ValueError: The model cannot weigh evidence.
        """
        if self.evidence is None or self.classifier is None:
            raise ValueError("This model came without the files that weigh evidence.")
        if len(features) > IMAGES:
            features = features[np.random.default_rng(SEED).choice(len(features), IMAGES, replace=False)]
        return self.evidence.thresholds(self.classifier.shares(features))

    @property
    def random_nouns(self) -> Floats | None:
        """Vectors ``(m, d)`` of random nouns, for the chance level (``cutoff.py``). None for a model without a vocabulary."""
        vocabulary = self._text.vocabulary
        return vocabulary.random_nouns(cutoff.NOUNS, cutoff.SEED) if vocabulary else None

    @cached_property
    def _head(self) -> LabelSoftmax | None:
        """The softmax of the trained head, which has the same features and labels as the classifier."""
        if self.classifier is None or not self._has("head_labels"):
            return None
        path = self._manifest.verified(self._layout.head_labels)
        head = LabelSoftmax.open(path)
        if (head.feature_count, head.label_count) != (self.classifier.feature_count, self.classifier.label_count):
            raise ArtifactError(f"{path} does not fit the classifier. Restore both files together.")
        return head

    def _encoded_phrases(self) -> EncodedPhrases | None:
        if self.phrase_encoder is None or not self._has("phrase_projection"):
            return None
        projection = PhraseProjection.open(self._manifest.verified(self._layout.phrase_projection))
        return EncodedPhrases(self.phrase_encoder, projection)

    def _has(self, *names: str) -> bool:
        return all(getattr(self._layout, name).name in self._manifest.files for name in names)
