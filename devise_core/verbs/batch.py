"""The verbs (methods of ``Engine``) for many texts or images. Images are encoded in batches, which is faster than one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized

import numpy as np

from devise_core.hits import Hits, WordHits
from devise_core.search.conditions import EVERYTHING, Condition
from devise_core.search.index import check_k
from devise_core.text.query import Query
from devise_core.vectors import Floats
from devise_core.verbs.arguments import labels_given, texts_given
from devise_core.verbs.base import By
from devise_core.verbs.labels import LabelVerbs, WordSet, best_labels
from devise_core.verbs.search import SearchVerbs
from devise_core.vision.image_encoder import Encoded
from devise_core.vision.image_sources import ImageInput, check_several


class BatchVerbs(SearchVerbs, LabelVerbs):
    """The verbs that search with several inputs or label several images, and return the results in the order of the inputs."""

    def search_texts(self, texts: Iterable[str | Query], k: int = 10, where: Condition = EVERYTHING) -> list[Hits]:
        """Return what ``search_text`` returns for each text.

        Args:
            texts: The queries, each as ``search_text`` takes it.
            k: How many images to return for each text, from 1 to 1000.
            where: The condition that images must satisfy to be returned.

        Returns:
            The hits of each text, in the order of the texts.

        Raises:
            QueryError: ``k`` is out of range, a query cannot be read, ``texts`` is not a list of texts, or ``where`` is not a
                condition.
            UnknownWordError: A query has no known word to look for.
            CollectionError: What the collection stores for the score is damaged, or was made with another classifier.

        Example:
            >>> [hits[0].name for hits in engine.search_texts(["violin", "dog"], k=1)]
            ['violin', 'dog']
        """
        check_k(k)
        return [self.search_text(text, k, where=where) for text in texts_given(texts)]

    def search_images(self, images: Iterable[ImageInput], k: int = 10, by: By = "semantic", progress: bool = False) -> list[Hits]:
        """Return what ``search_image`` returns for each image.

        Args:
            images: The images, each as ``search_image`` takes it.
            k: How many images to return for each image, from 1 to 1000.
            by: What is compared, as ``search_image`` says.
            progress: Whether to show a progress bar.

        Returns:
            The hits of each image, in the order of the images.

        Raises:
            ImageError: An image cannot be read, or ``images`` is not a list of images.
            QueryError: ``k`` or ``by`` is out of range.
            NoVocabularyError: ``by`` is "labels" and the model has no vocabulary.
            ArtifactError: The image encoder is missing or damaged, or returns vectors that cannot be used.

        Example:
            >>> pictures = [engine.collection.picture(engine.collection.row(item)) for item in ("cello", "dog")]
            >>> [hits[0].name for hits in engine.search_images(pictures, k=1)]
            ['cello', 'dog']
        """
        check_k(k)
        return [self.search_encoded(encoded, k, by) for encoded in self._each_encoded(images, progress)]

    def label_images(
        self, images: Iterable[ImageInput], k: int = 10, vocabulary: WordSet | Sequence[str] = "nouns", progress: bool = False
    ) -> list[WordHits]:
        """Return what ``label_image`` returns for each image.

        Args:
            images: The images, each as ``label_image`` takes it.
            k: How many words to return for each image, from 1 to 1000.
            vocabulary: The words to choose from, as ``label_image`` takes them.
            progress: Whether to show a progress bar.

        Returns:
            The words of each image, in the order of the images.

        Raises:
            ImageError: An image cannot be read, or ``images`` is not a list of images.
            QueryError: ``k`` is out of range, or ``vocabulary`` is not one that ``label_image`` takes.
            UnknownWordError: A label has no known word.
            NoVocabularyError: ``vocabulary`` is "nouns" or "all", and the model has no vocabulary.
            ArtifactError: The image encoder is missing or damaged, or returns vectors that cannot be used.

        Example:
            >>> pictures = [engine.collection.picture(engine.collection.row(item)) for item in ("cello", "dog")]
            >>> [hits[0].word for hits in engine.label_images(pictures, vocabulary=["a dog", "music"])]
            ['music', 'a dog']
        """
        check_k(k)
        if isinstance(vocabulary, str):
            return [self.label_encoded(encoded, k, vocabulary) for encoded in self._each_encoded(images, progress)]
        labels = labels_given(vocabulary)
        fits = (self._label_fit(labels, batch, guarded=True) for batch in self._encoded_batches(images, progress))
        return [hits for fit in fits for hits in best_labels(fit, k)]

    def embed_images(self, images: Iterable[ImageInput], progress: bool = False) -> Floats:
        """Encode images.

        Args:
            images: The images, each as ``search_image`` takes it. A generator is read one batch at a time.
            progress: Whether to show a progress bar.

        Returns:
            Unit rows ``float32 (n, d)``, in the order of the images.

        Raises:
            ImageError: An image cannot be read, or one image is given in place of several. The message names the file of the first
                image that cannot be read, or its place among the images, counted from 1.
            ArtifactError: The image encoder is missing or damaged, or returns vectors that cannot be used.

        Example:
            >>> engine.embed_images([engine.collection.picture(row) for row in range(3)]).shape
            (3, 100)
        """
        check_several(images)
        rows = [encoded.embeddings for encoded in self._each_encoded(images, progress)]
        return np.concatenate(rows) if rows else np.empty((0, self.text.dimension), dtype=np.float32)

    def _each_encoded(self, images: Iterable[ImageInput], progress: bool) -> Iterator[Encoded]:
        """Yield the features and the embedding of one image at a time."""
        for batch in self._encoded_batches(images, progress):
            for row in range(len(batch.embeddings)):
                yield Encoded(batch.features[row : row + 1], batch.embeddings[row : row + 1])

    def _encoded_batches(self, images: Iterable[ImageInput], progress: bool) -> Iterator[Encoded]:
        """Yield the features and the embeddings of several images at a time."""
        check_several(images)
        if isinstance(images, Sized) and not len(images):
            return
        from tqdm import tqdm

        with tqdm(total=len(images) if isinstance(images, Sized) else None, unit="image", disable=not progress) as bar:
            for batch in self.encoder.encode_many(images):
                yield batch
                bar.update(len(batch.embeddings))
