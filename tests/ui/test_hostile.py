"""Nothing of an article, a question, a file or a record ever runs or phones home: R14 and R15.

The payloads go through fifteen sinks: question, understood question, frame, growing text, final
text, notice, claim, card, title, author, address and body in the pane, list of articles and its
facets, map, file name and error of an upload, history after a reload, Markdown and HTML exports.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.conftest import Opener
from tests.ui.payloads import PAYLOADS
from tests.ui.room import HOSTILE, PHONE, answered, go

FIRSTS = range(len(PAYLOADS) // 10)
FOREIGN = (
    "script[src*=evil], img, image, iframe, object, embed, video, audio,"
    " form:not(.ask, .finder, .by-address, .coverage), base, meta[http-equiv], math,"
    " marquee, style:not(:where(head *, gradio-app *)),"
    " #kutip-talk a, [onerror], [onload], [onclick], [onfocus], [style*='//evil']"
)


def is_clean(page: Page, where: str = "#kutip-room") -> None:
    """Assert that nothing foreign is an element, and nothing ran."""
    page.wait_for_timeout(50)  # an image that fails needs a moment to say so
    assert (
        page.locator(where).locator(FOREIGN).evaluate_all("all => all.map(e => e.outerHTML)") == []
    )
    assert page.evaluate("window.__xss") is None


def test_there_are_enough_payloads() -> None:
    """Eighty or more, each once."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 80


@pytest.mark.parametrize("first", FIRSTS)
def test_answers_and_articles_are_only_text(visit: Opener, first: int) -> None:
    """Growing and final, in every part of an answer and in the pane, then again after a reload."""
    page = visit(PHONE if first % 3 == 2 else {"width": 1280, "height": 800})
    part = PAYLOADS[10 * first : 10 * first + 10]
    question = f"hostile {first} {part[0]}"
    page.fill("#kutip-question", question)
    page.keyboard.press("Enter")
    turn = page.locator("#kutip-turn")
    expect(turn.locator(".actions")).to_be_visible()
    is_clean(page)
    for payload in part[:3]:
        shown = visible(payload)
        assert shown in visible(turn.locator("div.answer").inner_text())
    for number in range(len(part)):
        turn.locator(".chip").nth(number).evaluate("chip => chip.click()")
        expect(page.locator("#kutip-pane .title")).to_have_count(1)
        expect(page.locator("#kutip-pane [aria-busy]")).to_have_count(0)
        is_clean(page, "#kutip-pane")
        page.keyboard.press("Escape")
    page.reload()
    expect(page.locator("#kutip-past .actions")).to_have_count(1)
    assert visible(part[1]) in visible(page.locator("#kutip-past div.answer").inner_text())
    is_clean(page)


def visible(text: str) -> str:
    """Return letters and digits alone: the rest may be shown as marks or as white space."""
    return re.sub(r"[\W_]+", "", re.sub(r"U\+\w+( ×\d+)?", "", text))


def test_lists_and_maps_are_only_text(visit: Opener) -> None:
    """Titles, sources and facets on the Articles page, titles on the map, a search as a payload."""
    page = visit()
    go(page, "articles")
    for _ in range(3):
        expect(page.locator(".more-rows")).to_be_visible()
        page.locator(".more-rows").click()
    expect(page.locator(".entry").last).to_contain_text("title")
    is_clean(page, "#kutip-articles")
    for payload in PAYLOADS[::12]:
        page.goto(f"{page.url.split('#')[0]}#articles?{query(payload)}")
        expect(page.locator(".count-line")).to_be_visible()
        is_clean(page, "#kutip-articles")
    go(page, "insights")
    expect(page.locator(".panels")).to_be_visible(timeout=30_000)
    is_clean(page, "#kutip-insights")


def query(payload: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"query": payload, "source": payload, "year": payload, "topic": payload})


def test_names_and_errors_of_files_are_only_text(visit: Opener) -> None:
    """A file whose name is a payload, refused or not, is told of in words."""
    page = visit()
    go(page, "articles")
    names = [payload.replace("/", "-").replace("\x00", "") for payload in PAYLOADS[::4]]
    files = [
        {"name": f"{name}.{kind}", "mimeType": "text/plain", "buffer": b"{"}
        for name, kind in zip(names, ["jsonl", "exe"] * len(names), strict=False)
    ]
    page.locator("#kutip-articles input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    expect(page.locator(".overall")).to_have_text("All files are done.", timeout=20_000)
    expect(page.locator(".job.failed")).to_have_count(len(files))
    is_clean(page, "#kutip-articles")


def test_exports_are_only_text(visit: Opener, browser: Browser, tmp_path: Path) -> None:
    """The HTML of a conversation opens anywhere, runs nothing and asks for nothing."""
    page = visit()
    for first in FIRSTS:
        answered(page, f"hostile {first} x")
    page.locator(".talks").click()
    with page.expect_download() as download:
        page.locator(".export-html").click()
    path = tmp_path / "export.html"
    download.value.save_as(path)
    asked: list[str] = []
    opened = browser.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("dialog", lambda dialog: asked.append(dialog.message))
    opened.goto(path.as_uri())
    assert opened.locator("li").count() == 10 * len(FIRSTS)
    assert opened.evaluate("window.__xss") is None
    assert asked == [path.as_uri()]
    assert opened.locator("script, img, iframe, a, svg, form, object").count() == 0
    opened.close()


def test_a_record_made_up_in_the_browser_is_only_text(visit: Opener) -> None:
    """A history that somebody else wrote passes through the same rendering."""
    page = visit()
    record = {
        "question": PAYLOADS[0], "text": PAYLOADS[15], "found": True, "confidence": 7,
        "reader": "x", "language": "en", "generation": 1, "notice": PAYLOADS[1],
        "completed": PAYLOADS[2],
        "unsupported": [{"text": PAYLOADS[15], "probability": 1}],
        "citations": [], "hits": [],
    }  # fmt: skip
    page.evaluate(
        """record => {
            const keep = (name, value) => localStorage.setItem(name, JSON.stringify(value));
            keep('kutip:talks', [{ id: '1-1', title: record.notice }]);
            keep('kutip:talk:1-1', [JSON.stringify(record), 'x', 3]);
        }""",
        record,
    )
    page.goto(f"{page.url.split('#')[0]}#talk?id=1-1")
    page.reload()
    expect(page.locator("#kutip-past .question")).to_have_text(PAYLOADS[0])
    page.locator(".talks").click()
    expect(page.locator(".talk")).to_have_text(PAYLOADS[1])
    is_clean(page, "body")


def test_the_articles_are_as_hostile_as_they_should_be() -> None:
    """Every payload stands in title, text, source, author and id."""
    for article, payload in zip(HOSTILE, PAYLOADS, strict=True):
        fields = (article.title, article.text, article.source, *article.authors, article.id)
        assert all(payload in field for field in fields)
