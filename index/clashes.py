"""Articles that bring the id of another one: told of, so that none silently takes another's place.

An id stands for one article, and a newer version replaces the older. Two tables whose rows are
both numbered from 1 hold no versions of each other.
"""

from __future__ import annotations

import os
from collections.abc import Collection

from index.errors import ArticleError
from index.loading import ArticleFile
from index.loading.files import shown
from index.source_files import key_of
from index.types import Article

_SHARED = 0.3  # of the words of both: texts that have nothing to do with each other share 0.1


class Clashes:
    """The articles of one file that have the ids of others, counted, and told of in one error."""

    def __init__(self, file: ArticleFile) -> None:
        self._file = file
        self._seen: set[str] = set()
        self._count = 0
        self._example = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the articles that were taken."""
        return tuple(self._seen)

    def take(self, article_id: str) -> None:
        """Remember an article that was taken from the file."""
        self._seen.add(article_id)

    def found(self, article: Article, before: Article, origins: Collection[str]) -> bool:
        """Say whether ``article`` is another one than ``before``, which has its id, and count it.

        :param origins: the paths that ``before`` came from.
        """
        if article.id == article.url or _is_version(article, before):
            return False
        if article.id in self._seen:
            place = "the same file"
        elif key_of(self._file) in origins:  # its own, and edited
            return False
        else:
            place = next((shown(path) for path in origins if path and os.path.exists(path)), "")
        if not place:  # the other's file is gone, or it was given as a value
            return False
        self._count += 1
        self._example = self._example or f"{shown(article.id)[:80]!r} of {place}"
        return True

    def error(self) -> ArticleError | None:
        """Return what to tell of the file, None where there is nothing."""
        if not self._count:
            return None
        path = shown(self._file.place)
        have = "article has the id" if self._count == 1 else "articles have the ids"
        message = (
            f"{path}: {self._count:,} {have} of other articles, such as {self._example}, and "
            f"{'was' if self._count == 1 else 'were'} left out; give each article an id of its own."
        )
        return ArticleError(message, path=path)


def _is_version(one: Article, other: Article) -> bool:
    """Say whether two articles may be versions of one: by their titles, else by their words."""
    if one.title and one.title.casefold() == other.title.casefold():
        return True
    words, others = (set(article.text.casefold().split()) for article in (one, other))
    return len(words & others) >= _SHARED * len(words | others)
