"""The command line prints results to stdout, messages to stderr, and returns the documented status."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from devise_core.cli import main
from devise_core.storage.manifest import Manifest
from tests.conftest import BUNDLED
from tests.json_output import read_output

pytestmark = pytest.mark.usefixtures("models_load_once")
ROOT = BUNDLED.parent
CAT = str(BUNDLED / "collections/photos/images/cat.webp")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2
    assert {"search", "index", "demo"} <= set(capsys.readouterr().err.split())


def test_search_prints_hits_and_names_ignored_words(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "search", "violin xyzzyq", "-k", "3")
    assert (status, len(out.splitlines())) == (0, 3)
    assert "violin" in out.splitlines()[0]
    assert err == "semblance: Ignored, not in the vocabulary: “xyzzyq”\n"


def test_words_without_quotes_are_one_query(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_output(run(capsys, "search", "musical", "instrument", "--json")[1])["text"] == "musical instrument"
    with pytest.raises(SystemExit, match="2"):
        run(capsys, "search", "bird", "-parrot")
    assert 'unrecognized arguments: -parrot. Put the query in quotes, as in search "bird -parrot".' in capsys.readouterr().err


def test_query_may_begin_with_a_minus(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "search", "-k", "1", "--", "-0.5*violin +cello")
    assert (status, out.split()[1]) == (0, "cello")


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        (("search", "violin", "-k", "2"), {"id", "path", "labels", "category", "caption", "cosine"}),
        (("label", CAT, "-k", "2"), {"word", "cosine"}),
        (("label", CAT, "-k", "2", "--words", "cat, dog"), {"word", "cosine"}),
        (("similar", CAT, "-k", "2", "--collection", "photos", "--by", "visual"), {"id", "path", "labels", "cosine"}),
        (("words", "violin", "-k", "2"), {"word", "cosine"}),
    ],
)
def test_json_is_one_object_with_hits(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], fields: set[str]) -> None:
    status, out, err = run(capsys, *arguments, "--json")
    content = read_output(out)
    assert (status, err, content["command"], content["k"], len(content["hits"])) == (0, "", arguments[0], 2, 2)
    assert fields <= set(content["hits"][0])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("search", ""), "no word"),
        (("search", "dog " * 3000), "Shorten"),
        (("search", "qwxzv"), "is unknown"),
        (("search", "z" * 900), "zzz…” is unknown. Try another English word."),
        (("search", "🎻"), "no word"),
        (("search", "violin", "-k", "0"), "whole number"),
        (("search", "violin", "-k", "-2"), "whole number"),
        (("search", "violin", "--collection", "none"), "no collection"),
        (("label", "none.jpg"), "no file"),
        (("label", str(ROOT / "pyproject.toml")), "not an image"),
        (("label", CAT, "--words", ","), "list of labels is empty"),
        (("index", "none", "--name", "a"), "no folder"),
        (("index", "README.md", "--name", "a"), "README.md is a file. Give the folder that it is in"),
        (("index", "tests", "--name", "a"), "no images"),
        (("search", "violin", "--artifacts", "tests"), "manifest.json is missing"),
        (("evaluate", "--data", "tests", "stamps"), "missing"),
        (("evaluate", "--data", "tests", "nothing"), "no protocol"),
        (("evaluate", "nothing"), "no protocol"),
    ],
)
def test_error_is_one_line_with_status_one(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    status, out, err = run(capsys, *arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("semblance: ")
    assert says in err


def test_k_may_exceed_the_collection(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(run(capsys, "search", "violin", "-k", "1000")[1].splitlines()) == 384


@pytest.mark.parametrize(
    ("text", "says", "pointed"),
    [
        ("horse - ", "missing at character 9", "horse - \n        ^"),
        ('dog "new york', "not closed", 'dog "new york\n    ^'),
        ("like:violn", "Did you mean violin", "like:violn\n     ^"),
        ("dog - dogs", "cancel each other out", "dog - dogs\n      ^"),
    ],
)
def test_syntax_error_points_at_the_character(capsys: pytest.CaptureFixture[str], text: str, says: str, pointed: str) -> None:
    status, out, err = run(capsys, "search", text)
    line, _, rest = err.partition("\n")
    assert (status, out, rest) == (1, "", pointed + "\n")
    assert line.startswith("semblance: ")
    assert says in line


def test_search_with_example_images(capsys: pytest.CaptureFixture[str]) -> None:
    search = ("search", "--collection", "photos", "-k", "8", "--json")
    alone, added, taken = (
        read_output(run(capsys, *search, "--like", CAT, *text)[1]) for text in ((), ("castle",), ("castle -like:photo",))
    )
    assert (alone["text"], alone["hits"][0]["id"], alone["like"]) == ("like:photo", "cat", {"photo": CAT})
    assert added["text"] == "castle + like:photo"
    assert [(term["word"], term["weight"], term["kind"]) for term in added["read"]["terms"]] == [
        ("castle", 0.5, "words"),
        ("photo", 0.5, "picture"),
    ]
    assert "cat" in [hit["id"] for hit in added["hits"]]
    assert taken["text"] == "castle -like:photo"
    assert "cat" not in [hit["id"] for hit in taken["hits"]]
    assert "no file" in run(capsys, "search", "--like", "none.jpg")[2]


def test_search_says_how_words_were_read(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "search", "snowleopard", "-k", "1")
    assert (status, out.split()[1], err) == (0, "tiger", "semblance: Read “snowleopard” as “snow leopard”.\n")
    with pytest.raises(SystemExit):
        run(capsys, "search", "--help")
    assert "like:photo + sea" in capsys.readouterr().out


def test_index_then_search(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    for name in ("violin", "horse", "pizza"):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        with Image.open(BUNDLED / f"collections/stamps/images/{name}.webp") as image:
            image.save(folder / "a.png")
    (tmp_path / "photos/broken.jpg").write_bytes(b"broken")
    status, out, err = run(capsys, "index", str(tmp_path / "photos"), "--name", "my photos")
    assert status == 0
    assert "3 images in the collection my photos, 1 skipped" in out
    assert "broken.jpg" in err
    search = ("search", "violin", "-k", "1", "--collection", "my photos")
    assert str(tmp_path / "photos/violin/a.png") in run(capsys, *search)[1]
    [hit] = read_output(run(capsys, *search, "--json")[1])["hits"]
    assert hit["path"] == str(tmp_path / "photos/violin/a.png")
    assert Path(hit["thumbnail"]).is_relative_to(tmp_path / "collections/my photos/images")
    assert read_output(run(capsys, "collections", "--json")[1])["collections"]["my photos"] == 3
    status, out, _ = run(capsys, "index", str(tmp_path / "photos"), "--name", "my photos", "--json")
    assert (status, read_output(out)["count"], len(read_output(out)["skipped"])) == (0, 3, 1)


def test_custom_model_and_its_collection(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A custom model labels before it has a collection, then searches the one made with it, which the bundled model refuses."""
    monkeypatch.setenv("SEMBLANCE_COLLECTIONS", str(tmp_path / "collections"))
    model = tmp_path / "model"
    shutil.copytree(BUNDLED, model, ignore=shutil.ignore_patterns("collections"))
    with zipfile.ZipFile(model / "model.keras", "a") as file:
        file.comment = b"another"
    manifest = Manifest.read(model)
    manifest.add(model / "model.keras", "a test")
    manifest.write()
    with_it = ("--artifacts", str(model))
    assert "cat" in run(capsys, "label", CAT, "-k", "1", *with_it)[1]
    assert "cello" in run(capsys, "words", "violin", *with_it)[1]
    status, _, err = run(capsys, "search", "violin", *with_it)
    assert (status, "has no collection yet. Make one with `python -m devise_core index FOLDER" in err) == (1, True)
    (tmp_path / "photos/pets").mkdir(parents=True)
    shutil.copy(CAT, tmp_path / "photos/pets/tom.webp")
    status, out, _ = run(capsys, "index", str(tmp_path / "photos"), "--name", "pets", *with_it)
    assert (status, f"--collection pets --artifacts {model}" in out, f" demo --artifacts {model})" in out) == (0, True, True)
    assert "pets" in run(capsys, "search", "kitten", *with_it)[1]
    status, _, err = run(capsys, "search", "kitten", "--collection", "pets")
    assert (status, "made with another model. Open that model with --artifacts FOLDER" in err) == (1, True)
    status, out, err = run(capsys, "collections", "list")
    assert (status, "     1  pets  (made with another model: --artifacts FOLDER opens it)" in out.splitlines(), err) == (
        0,
        True,
        "",
    )
    listed = read_output(run(capsys, "collections", "list", "--json")[1])
    assert (listed["other_models"], "pets" in listed["collections"]) == ({"pets": 1}, False)
    listed = read_output(run(capsys, "collections", "list", "--json", *with_it)[1])
    assert (listed["collections"], set(listed["other_models"])) == ({"pets": 1}, set())


@pytest.mark.parametrize("name", ["stamps", "photos"])
def test_new_collection_cannot_hide_a_bundled_one(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, _, err = run(capsys, "index", str(BUNDLED / "collections/photos/images"), "--name", name)
    assert (status, f"The collection {name} comes with the model. Choose another name." in err) == (1, True)


def test_invalid_collection_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "index", str(BUNDLED / "collections/photos/images"), "--name", ".")
    assert (status, "A collection's name has up to 64 letters" in err) == (1, True)


@pytest.mark.usefixtures("with_keras")
def test_tensorflow_writes_nothing_to_stderr() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "devise_core", "label", CAT, "-k", "1"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout.split()[1], done.stderr) == (0, "cat", "")


def test_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m devise_core search violin -k 300 | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, 1, "")
