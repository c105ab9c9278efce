"""Which column of a table holds which field of an article: as told, else as its name says.

Names are matched without regard to case and to how words are joined, English or Indonesian.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title", "headline", "judul", "article_title"),
    "text": (
        *("text", "body", "content", "isi", "article", "artikel", "teks", "full_text"),
        *("article_text", "article_body", "articlebody", "main_text", "maintext", "konten"),
        *("isi_berita", "isi_artikel", "story"),
    ),
    "published": (
        *("published", "date", "published_at", "pubdate", "tanggal", "pub_date", "publish_date"),
        *("date_publish", "date_published", "published_date", "publication_date"),
        *("tanggal_terbit",),
    ),
    "url": ("url", "link", "article_url", "permalink"),
    "authors": ("authors", "author", "penulis", "byline"),
    "language": ("language", "lang", "bahasa"),
    "source": ("source", "media", "publisher", "newspaper"),
}
MODIFIED = (  # no field of an article, but metadata that every format tells alike
    *("modified", "updated", "lastmod", "last_modified", "last_updated", "date_modified"),
    *("date_modify", "modified_at", "updated_at", "modified_date", "updated_date", "diperbarui"),
)
_JOINTS = re.compile(r"[\s_-]+")
_SHOWN = 12


def column_key(name: str) -> str:
    """Return the form in which column names are compared."""
    return _JOINTS.sub("_", name.strip().lower())


def check_columns(columns: Mapping[str, str]) -> Mapping[str, str]:
    """Return ``columns``, field of an article to name of a column; :class:`ValueError` if wrong."""
    for field, column in columns.items():
        if field not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise ValueError(f"An article has no field {field!r} to put a column in; use {known}.")
        if not column.strip():
            raise ValueError(f"The column for {field!r} has no name; write {field}=NAME.")
    return columns


def names_of(field: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of the columns that may hold a field, the best first."""
    told = columns.get(field)
    return (column_key(told),) if told else COLUMNS[field]


def missing_column(names: Sequence[str], columns: Mapping[str, str]) -> str | None:
    """Say which column a table lacks to be read, as the end of a sentence; None if it can be."""
    keys = {column_key(name) for name in names}
    lacking = [name for name in columns.values() if column_key(name) not in keys]
    if not lacking and any(name in keys for name in names_of("text", columns)):
        return None
    wanted = lacking[0] if lacking else " or ".join(COLUMNS["text"][:3])
    held = ", ".join(names[:_SHOWN])[:200]
    advice = (
        "name one that it has"
        if lacking
        else "give the column with the text of the articles such a name, or tell its own with "
        "--columns text=NAME"
    )
    return f"has no column named {wanted}, only {held!r}; {advice}"
