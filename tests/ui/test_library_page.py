"""The Articles and Insights pages: browsing, adding and deleting, and looking from above."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index.loading import addresses
from tests.index.served import serving
from tests.ui.conftest import Opener
from tests.ui.room import ARTICLE, PHONE, Scripted, answered, go
from ui.uploads import Uploads

RSS = """<?xml version="1.0"?><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title>
<item><title>Lighthouse keepers return</title><link>https://news.example/1</link>
<content:encoded>{}</content:encoded></item>
<item><title>Ferry sails again</title><link>https://news.example/2</link>
<content:encoded>{}</content:encoded></item></channel></rss>""".format(
    "The keepers of the northern lighthouse returned on Monday after two years. " * 12,
    "The ferry between the islands sails again every morning at seven o’clock. " * 12,
)


def file(name: str, text: str) -> dict[str, object]:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


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
    assert page.locator("#kutip-pane mark").count() == 0
    page.locator(".clear").click()
    page.locator("select[name=language]").select_option("id")
    expect(page.locator(".count-line")).to_contain_text("21 articles")
    page.locator("select[name=year]").select_option("2022")
    expect(page.locator(".count-line")).to_contain_text("11 articles")
    page.reload()
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


def test_files_are_added_while_questions_are_answered(visit: Opener, library: Scripted) -> None:
    """Several files, each with its outcome in words; the new article is found and read."""
    page = visit()
    before = library.count()
    go(page, "articles")
    files = [
        file("kapal.txt", "Kapal Baru Berlayar\n\nKapal itu berlayar pada hari Senin."),
        file("broken.jsonl", "{"),
        file("tool.exe", "MZ"),
        file("empty.txt", ""),
    ]
    page.locator("#kutip-articles input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    go(page, "ask")
    answered(page, "Who met Guterres?")
    go(page, "articles")
    expect(page.locator(".overall")).to_have_text("All files are done.", timeout=20_000)
    said = dict(zip(*(page.locator(f".job {part}").all_inner_texts() for part in ("bdi", ".said")),
                    strict=True))  # fmt: skip
    assert said["kapal.txt"] == "1 article added"
    assert said["broken.jsonl"].startswith("not added: ")
    assert "cannot be read" in said["tool.exe"]
    assert said["empty.txt"] == "not added: The file is empty."
    expect(page.locator("#kutip-header .count")).to_have_text(f"{before + 1} articles")
    article = library.article("uploads/kapal.txt")
    assert article.source == "uploads/kapal.txt"
    assert library.uploads
    assert [*library.uploads.folder.iterdir()] == []
    library.index.remove("uploads/kapal.txt")


def test_a_feed_is_added_by_its_address(
    visit: Opener, library: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its articles are fetched, counted and found; what cannot be had is said in words."""
    with serving() as site:
        monkeypatch.setattr(addresses, "TRUSTED", {("127.0.0.1", site.port)})
        feed = site.put("/feed.xml", RSS, "application/rss+xml")
        page = visit()
        go(page, "articles")
        page.fill("#kutip-address", feed)
        page.keyboard.press("Enter")
        expect(page.locator(".job.done .said")).to_have_text("2 articles added", timeout=30_000)
        page.fill("#kutip-address", "https://169.254.169.254/latest/meta-data")
        page.keyboard.press("Enter")
        expect(page.locator(".job.failed .said")).to_contain_text(
            "not a public one", timeout=30_000
        )
        page.fill("#kutip-address", "file:///etc/passwd")
        page.keyboard.press("Enter")
        expect(page.locator(".job.failed").last).to_contain_text("This is no web address")
    page.fill("#kutip-find", "Lighthouse keepers")
    expect(page.locator(".entry").first).to_contain_text("Lighthouse keepers return")
    library.index.remove(["https://news.example/1", "https://news.example/2"])


def test_no_address_is_asked_for_unless_allowed(visit: Opener, library: Scripted) -> None:
    """Without --web there is no place to type one, and a call of one's own making adds nothing."""
    allowed, library.uploads = library.uploads, Uploads(library.add_file)
    try:
        page = visit()
        go(page, "articles")
        expect(page.locator(".entry").first).to_be_visible()
        assert page.locator("#kutip-address").count() == 0
        said = page.evaluate(
            "kutipParts.get('articles').server.fetch("
            "{ address: 'https://example.org/', ticket: 't'.repeat(32) })"
        )
        assert "--web" in said["message"]
    finally:
        library.uploads.close()
        library.uploads = allowed


def test_a_page_from_another_machine_without_https_works(visit: Opener, library: Scripted) -> None:
    """Browsers keep crypto.randomUUID from such pages; files are added all the same."""
    page = visit()
    page.add_init_script("delete Crypto.prototype.randomUUID")
    page.reload()
    go(page, "articles")
    files = [file("lan.txt", "A Tale from the Next Room\n\nIt is read here.")]
    page.locator("#kutip-articles input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    expect(page.locator(".job.done")).to_contain_text("1 article added")
    library.index.remove("uploads/lan.txt")


def test_files_can_be_dropped_anywhere(visit: Opener, library: Scripted) -> None:
    """Dropping a file on the conversation leads to the Articles page and adds it."""
    page = visit()
    dropped = page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(['Dropped Tale\\n\\nA dropped tale is read.'], 'drop.txt'));
            return data;
        }"""
    )
    page.dispatch_event("#kutip-scroll", "dragover", {"dataTransfer": dropped})
    expect(page.locator("html")).to_have_class(r"kutip-ready kutip-drop")
    page.dispatch_event("#kutip-scroll", "drop", {"dataTransfer": dropped})
    expect(page.locator(".job.done")).to_contain_text("1 article added")
    expect(page.locator("html")).to_have_attribute("data-page", "articles")
    library.index.remove("uploads/drop.txt")


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
