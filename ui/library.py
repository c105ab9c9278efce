"""What the pages need of an index: answers, articles, lists, changes, and a view from above.

One object stands between the pages and ``index`` and ``qa``; no page touches either by itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index import Failure, Filters, StoreBusyError, StoreError
from ui.browsing import Match, matches
from ui.characters import is_blank, plain
from ui.wishes import SHELF, Choices, Shelf, Wish, counted, month_of, source_group

if TYPE_CHECKING:
    from index import (
        AddReport,
        Article,
        ArticleError,
        ArticleIndex,
        ArticleInfo,
        ArticleMap,
        Progress,
    )
    from qa import Answer, Reader
    from ui.feedback import Rating
    from ui.uploads import Job, Uploads

_log = logging.getLogger("kutip.ui")

_OPENING = 90  # characters
_PATIENCE = 10  # seconds that a change waits for a file that is being added
_KEPT = 20  # deletions that can be undone
_HERE = Path(__file__).parent
# The example articles lie in the package once it is installed, and beside it in a checkout.
SEEDS = next((one for one in (_HERE / "seeds", _HERE.parent / "seeds") if one.is_dir()), None)


@dataclass(slots=True)
class _Cached:
    generation: int = -1
    articles: tuple[ArticleInfo, ...] = ()
    picture: ArticleMap | None = None
    stories: tuple[tuple[ArticleInfo, ...], ...] | None = None


@dataclass(slots=True)
class Library:
    """An index with a reader, as the pages use it; safe to use from many threads."""

    index: ArticleIndex
    reader: Reader
    readonly: bool = False
    uploads: Uploads | None = None
    steps: int = 1
    _cached: _Cached = field(default_factory=_Cached)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _drawing: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)
    _removed: dict[str, Article] = field(default_factory=dict)

    def answer(
        self, question: str, history: Sequence[Answer] = (), filters: Filters | None = None
    ) -> Iterator[Answer]:
        """Yield the growing answer; KutipError and ValueError for trouble."""
        from qa import stream_answer

        return stream_answer(
            question, index=self.index, reader=self.reader, history=history, filters=filters,
            steps=self.steps,
        )  # fmt: skip

    def article(self, article_id: str) -> Article:
        """Return an article; KeyError where there is none."""
        if not self.index.articles(filters=Filters(article_ids=(article_id,)), limit=1):
            raise KeyError(article_id)
        return self.index.article(article_id)

    def articles(self) -> tuple[ArticleInfo, ...]:
        """Return all articles, the newest first."""
        generation = self.index.generation
        with self._lock:
            if self._cached.generation != generation:
                listed = tuple(self.index.articles(order="published"))
                self._cached = _Cached(generation, listed)
            return self._cached.articles

    def oldest(self, count: int) -> list[ArticleInfo]:
        """Return the articles that were added first."""
        return self.index.articles(limit=count)

    def count(self) -> int:
        """Return how many articles there are."""
        return len(self.articles())

    def choices(self) -> Choices:
        """Return the languages and sources that a question can be narrowed to."""
        every = self.articles()
        return Choices(
            languages=counted(one.language for one in every if one.language),
            sources=counted(source_group(one) for one in every),
        )

    def browse(self, wish: Wish) -> Shelf:
        """Return the articles wished for: by date, or the best first where words are looked for."""
        found = self._chosen(wish)
        chosen = [one.article for one in found]
        passed = [one for one in found if self._passes(one.article, wish)]
        shown = passed[wish.offset : wish.offset + SHELF]
        untitled = [one.article.id for one in shown if is_blank(one.article.title)]
        months = [month_of(one) for one in chosen]
        years = tuple(sorted(counted(month[:4] for month in months), reverse=True))
        year = wish.year[:4] or (years[0][0] if len(years) == 1 else "")
        return Shelf(
            articles=tuple(one.article for one in shown),
            matches={one.article.id: one for one in shown if one.sentence},
            openings={id_: self.opening(id_) for id_ in untitled},
            total=len(passed),
            languages=counted(one.language for one in chosen),
            sources=counted(source_group(one) for one in chosen),
            years=years,
            months=tuple(sorted(counted(m for m in months if year and m.startswith(year)))),
        )

    def opening(self, article_id: str) -> str:
        """Return the first words of an article, which stand for a title; "" where it is gone."""
        try:
            text = self.index.article(article_id).text
        except KeyError:
            return ""
        words = plain(text.lstrip(), limit=_OPENING + 1)
        return words if len(words) <= _OPENING else words.rpartition(" ")[0] + "…"

    def all_of(self, wish: Wish) -> list[ArticleInfo]:
        """Return all articles wished for, however many."""
        found = [one.article for one in self._chosen(wish)]
        return [one for one in found if self._passes(one, wish)]

    def _chosen(self, wish: Wish) -> list[Match]:
        """Return the articles of the words and the topic wished for, before any facet."""
        every = self.articles()
        if wish.query.strip():
            found = matches(wish.query, self.index, self.reader, every)
        else:
            found = [Match(one) for one in every]
        if wish.topic is None:
            return found
        picture = self.picture()
        known = 0 <= wish.topic < len(picture.topics)
        members = picture.topics[wish.topic].members if known else ()
        ids = {picture.articles[member].id for member in members}
        return [one for one in found if one.article.id in ids]

    @staticmethod
    def _passes(one: ArticleInfo, wish: Wish) -> bool:
        return (
            (not wish.language or one.language == wish.language)
            and (not wish.source or source_group(one) == wish.source)
            and (not wish.year or month_of(one).startswith(wish.year))
        )

    def picture(self) -> ArticleMap:
        """Return the map of the articles, drawn once for each state of the index."""
        from index import map_articles

        with self._drawing:
            self.articles()
            cached = self._cached
            if cached.picture is None:
                articles, vectors = self.index.article_vectors()
                cached.picture = map_articles(articles, vectors, self.index.article)
            return cached.picture

    def stories(self) -> tuple[tuple[ArticleInfo, ...], ...]:
        """Return what stands in several articles, looked for once in each state of the index."""
        with self._drawing:
            self.articles()
            cached = self._cached
            if cached.stories is None:
                cached.stories = tuple(self.index.stories())
            return cached.stories

    def remove(self, article_id: str) -> Article:
        """Erase an article, which :meth:`restore` brings back; KeyError where there is none."""
        article = self.article(article_id)
        with self._changing():
            self.index.remove(article_id)
        with self._lock:
            self._removed[article_id] = article
            while len(self._removed) > _KEPT:
                del self._removed[next(iter(self._removed))]
        return article

    def restore(self, article_id: str) -> Article:
        """Bring back what was erased; KeyError where it is no longer known."""
        with self._lock:
            article = self._removed[article_id]
        with self._changing():
            self.index.add([article])
        with self._lock:
            self._removed.pop(article_id, None)
        return article

    @property
    def has_seeds(self) -> bool:
        """Say whether the example articles are here."""
        return SEEDS is not None

    def add_seeds(self) -> None:
        """Index the example articles."""
        with self._changing():
            self.index.add([SEEDS] if SEEDS else [])

    def add_file(self, path: Path, progress: Callable[[Progress], None]) -> AddReport:
        """Index a file that was given to the page; its folder is forgotten with it."""
        from index import load_articles

        failures: list[Failure] = []

        def fail(error: ArticleError) -> None:
            failures.append(Failure(path.name, str(error)))

        loaded = (_given(one, path) for one in load_articles(path, on_error=fail))
        with self._writing:
            report = self.index.add(loaded, progress=progress)
        return replace(report, failed=(*report.failed, *failures))

    def add_address(self, address: str, progress: Callable[[Progress], None]) -> AddReport:
        """Fetch what is at a web address and index it."""
        from ui.fetching import add_address

        with self._writing:
            return add_address(self.index, address, progress)

    @property
    def takes_addresses(self) -> bool:
        """Say whether the page may add web addresses."""
        return self.uploads is not None and self.uploads.takes_addresses

    def jobs(self, ticket: str) -> list[Job]:
        """Return what has become of the files of a ticket."""
        return self.uploads.jobs(ticket) if self.uploads else []

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the index between two files that are being added, not during one.

        Raises StoreError where it may only be read and StoreBusyError where one takes long.
        """
        if self.readonly:
            raise StoreError(
                "These articles can only be read: the chat was started with --readonly.",
                path=self.index.path,
            )
        if not self._writing.acquire(timeout=_PATIENCE):
            raise StoreBusyError("A file is being added.", path=self.index.path)
        try:
            yield
        finally:
            self._writing.release()

    def judge(self, answer: Answer, rating: Rating) -> bool:
        """Keep a judgement beside the index; False where its quotes no longer stand there."""
        from ui.feedback import feedback_file, keep

        articles = {}
        for citation in answer.citations:
            try:
                articles[citation.article_id] = self.article(citation.article_id)
            except KeyError:
                return False
        return keep(feedback_file(self.index.path), answer, rating, articles)


def _given(article: Article, path: Path) -> Article:
    """Name an article after the file it was given in, not after where the file lay."""
    name = f"uploads/{path.name}"
    own = article.id if article.id != path.name else name
    return replace(article, id=own, source=article.source.replace(str(path), name))
