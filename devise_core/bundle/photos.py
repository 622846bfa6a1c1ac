"""The collection `photos`: photographs with real backgrounds from GCompris, each with its author, licence and source.

Source: Debian's gcompris-qt-data, out of its Qt resource files. The credits are read from the README beside the pictures inside
each resource: they describe this version's files, where the package's copyright file still lists those of an earlier one.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from devise_core.bundle.qt_resource import read_resource
from devise_core.bundle.thumbnails import save_thumbnail
from devise_core.datatypes import Item
from devise_core.errors import BuildError

PACKAGE = "Debian gcompris-qt-data 3.1-2"
RESOURCES = ("categorization", "erase", "explore_farm_animals", "explore_monuments", "explore_world_animals", "explore_world_music")
FREE = re.compile(r"public[ -]domain|CC0|CC-BY(-SA)?\b", re.IGNORECASE)
CATEGORIES = {
    "fishes": "animals/fishes",
    "animals": "animals",
    "erase": "animals",
    "monuments": "monuments",
    "music": "music",
    "others": "things",
    "renewable": "renewable energy",
    "tools": "tools",
}
LANDSCAPES = {"canyondeChelly", "greatWall", "greatWallofChina", "machuPicchu", "montStMichel", "rocamadour", "navajo"}
LEFT_OUT = {"alphabets", "numbers"}
MISSPELT = {"screDriver.webp": "screwDriver.webp", "audaPalatina.webp": "aulaPalatina.webp"}
"""Names in the credits → names of the files they mean."""

NAMES = {
    "fish1": "angelfish",
    "fish2": "sand smelt",
    "fish3": "cichlid",
    "fish4": "yellow perch|perch",
    "fish5": "swallowtail seaperch",
    "fish6": "discus fish",
    "fish7": "red mullet|mullet",
    "fish8": "atlantic salmon|salmon",
    "fish9": "clownfish",
    "fish10": "coral reef|anthias",
    "fish11": "golden trout|trout",
    "fish12": "sea bream",
    "fish13": "wrasse",
    "fish14": "anthias",
    "fish15": "brown wrasse|wrasse",
    "fish16": "sea bream",
    "fish17": "rattail",
    "fish18": "boarfish",
    "fish19": "red porgy|sea bream",
    "fish20": "mullet",
    "fish21": "pompano",
    "fish22": "wrasse",
    "fish23": "rainbow wrasse|wrasse",
    "fish24": "rainbow wrasse|wrasse",
    "fish25": "goldfish",
    "fish26": "sand smelt",
    "fish27": "weever",
    "fish28": "pufferfish",
    "monument1": "dome of the rock|mosque",
    "monument2": "temple ruins|columns",
    "monument3": "church",
    "burj": "burj khalifa|skyscraper",
    "bayterek": "bayterek tower|tower",
    "leMusee": "louvre|museum",
    "jucheTower": "tower",
    "kutubMinar": "qutub minar|minaret",
    "zimniPalace": "winter palace|palace",
    "empireState": "empire state building|skyscraper",
    "eiffelTower": "eiffel tower|tower",
    "operaHouse": "sydney opera house|opera house",
    "greatPyramid": "great pyramid|pyramid",
    "cathedral": "cathedral",
    "dragon": "komodo dragon|lizard",
    "flying_fox": "flying fox|bat",
    "long_nosed_monkey": "proboscis monkey|monkey",
    "chamaeleon": "chameleon",
    "northern_harrier": "northern harrier|hawk",
    "macaque": "macaque|monkey",
    "swans": "swan",
    "meerkats": "meerkat",
    "camels": "camel",
    "spoonbills": "spoonbill",
    "kitten": "kitten|cat",
    "gosling": "gosling",
    "alpaca": "alpaca",
    "nubian_ibex": "ibex",
    "africa": "drums",
    "america": "drum kit|electric guitar",
    "australia": "didgeridoo|musician",
    "ireland": "folk band|musicians",
    "italy": "opera|singers",
    "japan": "taiko drums|concert",
    "mexico": "mariachi|guitars",
    "middleeast": "lute",
    "orchestra": "orchestra|concert",
    "blackslate": "blackboard",
    "buffetset": "cup|saucer",
    "bulb": "light bulb",
    "erasers": "eraser",
    "pan": "frying pan",
    "knife": "knife|fork|spoon",
    "spoons": "spoons",
    "weighingMachine": "scale|weighing machine",
    "cup": "cup|saucer",
    "bucket": "bucket|pail",
    "geothermal": "geothermal power|steam",
    "solar1": "solar cooker",
    "solar2": "solar cooker",
    "solar3": "solar cooker",
    "solar4": "solar panels",
    "solar5": "solar panels",
    "solar6": "solar panels|roof",
    "solar7": "solar panels",
    "solar8": "solar panels",
    "windmill6": "wind turbine",
    "cuttingTool": "pliers|wire cutters",
    "sideCutter1": "pliers|wire cutters",
    "nailCutter": "nail clipper",
    "spray": "spray bottle",
    "tweezer": "tweezers",
    "tweezer1": "tweezers",
    "hammer3": "sledgehammer|hammer",
    "plier1": "pliers",
    "plier2": "pliers",
    "plier3": "pliers",
    "plier4": "pliers",
    "screwDriver": "screwdriver",
    "screwDriver1": "screwdriver",
    "screwDriver2": "screwdriver",
    "screwDriver3": "screwdriver",
    "navajo": "cliff dwellings|canyon",
    "cabrillo": "statue|monument",
    "petra": "petra|ruins",
    "chichenItza": "chichen itza|pyramid",
    "machuPicchu": "machu picchu|mountains",
    "canyondeChelly": "canyon|river",
    "georgeWashingtonBirthplace": "mansion|brick house",
    "castleClinton": "fort",
    "fortSumter": "fort|ruins",
    "castillodeSanMarcos": "fort|fortress",
    "greatStupa": "stupa|temple",
    "ajantaCave": "cave temples|cliff",
    "konarkSunTemple": "temple",
    "rangGhar": "pavilion",
    "charminar": "charminar|mosque",
    "gatewayofIndia": "gateway of india|arch",
    "goldenTemple": "golden temple|temple",
    "hawaMahal": "hawa mahal|palace",
    "aulaPalatina": "basilica",
    "trierImperialBaths": "roman baths|ruins",
    "wormsCathedral": "cathedral",
    "rocamadour": "village|cliff",
    "pontduGard": "aqueduct|bridge",
    "palaisdesPapes": "palace",
    "montStMichel": "mont saint michel|island",
    "citedeCarcassonne": "castle|fortress",
    "arlesAmphitheater": "amphitheatre",
    "chateaudeChambord": "chateau|castle",
    "chateaudeChenonceau": "chateau|castle",
    "neuschwansteinCastle": "neuschwanstein castle|castle",
    "greatWall": "great wall of china|wall",
    "greatWallofChina": "great wall of china|wall",
    "statueofLiberty": "statue of liberty|statue",
    "christTheRedeemer": "christ the redeemer|statue",
    "IndiaGate": "india gate|arch",
    "arcDeTriomphe": "triumphal arch|arch",
    "usCapitol": "us capitol|capitol",
    "victoriaMemorial": "victoria memorial|monument",
    "tajMahal": "taj mahal|mausoleum",
    "leaningTowerOfPisa": "leaning tower of pisa|tower",
    "statueOfLiberty": "statue of liberty|statue",
}
"""Names that the file names do not give, written after looking at each picture; the source's title names the fishes."""


