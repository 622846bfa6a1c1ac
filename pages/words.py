"""Word play: neighbours, sums, and the way from one word to another."""

from ui import page_layout
from ui.words import word_tools as wordplay

MODES = {"near": "Nearest", "sum": "Sums", "way": "Word to word"}

page_layout.header(
    "Words",
    "Words and pictures are places in one space. See who lives next to a word, add and subtract meanings, or "
    "walk from one word to another and look around at every step.",
)
mode = wordplay.choose_mode(MODES)
{"near": wordplay.nearest, "sum": wordplay.sums, "way": wordplay.between}[mode]()
