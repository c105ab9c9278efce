"""The values that travel between the parts: frozen, slotted, comparable.

Offsets are Python string offsets (code points) into ``Article.text``; ``end`` is exclusive.
This module knows no file formats, no models and no store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

_NO_METADATA: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Article:
    """One article as a reader would read it; every offset refers to ``text``.

    ``language`` is an ISO 639-1 code, or ``""`` where the source does not say.
    ``published`` is the article's own date, never that of an event it tells of.
    ``source`` names where it came from: a path for files, a URL or a name otherwise.
    """

    id: str
    title: str
    text: str
    source: str = ""
    language: str = ""
    published: date | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=lambda: _NO_METADATA, hash=False)

    def __post_init__(self) -> None:
        """Take a moment for its day; ValueError where ``published`` is no date at all."""
        if isinstance(self.published, datetime):  # a date to Python, but not one to a store
            object.__setattr__(self, "published", self.published.date())
        elif self.published is not None and not isinstance(self.published, date):
            raise ValueError(f"published is a datetime.date or None, not {self.published!r}")

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of title and text: two versions of an article never share it."""
        content = f"{len(self.title)}\n{self.title}\n{self.text}"
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters of one article: ``0 <= start < end``."""

    article_id: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: start={self.start}, end={self.end}")

    def covers(self, other: Span) -> bool:
        """Say whether ``other`` lies inside this span, in the same article."""
        return (
            self.article_id == other.article_id
            and self.start <= other.start
            and other.end <= self.end
        )

    def overlaps(self, other: Span) -> bool:
        """Say whether the two share at least one character of the same article."""
        return (
            self.article_id == other.article_id
            and self.start < other.end
            and other.start < self.end
        )


@dataclass(frozen=True, slots=True)
class Sentence(Span):
    """A sentence; ``citable`` is False for boilerplate such as "Baca juga" lines."""

    citable: bool = True


@dataclass(frozen=True, slots=True)
class Passage(Span):
    """A run of whole sentences: what is embedded, searched and read.

    ``text`` is the slice ``article.text[start:end]``, carried along so that a passage can be
    shown without its article.
    """

    sentences: tuple[Sentence, ...]
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end or len(self.text) != self.end - self.start:
            raise ValueError(
                f"not a passage: start={self.start}, end={self.end}, {len(self.text)} characters"
            )

    def slice(self, span: Span) -> str:
        """Return the characters of ``span``, which must lie inside the passage."""
        if not self.covers(span):
            raise ValueError(f"{span} does not lie inside the passage {self.start}-{self.end}")
        return self.text[span.start - self.start : span.end - self.start]


@dataclass(frozen=True, slots=True)
class ArticleInfo:
    """What a hit tells of its article without carrying the text.

    ``pages`` are the offsets of the text at which pages begin; ``index.page_of`` reads them.
    """

    id: str
    title: str
    published: date | None
    language: str
    source: str
    digest: str
    url: str | None = None
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. ``score``: higher is better. Ranks count from 1.

    ``also_in`` are the near-duplicates of its article that pass the filters, such as reprints of
    a wire story; the earliest published first. None of them is a hit itself.
    """

    passage: Passage
    score: float
    dense_rank: int | None
    lexical_rank: int | None
    article: ArticleInfo
    also_in: tuple[ArticleInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrict a search before ranking; an empty field does not restrict.

    Dates are inclusive, and an article without a date fails a date filter.
    """

    published_from: date | None = None
    published_to: date | None = None
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        first, last = self.published_from, self.published_to
        if first and last and first > last:
            raise ValueError(f"the date filter is empty: {first} is after {last}")
        for name in ("languages", "sources", "article_ids"):
            if isinstance(getattr(self, name), str):
                raise ValueError(f"{name} takes a tuple of strings, not {getattr(self, name)!r}")

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Facets:
    """How many articles there are by language and source, most first, and by month, newest first.

    Months are written ``2022-04``; a language or month that is not known is ``""``. Of the
    sources, the 50 with most articles are listed.
    """

    articles: int
    languages: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that could not be indexed, and why, in one sentence."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ``add`` has come; ``tokens`` and ``embedded`` count what was really embedded."""

    files_done: int
    files_total: int | None
    articles: int
    passages: int
    embedded: int
    tokens: int
    current: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What ``ArticleIndex.add`` did, counted in articles.

    ``removed`` are those that no file holds any more: rows that left a table, and what vanished
    from a folder where that was asked for. ``duplicates`` are those of the added and updated ones
    that are copies or near-duplicates of an article that was there before, see
    :mod:`index.duplicates`. ``embedded`` counts passages and ``tokens`` their tokens.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    duplicates: int = 0
    failed: tuple[Failure, ...] = ()
    seconds: float = 0.0
    embedded: int = 0
    tokens: int = 0

    def __str__(self) -> str:
        parts = [f"{self.added} added", f"{self.updated} updated", f"{self.unchanged} unchanged"]
        if self.removed:
            parts.append(f"{self.removed} removed")
        if self.duplicates:
            parts.append(f"{self.duplicates} of them copies of others")
        if self.failed:
            parts.append(f"{len(self.failed)} failed")
        return f"{', '.join(parts)} in {self.seconds:.1f} s"
