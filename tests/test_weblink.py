"""The server fetches an image for a visitor only from the public web, and with limits on size and time."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from benchmarks.malformed import encoded, picture
from devise_core.errors import ImageError
from devise_core.settings import Settings
from devise_core.untrusted.url_fetch import FetchPolicy, fetch_image
from devise_core.untrusted.url_guard import is_public

CAT = encoded(picture(), "JPEG")
ON = Settings(url_search=True, url_seconds=5, url_bytes=100_000)
PUBLIC = "93.184.215.14"
NAMES = {
    "public.example": [PUBLIC],
    "inside.example": ["10.0.0.7"],
    "loop.example": ["127.0.0.1"],
    "both.example": [PUBLIC, "127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "local.example": ["fe80::1%lo"],
    "localhost": ["127.0.0.1", "::1"],
    "a.localhost": ["127.0.0.1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "db": ["172.18.0.2"],
}

REFUSED = """
    file:///etc/passwd  ftp://public.example/a.jpg  gopher://127.0.0.1:PORT/_GET  data:image/png;base64,AAAA  javascript:alert(1)
    dict://127.0.0.1:PORT/info  ws://127.0.0.1:PORT/  jar:http://127.0.0.1:PORT/  //127.0.0.1:PORT/a  127.0.0.1:PORT/a  http:127.0.0.1:PORT
    http:/127.0.0.1:PORT/a  http://  http:///a  http://:PORT/a
    http://127.0.0.1:PORT/a  http://127.1:PORT/a  http://127.0.1:PORT/a  http://127.8.9.10:PORT/a  http://2130706433:PORT/a  http://0x7f000001:PORT/a
    http://0x7f.0.0.1:PORT/a  http://0x7f.1:PORT/a  http://017700000001:PORT/a  http://0177.0.0.1:PORT/a  http://0177.0.0.01:PORT/a
    http://127.0.0.1.:PORT/a  http://127.0.0.0x1:PORT/a  http://00000127.0.0.1:PORT/a  http://0.0.0.0:PORT/a  http://0:PORT/a  http://0x0:PORT/a
    http://127.0.0.1:PORT  HTTP://127.0.0.1:PORT/a  https://127.0.0.1:PORT/a  http://4294967297:PORT/a  http://127.0.0.256:PORT/a  http://0x:PORT/a
    http://10.0.0.1/a  http://172.16.0.1/a  http://172.31.255.255/a  http://192.168.1.1/a  http://100.64.0.1/a  http://100.100.100.200/a
    http://169.254.169.254/latest/meta-data/  http://2852039166/a  http://0xa9fea9fe/a  http://192.0.0.192/a  http://168.63.129.16/a
    http://224.0.0.1/a  http://239.255.255.250/a  http://240.0.0.1/a  http://255.255.255.255/a  http://198.18.0.1/a  http://192.0.2.1/a
    http://203.0.113.5/a  http://192.88.99.1/a
    http://[::1]:PORT/a  http://[::]:PORT/a  http://[::ffff:127.0.0.1]:PORT/a  http://[::ffff:7f00:1]:PORT/a  http://[::127.0.0.1]:PORT/a
    http://[0:0:0:0:0:0:0:1]:PORT/a  http://[::ffff:0:127.0.0.1]:PORT/a  http://[fe80::1]/a  http://[fe80::1%25lo]/a  http://[fc00::1]/a
    http://[fd00:ec2::254]/a  http://[ff02::1]/a  http://[2002:7f00:1::]/a  http://[64:ff9b::7f00:1]/a  http://[64:ff9b:1::7f00:1]/a
    http://[2001:0:7f00:1::]/a  http://[2001:db8::1]/a  http://[fec0::1]/a  http://[100::1]/a  http://[3fff::1]/a  http://[::1/a  http://[v1.a]/a
    http://localhost:PORT/a  http://LOCALHOST:PORT/a  http://localhost.:PORT/a  http://a.localhost:PORT/a  http://db:PORT/a  http://nowhere.example/a
    http://inside.example/a  http://loop.example:PORT/a  http://both.example:PORT/a  http://six.example:PORT/a  http://mapped.example:PORT/a
    http://local.example/a  http://metadata.google.internal/a  http://127.0.0.1.nip.example:PORT/a
    http://１２７.０.０.１:PORT/a  http://127。0。0。1:PORT/a  http://①②⑦.⓪.⓪.①:PORT/a  http://ⓛocalhost:PORT/a  http://loop%2eexample:PORT/a
    http://me@127.0.0.1:PORT/a  http://me:pw@public.example/a  http://public.example@127.0.0.1:PORT/a  http://public.example:80@127.0.0.1:PORT/a
    http://127.0.0.1:PORT#@public.example/  http://127.0.0.1:PORT?@public.example/  http://public.example\\@127.0.0.1:PORT/a
    http://127.0.0.1:PORT\\@public.example/a  http:\\\\127.0.0.1:PORT/a
    http://public.example:22/a  http://public.example:8080/a  http://public.example:0/a  http://public.example:65536/a  http://public.example:-1/a
    http://public.example:x/a  http://public.example:443:PORT/a  http://127.0.0.1%00.public.example/a  http://-a.example/a  http://a..example/a
