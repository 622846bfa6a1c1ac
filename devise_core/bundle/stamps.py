"""The collection `stamps`: cut-out pictures of Tux Paint, most of them photographs, with their English descriptions.

Source: Debian's tuxpaint-stamps-default, GPL-2. No model is trained on them: they are what category queries are measured on.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from devise_core.bundle.thumbnails import save_thumbnail
from devise_core.datatypes import Item
from devise_core.errors import BuildError
from devise_core.storage.manifest import sha256_of

LICENCE = "GPL-2.0"
AUTHOR = "Tux Paint stamps contributors"
SOURCE = "Debian tuxpaint-stamps-default 2022.06.04-1"

DRAWN_FOLDERS = {"symbols", "cartoon", "flags", "roadsigns", "toys", "plastic"}
LEFT_OUT = {
    "ghost": "white on white",
    "lightningbolt": "white on white",
    "lamp": "a glow",
    "sedan_police": "emblems without the car",
    "0_sun": "a glow",
    "fireworks": "strokes of colour",
    "fireworks2": "strokes of colour",
    "final-roll-call": "a memorial",
    "hedgehog": "a drawing under a photograph's folder",
    "inukshuk-outline": "an outline",
    "tooth": "an outline",
    "eye": "a drawing",
    "dreydl-gimmel": "a letter",
    "dreydl-hay": "a letter",
    "dreydl-nun": "a letter",
    "dreydl-shin": "a letter",
}
"""Pictures that show nothing a person would search for, by file stem, with the reason."""

NAMES = {
    "hoverfly": "hoverfly",
    "bluegroper": "blue groper",
    "lionfish": "lionfish",
    "lobster": "spiny lobster",
    "gnu-baby": "gnu calf",
    "gnu-baby-stand": "gnu calf",
    "gnu-sitting": "gnu",
    "sheep_lamb": "lamb|sheep",
    "albino_peahen": "peahen|peafowl",
    "peacock": "peacock|peafowl",
    "hen": "hen",
    "rooster": "rooster",
    "capybara": "capybara",
    "wildboar": "wild boar",
    "t_pants": "pants|trousers",
    "t_shirt": "shirt",
    "broccoli": "broccoli",
    "corn": "corn",
    "ginger": "ginger root|ginger",
    "carrot": "carrot",
    "tomato": "tomato",
    "orange_seville": "bitter orange|orange",
    "pumpkin_small": "pumpkin",
    "pitcher_small": "pitcher",
    "glass": "glass of water|glass",
    "pizza": "pizza",
    "garlics": "garlic",
    "toilet": "toilet",
    "wheelie_bin": "wheelie bin|trash can",
    "garbagecan": "garbage can",
    "stethoscope": "stethoscope",
    "bandage_adhesive": "adhesive bandage",
    "old_naval_shell": "artillery shell",
    "bradley": "tank|fighting vehicle",
    "f22_raptor": "fighter jet|f-22 raptor",
    "infantry-stryker": "armoured car|stryker",
    "ww2_german_gun": "gun|tank",
    "explosion": "explosion",
    "fire": "fire",
    "adeenia": "desert rose|adenium",
    "appooppanthady": "milkweed",
    "chemparathi": "hibiscus",
    "anthoorium": "anthurium",
    "eggplant": "eggplant",
    "flower4": "flowers",
    "flower7": "flowers",
    "flower9": "flower",
    "cep-2": "cep|mushroom",
    "cep": "cep|mushroom",
    "cep-1": "cep|mushroom",
    "birch": "birch",
    "holly_leaves": "holly",
    "rambutan": "rambutan",
    "tree336": "pili nut tree",
    "Candy_cane_photo_1": "candy cane",
    "Candy_cane_photo_2": "candy cane",
    "Christmas_pudding": "christmas pudding",
    "German_Christmas_toy": "wooden toy|smoking man",
    "Mince_Pie": "mince pie",
    "Roast_turkey": "roast turkey",
    "bunny-egg": "bunny|easter egg",
    "chick-hatched": "chick",
    "chick-in-egg": "chick|egg",
    "menorah": "menorah",
    "wrapped_chocolate_easter_egg": "easter egg",
    "wrapped_chocolate_easter_egg_2": "easter egg",
    "grave-h": "tombstone",
    "apollo_lander": "lunar lander",
    "moon_3qt": "moon",
    "moon_crescent": "crescent moon|moon",
    "moon_full": "full moon|moon",
    "9_pluto": "pluto",
    "spacewalk": "astronaut",
    "voyager2": "space probe|voyager",
    "3_earth": "earth",
    "australian_rules_football": "football",
    "rugby_goal_posts": "goal posts",
    "inukshuk-photo": "inukshuk|stone landmark",
    "7spoke256": "wheel",
    "beetle": "beetle|car",
    "sedan": "sedan|car",
    "sportscar2": "sports car|car",
    "dumper": "dumper",
    "chineseJunk": "junk|sailing ship",
    "walnutBoat": "sailboat",
    "measuring_tape": "measuring tape",
    "uk_post_box": "post box",
    "usps_mailbox": "mailbox",
    "rhino_black": "black rhino|rhinoceros",
    "kiwi": "kiwifruit|kiwi",
    "yam": "yam",
    "rabbit-2": "rabbit",
    "walnut_shelled": "walnut",
    "avocado": "avocado",
    "cherimoya": "cherimoya",
    "mountaingoat": "mountain goat",
    "clothespin_new": "clothespin",
    "clothespin_old": "clothespin",
    "lemon": "lemon",
    "pear": "pear",
    "potato": "potato",
    "scissors_small_closed": "scissors",
    "scissors_small_open": "scissors",
    "mallet_metal": "mallet",
    "lavender": "lavender",
    "lettuce_bolted": "lettuce",
    "thyme": "thyme",
    "anemone_red": "anemone|flower",
    "pigface": "pigface|flower",
    "flower10": "hibiscus|flower",
    "candle": "candle",
    "bow": "bow",
    "bunny": "bunny",
    "green_korean_bus": "bus",
    "stripedfish": "fish",
    "highlighter": "highlighter",
    "pen_dryerase": "marker",
}
"""Names that no rule takes out of the description, by file stem."""

_OPENING = re.compile(
    r"^(?:(?:an?|the|our|some|two|another|very|little|big|small|large) "
    r"|(?:pair|bunch|head|plant|quarter|string) of )+"
)


def extract_stamps(package: Path, out: Path) -> list[Item]:
    """Write ``out/images`` and the licence from the unpacked ``package``; returns the items in order of category."""
    stamps = package / "usr/share/tuxpaint/stamps"
    if not stamps.is_dir():
        raise BuildError(f"{stamps} is missing: unpack {SOURCE} into {package}.")
    licence = package / "usr/share/doc/tuxpaint-stamps-default/copyright"
    if not licence.is_file():
        raise BuildError(f"{licence} is missing: unpack {SOURCE} into {package}.")
    (out / "images").mkdir(parents=True)
    shutil.copyfile(licence, out / "LICENCE.txt")
    items: dict[str, Item] = {}
    seen: set[str] = set()
    for path in sorted(stamps.rglob("*.png")):
        relative = path.relative_to(stamps)
        description = path.with_suffix(".txt")
        if DRAWN_FOLDERS & set(relative.parts[:-1]) or path.stem in LEFT_OUT or not description.is_file():
            continue  # a mirrored copy has no description of its own
        digest = sha256_of(path)
        if digest in seen:  # one file under two categories
            continue
        seen.add(digest)
        identity = re.sub(r"[^a-z0-9]+", "-", path.stem.lower())
        if identity in items:
            identity = f"{relative.parts[-2]}-{identity}"
        caption = description.read_text("utf-8").split("\n", 1)[0].strip()
        file = f"images/{identity}.webp"
        save_thumbnail(path, out / file)
        items[identity] = Item(
            identity,
            file,
            labels_of(path.stem, caption),
            relative.parent.as_posix(),
            caption,
            AUTHOR,
            LICENCE,
            f"{SOURCE}: {relative.as_posix()}",
        )
    return sorted(items.values(), key=lambda item: (item.category, item.id))


def labels_of(stem: str, description: str) -> tuple[str, ...]:
    """The names in a description: "A crowned crane." → ("crowned crane",)."""
    if stem in NAMES:
        return tuple(NAMES[stem].split("|"))
    text = re.split(r"[.!?;(,—]", description.lower(), maxsplit=1)[0]
    text = re.sub(r"[“”‘\"]|'(?!s)", "", text).replace("’", "'")
    return (_OPENING.sub("", text.strip()).strip(),)
