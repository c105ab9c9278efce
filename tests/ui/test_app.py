"""The chat in a real browser, with answers of our own making, and the server behind it."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from index import Article, ArticleIndex, ArticleInfo, Hit, Passage, Sentence, StoreError
from qa import Answer, Citation, Claim
from ui.app import build, launch
from ui.pages.ask import Sources
from ui.pages.shell import Overview
from ui.texts import Texts

CHROMIUM = Path("/usr/bin/chromium")
SEED = Path(__file__).parents[2] / "seeds" / "000_93fbecafbda3aea8.txt"
SENTENCE = (
    "Dia juga mendesak Rusia untuk mengizinkan evakuasi warga sipil "
    "yang terperangkap di pabrik baja."
)
QUOTE = "mengizinkan evakuasi warga sipil yang terperangkap di pabrik baja"
OPENING = "Presiden Rusia Vladimir Putin bertemu dengan Sekretaris Jenderal"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}

ARTICLE = Article(
    id="seeds/guterres.txt",
    title="Putin bertemu Guterres di Moskwa",
    text=SEED.read_text("utf-8"),
    source="/somewhere/seeds/guterres.txt",
    language="id",
    published=date(2022, 4, 26),
)
PAYLOAD = (
    '<img src=x onerror="window.__xss=1"><script>window.__xss=2</script>'
    "<svg onload=window.__xss=3></svg><a href=//evil.example>x</a>"
    "${window.__xss=4}`${window.__xss=5}` {{constructor.constructor('window.__xss=6')()}}"
)
HOSTILE = Article(
    id=PAYLOAD,
    title=PAYLOAD + " \u202e a very long title" * 20,
    text=f"{PAYLOAD}\n😀 İ {PAYLOAD} the end.\n" + "tail \u0000\u200b " * 50 + "x" * 4000,
    source=f"/x/{PAYLOAD}",
    language="en",
    url="https://example.org/" + PAYLOAD.replace(" ", ""),
    authors=(PAYLOAD,),
)


def cite(number: int, article: Article, sentence: str, quote: str) -> Citation:
    first = article.text.index(sentence)
    start = first + sentence.index(quote)
    return Citation(
        number=number,
        article_id=article.id,
        article_digest=article.digest,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        language=article.language,
        start=start,
        end=start + len(quote),
        text=quote,
        sentence_start=first,
        sentence_end=first + len(sentence),
        sentence=sentence,
        score=0.8,
    )


def hit(article: Article, text: str) -> Hit:
    start = article.text.index(text)
    end = start + len(text)
    info = ArticleInfo(
        id=article.id,
        title=article.title,
        published=article.published,
        language=article.language,
        source=article.source,
        digest=article.digest,
        url=article.url,
    )
    passage = Passage(article.id, start, end, (Sentence(article.id, start, end),), text)
    return Hit(passage, 0.5, 1, 1, info)


def found(question: str, *citations: Citation, text: str | None = None) -> Answer:
    return Answer(
        question=question,
        text=text or " ".join(f"{cited.text} [{cited.number}]" for cited in citations),
        found=True,
        confidence=0.82,
        citations=citations,
        hits=(hit(ARTICLE, SENTENCE),),
        unsupported=(),
        reader="sentences",
        language="en",
    )


@dataclass
class Library:
    """Answers, articles and an overview under the control of a test."""

    articles: dict[str, Article] = field(default_factory=dict)
    growing: threading.Event = field(default_factory=threading.Event)

    def answer(self, question: str) -> Iterator[Answer]:
        """Answer by a word of the question."""
        guterres = cite(1, ARTICLE, SENTENCE, QUOTE)
        if "weather" in question:
            nearest = (hit(ARTICLE, SENTENCE), hit(ARTICLE, OPENING))
            answer = found(question, text="The articles do not answer this question.")
            yield replace(answer, found=False, confidence=0.1, hits=nearest)
        elif "slowly" in question:
            yield found(question, text="The first words")
            self.growing.wait(20)
            yield found(question, guterres, text="The first words, and the last. [1]")
        elif "damaged" in question:
            raise StoreError("The index is damaged; run kutip check --repair.", path="x")
        elif "bug" in question:
            raise ZeroDivisionError
        elif "hostile" in question:
            line = HOSTILE.text.splitlines()[1]
            cited = cite(1, HOSTILE, line, PAYLOAD)
            answer = found(question, cited, text=f"{PAYLOAD} [1]")
            claims = (Claim(PAYLOAD, (), 0.1),)
            yield replace(answer, notice=PAYLOAD)
            yield replace(answer, notice=PAYLOAD, unsupported=claims)
        elif "changed" in question:
            yield found(question, replace(guterres, article_digest="of another version"))
        elif "gone" in question:
            yield found(question, replace(guterres, article_id="no such article"))
        else:
            yield found(question, guterres, cite(2, ARTICLE, OPENING, "Vladimir Putin"))

    def article(self, article_id: str) -> Article:
        """Return one of the two articles."""
        return {ARTICLE.id: ARTICLE, HOSTILE.id: HOSTILE}[article_id]

    def overview(self, texts: Texts) -> Overview:
        """Return two examples in the language of the page."""
        return Overview(1234, ("What did Guterres ask?", texts.about_title.format(PAYLOAD)))


LIBRARY = Library()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the chat from a thread and return host:port."""
    sources = Sources(LIBRARY.answer, LIBRARY.article, LIBRARY.overview)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(build(sources), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's chromium, which these tests are about."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: install it with 'apt-get install chromium'")
    flags = "--no-sandbox --disable-gpu --disable-background-networking"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[*flags.split(), "--disable-component-update", "--no-first-run"],
        )
        yield chromium
        chromium.close()


