"""A whole data set: what of it is missing is downloaded, checked and laid out as ``pictures`` reads it."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image

from devise_core.datasets.catalogue import CAPTIONS, FLICKR_TOKENS, DataSet, Source
from devise_core.datasets.download import Client, Progress, UnreachableError, Wanted
from devise_core.datasets.pictures import SUFFIXES, read_pascal_page
from devise_core.datasets.unpack import unpack
from devise_core.errors import FetchError
from devise_core.storage.atomic_write import atomic_file

JOBS = 4
RECORDS = "fetched"  # the folder that says, for each archive, what came out of it
_PATIENCE = 10  # files in a row without an answer, then the server counts as gone
_PICTURE = r"[\w-]+/[\w.-]+\.(?:jpe?g|png)"
_NO_PICTURE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


@dataclass
class Account:
    """What a run did: files ``fetched`` and ``kept`` from before, ``pictures`` in all, and what is ``missing`` → why.

    ``unreadable``: pictures that are damaged in the archive itself and were left out; fetching again brings no better ones.
    """

    data_set: DataSet
    folder: Path
    fetched: int = 0
    kept: int = 0
    pictures: int = 0
    missing: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.data_set.name,
            "folder": str(self.folder),
            "licence": self.data_set.licence,
            "fetched": self.fetched,
            "kept": self.kept,
            "pictures": self.pictures,
            "missing": self.missing,
            "unreadable": self.unreadable,
        }


def fetch(data_set: DataSet, folder: Path, client: Client, jobs: int = JOBS, base_url: str = "") -> Account:
    """Bring ``folder`` to hold the whole set, ``jobs`` files at a time; ``base_url`` is a folder that mirrors the set's home.

    Raises ``FetchError`` where ``base_url`` is no address; what cannot be fetched is in the account.
    """
    if base_url and not re.match(r"https?://[^/]", base_url):
        raise FetchError(f"A mirror's address begins with http:// or https://. Received: {base_url!r}.")
    account = Account(data_set, folder)
    (_fetch_page if data_set.page else _fetch_archives)(account, client, jobs, base_url.rstrip("/"))
    return account


def _fetch_page(account: Account, client: Client, jobs: int, base_url: str) -> None:
    """A page and the pictures that it shows; the page comes first, since it names them."""
    source, page = account.data_set.sources[0], account.folder / account.data_set.sources[0].name
    if page.is_file():
        account.kept += 1
    else:
        asked = {source.name: Wanted(_address(source, base_url), page, page=True, check=_check_page)}
        if _download(asked, client, 1, account, lambda _: lambda *_: None):
            return
        account.fetched += 1
    wanted = {}
    for name in read_pascal_page(page.read_text("utf-8", errors="replace")):
        target = account.folder / "images" / name
        if not re.fullmatch(_PICTURE, name, re.IGNORECASE):
            account.missing[name] = f"{page} names it, but it is no picture beside the page."
        elif target.is_file():
            account.kept += 1
            account.pictures += 1
        else:
            wanted[name] = Wanted(f"{base_url or source.url.rstrip('/')}/{quote(name)}", target, check=_check_whole_picture)
    with _bar(account.data_set.name, unit=" pictures", total=len(wanted)) as bar:
        missing = _download(wanted, client, jobs, account, lambda _: lambda *_: None, bar.update)
    account.fetched += len(wanted) - len(missing)
    account.pictures += len(wanted) - len(missing)


def _fetch_archives(account: Account, client: Client, jobs: int, base_url: str) -> None:
    """Archives, each unpacked and then deleted; or a file that is the set."""
    folder = account.folder
    absent = [source for source in account.data_set.sources if not _is_complete(folder, source)]
    account.kept += len(account.data_set.sources) - len(absent)
    wanted = {
        source.name: Wanted(_address(source, base_url), folder / source.name, source.size, source.digest)
        for source in absent
        if not (folder / source.name).is_file()
    }
    totals: dict[str, int] = {}
    with _bar(account.data_set.name, unit="B", unit_scale=True) as bar:

        def of(name: str) -> Progress:
            def report(more: int, total: int | None) -> None:
                if total is not None:
                    totals[name] = total
                    bar.total = sum(totals.values())
                bar.update(more)

            return report

        _download(wanted, client, jobs, account, of)
    for source in absent:
        if source.keep and (folder / source.name).is_file():
            _lay_out(account, source)
    account.fetched += sum(source.name not in account.missing for source in absent)
    _write_captions(folder)
    records = [_read_record(folder, source) for source in account.data_set.sources]
    names = {path: size for record in records for path, size in record.items() if path.lower().endswith(SUFFIXES)}
    account.pictures = sum(size is not None for size in names.values())
    account.unreadable = sorted(path for path, size in names.items() if size is None)


def _download(
    wanted: Mapping[str, Wanted],
    client: Client,
    jobs: int,
    account: Account,
    progress: Callable[[str], Progress],
    done: Callable[[], object] = lambda: None,
) -> dict[str, str]:
    """Fetch every file, and enter it in ``account``; returns what is missing → why. ``done`` is called after each."""
    missing: dict[str, str] = {}
    unanswered = 0
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(client.download, one, progress(name)): name for name, one in wanted.items()}
        try:
            for future in as_completed(futures):
                try:
                    future.result()
                    unanswered = 0
                except FetchError as error:
                    missing[futures[future]] = str(error)
                    unanswered = unanswered + 1 if isinstance(error, UnreachableError) else 0
                done()
                if unanswered == _PATIENCE:
                    client.stop(f"It was not asked for: {_PATIENCE} files before it got no answer.")
        finally:
            if not all(future.done() for future in futures):  # Ctrl-C, or a full disk
                client.stop()
                pool.shutdown(cancel_futures=True)
    account.missing |= missing
    return missing


def _lay_out(account: Account, source: Source) -> None:
    """Unpack an archive beside its place, check the pictures, move the files in, and write the record last."""
    folder, archive = account.folder, account.folder / source.name
    with tempfile.TemporaryDirectory(prefix=".staged-", dir=folder) as staged:
        try:
            paths = unpack(archive, source, Path(staged))
        except FetchError as error:
            archive.unlink()
            account.missing[source.name] = str(error)
            return
        record: dict[str, int | None] = {}
        for path in _bar(source.name, paths, unit=" files"):
            made = Path(staged) / path
            record[path] = made.stat().st_size if _is_sound(made) else None
            if record[path] is not None:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                made.replace(folder / path)
    with atomic_file(_record(folder, source)) as file, file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("path", "bytes"), *((path, "" if size is None else size) for path, size in record.items())])
    archive.unlink()


def _is_complete(folder: Path, source: Source) -> bool:
    if not source.keep:
        return (folder / source.name).is_file()
    record = _read_record(folder, source)
    return bool(record) and all(
        size is None or ((folder / path).is_file() and (folder / path).stat().st_size == size) for path, size in record.items()
    )


def _record(folder: Path, source: Source) -> Path:
    return folder / RECORDS / f"{source.name}.csv"


def _read_record(folder: Path, source: Source) -> dict[str, int | None]:
    """Path → bytes of every file that came out of the archive; None for a picture left out."""
    path = _record(folder, source)
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["path"]: int(row["bytes"]) if row["bytes"] else None for row in csv.DictReader(file)}


def _write_captions(folder: Path) -> None:
    """Flickr8k's token file (``file.jpg#0<tab>caption``) → ``captions.csv``; it captions one picture that nobody has."""
    tokens = folder / FLICKR_TOKENS
    if not tokens.is_file():
        return
    lines = (line.split("\t", 1) for line in tokens.read_text("utf-8").splitlines() if "\t" in line)
    rows = [(name.split("#")[0], caption.strip()) for name, caption in lines]
    with atomic_file(folder / CAPTIONS) as path, path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("image", "caption"), *(row for row in rows if (folder / "images" / row[0]).is_file())])


def _address(source: Source, base_url: str) -> str:
    return f"{base_url}/{source.name}" if base_url else source.url


def _check_page(path: Path) -> None:
    if not read_pascal_page(path.read_text("utf-8", errors="replace")):
        raise FetchError("it shows no pictures.")


def _check_whole_picture(path: Path) -> None:
    try:
        with Image.open(path) as image:
            image.load()  # verify() alone lets a JPEG pass that is cut short
    except _NO_PICTURE as error:
        raise FetchError(f"it is no picture, or a damaged one ({error}).") from error


def _is_sound(path: Path) -> bool:
    """Whether a file out of an archive opens as the picture its name says; the archive's check sums vouch for the rest."""
    if path.suffix.lower() not in SUFFIXES:
        return True
    try:
        with Image.open(path) as image:
            image.verify()
    except _NO_PICTURE:
        return False
    return True


def _bar(name: str, *what: Any, **options: Any) -> Any:
    from tqdm import tqdm

    return tqdm(*what, desc=name, leave=False, disable=None, **options)  # silent where stderr is no terminal
