"""Values of answers for the tests of the page, made from articles."""

from __future__ import annotations

from index import Article, ArticleInfo
from qa import Citation


def cite(
    number: int, article: Article, sentence: str, quote: str, text: str | None = None
) -> Citation:
    """Return a citation of a quote in a sentence; ``text`` is the article's unless given."""
    first = (text or article.text).index(sentence)
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


def info(article: Article) -> ArticleInfo:
    """Return what a hit tells of an article."""
    return ArticleInfo(
        id=article.id,
        title=article.title,
        published=article.published,
        language=article.language,
        source=article.source,
        digest=article.digest,
        url=article.url,
    )
