"""What collections need is computed from measured numbers, and the document shows what the script prints."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks import capacity
from benchmarks import capacity_constants as constants
from devise_core import load_engine
from devise_core.serving.metrics import instruments
from tests.documents import ROOT

SCALING = (ROOT / "docs/SCALING.md").read_text("utf-8")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.capacity", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def write_folder(folder: Path, count: int, factor: float = 1.0) -> None:
    """Write files of the computed sizes, except that the size of ``looks.scan`` is multiplied by a factor."""
    with sqlite3.connect(folder / "items.sqlite") as table:
        table.execute("CREATE TABLE items (id TEXT)")
        table.executemany("INSERT INTO items VALUES (?)", [("x",)] * count)
    for name, size in constants.FILES.items():
        with (folder / name).open("r+b" if name == "items.sqlite" else "wb") as file:
            file.truncate(round(count * size * (factor if name == "looks.scan" else 1)))


def test_bytes_of_the_vectors_follow_from_their_dimensions() -> None:
    semantic = load_engine().collection.embeddings.shape[1]
    score, looks = capacity.dimensions()
    assert (constants.FILES["embeddings.npy"], constants.FILES["embeddings.scan"]) == (2 * semantic, semantic + 4)
    assert (constants.FILES["score_vectors.npy"], constants.FILES["score_vectors.scan"]) == (2 * score, score + 4)
    assert constants.FILES["features.npy"] == 2 * looks


def test_every_constant_has_a_source_that_can_be_followed() -> None:
    for each in constants.CONSTANTS:
        assert each.value > 0, each.meaning
        module = re.match(r"python -m benchmarks\.(\w+)", each.source)
        file = ROOT / (f"benchmarks/{module[1]}.py" if module else each.source)
        assert each.source.startswith("https://") or file.is_file()


def test_a_folder_with_other_sizes_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_folder(tmp_path, 1_000)
    assert capacity.check(tmp_path)
    assert "differs" not in capsys.readouterr().out
    write_folder_again = tmp_path / "again"
    write_folder_again.mkdir()
    write_folder(write_folder_again, 1_000, factor=1.2)
    assert not capacity.check(write_folder_again)
    assert re.search(r"looks.scan .* differs", capsys.readouterr().out)


def test_document_shows_what_the_script_prints() -> None:
    rows = capacity.quantities(capacity.Machine())
    shown = dict(re.findall(r"^\| (.+?) \| (.+) \|$", SCALING, re.MULTILINE))
    assert {name: [cell(size) for size in capacity.SIZES] for name, cell in rows.items()} == {
        name: shown.get(name, "").split(" | ") for name in rows
    }


def test_needs_grow_with_the_images_and_a_folder_becomes_too_slow() -> None:
    machine, prices = capacity.Machine(), capacity.Prices(0.5, 100.0, "a test")
    assert capacity.most_images(capacity.page_seconds(2_000_000)) == pytest.approx(2_000_000, abs=2)
    assert capacity.machines_for(64e9, machine) == 2  # a fifth of the memory is left free
    cost = capacity.costs(machine, prices)["folder, one machine"]
    gigabytes = (capacity.folder_bytes() + constants.THUMBNAIL.value) / 1_000
    assert float(cost(1_000_000)) == pytest.approx(100 + 0.5 * gigabytes, abs=1)
    assert cost(100_000_000) == "too slow"


def test_helm_values_have_the_memory_for_ten_million_images() -> None:
    node = yaml.safe_load((ROOT / "docs/hosting/milvus-values.yaml").read_text("utf-8"))["queryNode"]
    memory = int(node["resources"]["requests"]["memory"].removesuffix("Gi")) * 2**30
    needed = capacity.indexes()["HNSW"].memory * 10_000_000
    assert needed < 0.8 * memory * node["replicas"] < 1.5 * needed


def test_how_to_names_metrics_that_the_app_exports() -> None:
    named = set(re.findall(r"`((?:semblance|process)_\w+)", (ROOT / "docs/howto/scale.md").read_text("utf-8")))
    exported = {family.name for family in instruments().registry.collect()}
    assert len(named) > 3
    assert {name.removesuffix("_total") for name in named} <= exported


def test_there_are_no_prices_without_a_source() -> None:
    assert "Cost" not in run().stdout
    refused = run("--disk-price", "0.5", "--machine-price", "100")
    assert refused.returncode == 2
    assert "There are no default prices" in refused.stderr
    priced = run("--disk-price", "0.5", "--machine-price", "100", "--prices-from", "a test, today")
    assert "with prices from a test, today" in priced.stdout