Opener = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Opener]:
    """Open the chat; afterwards nothing was asked of another host, and no script misbehaved."""
    troubles: list[str] = []
    pages: list[Page] = []

    def check(url: str) -> None:
        if not url.startswith((f"http://{address}/", "data:", "blob:")):
            troubles.append(f"request to {url}")

    def open_page(
        size: ViewportSize = DESKTOP, *, locale: str = "en-US", dark: bool = False
    ) -> Page:
        page = browser.new_page(
            viewport=size, locale=locale, color_scheme="dark" if dark else "light"
        )
        page.set_default_timeout(15_000)
        page.on("request", lambda request: check(request.url))
        page.on("pageerror", lambda error: troubles.append(f"error {error}"))
        page.on("dialog", lambda dialog: troubles.append(f"dialog {dialog.message}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"console {message.text}") if message.type == "error" else None
            ),
        )
        page.goto(f"http://{address}/")
        page.wait_for_selector(".kutip-ready")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        assert page.evaluate("window.__xss") is None
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.close()
    assert troubles == []


def ask(page: Page, question: str) -> None:
    page.fill("#kutip-question", question)
    page.keyboard.press("Enter")


def answered(page: Page, question: str) -> None:
    ask(page, question)
    expect(page.locator("#kutip-turn .question")).to_have_text(question)
    expect(page.locator("form.ask")).not_to_have_class(re.compile("busy"))


def comes_into_view(page: Page, selector: str) -> None:
    """Wait until an element lies wholly in the visible part of the pane, below its heading."""
    script = """selector => {
        const mark = document.querySelector(selector).getBoundingClientRect();
        const heading = document.querySelector('.reading > header').getBoundingClientRect();
        const pane = document.querySelector('.pane-body').getBoundingClientRect();
        return mark.height > 0 && heading.top >= pane.top && mark.top >= heading.bottom
            && mark.bottom <= pane.bottom && mark.bottom <= innerHeight;
    }"""
    page.wait_for_function(script, arg=selector, timeout=5_000)


def test_the_first_page_invites(visit: Opener) -> None:
    """Title, number of articles, examples that can be clicked, and where proof will appear."""
    page = visit()
    assert page.title() == "Kutip"
    expect(page.get_by_role("heading", level=1)).to_have_text("Kutip")
    expect(page.locator("#kutip-header .count")).to_have_text("1,234 articles")
    expect(page.locator("#kutip-question")).to_be_focused()
    expect(page.get_by_role("region", name="Article")).to_contain_text("The proof appears here")
    page.get_by_role("button", name="What did Guterres ask?").click()
    expect(page.locator("#kutip-turn .answer .text")).to_contain_text(QUOTE)
    expect(page.locator("#kutip-welcome")).to_be_hidden()