@dataclass(frozen=True)
class Credit:
    """Whose a picture is."""

    author: str
    licence: str
    source: str


def extract_photos(package: Path, out: Path) -> list[Item]:
    """Write ``out/images`` and ``out/ATTRIBUTION.csv`` from the unpacked ``package``; returns the items by category."""
    folder = package / "usr/share/gcompris-qt/rcc"
    if not folder.is_dir():
        raise BuildError(f"{folder} is missing: unpack {PACKAGE} into {package}.")
    (out / "images").mkdir(parents=True)
    items: dict[str, Item] = {}
    sources: set[str] = set()
    for resource in RESOURCES:
        files = {PurePosixPath(name): data for name, data in read_resource(folder / f"{resource}.rcc").items()}
        credits = _credits(files)
        for path in sorted(files):
            credit = credits.get(path)
            if path.suffix != ".webp" or path.stem in LEFT_OUT or credit is None or not FREE.match(credit.licence):
                continue
            if credit.source in sources:  # two activities show the same photograph
                continue
            sources.add(credit.source)
            item = _item(path, credit, items)
            save_thumbnail(files[path], out / item.file)
            items[item.id] = item
    ordered = sorted(items.values(), key=lambda item: (item.category, item.id))
    _write_attribution(out / "ATTRIBUTION.csv", ordered)
    return ordered


