"""Download a data set: fetch the files that are missing, check them, and arrange them as ``readers`` expects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from devise_core.datasets.catalogue import DataSet, Source
from devise_core.datasets.download import Client, Download, Progress, UnreachableError
from devise_core.datasets.install import check_image, install_archive, is_complete, read_record, write_captions
from devise_core.datasets.readers import SUFFIXES, read_pascal_page
from devise_core.errors import FetchError

JOBS = 4
_MAX_UNANSWERED = 10
"""After this many unanswered requests in a row, the server counts as unreachable."""
_IMAGE_PATH = r"[\w-]+/[\w.-]+\.(?:jpe?g|png)"


@dataclass
class FetchReport:
    """The result of one run.

    Attributes:
        data_set: The data set.
        folder: The folder of the data set.
        fetched: How many files this run downloaded.
        kept: How many files an earlier run had downloaded.
        images: How many images the folder holds now.
        missing: The name of each missing file and the reason.
        unreadable: Images that are damaged in the archive itself and were left out. Another download does not repair them.
    """

    data_set: DataSet
    folder: Path
    fetched: int = 0
    kept: int = 0
    images: int = 0
    missing: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON-compatible values."""
        return {
            "name": self.data_set.name,
            "folder": str(self.folder),
            "licence": self.data_set.licence,
            "fetched": self.fetched,
            "kept": self.kept,
            "pictures": self.images,
            "missing": self.missing,
            "unreadable": self.unreadable,
        }


def fetch(data_set: DataSet, folder: Path, client: Client, jobs: int = JOBS, base_url: str = "") -> FetchReport:
    """Download what is missing from ``folder``.

    Args:
        data_set: The data set to download.
        folder: Where the data set is kept.
        client: Makes the requests.
        jobs: How many files are downloaded at the same time.
        base_url: The address of a folder that mirrors the files of the data set. By default, files come from the publisher.

    Returns:
        What was downloaded and what is still missing. A file that cannot be downloaded does not stop the others.

    Raises:
        FetchError: If ``base_url`` is not an HTTP address.
    """
    if base_url and not re.match(r"https?://[^/]", base_url):
        raise FetchError(f"The address of a mirror begins with http:// or https://. Received: {base_url!r}.")
    report = FetchReport(data_set, folder)
    (_fetch_page if data_set.page else _fetch_archives)(report, client, jobs, base_url.rstrip("/"))
    return report


def _fetch_page(report: FetchReport, client: Client, jobs: int, base_url: str) -> None:
    """Download a page, then the images that it links to."""
    source, page = report.data_set.sources[0], report.folder / report.data_set.sources[0].name
    if page.is_file():
        report.kept += 1
    else:
        download = Download(_address(source, base_url), page, page=True, check=_check_page)
        if _download_all({source.name: download}, client, 1, report, _no_progress):
            return
        report.fetched += 1
    downloads = {}
    for name in read_pascal_page(page.read_text("utf-8", errors="replace")):
        target = report.folder / "images" / name
        if not re.fullmatch(_IMAGE_PATH, name, re.IGNORECASE):
            report.missing[name] = f"{page} links to it, but it is not an image beside the page."
        elif target.is_file():
            report.kept += 1
            report.images += 1
        else:
            downloads[name] = Download(f"{base_url or source.url.rstrip('/')}/{quote(name)}", target, check=check_image)
    with _progress_bar(report.data_set.name, unit=" images", total=len(downloads)) as bar:
        missing = _download_all(downloads, client, jobs, report, _no_progress, bar.update)
    report.fetched += len(downloads) - len(missing)
    report.images += len(downloads) - len(missing)


def _fetch_archives(report: FetchReport, client: Client, jobs: int, base_url: str) -> None:
    """Download the files of a data set. Archives are unpacked and then deleted."""
    folder = report.folder
    absent = [source for source in report.data_set.sources if not is_complete(folder, source)]
    report.kept += len(report.data_set.sources) - len(absent)
    downloads = {
        source.name: Download(_address(source, base_url), folder / source.name, source.size, source.digest)
        for source in absent
        if not (folder / source.name).is_file()
    }
    with _progress_bar(report.data_set.name, unit="B", unit_scale=True) as bar:
        _download_all(downloads, client, jobs, report, _byte_counter(bar))
    for source in absent:
        if source.keep and (folder / source.name).is_file():
            try:
                install_archive(folder, source, partial(_progress_bar, source.name, unit=" files"))
            except FetchError as error:
                report.missing[source.name] = str(error)
    report.fetched += sum(source.name not in report.missing for source in absent)
    write_captions(folder)
    records = [read_record(folder, source) for source in report.data_set.sources]
    sizes = {path: size for record in records for path, size in record.items() if path.lower().endswith(SUFFIXES)}
    report.images = sum(size is not None for size in sizes.values())
    report.unreadable = sorted(path for path, size in sizes.items() if size is None)


def _download_all(
    downloads: Mapping[str, Download],
    client: Client,
    jobs: int,
    report: FetchReport,
    progress: Callable[[str], Progress],
    after_each: Callable[[], object] = lambda: None,
) -> dict[str, str]:
    """Download every file, add the failures to ``report.missing`` and return them."""
    missing: dict[str, str] = {}
    unanswered = 0
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(client.download, file, progress(name)): name for name, file in downloads.items()}
        try:
            for future in as_completed(futures):
                try:
                    future.result()
                    unanswered = 0
                except FetchError as error:
                    missing[futures[future]] = str(error)
                    unanswered = unanswered + 1 if isinstance(error, UnreachableError) else 0
                after_each()
                if unanswered == _MAX_UNANSWERED:
                    client.stop(f"It was not requested, because the server did not answer {_MAX_UNANSWERED} requests in a row.")
        finally:
            if not all(future.done() for future in futures):  # Ctrl-C, or a full disk
                client.stop()
                pool.shutdown(cancel_futures=True)
    report.missing |= missing
    return missing


def _address(source: Source, base_url: str) -> str:
    return f"{base_url}/{source.name}" if base_url else source.url


def _check_page(path: Path) -> None:
    """Raise ``FetchError`` if the page links to no images."""
    if not read_pascal_page(path.read_text("utf-8", errors="replace")):
        raise FetchError("The page shows no images.")


def _byte_counter(bar: Any) -> Callable[[str], Progress]:
    """Return a function that makes a progress callback for each file. All callbacks advance the same progress bar."""
    totals: dict[str, int] = {}

    def callback(name: str) -> Progress:
        def count(size: int, total: int | None) -> None:
            if total is not None:
                totals[name] = total
                bar.total = sum(totals.values())
            bar.update(size)

        return count

    return callback


def _no_progress(_: str) -> Progress:
    return lambda *_: None


def _progress_bar(name: str, *items: Any, **options: Any) -> Any:
    from tqdm import tqdm

    return tqdm(*items, desc=name, leave=False, disable=None, **options)  # silent if stderr is not a terminal
