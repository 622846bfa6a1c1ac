"""The optional phrase encoder. It encodes a whole phrase with a sentence model, and does not add up word vectors."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from devise_core.errors import SettingsError
from devise_core.installation import PROGRAM
from devise_core.settings import folder, variable
from devise_core.storage.manifest import sha256_of
from devise_core.text.sentence_model import SentenceModel
from devise_core.vectors import Floats

FILES = {
    "model.onnx": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""The files of the folder, each with its SHA-256. The concept space (see ``concepts``) was made with this model only."""
REMEMBERED = 1_024
"""How many phrases are kept with their vectors. The vectors take 2 MB."""


class PhraseEncoder:
    """Maps one phrase at a time to the vector of a sentence model. Several threads may use one instance.

    Args:
        model: The sentence model.
    """

    def __init__(self, model: SentenceModel) -> None:
        self._model = model
        self._remembered = lru_cache(REMEMBERED)(self._encode)

    @classmethod
    def open(cls, files: Path) -> PhraseEncoder:
        """Open the folder ``files`` that the command ``fetch phrase-encoder`` fills.

        Raises:
            SettingsError: A file is missing or its SHA-256 differs, or ONNX Runtime or tokenizers is not installed.
        """
        for name, sha256 in FILES.items():
            _check(files / name, sha256)
        try:
            return cls(SentenceModel.open(files / "model.onnx", files / "tokenizer.json"))
        except ImportError as error:
            raise SettingsError(
                f"{variable('phrase_encoder')} needs ONNX Runtime and tokenizers ({error}). "
                'Run `pip install -e ".[phrases]"`, or unset it.'
            ) from error

    def encode(self, phrase: str) -> Floats:
        """Return the unit vector ``float32 (s,)`` of a phrase. The array is read-only, because it is kept for the next call."""
        return self._remembered(phrase)

    def _encode(self, phrase: str) -> Floats:
        vector: Floats = self._model.encode([phrase])[0]
        vector.flags.writeable = False
        return vector


def configured_phrase_encoder() -> PhraseEncoder | None:
    """Open the phrase encoder in the folder ``SEMBLANCE_PHRASE_ENCODER``. Return None if this variable is not set.

    Raises:
        SettingsError: The folder cannot be opened (see ``PhraseEncoder.open``).
    """
    files = folder("phrase_encoder")
    return PhraseEncoder.open(files) if files else None


def _check(path: Path, sha256: str) -> None:
    try:
        problem = "" if sha256_of(path) == sha256 else "is damaged or belongs to another model (its SHA-256 differs)"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    if problem:
        raise SettingsError(
            f"{path} {problem}. Run `{PROGRAM} fetch phrase-encoder --out DATA` and set "
            f"{variable('phrase_encoder')} to DATA/phrase-encoder, or unset it."
        )
