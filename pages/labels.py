"""Labels: the words that describe a picture best."""

import streamlit as st

from devise_core.engine import WordSet
from ui import page_layout
from ui.errors import show_errors
from ui.picture.choose import choose_picture, encode_chosen, show_picture, shows_anything
from ui.picture.names import show_fitting_words, show_names, show_nearest_words
from ui.picture.typed_labels import read_labels, say_not_listed
from ui.server.engine_cache import current_engine
from ui.text import NO_WORD_LIST
from ui.url_state import LABELS, VOCABULARY
from ui.words.word_list import PREJUDICE, names_people

COUNT = 10
CUSTOM, NOUNS, ALL = "Your words", "Nouns", "All words"
OFFERED = "people, animal, flower, tree, fruit, vegetable, food, clothes, vehicle, building, tool, musical instrument, landscape"

page_layout.header(
    "Labels",
    "Choose a picture and see which words describe it best. Or type your own words and let the app choose among them. "
    "They may even name things that it has never seen in a picture. Drag a box on the picture to get words for that part only.",
    choose=True,
)
with show_errors():
    engine = current_engine()
    left, right = st.columns(2, gap="large")
    with left:
        chosen = choose_picture(engine, "labels")
        if chosen:
            show_picture(chosen, "labels")
    with right:
        choice = CUSTOM
        if engine.vocabulary:
            choice = st.segmented_control(
                "Choose words from", (NOUNS, CUSTOM, ALL), default=NOUNS, required=True, key=VOCABULARY, bind="query-params"
            )
        else:
            st.caption(f"{NO_WORD_LIST} Type the words to choose from.")
        custom_labels: list[str] = []
        if choice == CUSTOM:
            text = st.text_area(
                "Your words, separated by commas, semicolons or line breaks",
                key=LABELS,
                bind="query-params",
                height=100,
                value=OFFERED,
                max_chars=2000,
            )
            custom_labels = read_labels(engine, text)
        if chosen is None:
            st.info(
                "Choose a picture, or use your own. Pictures you upload are kept in memory only and are deleted when you close or "
                "reload the page.",
                icon=":material/photo_camera:",
            )
        elif shows_anything(chosen):
            vocabulary: WordSet | list[str] = custom_labels if choice == CUSTOM else "all" if choice == ALL else "nouns"
            encoded = encode_chosen(engine, chosen)
            names = engine.names(encoded) if choice == NOUNS else None
            if names:
                show_names(names)
            else:
                hits = engine.label_encoded(encoded, max(COUNT, len(custom_labels)), vocabulary)
                if choice == CUSTOM:
                    say_not_listed(engine, custom_labels, encoded, {hit.word for hit in hits})
                if choice == ALL:
                    show_nearest_words(hits)
                    if names_people(engine, [hit.word for hit in hits]):
                        st.caption(PREJUDICE)
                else:
                    show_fitting_words(hits[:COUNT], engine.label_threshold(encoded))