def test_an_answer_opens_its_proof_at_the_exact_characters(visit: Opener) -> None:
    """The first citation is open beside the answer; any number opens its own place."""
    page = visit()
    answered(page, "What did Guterres ask Russia to do?")
    expect(page.locator("#kutip-turn .confidence")).to_have_text("Very likely right 82%")
    pane = page.locator("#kutip-pane")
    expect(pane.locator("mark.answer")).to_have_text(QUOTE)
    comes_into_view(page, "#kutip-pane mark.answer")
    assert pane.locator("mark").all_inner_texts() == [
        "Dia juga mendesak Rusia untuk ",
        QUOTE,
        ".",
    ]
    expect(pane.locator(".title")).to_have_text("Putin bertemu Guterres di Moskwa")
    expect(pane.locator(".about")).to_have_text("guterres.txt · 26 April 2022 · Indonesian")
    page.get_by_role("button", name="[2] Putin bertemu Guterres di Moskwa").click()
    expect(pane.locator("mark.answer")).to_have_text("Vladimir Putin")
    comes_into_view(page, "#kutip-pane mark.answer")
    expect(page.locator("#kutip-turn .card[aria-current]")).to_have_count(1)
    page.get_by_role("button", name="Source 1: Putin bertemu Guterres di Moskwa").click()
    expect(pane.locator("mark.answer")).to_have_text(QUOTE)


def test_an_answer_grows_without_moving(visit: Opener) -> None:
    """The question is shown at once, the first words before the rest, and nothing jumps."""
    page = visit()
    LIBRARY.growing.clear()
    ask(page, "Say it slowly")
    expect(page.locator("#kutip-turn .question")).to_have_text("Say it slowly")
    words = page.locator("#kutip-turn .answer .text")
    expect(words).to_have_text("The first words")
    before = words.bounding_box()
    assert page.locator("#kutip-turn .confidence").count() == 0
    ask(page, "A second question while the first is being answered")
    assert page.locator(".question").count() == 1
    LIBRARY.growing.set()
    expect(words).to_have_text("The first words, and the last.1")
    after = words.bounding_box()
    assert before
    assert after
    assert (before["x"], before["y"]) == (after["x"], after["y"])
    expect(page.locator("#kutip-question")).to_have_value(
        "A second question while the first is being answered"
    )
    expect(page.locator("form [role=status]")).to_have_text("The answer is ready.")


def test_a_conversation_stays_and_its_numbers_still_open(visit: Opener) -> None:
    """Earlier turns are kept as they were, in order, and the newest is at the top of the view."""
    page = visit()
    answered(page, "What did Guterres ask Russia to do?")
    answered(page, "How will the weather be?")
    answered(page, "Who met Guterres?")
    assert page.locator(".question").all_inner_texts() == [
        "What did Guterres ask Russia to do?",
        "How will the weather be?",
        "Who met Guterres?",
    ]
    top = page.locator("#kutip-turn .question").bounding_box()
    assert top
    assert 56 <= top["y"] <= 100
    page.locator("#kutip-past .chip").first.click()
    expect(page.locator("#kutip-pane mark.answer")).to_have_text(QUOTE)


def test_not_found_is_said_plainly_with_the_nearest_passages(visit: Opener) -> None:
    """No confidence, no chips, an empty pane; a passage opens where it stands."""
    page = visit()
    answered(page, "Who met Guterres?")
    answered(page, "How will the weather be?")
    turn = page.locator("#kutip-turn")
    expect(turn.locator(".text")).to_have_text("The articles do not answer this question.")
    expect(turn.locator(".label")).to_have_text("The nearest passages")
    assert turn.locator(".chip, .confidence").count() == 0
    expect(page.locator("#kutip-pane")).to_contain_text("The proof appears here")
    turn.locator(".card").nth(1).click()
    expect(page.locator("#kutip-pane mark.evidence")).to_have_text(OPENING)


