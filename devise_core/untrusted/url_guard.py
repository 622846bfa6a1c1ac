"""Decide which URLs and which IP addresses a visitor may make the server connect to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from devise_core.errors import ImageError

MAX_CHARACTERS = 2_000
_COPY = "Right-click the image and choose “Copy image address”."
_SPECIAL_V4 = tuple(
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
"""Refused ranges: IANA's special-purpose registry, multicast and reserved addresses. The last entry is Azure's internal server,
whose address is public."""
_GLOBAL_V6 = IPv6Network("2000::/3")
"""All global unicast addresses. No mapped, translated, link-local or private address is among them."""
_SPECIAL_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")))
"""Refused parts of ``_GLOBAL_V6``: for Teredo and other protocols, documentation and 6to4."""

_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?$")
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Target:
    """A request to make.

    Attributes:
        scheme: "http" or "https".
        host: The host in ASCII, or an IP address.
        port: The port.
        path: The path with the query string.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in (80, 443) else f"{host}:{self.port}"


def is_public(address: Address) -> bool:
    """Return whether ``address`` is on the public internet. Addresses that lead to another one, as in 6to4, are not public."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in special for special in _SPECIAL_V4)
    return address in _GLOBAL_V6 and address.is_global and not any(address in special for special in _SPECIAL_V6)


def parse_url(url: str, ports: frozenset[int]) -> Target:
    """Split ``url`` into scheme, host, port and path.

    Args:
        url: The URL that a visitor or program gave, or that a server redirects to.
        ports: The allowed ports.

    Raises:
        ImageError: ``url`` is not a plain http or https URL, has another port, or writes an IP address in an unusual form.
    """
    url = url.strip(" \n")
    if not url or len(url) > MAX_CHARACTERS:
        raise ImageError(f"The web address is empty or longer than {MAX_CHARACTERS} characters. {_COPY}")
    if "\\" in url or any(letter.isspace() or unicodedata.category(letter)[0] == "C" for letter in url):
        raise ImageError(f"The web address has a character that is not allowed. {_COPY}")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii_host(parts.hostname or "")
    except ValueError as error:
        raise _not_a_url() from error
    if parts.scheme not in ("http", "https") or not host:
        raise _not_a_url()
    if "@" in parts.netloc or "%" in parts.netloc:
        raise ImageError("The web address contains a user name or password. Use an image that anyone can open.")
    port = port if port is not None else 443 if parts.scheme == "https" else 80
    if port not in ports:
        raise ImageError(f"The web address names port {port}, which is not allowed. Use an address without a port number.")
    return Target(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _ascii_host(host: str) -> str:
    """Return the host in lower case, with other scripts in Punycode.

    Raise ``ValueError`` if ``host`` is neither a host name nor a plain IP address.
    """
    if ":" in host:
        return str(IPv6Address(host))
    host = host.encode("idna").decode("ascii").lower()  # full-width digits and dots become ASCII
    if _NUMERIC.search(host):  # an IPv4 address for browsers; octal, hex and short forms are refused
        return str(IPv4Address(host))
    if not _HOST.match(host.removesuffix(".")):
        raise ValueError(host)
    return host.removesuffix(".")


def _not_a_url() -> ImageError:
    return ImageError("This is not the web address of an image. Use an address that begins with https://.")
