"""The map of a collection: pictures, words and your query in one plane."""

import streamlit as st

from devise_core.projection import place
from ui import frame
from ui.engines import engine
from ui.errors import shown
from ui.gallery import gallery
from ui.map import MOST, chart, picture_rows, rows_inside, word_rows
from ui.reading import show_reading
from ui.searchbox import search_box

SHOWN = 24

frame.header("Embedding explorer", "Every dot is a picture, near to others that mean the like. Point at one to see it; "
             "drag a rectangle to collect what is inside; search to light up the nearest.")
query = search_box("explorer", "Put a query on the map: violin, animal, fruit…")
with shown("q"):
    here = engine()
    name, model = here.collection.name, here.model_id
    pictures = picture_rows(f"{name} {here.collection.version}", model, here.collection)
    star, best = None, {}
    with shown("q"):
        if query:
            show_reading(here.read_text(query), "q")
            star = (query[:40], *place(here.embed_text(query), here.collection.embeddings, here.collection.projection))
            best = {here.collection.row(hit.id): hit for hit in here.search_text(query, k=12)}
    with_words = st.toggle("Show the categories' words", value=True, key="explorer_words")
    words = word_rows(f"{name} {here.collection.version}", model, here) if with_words else []
    ink = "#e8ece9" if st.context.theme.type == "dark" else "#1c2421"
    event = st.altair_chart(chart(pictures, words, star, set(best), ink), width="stretch", on_select="rerun", key=f"map-{name}",
                            alt=f"Map of the {len(pictures)} pictures of the collection {name}")
    inside = rows_inside(pictures, event.selection.get("region") or {})
    if inside:
        st.subheader(f"{len(inside)} pictures in the region")
        centre = here.collection.embeddings[inside].mean(axis=0)
        gallery(here, here.rank(inside, centre)[:SHOWN], "region")
        st.caption("Cosine to the region's mean" + (f"; the nearest {SHOWN} are shown." if len(inside) > SHOWN else "."))
    elif best:
        st.subheader("Nearest to the query")
        gallery(here, list(best.values()), "map")
    sampled = f" {MOST} pictures at the most are drawn." if len(here.collection) > MOST else ""
    st.caption("The plane is a t-SNE of the embeddings, made when the collection was. Queries and words came later: each is placed "
               f"by its nearest pictures.{sampled}")
