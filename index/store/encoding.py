"""Turn articles into rows, refusing what could not come back exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from index.errors import ArticleError
from index.store.rows import (
    IndexedArticle,
    article_columns,
    encode_sentences,
    encode_vectors,
    row_sum,
)
from index.types import Article

_ID_LIMIT = 4096
Row = tuple[Any, ...]


def encode(
    articles: Sequence[IndexedArticle], number: int, first: int
) -> tuple[list[Row], list[Row]]:
    """Return rows of the tables ``article`` and ``passage``, numbered upwards from these."""
    heads: list[Row] = []
    passages: list[Row] = []
    for article in articles:
        columns = article_columns(article.article, number, first, len(article.passages))
        heads.append((*columns, row_sum(*columns), article.article.text))
        passages += _passage_rows(article, number, first)
        number += 1
        first += len(article.passages)
    return heads, passages


def _passage_rows(article: IndexedArticle, number: int, first: int) -> Iterator[Row]:
    if not article.passages:
        return
    vectors = encode_vectors(np.stack([passage.vector for passage in article.passages]))
    for place, (passage, vector) in enumerate(zip(article.passages, vectors, strict=True)):
        span = passage.passage
        blob = vector.tobytes()
        vec_sum = row_sum(first + place, blob)
        columns = (
            first + place,
            number,
            place,
            span.start,
            span.end,
            encode_sentences(span.sentences),
            " ".join(passage.terms),
            passage.content,
        )
        text = article.article.text[span.start : span.end]
        yield (*columns, blob, vec_sum, row_sum(*columns, vec_sum, text))


def must_be_storable(indexed: IndexedArticle, dimension: int) -> None:
    """Refuse what the database could not give back exactly.

    ArticleError where the article is at fault, ValueError where its passages do not fit it.
    """
    article = indexed.article
    must_be_whole(article)
    for passage in indexed.passages:
        span = passage.passage
        if article.text[span.start : span.end] != span.text or span.article_id != article.id:
            raise ValueError(f"not a passage of the article {article.id!r}: {span}")
        if passage.vector.shape != (dimension,):
            raise ValueError(f"the index holds {dimension}-d vectors, not {passage.vector.shape}")


def must_be_whole(article: Article) -> None:
    """Refuse an article, by ArticleError, that no database could give back exactly."""
    source, named = (
        name.encode("utf-8", "backslashreplace").decode() for name in (article.source, article.id)
    )
    if not 0 < len(article.id) <= _ID_LIMIT or "\0" in article.id:
        raise ArticleError(
            f"the article from {source or 'a list'} has no usable id "
            f"(1 to {_ID_LIMIT} characters, no NUL): give it another id",
            path=source or named.replace("\0", "")[:_ID_LIMIT],
        )
    pairs = article.metadata.items()
    if odd := [name for name, value in pairs if not isinstance(value, str | int | float)]:
        raise ArticleError(
            f"the metadata {odd[0]!a} of the article {article.id!a} is no text: give its text",
            path=source or named,
        )
    try:
        for value in (article.id, article.title, article.source, article.language, article.url):
            (value or "").encode()
        article.text.encode()
    except UnicodeEncodeError as error:
        raise ArticleError(
            f"the article {article.id!a} holds half a character ({error.reason}): "
            "save it again as UTF-8",
            path=source or named,
        ) from error
