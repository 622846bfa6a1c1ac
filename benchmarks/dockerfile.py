"""Read a Dockerfile: its stages, and the instructions of each."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template


@dataclass(frozen=True)
class Instruction:
    """One instruction, such as ``RUN``, and what follows it on its line. Continued lines are joined."""

    name: str
    argument: str


@dataclass(frozen=True)
class BuildStage:
    """One stage.

    Attributes:
        base: The image that it begins with.
        name: Its name, or an empty string.
        instructions: What follows ``FROM``.
    """

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def given(self, name: str) -> list[str]:
        """Return the arguments of all instructions of this name."""
        return [each.argument for each in self.instructions if each.name == name]


def read_dockerfile(text: str) -> list[BuildStage]:
    """Return the stages of a Dockerfile.

    Raises:
        ValueError: It does not begin with ``FROM``.
    """
    lines = re.sub(r"\s*\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    instructions = [Instruction(*line.split(maxsplit=1)) for line in lines if line.strip()]
    if not instructions or instructions[0].name != "FROM":
        raise ValueError("A Dockerfile begins with FROM.")
    starts = [number for number, each in enumerate(instructions) if each.name == "FROM"]
    stages = []
    for start, end in zip(starts, [*starts[1:], len(instructions)], strict=True):
        base, _, name = instructions[start].argument.partition(" AS ")
        stages.append(BuildStage(base, name, tuple(instructions[start + 1 : end])))
    return stages


def assignments(argument: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that ``ENV`` or ``ARG`` sets, with the values of those that it refers to."""
    pairs = (part.partition("=") for part in shlex.split(argument))
    return {name: Template(value).safe_substitute(environment) for name, _, value in pairs}
