"""The date of a photo is read from its file, stored with the image, and shown."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from devise_core.collections.export import as_csv
from devise_core.collections.folder import FolderCollection
from devise_core.collections.vector_cache import VectorCache
from devise_core.datatypes import Item
from devise_core.storage.paths import INDEXING_CACHE
from devise_core.vision.exif import date_taken
from devise_core.vision.image_reader import read_date_taken, read_image, taken_on
from tests.colour_folder import index
from tests.dated_photos import TAKEN, WRITTEN, photo
from tests.fakes import ColourEncoder
from tests.item_formats import in_csv, in_milvus, in_table
from ui.text import date_text


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff", "avif", "heic"])
def test_the_date_is_read_from_every_format(suffix: str, tmp_path: Path) -> None:
    path = photo(tmp_path / f"oslo.{suffix}", WRITTEN)
    assert taken_on(read_image(path)) == read_date_taken(path) == TAKEN
    assert taken_on(read_image(path.read_bytes())) == TAKEN


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        (WRITTEN, TAKEN),
        (f"{WRITTEN}\0", TAKEN),
        ("2019-05-03T14:22:05.120+02:00", TAKEN),
        ("0000:00:00 00:00:00", ""),
        ("2019:02:30 10:00:00", ""),
        ("    :  :     :  :  ", ""),
        ("2019:05:03   :  :  ", "2019-05-03"),
        ("2019:05:03 25:00:00", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_only_a_real_date_counts(written: str, taken: str, tmp_path: Path) -> None:
    assert read_date_taken(photo(tmp_path / "oslo.jpg", written)) == taken


def test_the_date_of_a_scan_or_of_a_change_does_not_count(tmp_path: Path) -> None:
    assert read_date_taken(photo(tmp_path / "scan.jpg", WRITTEN, ExifTags.Base.DateTimeDigitized)) == ""
    assert date_taken(Image.new("RGB", (1, 1))) == ""


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_data_give_no_date(tmp_path: Path) -> None:
    path = photo(tmp_path / "oslo.jpg", WRITTEN)
    data = path.read_bytes()
    start = data.index(b"Exif\0\0") + 6
    path.write_bytes(data[: start + 4] + b"\xff\xff\xff\xff" + data[start + 8 :])
    assert taken_on(read_image(path)) == ""
    assert read_date_taken(tmp_path / "missing.jpg") == ""


@pytest.mark.parametrize("stored", [in_csv, in_table, in_milvus])
def test_every_format_of_a_collection_keeps_the_date(stored: Callable[..., list[Item]], tmp_path: Path) -> None:
    items = [
        Item("oslo", "images/oslo.webp", source="/photos/oslo.jpg", taken=TAKEN),
        Item("rome", "images/rome.webp", source="https://example.org", indexed_file="/photos/rome.jpg", taken=TAKEN),
        Item("bern", "images/bern.webp", source="https://example.org", indexed_file="/photos/bern.jpg"),
        Item("kyiv", "images/kyiv.webp"),
    ]
    assert stored(tmp_path, *items) == items


@pytest.fixture
def dated(source: Path) -> Path:
    """A folder with 36 images without a date and one with a date."""
    photo(source / "oslo.jpg", WRITTEN)
    return source


def make_large(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("indexing", "folder_writer", "writer", "additions"):
        monkeypatch.setattr(f"devise_core.collections.{module}.EXACT_UP_TO", 10)


def dates(folder: Path) -> dict[str, str]:
    """Return file name → date, for the images that have one."""
    items = FolderCollection.open(folder).items
    return {item.origin: item.taken for item in items if item.taken}


@pytest.mark.parametrize("large", [False, True])
def test_index_stores_the_date_and_keeps_it(dated: Path, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if large:
        make_large(monkeypatch)
    folder = index(dated, ColourEncoder()).folder
    assert dates(folder) == {"oslo.jpg": TAKEN}
    photo(dated / "rome.jpg", "2020:01:02 03:04:05", colour="olive")
    result = index(dated, ColourEncoder())
    assert result.changes.counts == {"new": 1, "changed": 0, "removed": 0, "kept": 0}
    assert dates(folder) == {"oslo.jpg": TAKEN, "rome.jpg": "2020-01-02T03:04:05"}


def test_images_that_an_earlier_version_indexed_get_their_date(dated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_large(monkeypatch)
    monkeypatch.setattr("devise_core.collections.collection_version.DATED", "another fact")
    folder = index(dated, ColourEncoder()).folder
    cache = folder.with_name(INDEXING_CACHE) / "mine.sqlite"
    with sqlite3.connect(cache) as database:
        database.execute("ALTER TABLE vectors DROP COLUMN taken")
    database.close()
    monkeypatch.undo()
    encoder = ColourEncoder()
    with monkeypatch.context() as unchanged:
        unchanged.setenv("SEMBLANCE_COLLECTIONS", str(folder.parent))
        make_large(unchanged)
        unchanged.setattr(encoder, "encode_pixels", None)  # no vector is computed again
        index(dated, encoder)
    assert dates(folder) == {"oslo.jpg": TAKEN}
    with VectorCache(cache, encoder.model_id) as vectors:
        assert sum(row.taken is not None for key in keys_of(cache) if (row := vectors.get(key))) == 37


def keys_of(cache: Path) -> list[str]:
    with closing(sqlite3.connect(cache)) as database:
        return [key for (key,) in database.execute("SELECT key FROM vectors")]


def test_the_cache_knows_which_files_have_no_date(dated: Path) -> None:
    folder = index(dated, ColourEncoder()).folder
    cache = folder.with_name(INDEXING_CACHE) / "mine.sqlite"
    with VectorCache(cache, ColourEncoder().model_id) as vectors:
        read = [row.taken for key in keys_of(cache) if (row := vectors.get(key))]
    assert sorted(map(str, read)) == [""] * 36 + [TAKEN]


def test_the_date_is_shown_and_exported(dated: Path) -> None:
    collection = FolderCollection.open(index(dated, ColourEncoder()).folder)
    row = next(row for row, item in enumerate(collection.items) if item.taken)
    hit = collection.hit(row, 1.0)
    assert hit.taken == hit.as_dict()["taken"] == TAKEN
    assert next(csv.DictReader(io.StringIO(as_csv([hit]))))["taken"] == TAKEN
    assert date_text(hit.taken) == "3 May 2019, 14:22"
    assert (date_text("2019-05-03"), date_text(""), date_text("May 2019")) == ("3 May 2019", "", "May 2019")


def test_annotations_can_give_the_date(dated: Path) -> None:
    (dated / "metadata.csv").write_text("file_name,taken\noslo.jpg,1998-07-01\nholidays/red_things/0.png,1999\n", "utf-8")
    result = index(dated, ColourEncoder())
    assert dates(result.folder) == {"oslo.jpg": "1998-07-01"}
    assert result.annotations == ["metadata.csv: dates for 2 images"]
