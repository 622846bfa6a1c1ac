"""Adding images to a large collection: what is written, what readers see, and what an interrupted run leaves."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from devise_core import Engine
from devise_core.collections.contract import ImageBatch
from devise_core.collections.folder import FolderCollection
from devise_core.collections.folder_writer import FolderWriter
from devise_core.collections.local_store import LocalStore
from devise_core.collections.segment_writer import SegmentWriter
from devise_core.collections.segments import MERGED_TOGETHER, merged_count
from devise_core.errors import ArtifactError, CollectionError
from devise_core.search.conditions import HasLabel
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import REPOSITORY
from tests.large_collections import EMBEDDINGS, FEATURES, FIRST, add, batch, write


@pytest.fixture
def folder(large_folder: Path) -> Path:
    """A collection of ``FIRST`` images in the format of large ones."""
    return large_folder


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_adding_writes_only_what_is_added(folder: Path) -> None:
    before = contents(folder)
    add(folder, FIRST, FIRST + 5)
    after = contents(folder)
    written = {name for name, content in after.items() if before.get(name) != content}
    assert {name.split("/")[0] for name in written} == {"manifest.json", "segments", "images"}
    assert sum(name.startswith("images/") for name in written) == 5
    assert set(before) <= set(after)
    manifest = Manifest.read(folder)
    for name in manifest.files:
        manifest.verified(folder / name)
    assert manifest.about["count"] == FIRST + 5


def test_a_collection_that_was_added_to_answers_like_one_that_was_written_at_once(folder: Path) -> None:
    for start in range(FIRST, FIRST + 40, 4):
        add(folder, start, start + 4)
    opened = FolderCollection.open(folder)
    write(folder.with_name("whole"), FIRST + 40)
    whole = FolderCollection.open(folder.with_name("whole"))
    assert list(opened.items) == sorted(opened.items, key=lambda item: opened.row(item.id))
    assert {item.id for item in opened.items} == {item.id for item in whole.items}
    assert opened.facets("label") == whole.facets("label")
    assert opened.ids_like("image-05", 20) == whole.ids_like("image-05", 20)
    query = EMBEDDINGS[FIRST + 7]
    assert LocalStore(opened).nearest(query, 30) == LocalStore(whole).nearest(query, 30)
    assert LocalStore(opened).count(HasLabel("label 2")) == LocalStore(whole).count(HasLabel("label 2"))
    rows = opened.captions.search([["picture", "63"]])
    assert [item.id for item in opened.items_at(rows)] == ["image-063"]
    maps = opened.projections
    assert maps.places["pca2"].shape == (FIRST + 40, 2)
    assert len(maps.clusters) == FIRST + 40
    assert opened.picture(opened.row("image-099")).read_bytes() == b"thumbnail 99"
    assert opened.vector_rows("semantic")[-1] == pytest.approx(opened.vector_rows("semantic")[[len(opened) - 1]][0])


def test_a_reader_of_the_old_version_keeps_it(folder: Path) -> None:
    old = FolderCollection.open(folder)
    add(folder, FIRST, FIRST + 5)
    old.verify()
    assert len(old) == FIRST
    assert len(old.projections.places["pca2"]) == FIRST
    assert old.embedding_index.search(EMBEDDINGS[3], 1)[0] == [3]
    assert old.captions.search([["picture", "63"]]) == []


def test_segments_are_merged_and_a_reader_keeps_those_it_has(folder: Path) -> None:
    for start in range(FIRST, FIRST + MERGED_TOGETHER - 1):
        add(folder, start, start + 1)
    old = FolderCollection.open(folder)
    last = FIRST + MERGED_TOGETHER - 1
    add(folder, last, last + 1)
    assert [each["count"] for each in Manifest.read(folder).about["segments"]] == [MERGED_TOGETHER]
    old.verify()
    assert old.feature_index.search(FEATURES[last - 1], 1)[0] == [last - 1]
    add(folder, last + 1, last + 2)
    assert len(list((folder / "segments").iterdir())) == 2
    assert len(FolderCollection.open(folder)) == FIRST + MERGED_TOGETHER + 1


def test_the_number_of_segments_and_of_rewritten_images_stays_small() -> None:
    counts, written = list[int](), 0
    for _ in range(1_000):
        merged = merged_count(counts, 1_000)
        counts[len(counts) - merged :] = [1_000 + sum(counts[len(counts) - merged :])]
        written += counts[-1]
        assert len(counts) <= 4 * (MERGED_TOGETHER - 1)
    assert sum(counts) == 1_000_000
    assert written <= 5 * 1_000_000


def test_an_interrupted_addition_leaves_the_old_version(folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(KeyError), SegmentWriter(folder, "a test") as writer:
        writer.put(batch(FIRST, FIRST + 5))
        raise KeyError
    with SegmentWriter(folder, "a test") as writer:
        writer.put(batch(FIRST, FIRST + 5))
    for name, content in before.items():
        assert (folder / name).read_bytes() == content
    assert len(FolderCollection.open(folder)) == FIRST
    (folder / "segments" / "0123abcd").mkdir(parents=True)  # as left by a process that was killed before it wrote the manifest
    add(folder, FIRST, FIRST + 1)
    assert [path.name for path in (folder / "segments").iterdir()] == [Manifest.read(folder).about["segments"][0]["name"]]


def test_images_that_are_there_are_refused(folder: Path) -> None:
    with SegmentWriter(folder, "a test") as writer:
        assert writer.known(["key 3", "key 70"]) == {"key 3"}
        writer.put(batch(70, 72))
        writer.put(batch(70, 71))
        assert writer.known(["key 3", "key 70"]) == {"key 3", "key 70"}
        writer.remove(["image-071"])
        with pytest.raises(CollectionError, match="image-003 is in large already"):
            writer.put(batch(3, 4))
        with pytest.raises(CollectionError, match="image-003 is in large already"):
            writer.remove(["image-003"])
        with pytest.raises(CollectionError, match="Another process is adding"):
            add(folder, 80, 81)
        writer.seal()
    opened = FolderCollection.open(folder)
    assert len(opened) == len(opened.embeddings) == len(opened.features) == FIRST + 1


def test_the_last_image_may_be_removed_before_the_collection_is_sealed(folder: Path) -> None:
    with FolderWriter(folder.with_name("other"), "m", "a test") as writer:
        writer.put(batch(0, FIRST))
        writer.remove([f"image-{FIRST - 1:03}"])
        writer.seal()
    opened = FolderCollection.open(folder.with_name("other"))
    assert len(opened) == len(opened.embeddings) == len(opened.features) == FIRST - 1


def test_a_small_collection_is_not_added_to(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "small", 5)
    with pytest.raises(CollectionError, match="small. Make it again"):
        add(tmp_path / "small", 5, 6)
    add(folder, FIRST, FIRST + 1)


def test_a_manifest_with_impossible_segments_is_refused(folder: Path) -> None:
    for segments in ([{"name": "../..", "count": 1}], [{"name": "01234567"}], [{"name": "01234567", "count": -1}], [3], "x", 7):
        manifest = Manifest.read(folder)
        manifest.about["segments"] = segments
        manifest.write()
        with pytest.raises(ArtifactError, match="segments"):
            FolderCollection.open(folder)
    add_to_missing = {"name": "01234567", "count": 1}
    manifest.about["segments"] = [add_to_missing]
    manifest.write()
    with pytest.raises(ArtifactError, match="no row for segments/01234567"):
        FolderCollection.open(folder)


def test_levels_and_scores_are_those_of_all_images(folder: Path, engine: Engine) -> None:
    collection = engine.collection
    features, embeddings, items = collection.features, collection.embeddings, list(collection.items)

    def stamps(start: int, stop: int) -> ImageBatch:
        rows = slice(start, stop)
        return ImageBatch(items[rows], features[rows], embeddings[rows], [b""] * len(items[rows]), [""] * len(items[rows]))

    for name, first in (("whole", len(items)), ("parts", 50)):
        with FolderWriter(folder.with_name(name), engine.model_id, "a test", engine.parts) as writer:
            writer.put(stamps(0, first))
            writer.seal()
    with SegmentWriter(folder.with_name("parts"), "a test", engine.parts) as added:
        added.put(stamps(50, len(items)))
        added.seal()
    whole, parts = (engine.on(folder.with_name(name)) for name in ("whole", "parts"))
    assert parts.chance_cosine == pytest.approx(whole.chance_cosine, abs=1e-6)
    assert parts.collection.facts["evidence"] == pytest.approx(whole.collection.facts["evidence"], abs=1e-6)
    for text in ("violin", "dog on a beach"):
        at_once, added_to = (each.search_text(text, 12) for each in (whole, parts))
        assert [hit.id for hit in at_once] == [hit.id for hit in added_to]
        assert [hit.cosine for hit in at_once] == pytest.approx([hit.cosine for hit in added_to], abs=1e-3)


def test_a_process_killed_at_any_moment_leaves_a_complete_version(folder: Path) -> None:
    code = "import sys; from pathlib import Path; from tests.large_collections import add, FIRST\n"
    code += "for start in range(int(sys.argv[2]), 200): add(Path(sys.argv[1]), start, start + 1)"
    for delay in (0.0, 0.05, 0.11):
        count = len(FolderCollection.open(folder))
        adding = subprocess.Popen([sys.executable, "-c", code, str(folder), str(count)], cwd=REPOSITORY)
        while Manifest.read(folder).about["count"] == count:
            assert adding.poll() is None
            time.sleep(0.01)
        time.sleep(delay)
        adding.kill()
        adding.wait()
        manifest = Manifest.read(folder)
        for name in manifest.files:
            manifest.verified(folder / name)
        opened = FolderCollection.open(folder)
        assert len(opened) == manifest.about["count"] > count
        assert {item.id for item in opened.items} == {f"image-{row:03}" for row in range(len(opened))}
    add(folder, len(opened), len(opened) + 1)
    listed = {each["name"] for each in Manifest.read(folder).about["segments"]}
    assert listed <= {path.name for path in (folder / "segments").iterdir()}
