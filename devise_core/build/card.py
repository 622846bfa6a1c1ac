"""``MODEL_CARD.md``, written from the manifest and from what ``evaluate`` measures."""

from __future__ import annotations

from pathlib import Path

from devise_core.build.jobs import Site
from devise_core.engine import load_engine
from devise_core.errors import BuildError
from devise_core.evaluate.protocols import PROTOCOLS, Figure
from devise_core.layout import REPOSITORY, replaced_file
from devise_core.manifest import Manifest

CARD = REPOSITORY / "MODEL_CARD.md"
_TEMPLATE = Path(__file__).with_name("card.md")


def write_card(site: Site) -> None:
    """Measure, and fill the template ``card.md``. Raises ``BuildError`` without photographs to measure on."""
    if site.data is None:
        raise BuildError("The card's figures are measured on photographs: give their folder as --data, or set DEVISE_DATA.")
    engine = load_engine(site.layout.root)
    rows = [_row(name, figure) for name, run in PROTOCOLS.items() for figure in run(engine, site.data, site.say)]
    training, manifest = engine.manifest.about["training"], engine.manifest
    text = _TEMPLATE.read_text("utf-8").format(
        figures="\n".join(rows), files=_files(manifest), pictures=training["pictures"], classes=training["classes"],
        agreement=manifest.about["neighbour_agreement"], seeds=len(training["seeds"]), share=training["share"],
        **{name: training["settings"][name] for name in ("epochs", "margin", "batch", "caption_weight")})
    with replaced_file(CARD) as path:
        path.write_text(text, "utf-8", newline="\n")
    site.say(f"{CARD.name}: {len(rows)} figures")


def _row(name: str, figure: Figure) -> str:
    return (f"| {figure.protocol} | {figure.metric} | {figure.value:.3f} | {figure.low:.3f}–{figure.high:.3f} | {figure.queries} | "
            f"`python -m devise_core evaluate {name} --data DATA` |")


def _files(manifest: Manifest) -> str:
    return "\n".join(f"| `{name}` | {entry.bytes / 1e6:.1f} MB | {entry.source} | {entry.licence} | `{entry.command}` |"
                     for name, entry in sorted(manifest.files.items()))
