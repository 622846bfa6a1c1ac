"""The picture at an address that a stranger gives, fetched so that the server cannot be sent into its own network.

A name is resolved once, every address it has must be public, and the connection goes to the one that was checked: a name that
answers otherwise the next time ("DNS rebinding") gains nothing. No cookies, no proxy, no redirect that is not checked like it.
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
from devise_core.untrusted.url_guard import Address, Target, is_public, read_address

_MOVED = (301, 302, 303, 307, 308)
_PIECE = 1 << 16
_HEADERS = {
    "User-Agent": f"Semblance/{__version__} (semantic image search; fetches one picture that a visitor named)",
    "Accept": "image/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


def resolve(host: str) -> list[str]:
    """Every address that the system's resolver knows for ``host``. Raises ``OSError`` where there is none."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))


@dataclass(frozen=True)
class Network:
    """What may be reached: how names become addresses, which of those are open to a stranger, and on which ports."""

    resolve: Callable[[str], list[str]] = resolve
    allowed: Callable[[Address], bool] = is_public
    ports: frozenset[int] = field(default=frozenset({80, 443}))


class _Held(HTTPConnection):
    """Keeps a twin of its socket: the socket itself is out of reach while TLS begins, and once the head of the answer is read."""

    _twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._twin = made.dup()
        return made

    def shut(self) -> None:
        """End what is being read or written, in whatever thread. A time limit of the socket's holds for one read only."""
        if self._twin is not None:
            with suppress(OSError):  # the other side was faster
                self._twin.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        if self._twin is not None:
            self._twin.close()


class _HeldTLS(_Held, HTTPSConnection):
    """The same with TLS."""


def fetch_picture(url: str, limits: Settings | None = None, network: Network = Network()) -> bytes:
    """The bytes at ``url``, which says they are a picture; ``read_upload`` finds out whether they are.

    Raises ``ImageError``: switched off, no address of the public web, no picture, too large, too slow, too many redirects.
    """
    limits = limits or settings()
    if not limits.url_search:
        raise ImageError(
            "Search by address is switched off here: upload the picture, or, where this server is yours, set "
            f"{variable('url_search')}=1."
        )
    ends = monotonic() + limits.url_seconds
    for _ in range(limits.url_redirects + 1):
        target = read_address(url, network.ports)
        address = _checked(target, network, ends, limits)
        with _answer(target, address, ends, limits) as answer:
            moved = answer.headers.get("Location") if answer.status in _MOVED else None
            if moved is None:
                return _body(answer, ends, limits)
            url = urljoin(url, moved)
    raise ImageError(f"The address leads on more than {limits.url_redirects} times: give the one it ends at.")


def _checked(target: Target, network: Network, ends: float, limits: Settings) -> str:
    """The one address to connect to, once all that the name has are public ones."""
    found: list[str] = []

    def ask() -> None:
        try:
            found.extend(network.resolve(target.host))
        except (OSError, UnicodeError):
            return  # the same sentence as for an address within: no one is to learn here which names there are

    asking = threading.Thread(target=ask, daemon=True, name="resolve")  # a resolver takes no time limit
    asking.start()
    asking.join(max(0.0, ends - monotonic()))
    if asking.is_alive():
        raise _late(limits)
    addresses = [ip_address(each.partition("%")[0]) for each in found]
    if not addresses or not all(network.allowed(each) for each in addresses):
        raise ImageError("The address leads to no server of the public web: give that of a picture anyone can open.")
    return str(addresses[0])


@contextmanager
def _answer(target: Target, address: str, ends: float, limits: Settings) -> Iterator[HTTPResponse]:
    """The head of the answer is there; the body is read within the block. The socket is shut when the time is over."""
    rest = max(0.01, ends - monotonic())
    connection = (
        _HeldTLS(
            address, target.port, timeout=rest, server_hostname=target.host, assert_hostname=target.host, cert_reqs="CERT_REQUIRED"
        )
        if target.scheme == "https"
        else _Held(address, target.port, timeout=rest)
    )
    clock = threading.Timer(rest, connection.shut)
    clock.start()
    try:
        path = quote(target.path, safe="/?%:@!$&'()*+,;=~-._[]")
        connection.request(
            "GET",
            path,
            headers={"Host": target.name, **_HEADERS},
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,
        )
        answer = connection.getresponse()
        if monotonic() >= ends:  # a head that the clock has cut reads like a short one
            raise _late(limits)
        yield answer
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        if monotonic() >= ends:
            raise _late(limits) from error
        raise ImageError("The server at the address does not answer as it should: save the picture and upload it.") from error
    finally:
        clock.cancel()
        connection.close()
        connection.let_go()


def _body(answer: HTTPResponse, ends: float, limits: Settings) -> bytes:
    """Raises ``ImageError`` by the answer's head, or as soon as what comes is too much."""
    _check_head(answer, limits)
    content = bytearray()
    while piece := answer.read1(_PIECE):
        content += piece
        if len(content) > limits.url_bytes:
            raise _too_large(limits)
    if monotonic() >= ends:  # the clock has shut the socket, which reads like an end
        raise _late(limits)
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and len(content) != int(length):
        raise ImageError("The server at the address sent a part of the picture only: try again, or upload it.")
    return bytes(content)


def _check_head(answer: HTTPResponse, limits: Settings) -> None:
    if answer.status != 200:
        raise ImageError(f"The server at the address answers {answer.status}: give the address of a picture anyone can open.")
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not kind.startswith("image/"):
        raise ImageError("There is no picture at the address itself, but perhaps on its page: give that of the picture.")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ImageError("The server at the address packs the picture: save the picture and upload it.")
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > limits.url_bytes:
        raise _too_large(limits)


def _too_large(limits: Settings) -> ImageError:
    return ImageError(f"The picture at the address has more than {limits.url_bytes / 1e6:g} MB: save a smaller copy and upload it.")


def _late(limits: Settings) -> ImageError:
    return ImageError(f"The server at the address took more than {limits.url_seconds:g} s: save the picture and upload it.")
