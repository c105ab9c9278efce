"""One server and one browser for all tests of the page."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    ViewportSize,
    sync_playwright,
)

from benchmarks.browser import start_chromium
from tests.index.conftest import HashEmbedder
from tests.ui.room import DESKTOP, Scripted, open_library
from ui.app import build
from ui.uploads import Uploads

Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    """Return the library whose answers tests decide."""
    made = open_library(tmp_path_factory.mktemp("room") / "index", HashEmbedder())
    made.uploads = Uploads(made.add_file, made.add_address)
    yield made
    made.uploads.close()
    made.index.close()


@pytest.fixture(scope="session")
def address(library: Scripted, browser: Browser) -> Iterator[str]:
    """Serve the chat from a thread and return host:port."""
    assert browser  # started first: Gradio takes the event loop that is there, or leaves one open
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(build(library), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start chromium."""
    with sync_playwright() as playwright:
        try:
            chromium = start_chromium(playwright)
        except Error as error:
            pytest.fail(f"There is no chromium; 'playwright install chromium' brings one: {error}")
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Opener]:
    """Open the chat; afterwards nothing was asked of another host, and no script misbehaved."""
    troubles: list[str] = []
    contexts: list[BrowserContext] = []

    def check(url: str) -> None:
        if not url.startswith((f"http://{address}/", "data:", "blob:")):
            troubles.append(f"request to {url}")

    def hear(message: ConsoleMessage) -> None:
        address = message.location["url"]  # of what was refused; the page says so in words
        refused = "/kutip/upload" in address or "/queue/join" in address
        if message.type == "error" and not refused:
            troubles.append(f"console {message.text}")

    def open_page(
        size: ViewportSize = DESKTOP,
        *,
        locale: str = "en-US",
        dark: bool = False,
        at: str = "",
        beside: Page | None = None,
    ) -> Page:
        if beside:
            context = beside.context
        else:
            scheme = "dark" if dark else "light"
            context = browser.new_context(
                viewport=size, locale=locale, color_scheme=scheme, reduced_motion="reduce"
            )
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda request: check(request.url))
        page.on("pageerror", lambda error: troubles.append(f"error {error}"))
        page.on("dialog", lambda dialog: troubles.append(f"dialog {dialog.message}"))
        page.on("console", hear)
        page.goto(f"http://{address}/{at}")
        page.wait_for_selector(".kutip-ready")
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("window.__xss") is None
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        context.close()
    assert troubles == []


@pytest.fixture(scope="session")
def screenshots() -> Path | None:
    """Return the folder for screenshots, where ``KUTIP_SCREENSHOTS`` names one."""
    named = os.environ.get("KUTIP_SCREENSHOTS")
    if named:
        Path(named).mkdir(parents=True, exist_ok=True)
    return Path(named) if named else None
