"""How collections are named where a visitor chooses one."""

from __future__ import annotations

from devise_core.serving.open_engines import OfferedCollection
from ui.collection_choice import distinct_titles


def test_collections_with_the_same_title_show_their_names() -> None:
    """A copy in Milvus has the title of its original."""
    offered = [
        OfferedCollection("photos", "Photographs"),
        OfferedCollection("stamps", "Cut-outs"),
        OfferedCollection("milvus:cutouts", "Cut-outs"),
    ]
    titles = [title.replace("\\", "") for title in distinct_titles(offered).values()]  # as Markdown shows them
    assert titles == ["Photographs", "Cut-outs (stamps)", "Cut-outs (milvus:cutouts)"]
