"""Fetch an image from the web address that an untrusted visitor or program gives, without access to the server's own network.

A host name is resolved once. All addresses of the host must be public, and the connection goes to one of the checked addresses.
A host name that resolves to an internal address the next time ("DNS rebinding") therefore gains nothing. There are no cookies and
no proxy, and every redirect is checked like the first address.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from ipaddress import ip_address
from time import monotonic
from urllib.parse import quote, urljoin

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from devise_core import __version__
from devise_core.errors import ImageError
from devise_core.settings import Settings, settings, variable
from devise_core.untrusted.url_guard import Address, Target, is_public, parse_url

_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 1 << 16
_HEADERS = {
    "User-Agent": f"Semblance/{__version__} (semantic image search; fetches one picture that a visitor named)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


def resolve(host: str) -> list[str]:
    """Return every address that the system's resolver knows for ``host``.

    Raises:
        OSError: The host has no address.
    """
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))


@dataclass(frozen=True)
class FetchPolicy:
    """What the server may connect to.

    Attributes:
        resolve: Returns the addresses of a host, or raises ``OSError``.
        allowed: Returns whether the server may connect to an address.
        ports: The ports that the server may connect to.
    """

    resolve: Callable[[str], list[str]] = resolve
    allowed: Callable[[Address], bool] = is_public
    ports: frozenset[int] = field(default=frozenset({80, 443}))


class _HTTP(HTTPConnection):
    """A connection that another thread can end at any moment.

    The connection keeps a duplicate of its socket. The socket itself cannot be reached during the TLS handshake and after the
    response's headers are read.
    """

    _duplicate: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._duplicate = made.dup()
        return made

    def shut(self) -> None:
        """End the current read or write in any thread. A timeout of the socket limits each read, not the sum of all reads."""
        if self._duplicate is not None:
            with suppress(OSError):  # the other side has closed it
                self._duplicate.shutdown(socket.SHUT_RDWR)

    def close_duplicate(self) -> None:
        if self._duplicate is not None:
            self._duplicate.close()


class _HTTPS(_HTTP, HTTPSConnection):
    """The same kind of connection, with TLS."""


def fetch_image(url: str, limits: Settings | None = None, policy: FetchPolicy = FetchPolicy()) -> bytes:
    """Fetch the file at ``url`` if the server there declares it as an image. ``read_upload`` checks whether it can be decoded.

    Args:
        url: The URL as a visitor or program gave it.
        limits: The limits to apply, by default the settings of this process.
        policy: What the server may connect to, by default the public web.

    Returns:
        The bytes that the server sent.

    Raises:
        ImageError: Fetching is switched off, the address is not on the public web, the server sends no image, the image is too
            large, the server is too slow, or the address redirects too often.
    """
    limits = limits or settings()
    if not limits.url_search:
        raise ImageError(
            "Search by web address is switched off on this server. Upload the image. If the server is yours, set "
            f"{variable('url_search')}=1."
        )
    deadline = monotonic() + limits.url_seconds
    for _ in range(limits.url_redirects + 1):
        target = parse_url(url, policy.ports)
        address = _resolve_public(target, policy, deadline, limits)
        with _response(target, address, deadline, limits) as response:
            location = response.headers.get("Location") if response.status in _REDIRECTS else None
            if location is None:
                return _body(response, deadline, limits)
            url = urljoin(url, location)
    raise ImageError(f"The web address redirects more than {limits.url_redirects} times. Use the address it ends at.")


def _resolve_public(target: Target, policy: FetchPolicy, deadline: float, limits: Settings) -> str:
    """Return the address to connect to, after every address of the host has been checked."""
    resolved: list[str] = []

    def look_up() -> None:
        try:
            resolved.extend(policy.resolve(target.host))
        except (OSError, UnicodeError):
            return  # gives the same error as an internal address, so that nobody learns which internal names exist

    thread = threading.Thread(target=look_up, daemon=True, name="resolve")  # a resolver takes no timeout
    thread.start()
    thread.join(max(0.0, deadline - monotonic()))
    if thread.is_alive():
        raise _too_slow(limits)
    addresses = [ip_address(each.partition("%")[0]) for each in resolved]
    if not addresses or not all(policy.allowed(each) for each in addresses):
        raise ImageError("The web address is not on the public web. Use an image that anyone can open.")
    return str(addresses[0])


@contextmanager
def _response(target: Target, address: str, deadline: float, limits: Settings) -> Iterator[HTTPResponse]:
    """Yield the response after its headers are read. Read the body in the block. The socket is shut at the ``deadline``."""
    remaining = max(0.01, deadline - monotonic())
    connection = _connect(target, address, remaining)
    clock = threading.Timer(remaining, connection.shut)
    clock.start()
    try:
        path = quote(target.path, safe="/?%:@!$&'()*+,;=~-._[]")
        connection.request(
            "GET",
            path,
            headers={"Host": target.host_header, **_HEADERS},
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,
        )
        response = connection.getresponse()
        if monotonic() >= deadline:  # headers that the timer has cut look complete
            raise _too_slow(limits)
        yield response
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        if monotonic() >= deadline:
            raise _too_slow(limits) from error
        raise ImageError("The server at the web address does not respond properly. Save the image and use the file.") from error
    finally:
        clock.cancel()
        connection.close()
        connection.close_duplicate()


def _connect(target: Target, address: str, timeout: float) -> _HTTP:
    """Prepare a connection to ``address``. TLS verifies that the server there is the target's host."""
    if target.scheme == "http":
        return _HTTP(address, target.port, timeout=timeout)
    return _HTTPS(
        address,
        target.port,
        timeout=timeout,
        server_hostname=target.host,
        assert_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
    )


def _body(response: HTTPResponse, deadline: float, limits: Settings) -> bytes:
    """Read the body. Raise ``ImageError`` if the headers are unsuitable, or as soon as the body exceeds the limit."""
    _check_headers(response, limits)
    content = bytearray()
    while chunk := response.read1(_CHUNK):
        content += chunk
        if len(content) > limits.url_bytes:
            raise _too_large(limits)
    if monotonic() >= deadline:  # a socket that the timer has shut looks like the end of the body
        raise _too_slow(limits)
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and len(content) != int(length):
        raise ImageError(
            "The server at the web address sent only a part of the image. Try again, or save the image and use the file."
        )
    return bytes(content)


def _check_headers(response: HTTPResponse, limits: Settings) -> None:
    if response.status != 200:
        raise ImageError(
            f"The server at the web address responds with status {response.status}. Use an image that anyone can open."
        )
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not kind.startswith("image/"):
        raise ImageError("The web address leads to a page, not to an image. Use the address of the image on that page.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ImageError("The server at the web address compresses the image. Save the image and use the file.")
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > limits.url_bytes:
        raise _too_large(limits)


def _too_large(limits: Settings) -> ImageError:
    return ImageError(
        f"The image at the web address has more than {limits.url_bytes / 1e6:g} MB. Save a smaller copy and use that."
    )


def _too_slow(limits: Settings) -> ImageError:
    return ImageError(f"The server at the web address took more than {limits.url_seconds:g} s. Save the image and use the file.")
