"""Write ``MODEL_CARD.md`` from the manifest and the results of ``evaluate``.

``python -m devise_core build card`` measures the results first. ``python -m devise_core.bundle.model_card`` uses saved results.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from devise_core.bundle.card_metadata import card_metadata
from devise_core.bundle.context import BuildContext
from devise_core.errors import BuildError
from devise_core.evaluate.model_under_test import open_model_under_test
from devise_core.evaluate.protocols import measure
from devise_core.evaluate.references import REFERENCES
from devise_core.results import Table, read_results
from devise_core.storage.atomic_write import atomic_file
from devise_core.storage.manifest import Manifest
from devise_core.storage.paths import REPOSITORY, ArtifactLayout, artifacts_folder

CARD = REPOSITORY / "MODEL_CARD.md"
_TEMPLATE = Path(__file__).with_name("model_card.md")


def write_card(context: BuildContext) -> None:
    """Evaluate the model, write ``results.json`` and write the model card.

    Raises:
        BuildError: If there are no images to evaluate on.
    """
    if context.data is None:
        raise BuildError("The figures are measured on images. Give the folder with the data sets as --data, or set SEMBLANCE_DATA.")
    model = open_model_under_test(context.layout, context.data, context.cache, context.log)
    results = measure(model)
    results.write(context.layout.results)
    _write(card_text(model.manifest, results.tables))
    context.log(f"{CARD.name}: {len(results.tables)} tables")


def render_card(layout: ArtifactLayout) -> str:
    """Return the model card with the saved results.

    Raises:
        BuildError: If there are no saved results.
    """
    results = read_results(layout.results)
    if results is None:
        raise BuildError(f"{layout.results} is missing. Run `python -m devise_core build card --data DATA`.")
    return card_text(Manifest.read(layout.root), results.tables)


def card_text(manifest: Manifest, tables: Sequence[Table]) -> str:
    """Fill the template ``model_card.md`` with the facts of the manifest and with tables of results."""
    training = manifest.about["training"]
    return card_metadata(tables) + _TEMPLATE.read_text("utf-8").format(
        figures="\n\n".join(map(_section, tables)),
        references=_references(),
        files=_files(manifest),
        pictures=training["pictures"],
        classes=training["classes"],
        agreement=manifest.about["neighbour_agreement"],
        seeds=len(training["seeds"]),
        share=training["share"],
        **{name: training["settings"][name] for name in ("epochs", "margin", "batch", "caption_weight")},
    )


def _write(text: str) -> None:
    with atomic_file(CARD) as path:
        path.write_text(text, "utf-8", newline="\n")


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


if __name__ == "__main__":
    _write(render_card(ArtifactLayout(artifacts_folder())))
