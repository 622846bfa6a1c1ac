"""The verbs. Everything a page or a command does with pictures and words goes through ``Engine``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from devise_core.collections.base import Collection, EmptyCollection
from devise_core.collections.folder import FolderCollection, find_collections
from devise_core.datatypes import Hit, Reading, Term, WordHit
from devise_core.errors import ArtifactError, CollectionError, DeviseError, OtherModelError, QueryError
from devise_core.results import Results, read_losses, read_results
from devise_core.search import cutoff
from devise_core.search.ranking import Ranking
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import ArtifactLayout, artifacts_folder
from devise_core.text.completion import complete
from devise_core.text.interpolation import Waypoint, along, way
from devise_core.text.noun_store import NounStore
from devise_core.text.query import Query
from devise_core.text.query_parser import Clause
from devise_core.text.query_reader import ImageVector, read_query
from devise_core.text.text_encoder import WordVectorEncoder, check_k
from devise_core.text.word_store import WordStore
from devise_core.vectors import Floats, Rows, largest, unit, without
from devise_core.vision.image_encoder import Encoded, ImageEncoder, KerasImageEncoder
from devise_core.vision.image_reader import ImageInput
from devise_core.vision.occlusion import Heat, Regions, regions

By = Literal["semantic", "visual", "labels"]
Vocabulary = Literal["nouns", "all"]
Images = Mapping[str, Floats]
"""Name → embedding ``(d,)`` of images that ``like:NAME`` can name."""
DEFAULT_COLLECTION = "stamps"
LABELS_IN_A_MEAN = 10


class Engine:
    """A model and one collection. Made by ``load_engine``; ``on`` gives the same model over another collection."""

    def __init__(
        self,
        layout: ArtifactLayout,
        manifest: Manifest,
        text: WordVectorEncoder,
        encoder: ImageEncoder,
        collection: Collection,
    ) -> None:
        self.layout, self.manifest = layout, manifest
        self.text, self.encoder, self.collection = text, encoder, collection

    def query(self, text: str, images: Images | None = None) -> Query:
        """Read a query once, for every question about it.

        Args:
            text: A query in the language of ``query_parser``, such as "horse -saddle" or "like:violin + sea".
            images: Name → embedding ``(d,)`` of further images that ``like:NAME`` can name. They come before the
                collection's, which are named by id.

        Returns:
            The query's vector and how it was read. All verbs that take a query's text take it too.

        Raises:
            QueryError: The text is empty or too long, breaks the grammar, names an unknown image, or its terms cancel out.
            UnknownWordError: No word to look for is known.
        """
        return read_query(text, self.text, self._image_vector(images))

    def search_text(self, text: str | Query, k: int = 10, pictures: Images | None = None) -> list[Hit]:
        """Return the ``k`` images nearest to a query. Takes and raises what ``query`` does."""
        return self._hits(*self.collection.embedding_index.search(self._read(text, pictures).vector, check_k(k)))

    def search_image(self, image: ImageInput, k: int = 10, by: By = "semantic") -> list[Hit]:
        """The ``k`` pictures nearest to ``image``.

        ``by`` "semantic" compares embeddings: what is shown. "visual" compares the backbone's features: how it looks.
        "labels" goes by way of the mean of its ten nearest words, as the work this project starts from did.
        Raises ``ImageError`` for a picture that cannot be read.
        """
        return self.search_encoded(self.encode(image), k, by)

    def encode(self, image: ImageInput) -> Encoded:
        """One picture's features and embedding, for more than one question about it. Raises ``ImageError``."""
        return self.encoder.encode([image])

    def search_encoded(self, encoded: Encoded, k: int = 10, by: By = "semantic") -> list[Hit]:
        """As ``search_image``, for a picture already encoded."""
        return self._nearest(encoded.features[0], encoded.embeddings[0], check_k(k), by)

    def more_like(self, item_id: str, k: int = 10, by: By = "semantic") -> list[Hit]:
        """The ``k`` pictures nearest to one of the collection, itself left out. Needs no network run."""
        row = self.collection.row(item_id)
        hits = self._nearest(self.collection.features[row], self.collection.embeddings[row], check_k(k) + 1, by)
        return [hit for hit in hits if hit.id != item_id][:k]

    def rank(self, rows: Sequence[int], query: Query | Floats) -> list[Hit]:
        """Return the images at ``rows``, nearest to a query or a vector ``(d,)`` first."""
        cosines = self.collection.embeddings[list(rows)] @ unit(_vector(query))
        return [self.collection.hit(rows[place], float(cosines[place])) for place in np.argsort(-cosines, kind="stable")]

    def ranking(self, query: Query | Floats) -> Ranking:
        """Order all images of the collection by their cosine with a query or a unit vector ``(d,)``, exactly."""
        return Ranking.of(self.collection.embeddings @ _vector(query))

    def hits(self, ranking: Ranking) -> list[Hit]:
        """The pictures of a ranking or of a part of it."""
        return self._hits(ranking.rows, ranking.cosines)

    @cached_property
    def chance_cosine(self) -> float:
        """The cosine that, for three nouns in ten drawn by chance, no picture of this collection reaches."""
        return cutoff.chance_cosine(self.text.nouns.drawn(cutoff.NOUNS, cutoff.SEED), self.collection.embeddings)

    def label_image(
        self,
        image: ImageInput,
        k: int = 10,
        vocabulary: Vocabulary | Sequence[str] = "nouns",
    ) -> list[WordHit]:
        """The ``k`` words nearest to ``image``: among WordNet's "nouns", "all" words, or a list of your own."""
        check_k(k)
        return self.label_embedding(self.embed_images([image])[0], k, vocabulary)

    def label_embedding(
        self,
        embedding: Floats,
        k: int = 10,
        vocabulary: Vocabulary | Sequence[str] = "nouns",
    ) -> list[WordHit]:
        """As ``label_image``, for a unit vector ``(d,)`` already at hand."""
        check_k(k)
        if vocabulary == "nouns":
            return self.text.nouns.nearest(embedding, k)
        if vocabulary == "all":
            return self.text.words.nearest(embedding, k, self.text.directions)
        if isinstance(vocabulary, str):
            raise QueryError(f'vocabulary is "nouns", "all" or a list of words. Received: {vocabulary!r}.')
        labels = list(dict.fromkeys(vocabulary))
        if not labels:
            raise QueryError("The list of labels is empty: give at least one word.")
        scores = np.stack([self.text.embed(label) for label in labels]) @ embedding
        return [WordHit(labels[row], float(scores[row])) for row in largest(scores, k)]

    def heat(self, image: ImageInput, text: str | Query, pictures: Images | None = None) -> Heat:
        """Where in ``image`` its cosine with a query comes from. Raises ``ImageError``, and what ``query`` does."""
        query = self._read(text, pictures)
        return self.regions(image).heat(query.vector, query.text)

    def regions(self, image: ImageInput) -> Regions:
        """What ``heat`` needs of a picture, for more than one question about it. Raises ``ImageError``."""
        return regions(image, self.encoder)

    def similar_words(self, text: str | Query, k: int = 10, pictures: Images | None = None) -> list[WordHit]:
        """The ``k`` words nearest to a query in the word vectors themselves, its own words left out: also "king - man + woman"."""
        return self.text.nearest_words(self._read(text, pictures), check_k(k))

    def way(self, start: str, end: str, steps: int = 5) -> list[tuple[Waypoint, Hit]]:
        """The places between two words, both included, each with the nearest picture not met before. Raises as ``wordplay.way``."""
        points = way(self.text, start, end, steps)
        met = along(points, self.collection.embedding_index.search)
        return [(point, self.collection.hit(row, cosine)) for point, (row, cosine) in zip(points, met, strict=True)]

    def nearest_to_term(self, term: Term, k: int = 5, pictures: Images | None = None) -> list[WordHit]:
        """The ``k`` words nearest to one term of a ``Reading``: frequent words for words, nouns for a picture."""
        if term.kind == "words":
            return self.text.nearest_to(term.word, check_k(k))
        vector = self._image_vector(pictures)(Clause(term.kind, term.word, 1.0, term.start, term.end))
        return self.text.nouns.nearest(vector, check_k(k))

    def complete(self, text: str, k: int = 8) -> list[tuple[int, str]]:
        """What a query being typed may go on to say: the offset to replace from, and the words to put there."""
        return complete(text, self.text.words, self.text.nouns, check_k(k))

    def read_text(self, text: str, pictures: Images | None = None) -> Reading:
        """Return how a query is read: its terms, their weights, and what is left out. Takes and raises what ``query`` does."""
        return self.query(text, pictures).reading

    def embed_text(self, text: str, pictures: Images | None = None) -> Floats:
        """Return the unit vector ``float32 (d,)`` of a query. Takes and raises what ``query`` does."""
        return self.query(text, pictures).vector

    def embed_images(self, images: Sequence[ImageInput]) -> Floats:
        """Unit rows ``float32 (n, d)``. Raises ``ImageError`` for the first picture that cannot be read."""
        if not len(images):
            return np.empty((0, self.text.words.dimension), dtype=np.float32)
        return np.concatenate([part.embeddings for part in self.encoder.encode_many(images)])

    def results(self) -> Results | None:
        """What ``evaluate --out`` measured; None where it did not. Raises ``ArtifactError`` for a damaged file."""
        return read_results(self.layout.results)

    def losses(self) -> dict[str, list[float]]:
        """Name of a curve → the loss after each epoch of the training. Raises ``ArtifactError``."""
        return read_losses(self.layout, self.manifest)

    def collections(self) -> dict[str, Path]:
        """Name → folder of every collection at hand."""
        return find_collections(self.layout.root)

    def on(self, collection: str | Path | Collection) -> Engine:
        """The same words and network over another collection, by name, folder or opened."""
        if not isinstance(collection, Collection):
            collection = open_collection(collection, self.layout, self.model_id)
        return Engine(self.layout, self.manifest, self.text, self.encoder, collection)

    @property
    def model_id(self) -> str:
        """What the vectors depend on, as ``ImageEncoder.model_id`` says."""
        return self.encoder.model_id

    def _nearest(self, features: Floats, embedding: Floats, k: int, by: By) -> list[Hit]:
        if by not in get_args(By):
            raise QueryError(f"by is one of {', '.join(get_args(By))}. Received: {by!r}.")
        if by == "visual":
            return self._hits(*self.collection.feature_index.search(unit(features), k))
        if by == "labels":
            names = self.text.words.nearest(embedding, LABELS_IN_A_MEAN, self.text.directions)
            rows = [row for hit in names if (row := self.text.words.row(hit.word)) is not None]
            embedding = without(unit(self.text.words.unit(rows).mean(axis=0)), self.text.directions)
        return self._hits(*self.collection.embedding_index.search(embedding, k))

    def _read(self, text: str | Query, images: Images | None) -> Query:
        return text if isinstance(text, Query) else self.query(text, images)

    def _image_vector(self, images: Images | None) -> ImageVector:
        """Return what gives ``like:NAME`` its vector."""
        named = images or {}

        def vector(clause: Clause) -> Floats:
            if clause.text in named:
                return unit(named[clause.text])
            if clause.text in self.collection:
                return unit(self.collection.embeddings[self.collection.row(clause.text)])
            from rapidfuzz import process

            near = process.extract(clause.text, [*named, *(item.id for item in self.collection.items)], limit=3)
            raise QueryError(
                f"There is no picture “{clause.text}” in the collection {self.collection.name} (character "
                f"{clause.start + 1}): did you mean {' or '.join(name for name, _, _ in near)}?",
                clause.start,
            )

        return vector

    def _hits(self, rows: Rows, cosines: Floats) -> list[Hit]:
        return [self.collection.hit(int(row), float(cosine)) for row, cosine in zip(rows, cosines, strict=True)]


