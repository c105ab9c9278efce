"""Make articles of rows: what .jsonl, .csv and .parquet files have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from index.errors import ArticleError
from index.loading.columns import COLUMNS, MODIFIED, column_key, names_of
from index.loading.dates import find_dateline, iso_day, parse_date
from index.loading.exported import exported_article
from index.loading.fields import (
    ID_LIMIT,
    TEXT_LIMIT,
    article_id,
    author_names,
    clean_text,
    clean_title,
    compose_text,
    is_nothing,
    language_code,
    metadata,
    web_address,
)
from index.loading.files import ArticleFile, shown, storable
from index.types import Article

_HANDLED = {*COLUMNS, "sentences", "metadata", "digest"}


def row_article(row: Mapping[str, object], file: ArticleFile, line: int) -> Article:
    """Return the article a row holds; ``line``, counted from 1, is where the row begins."""
    if exported := exported_article(row):
        return exported
    fields = _Fields(row, file.columns)
    title = clean_title(fields.text("title"))
    body = clean_text(fields.text("text"))
    if not body.strip():
        named = file.columns.get("text") or " or ".join(COLUMNS["text"][:3])
        raise row_error(file, line, f"has no text ({named})")
    if len(body) > TEXT_LIMIT:
        raise row_error(file, line, f"has more than {TEXT_LIMIT:,} characters")
    text = compose_text(title, body)
    # A row of `kutip export` holds the whole text already, and its digest proves it.
    if Article("", title, body).digest == fields.values.get("digest"):
        text = body
    url = web_address(fields.text("url"))
    published, authors = parse_date(fields.text("published")), author_names(fields.value("authors"))
    language = language_code(fields.text("language"))
    read = {"published": published, "url": url, "language": language, "authors": authors}
    unread = [field for field, value in read.items() if not value]
    return Article(
        id=_row_id(fields, file, line) or article_id(url, f"{file.name}#{line}"),
        title=title,
        text=text,
        source=clean_text(fields.text("source")).strip() or storable(file.place),
        language=language,
        published=published or find_dateline(body),
        url=url,
        authors=authors,
        metadata=metadata(fields.others(unread)),
    )


class _Fields:
    """The values of a row, found by the field of the article that they are for."""

    def __init__(self, row: Mapping[str, object], columns: Mapping[str, str]) -> None:
        self._columns = columns
        self.values = {str(name).strip().lower(): value for name, value in row.items()}
        self._names = {column_key(name): name for name in self.values}
        self._used: dict[str, str] = {}

    def value(self, field: str) -> object:
        """Return the first value there is for a field, ``""`` for none."""
        for key in names_of(field, self._columns):
            name = self._names.get(key, "")
            value = self.values.get(name)
            if not is_nothing(value):
                self._used[field] = name
                return value
        return ""

    def text(self, field: str) -> str:
        """Return a field as text; a title such as 1984 may have become a number on its way."""
        value = self.value(field)
        return str(value) if isinstance(value, str | int) else ""

    def others(self, unread: Iterable[str] = ()) -> Mapping[str, object]:
        """Return the values that are for no field, those under "metadata" first.

        With them the values of the ``unread`` fields: what nothing could be made of stays known.
        """
        nested = self.values.get("metadata")
        kept = dict(nested) if isinstance(nested, dict) else {}
        taken = {name for field, name in self._used.items() if field not in unread}
        kept |= {
            self._used[one]: self.values[self._used[one]] for one in unread if one in self._used
        }
        left_out = taken | _HANDLED
        kept |= {name: value for name, value in self.values.items() if name not in left_out}
        day = next((day for name in MODIFIED if (day := iso_day(self._plain(name)))), "")
        return kept | {"modified": day} if day else kept

    def _plain(self, key: str) -> str:
        value = self.values.get(self._names.get(key, ""))
        return value if isinstance(value, str) else ""


def row_error(file: ArticleFile, line: int, problem: str) -> ArticleError:
    """Return the error for one row."""
    message = f"{shown(file.place)}, line {line}: the row {problem}; correct it or take it out."
    return ArticleError(message, path=shown(file.place))


def no_rows(file: ArticleFile) -> ArticleError:
    """Return the error for a file of rows that holds none."""
    message = f"{shown(file.place)} holds no article; put one row into it for each article."
    return ArticleError(message, path=shown(file.place))


def _row_id(fields: _Fields, file: ArticleFile, line: int) -> str:
    value = fields.value("id")
    if not isinstance(value, str | int):
        return ""
    identifier = clean_text(str(value)).strip()
    if len(identifier) > ID_LIMIT:
        raise row_error(file, line, f"has an id of more than {ID_LIMIT:,} characters")
    return identifier
