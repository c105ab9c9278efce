"""Load .parquet files, one article a row, some rows at a time; needs ``kutip[parquet]``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.loading.columns import COLUMNS, column_key, missing_column, names_of
from index.loading.files import ArticleFile, OnError, open_file, shown, unreadable
from index.loading.rows import no_rows, row_article
from index.types import Article

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_BATCH = 64  # rows held at a time
_DAMAGED = "it is damaged; get it again"


def load_parquet(file: ArticleFile, report: OnError) -> Iterator[Article]:
    """Yield the articles of a .parquet file; ``report`` gets the rows that are none."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        advice = 'it needs another library; install it with: pip install "kutip[parquet]"'
        raise unreadable(file, advice) from error
    number = 0
    with open_file(file) as opened:
        try:
            table = parquet.ParquetFile(opened)
            names = _wanted(file, table)
            for batch in table.iter_batches(batch_size=_BATCH, columns=names, use_threads=False):
                for row in batch.to_pylist():
                    number += 1
                    try:
                        article = row_article(_plain(row), file, number)
                    except ArticleError as error:
                        report(error)
                        continue
                    yield article
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
            raise unreadable(file, _DAMAGED) from error
    if not number:
        raise no_rows(file)


def _wanted(file: ArticleFile, table: ParquetFile) -> list[str]:
    """Return the columns worth reading: short values, and whatever holds a field."""
    import pyarrow

    schema = table.schema_arrow
    if (problem := missing_column(schema.names, file.columns)) is not None:
        raise ArticleError(f"{shown(file.place)} {problem}.", path=shown(file.place))
    fields = {name for field in COLUMNS for name in names_of(field, file.columns)}
    return [
        one.name
        for one in schema
        if column_key(one.name) in fields
        or not (pyarrow.types.is_nested(one.type) or pyarrow.types.is_large_binary(one.type))
    ]


def _plain(row: dict[str, object]) -> dict[str, object]:
    """Return a row with its dates as text."""
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()
    }
