"""Read word vectors in the published file formats: GloVe, fastText and word2vec."""

from devise_core.wordfiles.reader import Block, read_words
from devise_core.wordfiles.report import Fault, WordReport

__all__ = ["Block", "Fault", "WordReport", "read_words"]
