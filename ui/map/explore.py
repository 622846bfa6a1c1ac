"""The map page. The map and the panel beside it show the results of a query, a visitor's picture and a region."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from devise_core.collections.map_labels import NAMED_BY
from devise_core.engine import Engine
from devise_core.errors import shortened
from devise_core.hits import Hits
from devise_core.serving import event_log
from devise_core.text.query import Query
from devise_core.untrusted.decoder_pool import read_upload
from devise_core.verbs.matches import Matches
from devise_core.vision.image_reader import note_on
from ui import url_state
from ui.assistance import announced
from ui.blocked_words import NO_PLACE, refuse_blocked, words_of
from ui.errors import show_errors
from ui.hit.beside_people import more_like, similar_to
from ui.hit.gallery import gallery
from ui.hit.tiles import Marks
from ui.map.cards import NEIGHBOURS, picture_card, region_card
from ui.map.data import drawn_rows
from ui.map.panel import panel
from ui.map.view import View, read_view
from ui.map.widget import METHODS, MapMarks, Pin, describe_placement, show_map
from ui.missing import explain_missing_picture, is_missing
from ui.picture.similar_images import show_similar
from ui.query.evidence import absence_sentence, closest_sentence, explain_absence, explain_unknown
from ui.query.reading import say_unmodelled, show_reading
from ui.query.withheld import explain_withheld
from ui.server.model_queue import model_slot
from ui.server.session_job import session_job
from ui.session_query import read_query
from ui.text import NO_WORD_LIST, plain

MATCHES = 12
MAP_AND_PANEL = (1.9, 1)
"""The widths of the map and the panel beside it."""
MAX_CHARACTERS = 40
"""How many characters of a query are written on the map at most."""


def explore(engine: Engine, query: str, upload_column: DeltaGenerator) -> None:
    """Show the map, the panel, and in ``upload_column`` the button to upload a picture.

    Raises:
        DeviseError: The collection has no map, or its files cannot be read.
    """
    collection = engine.collection
    view = read_view(collection)
    pins = [pin for pin in (_picture_pin(engine, upload_column), _query_pin(engine, query)) if pin]
    neighbours = []
    if is_missing(engine, linked := url_state.read_text(url_state.ITEM)):
        explain_missing_picture(engine, linked, "Click a picture on the map.")
    if view.row is not None:
        neighbours = [hit.row for hit in more_like(engine, collection.items[view.row].id, NEIGHBOURS)]
    inside = view.region.rows(engine.maps) if view.region else None
    marks = MapMarks(pins, neighbours) if inside is None else MapMarks(pins, neighbours, inside)
    map_column, panel_column = st.columns(MAP_AND_PANEL, gap="medium")
    with map_column:
        show_map(engine, view, marks)
        _describe(engine, view, marks)
    is_chosen = view.row is not None or inside is not None
    with panel_column, panel(bool(pins) or is_chosen, is_chosen):
        if view.row is not None:
            picture_card(engine, view.row)
        if inside is not None:
            region_card(engine, inside)
        for number, pin in enumerate(pins):
            _show_pin(engine, pin, f"map-{number}")


def _show_pin(engine: Engine, pin: Pin, key: str) -> None:
    """Show the pictures that are similar to a query or to a visitor's picture."""
    if pin.sure:
        with announced("pin"):
            st.header(f"Most similar to {plain(pin.text)}", anchor=False)
    elif pin.hits:
        st.markdown(closest_sentence(pin.text))
    if pin.scores is None:
        show_similar(engine, pin.hits, key)
    elif pin.hits:
        gallery(engine, pin.hits, key, None if pin.sure else Marks(strong=()), plain=True)


