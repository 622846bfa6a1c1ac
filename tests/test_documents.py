"""The README and the model card agree with the measured figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import devise_core
from devise_core.bundle.card_metadata import HEADLINES
from devise_core.bundle.model_card import render_card
from devise_core.installation import EXTRAS
from devise_core.results import read_results
from devise_core.storage.paths import BUNDLED_ARTIFACTS, ArtifactLayout
from tests.documents import DOCUMENTS, read

ROOT = Path(__file__).parent.parent


def figures(path: Path) -> list[list[str]]:
    """Return the cells of the table rows whose last cell is a command."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in path.read_text("utf-8").splitlines() if line[:1] == "|"
    ]
    return [row for row in rows if re.fullmatch(r"`python -m [^`]+`", row[-1])]


@pytest.mark.parametrize("name", [*DOCUMENTS, "CHANGELOG.md"])
def test_every_table_is_drawn(name: str) -> None:
    lines = re.sub(r"```.*?```", "", read(name), flags=re.DOTALL).splitlines()
    rules = [number for number, line in enumerate(lines) if re.search(r"\|\s*:?-{3}", line)]
    for number in rules:
        assert re.fullmatch(r"\|(\s*:?-+:?\s*\|)+", lines[number]), lines[number]
        assert lines[number - 1].startswith("|") and not lines[number - 2].strip(), lines[number - 1]
    in_tables = {row for number in rules for row in range(number - 1, rows_end(lines, number))}
    assert [lines[row] for row in range(len(lines)) if lines[row].lstrip().startswith("|") and row not in in_tables] == []
    for number in rules:
        columns = {len(re.findall(r"(?<!\\)\|", lines[row])) for row in range(number - 1, rows_end(lines, number))}
        assert len(columns) == 1, lines[number - 1]


def rows_end(lines: list[str], start: int) -> int:
    """Return the number of the first line after the rows from ``start`` on."""
    return next((row for row in range(start, len(lines)) if not lines[row].startswith("|")), len(lines))


def test_the_readme_is_short_and_in_the_order_of_a_first_visit() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    headings = re.findall(r"^## (.+)", text, re.MULTILINE)
    assert headings == ["Try it", "Use it in Python", "Your own photos", "Where things are", "How well it works"]
    assert text.index("![") < text.index("make demo") < text.index("make test") < text.index("```python")
    assert len(text.split()) <= 650


def test_every_extra_is_described() -> None:
    described = (ROOT / "docs/howto/install.md").read_text("utf-8").partition("## Extras")[2]
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| ([^|]+) \|", described, re.MULTILINE)))) == set(EXTRAS)


def test_the_figures_of_the_readme_are_in_the_benchmarks() -> None:
    benchmarks = figures(ROOT / "docs/BENCHMARKS.md")
    readme = figures(ROOT / "README.md")
    assert len(readme) == 3
    for _, *values, command in readme:
        shares = re.sub(r"(\d+\.\d)%", lambda percent: f"{float(percent[1]) / 100:.3f}", " ".join(values))
        numbers = set(re.findall(r"\d+\.\d+", shares))
        assert numbers
        candidates = [set(re.findall(r"\d+\.\d+", " ".join(row[1:-1]))) for row in benchmarks if row[-1] == command]
        assert any(numbers <= candidate for candidate in candidates), values


def test_benchmark_commands_exist() -> None:
    commands = [row[-1] for path in ("README.md", "docs/BENCHMARKS.md") for row in figures(ROOT / path)]
    names = {match[1] for command in commands if (match := re.match(r"`python -m benchmarks\.(\w+)", command))}
    assert names
    assert [name for name in sorted(names) if not (ROOT / f"benchmarks/{name}.py").is_file()] == []


def test_the_model_card_is_the_filled_template() -> None:
    card = (ROOT / "MODEL_CARD.md").read_text("utf-8")
    assert card == render_card(ArtifactLayout(BUNDLED_ARTIFACTS)), "run python -m devise_core.bundle.model_card"


def test_the_head_of_the_card_has_the_figures_of_the_results() -> None:
    head = yaml.safe_load((ROOT / "MODEL_CARD.md").read_text("utf-8").split("---\n")[1])
    results = read_results(ROOT / "artifacts/results.json")
    assert results is not None
    tables = {table.title: table.methods() for table in results.tables}
    stated = head["model-index"][0]["results"]
    assert [result["task"]["name"] for result in stated] == list(HEADLINES)
    for result in stated:
        figures = tables[result["task"]["name"]]["as shipped"]
        assert result["metrics"] == [
            {"type": metric["type"], "value": figures[metric["type"]].value} for metric in result["metrics"]
        ]


def test_the_citation_names_this_version_and_licence() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert (citation["version"], citation["license"]) == (devise_core.__version__, "MIT")
