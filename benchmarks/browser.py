"""The browser that walks through the page: found where it is installed, started the same way."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def start_chromium(playwright: Playwright) -> Browser:
    """Start an installed chromium, or the one that Playwright itself has installed.

    Raises playwright.sync_api.Error where there is neither.
    """
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=found, args=[*_FLAGS])
