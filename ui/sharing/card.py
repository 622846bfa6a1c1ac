"""Draw the card of a view: its query, its best pictures and the logo."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import streamlit
from PIL import Image, ImageDraw, ImageFont, ImageOps

from ui.sharing.page_head import CARD_SIZE
from ui.views import NAME

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PICTURES = 6
_MARGIN, _GAP, _TILE = 56, 16, 168
_PAPER, _INK, _GREEN, _ORANGE, _OVERLAP, _LINE = "#fbfaf7", "#1c2421", "#0b8f7a", "#f2a541", "#7c5f2e", "#ded9cc"
_SIZES = (92, 78, 66, 56, 46)
"""Sizes of the title in pixels. The first in which it fits on two lines is used."""
_FALLBACKS = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "Arial Unicode.ttf")
"""Fonts of the system, for letters that the font of the pages lacks."""


def draw_card(titles: Sequence[str], subtitle: str, pictures: Sequence[Image.Image], whole: bool) -> bytes:
    """Draw a card.

    Args:
        titles: What to write in large type. The first that a font of this machine can write is used.
        subtitle: A sentence in small type.
        pictures: Up to ``PICTURES`` RGB pictures. The others are left out.
        whole: Whether pictures are shown whole on white instead of filling a square.

    Returns:
        A PNG of 1200 × 630 pixels.
    """
    card = Image.new("RGB", CARD_SIZE, _PAPER)
    draw = ImageDraw.Draw(card)
    _draw_logo(card, draw)
    top = 168
    for line, font in _fitted(titles):
        draw.text((_MARGIN, top), line, font=font, fill=_INK)
        top += round(1.18 * _size(font))
    draw.text((_MARGIN, CARD_SIZE[1] - _MARGIN - _TILE - 54), subtitle, font=_font(30, "Regular"), fill=_INK)
    _draw_pictures(card, draw, pictures, whole)
    buffer = io.BytesIO()
    card.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _draw_logo(card: Image.Image, draw: ImageDraw.ImageDraw) -> None:
    scale, top, radius = 4, 48, 30
    large = Image.new("RGB", (112 * scale, 64 * scale), _PAPER)  # scaled down, because Pillow's circles have rough edges
    masks = []
    for left, colour in ((2, _GREEN), (42, _ORANGE)):
        mask = Image.new("L", large.size)
        ImageDraw.Draw(mask).ellipse([scale * left, scale * 2, scale * (left + 2 * radius), scale * (2 + 2 * radius)], fill=255)
        large.paste(colour, mask=mask)
        masks.append(mask)
    large.paste(_OVERLAP, mask=Image.composite(masks[0], Image.new("L", large.size), masks[1]))
    card.paste(large.resize((112, 64), Image.Resampling.LANCZOS), (_MARGIN - 2, top))
    draw.text((_MARGIN + 120, top + 32), NAME, font=_font(46, "Bold"), fill=_GREEN, anchor="lm")


def _draw_pictures(card: Image.Image, draw: ImageDraw.ImageDraw, pictures: Sequence[Image.Image], whole: bool) -> None:
    top = CARD_SIZE[1] - _MARGIN - _TILE
    mask = Image.new("L", (4 * _TILE, 4 * _TILE))
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, 4 * _TILE - 1, 4 * _TILE - 1], 80, fill=255)
    mask = mask.resize((_TILE, _TILE), Image.Resampling.LANCZOS)
    for place, picture in enumerate(pictures[:PICTURES]):
        left, inside = _MARGIN + place * (_TILE + _GAP), _TILE - 24
        tile = Image.new("RGB", (_TILE, _TILE), "white")
        if whole:
            tile.paste(ImageOps.pad(picture, (inside, inside), color="white"), (12, 12))
        else:
            tile.paste(ImageOps.fit(picture, (_TILE, _TILE)))
        card.paste(tile, (left, top), mask)
        draw.rounded_rectangle([left, top, left + _TILE - 1, top + _TILE - 1], 20, outline=_LINE)


def _fitted(titles: Sequence[str]) -> list[tuple[str, Font]]:
    """Return the lines of the first title that can be written, and the font of each."""
    width = CARD_SIZE[0] - 2 * _MARGIN
    for title in titles:
        for name in (None, *_FALLBACKS):
            if not _can_write(title, name):
                continue
            for size in _SIZES:
                font = _font(size, "Bold", name)
                lines = _wrapped(title, font, width)
                if len(lines) <= (2 if size < _SIZES[0] else 1):
                    return [(line, font) for line in lines]
            font = _font(_SIZES[-1], "Bold", name)
            return [(line, font) for line in _wrapped(title, font, width)[:2]]
    return []


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    """Break ``text`` into lines of at most ``width`` pixels: between words, or within a word that is longer than a line."""
    lines, line = list[str](), ""
    for whole_word in text.split():
        word = whole_word
        if font.getlength(f"{line} {word}".strip()) <= width:
            line = f"{line} {word}".strip()
            continue
        if line:
            lines.append(line)
        while font.getlength(word) > width:
            fits = next(count for count in range(len(word) - 1, 0, -1) if font.getlength(word[:count]) <= width)
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line]


def _can_write(text: str, name: str | None) -> bool:
    """Return whether a font has all letters of ``text``. A letter that it lacks is drawn like a character that no font has."""
    try:
        font = _font(24, "Bold", name)
    except OSError:
        return False
    missing = bytes(font.getmask("\U0010fffe"))
    return all(character.isspace() or bytes(font.getmask(character)) != missing for character in set(text))


def _size(font: Font) -> float:
    return float(getattr(font, "size", 46))


@cache
def _font(size: int, weight: str, name: str | None = None) -> Font:
    """Return the font of the pages, which Streamlit includes, or a font of the system. Raises ``OSError`` if it is missing."""
    if name:
        return ImageFont.truetype(name, size)
    for path in sorted((Path(streamlit.__file__).parent / "static/static/media").glob("SourceSansVF-Upright*")):
        font = ImageFont.truetype(path, size)
        font.set_variation_by_name(weight)
        return font
    return ImageFont.load_default(size)
