"""The Articles and Insights pages: browsing and deleting, and looking from above."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index import Article, ArticleIndex
from tests.index.conftest import HashEmbedder
from tests.ui.conftest import Opener
from tests.ui.room import ARTICLE, PHONE, Scripted, go
from ui.insights import render_insights
from ui.library import Library
from ui.texts import ENGLISH


def test_articles_are_listed_found_and_read(visit: Opener, library: Scripted) -> None:
    """The newest first; words, language and year narrow the list; the address keeps the choice."""
    page = visit()
    go(page, "articles")
    expect(page.locator(".count-line")).to_contain_text(f"{library.count()} articles")
    expect(page.locator(".entry").first).to_contain_text("Museum restores a palm-leaf book")
    page.fill("#kutip-find", "Guterres")
    expect(page.locator(".entry").first).to_contain_text(ARTICLE.title)
    page.locator(".entry").first.click()
    expect(page.locator("#kutip-pane .title")).to_have_text(ARTICLE.title)
    page.locator(".clear").click()
    page.locator(".shelf select[name=language]").select_option("id")
    expect(page.locator(".count-line")).to_contain_text("21 articles")
    page.locator(".shelf select[name=year]").first.select_option("2022")
    expect(page.locator(".count-line")).to_contain_text("11 articles")
    page.reload()
    expect(page.locator(".count-line")).to_contain_text("11 articles")
    months = page.locator(".shelf select[name=year]").last
    months.select_option("2022-04")
    expect(page.locator(".count-line")).to_contain_text("3 articles")
    expect(months).to_have_value("2022-04")
    months.select_option("2022")
    expect(page.locator(".count-line")).to_contain_text("11 articles")
    page.goto(f"{page.url.split('#')[0]}#articles?year=1999")
    expect(page.locator(".shelf")).to_contain_text("No article matches.")


def test_a_long_list_goes_on(visit: Opener) -> None:
    """More rows join those that are there, and the focus moves to the first of them."""
    page = visit()
    go(page, "articles")
    expect(page.locator(".entry")).to_have_count(40)
    page.locator(".more-rows").click()
    expect(page.locator(".entry")).to_have_count(80)
    expect(page.locator(".entry").nth(40)).to_be_focused()


def test_deleting_can_be_undone(visit: Opener, library: Scripted) -> None:
    """The article is gone from the index, and comes back as it was."""
    page = visit()
    go(page, "articles")
    before = library.article("many/7")
    page.fill("#kutip-find", before.title)
    row = page.locator(".articles li").filter(has_text=before.title).first
    row.locator(".remove").click()
    expect(page.locator(".news")).to_contain_text(f"“{before.title}” was deleted.")
    with pytest.raises(KeyError):
        library.article("many/7")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".news")).to_contain_text("is back")
    assert library.article("many/7") == before


def test_what_cannot_be_deleted_just_now_is_told(visit: Opener, library: Scripted) -> None:
    """While another program writes, in words for whoever reads the page: no path, no number."""
    begun, done = threading.Event(), threading.Event()

    def slowly() -> Iterator[Article]:
        begun.set()
        done.wait(20)
        yield replace(ARTICLE, id="slow/1")

    with ArticleIndex.open(library.index.path, model=HashEmbedder()) as other:
        writing = threading.Thread(target=lambda: other.add(slowly()))
        writing.start()
        begun.wait(20)
        try:
            page = visit()
            go(page, "articles")
            page.locator(".remove").first.click()
            expect(page.locator(".news.failed")).to_have_text(
                "Articles are being added just now; try again when they are done."
            )
        finally:
            done.set()
            writing.join()
    library.index.remove("slow/1")


def test_articles_without_a_title_are_told_apart(visit: Opener, library: Scripted) -> None:
    """The first words of each stand in its row, and the name of the file below."""
    rows = [
        Article(f"rows/{n}", "", f"{word} was seen on the roof. {'Rain. ' * 20}", "r.jsonl", "en")
        for n, word in enumerate(("A heron", "An owl"))
    ]
    library.index.add(rows)
    page = visit(at="#articles?query=seen+on+the+roof")
    for row in rows:
        entry = page.locator(".entry").filter(has_text=row.text[:20])
        expect(entry.locator(".opening")).to_have_text(re.compile(r"^.{80,90} Rain\.…$"))
        expect(entry.locator(".about")).to_have_text("r.jsonl · undated · English")
    library.index.remove([row.id for row in rows])


def test_nothing_to_look_at_is_explained(tmp_path: Path) -> None:
    """Without articles there are no empty panels but a way to add some, where that is allowed."""
    with ArticleIndex.open(tmp_path / "index", create=True, model=HashEmbedder()) as index:
        library = Library(index, None)  # type: ignore[arg-type]
        page = render_insights(library, ENGLISH)
        assert "There are no articles yet." in page
        assert "panel" not in page
        assert "Add articles" in page
        library.readonly = True
        assert "Add articles" not in render_insights(library, ENGLISH)


def test_a_library_to_read_only_cannot_be_changed(visit: Opener, library: Scripted) -> None:
    """No button to add or delete, and a call of one's own making changes nothing."""
    library.readonly = True
    try:
        page = visit()
        go(page, "articles")
        expect(page.locator(".entry").first).to_be_visible()
        assert page.locator(".adding, .remove").count() == 0
        said = page.evaluate("kutipParts.get('articles').server.remove({ id: 'many/1' })")
        assert "--readonly" in said["said"]
        assert library.article("many/1")
    finally:
        library.readonly = False


