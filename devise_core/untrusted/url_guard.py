"""Addresses as text and as numbers: which of them a stranger may send the server to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from devise_core.errors import ImageError

_LONGEST = 2_000
_WITHIN = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            "168.63.129.16/32",
        ),
    )
)
"""IANA's special-purpose registry, multicast and what is reserved; the last is a cloud's own server at a public number."""
_WORLD = IPv6Network("2000::/3")  # all that is given out for the web: no mapped, translated, link-local or private one lies in it
_NOT_WORLD = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
"""Of those: Teredo and other protocols, documentation, 6to4."""


_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?$")
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Target:
    """What is asked of whom: ``host`` in ASCII, ``path`` with its query, ``name`` for the Host header."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in (80, 443) else f"{host}:{self.port}"


def is_public(address: Address) -> bool:
    """Whether ``address`` is one of the public internet's servers, and leads there by itself."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _WITHIN)
    return address in _WORLD and address.is_global and not any(address in network for network in _NOT_WORLD)


def read_address(url: str, ports: frozenset[int]) -> Target:
    """``url`` taken apart. Raises ``ImageError`` for all but plain http and https, and for a number written as no one writes it."""
    url = url.strip(" \n")
    if not url or len(url) > _LONGEST:
        raise ImageError(f"The address of a picture has 1 to {_LONGEST} characters: copy it from the picture's menu.")
    if "\\" in url or any(letter.isspace() or unicodedata.category(letter)[0] == "C" for letter in url):
        raise ImageError("The address has a character that none may have: copy it from the picture's menu.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii(parts.hostname or "")
    except ValueError as error:
        raise ImageError("This is no address of a picture: give one that begins with https://.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ImageError("This is no address of a picture: give one that begins with https://.")
    if "@" in parts.netloc or "%" in parts.netloc:
        raise ImageError("The address has a name or password within: give that of a picture anyone can open.")
    port = port if port is not None else 443 if parts.scheme == "https" else 80
    if port not in ports:
        raise ImageError(f"The address names port {port}: give that of a picture on the web's usual ones.")
    return Target(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _ascii(host: str) -> str:
    """As it is asked for: lower case, other scripts in Punycode. Raises ``ValueError`` for what is no name and no plain number."""
    if ":" in host:
        return str(IPv6Address(host))
    host = host.encode("idna").decode("ascii").lower()  # full-width digits and dots become plain ones here
    if _NUMERIC.search(host):  # then all of it has to be a number, by the rule of browsers; octal, hex and short forms are none
        return str(IPv4Address(host))
    if not _HOST.match(host.removesuffix(".")):
        raise ValueError(host)
    return host.removesuffix(".")