def test_an_answer_can_be_stopped(visit: Opener) -> None:
    """What came so far stays, and the next question is answered."""
    page = visit()
    LIBRARY.growing.clear()
    ask(page, "Say it slowly")
    expect(page.locator("#kutip-turn .answer .text")).to_have_text("The first words")
    page.get_by_role("button", name="Stop").click()
    LIBRARY.growing.set()
    expect(page.locator("#kutip-turn .stopped")).to_have_text("Stopped.")
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-turn .answer .text")).to_contain_text(QUOTE)
    expect(page.locator("#kutip-past .answer").first).to_have_text("The first words")


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("damaged", "The index is damaged; run kutip check --repair."),
        ("bug", "Something went wrong while answering; please ask again."),
    ],
)
def test_a_failure_is_told_and_the_chat_goes_on(visit: Opener, question: str, message: str) -> None:
    """Known trouble in its own words, a bug in general ones, and never a traceback."""
    page = visit()
    answered(page, question)
    expect(page.locator("#kutip-turn .failed")).to_have_text(message)
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-turn .answer .text")).to_contain_text(QUOTE)


def test_changed_and_vanished_articles_are_told(visit: Opener) -> None:
    """Offsets of another version mark nothing; an article that is gone is not an error."""
    page = visit()
    answered(page, "changed")
    pane = page.locator("#kutip-pane")
    expect(pane.locator(".notice")).to_contain_text("has changed since the answer was given")
    expect(pane.locator(".body")).to_contain_text(SENTENCE)
    assert pane.locator("mark").count() == 0
    answered(page, "gone")
    expect(pane).to_contain_text("This article is no longer in the index.")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_hostile_article_is_only_text(visit: Opener, size: ViewportSize) -> None:
    """Question, answer, notice, claim, card and article show the payload and run nothing."""
    page = visit(size)
    answered(page, f"hostile {PAYLOAD}")
    turn = page.locator("#kutip-turn")
    expect(turn.locator(".answer .text")).to_contain_text(PAYLOAD)
    expect(turn.locator(".notice")).to_have_text(PAYLOAD)
    turn.locator("summary").click()
    expect(turn.locator(".unsupported li")).to_have_text(PAYLOAD)
    turn.locator(".chip").click()
    expect(page.locator("#kutip-pane mark.answer")).to_have_text(PAYLOAD)
    expect(page.locator("#kutip-pane .byline")).to_contain_text(PAYLOAD[:150])
    assert page.locator("img, script[src*=evil], svg[onload], [onerror]").count() == 0
    comes_into_view(page, "#kutip-pane mark.answer")


def test_on_a_phone_the_article_is_a_sheet(visit: Opener) -> None:
    """It opens on demand only, closes by button and Escape, and gives the focus back."""
    page = visit(PHONE)
    answered(page, "What did Guterres ask Russia to do?")
    pane = page.locator("#kutip-pane")
    expect(pane).to_be_hidden()
    chip = page.locator("#kutip-turn .chip").first
    chip.click()
    expect(pane.locator("mark.answer")).to_have_text(QUOTE)
    expect(pane).to_be_visible()
    comes_into_view(page, "#kutip-pane mark.answer")
    close = page.get_by_role("button", name="Close the article")
    expect(close).to_be_focused()
    close.click()
    expect(pane).to_be_hidden()
    expect(chip).to_be_focused()
    chip.press("Enter")
    expect(pane).to_be_visible()
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()


def test_everything_is_within_reach_of_the_keyboard(visit: Opener) -> None:
    """Shift+Enter breaks the line, Enter asks, chips are reached and opened by keys."""
    page = visit()
    page.keyboard.type("Who met")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Guterres?")
    expect(page.locator("#kutip-question")).to_have_value("Who met\nGuterres?")
    page.keyboard.press("Enter")
    expect(page.locator("form.ask")).not_to_have_class(re.compile("busy"))
    expect(page.locator("#kutip-turn .question")).to_have_text("Who met\nGuterres?")
    expect(page.locator("#kutip-question")).to_be_focused()
    for _ in range(3):  # from the form back over both cards to the second number
        page.keyboard.press("Shift+Tab")
    chip = page.locator("#kutip-turn .chip").nth(1)
    expect(chip).to_be_focused()
    assert chip.evaluate("chip => getComputedStyle(chip).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#kutip-pane mark.answer")).to_have_text("Vladimir Putin")


