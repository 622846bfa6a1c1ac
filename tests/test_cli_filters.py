"""The filters of ``search`` on the command line and of ``search_text``."""

from __future__ import annotations

import json

import pytest

from devise_core import Engine
from devise_core.cli import main
from devise_core.errors import QueryError
from devise_core.search.conditions import HasLabel, InCategory
from devise_core.search.filters import Filter
from tests.json_output import read_output

pytestmark = pytest.mark.usefixtures("models_load_once")


def ids_of_hits(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["search", *arguments, "--collection", "photos", "--json"]) == 0
    return [hit["id"] for hit in json.loads(capsys.readouterr().out)["hits"]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--category", "animals"], Filter(categories=["animals"])),
        (["--category", "animals", "--not-label", "cat"], Filter(categories=["animals"], not_labels=["cat"])),
        (["--label", "dog", "--label", "cat"], Filter(labels=["dog", "cat"])),
        (["--not-category", "animals", "--not-category", "people"], Filter(not_categories=["animals", "people"])),
    ],
)
def test_the_command_returns_what_satisfies_its_filters(
    options: list[str], expected: Filter, photos: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = [hit.id for hit in photos.search_text("pet", k=6, where=expected.condition)]
    assert ids_of_hits(capsys, "pet", "-k", "6", *options) == wanted
    every = photos.search_text("pet", k=1000)
    kept = photos.collection.inside(expected.condition)
    assert wanted == [hit.id for hit in every if kept[hit.row]][:6]
    assert len(wanted) >= 4


def test_the_output_for_programs_has_the_filters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "pet", "--collection", "photos", "--category", "animals", "--not-label", "cat", "--json"]) == 0
    answer = read_output(capsys.readouterr().out)
    assert answer["filters"] == {"category": ["animals"], "not_label": ["cat"]}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--category", "animal"], "No image of photos has the category “animal”. Its most frequent categories are “animals”, "),
        (["--not-category", ""], "No image of photos has the category “”. "),
        (["--label", "dgo"], "No image of photos has the label “dgo”. Its most frequent labels are “windmill”, "),
        (["--not-label", "it's"], "No image of photos has the label “it's”. "),
    ],
)
def test_a_filter_that_no_image_satisfies_is_refused(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "pet", "--collection", "photos", *options]) == 1
    assert said in capsys.readouterr().err


def test_images_that_the_filters_leave_out_are_not_named_as_found_by_caption(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["search", "egeskov", "-k", "1", "--collection", "photos"]
    assert main(command) == 1  # the name is in one caption and not in the vocabulary
    assert "1 image has the words in a label, caption or category: " in capsys.readouterr().err
    assert main([*command, "--not-label", "castle"]) == 1
    assert "label, caption or category" not in capsys.readouterr().err


def test_the_library_searches_several_texts_with_one_condition(photos: Engine) -> None:
    where = InCategory("animals") & ~HasLabel("cat")
    for hits in photos.search_texts(["pet", "castle"], k=5, where=where):
        assert len(hits) == 5
        assert all(hit.category.startswith("animals") and "cat" not in hit.labels for hit in hits)
    with pytest.raises(QueryError, match="condition"):
        photos.search_text("pet", where="animals")  # type: ignore[arg-type]
