"""A data set that is published as a page of images, and the command ``fetch``."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from devise_core.cli import main
from devise_core.cli.fetch import NAMES
from devise_core.datasets import catalogue, readers
from devise_core.datasets.catalogue import DATA_SETS
from devise_core.datasets.download import Client
from devise_core.datasets.fetch import fetch
from devise_core.errors import BuildError
from tests.data_set_mirror import CAT, DOG, EMU, PAGE, QUICK, fetch_from, listing
from tests.faulty_server import FaultyServer, serving
from tests.json_output import read_output


def test_pascal_is_stored_as_the_reader_expects(pascal: FaultyServer, tmp_path: Path) -> None:
    report = fetch_from(pascal, tmp_path)
    assert (report.fetched, report.kept, report.images, report.missing) == (4, 0, 3, {})
    assert listing(tmp_path) == ["images/cat/2008_1.jpg", "images/cat/2008_3.jpg", "images/tvmonitor/2008_2.jpg", "index.html"]
    assert [(image.path.read_bytes(), image.label, image.captions) for image in readers.pascal_sentences(tmp_path)] == [
        (CAT, "cat", ("A cat & a mat.", "One cat.")),
        (EMU, "cat", ()),
        (DOG, "tv monitor", ("A screen.",)),
    ]


def test_a_second_run_requests_only_missing_files(pascal: FaultyServer, tmp_path: Path) -> None:
    fetch_from(pascal, tmp_path)
    report = fetch_from(pascal, tmp_path)
    assert (report.fetched, report.kept, report.images, pascal.requests) == (0, 4, 3, [])
    (tmp_path / "images/cat/2008_3.jpg").unlink()
    report = fetch_from(pascal, tmp_path)
    assert (report.fetched, report.kept, pascal.paths) == (1, 3, ["/pascal/cat/2008_3.jpg"])


def test_the_publisher_is_used_without_a_base_url(pascal: FaultyServer, tmp_path: Path) -> None:
    home = replace(catalogue.PASCAL_SENTENCES, sources=(catalogue.Source("index.html", f"{pascal.url}/pascal/"),))
    assert fetch(home, tmp_path, Client(QUICK)).missing == {}
    assert sorted(pascal.paths) == ["/pascal/", "/pascal/cat/2008_1.jpg", "/pascal/cat/2008_3.jpg", "/pascal/tvmonitor/2008_2.jpg"]


@pytest.mark.parametrize(
    ("fault", "message"), [("page", "web page"), ("page as picture", "not an image"), ("too short", "is damaged")]
)
def test_a_file_that_is_not_an_image_is_missing_and_the_others_are_kept(
    pascal: FaultyServer, tmp_path: Path, fault: str, message: str
) -> None:
    pascal.faults["/pascal/cat/2008_1.jpg"] = [fault]
    report = fetch_from(pascal, tmp_path)
    assert list(report.missing) == ["cat/2008_1.jpg"]
    assert message in report.missing["cat/2008_1.jpg"]
    assert listing(tmp_path / "images") == ["cat/2008_3.jpg", "tvmonitor/2008_2.jpg"]


def test_a_page_without_images_is_not_kept(pascal: FaultyServer, tmp_path: Path) -> None:
    pascal.faults["/pascal/index.html"] = ["page"]
    report = fetch_from(pascal, tmp_path)
    assert "shows no images" in report.missing["index.html"]
    assert (listing(tmp_path), pascal.paths) == ([], ["/pascal/index.html"])


@pytest.mark.parametrize(
    "name", ["../../escaped.jpg", "/etc/escaped.jpg", "http://127.0.0.1/a/b.jpg", "cat/..\\b.jpg", "cat/a.html"]
)
def test_a_page_cannot_write_files_outside_the_folder(pascal: FaultyServer, tmp_path: Path, name: str) -> None:
    pascal.files["/pascal/index.html"] = PAGE.replace("cat/2008_1.jpg", name).encode()
    report = fetch_from(pascal, tmp_path / "set")
    assert (list(report.missing), report.images) == ([name], 2)
    assert listing(tmp_path) == ["set/images/cat/2008_3.jpg", "set/images/tvmonitor/2008_2.jpg", "set/index.html"]


def test_an_unreachable_server_is_given_up_after_ten_requests(tmp_path: Path) -> None:
    names = [f"cat/{number}.jpg" for number in range(60)]
    (tmp_path / "index.html").write_text("".join(f'<img src="{name}">' for name in names))
    with serving() as site:
        unreachable = site.url
    report = fetch(catalogue.PASCAL_SENTENCES, tmp_path, Client(QUICK), 1, unreachable)
    assert sorted(report.missing) == sorted(names)
    assert sum("does not answer" in reason for reason in report.missing.values()) < 30
    assert "did not answer 10 requests in a row" in report.missing["cat/59.jpg"]


def test_the_command_lists_missing_files_and_how_to_continue(
    pascal: FaultyServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = pascal.files.pop("/pascal/cat/2008_3.jpg")
    command = ["fetch", "pascal-sentences", "--out", str(tmp_path), "--base-url", f"{pascal.url}/pascal", "--jobs", "2"]
    assert main(command) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[:2] == [
        "2 images of the 1000 in the data set",
        f"{tmp_path / 'pascal-sentences'}: 3 files fetched, 0 already present, 1 missing",
    ]
    assert "missing  cat/2008_3.jpg: " in err
    assert "404" in err
    assert (
        f"Run `python -m devise_core fetch pascal-sentences --out {tmp_path} --base-url {pascal.url}/pascal`"
        in err.splitlines()[-1]
    )

    pascal.files["/pascal/cat/2008_3.jpg"] = image
    pascal.forget()
    assert main([*command, "--json"]) == 0
    out, err = capsys.readouterr()
    result = read_output(out)
    assert (result["command"], result["pictures"], result["fetched"], result["kept"], result["missing"]) == ("fetch", 3, 1, 3, {})
    assert (err, pascal.paths) == ("", ["/pascal/cat/2008_3.jpg"])


def test_the_address_of_a_mirror_must_be_http(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "glove-6b", "--out", str(tmp_path), "--base-url", "mirror"]) == 1
    assert "begins with http:// or https://" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["mnist"], ["flickr8k", "--jobs", "0"], ["flickr8k", "--timeout", "-1"], ["flickr8k", "--jobs", "two"]]
)
def test_invalid_arguments_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["fetch", *wrong])
    assert "invalid" in capsys.readouterr().err


def test_readers_of_a_missing_data_set_name_the_command(tmp_path: Path) -> None:
    for reader in (readers.caltech_101, readers.flickr8k, readers.iaprtc12):
        with pytest.raises(BuildError, match=r"run `python -m devise_core fetch"):
            reader(tmp_path)


def test_every_source_has_an_address_and_a_valid_digest() -> None:
    assert {*DATA_SETS, "commons"} == set(NAMES)
    for source in (source for data_set in DATA_SETS.values() for source in data_set.sources):
        assert source.url.startswith("http")
        if source.digest:
            kind, _, digest = source.digest.partition(":")
            assert len(bytes.fromhex(digest)) == hashlib.new(kind, usedforsecurity=False).digest_size