def test_insights_lead_to_the_articles(visit: Opener) -> None:
    """Topics are named by their own words; bars, facets, topics and dots open articles."""
    page = visit()
    go(page, "insights")
    expect(page.locator(".map .dot").first).to_be_visible()
    names = " ".join(page.locator("[data-topic] bdi").all_inner_texts()).lower()
    assert "football" in names or "bola" in names
    assert "hospital" in names or "sakit" in names
    page.locator("[data-topic]").first.click()
    expect(page.locator(".covered .bars")).to_be_visible()
    expect(page.locator(".map")).to_have_attribute("data-lit", "0")
    count = page.locator("[data-topic] .number").first.inner_text()
    page.locator(".covered .go").click()
    expect(page.locator(".count-line")).to_contain_text(f"{count} articles")
    page.go_back()
    expect(page.locator(".panels")).to_be_visible()
    bar = page.locator(".panel > .bars .bar[data-go^='year=2021']").first
    bar.focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-page", "articles")
    go(page, "insights")
    page.locator(".dot").first.dispatch_event("click")
    expect(page.locator("#kutip-pane .reading")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#kutip-pane")).to_be_hidden()
    page.fill("#kutip-coverage", "vaccine")
    page.keyboard.press("Enter")
    expect(page.locator(".covered")).to_contain_text("Articles about “vaccine”")


def test_copies_of_a_story_are_shown_together(visit: Opener, library: Scripted) -> None:
    """A story in two articles is one row, which opens on both."""
    copy = replace(ARTICLE, id="wire/copy", title="Guterres di Moskwa", source="wire/copy.txt")
    library.index.add([copy])
    page = visit()
    go(page, "insights")
    story = page.locator(".story")
    expect(story).to_have_count(1)
    expect(story.locator(".number")).to_have_text("2")
    story.locator("summary").click()
    story.get_by_role("button").filter(has_text="copy.txt").click()
    expect(page.locator("#kutip-pane .reading")).to_contain_text("Perserikatan Bangsa-Bangsa")
    library.index.remove("wire/copy")
    page.reload()
    expect(page.locator(".panels")).to_be_visible()
    expect(story).to_have_count(0)


def test_the_map_is_the_same_every_time(library: Scripted) -> None:
    """Points and topics depend on the articles alone."""
    from index import map_articles

    articles, vectors = library.index.article_vectors()
    first = map_articles(articles, vectors, library.index.article)
    again = map_articles(articles, vectors.copy(), library.index.article)
    assert first == again
    members = sorted(member for topic in first.topics for member in topic.members)
    assert members == list(range(len(articles)))


def test_pages_fit_a_phone(visit: Opener, screenshots: Path | None) -> None:
    """Nothing is wider than the screen; the pane is a sheet over the list."""
    page = visit(PHONE)
    for name in ("ask", "articles", "insights"):
        go(page, name)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    go(page, "articles")
    page.locator(".entry").first.click()
    expect(page.locator("#kutip-pane .reading")).to_be_visible()
    page.get_by_role("button", name="Close the article").click()
    expect(page.locator("#kutip-pane")).to_be_hidden()
