"""``fetch``: a data set from its public home or a mirror, with an account of what is missing."""

from __future__ import annotations

import argparse
import logging
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devise_core.cli.output import add_json, print_json, say
from devise_core.errors import FetchError
from devise_core.settings import folder

if TYPE_CHECKING:
    from devise_core.datasets.fetch import FetchReport

NAMES = ("pascal-sentences", "caltech-101", "imagenet-samples", "flickr8k", "iaprtc12", "glove-6b")
_SHOWN = 10


def add_parsers(commands: Any) -> None:
    command = commands.add_parser(
        "fetch",
        help="download a data set from its public home",
        description="Download a data set from its public home. An interrupted run goes on where it "
        "stopped, and a finished one fetches only what is missing.",
    )
    command.add_argument("name", metavar="NAME", choices=NAMES, help=", ".join(NAMES))
    command.add_argument(
        "--out",
        type=Path,
        metavar="DATA",
        default=folder("data") or Path("data"),
        help="the folder with the data sets, one folder each (default: SEMBLANCE_DATA, or data)",
    )
    command.add_argument(
        "--base-url", metavar="URL", default="", help="a mirror: the address of a folder with the same files as the set's home"
    )
    command.add_argument("--jobs", type=_positive(int), metavar="N", default=4, help="files at a time (default: 4)")
    command.add_argument(
        "--timeout", type=_positive(float), metavar="SECONDS", default=30.0, help="how long a server may be silent (default: 30)"
    )
    command.add_argument(
        "--rate",
        type=_positive(float),
        metavar="N",
        default=8.0,
        help="requests a second at most (default: 8; more only where the mirror is yours)",
    )
    add_json(command)
    command.set_defaults(run=_fetch)


def _positive(kind: type[int] | type[float]) -> Any:
    def number(text: str) -> float:
        value = kind(text)
        if not 0 < value < 10_000:
            raise ValueError
        return value

    number.__name__ = "positive number"  # as argparse names it: "invalid positive number value"
    return number


def _fetch(options: argparse.Namespace) -> None:
    from devise_core.datasets.catalogue import DATA_SETS
    from devise_core.datasets.download import Client, RequestPolicy
    from devise_core.datasets.fetch import fetch

    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its notes on every retry would break into the progress bar
    client = Client(RequestPolicy(timeout=options.timeout, per_second=options.rate))
    account = fetch(DATA_SETS[options.name], options.out / options.name, client, options.jobs, options.base_url)
    if options.json:
        print_json({"command": "fetch", **account.as_dict()})
    else:
        _print(account)
    if account.missing:
        some = "1 file is" if len(account.missing) == 1 else f"{len(account.missing)} files are"
        raise FetchError(f"{some} missing in {account.folder}: go on with `{_again(options)}`, or name a mirror with --base-url.")


def _print(account: FetchReport) -> None:
    home = account.data_set.images
    if account.images or home:
        print(f"{account.images} pictures" + (f" of the {home} in the data set" if home and home != account.images else ""))
    print(f"{account.folder}: {account.fetched} files fetched, {account.kept} there already, {len(account.missing)} missing")
    print(f"Licence: {account.data_set.licence}")
    for kind, lines in (
        ("missing", [f"{name}: {why}" for name, why in sorted(account.missing.items())]),
        ("left out", [f"{name}: damaged in the archive itself" for name in account.unreadable]),
    ):
        for line in lines[:_SHOWN]:
            say(f"{kind}  {line}")
        if len(lines) > _SHOWN:
            say(f"{kind}  and {len(lines) - _SHOWN} more; --json names them all")


def _again(options: argparse.Namespace) -> str:
    command = ["python", "-m", "devise_core", "fetch", options.name, "--out", str(options.out)]
    return shlex.join(command + (["--base-url", options.base_url] if options.base_url else []))
