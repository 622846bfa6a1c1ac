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
from tests.colour_folder import index, unlisted
from tests.dated_photos import TAKEN, WRITTEN, photo
from tests.fakes import ColourEncoder
from tests.item_formats import in_csv, in_milvus, in_table
from ui.text import date_text, short_date


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
        ("2019-05-03 9:22", "2019-05-03T09:22"),
        ("2019-05-03 2:22 PM", ""),
        ("2019-05-03 14:22 +0200", "2019-05-03T14:22"),
        ("2019-5-3", "2019-05-03"),
        ("1968", "1968"),
        ("1968-07", "1968-07"),
        ("0000:00:00 00:00:00", ""),
        ("0001:01:01 00:00:00", ""),
        ("9999:01:01 00:00:00", ""),
        ("20190503", ""),
        ("03/05/2019", ""),
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
    monkeypatch.setattr("devise_core.collections.collection_version.GIVEN_DATES", "another fact")
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
    assert [date_text(date) for date in ("2019-05-03", "2019-05", "2019", "", "a day")] == [
        "3 May 2019",
        "May 2019",
        "2019",
        "",
        "a day",
    ]
    assert [short_date(date) for date in (TAKEN, "2019-12", "")] == ["3 May 2019", "Dec 2019", "no date"]


def test_annotations_can_give_the_date(dated: Path) -> None:
    (dated / "metadata.csv").write_text("file_name,taken\noslo.jpg,1998-07-01\nholidays/red_things/0.png,1999\n", "utf-8")
    result = index(dated, ColourEncoder())
    assert dates(result.folder) == {"oslo.jpg": "1998-07-01", "0.png": "1999"}
    assert result.annotations == ["metadata.csv: dates for 2 images"]
    (dated / "metadata.csv").write_text("file_name,caption,taken\noslo.jpg,A fjord,03/05/2019\n", "utf-8")
    result = index(dated, ColourEncoder())
    assert dates(result.folder) == {"oslo.jpg": TAKEN}
    assert result.changes.counts == {"new": 0, "changed": 2, "removed": 0, "kept": 0}
    unread = "metadata.csv: captions for 1 image; 1 row has a date that cannot be read (03/05/2019): write 2019-05-03"
    assert result.annotations == [unread] and unread in result.report.read_text("utf-8")


@pytest.mark.parametrize("large", [False, True])
def test_dates_follow_the_annotations(dated: Path, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if large:
        make_large(monkeypatch)
    seen = []
    for row in ("oslo.jpg,1998", "oslo.jpg,1999-02-03", "holidays/red_things/0.png,2001-01", "", "holidays/red_things/1.png,2002"):
        (dated / "metadata.csv").write_text(f"file_name,taken\n{row}\n", "utf-8")
        seen.append(dates(index(dated, ColourEncoder()).folder))
    given = [{"oslo.jpg": "1998"}, {"oslo.jpg": "1999-02-03"}, {"0.png": "2001-01"}, {}, {"1.png": "2002"}]
    assert seen == [{"oslo.jpg": TAKEN} | each for each in given]


def test_dates_of_added_photos_may_be_given_too(dated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_large(monkeypatch)
    index(dated, ColourEncoder())
    photo(dated / "rome.jpg", WRITTEN, colour="olive")
    (dated / "metadata.csv").write_text("file_name,taken\nrome.jpg,1998\n", "utf-8")
    folder = index(dated, ColourEncoder()).folder
    assert FolderCollection.open(folder).facts["segments"]
    photo(dated / "bern.jpg", WRITTEN, colour="navy")
    assert dates(index(dated, ColourEncoder()).folder) == {"oslo.jpg": TAKEN, "rome.jpg": "1998", "bern.jpg": TAKEN}
    assert len(FolderCollection.open(folder).facts["segments"]) == 2


def test_photos_that_were_away_get_their_date_later(dated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_large(monkeypatch)
    with monkeypatch.context() as before:
        before.setattr("devise_core.collections.collection_version.GIVEN_DATES", "another fact")
        before.setattr("devise_core.collections.indexing.taken_on", lambda _: None)
        photo(dated / "holidays" / "red_things" / "rome.jpg", "2020:01:02 03:04:05", colour="olive")
        folder = index(dated, ColourEncoder()).folder
    with monkeypatch.context() as disconnected:
        unlisted(dated / "holidays" / "red_things", disconnected)
        assert index(dated, ColourEncoder()).changes.kept == 13
    assert dates(folder) == {"oslo.jpg": TAKEN}
    index(dated, ColourEncoder())
    assert dates(folder) == {"oslo.jpg": TAKEN, "rome.jpg": "2020-01-02T03:04:05"}
