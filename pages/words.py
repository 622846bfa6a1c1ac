"""Words: similar words, word arithmetic, and the path from one word to another."""

from ui import page_layout
from ui.errors import show_errors
from ui.words.modes import show_mode

page_layout.header(
    "Words",
    "See which words are similar in meaning, add and subtract words, or go step by step from one word to another. "
    "Matching pictures are shown with the words.",
    choose=True,
)
with show_errors():
    show_mode()
