"""Data sets over HTTP, from a server on this machine that also misbehaves: what ends on disk, what was asked for, the account."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from devise_core.cli import main
from devise_core.cli.fetch import NAMES
from devise_core.datasets import catalogue, download, pictures
from devise_core.datasets.catalogue import DATA_SETS, DataSet
from devise_core.datasets.download import Client, Manner, UnreachableError, Wanted
from devise_core.datasets.fetch import Account, fetch
from devise_core.datasets.unpack import unpack
from devise_core.errors import BuildError, FetchError
from tests.misbehaving import Site, serving

QUICK = Manner(timeout=0.3, tries=3, backoff=0, per_second=100_000)


def jpeg(seed: int, side: int = 48) -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


CAT, DOG, EMU = jpeg(1), jpeg(2), jpeg(3)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        running.files["/cat.jpg"] = CAT
        yield running


def get(site: Site, target: Path, **options: object) -> None:
    Client(QUICK).download(replace(Wanted(f"{site.url}/cat.jpg", target), **options))


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# One file


def test_a_file_arrives_whole_and_the_server_learns_who_asks(site: Site, tmp_path: Path) -> None:
    get(site, tmp_path / "new/cat.jpg", size=len(CAT), digest=f"sha256:{hashlib.sha256(CAT).hexdigest()}")
    assert (tmp_path / "new/cat.jpg").read_bytes() == CAT
    assert listing(tmp_path) == ["new/cat.jpg"]
    assert site.asked == [("/cat.jpg", "")]
    assert all(agent.startswith("devise-search/") for agent in site.agents)


@pytest.mark.parametrize(("mood", "requests"), [("busy", 2), ("silent", 2), ("no length", 1)])
def test_a_passing_fault_is_waited_out(site: Site, tmp_path: Path, mood: str, requests: int) -> None:
    site.moods["/cat.jpg"] = [mood]
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT
    assert len(site.asked) == requests


@pytest.mark.parametrize("mood", ["cut", "stalls"])
def test_a_broken_body_is_gone_on_with(site: Site, tmp_path: Path, mood: str) -> None:
    site.moods["/cat.jpg"] = [mood]
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT
    assert site.asked == [("/cat.jpg", ""), ("/cat.jpg", f"bytes={len(CAT) // 2}-")]


def test_a_half_file_of_an_earlier_run_is_gone_on_with(site: Site, tmp_path: Path) -> None:
    (tmp_path / "cat.jpg.part").write_bytes(CAT[:1000])
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT
    assert listing(tmp_path) == ["cat.jpg"]
    assert site.asked == [("/cat.jpg", "bytes=1000-")]


def test_a_server_without_ranges_sends_it_anew(site: Site, tmp_path: Path) -> None:
    (tmp_path / "cat.jpg.part").write_bytes(CAT[:1000])
    site.moods["/cat.jpg"] = ["no ranges"]
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT


@pytest.mark.parametrize(("half", "asked"), [(CAT, [f"bytes={len(CAT)}-"]), (CAT + b"more", [f"bytes={len(CAT) + 4}-", ""]),
                                             (DOG[:1000], ["bytes=1000-", ""])])
def test_a_half_file_that_is_whole_too_long_or_of_another_version(site: Site, tmp_path: Path, half: bytes, asked: list[str]) -> None:
    (tmp_path / "cat.jpg.part").write_bytes(half)
    get(site, tmp_path / "cat.jpg", digest=f"md5:{hashlib.md5(CAT, usedforsecurity=False).hexdigest()}")
    assert (tmp_path / "cat.jpg").read_bytes() == CAT
    assert [wanted for _, wanted in site.asked] == asked


@pytest.mark.parametrize(("mood", "says", "requests"), [
    ("loop", "redirects more than 5 times", 6), ("page", "a web page instead of the file", 1), ("busy", "answered 503", 3),
    ("silent", "does not answer", 3), ("too long", "broke off 3 times", 3), ("cut", "broke off 3 times", 3)])
def test_a_lasting_fault_is_an_error_and_no_file(site: Site, tmp_path: Path, mood: str, says: str, requests: int) -> None:
    site.moods["/cat.jpg"] = [mood] * 9
    with pytest.raises(FetchError, match=says):
        get(site, tmp_path / "cat.jpg")
    assert not (tmp_path / "cat.jpg").exists()
    assert len(site.asked) == requests


def test_what_is_not_there_is_asked_for_once(site: Site, tmp_path: Path) -> None:
    del site.files["/cat.jpg"]
    with pytest.raises(FetchError, match="404"):
        get(site, tmp_path / "cat.jpg")
    assert len(site.asked) == 1
    assert listing(tmp_path) == []


@pytest.mark.parametrize(("options", "says"), [({"size": 5}, "instead of the 5"), ({"digest": "md5:00"}, "md5 is [0-9a-f]{32} instead of 00")])
def test_another_size_or_digest_is_refused(site: Site, tmp_path: Path, options: dict[str, object], says: str) -> None:
    with pytest.raises(FetchError, match=says):
        get(site, tmp_path / "cat.jpg", **options)
    assert listing(tmp_path) == []


def test_no_server_at_all(tmp_path: Path) -> None:
    with serving() as site:
        gone = site.url
    with pytest.raises(UnreachableError, match=r"does not answer \(.*refused"):
        Client(QUICK).download(Wanted(f"{gone}/cat.jpg", tmp_path / "cat.jpg"))


def test_requests_keep_to_a_rate(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(replace(QUICK, per_second=2))
    waits: list[float] = []
    monkeypatch.setattr(download, "monotonic", lambda: 100.0)
    monkeypatch.setattr(client, "_pause", waits.append)
    for name in "abc":
        client.download(Wanted(f"{site.url}/cat.jpg", tmp_path / name))
    assert [wait for wait in waits if wait] == [0.5, 1.0]


def test_a_stopped_download_leaves_its_half(site: Site, tmp_path: Path) -> None:
    site.files["/cat.jpg"] = bytes(2_000_000)
    client = Client(QUICK)
    with pytest.raises(FetchError, match="stopped"):
        client.download(Wanted(f"{site.url}/cat.jpg", tmp_path / "cat.jpg"), lambda more, _: client.stop() if more else None)
    assert 0 < (tmp_path / "cat.jpg.part").stat().st_size < 2_000_000
    get(site, tmp_path / "cat.jpg")
    assert (tmp_path / "cat.jpg").read_bytes() == bytes(2_000_000)


def test_progress_adds_up_to_the_file(site: Site, tmp_path: Path) -> None:
    site.moods["/cat.jpg"] = ["cut", "no ranges"]
    seen: list[tuple[int, int | None]] = []
    Client(QUICK).download(Wanted(f"{site.url}/cat.jpg", tmp_path / "cat.jpg"), lambda *more: seen.append(more))
    assert sum(more for more, _ in seen) == len(CAT)
    assert {total for _, total in seen} == {None, len(CAT)}


# A page with pictures


PAGE = """<html><table>
<tr><td><img src="cat/2008_1.jpg"></td><td><table><tr><td> A cat &amp; a mat. </td></tr><tr><td>One cat.</td></tr></table></td></tr>
<tr><td><img src="tvmonitor/2008_2.jpg"></td><td><table><tr><td> A screen.</td></tr></table></td></tr>
<tr><td><img src="cat/2008_3.jpg"></td><td><table></table></td></tr></table></html>"""


@pytest.fixture
def pascal(site: Site) -> Site:
    site.files |= {"/pascal/index.html": PAGE.encode(), "/pascal/": PAGE.encode(), "/pascal/cat/2008_1.jpg": CAT,
                   "/pascal/tvmonitor/2008_2.jpg": DOG, "/pascal/cat/2008_3.jpg": EMU}
    return site


def fetched(site: Site, folder: Path, data_set: DataSet = catalogue.PASCAL_SENTENCES, base: str = "/pascal/") -> Account:
    site.forget()
    return fetch(data_set, folder, Client(QUICK), 2, site.url + base)


def test_pascal_is_laid_out_as_it_is_read(pascal: Site, tmp_path: Path) -> None:
    account = fetched(pascal, tmp_path)
    assert (account.fetched, account.kept, account.pictures, account.missing) == (4, 0, 3, {})
    assert listing(tmp_path) == ["images/cat/2008_1.jpg", "images/cat/2008_3.jpg", "images/tvmonitor/2008_2.jpg", "index.html"]
    assert [(one.path.read_bytes(), one.label, one.captions) for one in pictures.pascal_sentences(tmp_path)] == [
        (CAT, "cat", ("A cat & a mat.", "One cat.")), (EMU, "cat", ()), (DOG, "tv monitor", ("A screen.",))]


def test_a_second_run_asks_only_for_what_is_missing(pascal: Site, tmp_path: Path) -> None:
    fetched(pascal, tmp_path)
    account = fetched(pascal, tmp_path)
    assert (account.fetched, account.kept, account.pictures, pascal.asked) == (0, 4, 3, [])
    (tmp_path / "images/cat/2008_3.jpg").unlink()
    account = fetched(pascal, tmp_path)
    assert (account.fetched, account.kept, pascal.paths) == (1, 3, ["/pascal/cat/2008_3.jpg"])


def test_the_home_needs_no_base_url(pascal: Site, tmp_path: Path) -> None:
    home = replace(catalogue.PASCAL_SENTENCES, sources=(catalogue.Source("index.html", f"{pascal.url}/pascal/"),))
    assert fetch(home, tmp_path, Client(QUICK)).missing == {}
    assert sorted(pascal.paths) == ["/pascal/", "/pascal/cat/2008_1.jpg", "/pascal/cat/2008_3.jpg", "/pascal/tvmonitor/2008_2.jpg"]


@pytest.mark.parametrize(("mood", "says"), [("page", "web page"), ("page as picture", "no picture"), ("too short", "damaged one")])
def test_what_is_no_picture_is_missing_and_the_rest_is_there(pascal: Site, tmp_path: Path, mood: str, says: str) -> None:
    pascal.moods["/pascal/cat/2008_1.jpg"] = [mood]
    account = fetched(pascal, tmp_path)
    assert list(account.missing) == ["cat/2008_1.jpg"]
    assert says in account.missing["cat/2008_1.jpg"]
    assert listing(tmp_path / "images") == ["cat/2008_3.jpg", "tvmonitor/2008_2.jpg"]


def test_a_page_that_is_none_is_not_kept(pascal: Site, tmp_path: Path) -> None:
    pascal.moods["/pascal/index.html"] = ["page"]
    account = fetched(pascal, tmp_path)
    assert "shows no pictures" in account.missing["index.html"]
    assert (listing(tmp_path), pascal.paths) == ([], ["/pascal/index.html"])


@pytest.mark.parametrize("name", ["../../escaped.jpg", "/etc/escaped.jpg", "http://127.0.0.1/a/b.jpg", "cat/..\\b.jpg", "cat/a.html"])
def test_a_page_cannot_send_files_elsewhere(pascal: Site, tmp_path: Path, name: str) -> None:
    pascal.files["/pascal/index.html"] = PAGE.replace("cat/2008_1.jpg", name).encode()
    account = fetched(pascal, tmp_path / "set")
    assert (list(account.missing), account.pictures) == ([name], 2)
    assert listing(tmp_path) == ["set/images/cat/2008_3.jpg", "set/images/tvmonitor/2008_2.jpg", "set/index.html"]


def test_a_server_that_goes_away_is_not_asked_on_and_on(tmp_path: Path) -> None:
    names = [f"cat/{number}.jpg" for number in range(60)]
    (tmp_path / "index.html").write_text("".join(f'<img src="{name}">' for name in names))
    with serving() as site:
        gone = site.url
    account = fetch(catalogue.PASCAL_SENTENCES, tmp_path, Client(QUICK), 1, gone)
    assert sorted(account.missing) == sorted(names)
    assert sum("does not answer" in why for why in account.missing.values()) < 30
    assert "10 files before it got no answer" in account.missing["cat/59.jpg"]


# Archives


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes | str]) -> bytes:
    """A .tar.gz; a ``str`` for content is where a symbolic link leads."""
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
    """The set as in the catalogue, but for the size and digest of its real files."""
    return replace(data_set, sources=tuple(replace(source, size=None, digest=None) for source in data_set.sources))


CALTECH = unpinned(catalogue.CALTECH_101)


@pytest.fixture
def caltech(site: Site) -> Site:
    inner = tarred({"101_ObjectCategories/emu/image_0001.jpg": EMU, "101_ObjectCategories/sea_horse/image_0001.jpg": DOG,
                    "101_ObjectCategories/emu/image_0002.jpg": b"damaged", "101_ObjectCategories/BACKGROUND_Google/tmp": b"",
                    "101_ObjectCategories/BACKGROUND_Google/image_0001.jpg": CAT})
    site.files["/caltech-101.zip"] = zipped({
        "caltech-101/101_ObjectCategories.tar.gz": inner, "caltech-101/Annotations.tar": b"not asked for",
        "__MACOSX/caltech-101/._101_ObjectCategories.tar.gz": b"no archive"})
    return site


def test_caltech_comes_out_of_its_two_archives(caltech: Site, tmp_path: Path) -> None:
    account = fetched(caltech, tmp_path, CALTECH, "")
    assert (account.fetched, account.pictures, account.missing) == (1, 3, {})
    assert account.unreadable == ["images/emu/image_0002.jpg"]
    assert listing(tmp_path / "images") == ["BACKGROUND_Google/image_0001.jpg", "emu/image_0001.jpg", "sea_horse/image_0001.jpg"]
    assert [(one.label, one.path.read_bytes()) for one in pictures.caltech_101(tmp_path)] == [("emu", EMU), ("sea horse", DOG)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fetched", "images"]


def test_an_archive_is_fetched_again_only_when_a_file_of_it_is_gone(caltech: Site, tmp_path: Path) -> None:
    fetched(caltech, tmp_path, CALTECH, "")
    account = fetched(caltech, tmp_path, CALTECH, "")
    assert (account.fetched, account.kept, account.pictures, len(account.unreadable), caltech.asked) == (0, 1, 3, 1, [])
    (tmp_path / "images/emu/image_0001.jpg").write_bytes(b"cut")
    account = fetched(caltech, tmp_path, CALTECH, "")
    assert (account.fetched, caltech.paths) == (1, ["/caltech-101.zip"])
    assert (tmp_path / "images/emu/image_0001.jpg").read_bytes() == EMU


def test_the_published_digest_holds_for_a_mirror_too(caltech: Site, tmp_path: Path) -> None:
    account = fetched(caltech, tmp_path, catalogue.CALTECH_101, "")
    assert "instead of the 137,414,764 that are published" in account.missing["caltech-101.zip"]
    assert listing(tmp_path) == []


def test_an_archive_stopped_before_it_was_unpacked_is_not_fetched_again(caltech: Site, tmp_path: Path) -> None:
    (tmp_path / "caltech-101.zip").write_bytes(caltech.files["/caltech-101.zip"])
    account = fetched(caltech, tmp_path, CALTECH, "")
    assert (account.pictures, caltech.asked) == (3, [])


def test_imagenet_samples(site: Site, tmp_path: Path) -> None:
    site.files["/imagenet-sample-images.zip"] = zipped({
        "imagenet-sample-images-master/n01440764_tench.JPEG": CAT, "imagenet-sample-images-master/README.md": b"Samples",
        "imagenet-sample-images-master/n01443537_goldfish.JPEG": DOG, "imagenet-sample-images-master/gallery/": b""})
    site.moods["/imagenet-sample-images.zip"] = ["no length"]
    assert fetched(site, tmp_path, catalogue.IMAGENET_SAMPLES, "").missing == {}
    assert [(one.label, one.path.read_bytes()) for one in pictures.imagenet_samples(tmp_path)] == [("n01440764", CAT), ("n01443537", DOG)]


FLICKR = unpinned(catalogue.FLICKR8K)


def test_flickr8k_gets_its_captions_from_the_token_file(site: Site, tmp_path: Path) -> None:
    site.files["/Flickr8k_Dataset.zip"] = zipped({"Flicker8k_Dataset/1_a.jpg": CAT, "Flicker8k_Dataset/2_b.jpg": DOG,
                                                  "__MACOSX/Flicker8k_Dataset/._1_a.jpg": b"junk"})
    account = fetched(site, tmp_path, FLICKR, "")
    assert (list(account.missing), account.pictures) == (["Flickr8k_text.zip"], 2)
    site.files["/Flickr8k_text.zip"] = zipped({
        "Flickr8k.token.txt": b'1_a.jpg#0\tA "cat" , asleep .\n1_a.jpg#1\tA cat .\n2_b.jpg#0\tA dog .\n3_c.jpg.1#0\tNobody has it .\n',
        "Flickr_8k.testImages.txt": b"2_b.jpg\n", "readme.txt": b"Captions", "__MACOSX/._Flickr8k.token.txt": b"junk"})
    account = fetched(site, tmp_path, FLICKR, "")
    assert (account.missing, account.pictures, site.paths) == ({}, 2, ["/Flickr8k_text.zip"])
    with (tmp_path / "captions.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.reader(file)) == ["image", "caption"]
    assert [(one.path.read_bytes(), one.captions) for one in pictures.flickr8k(tmp_path)] == [
        (CAT, ('A "cat" , asleep .', "A cat .")), (DOG, ("A dog .",))]
    tmp_path.joinpath("flickr8k").symlink_to(tmp_path)
    assert [one.captions for one in pictures.flickr8k_thousand(tmp_path)] == [("A dog .",)]  # what is measured on, as it was fetched
    (tmp_path / pictures.FLICKR_TEST).unlink()
    with pytest.raises(BuildError, match="testImages.txt is missing.*fetch flickr8k"):
        pictures.flickr8k_thousand(tmp_path)


def test_iaprtc12_is_read_in_its_own_encoding(site: Site, tmp_path: Path) -> None:
    note = ("<DOC>\n<DOCNO>annotations/02/2808.eng</DOCNO>\n<TITLE>Tafí del Valle</TITLE>\n<DESCRIPTION>a café & a man;\na lake in the "
            "background;</DESCRIPTION>\n<NOTES></NOTES>\n<IMAGE>images/02/2808.jpg</IMAGE>\n</DOC>\n")
    site.files["/iaprtc12.tgz"] = tarred({
        "iaprtc12/images/02/2808.jpg": CAT, "iaprtc12/images/10/9.jpg": DOG, "iaprtc12/images/10/10.jpg": EMU,
        "iaprtc12/annotations_complete_eng/02/2808.eng": note.encode("iso-8859-1"),
        "iaprtc12/annotations_complete_eng/10/9.eng": b"<DOC><DESCRIPTION></DESCRIPTION></DOC>",
        "iaprtc12/annotations_complete_ger/02/2808.ger": b"not asked for", "iaprtc12/README": b""})
    account = fetched(site, tmp_path, catalogue.IAPRTC12, "")
    assert (account.pictures, account.missing) == (3, {})
    assert [(one.path.read_bytes(), one.label, one.captions) for one in pictures.iaprtc12(tmp_path)] == [
        (CAT, "", ("a café & a man; a lake in the background",)), (EMU, "", ()), (DOG, "", ())]


def test_glove_is_kept_as_the_zip_it_is(site: Site, tmp_path: Path) -> None:
    site.files["/glove.6B.zip"] = content = zipped({"glove.6B.50d.txt": b"the 0.1 0.2\n"})
    glove = unpinned(catalogue.GLOVE_6B)
    assert fetched(site, tmp_path, glove, "").fetched == 1
    assert (tmp_path / "glove.6B.zip").read_bytes() == content
    assert (fetched(site, tmp_path, glove, "").kept, site.asked) == (1, [])


def linked() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("n01440764_tench.JPEG")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "content", "says"), [
    ("a.zip", zipped({"../n01440764_tench.JPEG": CAT}), "leads out"), ("a.zip", zipped({"x/../../n01440764_tench.JPEG": CAT}), "leads out"),
    ("a.zip", zipped({"C:/n01440764_tench.JPEG": CAT}), "leads out"), ("a.zip", linked(), "holds nothing"),
    ("a.zip", zipped({"other.txt": b""}), "holds nothing"), ("a.zip", b"<html>", "cannot be unpacked"),
    ("a.tgz", tarred({"../n01440764_tench.JPEG": CAT}), "cannot be unpacked"), ("a.tgz", b"<html>", "cannot be unpacked"),
    ("a.tgz", tarred({"n01440764_tench.JPEG": "/etc/passwd"}), "cannot be unpacked"),
    ("a.tgz", tarred({"n01440764_tench.JPEG": CAT})[:-900], "cannot be unpacked")])
def test_a_damaged_or_hostile_archive_puts_nothing_elsewhere(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "set").mkdir()
    with pytest.raises(FetchError, match=says):
        unpack(tmp_path / name, catalogue.IMAGENET_SAMPLES.sources[0], tmp_path / "set")
    assert [path for path in listing(tmp_path) if not path.startswith("set/")] == [name]


def test_a_damaged_archive_is_not_kept(site: Site, tmp_path: Path) -> None:
    site.files["/imagenet-sample-images.zip"] = b"no archive"
    account = fetched(site, tmp_path, catalogue.IMAGENET_SAMPLES, "")
    assert "cannot be unpacked" in account.missing["imagenet-sample-images.zip"]
    assert listing(tmp_path) == []


# The command


def test_the_command_says_what_is_missing_and_how_to_go_on(pascal: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = pascal.files.pop("/pascal/cat/2008_3.jpg")
    command = ["fetch", "pascal-sentences", "--out", str(tmp_path), "--base-url", f"{pascal.url}/pascal", "--jobs", "2"]
    assert main(command) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[:2] == ["2 pictures of the 1000 at home",
                                    f"{tmp_path / 'pascal-sentences'}: 3 files fetched, 0 there already, 1 missing"]
    assert "missing  cat/2008_3.jpg: " in err
    assert "404" in err
    assert f"go on with `python -m devise_core fetch pascal-sentences --out {tmp_path} --base-url {pascal.url}/pascal`" in err.splitlines()[-1]

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


@pytest.mark.parametrize("wrong", [["mnist"], ["flickr8k", "--jobs", "0"], ["flickr8k", "--timeout", "-1"], ["flickr8k", "--jobs", "two"]])
def test_a_wrong_argument_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["fetch", *wrong])
    assert "invalid" in capsys.readouterr().err


def test_readers_name_the_command(tmp_path: Path) -> None:
    for reader in (pictures.caltech_101, pictures.flickr8k, pictures.iaprtc12):
        with pytest.raises(BuildError, match=r"run `python -m devise_core fetch"):
            reader(tmp_path)


def test_the_catalogue_is_whole() -> None:
    assert tuple(DATA_SETS) == NAMES
    for source in (source for data_set in DATA_SETS.values() for source in data_set.sources):
        assert source.url.startswith("http")
        if source.digest:
            kind, _, digest = source.digest.partition(":")
            assert len(bytes.fromhex(digest)) == hashlib.new(kind, usedforsecurity=False).digest_size
