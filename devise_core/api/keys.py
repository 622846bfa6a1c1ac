"""API keys. Only their hashes are stored, one line for each key: ``NAME SHA256 [REQUESTS_PER_MINUTE]``."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from devise_core.errors import SettingsError
from devise_core.storage.paths import stamp

PREFIX = "semblance_"
MAX_BYTES = 1_000_000
_LINE = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,60})\s+(?P<sha256>[0-9a-f]{64})(?:\s+(?P<rate>[1-9][0-9]{0,5}))?")


@dataclass(frozen=True)
class ApiKey:
    """A key that may use the API.

    Attributes:
        name: The name of the user that the key was made for.
        sha256: The SHA-256 of the key in hexadecimal.
        rate: The most requests in one minute, or None for the default.
    """

    name: str
    sha256: str
    rate: int | None = None


def new_key(name: str) -> tuple[str, str]:
    """Make a key of 256 random bits.

    Returns:
        The key, and its line for the file of keys. A random key needs no slow hash, because it cannot be guessed.

    Raises:
        SettingsError: The name is empty or too long, or has characters other than letters, digits, dots, hyphens and underscores.
    """
    key = PREFIX + secrets.token_urlsafe(32)
    line = f"{name} {_hash(key)}"
    if not _LINE.fullmatch(line):
        raise SettingsError("The name of a key has up to 60 letters, digits, dots, hyphens and underscores, and no spaces.")
    return key, line


def read_keys(path: Path) -> list[ApiKey]:
    """Read the file of keys. Blank lines and lines that begin with ``#`` are skipped.

    Raises:
        SettingsError: The file cannot be read, or a line is not a key. The message names the line.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SettingsError(f"{path} is larger than {MAX_BYTES / 1e6:g} MB. SEMBLANCE_API_KEYS names a list of keys.")
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read. Set SEMBLANCE_API_KEYS to a text file with one key per line.") from error
    keys = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise SettingsError(
                f"Line {number} of {path} is not a key. Write NAME SHA256, as `semblance serve --new-key NAME` prints it."
            )
        keys.append(ApiKey(match["name"], match["sha256"], int(match["rate"]) if match["rate"] else None))
    return keys


class KeyRing:
    """The keys of a file, which is read again when it changes.

    Args:
        path: The file of keys.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._version: object = None
        self._keys: list[ApiKey] = []

    def find(self, presented: str) -> ApiKey | None:
        """Return the key that a client presents, or None if there is no such key.

        Every hash is compared, each in constant time, so that the time does not tell how close a guess is.

        Raises:
            SettingsError: The file cannot be read. No key is accepted then.
        """
        sha256 = _hash(presented)
        matching = None
        for key in self._current():
            if hmac.compare_digest(key.sha256, sha256):
                matching = key
        return matching

    def _current(self) -> list[ApiKey]:
        with self._lock:
            version = stamp([self._path])
            if version != self._version:
                self._keys, self._version = read_keys(self._path), version
            return self._keys


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
