"""The picture's dialog explains that a match is weak."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


@pytest.mark.parametrize(
    ("query", "item", "weak"), [("violin", "violin", ""), ("violin", "tennis-racket", "violin"), ("", "violin", "")]
)
def test_a_picture_that_does_not_match_well_is_a_weak_match(query: str, item: str, weak: str) -> None:
    def script() -> None:
        import streamlit as st

        from ui import url_state
        from ui.hit.explanation import weak_query
        from ui.server.engine_cache import current_engine

        engine = current_engine()
        st.text(weak_query(engine, engine.collection.row(url_state.read_text("open"))))

    test = AppTest.from_function(script, default_timeout=60)
    test.query_params.update({"q": query, "open": item})
    assert test.run(timeout=60).text[0].value == weak
