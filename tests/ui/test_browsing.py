"""A search of articles is that of ``kutip search``, with the sentence that fits and its words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index import Article, ArticleIndex
from qa import find, load_reader
from tests.index.conftest import HashEmbedder
from tests.ui.conftest import Opener
from tests.ui.room import ARTICLE
from ui.browsing import matches
from ui.library import Library
from ui.shelf import render_shelf
from ui.texts import ENGLISH
from ui.wishes import Wish

TEXTS = (
    "Pasar dibuka. Harga beras naik di pasar itu.",
    "Hujan turun. Beras dijual murah.",
    "Menteri <b>membeli</b> beras dan gula.",
    "Kapal berlayar ke timur.",
)


@pytest.fixture
def shelves(tmp_path: Path) -> Iterator[Library]:
    """Return a library of one article a month, read by the reader that needs no weights."""
    with ArticleIndex.open(tmp_path / "index", create=True, model=HashEmbedder()) as index:
        index.add(
            Article(f"a{n}", f"Judul {n}", f"Judul {n}\n{text}", "x", "id", date(2022, n + 1, 3))
            for n, text in enumerate(TEXTS)
        )
        yield Library(index, load_reader("sentences", embedder=index.embedder))


def test_the_order_is_that_of_kutip_search(shelves: Library) -> None:
    for query in ("harga beras", "beras gula", "hujan turun di pasar"):
        found = find(query, index=shelves.index, k=10, reader=shelves.reader)
        listed = shelves.browse(Wish(query)).articles
        assert [one.id for one in listed] == [*dict.fromkeys(h.article.id for h in found.hits)]


def test_the_sentence_that_fits_and_its_words(shelves: Library) -> None:
    first = matches("harga berasnya", shelves.index, shelves.reader, shelves.articles())[0]
    text = shelves.article("a0").text
    assert first.sentence
    assert text[slice(*first.sentence)] == first.text == "Harga beras naik di pasar itu."
    assert [first.text[start:stop] for start, stop in first.marks] == ["Harga", "beras"]


def test_rows_show_the_sentence_with_its_words_marked(shelves: Library) -> None:
    wish = Wish("gula")
    markup = render_shelf(shelves.browse(wish), wish, ENGLISH, readonly=True)
    assert "Menteri &lt;b&gt;membeli&lt;/b&gt; beras dan <mark>gula</mark>." in markup
    start = shelves.article("a2").text.index("Menteri")
    end = start + len("Menteri <b>membeli</b> beras dan gula.")
    assert f'data-evidence="{start}-{end}"' in markup


def test_half_a_word_is_looked_for_in_titles(shelves: Library) -> None:
    assert [one.id for one in shelves.browse(Wish("judu")).articles] == ["a3", "a2", "a1", "a0"]


def test_months_of_the_year_are_counted(shelves: Library) -> None:
    shelf = shelves.browse(Wish())
    months = (("2022-01", 1), ("2022-02", 1), ("2022-03", 1), ("2022-04", 1))
    assert (shelf.years, shelf.months) == ((("2022", 4),), months)
    wish = Wish(year="2022-03")
    shelf = shelves.browse(wish)
    assert ([one.id for one in shelf.articles], shelf.months) == (["a2"], months)
    markup = render_shelf(shelf, wish, ENGLISH, readonly=True)
    assert '<option value="2022">All months</option>' in markup
    assert '<option value="2022-03" selected="">March 2022 (1)</option>' in markup
    assert ENGLISH.month_name("2022-13") == "2022-13"


def test_the_sentence_is_marked_where_it_stands(visit: Opener) -> None:
    page = visit(at="#articles?query=Guterres+evakuasi")
    row = page.locator(".entry").filter(has_text=ARTICLE.title)
    expect(row.locator("mark").filter(has_text="evakuasi")).to_have_count(1)
    row.click()
    expect(page.locator("#kutip-pane mark.evidence")).to_contain_text("evakuasi")
