"""An export comes back exactly: the articles, and what is found among them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from index import Article, ArticleIndex
from index.loading import load_articles
from tests.index.conftest import HashEmbedder
from ui.as_json import article_json, dumps

ARTICLES = (
    Article("plain", "Title", "Title\nThe dam opened.", "a.txt", "en", date(2024, 1, 2)),
    # What cleaning would change: line ends, NUL, a date in the text, a long title, no language.
    Article("crlf", "", "Jakarta, 3 Mei 2024 - Hujan\r\nturun\0 deras.\r", "b", ""),
    Article("long", "T" * 900, "A text.", "", "id", None, "https://example.org/x", (" Ani ",),
            {f"key {n}": "  v " * 300 for n in range(40)}),
    Article("same", "Title", "Title\nThe dam opened.", "c.txt", "en", date(2023, 1, 2)),
    Article("odd \u2028 id/..", "İ\u0301", "👩‍👩‍👧 مرحبا.\u2029", "s", "ar"),
)  # fmt: skip


def exported(path: Path, articles: tuple[Article, ...] = ARTICLES, **changes: object) -> Path:
    """Write articles as `kutip export` does, with fields of each changed."""
    lines = [dumps({**article_json(one), **changes}) for one in articles]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def test_every_field_comes_back(tmp_path: Path) -> None:
    """Ids, dates, metadata and digests are equal, whatever loading would clean elsewhere."""
    assert tuple(load_articles(exported(tmp_path / "e.jsonl"))) == ARTICLES


def test_an_index_restored_from_its_export_finds_the_same(
    tmp_path: Path, embedder: HashEmbedder
) -> None:
    """The same hits in the same order with the same scores, after replacements and removals."""
    words = ("dam", "market", "school", "rain", "harbour")
    texts = [f"Report {n} of the {words[n % 5]} and the {words[n % 3]}." for n in range(60)]
    with (
        ArticleIndex.open(tmp_path / "one", create=True, model=embedder) as one,
        ArticleIndex.open(tmp_path / "two", create=True, model=embedder) as two,
    ):
        one.add([Article(f"a{n}", "", text, language="en") for n, text in enumerate(texts)])
        one.add([*ARTICLES, *(Article(f"a{n}", "", texts[n + 1], language="en")
                              for n in range(0, 50, 7))])  # fmt: skip
        one.remove(["a3", "a4", "long"])
        articles = list(one.every_article())
        report = two.add(exported(tmp_path / "e.jsonl", tuple(articles)))
        assert (report.added, report.failed) == (len(articles), ())
        assert list(two.every_article()) == articles
        for query in ("dam report", "the rain school", "hujan deras", "title"):
            found = [
                [(h.article, h.passage, h.score, h.dense_rank, h.lexical_rank)
                 for h in index.search(query, 30)]
                for index in (one, two)
            ]  # fmt: skip
            assert found[0] == found[1] != []


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "javascript:alert(1)"},
        {"url": "https://a.example/\nx"},
        {"id": "nul\0"},
        {"id": 7},
        {"published": "yesterday"},
        {"authors": "Ani"},
        {"metadata": {"a": 1}},
        {"metadata": {"a": "x" * 70_000}},
        {"language": ["en"]},
        {"digest": "0" * 64},
    ],
)
def test_what_only_looks_exported_is_cleaned_as_any_row(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    """Anyone can compute a digest: it lets nothing in that other rows could not bring."""
    article = Article("x", "Title", "Title\r\nThe dam opened.", "a.txt", "en")
    (loaded,) = load_articles(exported(tmp_path / "e.jsonl", (article,), **changes))
    assert loaded.text == "Title\nThe dam opened."
    assert loaded.url is None
    assert "\0" not in loaded.id


def test_half_characters_are_replaced(tmp_path: Path) -> None:
    """JSON can carry what UTF-8 cannot; its digest proves nothing that could be stored."""
    article = Article("x", "", "half \ud800 of one", "a.txt", "en")
    path = tmp_path / "e.jsonl"
    path.write_text(json.dumps(article_json(article)), "ascii")
    (loaded,) = load_articles(path)
    assert loaded.text == "half \ufffd of one"
