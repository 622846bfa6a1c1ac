"""Say how sure the app is of the words that match a picture best."""

from __future__ import annotations

from devise_core.engine import Engine
from devise_core.search.confidence import Confidence, confidence
from devise_core.search.naming import Names
from devise_core.search.shown_words import CLEAR_NAME
from devise_core.vision.image_encoder import Encoded

BEST_WORDS, NEAREST_WORDS = "Best matching words", "The app is not sure what this shows. Nearest words"


def words_title(engine: Engine, encoded: Encoded) -> str:
    """Return the title for the nouns that match a picture best. The title says so if the app is not sure of any noun."""
    names = engine.names(encoded)
    if names is None or not names.hits or contradicting(names) or first_confidence(names) != "not sure":
        return BEST_WORDS
    return NEAREST_WORDS


def first_confidence(names: Names) -> Confidence:
    """Return how sure the app is of the first name. A clear name is at least "maybe": 47% of 32 with a low share are right."""
    sure = confidence(names.shares[0])
    return "maybe" if sure == "not sure" and names.hits[0].score >= CLEAR_NAME else sure


def contradicting(names: Names) -> str:
    """Return another word, such as "person", that is probably right and twice as likely as the first word, or ""."""
    hit, share = max(zip(names.hits[1:], names.shares[1:], strict=True), key=lambda pair: pair[1], default=(names.hits[0], 0.0))
    return hit.word if confidence(share) == "probably" and share >= 2 * names.shares[0] else ""
