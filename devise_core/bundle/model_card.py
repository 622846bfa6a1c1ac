"""``MODEL_CARD.md``, written from the manifest and from what ``evaluate`` measures; its tables stay in ``results.json``."""

from __future__ import annotations

from pathlib import Path

from devise_core.bundle.jobs import BuildContext
from devise_core.errors import BuildError
from devise_core.evaluate.model_under_test import open_model_under_test
from devise_core.evaluate.protocols import measure
from devise_core.evaluate.references import REFERENCES
from devise_core.results import Table
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import REPOSITORY

CARD = REPOSITORY / "MODEL_CARD.md"
_TEMPLATE = Path(__file__).with_name("model_card.md")


def write_card(site: BuildContext) -> None:
    """Measure, write ``results.json`` and fill the template ``card.md``. Raises ``BuildError`` without photographs."""
    if site.data is None:
        raise BuildError("The card's figures are measured on photographs: give their folder as --data, or set SEMBLANCE_DATA.")
    subject = open_model_under_test(site.layout, site.data, site.cache, site.say)
    results = measure(subject)
    results.write(site.layout.results)
    training, manifest = subject.manifest.about["training"], subject.manifest
    text = _TEMPLATE.read_text("utf-8").format(
        figures="\n\n".join(map(_section, results.tables)),
        references=_references(),
        files=_files(manifest),
        pictures=training["pictures"],
        classes=training["classes"],
        agreement=manifest.about["neighbour_agreement"],
        seeds=len(training["seeds"]),
        share=training["share"],
        **{name: training["settings"][name] for name in ("epochs", "margin", "batch", "caption_weight")},
    )
    with atomic_file(CARD) as path:
        path.write_text(text, "utf-8", newline="\n")
    site.say(f"{CARD.name}: {len(results.tables)} tables")


def _section(table: Table) -> str:
    command = f"`python -m devise_core evaluate {table.protocol} --data DATA`"
    return "\n".join([f"### {table.title}", "", f"{table.note} {table.queries} queries; {command}.", "", *table.markdown()])


def _references() -> str:
    lines = []
    for row in REFERENCES:
        figures = ", ".join(f"{name} {value}" for name, value in row["figures"].items())
        lines.append(f"- {row['method']}, {row['protocol']}: {figures} ({row['source']}).")
    return "\n".join(lines)


def _files(manifest: Manifest) -> str:
    return "\n".join(
        f"| `{name}` | {entry.bytes / 1e6:.1f} MB | {entry.source} | {entry.licence} | `{entry.command}` |"
        for name, entry in sorted(manifest.files.items())
    )
