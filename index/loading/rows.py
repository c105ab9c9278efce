"""Make articles of rows: what .jsonl and .csv files have in common.

Column names are matched without regard to case, English or Indonesian.
"""

from __future__ import annotations

from collections.abc import Mapping

from index.errors import ArticleError
from index.loading.dates import find_dateline, parse_date
from index.loading.fields import (
    ID_LIMIT,
    TEXT_LIMIT,
    article_id,
    author_names,
    clean_text,
    clean_title,
    compose_text,
    language_code,
    metadata,
    web_address,
)
from index.loading.files import ArticleFile, shown, storable
from index.types import Article

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title", "headline", "judul"),
    "text": ("text", "body", "content", "isi", "article", "artikel", "teks"),
    "published": ("published", "date", "published_at", "pubdate", "tanggal"),
    "url": ("url", "link"),
    "authors": ("authors", "author", "penulis"),
    "language": ("language", "lang", "bahasa"),
    "source": ("source", "media"),
}
_NOT_KEPT = {name for names in COLUMNS.values() for name in names}
_NOT_KEPT |= {"sentences", "metadata", "digest"}


def row_article(row: Mapping[str, object], file: ArticleFile, line: int) -> Article:
    """Return the article a row holds; ``line``, counted from 1, is where the row begins."""
    fields = {str(name).strip().lower(): value for name, value in row.items()}
    title = clean_title(_text(fields, "title"))
    body = clean_text(_text(fields, "text"))
    if not body.strip():
        named = " or ".join(COLUMNS["text"][:3])
        raise row_error(file, line, f"has no text ({named})")
    if len(body) > TEXT_LIMIT:
        raise row_error(file, line, f"has more than {TEXT_LIMIT:,} characters")
    text = compose_text(title, body)
    # A row of `kutip export` holds the whole text already, and its digest proves it.
    if Article("", title, body).digest == fields.get("digest"):
        text = body
    url = web_address(_text(fields, "url"))
    return Article(
        id=_row_id(fields, file, line) or article_id(url, f"{file.name}#{line}"),
        title=title,
        text=text,
        source=clean_text(_text(fields, "source")).strip() or storable(str(file.path)),
        language=language_code(_text(fields, "language")),
        published=parse_date(_text(fields, "published")) or find_dateline(body),
        url=url,
        authors=author_names(_value(fields, "authors")),
        metadata=metadata(_other_fields(fields)),
    )


def _other_fields(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Return the fields without a column of their own, those under "metadata" first."""
    nested = fields.get("metadata")
    kept = {str(name): value for name, value in nested.items()} if isinstance(nested, dict) else {}
    return kept | {name: value for name, value in fields.items() if name not in _NOT_KEPT}


def row_error(file: ArticleFile, line: int, problem: str) -> ArticleError:
    """Return the error for one row."""
    message = f"{shown(file.path)}, line {line}: the row {problem}; correct it or take it out."
    return ArticleError(message, path=shown(file.path))


def no_rows(file: ArticleFile) -> ArticleError:
    """Return the error for a file of rows that holds none."""
    message = f"{shown(file.path)} holds no article; put one row into it for each article."
    return ArticleError(message, path=shown(file.path))


def _value(fields: Mapping[str, object], column: str) -> object:
    values = (fields.get(name) for name in COLUMNS[column])
    return next((value for value in values if value not in (None, "", [])), "")


def _text(fields: Mapping[str, object], column: str) -> str:
    """Return a column as text; a title such as 1984 may have become a number on its way."""
    value = _value(fields, column)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _row_id(fields: Mapping[str, object], file: ArticleFile, line: int) -> str:
    value = fields.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    identifier = clean_text(str(value)).strip()
    if len(identifier) > ID_LIMIT:
        raise row_error(file, line, f"has an id of more than {ID_LIMIT:,} characters")
    return identifier
