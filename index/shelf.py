"""The articles of an index as they can be listed and read; searching is ``article_index``'s."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreError
from index.grouping import stories
from index.store import Order, Store, mean_vectors
from index.types import Article, ArticleInfo, Filters

_WORD = re.compile(r"[\w'’.&-]+")
_LONGEST_TITLE = 8  # words
_SHORTEST_TITLE = 3  # characters: "It" and "He" begin sentences


class Shelf:
    """What an index holds, whatever made it searchable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def path(self) -> Path:
        """The folder of the index."""
        return self._store.path

    @property
    def generation(self) -> int:
        """The number of commits so far: it grows whenever articles change."""
        return self._store.generation

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the articles, most frequent first."""
        with self._store.snapshot() as snapshot:
            return tuple(language for language in snapshot.languages() if language)

    def article(self, article_id: str) -> Article:
        """Return an article with its whole text.

        :raises StoreError: there is no such article.
        """
        with self._store.snapshot() as snapshot:
            article = snapshot.article(article_id)
        if article is None:
            raise StoreError(
                f"There is no article {article_id!r} in {self.path}; `kutip list` shows the ids.",
                path=self.path,
            )
        return article

    def every_article(
        self, *, on_error: Callable[[StoreError], None] | None = None
    ) -> Iterator[Article]:
        """Yield all articles whole, in the order they were added, as they are at the first.

        Those that are damaged go to ``on_error``, or are raised where there is none.
        """
        with self._store.snapshot() as snapshot:
            for article_id in snapshot.article_ids():
                try:
                    article = snapshot.article(article_id)
                except StoreError as error:
                    if on_error is None:
                        raise
                    on_error(error)
                else:
                    if article:
                        yield article

    def articles(
        self,
        *,
        filters: Filters | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: Order = "added",
    ) -> list[ArticleInfo]:
        """Return the articles that pass the filters, in order, without their texts."""
        with self._store.snapshot() as snapshot:
            return snapshot.articles(filters, offset=offset, limit=limit, order=order)

    def named_in(self, text: str) -> list[str]:
        """Return the ids of the articles whose title stands in a text, as entries of a lexicon do.

        A title is a run of up to eight words there, the first not in small letters.
        """
        with self._store.snapshot() as snapshot:
            return snapshot.titled(_title_like(text))

    def article_vectors(self) -> tuple[list[ArticleInfo], NDArray[np.float32]]:
        """Return the articles and the mean (n, d) of each one's passage vectors."""
        with self._store.snapshot() as snapshot:
            return mean_vectors(snapshot)

    def stories(self) -> list[tuple[ArticleInfo, ...]]:
        """Return what stands in several articles: families of near-duplicates, largest first."""
        with self._store.snapshot() as snapshot:
            return stories(snapshot)


def _title_like(text: str) -> list[str]:
    """Return the runs of words of a text that could be titles, each once."""
    words = [match.span() for match in _WORD.finditer(text)]
    runs = (
        text[start : words[last][1]].strip(".'’")
        for first, (start, _) in enumerate(words)
        if not text[start].islower()
        for last in range(first, min(first + _LONGEST_TITLE, len(words)))
    )
    return list(dict.fromkeys(run for run in runs if len(run) >= _SHORTEST_TITLE))
