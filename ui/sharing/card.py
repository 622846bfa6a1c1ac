"""Draw the card of a view, the image in the preview of a link. It shows the query of the view, its best pictures and the logo."""

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
_MARGIN, _GAP = 56, 16
_MOSAIC = 518
"""The width and height in pixels of the square on the right that the pictures fill."""
_COLUMN = CARD_SIZE[0] - 3 * _MARGIN - _MOSAIC
"""The width in pixels of the column of words beside the pictures."""
_PAPER, _INK, _GREEN, _ORANGE, _OVERLAP, _LINE = "#fbfaf7", "#1c2421", "#0b8f7a", "#f2a541", "#7c5f2e", "#ded9cc"
_SIZES = (92, 78, 66, 56, 46)
"""Font sizes in pixels. The title is written in the first size in which it fits above the subtitle without breaking a word."""
_SMALL, _TOP, _LINE_HEIGHT = 30, 168, 1.18
_SHAPES = ((1,), (2,), (2, 1), (2, 2), (3, 2), (3, 3))
"""For 1, 2, … ``PICTURES`` pictures, how many pictures each row has."""
_FALLBACKS = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "Arial Unicode.ttf")
"""Fonts of the system, for letters that are missing in the font of the pages."""


def draw_card(titles: Sequence[str], subtitle: str, pictures: Sequence[Image.Image], whole: bool) -> bytes:
    """Draw a card.

    Args:
        titles: Titles to choose from. The first title for which this machine has a font is written in large type.
        subtitle: A sentence in small type.
        pictures: RGB pictures. Only the first ``PICTURES`` are drawn.
        whole: Whether pictures are shown whole, on white. Otherwise each picture is cropped to fill its tile.

    Returns:
        A PNG of 1200 × 630 pixels.
    """
    card = Image.new("RGB", CARD_SIZE, _PAPER)
    draw = ImageDraw.Draw(card)
    _draw_logo(card, draw)
    width = _COLUMN if pictures else CARD_SIZE[0] - 2 * _MARGIN
    small = _font(_SMALL, "Regular")
    sentence = [(line, small) for line in _wrapped(subtitle, small, width)]
    below = CARD_SIZE[1] - _MARGIN - round(len(sentence) * _LINE_HEIGHT * _SMALL)
    _draw_lines(draw, below, sentence, _SMALL)
    title = _fitted(titles, width, below - _GAP - _TOP)
    _draw_lines(draw, _TOP, title, _size(title[0][1]) if title else 0)
    _draw_pictures(card, draw, pictures[:PICTURES], whole)
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


def _draw_lines(draw: ImageDraw.ImageDraw, top: int, lines: Sequence[tuple[str, Font]], size: float) -> None:
    for number, (line, font) in enumerate(lines):
        draw.text((_MARGIN, top + round(number * _LINE_HEIGHT * size)), line, font=font, fill=_INK)


def _draw_pictures(card: Image.Image, draw: ImageDraw.ImageDraw, pictures: Sequence[Image.Image], whole: bool) -> None:
    for picture, box in zip(pictures, _boxes(len(pictures)), strict=True):
        left, top, right, bottom = box
        size = right - left, bottom - top
        mask = Image.new("L", (4 * size[0], 4 * size[1]))
        ImageDraw.Draw(mask).rounded_rectangle([0, 0, mask.width - 1, mask.height - 1], 80, fill=255)
        tile = Image.new("RGB", size, "white")
        if whole:
            tile.paste(ImageOps.pad(picture, (size[0] - 24, size[1] - 24), color="white"), (12, 12))
        else:
            tile.paste(ImageOps.fit(picture, size))
        card.paste(tile, (left, top), mask.resize(size, Image.Resampling.LANCZOS))
        draw.rounded_rectangle([left, top, right - 1, bottom - 1], 20, outline=_LINE)


def _boxes(count: int) -> list[tuple[int, int, int, int]]:
    """Return the place of each of ``count`` pictures: left, top, right and bottom. The pictures fill the square on the right."""
    boxes, shape = [], _SHAPES[count - 1] if count else ()
    for row, columns in enumerate(shape):
        top, bottom = _piece(row, len(shape), _MARGIN)
        for column in range(columns):
            left, right = _piece(column, columns, CARD_SIZE[0] - _MARGIN - _MOSAIC)
            boxes.append((left, top, right, bottom))
    return boxes


def _piece(number: int, of: int, start: int) -> tuple[int, int]:
    """Return where piece ``number`` begins and ends if the mosaic, from ``start``, is cut into ``of`` pieces with gaps."""
    size = (_MOSAIC - (of - 1) * _GAP) // of
    begin = start + number * (size + _GAP)
    return begin, start + _MOSAIC if number == of - 1 else begin + size


def _fitted(titles: Sequence[str], width: int, height: float) -> list[tuple[str, Font]]:
    """Return the lines of the first title for which there is a font, each with its font."""
    for title in titles:
        for name in (None, *_FALLBACKS):
            if not _can_write(title, name):
                continue
            for size in _SIZES:
                font = _font(size, "Bold", name)
                lines = _wrapped(title, font, width)
                longest = max(map(font.getlength, title.split()), default=0)
                if longest <= width and len(lines) * _LINE_HEIGHT * size <= height:
                    return [(line, font) for line in lines]
            font = _font(_SIZES[-1], "Bold", name)
            return [(line, font) for line in _wrapped(title, font, width)[: int(height / _LINE_HEIGHT / _SIZES[-1])]]
    return []


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    """Break ``text`` into lines of at most ``width`` pixels, between words, or inside a word that is longer than a line."""
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
    """Return whether a font has all letters of ``text``. A missing letter is drawn like a character that no font has."""
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
    """Return the font ``name`` of the system, or by default the font of the pages. Raises ``OSError`` if ``name`` is missing."""
    if name:
        return ImageFont.truetype(name, size)
    for path in sorted((Path(streamlit.__file__).parent / "static/static/media").glob("SourceSansVF-Upright*")):
        font = ImageFont.truetype(path, size)
        font.set_variation_by_name(weight)
        return font
    return ImageFont.load_default(size)