def test_an_indonesian_browser_gets_an_indonesian_page(visit: Opener) -> None:
    """Header, examples, form and pane speak Indonesian."""
    page = visit(locale="id-ID")
    assert page.evaluate("document.documentElement.lang") == "id"
    expect(page.locator("#kutip-header .count")).to_have_text("1.234 artikel")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Apa yang ingin Anda ketahui?")
    expect(page.get_by_label("Pertanyaan Anda")).to_be_visible()
    expect(page.get_by_role("region", name="Artikel")).to_contain_text("Buktinya muncul di sini")


def luminance(page: Page, selector: str, side: str) -> float:
    colour = page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{side}")
    red, green, blue = (int(value) / 255 for value in re.findall(r"\d+", colour)[:3])
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (red, green, blue)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_both_colour_schemes_can_be_read(visit: Opener, dark: bool) -> None:
    """Text on its background keeps a contrast of at least 4.5 (WCAG AA)."""
    page = visit(dark=dark)
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-pane mark.answer")).to_be_visible()
    surface = luminance(page, "#kutip-pane", "backgroundColor")
    assert (surface < 0.1) is dark
    pairs = {
        ".reading .body p": surface,
        ".reading .about": surface,
        "#kutip-pane mark.answer": luminance(page, "#kutip-pane mark.answer", "backgroundColor"),
        "#kutip-pane mark.evidence": luminance(
            page, "#kutip-pane mark.evidence", "backgroundColor"
        ),
        ".card[aria-current] .about": luminance(page, ".card[aria-current]", "backgroundColor"),
        "#kutip-turn .chip:not([aria-current])": luminance(
            page, "#kutip-turn .chip:not([aria-current])", "backgroundColor"
        ),
        "#kutip-turn .confidence": luminance(page, "body", "backgroundColor"),
    }
    for selector, background in pairs.items():
        ink = luminance(page, selector, "color")
        light, shade = max(ink, background), min(ink, background)
        assert (light + 0.05) / (shade + 0.05) >= 4.5, selector


def test_two_visitors_see_nothing_of_each_other(visit: Opener) -> None:
    """A conversation belongs to its page."""
    first, second = visit(), visit()
    answered(first, "Who met Guterres? marker-one")
    answered(second, "How will the weather be? marker-two")
    expect(first.locator("body")).not_to_contain_text("marker-two")
    expect(second.locator("body")).not_to_contain_text("marker-one")
    second.reload()
    expect(second.locator("#kutip-header .count")).to_be_visible()
    expect(second.locator("body")).not_to_contain_text("marker")


def test_the_command_serves_the_seed_article_to_its_exact_characters(
    seed_index: ArticleIndex, browser: Browser
) -> None:
    """`kutip chat` answers from the file; what is marked are its characters; Ctrl+C ends it."""
    arguments = ["chat", "--index", str(seed_index.path), "--port", "0"]
    command = [sys.executable, "-c", "from ui.cli import main; main()", *arguments]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr
            said = server.stderr.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert address, said + server.stderr.read()
            page = browser.new_page(viewport=DESKTOP)
            page.goto(address[0])
            expect(page.locator("#kutip-header .count")).to_have_text("5 articles")
            expect(page.locator(".example").first).to_have_text(
                "What did Guterres ask Russia to do?"
            )
            answered(page, "Apa kritik Guterres terhadap tindakan militer Rusia?")
            chip = page.locator("#kutip-turn .chip").first
            start, end = map(int, (chip.get_attribute("data-answer") or "").split("-"))
            words = SEED.read_text("utf-8-sig")[start:end]
            expect(page.locator("#kutip-pane mark.answer")).to_have_text(words)
            assert "pelanggaran mencolok terhadap integritas teritorial" in words
            comes_into_view(page, "#kutip-pane mark.answer")
            page.close()
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 130
            assert "Traceback" not in server.stderr.read()
        finally:
            server.kill()


@dataclass(frozen=True)
class Reply:
    """Status, headers and body of a plain HTTP request."""

    status: int
    headers: dict[str, str]
    body: str


def request(address: str, method: str, path: str, body: str | None = None, **headers: str) -> Reply:
    with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
        data = (body or "").encode()
        for name, value in named.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data or None)
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, received, response.read().decode("utf-8", "replace"))


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/queue/join", "/nothing"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:7860"},
        {"Host": "169.254.169.254"},
        {"Host": "localhost@evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
    ids=lambda headers: next(iter(headers.values())),
)
def test_strangers_are_refused_on_every_route(
    address: str, path: str, headers: dict[str, str]
) -> None:
    """A foreign Host (DNS rebinding) or Origin (another web site) gets 403 and no content."""
    reply = request(address, "POST" if "join" in path else "GET", path, **headers)
    assert reply.status == 403
    assert "gradio" not in reply.body


