"""A URL that leads to an internal address, or is not plainly a web address, is refused without a connection."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from devise_core.errors import ImageError
from devise_core.untrusted.url_fetch import FetchPolicy, fetch_image
from devise_core.untrusted.url_guard import is_public
from tests.image_server import ON, PUBLIC, ImageServer, get, strict

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


def test_the_table_has_100_urls() -> None:
    assert len(set(REFUSED)) == len(REFUSED) >= 100


@pytest.mark.parametrize("form", REFUSED)
def test_dangerous_urls_are_refused_without_a_connection(form: str, image_site: ImageServer) -> None:
    with pytest.raises(ImageError, match=r"\. [A-Z]"):
        fetch_image(form.replace("PORT", str(image_site.server_port)), ON, strict(image_site))
    assert image_site.connections == 0


def test_dns_rebinding_is_ineffective(image_site: ImageServer) -> None:
    asked = []

    def rebinding(host: str) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    policy = FetchPolicy(rebinding, ports=frozenset({image_site.server_port}))
    with pytest.raises(ImageError):
        fetch_image(f"http://rebind.example:{image_site.server_port}/cat.jpg", ON.model_copy(update={"url_seconds": 0.5}), policy)
    assert (asked, image_site.connections) == (["rebind.example"], 0)


def test_a_host_with_one_internal_address_is_refused(image_site: ImageServer) -> None:
    with pytest.raises(ImageError, match="not on the public web"):
        fetch_image(f"http://both.example:{image_site.server_port}/a", ON, strict(image_site))
    assert image_site.connections == 0


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
def test_a_redirect_is_checked_like_the_first_url(image_site: ImageServer, to: str, status: int) -> None:
    image_site.say["/cat.jpg"] = (status, {"Location": to.replace("PORT", str(image_site.server_port))}, [], 0)
    with pytest.raises(ImageError):
        get(image_site)
    assert (image_site.asked, image_site.connections) == (["/cat.jpg"], 1)


@pytest.mark.parametrize("text", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_are_allowed(text: str) -> None:
    assert is_public(ip_address(text))
