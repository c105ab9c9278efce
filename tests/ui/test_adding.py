"""Adding articles on the page: files and addresses, and what is said of each of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from index.loading import addresses
from tests.index.served import serving
from tests.ui.conftest import Opener
from tests.ui.room import Scripted, answered, go
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
    expect(page.locator(".count-line")).to_contain_text(f"{before + 1} articles")
    expect(page.locator("#kutip-header .count")).to_have_text(f"{before + 1} articles")
    article = library.article("uploads/kapal.txt")
    assert article.source == "uploads/kapal.txt"
    assert library.uploads
    assert [*library.uploads.folder.iterdir()] == []
    library.index.remove("uploads/kapal.txt")


def test_the_first_page_knows_of_the_first_articles(visit: Opener, library: Scripted) -> None:
    """It explains how to begin while there are none, and offers questions once there are some."""
    library.empty = True
    try:
        page = visit()
        expect(page.locator(".welcome h2")).to_have_text("There are no articles here yet")
        assert page.locator(".example").count() == 0
        page.locator(".to-articles").click()
        library.empty = False
        files = [file("first.txt", "The First of All\n\nIt is the first.")]
        page.locator("#kutip-articles input[type=file]").set_input_files(files)  # type: ignore[arg-type]
        expect(page.locator(".job.done")).to_contain_text("1 article added")
        go(page, "ask")
        expect(page.locator(".welcome h2")).to_have_text("What would you like to know?")
        expect(page.locator(".example").first).to_be_visible()
    finally:
        library.empty = False
        library.index.remove("uploads/first.txt")


def test_what_was_there_before_is_told(visit: Opener, library: Scripted) -> None:
    """A file given again adds nothing; another one of that name takes the place of the first."""
    page = visit()
    go(page, "articles")
    for text, said in (
        ("A Boat\n\nIt sails.", "1 article added"),
        ("A Boat\n\nIt sails.", "1 article was here already"),
        ("A Boat\n\nIt sank.", "1 article updated"),
    ):
        page.locator("#kutip-articles input[type=file]").set_input_files(  # type: ignore[arg-type]
            [file("boat.txt", text)]
        )
        expect(page.locator(".job .said").last).to_have_text(said)
    assert library.article("uploads/boat.txt").text.endswith("It sank.")
    library.index.remove("uploads/boat.txt")


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
