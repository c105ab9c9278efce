"""Questions that are asked of some of the articles: in words, as filters, and in a browser."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index import Article, ArticleIndex, Filters
from tests.index.conftest import HashEmbedder
from tests.ui.conftest import Opener
from tests.ui.made import info
from tests.ui.room import ARTICLE, OTHER, Scripted, answered
from ui.indonesian import INDONESIAN
from ui.library import Library
from ui.narrowing import Narrowing, render_narrowing
from ui.texts import ENGLISH
from ui.wishes import Choices

ARTICLES = (info(ARTICLE), info(OTHER))


def test_what_the_page_sends_becomes_filters() -> None:
    sent = {"language": "id", "source": "seeds", "first": "2022-04-01", "last": "2022-04-30"}
    narrowing = Narrowing.parse({**sent, "article": "seeds%2Fguterres.txt"})
    assert narrowing.filters(ARTICLES) == Filters(
        date(2022, 4, 1), date(2022, 4, 30), ("id",), (ARTICLE.source,), (ARTICLE.id,)
    )
    assert narrowing.told(ARTICLES, ENGLISH) == (
        "Asked only of: Indonesian · seeds · from 1 April 2022 · until 30 April 2022 · "
        "Putin bertemu Guterres di Moskwa."
    )
    day = Narrowing(first=date(2022, 4, 1))
    assert day.told((), INDONESIAN) == "Hanya dicari di: sejak 1 April 2022."


def test_a_source_that_is_gone_lets_nothing_through() -> None:
    assert Narrowing(source="gone").filters(ARTICLES) == Filters(sources=("gone",))


@pytest.mark.parametrize("data", [None, 3, [], {}, {"language": 5, "first": ""}])
def test_what_says_nothing_narrows_nothing(data: object) -> None:
    assert not Narrowing.parse(data)
    assert Narrowing.parse(data).filters(ARTICLES) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"first": "yesterday"}, "Invalid isoformat string: 'yesterday'"),
        ({"first": "2022-05-01", "last": "2022-04-01"}, "the date filter is empty"),
    ],
)
def test_days_that_cannot_be_are_told(data: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Narrowing.parse(data).filters(ARTICLES)


def test_names_of_sources_are_no_markup() -> None:
    choices = Choices((("en", 2), ("id", 1)), (("<b>x</b>", 2), ("y", 1)))
    markup = render_narrowing(choices, ENGLISH)
    assert "<b>" not in markup
    assert '<option value="en">English (2)</option>' in markup
    assert '<option value="&lt;b&gt;x&lt;/b&gt;">&lt;b&gt;x&lt;/b&gt; (2)</option>' in markup


def test_filters_reach_the_answer(tmp_path: Path) -> None:
    """Only what passes is found, and a filter that nothing passes finds nothing."""
    with ArticleIndex.open(tmp_path / "index", create=True, model=HashEmbedder()) as index:
        index.add([Article("a", "", "Harga beras naik.", "x", "id", date(2022, 4, 2))])
        index.add([Article("b", "", "Harga beras turun lagi.", "y", "id", date(2023, 4, 2))])
        from qa import load_reader

        library = Library(index, load_reader("sentences", embedder=index.embedder))
        april = Narrowing(first=date(2023, 4, 1)).filters(library.articles())
        *_, answer = library.answer("Harga beras?", filters=april)
        assert {hit.article.id for hit in answer.hits} == {"b"}
        none = Narrowing(language="fi").filters(library.articles())
        *_, answer = library.answer("Harga beras?", filters=none)
        assert (answer.found, answer.hits) == (False, ())


def test_the_next_questions_are_narrowed(visit: Opener, library: Scripted) -> None:
    """Language, days and source go with the question; the answer says so; all can be cleared."""
    page = visit()
    page.locator(".narrow summary").click()
    page.locator(".narrow [name=language]").select_option("id")
    page.locator(".narrow [name=first]").fill("2022-04-01")
    expect(page.locator(".narrow .told")).to_have_text("Indonesian · from 2022-04-01")
    answered(page, "What did Guterres ask Russia to do?")
    assert library.filters[-1] == Filters(published_from=date(2022, 4, 1), languages=("id",))
    expect(page.locator("#kutip-turn .notice")).to_have_text(
        "Asked only of: Indonesian · from 1 April 2022."
    )
    page.locator(".narrow .widen").click()
    expect(page.locator(".narrow .told")).to_have_text("")
    answered(page, "What did Guterres ask Russia to do?")
    assert library.filters[-1] is None


def test_one_article_alone_is_asked(visit: Opener, library: Scripted) -> None:
    page = visit()
    answered(page, "What did Guterres ask Russia to do?")
    page.get_by_role("button", name="Ask this article").click()
    expect(page.locator(".narrow .told")).to_have_text(ARTICLE.title)
    answered(page, "What did Guterres ask Russia to do?")
    assert library.filters[-1] == Filters(article_ids=(ARTICLE.id,))
    expect(page.locator("#kutip-turn .notice")).to_have_text(f"Asked only of: {ARTICLE.title}.")