def read_credits(text: str) -> dict[str, Credit]:
    """File name → credit, from a README of blocks apart by blank lines; files follow ``Files:``, one a line."""
    found: dict[str, Credit] = {}
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^(Copyright|License|Source):[ \t]*(.*)$", block, re.MULTILINE))
        files = re.search(r"^Files:(.*)", block, re.MULTILINE | re.DOTALL)
        for name in files[1].split() if files else ():
            author = re.sub(r"^©\s*|,\s*\d{4}$", "", fields.get("Copyright", "")).strip()
            folder, _, file = name.rpartition("/")
            credit = Credit(author, _licence(fields.get("License", "")), fields.get("Source", ""))
            found[f"{folder}/{MISSPELT.get(file, file)}".lstrip("/")] = credit
    return found


def labels_of(stem: str) -> tuple[str, ...]:
    """``polar_bear`` and ``polarBear2`` → ("polar bear",), unless the table names it."""
    if stem in NAMES:
        return tuple(NAMES[stem].split("|"))
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem.replace("_", " "))
    return (re.sub(r"\s*\d+$", "", words).lower(),)


def _credits(files: dict[PurePosixPath, bytes]) -> dict[PurePosixPath, Credit]:
    """A README speaks for its own folder and, where it names no folder, for those below it."""
    found: dict[PurePosixPath, Credit] = {}
    for path, data in files.items():
        if path.name == "README":
            credits = read_credits(data.decode("utf-8"))
            for picture in files:
                below = path.parent in picture.parents
                name = picture.relative_to(path.parent).as_posix() if below else ""
                credit = credits.get(name) or (credits.get(MISSPELT.get(picture.name, picture.name)) if below else None)
                if credit:
                    found[picture] = credit
    return found


def _item(path: PurePosixPath, credit: Credit, taken: dict[str, Item]) -> Item:
    labels = labels_of(path.stem)
    identity = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", path.stem).lower())
    if identity in taken:
        identity += "-2"
    folders = [part for part in path.parts if part in CATEGORIES]
    category = "landscapes" if path.stem in LANDSCAPES else CATEGORIES[folders[-1]] if folders else "monuments"
    title = unquote(credit.source.rsplit("File:", 1)[-1]) if "File:" in credit.source else ""
    caption = re.sub(r"[_\s]+", " ", re.sub(r"\.(jpe?g|png|webp)$", "", title, flags=re.IGNORECASE)).strip()
    return Item(
        identity, f"images/{identity}.webp", labels, category, caption or labels[0], credit.author, credit.licence, credit.source
    )


def _licence(text: str) -> str:
    """One spelling for each: "CC-BY-SA 4.0" and "CC-BY-SA-4.0" are the same licence."""
    plain = re.sub(r"[- ](\d)", r"-\1", text.strip())
    return "Public domain" if re.match(r"public[ -]domain", plain, re.IGNORECASE) else plain


def _write_attribution(path: Path, items: list[Item]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "title", "author", "licence", "source"])
        writer.writerows([item.file, item.caption, item.author, item.licence, item.source] for item in items)
