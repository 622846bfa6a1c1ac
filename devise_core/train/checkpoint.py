"""A checkpoint: the whole state of a run after an epoch, in one file that is replaced whole. No pickles."""

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
    """``made_from``: what the run stands on, as plain values; a checkpoint of anything else is refused."""

    path: Path
    made_from: Mapping[str, Any]

    def save(self, facts: Mapping[str, Any], groups: Mapping[str, Arrays]) -> None:
        """Keep ``facts``, which are plain values, and ``groups`` of arrays."""
        text = json.dumps({"made_from": dict(self.made_from), "facts": dict(facts)}).encode()
        arrays = {"json": np.frombuffer(text, np.uint8)}
        arrays |= {f"{name}.{place}": array for name, group in groups.items() for place, array in enumerate(group)}
        with atomic_file(self.path) as staged:
            np.savez(staged, allow_pickle=False, **arrays)

    def load(self) -> tuple[dict[str, Any], dict[str, Arrays]] | None:
        """What was saved last; None where nothing was. Raises ``BuildError`` where it is damaged, or of another run."""
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
                f"The checkpoint {self.path} is damaged ({type(error).__name__}): leave out --resume, to begin again."
            ) from error
        wanted = json.loads(json.dumps(dict(self.made_from)))
        for name in wanted:
            if wanted[name] != made_from.get(name):
                raise BuildError(
                    f"The run to resume had another {name} ({made_from.get(name)}, now {wanted[name]}): give what it "
                    "had, or leave out --resume, to begin again."
                )
        return facts, dict(groups)
