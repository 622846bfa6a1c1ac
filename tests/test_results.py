"""Reading ``results.json`` and training curves, what the page Results says about them, and categories as queries."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devise_core import Engine
from devise_core.errors import ArtifactError
from devise_core.results import Cell, Classes, Reference, Results, Table, read_losses, read_results
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import REPOSITORY, ArtifactLayout
from tests.sample_results import content, number
from ui.results.chart_data import describe_chart, dot_rows, published_name
from ui.results.comparison import chart_metrics, conclusions, describe_metrics, in_rows, table_html
from ui.results.headlines import HEADLINES, behind_at, compare


def read(tmp_path: Path, text: Any) -> Results:
    (tmp_path / "results.json").write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")
    results = read_results(tmp_path / "results.json")
    assert results is not None
    return results


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return read(tmp_path, content())


def test_tables_classes_and_references_are_read(results: Results) -> None:
    table = results.tables[0]
    assert table.methods()["DeViSE"] == {"hit@1": Cell(0.45, 0.35, 0.55), "hit@5": Cell(0.8, 0.7, 0.9)}
    assert list(table.methods()) == ["softmax", "ConSE (T = 10)", "DeViSE"]
    assert table.lead("ConSE (T = 10)")["hit@5"] == Cell(0.2, 0.1, 0.3)
    assert table.lead("softmax") == {}
    assert [str(cell) for cell in table.rows[0][:2]] + [str(Cell(0.5)), str(table.rows[2][1])] == [
        "softmax",
        "cannot",
        "0.500",
        "0.450 [0.350, 0.550]",
    ]
    assert results.per_class == {"naming": Classes(("hit@5",), {"cow": {"DeViSE": (0.8,), "ConSE (T = 10)": (0.6,)}}, {"cow": 5})}
    assert results.references == (Reference("pascal-sentences", "the 2020 notebook", {"hit@5": 0.43}, "a notebook"),)
    assert results.protocols() == {"pascal-sentences": [table]}


def test_missing_results_are_none(tmp_path: Path) -> None:
    assert read_results(tmp_path / "results.json") is None


def test_results_of_another_model_have_a_remark(results: Results) -> None:
    assert results.remark("abc") == ""
    assert "another model (abc) than this one (def)" in results.remark("def")
    assert "python -m devise_core evaluate" in results.remark("def")


def damaged() -> dict[str, Any]:
    """Return results with one fault each."""
    faulty = {
        name: content()
        for name in ("short row", "half an interval", "no number", "word for a number", "classes", "no tables", "note")
    }
    rows = {name: whole["tables"][0]["rows"] for name, whole in faulty.items()}
    del rows["short row"][1][2], faulty["no tables"]["tables"], faulty["note"]["tables"][0]["note"]
    rows["half an interval"][1][1] = number(0.4, 0.3)
    rows["no number"][1][1] = {}
    rows["word for a number"][1][1] = {"value": "many"}
    faulty["classes"]["per_class"]["naming"]["classes"]["cow"]["DeViSE"] = [0.8, 0.9]
    return {**faulty, "cut short": json.dumps(content())[:99], "a list": [content()], "a number": "3", "no JSON": "<html>"}


@pytest.mark.parametrize("wrong", damaged())
def test_damaged_results_are_reported_with_a_remedy(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"results.json is damaged .*evaluate --data DATA --out"):
        read(tmp_path, damaged()[wrong])


def test_losses_are_read_from_history_or_manifest(tmp_path: Path) -> None:
    layout = ArtifactLayout(tmp_path)
    assert read_losses(layout, Manifest(tmp_path)) == {}
    assert read_losses(layout, Manifest(tmp_path, about={"training": {"loss": {"7": [2, 1.5]}}})) == {"random seed 7": [2.0, 1.5]}
    trained = Manifest(tmp_path, about={"training": {"recipe": "seed"}})
    layout.history.write_text(
        json.dumps({"head": {"loss": [3, 2], "validation": [4, 3]}, "backbone": {"loss": [1], "validation": []}})
    )
    trained.add(layout.history, "train")
    assert read_losses(layout, trained) == {"head": [3, 2], "head, validation": [4, 3], "backbone": [1]}
    with pytest.raises(ArtifactError, match="losses.*train again"):
        read_losses(layout, Manifest(tmp_path, about={"training": {"loss": {"7": None}}}))


def test_the_bundled_model_has_decreasing_losses(engine: Engine) -> None:
    losses = engine.losses()
    assert losses
    assert all(curve[-1] < curve[0] for curve in losses.values())


def test_headlines_tell_clear_leads_from_unclear_ones(results: Results) -> None:
    seeds = HEADLINES[0]
    assert (seeds.protocol, seeds.metric, seeds.rival) == ("pascal-sentences", "hit@5", "the 2020 notebook")
    comparison = compare(results, seeds)
    assert comparison is not None
    assert comparison[1:] == (pytest.approx(0.8 - 0.43), True)  # 0.43 is below 0.7, where the interval begins
    assert compare(results, replace(seeds, rival="ConSE (T = 10)")) == (Cell(0.8, 0.7, 0.9), 0.2, True)
    assert compare(results, replace(seeds, metric="hit@1", rival="ConSE (T = 10)")) == (Cell(0.45, 0.35, 0.55), 0.05, False)
    assert [compare(results, headline) for headline in HEADLINES[1:]] == [None] * 3
    assert behind_at(results, seeds) == []
    better = replace(results, references=(replace(results.references[0], figures={"hit@1": 0.5, "hit@5": 0.43}),))
    assert behind_at(better, seeds) == ["hit@1"]


def test_the_headlines_are_those_of_the_bundled_model_and_of_its_best_rival(engine: Engine) -> None:
    results = engine.results()
    assert results is not None
    pascal, _, related, _ = (compare(results, headline) for headline in HEADLINES)
    tables = {table.title: table.methods() for table in results.tables}
    assert pascal is not None and related is not None
    assert pascal[0] == tables["Pascal Sentences, split of the 2020 notebook: naming with all words"]["DeViSE"]["hit@5"]
    assert behind_at(results, HEADLINES[0]) == ["hit@20", "hp@5", "hp@10", "hp@20"]
    samples = tables["The 200 ImageNet samples kept out of training: hierarchical precision@k"]
    others = {method: cells["hp@5"].value or 0 for method, cells in samples.items() if method not in ("DeViSE", "as shipped")}
    assert HEADLINES[2].rival == max(others, key=lambda method: others[method])
    assert related[1] < 0


def test_a_table_without_devise_is_about_the_first_method_that_is_compared(results: Results) -> None:
    [table] = results.tables
    assert table.ours == "DeViSE"
    renamed = [(Cell(text=row[0].text.replace("DeViSE", "recipe own")), *row[1:]) for row in table.rows]
    table = replace(table, rows=tuple(renamed))
    assert table.ours == "recipe own"
    assert table.lead("ConSE (T = 10)")["hit@5"] == Cell(0.2, 0.1, 0.3)
    assert conclusions(table) == [r"recipe own compared with ConSE \(T \= 10\): ahead at hit@5; no clear difference at hit@1."]
    assert {row["kind"] for row in dot_rows(table, ["hit@5"], [])[1] if row["method"] == "recipe own"} == {"ours"}


def test_a_lead_that_depends_on_the_classes_is_not_clear(tmp_path: Path) -> None:
    results = content()
    results["tables"][0]["rows"].append(
        [{"text": "DeViSE − ConSE (T = 10), by classes"}, number(0.05, -0.1, 0.2), number(0.2, -0.01, 0.4)]
    )
    unclear = read(tmp_path, results)
    assert compare(unclear, replace(HEADLINES[0], rival="ConSE (T = 10)")) == (Cell(0.8, 0.7, 0.9), 0.2, False)
    assert conclusions(unclear.tables[0]) == [r"DeViSE compared with ConSE \(T \= 10\): no clear difference at hit@1, hit@5."]


def test_a_table_is_described_in_words(results: Results) -> None:
    table = results.tables[0]
    assert conclusions(table) == [r"DeViSE compared with ConSE \(T \= 10\): ahead at hit@5; no clear difference at hit@1."]
    assert describe_metrics(["hit@1", "hit@5", "mAP", "new"]) == [
        "**hit@5**: how often the right word is among the 5 best.",
        "**mAP**: mean average precision. It is 1 if all right pictures come before all wrong ones.",
    ]
    assert describe_metrics(["hit@1"]) == ["**hit@1**: how often the right word is the best."]
    assert re.findall("<t[hd]>(.*?)</t[hd]>", table_html(replace(table, columns=("<b>", "hit@1", "hit@5"))))[:6] == [
        "&lt;b&gt;",
        "hit@1",
        "hit@5",
        "softmax",
        "cannot",
        "cannot",
    ]
    long = "a long name " * 8 + "in all"
    assert f">{long}<" in table_html(replace(table, columns=(long, *table.columns[1:])))
    assert f">{long}<" in table_html(replace(table, rows=((Cell(text=long), *table.rows[0][1:]),)))
    assert describe_chart(table, ["hit@5"]) == "Naming, split of the 2020 notebook. hit@5: ConSE (T = 10) 0.60, DeViSE 0.80."


def test_chart_rows_have_intervals_and_published_values(results: Results) -> None:
    keys, rows = dot_rows(results.tables[0], ["hit@1", "hit@5"], results.references)
    assert keys == [
        "hit@1|",
        "hit@1|ConSE (T = 10)",
        "hit@1|DeViSE",
        "hit@5|",
        "hit@5|ConSE (T = 10)",
        "hit@5|DeViSE",
        "hit@5|the 2020 notebook",
    ]
    assert [(row["kind"], row["low"], row["value"], row["high"]) for row in rows[2:]] == [
        ("rival", 0.5, 0.6, 0.7),
        ("ours", 0.7, 0.8, 0.9),
        ("published", 0.43, 0.43, 0.43),
    ]
    assert published_name(replace(results.references[0], method="ConSE, 1600 labels")) == "ConSE, published"


def test_wide_tables_fill_a_row() -> None:
    narrow = Table("n", "", ("method", "mAP", "P@8"), ())
    wide = Table("w", "", ("method", "hit@5", "hit@10", "hit@20", "hp@5", "hp@10"), ())
    assert chart_metrics(wide) == [["hit@5", "hit@10", "hit@20"], ["hp@5", "hp@10"]]
    assert in_rows([narrow, narrow, wide, narrow]) == [[narrow, narrow], [wide], [narrow]]


def test_the_model_card_has_all_tables(engine: Engine) -> None:
    card, results = (REPOSITORY / "MODEL_CARD.md").read_text("utf-8"), engine.results()
    assert results is not None
    assert [line for table in results.tables for line in table.markdown() if line not in card] == []
