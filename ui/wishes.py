"""What one may wish for in a list of articles, and what is listed then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from ui.describing import source_name, web_host

if TYPE_CHECKING:
    from index import ArticleInfo
    from ui.browsing import Match

SHELF = 40  # articles of one page of the list
_FACETS = 30


@dataclass(frozen=True, slots=True)
class Wish:
    """Which articles to list: words to look for, one value of each facet, and from where on.

    ``year`` may be a month of it, as 2022-04.
    """

    query: str = ""
    language: str = ""
    source: str = ""
    year: str = ""
    topic: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of the list, how many there are in all, and the facets with their counts.

    ``months`` are those of the year wished for, ``matches`` what fits what was looked for, and
    ``openings`` the first words of those articles on the page that have no title, both by id.
    """

    articles: tuple[ArticleInfo, ...]
    total: int
    languages: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    years: tuple[tuple[str, int], ...]
    openings: Mapping[str, str] = field(default_factory=dict)
    months: tuple[tuple[str, int], ...] = ()
    matches: Mapping[str, Match] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choices:
    """The languages and sources there are, with how many articles each has."""

    languages: tuple[tuple[str, int], ...] = ()
    sources: tuple[tuple[str, int], ...] = ()


def source_group(about: ArticleInfo) -> str:
    """Return where an article comes from, as a group: its host, its folder, or what it names."""
    host = web_host(about.url) or web_host(about.source)
    if host:
        return host
    path = PurePath(about.source.replace("\\", "/"))
    return path.parent.name or source_name(about) if len(path.parts) > 1 else about.source


def month_of(about: ArticleInfo) -> str:
    """Return year and month as 2024-05; "" without a date."""
    return about.published.isoformat()[:7] if about.published else ""


def counted(values: Iterator[str]) -> tuple[tuple[str, int], ...]:
    """Return the most frequent values with their counts."""
    counts = Counter(values)
    best = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((value, count) for value, count in best if value)[:_FACETS]
