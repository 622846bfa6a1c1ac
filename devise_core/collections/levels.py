"""The values from which the chance level and the evidence thresholds of a large collection are computed.

They are stored, so that both can be updated when images are added. ``search/cutoff.py`` explains the chance level, and
``search/label_evidence.py`` explains the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from devise_core.errors import ArtifactError
from devise_core.search.cutoff import chance_of
from devise_core.search.model_parts import ModelParts
from devise_core.storage.artifact_reader import checked, read_arrays, reading
from devise_core.storage.manifest import Manifest
from devise_core.vectors import Floats


def _none() -> Floats:
    return np.empty(0, dtype=np.float32)


@dataclass(frozen=True)
class Levels:
    """For each random noun, the best value that any image of a group has. A group is the first images or one segment.

    Attributes:
        cosines: The highest cosine of each noun with any image ``(m,)``. Empty if there are no nouns.
        evidence: The strongest evidence for each noun in any image ``(m,)``. Empty if the model weighs no evidence.
    """

    cosines: Floats = field(default_factory=_none)
    evidence: Floats = field(default_factory=_none)

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file."""
        np.savez(path, cosines=self.cosines, evidence=self.evidence)

    @classmethod
    def read(cls, path: Path) -> Levels:
        """Read what ``save`` wrote. Raises ``ArtifactError`` if the file is missing or damaged."""
        arrays = read_arrays(path, 1 << 20)
        with reading(path):
            return cls(*(checked(arrays[name], f"“{name}” in {path}", np.floating, (None,)) for name in ("cosines", "evidence")))

    @classmethod
    def of_all(cls, groups: Sequence[Levels]) -> Levels:
        """Return the levels of several groups together, which are the largest values of any group.

        Raises:
            ArtifactError: The groups were compared with different numbers of nouns.
        """
        if len({(len(each.cosines), len(each.evidence)) for each in groups}) > 1:
            raise ArtifactError("The levels of the collection and of what was added differ in length. Make the collection again.")
        cosines, evidence = np.stack([each.cosines for each in groups]), np.stack([each.evidence for each in groups])
        return cls(cosines.max(axis=0), evidence.max(axis=0))

    def note(self, manifest: Manifest, parts: ModelParts) -> None:
        """Note the chance level and the thresholds of the evidence in the ``about`` of a manifest."""
        if len(self.cosines):
            manifest.about["chance"] = chance_of(self.cosines)
        if parts.evidence and len(self.evidence):
            manifest.about["evidence"] = asdict(parts.evidence.thresholds_of(self.evidence))