def test_our_own_page_is_let_in(address: str) -> None:
    """localhost and the address itself are fine, with our own Origin."""
    port = address.split(":")[1]
    for host in (address, f"localhost:{port}", f"LOCALHOST:{port}"):
        assert request(address, "GET", "/", Host=host, Origin=f"http://{host}").status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=http://127.0.0.1/"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1/"),
        ("POST", "/gradio_api/process_recording"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/token"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/run/ask"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/monitoring"),
        ("GET", "/login_check"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/static/../../../../etc/passwd"),
        ("GET", "/assets/%2e%2e/%2e%2e/index.html"),
        ("GET", "/assets/..%2f..%2f..%2froutes.py"),
        ("DELETE", "/"),
        ("OPTIONS", "/"),
        ("PUT", "/kutip.css"),
    ],
)
def test_what_the_chat_does_not_need_is_not_there(address: str, method: str, path: str) -> None:
    """Uploads, files, proxy, recordings, run history and the API are out of reach."""
    body = "{}" if method == "POST" else None
    assert request(address, method, path, body).status == 404


def test_replies_are_locked_down(address: str) -> None:
    """Scripts need the nonce of this very load; nothing comes from or goes to elsewhere."""
    replies = [request(address, "GET", path) for path in ("/", "/", "/kutip.css", "/nothing")]
    for reply in replies:
        policy = reply.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "object-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
    first, second = (re.findall(r'nonce="([\w-]+)"', reply.body) for reply in replies[:2])
    assert len(first) > 2
    assert len(set(first)) == 1
    assert first[0] != second[0]
    assert f"'nonce-{first[0]}'" in replies[0].headers["content-security-policy"]
    assert len(re.findall("<script", replies[0].body)) == len(first)


def test_large_bodies_are_refused(address: str) -> None:
    """Told or not, a body beyond 64 kB is not read to its end."""
    told = request(address, "POST", "/gradio_api/queue/join", "x" * 70_000)
    assert told.status == 413
    lying = request(address, "POST", "/gradio_api/queue/join", Content_Length="-5")
    assert lying.status in (400, 413)
    chunks = (b"x" * 10_000 for _ in range(20))
    with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
        connection.request("POST", "/gradio_api/queue/join", body=chunks, encode_chunked=True)
        assert connection.getresponse().status >= 400


def test_a_caller_of_its_own_making_gets_a_sentence(address: str) -> None:
    """Arguments that no page of ours sends are no way to a traceback or an article."""
    config = json.loads(request(address, "GET", "/config").body)
    pane = next(
        part for part in config["components"] if part["props"].get("elem_id") == "kutip-pane"
    )
    odd: tuple[object, ...] = (None, 3, [], {"article": 3}, {"article": "../../etc/passwd"})
    for data in odd:
        body = {
            "data": data,
            "fn_name": "read",
            "component_id": pane["id"],
            "session_hash": "s",
        }
        reply = request(address, "POST", "/gradio_api/component_server/", json.dumps(body))
        assert reply.status == 200
        assert "root:" not in reply.body
        assert "Traceback" not in reply.body


def test_no_settings_leak_through_the_configuration(address: str) -> None:
    """No footer, no history, no API, no analytics, and no path of the server."""
    config = json.loads(request(address, "GET", "/config").body)
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    visible = [entry for entry in config["dependencies"] if entry["api_visibility"] == "public"]
    assert visible == []
    assert str(Path(__file__).parents[2]) not in json.dumps(config)


def test_a_busy_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    """One sentence that names --port, and no index is touched."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=rf"^Port {port} is already in use; .*--port\.$"):
            launch(tmp_path / "none", port=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "a" * 70])
def test_an_address_that_is_not_ours_is_told(tmp_path: Path, host: str) -> None:
    """One sentence that names --host."""
    with pytest.raises(ValueError, match="--host"):
        launch(tmp_path / "none", host=host, port=0)
