"""Nobody is shut out: axe finds no serious violation in any state, scheme or width."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.ui.conftest import Opener
from tests.ui.room import DESKTOP, PHONE, answered, go

LOOKS = [(size, dark) for size in (DESKTOP, PHONE) for dark in (False, True)]
NAMES = [f"{size['width']}-{'dark' if dark else 'light'}" for size, dark in LOOKS]


def check(page: Page, state: str, folder: Path | None) -> list[str]:
    """Return the serious violations of a state, and keep a picture of it where asked to."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    if folder:
        size = page.viewport_size
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        scheme = "dark" if dark else "light"
        page.screenshot(path=folder / f"{state}-{size['width'] if size else 0}-{scheme}.png")
    found = Axe().run(page).response["violations"]
    return [
        f"{state}: {one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("size", "dark"), LOOKS, ids=NAMES)
def test_axe_finds_nothing_serious(
    visit: Opener, size: dict[str, int], dark: bool, screenshots: Path | None
) -> None:
    """First page, answer, refusal, failure, drawer, articles, insights, open pane."""
    page = visit(size, dark=dark)
    found = check(page, "first", screenshots)
    answered(page, "Who met Guterres?")
    page.wait_for_timeout(300)
    found += check(page, "answer", screenshots)
    answered(page, "When was that?")
    found += check(page, "follow-up", screenshots)
    answered(page, "How will the weather be?")
    found += check(page, "refused", screenshots)
    page.locator("#kutip-turn .card").first.click()
    expect(page.locator("#kutip-pane mark")).to_have_count(1)
    found += check(page, "pane", screenshots)
    page.keyboard.press("Escape")
    answered(page, "damaged")
    found += check(page, "failed", screenshots)
    page.locator(".talks").click()
    found += check(page, "drawer", screenshots)
    page.keyboard.press("Escape")
    go(page, "articles")
    expect(page.locator(".entry").first).to_be_visible()
    found += check(page, "articles", screenshots)
    go(page, "insights")
    expect(page.locator(".panels")).to_be_visible()
    page.locator("[data-topic]").first.click()
    expect(page.locator(".covered .bars")).to_be_visible()
    found += check(page, "insights", screenshots)
    assert found == []


def test_the_pages_are_reached_and_named(visit: Opener) -> None:
    """A navigation with a current page, and headings in their order."""
    page = visit()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    for name in ("ask", "articles", "insights"):
        go(page, name)
        expect(page.locator("nav [aria-current=page]")).to_have_attribute("data-page", name)
    assert re.fullmatch(r"http://[\d.]+:\d+/#insights", page.url)
