"""Load feeds (RSS, Atom) saved as files: one article an entry, with what the entry itself holds.

Where an entry has only a summary, the article is marked ``excerpt``. Nothing is fetched here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from index.errors import ArticleError
from index.loading.dates import iso_day, parse_date
from index.loading.fields import (
    ID_LIMIT,
    TEXT_LIMIT,
    article_id,
    clean_text,
    clean_title,
    compose_text,
    language_code,
    metadata,
    web_address,
)
from index.loading.files import ArticleFile, OnError, read_file, shown, storable, unreadable
from index.loading.markup import plain_text
from index.types import Article

EXCERPT = "excerpt"  # metadata of an article of which the feed has only a summary
_ENTRY_LIMIT = 10_000
_NO_FEED = "it is no feed of articles; give an RSS or Atom feed"


def load_feed(file: ArticleFile, report: OnError) -> Iterator[Article]:
    """Yield the articles of a feed; ``report`` gets the entries without text."""
    import feedparser

    data = read_file(file)
    if b"<!ENTITY" in data.replace(b"\0", b"").upper():
        raise unreadable(file, "its XML declares entities of its own; get the feed elsewhere")
    # A stream: a string would be taken for an address or a file name and opened.
    feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version") or not feed.entries:
        raise unreadable(file, _NO_FEED)
    for number, entry in enumerate(feed.entries[:_ENTRY_LIMIT], start=1):
        article = _article(file, number, entry, feed.feed)
        if article is None:
            message = f"{shown(file.place)}, entry {number}: it has no text; give its page instead."
            report(ArticleError(message, path=shown(file.place)))
        else:
            yield article
    if len(feed.entries) > _ENTRY_LIMIT:
        message = f"{shown(file.place)} has more than {_ENTRY_LIMIT:,} entries; split it."
        report(ArticleError(message, path=shown(file.place)))


def _article(
    file: ArticleFile, number: int, entry: Mapping[str, Any], feed: Mapping[str, Any]
) -> Article | None:
    """Return the article of an entry, None where it has neither text nor summary."""
    whole = [plain_text(str(part.get("value", ""))) for part in entry.get("content", [])]
    summary = plain_text(str(entry.get("summary", "")))
    body = max([*whole, ""], key=len)
    is_excerpt = not body or len(body) < len(summary)
    body = summary if is_excerpt else body
    if not any(map(str.isalnum, body)) or len(body) > TEXT_LIMIT:
        return None
    title = clean_title(plain_text(str(entry.get("title", ""))))
    url = web_address(str(entry.get("link", "")))
    # Asked by name, an entry without a day of change gives its day of publication.
    updated = dict(entry).get("updated", "")
    own_id = clean_text(str(entry.get("id", ""))).strip()
    name = own_id if 0 < len(own_id) <= ID_LIMIT else f"{file.name}#{number}"
    return Article(
        id=article_id(url, name),
        title=title,
        text=compose_text(title, body),
        source=storable(file.place),
        language=language_code(str(entry.get("language") or feed.get("language") or "")),
        published=parse_date(str(entry.get("published", ""))),
        url=url,
        authors=_authors(entry),
        metadata=metadata(
            {
                "site": clean_title(plain_text(str(feed.get("title", "")))),
                "modified": iso_day(str(updated)),
                EXCERPT: "yes" if is_excerpt else "",
            }
        ),
    )


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    names = [str(one.get("name", "")) for one in entry.get("authors", [])]
    cleaned = (clean_title(plain_text(name)) for name in names[:64])
    return tuple(name for name in cleaned if name)
