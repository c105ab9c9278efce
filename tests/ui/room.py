"""The chat for tests in a browser: articles and answers of our own making, and what one does."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect

from index import Article, ArticleIndex, ArticleInfo, Filters, Hit, Passage, Sentence, StoreError
from qa import Answer, Citation, Claim
from tests.ui.made import cite, info
from tests.ui.payloads import PAYLOADS
from ui.library import Library

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seeds" / "000_93fbecafbda3aea8.txt"
SENTENCE = (
    "Dia juga mendesak Rusia untuk mengizinkan evakuasi warga sipil "
    "yang terperangkap di pabrik baja."
)
QUOTE = "mengizinkan evakuasi warga sipil yang terperangkap di pabrik baja"
OPENING = "Presiden Rusia Vladimir Putin bertemu dengan Sekretaris Jenderal"
LENGTHY = 300_000  # words of an answer that no connection holds at once
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
OTHER = Article(
    id="news/museum.html",
    title="Museum restores a palm-leaf book",
    text="Museum restores a palm-leaf book\nThe restoration cost £48,000. Entry is free.",
    source="https://news.example/museum",
    url="https://news.example/museum",
    language="en",
    published=date(2023, 11, 3),
)
HOSTILE = tuple(
    Article(
        id=f"{number}{payload}",
        title=f"{payload} title",
        text=f"{payload} title\n😀 İ {payload} the end.\n",
        source=f"/x/{payload}/{number}",
        language="en",
        url="https://example.org/" + re.sub(r"[\x00-\x20]", "", payload),
        authors=(payload,),
        published=date(2020, 1, 1),
    )
    for number, payload in enumerate(PAYLOADS)
)
SUBJECTS = {
    "en": (("vaccine hospital doctor", "football goal team"), "The {} report number {} was read."),
    "id": (("vaksin rumah sakit dokter", "bola gol tim"), "Laporan {} nomor {} dibacakan."),
}


def many() -> list[Article]:
    """Return forty small articles about two things, in two languages, over two years."""
    made = []
    for number in range(40):
        language = ("en", "id")[number % 2]
        subjects, phrase = SUBJECTS[language]
        words = subjects[number // 2 % 2]
        title = f"{words.split()[0].title()} {number}"
        text = f"{title}\n{phrase.format(words, number)} {words} {words}."
        day = date(2021 + number // 20, 1 + number % 12, 5)
        made.append(
            Article(f"many/{number}", title, text, f"many/{number}.txt", language, published=day)
        )
    return made


def hit(article: Article, text: str) -> Hit:
    start = article.text.index(text)
    end = start + len(text)
    passage = Passage(article.id, start, end, (Sentence(article.id, start, end),), text)
    return Hit(passage, 0.5, 1, 1, info(article))


def found(question: str, *citations: Citation, text: str | None = None) -> Answer:
    return Answer(
        question=question,
        text=text or " ".join(f"{cited.text} [{cited.number}]" for cited in citations),
        found=True,
        confidence=0.82,
        citations=citations,
        hits=(hit(ARTICLE, ARTICLE.text.split("\n")[0]),),
        unsupported=(),
        reader="sentences",
        language="en",
        generation=3,
    )


def hostile(question: str) -> Iterator[Answer]:
    """Answer with ten payloads wherever an answer has text of others, growing first."""
    first = 10 * int(re.search(r"hostile (\d+)", question)[1])  # type: ignore[index]
    part = HOSTILE[first : first + 10]
    cited = []
    for number, article in enumerate(part, 1):
        payload = PAYLOADS[first + number - 1]
        cited.append(cite(number, article, f"{payload} the end.", payload))
    text = "\n".join(f"{one.text} [{one.number}]" for one in cited)
    claims = tuple(Claim(one.text, (), 0.1) for one in cited)
    notice = " ".join(one.text for one in cited)
    answer = found(question, *cited, text=text)
    yield replace(answer, notice=notice, citations=tuple(cited[:3]))
    yield replace(answer, notice=notice, unsupported=claims, completed=notice)


@dataclass(slots=True)
class Scripted(Library):
    """A library over a real index whose answers a test decides by a word of the question."""

    growing: threading.Event = field(default_factory=threading.Event)
    histories: list[tuple[str, ...]] = field(default_factory=list)
    filters: list[Filters | None] = field(default_factory=list)
    empty: bool = False  # it says that there is no article
    begun: list[str] = field(default_factory=list)  # questions answered without end,
    given_up: list[str] = field(default_factory=list)  # and those of them that were given up

    def answer(
        self, question: str, history: Sequence[Answer] = (), filters: Filters | None = None
    ) -> Iterator[Answer]:
        """Answer by a word of the question."""
        self.filters.append(filters)
        self.histories.append(tuple(turn.question for turn in history))
        guterres = cite(1, ARTICLE, SENTENCE, QUOTE)
        if "weather" in question:
            nearest = (hit(ARTICLE, SENTENCE), hit(ARTICLE, OPENING))
            answer = found(question, text="The articles do not answer this question.")
            yield replace(answer, found=False, confidence=0.1, hits=nearest)
        elif "slowly" in question:
            yield found(question, guterres, text="The first words [1]")
            self.growing.wait(20)
            yield found(question, guterres, text="The first words, and the last. [1]")
        elif "endless" in question or "lengthy" in question:
            yield from self._at_length(question)
        elif "damaged" in question:
            raise StoreError("The index is damaged; run kutip check --repair.", path="x")
        elif "bug" in question:
            raise ZeroDivisionError
        elif "hostile" in question:
            yield from hostile(question)
        elif "changed" in question:
            yield found(question, replace(guterres, article_digest="of another version"))
        elif "gone" in question:
            yield found(question, replace(guterres, article_id="no such article"))
        elif "that" in question:
            completed = f"Completed after {history[-1].question}" if history else None
            yield replace(found(question, guterres), completed=completed)
        else:
            yield found(question, guterres, cite(2, ARTICLE, OPENING, "Vladimir Putin"))

    def _at_length(self, question: str) -> Iterator[Answer]:
        """Answer in megabytes, or for twenty seconds unless nobody wants to know any more."""
        guterres = cite(1, ARTICLE, SENTENCE, QUOTE)
        if "lengthy" in question:
            yield found(question, guterres, text="words " * LENGTHY)
            return
        self.begun.append(question)
        try:
            for words in range(2_000):
                yield found(question, guterres, text=f"{words} words [1]")
                time.sleep(0.01)
        except GeneratorExit:
            self.given_up.append(question)
            raise

    def count(self) -> int:
        """Return how many articles there are, none while the library plays empty."""
        return 0 if self.empty else Library.count(self)

    def article(self, article_id: str) -> Article:
        """Return a hostile article as it was made, others from the index."""
        for article in HOSTILE:
            if article.id == article_id:
                return article
        return Library.article(self, article_id)

    def articles(self) -> tuple[ArticleInfo, ...]:
        """Put the hostile articles behind those of the index."""
        return (*Library.articles(self), *map(info, HOSTILE))


def open_library(path: Path, embedder: object) -> Scripted:
    """Make an index of the articles above and a library over it."""
    index = ArticleIndex.open(path, create=True, model=embedder)  # type: ignore[arg-type]
    index.add([ARTICLE, OTHER, *many()])
    return Scripted(index, None)  # type: ignore[arg-type]


def ask(page: Page, question: str) -> None:
    page.fill("#kutip-question", question)
    page.keyboard.press("Enter")


def answered(page: Page, question: str) -> None:
    ask(page, question)
    expect(page.locator("#kutip-turn .question")).to_have_text(question)
    expect(page.locator("form.ask")).not_to_have_class(re.compile("busy"))


def go(page: Page, name: str) -> None:
    page.locator(f"nav [data-page={name}]").click()
    expect(page.locator("html")).to_have_attribute("data-page", name)


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