""".split()  # noqa: SIM905  a table
REFUSED += [
    "",
    " ",
    "http://127.0.0.1\t:PORT/a",
    "http://public.example/\r\nHost: 127.0.0.1",
    "http://127.0.0.1\0.public.example/a",
    "ht\ntp://127.0.0.1:PORT/a",
    "http://public.example /a",
    "http://public.example/\u202ea",
    "http://\u00ad127.0.0.1:PORT/a",
    "http://public.example/" + "a" * 2_000,
    "http://" + "a." * 130 + "example/",
]


class Site(ThreadingHTTPServer):
    """A web server that counts connections.

    ``say`` gives for a path the status, the headers, the chunks of the body and the pause before each.
    """

    daemon_threads = True
    address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET

    def __init__(self) -> None:
        self.connections, self.asked, self.heads = 0, list[str](), list[dict[str, str]]()
        self.say: dict[str, tuple[int, dict[str, str], list[bytes], float]] = {}
        self.closing = threading.Event()
        super().__init__(("::" if self.address_family == socket.AF_INET6 else "", 0), Answer)

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:  # one door for ::1, 127.0.0.1 and all their other forms
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def get_request(self) -> tuple[socket.socket, object]:
        self.connections += 1
        return super().get_request()


class Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.heads.append(dict(self.headers))
        status, fields, pieces, pause = self.server.say.get(self.path, (200, {"Content-Type": "image/jpeg"}, [CAT], 0))
        try:
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in pieces:
                self.server.closing.wait(pause)
                self.wfile.write(piece)
        except OSError:
            return  # the other side has had enough, which is what is tested

    def log_message(self, *_: object) -> None:
        """Nothing: the tests read ``asked``."""


@pytest.fixture(scope="module")
def running() -> Iterator[Site]:
    with Site() as site:
        threading.Thread(target=site.serve_forever, args=(0.01,), daemon=True).start()
        yield site
        site.closing.set()
        site.shutdown()


@pytest.fixture
def site(running: Site) -> Site:
    running.connections, running.asked, running.heads, running.say = 0, [], [], {}
    return running


def lookup(host: str) -> list[str]:
    """Resolve by the table, and a number in any form as the system reads it, which is the worst case."""
    if host in NAMES:
        return NAMES[host]
    return [str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)]


def strict(site: Site) -> FetchPolicy:
    """The policy of a real server, except for the table of names and the port of the test server."""
    return FetchPolicy(lookup, ports=frozenset({80, 443, site.server_port}))


def open_policy(site: Site) -> FetchPolicy:
    """A policy that allows only ``web.example``, which is the test server."""
    return FetchPolicy(
        lambda host: ["127.0.0.1"] if host == "web.example" else lookup(host),
        lambda address: address == ip_address("127.0.0.1"),
        frozenset({site.server_port}),
    )


def get(site: Site, path: str = "/cat.jpg", limits: Settings = ON) -> bytes:
    return fetch_image(f"http://web.example:{site.server_port}{path}", limits, open_policy(site))


def test_the_table_has_100_urls() -> None:
    assert len(set(REFUSED)) == len(REFUSED) >= 100


@pytest.mark.parametrize("form", REFUSED)
def test_dangerous_urls_are_refused_without_a_connection(form: str, site: Site) -> None:
    with pytest.raises(ImageError, match=r"\. [A-Z]"):
        fetch_image(form.replace("PORT", str(site.server_port)), ON, strict(site))
    assert site.connections == 0


def test_fetching_is_off_by_default(site: Site) -> None:
    with pytest.raises(ImageError, match="switched off on this server.*Upload.*SEMBLANCE_URL_SEARCH=1"):
        get(site, limits=Settings())
    assert site.connections == 0


def test_an_image_is_fetched_with_one_short_request(site: Site) -> None:
    assert get(site, "/a b/ü.jpg?x=1&y=ä".replace(" ", "%20")) == CAT
    assert (site.asked, site.connections) == (["/a%20b/%C3%BC.jpg?x=1&y=%C3%A4"], 1)
    assert site.heads[0]["Host"] == f"web.example:{site.server_port}"
    assert set(site.heads[0]) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


def test_proxies_of_the_environment_are_ignored(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{site.server_port}")
    get(site)
    assert site.asked == ["/cat.jpg"]  # a proxy would be asked for the whole address


def test_dns_rebinding_is_ineffective(site: Site) -> None:
    asked = []

    def rebinding(host: str) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    policy = FetchPolicy(rebinding, ports=frozenset({site.server_port}))
    with pytest.raises(ImageError):
        fetch_image(f"http://rebind.example:{site.server_port}/cat.jpg", ON.model_copy(update={"url_seconds": 0.5}), policy)
    assert (asked, site.connections) == (["rebind.example"], 0)


def test_a_host_with_one_internal_address_is_refused(site: Site) -> None:
    with pytest.raises(ImageError, match="not on the public web"):
        fetch_image(f"http://both.example:{site.server_port}/a", ON, strict(site))
    assert site.connections == 0


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.2:PORT/secret",
        "http://inside.example:PORT/a",
        "//localhost:PORT/a",
        "http://[::1]:PORT/a",
        "file:///etc/passwd",
        "http://web.example:22/",
        "http://me:pw@web.example:PORT/a",
        "http://169.254.169.254:PORT/",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_checked_like_the_first_url(site: Site, to: str, status: int) -> None:
    site.say["/cat.jpg"] = (status, {"Location": to.replace("PORT", str(site.server_port))}, [], 0)
    with pytest.raises(ImageError):
        get(site)
    assert (site.asked, site.connections) == (["/cat.jpg"], 1)


def test_redirects_are_limited(site: Site) -> None:
    for step in range(5):
        site.say[f"/{step}"] = (302, {"Location": f"{step + 1}"}, [], 0)
    assert get(site, "/2") == CAT
    with pytest.raises(ImageError, match="redirects more than 3 times"):
        get(site, "/0")
    assert site.asked == ["/2", "/3", "/4", "/5", "/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    ("status", "fields", "says"),
    [
        (200, {"Content-Type": "text/html"}, "not to an image"),
        (200, {}, "not to an image"),
        (404, {"Content-Type": "image/png"}, "responds with status 404"),
        (200, {"Content-Type": "image/png", "Content-Encoding": "gzip"}, "compresses the image"),
        (206, {"Content-Type": "image/png"}, "responds with status 206"),
        (200, {"Content-Type": "image/png", "Content-Length": "100001"}, "more than 0.1 MB"),
        (302, {}, "responds with status 302"),
        (200, {"Content-Type": "image/png", "Content-Length": "50"}, "only a part of the image"),
    ],
)
def test_responses_without_a_suitable_image_are_refused(site: Site, status: int, fields: dict[str, str], says: str) -> None:
    site.say["/cat.jpg"] = (status, fields, [gzip.compress(bytes(1_000_000))[:20]], 0)
    with pytest.raises(ImageError, match=says):
        get(site)


def test_an_endless_body_is_cut(site: Site) -> None:
    site.say["/cat.jpg"] = (200, {"Content-Type": "image/png"}, [bytes(50_000)] * 1_000, 0)
    with pytest.raises(ImageError, match=r"more than 0.1 MB"):
        get(site)


def test_chunks_are_counted(site: Site) -> None:
    chunk = b"c350\r\n" + bytes(50_000) + b"\r\n"
    site.say["/cat.jpg"] = (200, {"Content-Type": "image/png", "Transfer-Encoding": "chunked"}, [chunk] * 100, 0)
    with pytest.raises(ImageError, match=r"more than 0.1 MB|not respond properly"):
        get(site)


@pytest.mark.parametrize(
    ("scheme", "how"), [("http", "silent"), ("http", "body"), ("http", "head"), ("https", "silent"), ("https", "hello")]
)
def test_a_slow_server_is_abandoned(scheme: str, how: str) -> None:
    """A byte every 50 ms resets the timeout of each read, but not the limit on the whole."""
    with dripping(how) as port:
        policy = FetchPolicy(lambda _: ["127.0.0.1"], lambda _: True, frozenset({port}))
        with pytest.raises(ImageError, match=r"took more than 0.4 s"):
            fetch_image(f"{scheme}://web.example:{port}/", ON.model_copy(update={"url_seconds": 0.4}), policy)


def test_a_slow_resolver_is_abandoned(site: Site) -> None:
    policy = FetchPolicy(lambda _: [PUBLIC] if site.closing.wait(5) else [])
    with pytest.raises(ImageError, match=r"took more than 0.2 s"):
        fetch_image("http://web.example/", ON.model_copy(update={"url_seconds": 0.2}), policy)


def test_https_sends_the_host_name_to_the_pinned_address() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            caller, _ = door.accept()
            with caller:
                heard.append(caller.recv(4_096))

        thread = threading.Thread(target=listen)
        thread.start()
        port = door.getsockname()[1]
        policy = FetchPolicy(lambda _: ["127.0.0.1"], lambda _: True, frozenset({port}))
        with pytest.raises(ImageError, match="not respond properly"):
            fetch_image(f"https://web.example:{port}/a", ON, policy)
        thread.join()
    assert heard[0][0] == 0x16  # a TLS handshake, and the name within
    assert b"web.example" in heard[0]


@pytest.mark.parametrize("text", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_are_allowed(text: str) -> None:
    assert is_public(ip_address(text))


@contextmanager
def dripping(how: str) -> Iterator[int]:
    done = threading.Event()

    def drip(door: socket.socket) -> None:
        caller, _ = door.accept()
        with caller:
            if how == "body":
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
            elif how == "head":
                caller.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            elif how == "hello":
                caller.sendall(b"\x16\3\3\x3f\xff")  # of a TLS record of 16 kB, which then comes a byte at a time
            while not done.wait(0.05):
                try:
                    caller.sendall(b"" if how == "silent" else b"a")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=drip, args=(door,))
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            done.set()
            thread.join()
