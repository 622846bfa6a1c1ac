"""A data set that is a page with pictures, and the command: what ends on disk, what was asked for, the account."""

from __future__ import annotations

import hashlib
import json
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
from tests.data_set_mirror import CAT, DOG, EMU, PAGE, QUICK, fetched, listing
from tests.misbehaving import Site, serving


def test_pascal_is_laid_out_as_it_is_read(pascal: Site, tmp_path: Path) -> None:
    account = fetched(pascal, tmp_path)
    assert (account.fetched, account.kept, account.images, account.missing) == (4, 0, 3, {})
    assert listing(tmp_path) == ["images/cat/2008_1.jpg", "images/cat/2008_3.jpg", "images/tvmonitor/2008_2.jpg", "index.html"]
    assert [(one.path.read_bytes(), one.label, one.captions) for one in readers.pascal_sentences(tmp_path)] == [
        (CAT, "cat", ("A cat & a mat.", "One cat.")),
        (EMU, "cat", ()),
        (DOG, "tv monitor", ("A screen.",)),
    ]


def test_a_second_run_asks_only_for_what_is_missing(pascal: Site, tmp_path: Path) -> None:
    fetched(pascal, tmp_path)
    account = fetched(pascal, tmp_path)
    assert (account.fetched, account.kept, account.images, pascal.asked) == (0, 4, 3, [])
    (tmp_path / "images/cat/2008_3.jpg").unlink()
    account = fetched(pascal, tmp_path)
    assert (account.fetched, account.kept, pascal.paths) == (1, 3, ["/pascal/cat/2008_3.jpg"])


def test_the_home_needs_no_base_url(pascal: Site, tmp_path: Path) -> None:
    home = replace(catalogue.PASCAL_SENTENCES, sources=(catalogue.Source("index.html", f"{pascal.url}/pascal/"),))
    assert fetch(home, tmp_path, Client(QUICK)).missing == {}
    assert sorted(pascal.paths) == ["/pascal/", "/pascal/cat/2008_1.jpg", "/pascal/cat/2008_3.jpg", "/pascal/tvmonitor/2008_2.jpg"]


@pytest.mark.parametrize(("mood", "says"), [("page", "web page"), ("page as picture", "not an image"), ("too short", "is damaged")])
def test_what_is_no_picture_is_missing_and_the_rest_is_there(pascal: Site, tmp_path: Path, mood: str, says: str) -> None:
    pascal.moods["/pascal/cat/2008_1.jpg"] = [mood]
    account = fetched(pascal, tmp_path)
    assert list(account.missing) == ["cat/2008_1.jpg"]
    assert says in account.missing["cat/2008_1.jpg"]
    assert listing(tmp_path / "images") == ["cat/2008_3.jpg", "tvmonitor/2008_2.jpg"]


def test_a_page_that_is_none_is_not_kept(pascal: Site, tmp_path: Path) -> None:
    pascal.moods["/pascal/index.html"] = ["page"]
    account = fetched(pascal, tmp_path)
    assert "shows no images" in account.missing["index.html"]
    assert (listing(tmp_path), pascal.paths) == ([], ["/pascal/index.html"])


@pytest.mark.parametrize(
    "name", ["../../escaped.jpg", "/etc/escaped.jpg", "http://127.0.0.1/a/b.jpg", "cat/..\\b.jpg", "cat/a.html"]
)
def test_a_page_cannot_send_files_elsewhere(pascal: Site, tmp_path: Path, name: str) -> None:
    pascal.files["/pascal/index.html"] = PAGE.replace("cat/2008_1.jpg", name).encode()
    account = fetched(pascal, tmp_path / "set")
    assert (list(account.missing), account.images) == ([name], 2)
    assert listing(tmp_path) == ["set/images/cat/2008_3.jpg", "set/images/tvmonitor/2008_2.jpg", "set/index.html"]


def test_a_server_that_goes_away_is_not_asked_on_and_on(tmp_path: Path) -> None:
    names = [f"cat/{number}.jpg" for number in range(60)]
    (tmp_path / "index.html").write_text("".join(f'<img src="{name}">' for name in names))
    with serving() as site:
        gone = site.url
    account = fetch(catalogue.PASCAL_SENTENCES, tmp_path, Client(QUICK), 1, gone)
    assert sorted(account.missing) == sorted(names)
    assert sum("does not answer" in why for why in account.missing.values()) < 30
    assert "did not answer 10 requests in a row" in account.missing["cat/59.jpg"]


def test_the_command_says_what_is_missing_and_how_to_go_on(
    pascal: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = pascal.files.pop("/pascal/cat/2008_3.jpg")
    command = ["fetch", "pascal-sentences", "--out", str(tmp_path), "--base-url", f"{pascal.url}/pascal", "--jobs", "2"]
    assert main(command) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[:2] == [
        "2 pictures of the 1000 in the data set",
        f"{tmp_path / 'pascal-sentences'}: 3 files fetched, 0 there already, 1 missing",
    ]
    assert "missing  cat/2008_3.jpg: " in err
    assert "404" in err
    assert (
        f"go on with `python -m devise_core fetch pascal-sentences --out {tmp_path} --base-url {pascal.url}/pascal`"
        in err.splitlines()[-1]
    )

    pascal.files["/pascal/cat/2008_3.jpg"] = kept
    pascal.forget()
    assert main([*command, "--json"]) == 0
    out, err = capsys.readouterr()
    said = json.loads(out)
    assert (said["command"], said["pictures"], said["fetched"], said["kept"], said["missing"]) == ("fetch", 3, 1, 3, {})
    assert (err, pascal.paths) == ("", ["/pascal/cat/2008_3.jpg"])


def test_a_mirror_needs_an_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "glove-6b", "--out", str(tmp_path), "--base-url", "mirror"]) == 1
    assert "begins with http:// or https://" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["mnist"], ["flickr8k", "--jobs", "0"], ["flickr8k", "--timeout", "-1"], ["flickr8k", "--jobs", "two"]]
)
def test_a_wrong_argument_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["fetch", *wrong])
    assert "invalid" in capsys.readouterr().err


def test_readers_name_the_command(tmp_path: Path) -> None:
    for reader in (readers.caltech_101, readers.flickr8k, readers.iaprtc12):
        with pytest.raises(BuildError, match=r"run `python -m devise_core fetch"):
            reader(tmp_path)


def test_the_catalogue_is_whole() -> None:
    assert tuple(DATA_SETS) == NAMES
    for source in (source for data_set in DATA_SETS.values() for source in data_set.sources):
        assert source.url.startswith("http")
        if source.digest:
            kind, _, digest = source.digest.partition(":")
            assert len(bytes.fromhex(digest)) == hashlib.new(kind, usedforsecurity=False).digest_size
