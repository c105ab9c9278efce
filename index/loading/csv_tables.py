"""Load .csv and .tsv files with a header row, one article a row, without ever holding a whole file.

The delimiter is the one that makes a header with a text column: guessing it from articles, which
are full of commas, goes wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.loading.columns import missing_column
from index.loading.decoding import detect_encoding
from index.loading.fields import TEXT_LIMIT
from index.loading.files import ArticleFile, OnError, empty, open_file, shown
from index.loading.rows import no_rows, row_article, row_error
from index.types import Article

if TYPE_CHECKING:
    from _csv import Reader

_DELIMITERS = ",;\t|"
_SAMPLE = 256_000  # bytes from which the encoding is told
_LINE_LIMIT = 16_000_000  # characters of one line


def load_csv(file: ArticleFile, report: OnError) -> Iterator[Article]:
    """Yield the articles of a .csv file; ``report`` gets the rows that are none."""
    # The limit is csv's global one, 131,072: long articles need more, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), TEXT_LIMIT + 1))
    seen = False
    with open_file(file) as opened:
        encoding = _encoding(file, opened.read(_SAMPLE))
        opened.seek(0)
        stream = io.TextIOWrapper(opened, encoding, errors="replace", newline="")
        lines = _lines(file, stream)
        delimiter, header = _header(file, next(lines, ""))
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for line, row in _rows(file, reader, report):
            seen = True
            try:
                article = row_article(_named(file, line, header, row), file, line)
            except ArticleError as error:
                report(error)
                continue
            yield article
    if not seen:
        raise no_rows(file)


def _encoding(file: ArticleFile, sample: bytes) -> str:
    if not sample.strip():
        raise empty(file.place)
    try:
        return detect_encoding(sample)
    except ValueError as error:
        message = f"Cannot read {shown(file.place)}: {error}; save it as CSV in UTF-8."
        raise ArticleError(message, path=shown(file.place)) from error


def _lines(file: ArticleFile, stream: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := stream.readline(_LINE_LIMIT):
        number += 1
        if len(line) == _LINE_LIMIT and not line.endswith("\n"):
            raise row_error(file, number, f"is longer than {_LINE_LIMIT:,} characters")
        yield line.replace("\0", "")


def _header(file: ArticleFile, line: str) -> tuple[str, list[str]]:
    """Return the delimiter and the column names."""
    best: list[str] = []
    for delimiter in _DELIMITERS:
        names = _cells(line, delimiter)
        if missing_column(names, file.columns) is None:
            return delimiter, names
        best = max(best, names, key=len)
    message = f"{shown(file.place)} {missing_column(best, file.columns)}."
    raise ArticleError(message, path=shown(file.place))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _rows(file: ArticleFile, reader: Reader, report: OnError) -> Iterator[tuple[int, list[str]]]:
    """Yield each row and the line it begins on; a row that csv cannot read is reported."""
    while True:
        line = reader.line_num + 2  # the header was line 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            report(row_error(file, line, f"is not CSV ({error})"))
            continue
        if any(value.strip() for value in row):
            yield line, row


def _named(
    file: ArticleFile, line: int, header: Sequence[str], row: Sequence[str]
) -> dict[str, object]:
    if any(value.strip() for value in row[len(header) :]):
        raise row_error(file, line, f"has {len(row)} fields for {len(header)} columns")
    return dict(zip(header, row, strict=False))