def _query_pin(engine: Engine, text: str) -> Pin | None:
    with show_errors("q"):
        if text:
            with event_log.timed_search(text) as facts:
                query = read_query(engine, text)
                refuse_blocked(engine, words_of(query), NO_PLACE)
                matches = engine.matches(query)
                is_answered = not matches.unknown and not matches.withheld
                sure = matches.sure and not matches.absent and bool(matches.strong())
                hits = engine.hits((matches.strong() if sure else matches.closest)[:MATCHES] if is_answered else matches.inside[:0])
                facts["terms"], facts["hits"] = len(query.reading.terms), len(hits)
            if is_answered:
                return _shown_pin(engine, query, matches, hits, sure)
            _explain_no_pin(engine, query, matches)
    return None


def _shown_pin(engine: Engine, query: Query, matches: Matches, hits: Hits, sure: bool) -> Pin | None:
    show_reading(query.reading, "q")
    say_unmodelled(query)
    if matches.absent:
        explain_absence(engine, query, matches)
    elif not sure and not hits:
        st.info(absence_sentence(engine, query, plain(query.respelled_text, 80)), icon=":material/search_off:")
    if not sure and not hits:
        return None
    # If the app is not sure, the pin is at the first hit, because the place of the query may be between pictures of other things.
    # The place of "baby" is between animals, and a pin there would compare people with animals.
    vector = query.vector if sure else engine.collection.vector_rows("semantic")[hits[0].row]
    return Pin(shortened(query.text, MAX_CHARACTERS), vector, hits, engine.scores(query), sure)


def _explain_no_pin(engine: Engine, query: Query, matches: Matches) -> None:
    """Say why the map shows nothing for a query."""
    if matches.unknown:
        explain_unknown(engine, query, matches, "q")
    else:
        if query.only_unmodelled:
            say_unmodelled(query)
        explain_withheld(query)


def _picture_pin(engine: Engine, column: DeltaGenerator) -> Pin | None:
    """Return the pin of the visitor's uploaded picture, or None. The picture is kept while the page is open."""
    with column.popover("Add a picture", icon=":material/add_photo_alternate:", width="stretch"):
        file = st.file_uploader(
            "A picture to put on the map",  # of any type, as in ui/picture/choose.py
            key="explorer_file",
            help="It is kept in memory and deleted when you close or reload the page.",
        )
    if file is None:
        return None
    with show_errors():
        image = read_upload(file.getvalue(), job=session_job())
        if note := note_on(image):
            column.caption(f":material/info: {plain(note)}")
        with model_slot(engine):
            encoded = engine.encode(image)
        hits = similar_to(engine, encoded, MATCHES)
        return Pin("your picture", encoded.embeddings[0], hits)
    return None


def _describe(engine: Engine, view: View, marks: MapMarks) -> None:
    """Say how the map was made, and how reliable it is."""
    projections, count = engine.collection.projections, len(engine.collection)
    sentences = [describe_placement(view, marks)]
    explanation = None
    if view.name in projections.trustworthiness:
        method, dimensions = METHODS[view.name[:-1]], view.name[-1]
        sentences.append(
            f"Pictures that are close together on this map are similar "
            f"({method} in {dimensions} dimensions, trustworthiness {projections.trustworthiness[view.name]:.2f} out of 1)."
        )
        explanation = (
            "A map cannot keep all distances between pictures. "
            "Trustworthiness is 1 if, for every picture, the ten nearest on the "
            "map are also the ten most similar (Venna and Kaski, 2001)."
        )
    if view.colour == "cluster":
        sentences.append("A group has pictures that are similar in meaning. It is named after what they show.")
    if view.colour == "right":
        sentences.append(
            f"A picture is named correctly if one of its labels is among the {NAMED_BY} nouns that match it best. "
            "On *Results*, the app chooses from a short list of names, so more are correct."
        )
    if engine.vocabulary is None:
        sentences.append(NO_WORD_LIST)
    if (shown := len(drawn_rows(count))) < count:
        sentences.append(
            f"The map shows {shown:,} of {count:,} pictures, evenly sampled. A selected region also includes pictures that are "
            "not drawn."
        )
    if text := " ".join(filter(None, sentences)):
        st.caption(text, help=explanation)
