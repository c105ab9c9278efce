"""How an article is named in a line: title, where it is from, when it was, in which language."""

from __future__ import annotations

import html
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from ui.characters import is_blank, plain, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from index import Facets
    from ui.texts import Texts

TITLE = 200  # characters of a title that are shown
_LISTED = 5  # values of a facet that are named
_NAMED = 3  # other places of an article that are named


class Described(Protocol):
    """What citations, articles and their summaries have in common."""

    @property
    def title(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def published(self) -> date | None: ...
    @property
    def language(self) -> str: ...


def display_title(about: Described) -> str:
    """Return a title that can be seen: the article's own, or the name of its source."""
    for candidate in (about.title, source_name(about)):
        if not is_blank(candidate):
            return plain(candidate, limit=TITLE)
    return "?"


def source_name(about: Described) -> str:
    """Return the host of a web address, or the last part of a path: no one's folders."""
    host = web_host(about.url) or web_host(about.source)
    return host or PurePath(about.source.replace("\\", "/")).name


def nearby(source: str) -> str:
    """Return a path as it is typed from the current folder, where it lies below that."""
    try:
        return str(Path(source).relative_to(Path.cwd()))
    except (ValueError, OSError):  # it lies elsewhere, or the current folder was deleted
        return source


def web_host(url: str | None) -> str | None:
    """Return the host of an http(s) address; None for anything else."""
    try:
        parts = urlsplit(url or "")
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None


def facets_line(facets: Facets) -> str:
    """Name the values a search can be narrowed to, most first; "" where there is no choice."""
    kinds = (
        ("language", facets.languages),
        # Files of one article each are no sources to choose from.
        ("source", [(nearby(s), n) for s, n in facets.sources if facets.sources[0][1] > 1]),
        ("month", facets.months),
    )
    parts = []
    for kind, counts in kinds:
        known = [f"{value} ({count})" for value, count in counts if value]
        if len(known) > 1:
            more = ", …" if len(known) > _LISTED else ""
            parts.append(f"{kind} {', '.join(known[:_LISTED])}{more}")
    return f"In {facets.articles} articles: {'; '.join(parts)}" if parts else ""


def also_in_line(shown_one: Described, copies: Sequence[Described], texts: Texts) -> str:
    """Name where else an article stands: the first three sources, and how many more there are.

    A copy from the source of the article shown is named by its title. "" without copies.
    """
    own = source_name(shown_one)
    named = (source_name(copy) for copy in copies)
    names = [
        display_title(copy) if name == own else plain(name, limit=80)
        for copy, name in zip(copies, named, strict=True)
    ]
    names = list(dict.fromkeys(name for name in names if not is_blank(name)))
    if not names:
        return ""
    first, rest = ", ".join(names[:_NAMED]), len(names) - _NAMED
    return texts.also_in.format(texts.and_more.format(first, rest) if rest > 0 else first)


def about_line(about: Described, texts: Texts, *, titled: bool = False) -> str:
    """Return source, page, date and language as HTML.

    The source is left out where it stands for a missing title, unless ``titled`` says that
    something else does.
    """
    source = plain(source_name(about), limit=80)
    page = getattr(about, "page", None)  # citations of paged articles have one
    parts = [
        "" if is_blank(about.title) and not titled else f"<bdi>{shown(source)}</bdi>",
        texts.page.format(page).replace(" ", "\u00a0") if page else "",
        texts.day(about.published).replace(" ", "\u00a0") or texts.undated,  # kept on one line
        html.escape(texts.language_name(about.language)) if about.language else "",
    ]
    return " · ".join(part for part in parts if part and part != "<bdi></bdi>")
