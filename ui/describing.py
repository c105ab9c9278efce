"""How an article is named in a line: title, where it is from, when it was, in which language."""

from __future__ import annotations

import html
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from ui.characters import is_blank, plain, shown

if TYPE_CHECKING:
    from datetime import date

    from ui.texts import Texts

TITLE = 200  # characters of a title that are shown


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


def web_host(url: str | None) -> str | None:
    """Return the host of an http(s) address; None for anything else."""
    try:
        parts = urlsplit(url or "")
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None


def about_line(about: Described, texts: Texts) -> str:
    """Return source, date and language; the source only where it is not the title already."""
    source = plain(source_name(about), limit=80)
    parts = [
        "" if is_blank(about.title) else f"<bdi>{shown(source)}</bdi>",
        texts.day(about.published).replace(" ", "\u00a0") or texts.undated,  # kept on one line
        html.escape(texts.language_name(about.language)) if about.language else "",
    ]
    return " · ".join(part for part in parts if part and part != "<bdi></bdi>")
