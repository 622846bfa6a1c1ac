"""Fetch quality images from Wikimedia Commons through its API, each with its author and licence.

The API is described at https://www.mediawiki.org/wiki/API:Main_page, and how to use it politely at
https://www.mediawiki.org/wiki/API:Etiquette: one request at a time, ``maxlag`` (the API refuses requests while its servers
lag behind), and a User-Agent that says who sends the requests.
"""

from __future__ import annotations

import html
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from devise_core.collections.credits import read_credits, write_credits
from devise_core.collections.image_note import ImageNote
from devise_core.datasets.download import Client, Download, UnreachableError
from devise_core.errors import DeviseError, FetchError
from devise_core.vision.image_reader import read_image

API = "https://commons.wikimedia.org/w/api.php"
CATEGORY = "Category:Quality images"
WIDTH, PER_REQUEST, MAX_LAG = 1024, 50, 5
SAVED_EVERY = 25
FREE = re.compile(r"(CC0|Public domain|PD\b|CC[ -]BY([ -]SA)?[ -]\d)", re.IGNORECASE)
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
_TAG = re.compile(r"<[^>]*>")


@dataclass
class CommonsReport:
    """The result of a fetch.

    Attributes:
        folder: Where the images are.
        fetched: How many images this run fetched.
        kept: How many images were in the folder already.
        refused: How many images were left out: no free licence, no author, or a format that is not in ``SUFFIXES``.
        failed: Title → why the image could not be fetched.
    """

    folder: Path
    fetched: int = 0
    kept: int = 0
    refused: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def fetch_commons(folder: Path, client: Client, limit: int, api: str = API) -> CommonsReport:
    """Fetch images from Wikimedia Commons into a folder. Images that are in the folder already count, and are not fetched again.

    ``credits.csv`` has the caption, author, licence and page of each image. The command ``index`` reads it.

    Args:
        folder: The folder, which is made if it is missing.
        client: Sends the requests.
        limit: How many images the folder should have. There are fewer if Commons has fewer.
        api: The address of the API.

    Returns:
        How many images were fetched, kept and left out.

    Raises:
        FetchError: The API answers with an error, or does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    credits, report = read_credits(folder), CommonsReport(folder)
    try:
        for page in _pages(client, api):
            if report.fetched + report.kept >= limit:
                break
            _fetch_image(page, client, credits, report)
            if report.fetched % SAVED_EVERY == 0:
                write_credits(folder, credits)
    finally:  # also when somebody interrupts the command
        write_credits(folder, credits)
    return report


def _fetch_image(page: dict[str, Any], client: Client, credits: dict[str, ImageNote], report: CommonsReport) -> None:
    """Fetch one image unless it is in the folder, and add its credit. If the image cannot be fetched, the report says why."""
    credit = _credit(page)
    if credit is None:
        report.refused += 1
        return
    file, note = credit
    target = report.folder / file
    if file in credits and target.is_file():
        report.kept += 1
        return
    try:
        client.download(Download(page["imageinfo"][0]["thumburl"], target, check=read_image))
    except UnreachableError:
        raise
    except DeviseError as error:
        report.failed[str(page["title"])] = str(error)
        return
    credits[file] = note
    report.fetched += 1


def _pages(client: Client, api: str) -> Iterator[dict[str, Any]]:
    """Yield what the API says about each file of the category, over as many requests as needed."""
    query = {
        "action": "query",
        "format": "json",
        "formatversion": 2,
        "maxlag": MAX_LAG,
        "generator": "categorymembers",
        "gcmtitle": CATEGORY,
        "gcmtype": "file",
        "gcmlimit": PER_REQUEST,
        "prop": "imageinfo",
        "iiprop": "url|mime|extmetadata",
        "iiurlwidth": WIDTH,
        "iiextmetadatalanguage": "en",
        "iiextmetadatafilter": "Artist|LicenseShortName|ImageDescription",
    }
    following: dict[str, Any] = {}
    while True:
        answer = _ask(client, f"{api}?{urlencode({**query, **following})}")
        yield from answer.get("query", {}).get("pages", [])
        if "continue" not in answer:
            return
        following = answer["continue"]


def _ask(client: Client, url: str) -> dict[str, Any]:
    """Return the answer of the API to a request. While the servers lag behind, wait and send the request again."""
    with tempfile.TemporaryDirectory() as folder:
        for attempt in range(client.policy.tries):
            client.pause(client.policy.backoff * 2**attempt * 5 if attempt else 0)
            target = Path(folder) / f"{attempt}.json"
            client.download(Download(url, target))
            try:
                answer = json.loads(target.read_text("utf-8"))
            except ValueError as error:
                raise FetchError(f"{url} does not answer with JSON. Check the address of the API.") from error
            refusal = answer.get("error")
            if refusal is None:
                return dict(answer)
            if refusal.get("code") != "maxlag":
                raise FetchError(f"The API refuses the request: {refusal.get('info', refusal.get('code'))}. Try again later.")
    raise UnreachableError("The servers of Wikimedia Commons are busy. Try again in a few minutes.")


def _credit(page: dict[str, Any]) -> tuple[str, ImageNote] | None:
    """Return the name and credit of an image file, or None without a free licence, an author and a format in ``SUFFIXES``."""
    info = (page.get("imageinfo") or [{}])[0]
    facts = {name: _plain(str(entry.get("value", ""))) for name, entry in (info.get("extmetadata") or {}).items()}
    author, licence = facts.get("Artist", ""), facts.get("LicenseShortName", "")
    suffix = SUFFIXES.get(info.get("mime", ""))
    if not (suffix and author and FREE.match(licence) and info.get("thumburl")):
        return None
    title = re.sub(r"\.\w+$", "", str(page["title"]).removeprefix("File:"))
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60]
    caption = facts.get("ImageDescription", "")[:300] or title
    note = ImageNote((), caption, author[:200], licence, str(info.get("descriptionurl", "")))
    return f"{slug}-{page['pageid']}{suffix}", note


def _plain(markup: str) -> str:
    """Return the text of a piece of HTML in one line."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
