"""The metadata at the top of the model card, in the format of Hugging Face (https://huggingface.co/docs/hub/model-cards)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from devise_core.evaluate.methods import SHIPPED
from devise_core.results import Table
from devise_core.results.records import OURS

FACTS: dict[str, Any] = {
    "language": "en",
    "license": "apache-2.0",
    "library_name": "keras",
    "pipeline_tag": "zero-shot-image-classification",
    "tags": ["devise", "conse", "image-search", "image-feature-extraction", "glove", "wordnet"],
    "datasets": ["ILSVRC/imagenet-1k"],
}
"""What does not depend on a measurement. The licence is that of the backbone's weights."""
HEADLINES = {
    "Zero-shot, the 46 unseen labels alone": ("hit@1", "hit@5"),
    "Text → images: Caltech-101, 46 unseen classes": ("mAP",),
    "Captions, Flickr8k: text → images": ("R@1", "R@10"),
}
"""The tables, each with its figures that are in the metadata. The text of the card has all tables."""


def card_metadata(tables: Sequence[Table]) -> str:
    """Return the metadata, with the most important figures of the model.

    Args:
        tables: The tables of ``results.json``.

    Returns:
        YAML between two lines of three dashes.
    """
    import yaml

    facts = FACTS | {"model-index": [{"name": "Semblance", "results": list(_results(tables))}]}
    return f"---\n{yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=132)}---\n"


def _results(tables: Sequence[Table]) -> Iterator[dict[str, Any]]:
    """Yield one result for each table of ``HEADLINES``."""
    for table in tables:
        if wanted := HEADLINES.get(table.title):
            methods = table.methods()
            figures = methods[SHIPPED if SHIPPED in methods else OURS]
            metrics = [{"type": name, "value": round(value, 4)} for name in wanted if (value := figures[name].value) is not None]
            task = {"type": FACTS["pipeline_tag"], "name": table.title}
            yield {"task": task, "dataset": {"type": table.protocol, "name": table.protocol}, "metrics": metrics}
