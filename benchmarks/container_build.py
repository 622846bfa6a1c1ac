"""Build the container image without Docker: carry out the steps of the Dockerfile in folders that begin with Debian's packages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from benchmarks.dockerfile import BuildStage, Instruction, assignments, read_dockerfile

PACKAGES = ("python3", "python3-venv", "python3-dev", "ca-certificates")
"""What takes the place of the Python that the official image compiles."""
_PASSED_ON = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "PIP_CERT", "PIP_INDEX_URL")
"""Variables that this machine may need to reach the internet. They are passed on, as Docker passes on proxies."""


@dataclass
class Image:
    """A built image.

    Attributes:
        root: The folder with its files.
        environment: The variables of its processes.
        folder: Where its processes start.
        user: The user and the group that they run as, as numbers.
        command: What it runs.
        health: The command that tells whether it is healthy.
    """

    root: str
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"})
    folder: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def sandbox(
    image: Image, bind: str, options: Sequence[str], command: Sequence[str], variables: Mapping[str, str] | None = None
) -> list[str]:
    """Return the command line that runs a command in the files of an image.

    Args:
        image: The image.
        bind: How its files are mounted, "--bind" or "--ro-bind".
        options: Further options of bubblewrap.
        command: The command.
        variables: Variables besides those of the image.
    """
    values = image.environment | dict(variables or {})
    settings = [part for name, value in values.items() for part in ("--setenv", name, value)]
    mounts = [bind, image.root, "/", "--proc", "/proc", "--dev", "/dev"]
    return ["bwrap", *mounts, *options, "--die-with-parent", "--clearenv", *settings, "--chdir", image.folder, *command]


def bootstrap(base: str, folder: Path) -> None:
    """Fill a folder with what the image ``python:VERSION-slim-SUITE`` contains, from Debian's packages.

    Raises:
        ValueError: ``base`` is another image, or Debian has another version of Python.
    """
    parts = re.fullmatch(r"python:(\d+\.\d+)-slim-(\w+)", base)
    if not parts:
        raise ValueError(f"Only python:VERSION-slim-SUITE can be made from Debian's packages. Received: {base}")
    version, suite = parts.groups()
    sources = [f"deb http://deb.debian.org/debian {suite} main", f"deb http://deb.debian.org/debian-security {suite}-security main"]
    packages = f"--include={','.join(PACKAGES)}"
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", packages, suite, str(folder), *sources], check=True)
    (folder / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    if not (folder / f"usr/bin/python{version}").is_file():
        raise ValueError(f"Debian {suite} has no Python {version}.")


class StageBuild:
    """Carries out the instructions of one stage.

    Args:
        image: The image so far, which is changed.
        context: The folder with the Dockerfile.
        built: The folders of earlier stages, by name.
        arguments: The build arguments.
    """

    def __init__(self, image: Image, context: Path, built: Mapping[str, Path], arguments: Mapping[str, str]) -> None:
        self._image, self._context, self._built, self._given = image, context, built, arguments
        self._arguments: dict[str, str] = {}

    def carry_out(self, instruction: Instruction) -> None:
        """Carry out one instruction.

        Raises:
            ValueError: It is of an unknown kind.
        """
        image, argument = self._image, instruction.argument
        match instruction.name:
            case "RUN":
                self._run(argument)
            case "COPY":
                self._copy(argument)
            case "ENV":
                image.environment |= assignments(argument, image.environment)
            case "ARG":
                self._arguments |= {name: self._given.get(name, value) for name, value in assignments(argument, {}).items()}
            case "WORKDIR":
                image.folder = argument
                self._place(argument).mkdir(parents=True, exist_ok=True)
            case "USER":
                image.user = argument
            case "HEALTHCHECK":
                image.health = json.loads(argument.partition("CMD ")[2])
            case "CMD":
                image.command = json.loads(argument)
            case "EXPOSE":
                pass
            case _:
                raise ValueError(f"The instruction {instruction.name} is unknown here.")

    def _place(self, path: str) -> Path:
        return Path(self._image.root) / str(PurePosixPath(self._image.folder) / path).lstrip("/")

    def _run(self, command: str) -> None:
        variables = {name: value for name in _PASSED_ON if (value := os.environ.get(name))}
        files = ["/etc/resolv.conf", *([variables["PIP_CERT"]] if "PIP_CERT" in variables else [])]
        options = ["--cap-add", "ALL"]
        options += [part for file in files for part in ("--ro-bind", file, file)]
        line = sandbox(self._image, "--bind", options, ["/bin/sh", "-c", command], variables | self._arguments)
        subprocess.run(line, check=True)

    def _copy(self, argument: str) -> None:
        *sources, target = argument.split()
        place = self._place(target)
        if sources[0].startswith("--from="):
            root = self._built[sources.pop(0).partition("=")[2]]
            subprocess.run(["cp", "-a", "--reflink=auto", f"{root}{sources[0]}/.", str(place)], check=True)
        elif sources == ["."]:
            copy_context(self._context, place)
        else:
            for source in sources:
                shutil.copy(self._context / source, place)


def copy_context(context: Path, target: Path) -> None:
    """Copy the files of a folder that its ``.dockerignore`` allows.

    Raises:
        ValueError: The ``.dockerignore`` is not of the form "leave out everything, keep these, skip these names".
    """
    lines = [line for line in (context / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    kept = [line[1:] for line in lines if line[0] == "!"]
    skipped = [line.removeprefix("**/") for line in lines[1:] if line.startswith("**/")]
    if lines[:1] != ["*"] or len(kept) + len(skipped) + 1 != len(lines):
        raise ValueError("Each line of .dockerignore after “*” begins with “!” or “**/”.")
    for pattern in kept:
        for path in context.glob(pattern):
            place = target / path.relative_to(context)
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, place, symlinks=True, ignore=shutil.ignore_patterns(*skipped), dirs_exist_ok=True)
            else:
                shutil.copy(path, place)


def build(context: Path, folder: Path, arguments: Mapping[str, str]) -> Image:
    """Build the image of a Dockerfile.

    Args:
        context: The folder with the Dockerfile and what it copies.
        folder: Where the files of the stages are put. It must not exist.
        arguments: The build arguments.
    """
    stages = read_dockerfile((context / "Dockerfile").read_text("utf-8"))
    folder.mkdir(parents=True)
    built: dict[str, Path] = {}
    for number, stage in enumerate(stages):
        image = _build_stage(stage, context, folder / f"stage-{number}", built, arguments)
        built[stage.name] = Path(image.root)
    (folder / "image.json").write_text(json.dumps(asdict(image), indent=1), "utf-8")
    return image


def _build_stage(stage: BuildStage, context: Path, root: Path, built: Mapping[str, Path], arguments: Mapping[str, str]) -> Image:
    base = root.parent / stage.base.replace(":", "-")
    if not base.exists():
        print(f"FROM {stage.base}", flush=True)
        bootstrap(stage.base, base)
    subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(root)], check=True)
    image = Image(str(root))
    steps = StageBuild(image, context, built, arguments)
    for instruction in stage.instructions:
        print(instruction.name, instruction.argument[:110], flush=True)
        steps.carry_out(instruction)
    return image


def load(folder: Path) -> Image:
    """Return the image that was built in a folder."""
    return Image(**json.loads((folder / "image.json").read_text("utf-8")))
