"""``index --engine ray`` on a cluster of two nodes on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image

from devise_core.collections.folder import FolderCollection
from devise_core.collections.indexed_folder import Changes, IndexedFolder
from devise_core.collections.indexing import index_folder
from devise_core.distributed.embedding_actor import EmbeddingActor
from devise_core.distributed.image_list import ListedImage
from devise_core.distributed.ray_engine import RayEngine
from devise_core.distributed.ray_indexing import index_with_ray
from devise_core.distributed.shards import ShardStore
from devise_core.errors import CollectionError, MissingPackageError
from tests.dated_photos import TAKEN, WRITTEN, photo
from tests.fakes import ColourEncoder
from tests.ray_encoders import KilledOnce, OtherModel

TRIES = 4


@pytest.fixture(scope="module")
def engine() -> Iterator[RayEngine]:
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        cluster = Cluster()
        for options in ({"include_dashboard": False}, {}):
            add_node(cluster, **options)
        yield RayEngine(cluster.address)
        cluster.shutdown()


def add_node(cluster: Any, **options: Any) -> None:
    """Start a node. Ray waits 30 s for it, and on a busy machine that may be too short."""
    for left in reversed(range(TRIES)):
        try:
            cluster.add_node(num_cpus=1, **options)
            return
        except Exception:  # Ray raises a plain Exception
            if not left:
                raise


def run(source: Path | str, name: str, engine: RayEngine, encoder: ColourEncoder | None = None) -> IndexedFolder:
    return index_with_ray(engine, str(source), name, encoder or ColourEncoder())


def test_the_collection_is_that_of_plain_index(source: Path, engine: RayEngine) -> None:
    (source / "broken.jpg").write_bytes(b"no picture")
    photo(source / "dated.jpg", WRITTEN)
    done = []
    result = index_with_ray(engine, str(source), "ray", ColourEncoder(), progress=lambda *counts: done.append(counts))
    plain = index_folder(source, "plain", ColourEncoder())
    assert (result.count, result.skipped) == (plain.count, plain.skipped)
    assert result.report.read_text() == plain.report.read_text()
    assert sorted(counts for counts, _ in done)[-1] == 38
    distributed, local = FolderCollection.open(result.folder, "m"), FolderCollection.open(plain.folder, "m")
    assert set(distributed.items) == set(local.items)
    assert distributed.about.years == local.about.years == {"2019": 1}
    rows = [local.row(item.id) for item in distributed.items]
    assert distributed.embeddings == pytest.approx(local.embeddings[rows], abs=3e-7)
    assert distributed.features == pytest.approx(local.features[rows], abs=3e-7)
    first = distributed.items[0]
    assert distributed.picture(0).read_bytes() == local.picture(local.row(first.id)).read_bytes()


def test_a_second_run_computes_what_is_new(source: Path, engine: RayEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    run(source, "ray", engine)
    embedded = Mock()
    monkeypatch.setattr(RayEngine, "embedded", embedded)
    (source / "holidays" / "red_things" / "3.png").unlink()
    assert run(source, "ray", engine).count == 35
    embedded.assert_not_called()


def test_a_killed_process_loses_nothing_and_doubles_nothing(source: Path, tmp_path: Path, engine: RayEngine) -> None:
    result = run(source, "killed", engine, KilledOnce(tmp_path / "mark"))
    assert (tmp_path / "mark").exists()
    assert (result.count, result.skipped) == (36, [])
    opened = FolderCollection.open(result.folder, "m")
    assert len({item.id for item in opened.items}) == len(opened) == 36


def test_a_list_may_name_files_and_urls(tmp_path: Path, engine: RayEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    for name in ("one", "two"):
        Image.new("RGB", (20, 10), (200, len(name), 0)).save(tmp_path / f"{name}.png")
    lines = ["# mine", "one.png", f"file://{tmp_path}/two.png", "http://127.0.0.1/inside.png", "missing.png"]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    result = run(tmp_path / "list.txt", "listed", engine)
    assert result.count == 2
    assert len(result.skipped) == 2
    assert any("missing.png" in reason for reason in result.skipped)
    assert any(reason.startswith("http://127.0.0.1/inside.png: ") and "public" in reason for reason in result.skipped)
    (tmp_path / "one.png").unlink()
    assert run(tmp_path / "list.txt", "listed", engine).changes == Changes(before=2, kept=1)


def test_trouble_is_told_in_a_sentence(source: Path, engine: RayEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CollectionError, match=r"The cluster has 2 cores. Give --workers 2 or fewer"):
        run(source, "many", RayEngine(engine.address, workers=3))
    with pytest.raises(CollectionError, match="has another model. Install the same version"):
        run(source, "other", engine, OtherModel())
    for address in ("127.0.0.1:9", "nonsense", "ray://127.0.0.1:9"):
        with pytest.raises(CollectionError, match=f"No Ray cluster answers at {address}.*Give --address HOST:PORT"):
            run(source, "nowhere", RayEngine(address))
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingPackageError, match="ray"):
        run(source, "missing", engine)


def test_an_actor_without_a_cluster_reads_what_is_in_a_bucket(tmp_path: Path) -> None:
    import pyarrow

    Image.new("RGB", (20, 10), (200, 0, 0)).save(tmp_path / "a.png")
    actor = EmbeddingActor(ColourEncoder(), "m")
    uris = [f"file://{tmp_path}/a.png".encode(), f"file://{tmp_path}/none.png".encode(), b"nothing://a/b.png"]
    table = actor.embed(pyarrow.table({"uri": uris, "stamp": ["1", "2", "3"]}))
    assert [len(vector) for vector in table["embedding"].to_pylist()] == [3, 0, 0]
    errors = table["error"].to_pylist()
    assert errors[0] == ""
    assert "cannot be read" in errors[1]
    assert "Install the package that fsspec needs" in errors[2]


def test_dates_that_shards_of_an_earlier_version_lack_are_read_from_local_files(tmp_path: Path) -> None:
    import pyarrow

    local = photo(tmp_path / "a.jpg", WRITTEN)
    uris = [str(local), local.as_uri()]
    table = EmbeddingActor(ColourEncoder(), "m").embed(
        pyarrow.table({"uri": [os.fsencode(uri) for uri in uris], "stamp": ["1", "2"]})
    )
    images = [ListedImage(uri, ("a.jpg",), "a.jpg", stamp) for uri, stamp in zip(uris, ("1", "2"), strict=True)]
    for columns, expected in ((table, [TAKEN, TAKEN]), (table.drop_columns(["taken"]), [TAKEN, ""])):
        shards = ShardStore(tmp_path / f"shards of {columns.num_columns} columns", "m")
        shards.write(columns)
        assert [vectors.taken for _, _, vectors in shards.read(images)] == expected
