"""``fetch``: download a data set, word vectors or the phrase encoder, and list the files that are missing."""

from __future__ import annotations

import argparse
import logging
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devise_core.cli.output import add_json, counted, print_json, say
from devise_core.errors import FetchError
from devise_core.settings import folder

if TYPE_CHECKING:
    from devise_core.datasets.download import Client
    from devise_core.datasets.fetch import FetchReport

NAMES = ("pascal-sentences", "caltech-101", "imagenet-samples", "flickr8k", "iaprtc12", "glove-6b", "phrase-encoder", "commons")
_SHOWN = 10


def add_parsers(commands: Any) -> None:
    """Add the command to the subparsers ``commands``."""
    command = commands.add_parser(
        "fetch",
        help="download a data set or the phrase encoder",
        description="Download a data set, word vectors or the phrase encoder, from the publisher or a mirror. Run the same command "
        "again to continue after an interruption, or to fetch the files that are missing.",
    )
    command.add_argument("name", metavar="NAME", choices=NAMES, help=", ".join(NAMES))
    command.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        default=folder("data") or Path("data"),
        help="the folder for data sets, which gets a folder NAME (default: SEMBLANCE_DATA, or data)",
    )
    command.add_argument(
        "--base-url", metavar="URL", default="", help="a mirror: the URL of a folder with the same files as the publisher's"
    )
    _add_manners(command)
    add_json(command)
    command.set_defaults(run=_fetch)


def _add_manners(command: argparse.ArgumentParser) -> None:
    """Add the options for the requests to a server, such as their number and rate."""
    command.add_argument(
        "--jobs", type=_positive(int), metavar="N", default=4, help="downloads at the same time (default: %(default)s)"
    )
    command.add_argument(
        "--timeout",
        type=_positive(float),
        metavar="SECONDS",
        default=30.0,
        help="how long to wait for a silent server (default: %(default)s)",
    )
    command.add_argument(
        "--rate",
        type=_positive(float),
        metavar="N",
        default=8.0,
        help="the most requests per second (default: %(default)s). Raise it only for your own mirror",
    )
    command.add_argument(
        "--limit",
        type=_positive(int),
        metavar="N",
        default=2000,
        help="commons: the most images, including those that are there already (default: %(default)s)",
    )
    command.add_argument(
        "--contact",
        default="",
        metavar="ADDRESS",
        help="your e-mail address or web page, which is sent to the servers. Wikimedia Commons requires it",
    )


def _positive(kind: type[int] | type[float]) -> Any:
    def number(text: str) -> float:
        value = kind(text)
        if not 0 < value < 10_000:
            raise ValueError
        return value

    number.__name__ = "positive number"  # argparse prints "invalid positive number value"
    return number


def _fetch(options: argparse.Namespace) -> None:
    from devise_core.datasets.catalogue import DATA_SETS
    from devise_core.datasets.download import Client, RequestPolicy
    from devise_core.datasets.fetch import fetch

    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its notes on retries would break the progress bar
    client = Client(RequestPolicy(timeout=options.timeout, per_second=options.rate), options.contact)
    if options.name == "commons":
        _fetch_commons(options, client)
        return
    report = fetch(DATA_SETS[options.name], options.out / options.name, client, options.jobs, options.base_url)
    if options.json:
        print_json({"command": "fetch", **report.as_dict()})
    else:
        _print(report)
    if report.missing:
        files = f"{counted(len(report.missing), 'file')} {'is' if len(report.missing) == 1 else 'are'}"
        raise FetchError(f"{files} missing in {report.folder}. Run `{_again(options)}` again, or name a mirror with --base-url.")


def _fetch_commons(options: argparse.Namespace, client: Client) -> None:
    from devise_core.datasets.commons import API, fetch_commons

    if not options.contact:
        raise FetchError("Wikimedia asks who fetches its files. Give your e-mail address or web page as --contact.")
    report = fetch_commons(options.out / options.name, client, options.limit, options.base_url or API)
    if options.json:
        print_json({"command": "fetch", **vars(report), "folder": str(report.folder)})
        return
    print(
        f"{report.folder}: {counted(report.fetched, 'image')} fetched, {report.kept} already present, {len(report.failed)} failed"
    )
    print(f"{report.refused} files were left out, because their licence, author or format does not allow their use.")
    print("Licence: per image, public domain, CC0, CC BY or CC BY-SA. credits.csv has the author and licence of each.")
    for title, reason in list(report.failed.items())[:_SHOWN]:
        say(f"missing  {title}: {reason}")


def _print(report: FetchReport) -> None:
    total = report.data_set.images
    if report.images or total:
        print(counted(report.images, "image") + (f" of the {total} in the data set" if total and total != report.images else ""))
    print(
        f"{report.folder}: {counted(report.fetched, 'file')} fetched, {report.kept} already present, {len(report.missing)} missing"
    )
    print(f"Licence: {report.data_set.licence}")
    for kind, lines in (
        ("missing", [f"{name}: {reason}" for name, reason in sorted(report.missing.items())]),
        ("left out", [f"{name}: damaged in the archive" for name in report.unreadable]),
    ):
        for line in lines[:_SHOWN]:
            say(f"{kind}  {line}")
        if len(lines) > _SHOWN:
            say(f"{kind}  and {len(lines) - _SHOWN} more. --json lists all")


def _again(options: argparse.Namespace) -> str:
    command = ["python", "-m", "devise_core", "fetch", options.name, "--out", str(options.out)]
    return shlex.join(command + (["--base-url", options.base_url] if options.base_url else []))
