"""What all tests share: an index of seeds/, no settings of the user, no way to the network."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index import ArticleIndex

SEEDS = Path(__file__).parents[1] / "seeds"

# Not KUTIP_CACHE: the model is compiled once, in the user's own cache.
for _name in ("KUTIP_INDEX", "KUTIP_LLM", "KUTIP_MODEL"):
    os.environ.pop(_name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option behind `make test-long`."""
    parser.addoption("--run-long", action="store_true", help="run the long sizes of tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long sizes out unless they are asked for."""
    if not config.getoption("--run-long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="long: run by make test-long"))


@pytest.fixture(scope="session")
def seed_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArticleIndex]:
    """Return an index of seeds/ with the bundled model."""
    with ArticleIndex.open(tmp_path_factory.mktemp("seeds") / "index", create=True) as index:
        report = index.add(SEEDS)
        assert (report.added, report.failed) == (5, ())
        yield index


def _leaves(host: object) -> bool:
    """Say whether a host is another machine than this one."""
    try:
        return not ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return "." in str(host)  # a name without a dot is not one of the network


@pytest.fixture(scope="session")
def _outside() -> Iterator[list[object]]:
    """Refuse to look up and to reach other machines, and collect which were wanted."""
    wanted: list[object] = []
    look_up = socket.getaddrinfo

    def refuse(target: object) -> OSError:
        wanted.append(target)
        return socket.gaierror(socket.EAI_NONAME, f"tests may not reach {target}")

    def guarded(name: str, place: int) -> Callable[..., object]:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> object:
            address = arguments[place]
            if self.family in (socket.AF_INET, socket.AF_INET6) and _leaves(address[0]):
                raise refuse(address)
            return original(self, *arguments)

        return call

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> object:
        # A number is looked up nowhere.
        if isinstance(host, str) and not host[-1:].isdigit() and ":" not in host and _leaves(host):
            raise refuse(host)
        return look_up(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        for name, place in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
            patch.setattr(socket.socket, name, guarded(name, place))
        yield wanted


@pytest.fixture(autouse=True)
def _no_network(_outside: list[object]) -> Iterator[None]:
    """Fail a test that wanted to reach another machine, even if its error was swallowed."""
    yield
    wanted = [*_outside]
    _outside.clear()
    assert not wanted, f"tests may not reach other machines: {wanted}"
