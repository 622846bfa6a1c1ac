"""Manifests detect damage and say how to fix it. Folders and files are written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devise_core.collections.items_file import read_items, write_items
from devise_core.datatypes import Item
from devise_core.errors import ArtifactError
from devise_core.storage.atomic_write import atomic_file, atomic_folder, restore_interrupted
from devise_core.storage.manifest import SCHEMA, Manifest, remedy
from devise_core.storage.paths import leads_out
from tests.conftest import BUNDLED


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    (tmp_path / "words.txt").write_text("dog\n")
    made = Manifest(tmp_path, about={"model": "m"})
    made.add(tmp_path / "words.txt", "make words")
    made.write()
    return Manifest.read(tmp_path)


def test_an_undamaged_file_is_verified(manifest: Manifest) -> None:
    assert manifest.about == {"model": "m"}
    assert manifest.verified(manifest.root / "words.txt").read_text() == "dog\n"


@pytest.mark.parametrize(("content", "says"), [(None, "missing"), ("dog", "bytes instead of 4"), ("cat\n", "SHA-256")])
def test_a_damaged_file_is_named_with_its_remedy(manifest: Manifest, content: str | None, says: str) -> None:
    path = manifest.root / "words.txt"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(ArtifactError, match=f"words.txt.*{says}.*from a backup.*`make words`"):
        manifest.verified(path)


def test_a_file_that_is_not_listed_is_refused(manifest: Manifest) -> None:
    (manifest.root / "more.txt").touch()
    with pytest.raises(ArtifactError, match="no row for more.txt"):
        manifest.verified(manifest.root / "more.txt")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": 1, "files": {"a": {}}}', '{"schema": 1, "files": 3}'])
def test_a_damaged_manifest_is_named_with_its_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ArtifactError, match="manifest.json is damaged.*from a backup"):
        Manifest.read(tmp_path)


def test_only_bundled_files_are_restored_with_git(tmp_path: Path) -> None:
    assert remedy(BUNDLED / "words.txt").endswith("artifacts/words.txt`")
    assert remedy(BUNDLED / "words.txt").startswith("Restore it with `git checkout -- ")
    assert remedy(tmp_path / "words.txt") == "Restore it from a backup"


def test_a_missing_and_a_newer_manifest_are_named_with_their_remedy(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="missing.*from a backup"):
        Manifest.read(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": SCHEMA + 1, "files": {}}))
    with pytest.raises(ArtifactError, match=f"schema {SCHEMA + 1}.*Update the code"):
        Manifest.read(tmp_path)


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "here"
    with atomic_folder(target) as folder:
        (folder / "old").touch()
    with pytest.raises(KeyboardInterrupt), atomic_folder(target) as folder:
        (folder / "half").touch()
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.rglob("*")] == ["here", "old"]
    with atomic_folder(target) as folder:
        (folder / "new").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["here", "new"]


def test_a_folder_is_restored_after_a_kill_between_the_renames(tmp_path: Path) -> None:
    (tmp_path / ".replaced-here").mkdir()
    restore_interrupted(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_leftovers_of_killed_runs_are_deleted_and_work_in_progress_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "here"
    (tmp_path / ".staged-here-dead").mkdir()
    (tmp_path / ".staged-here-dead/half").touch()
    (tmp_path / ".staged-999999999-a.txt").touch()  # as older versions named them
    with atomic_folder(target) as first, atomic_folder(target) as second:
        assert first.is_dir()  # a second run leaves the first one's work
        (second / "new").touch()
        with atomic_file(tmp_path / "a.txt") as staged:
            staged.touch()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "here"]


def test_the_old_folder_survives_two_kills(tmp_path: Path) -> None:
    """One run is killed between its two renames, and the next one before it has written anything."""
    (tmp_path / ".replaced-here").mkdir()
    (tmp_path / ".replaced-here/old").touch()
    with pytest.raises(KeyboardInterrupt), atomic_folder(tmp_path / "here"):
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.rglob("*")] == ["here", "old"]


def test_a_reader_may_restore_the_old_folder_during_the_swap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, rename = tmp_path / "here", Path.rename
    moved: list[Path] = []
    target.mkdir()

    def between(path: Path, to: Path) -> Path:
        if to == target and path.name.startswith(".staged") and not moved:
            moved.append(path)
            restore_interrupted(tmp_path)
            (target / "old").touch()
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", between)
    with atomic_folder(target) as folder:
        (folder / "new").touch()
    assert moved
    assert [path.name for path in tmp_path.rglob("*")] == ["here", "new"]


def test_reading_a_manifest_restores_an_interrupted_folder(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "words.txt").write_text("dog\n")
    made = Manifest(folder)
    made.add(folder / "words.txt", "make words")
    made.write()
    folder.rename(tmp_path / ".replaced-inner")
    assert Manifest.read(folder).verified(folder / "words.txt")


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_file(path) as staged:
        staged.write_text("half")
        raise ZeroDivisionError
    assert ([p.name for p in tmp_path.iterdir()], path.read_text()) == (["a.txt"], "old")


def test_items_are_read_as_written(tmp_path: Path) -> None:
    items = [Item("a", "images/a.webp", ("dog", "pet, “small”"), "animals/dogs", "A dog,\nasleep"), Item("b", "b.webp")]
    write_items(tmp_path / "items.csv", items)
    assert read_items(tmp_path / "items.csv") == items


@pytest.mark.parametrize(
    ("text", "says"), [("id,labels\na,b\n", "has no column file"), ("id,file\na,b\na,c\n", "one id to several")]
)
def test_invalid_items_are_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "items.csv").write_text(text)
    with pytest.raises(ArtifactError, match=says):
        read_items(tmp_path / "items.csv")


def test_a_manifest_of_an_old_schema_needs_no_seal(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": 1, "about": {"count": 3}, "files": {}}))
    assert Manifest.read(tmp_path).about == {"count": 3}
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": SCHEMA, "about": {}, "files": {}}))
    with pytest.raises(ArtifactError, match="damaged"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("link", "target", "leads"),
    [
        (None, "", False),
        ("images/a.webp", "../other/b.webp", False),
        ("images/a.webp", "../../outside.webp", True),
        ("images", "../elsewhere", True),
        ("images", "/etc", True),
    ],
)
def test_links_that_lead_out_of_a_folder(link: str | None, target: str, leads: bool, tmp_path: Path) -> None:
    folder = tmp_path / "collection"
    (folder / "other").mkdir(parents=True)
    if link != "images":
        (folder / "images").mkdir()
    if link:
        (folder / link).symlink_to(target)
    assert leads_out(folder / "images/a.webp", folder) == leads


def test_a_folder_that_is_reached_by_a_link_is_no_way_out(tmp_path: Path) -> None:
    (tmp_path / "real/images").mkdir(parents=True)
    (tmp_path / "linked").symlink_to("real")
    assert not leads_out(tmp_path / "linked/images/a.webp", tmp_path / "linked")
