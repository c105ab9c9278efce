"""R17: whatever an address or a redirect says, only public hosts are asked, and not for long."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from index.errors import ArticleError
from index.loading import addresses, fetching, load_articles
from index.loading.addresses import is_public
from tests.index.served import Site, serving

PRIVATE = (
    *("127.0.0.1", "127.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]"),
    *("[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[fe80::1%25lo]"),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.1", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "[fd00::1]", "[fec0::1]", "[ff02::1]", "[::127.0.0.1]", "224.0.0.1"),
    *("255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "localhost", "localhost."),
    *("LOCALHOST", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "１２７.0.0.1", "①②⑦.0.0.1"),
)
NAMED = ("metadata.google.internal", "localtest.me", "both.example", "127.0.0.1.nip.io")
WRITTEN = (
    *("http://a@127.0.0.1/", "http://a:b@{trap}/", "http://{trap}#@koran.example/"),
    *("http://koran.example\\@{trap}/", "http://{trap}\\.koran.example/", "http://\t{trap}/"),
    *("http://{trap}\n/", "http://koran.example:{port}@{trap}/", "http:///{trap}/", "http:{trap}"),
    *("file:///etc/passwd", "file://localhost/etc/passwd", "ftp://{trap}/", "gopher://{trap}/"),
    *("data:/text/html,x", "jar:http://{trap}!/", "unix:/var/run/x", "dict://{trap}/x"),
    *("http://koran.example:22/", "http://koran.example:25/", "http://koran.example:6379/"),
    *("http://koran.example:11211/", "http://koran.example:8080/", "http://[::1/", "http://"),
    *("http://koran.example:99999/", "http://" + "a" * 300 + ".example/", "http://ko ran.example/"),
)
STATUSES = (301, 302, 303, 307, 308)


@pytest.fixture
def trap() -> Iterator[Site]:
    """Serve something that must never be asked: it is not trusted."""
    with serving() as served:
        served.put("/", "<p>rahasia</p>")
        yield served


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Serve a site that may be asked, and resolve the names of the probes."""
    monkeypatch.setattr(fetching, "PAUSE", 0.0)
    look_up = socket.getaddrinfo
    known = {
        "koran.example": ["93.184.216.34"],
        "metadata.google.internal": ["169.254.169.254"],
        "localtest.me": ["127.0.0.1"],
        "localhost.": ["127.0.0.1"],
        "both.example": ["93.184.216.34", "127.0.0.1"],
        "127.0.0.1.nip.io": ["127.0.0.1"],
    }

    def stub(host: Any, port: int, **options: Any) -> list[Any]:
        if host in known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in known[host]]
        return [*look_up(host, port, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", stub)
    with serving() as served:
        monkeypatch.setattr(addresses, "TRUSTED", {("127.0.0.1", served.port)})
        yield served


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch, site: Site) -> list[Any]:
    """Record every connection to another address than the site's, and refuse it."""
    made: list[Any] = []
    connect = socket.socket.connect

    def recorded(self: socket.socket, place: Any) -> None:
        if place[1] != site.port:
            made.append(place)
            raise ConnectionRefusedError
        connect(self, place)

    monkeypatch.setattr(socket.socket, "connect", recorded)
    return made


def errors_of(address: str) -> list[str]:
    """Return what is said of an address, which must give no article."""
    errors: list[ArticleError] = []
    assert list(load_articles(address, on_error=errors.append)) == []
    assert all(str(error).endswith(".") and str(error).isprintable() for error in errors)
    return [str(error) for error in errors]


@pytest.mark.parametrize("host", [*PRIVATE, *NAMED])
@pytest.mark.parametrize("way", ["typed", "port", *STATUSES])
def test_no_private_host_is_ever_asked(
    site: Site, trap: Site, connections: list[Any], host: str, way: str | int
) -> None:
    """Neither where the user names it nor where a public page sends us on to it."""
    target = f"http://{host}:{trap.port}/" if way == "port" else f"http://{host}/"
    if isinstance(way, int):
        target = site.put("/lompat", status=way, Location=target)
    assert len(errors_of(target)) == 1
    assert (connections, trap.asked) == ([], [])


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("way", ["typed", 302])
def test_no_way_of_writing_an_address_leads_to_another_host(
    site: Site, trap: Site, connections: list[Any], written: str, way: str | int
) -> None:
    """Parsers disagree about such addresses, so none of them is asked."""
    target = written.format(trap=f"127.0.0.1:{trap.port}", port=trap.port)
    if way == 302:
        location = target.replace("\n", "%0a")
        target = site.put("/lompat", status=302, Location=location)
    assert len(errors_of(target)) == 1
    assert trap.asked == []
    assert {place[0] for place in connections} <= {"93.184.216.34"}


def test_the_checked_address_is_the_one_that_is_asked(
    site: Site, connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is public when it is checked and private a moment later (DNS rebinding)."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1", "127.0.0.1"])

    def rebind(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    assert len(errors_of("http://berubah.example/")) == 1
    assert connections == [("93.184.216.34", 80)]


def test_proxies_of_the_environment_are_not_used(
    site: Site, trap: Site, connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be asked in place of the checked address."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
    assert len(errors_of("http://koran.example/")) == 1
    assert connections == [("93.184.216.34", 80)]
    assert trap.asked == []


def test_a_meta_refresh_is_not_followed(site: Site, trap: Site) -> None:
    """A page is text; nothing in it is done."""
    head = f'<meta http-equiv="refresh" content="0;url=http://127.0.0.1:{trap.port}/">'
    body = f"<html><head>{head}</head><body><article><p>Isi halaman.</p></article></body></html>"
    (article,) = load_articles(site.put("/a", body))
    assert ("Isi halaman." in article.text, trap.asked) == (True, [])


BODIES = {
    "gzip bomb": (
        gzip.compress(bytes(100_000_000)),
        {"Content_Encoding": "gzip"},
        "unpacks to far",
    ),
    "too large": (b"x" * 10_000_001, {}, "it is larger than 10 MB"),
    "other coding": (b"x", {"Content_Encoding": "br"}, "was not asked for"),
    "cut": (b"x", {"Content_Length": "10"}, "ended in the middle"),
    "negative": (b"x" * 10_000_001, {"Content_Length": "-5"}, "it is larger than 10 MB"),
    "headers": (b"x", {f"X-{n}": "y" for n in range(200)}, "does not answer as it should"),
    "header": (b"x", {"X-A": "y" * 100_000}, "does not answer as it should"),
    "type": (b"\0\1\2" * 100, {"kind": "application/octet-stream"}, "no article"),
    "status": (b"x", {"status": 500}, "answers 500"),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("case", BODIES)
def test_bodies_are_bounded(site: Site, case: str) -> None:
    """In size, as sent and as unpacked, and in what they may be."""
    body, options, problem = BODIES[case]
    (error,) = errors_of(site.put("/a", body, **options))
    assert problem in error


@pytest.mark.parametrize("begun", [b"", b"<html>"])
def test_a_host_that_never_ends_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    """By the clock, not by the pauses between its bytes."""
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    (error,) = errors_of(site.put("/a", begun, X_Hang="yes"))
    assert "takes too long" in error


@pytest.mark.parametrize(
    ("number", "public"),
    [("93.184.216.34", True), ("2606:4700::1111", True), ("64:ff9b::5db8:d822", True)]
    + [(host.strip("[]"), False) for host in PRIVATE if host[0] in "[1" and host.isascii()],
)
def test_public_addresses_are_told_from_all_others(number: str, public: bool) -> None:
    """Also where an IPv4 address is inside an IPv6 one."""
    assert is_public(number) is public


def test_there_are_enough_probes() -> None:
    """R17 asks for 60."""
    assert len(PRIVATE) + len(NAMED) + len(WRITTEN) + len(BODIES) + 5 >= 60
