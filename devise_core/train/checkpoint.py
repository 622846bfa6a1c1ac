"""A checkpoint: the whole state of a run after an epoch, in one file that is replaced as a whole. The file contains no pickles."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from devise_core.errors import BuildError
from devise_core.storage.atomic_write import atomic_file

Arrays = Sequence[npt.NDArray[Any]]


@dataclass(frozen=True)
class Checkpoint:
    """A file that holds the state of a run.

    Attributes:
        path: The file.
        made_from: What the run depends on, as plain values. Loading a checkpoint that has other values raises ``BuildError``.
    """

    path: Path
    made_from: Mapping[str, Any]

    def save(self, facts: Mapping[str, Any], groups: Mapping[str, Arrays]) -> None:
        """Replace the file.

        Args:
            facts: Values that JSON can hold.
            groups: The name of each group → its arrays.
        """
        text = json.dumps({"made_from": dict(self.made_from), "facts": dict(facts)}).encode()
        arrays = {"json": np.frombuffer(text, np.uint8)}
        arrays |= {f"{name}.{number}": array for name, group in groups.items() for number, array in enumerate(group)}
        with atomic_file(self.path) as staged:
            np.savez(staged, allow_pickle=False, **arrays)

    def load(self) -> tuple[dict[str, Any], dict[str, Arrays]] | None:
        """Return the facts and groups that were saved last, or None if there is no file.

        Raises:
            BuildError: The file is damaged or belongs to another run.
        """
        if not self.path.is_file():
            return None
        try:
            with np.load(self.path, allow_pickle=False) as file:
                content = json.loads(file["json"].tobytes())
                groups: dict[str, list[npt.NDArray[Any]]] = {}
                for name in file.files[1:]:
                    groups.setdefault(name.split(".")[0], []).append(file[name])
            facts, made_from = content["facts"], content["made_from"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise BuildError(
                f"The checkpoint {self.path} is damaged ({type(error).__name__}). Leave out --resume to start again."
            ) from error
        self._check_run(made_from)
        return facts, dict(groups)

    def _check_run(self, made_from: Mapping[str, Any]) -> None:
        expected = json.loads(json.dumps(dict(self.made_from)))
        for name in expected:
            if expected[name] != made_from.get(name):
                raise BuildError(
                    f"The run to resume had a different {name} ({made_from.get(name)}, now {expected[name]}). Give the same value, "
                    "or leave out --resume to start again."
                )
