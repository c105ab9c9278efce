"""Make an article of a document's parts: what word processors' files have in common.

The dates a program notes in a file say when the file was made, not when the article came out:
they are kept as metadata, and only a dateline in the text is taken for the article's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from index.loading.dates import find_dateline, iso_day, parse_date
from index.loading.fields import (
    TEXT_LIMIT,
    author_names,
    clean_text,
    clean_title,
    compose_text,
    language_code,
    metadata,
)
from index.loading.files import ArticleFile, storable, unreadable
from index.loading.texts import too_long
from index.loading.titles import guess_title
from index.types import Article


def document_article(file: ArticleFile, lines: Iterable[str], told: Mapping[str, str]) -> Article:
    """Return the article of a document's lines.

    :param told: what the file says of itself, under ``title``, ``authors``, ``language``,
        ``published``, ``created`` and ``modified``; the last two and all else become metadata.
    """
    body = clean_text("\n".join(lines)).strip("\n")
    if len(body) > TEXT_LIMIT:
        raise too_long(file)
    if not any(map(str.isalnum, body)):
        raise unreadable(file, "no text in it; put an article into it or leave it out")
    title = clean_title(told.get("title", "")) or guess_title(body)
    own = {"title", "authors", "language", "published"}
    facts = {name: value for name, value in told.items() if name not in own}
    for name in ("created", "modified"):
        facts[name] = iso_day(facts.get(name, ""))
    return Article(
        id=file.name,
        title=title,
        text=compose_text(title, body),
        source=storable(file.place),
        language=language_code(told.get("language", "")),
        published=parse_date(told.get("published", "")) or find_dateline(body),
        authors=author_names(told.get("authors", "")),
        metadata=metadata(facts),
    )
