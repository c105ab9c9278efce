"""Fetch a web page: the one place that speaks to the network, and only where a user asked for it.

Redirects are followed by hand and checked like the first address, robots.txt is respected, sizes
and times are bounded, proxies and passwords of the environment are not used.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.loading.addresses import Address, parse_address, resolve
from index.loading.files import RefusalError

if TYPE_CHECKING:
    from protego import Protego

AGENT = "Kutip"
SECONDS = 10.0  # for one answer, from the connection to its last byte
SIZE_LIMIT = 10_000_000  # bytes, as sent and unpacked
REDIRECT_LIMIT = 5
PAUSE = 0.5  # seconds between two requests to one host
_LONGEST_PAUSE = 10.0
_ROBOTS_LIMIT = 500_000
_REDIRECTS = {301, 302, 303, 307, 308}
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered with; ``address`` is the last one after redirects."""

    address: Address
    status: int
    content_type: str
    content: bytes


class Fetcher:
    """Fetches pages one after the other, and remembers what their hosts allow.

    Problems are :class:`RefusalError` with the end of a sentence about the address.
    """

    def __init__(self) -> None:
        self._rules: dict[str, Protego | None] = {}
        self._asked: dict[str, float] = {}
        self._tls = ssl.create_default_context()

    def fetch(self, url: str) -> Page:
        """Return the page at an address that answers with success."""
        address = parse_address(url)
        for _ in range(REDIRECT_LIMIT + 1):
            if not self._may_ask(address):
                raise RefusalError("its site asks programs to stay away (robots.txt); save it")
            page, location = self._ask(address)
            if location is None:
                if page.status != http.client.OK:
                    raise RefusalError(f"its host answers {_named(page.status)}; check the address")
                return page
            address = parse_address(location, address)
        raise RefusalError("it is passed on too often; give the last address")

    def _may_ask(self, address: Address) -> bool:
        """Say whether the host's robots.txt lets programs read an address."""
        if address.origin not in self._rules:
            self._rules[address.origin] = self._robots(address)
        rules = self._rules[address.origin]
        return rules is not None and bool(rules.can_fetch(str(address), AGENT))

    def _robots(self, address: Address) -> Protego | None:
        """Return a host's rules; None where they cannot be had, which forbids all (RFC 9309)."""
        from protego import Protego

        there = parse_address("/robots.txt", address)
        for _ in range(REDIRECT_LIMIT + 1):
            page, location = self._ask(there)
            if location is None:
                break
            there = parse_address(location, there)
        else:
            return Protego.parse("")
        if page.status >= http.client.INTERNAL_SERVER_ERROR or page.status == _TOO_MANY:
            return None
        found = page.status == http.client.OK
        return Protego.parse(
            page.content[:_ROBOTS_LIMIT].decode("utf-8", "replace") if found else ""
        )

    def _ask(self, address: Address) -> tuple[Page, str | None]:
        """Ask one address once; return what it answers, and where it sends us on to."""
        self._wait(address)
        try:
            with _connected(address, self._tls) as (connection, clock):
                host = address.origin.partition("//")[2]
                headers = {"Host": host, "User-Agent": AGENT, "Accept-Encoding": "gzip"}
                connection.request("GET", address.target, headers=headers)
                with closing(connection.getresponse()) as answer:
                    location = answer.headers.get("Location")
                    if answer.status in _REDIRECTS and location:
                        return Page(address, answer.status, "", b""), location
                    content = _body(answer, SIZE_LIMIT)
                if clock.timed_out:
                    raise RefusalError("its host takes too long; try again later")
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, RefusalError):
                raise
            raise RefusalError("its host does not answer as it should; try again later") from error
        kind = answer.headers.get_content_type()
        return Page(address, answer.status, kind, content), None

    def _wait(self, address: Address) -> None:
        """Let some time pass between two requests to one host."""
        rules = self._rules.get(address.origin)
        delay = rules.crawl_delay(AGENT) if rules is not None else None
        pause = max(PAUSE, min(float(delay or 0), _LONGEST_PAUSE))
        if address.host in self._asked:
            time.sleep(max(0.0, self._asked[address.host] + pause - time.monotonic()))
        self._asked[address.host] = time.monotonic()


class _Clock:
    """Ends a connection that takes too long, however slowly its bytes drip in."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.timed_out = False

    def ring(self) -> None:
        """End the connection."""
        self.timed_out = True
        try:
            # Of the plain socket: a TLS socket would first take itself apart under its reader.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            return


@contextmanager
def _connected(
    address: Address, tls: ssl.SSLContext
) -> Iterator[tuple[http.client.HTTPConnection, _Clock]]:
    """Connect to the checked network address of a host, for a limited time."""
    family, place = resolve(address)
    with closing(socket.socket(family, socket.SOCK_STREAM)) as plain:
        plain.settimeout(SECONDS)
        clock = _Clock(plain)
        timer = threading.Timer(SECONDS, clock.ring)
        timer.daemon = True
        timer.start()
        try:
            plain.connect(place)
            stream = plain
            if address.scheme == "https":
                stream = tls.wrap_socket(plain, server_hostname=address.host)
                clock._socket = stream
            with closing(stream):
                connection = http.client.HTTPConnection(address.host, address.port)
                connection.auto_open = 0  # never to an address that was not checked
                connection.sock = stream
                yield connection, clock
        except OSError as error:
            if clock.timed_out or isinstance(error, TimeoutError):
                raise RefusalError("its host takes too long; try again later") from error
            raise
        finally:
            timer.cancel()


def _body(answer: http.client.HTTPResponse, limit: int) -> bytes:
    """Return the body of an answer, unpacked; :class:`RefusalError` where it is too large."""
    data = answer.read(limit + 1)
    if len(data) > limit:
        megabytes = limit // 1_000_000
        raise RefusalError(f"it is larger than {megabytes} MB; save it to a file first")
    if answer.length:  # fewer bytes came than were announced
        raise RefusalError("its host ended in the middle; try again later")
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        return data
    if coding not in ("gzip", "x-gzip"):
        raise RefusalError("its host packs it in a way that was not asked for; save it to a file")
    return unpack(data, limit)


def unpack(data: bytes, limit: int = SIZE_LIMIT) -> bytes:
    """Unpack gzip within a limit."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise RefusalError("it is damaged; try again later") from error
    if len(content) > limit:
        raise RefusalError("it unpacks to far more than it is; save it to a file first")
    return content


def _named(status: int) -> str:
    reason = http.client.responses.get(status, "")
    return f"{status} ({reason})" if reason else str(status)
