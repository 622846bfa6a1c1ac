"""Text search: words in, pictures out."""

import streamlit as st

from devise_core.serving import event_log
from ui import page_layout
from ui.blocked_words import NOT_RECOGNISED, is_about_groups, is_blocked
from ui.errors import show_errors
from ui.hit.gallery import gallery
from ui.query.caption_row import read_or_find_by_caption
from ui.query.evidence import match_marks
from ui.query.examples import examples, placeholder
from ui.query.match_controls import read_filter
from ui.query.matches import show_matches
from ui.query.query_help import query_help
from ui.query.reading import say_unmodelled, show_reading
from ui.query.withheld import captioned_or_examples
from ui.query.year_offer import offer_years
from ui.searchbox import example_pills, search_box
from ui.server.engine_cache import current_engine
from ui.text import plain
from ui.words.word_list import show_similar_words

EXAMPLE_PICTURES = 12

page_layout.header(
    "Text search",
    "Describe what you are looking for. The app finds pictures by what they show. Pictures that have your words in a caption or "
    "label are listed separately.",
)
text = search_box("text", placeholder())
results, after = st.container(), st.container()
with results, show_errors("q"):
    engine = current_engine()
    with st.container(horizontal=True, vertical_alignment="center", key="offers"):
        example_pills("text", examples(engine))
        query_help()
    if not text:
        example = examples(engine)[0]
        st.caption(f"Type a few words or click an example. These are results for **{plain(example)}**:")
        matches = engine.matches(engine.query(example))
        hits = engine.hits((matches.likely() or matches.ranking)[:EXAMPLE_PICTURES])
        gallery(engine, hits, "example", match_marks(hits, matches), plain=True)
    else:
        with event_log.timed_search(text) as facts:
            query = read_or_find_by_caption(engine, text, after)
            facts["terms"] = len(query.reading.terms)
            blocked = is_blocked(engine, query)
            if blocked:
                st.info(NOT_RECOGNISED, icon=":material/search_off:")
                facts["hits"] = captioned_or_examples(engine, query, read_filter(engine).condition)
            else:
                show_reading(query.reading, "q")
                say_unmodelled(query)
                offer_years(engine, query.reading)
                facts["hits"] = show_matches(engine, query)
        known = engine.vocabulary is not None and not engine.vocabulary.only_rare(query.words)
        if known and not blocked and not is_about_groups(query):
            show_similar_words(engine, query)
