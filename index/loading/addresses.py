"""Which web addresses may be asked at all, and the checked network address to ask them at.

http and https, ports 80 and 443, names and numbers of public hosts: whoever writes a link or a
redirect must not make this machine talk to itself or to its neighbours. A name is resolved once,
every address it has must be public, and the connection is made to one that was checked.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from index.loading.files import RefusalError

# (address, port) pairs of this machine that tests may ask. Never filled elsewhere.
TRUSTED: set[tuple[str, int]] = set()

_PORTS = {"http": 80, "https": 443}
_LENGTH_LIMIT = 2048
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
_STRANGE = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}", re.IGNORECASE)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_KEPT_IN_PATH = "/%:@!$&'()*+,;=~-._?"

SocketAddress = tuple[socket.AddressFamily, Any]


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in parts: ``target`` is what is asked for, path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{self.port_part}"

    @property
    def port_part(self) -> str:
        """The port as it is written after a host: ``:8080``, or nothing."""
        return "" if self.port == _PORTS[self.scheme] else f":{self.port}"

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"


def is_address(path: object) -> bool:
    """Say whether what was given is an address and not a path."""
    return isinstance(path, str) and _ADDRESS.match(path) is not None


def parse_address(url: str, base: Address | None = None) -> Address:
    """Take a web address apart, relative to ``base``; :class:`RefusalError` says what is wrong."""
    if len(url) > _LENGTH_LIMIT or _STRANGE.search(url):
        raise RefusalError("its address is not well formed; check it")
    try:
        parts = urlsplit(urljoin(str(base), url) if base else url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:  # also UnicodeError of names that are none
        raise RefusalError("its address is not well formed; check it") from error
    if parts.scheme not in _PORTS:
        raise RefusalError("only http and https addresses can be read; save it to a file first")
    if parts.username is not None or parts.password is not None:
        raise RefusalError("its address holds a user name; take it out")
    if not _HOST.fullmatch(host):
        raise RefusalError("its address is not well formed; check it")
    target = quote(parts.path or "/", safe=_KEPT_IN_PATH)
    query = f"?{quote(parts.query, safe=_KEPT_IN_PATH)}" if parts.query else ""
    port = _PORTS[parts.scheme] if port is None else port
    return Address(parts.scheme, host.lower(), port, target + query)


def resolve(address: Address) -> SocketAddress:
    """Return the network address to connect to; :class:`RefusalError` unless all are public."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusalError("its host is not known; check the address") from error
    for *_, place in found:
        if (place[0], address.port) in TRUSTED:
            continue
        if address.port not in _PORTS.values():
            raise RefusalError("only the ports 80 and 443 are asked; save it to a file first")
        if not is_public(str(place[0])):
            raise RefusalError("its host is not a public one; save it to a file first")
    if not found:
        raise RefusalError("its host is not known; check the address")
    family, _, _, _, place = found[0]
    return family, place


def is_public(number: str) -> bool:
    """Say whether an IP address is one of the public internet."""
    try:
        address = ipaddress.ip_address(number)
    except ValueError:  # also those with a zone, which are of one link
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.sixtofour or address.teredo or address.is_site_local:
            return False
        inner = address.ipv4_mapped
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