def _vector(query: Query | Floats) -> Floats:
    return query.vector if isinstance(query, Query) else query


def load_engine(artifacts: str | Path | None = None, collection: str | Path | None = None) -> Engine:
    """Open a model and a collection: the bundled ones, or those of a folder and of a name or folder.

    Of a model of your own the first collection that was made with it; one that has none still names pictures and compares words.
    Every file is checked against the manifest as it is opened. The network is not loaded until a picture needs it.
    Raises ``ArtifactError`` and ``CollectionError``, which name the file and how to restore it.
    """
    layout, manifest, text, encoder = _model(artifacts)
    if collection:
        return _over(layout, manifest, text, encoder, collection)
    for name in _default_first(layout):
        with suppress(OtherModelError):
            return _over(layout, manifest, text, encoder, name)
    return Engine(layout, manifest, text, encoder, EmptyCollection())


def load_any_engine(artifacts: str | Path | None = None) -> Engine:
    """As ``load_engine``, over the first collection that opens at all: a server goes on with what it has.

    Where none opens, raises what is wrong with the default one.
    """
    layout, manifest, text, encoder = _model(artifacts)
    wrong: list[DeviseError] = []
    for name in _default_first(layout) or [DEFAULT_COLLECTION]:
        try:
            return _over(layout, manifest, text, encoder, name)
        except (ArtifactError, CollectionError) as error:
            wrong.append(error)
    raise wrong[0]


def _default_first(layout: ArtifactLayout) -> list[str]:
    return sorted(find_collections(layout.root), key=lambda name: name != DEFAULT_COLLECTION)


def _over(
    layout: ArtifactLayout, manifest: Manifest, text: WordVectorEncoder, encoder: ImageEncoder, collection: str | Path
) -> Engine:
    return Engine(layout, manifest, text, encoder, open_collection(collection, layout, encoder.model_id))


def _model(artifacts: str | Path | None) -> tuple[ArtifactLayout, Manifest, WordVectorEncoder, ImageEncoder]:
    layout = ArtifactLayout(Path(artifacts) if artifacts else artifacts_folder())
    manifest = Manifest.read(layout.root)
    ok = manifest.verified
    words = WordStore.open(ok(layout.words), ok(layout.word_vectors), ok(layout.word_scales))
    nouns = NounStore.open(ok(layout.nouns), ok(layout.noun_vectors))
    text = WordVectorEncoder(words, nouns, np.load(ok(layout.directions)))
    return layout, manifest, text, KerasImageEncoder(layout.model, manifest)


def open_collection(collection: str | Path, layout: ArtifactLayout, model: str) -> Collection:
    """Open a collection by its name or its folder. Raises ``CollectionError`` where there is none such."""
    folder = Path(collection)
    if not folder.is_dir() or (isinstance(collection, str) and len(folder.parts) == 1):
        found = find_collections(layout.root)
        if str(collection) not in found and not folder.is_dir():
            known = ", ".join(found) or "none"
            raise CollectionError(
                f"There is no collection “{collection}” (there are: {known}): make one with "
                "`python -m devise_core index FOLDER --name NAME`."
            )
        folder = found.get(str(collection), folder)
    return FolderCollection.open(folder, model)
