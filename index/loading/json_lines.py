"""Load .jsonl and .jsonl.gz files, one article a line, without ever holding a whole file."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast

from index.errors import ArticleError
from index.loading.columns import column_key, missing_column
from index.loading.files import ArticleFile, OnError, open_file, shown
from index.loading.rows import no_rows, row_article, row_error
from index.types import Article

LINE_LIMIT = 16_000_000  # bytes of one line
_SKIP_LIMIT = 1_000_000_000  # bytes of one line skipped before the rest of the file is given up
_FAILURE_LIMIT = 100  # bad rows without a good one: then it is not JSON Lines


def load_json_lines(file: ArticleFile, report: OnError) -> Iterator[Article]:
    """Yield the articles of a .jsonl or .jsonl.gz file; ``report`` gets the rows that are none."""
    good = bad = 0
    row: Mapping[str, object] = {}
    unseen = {column_key(name) for name in file.columns.values()}
    with open_file(file) as opened:
        for number, line in _lines(file, opened):
            try:
                row = _parse(file, number, line)
                unseen -= {column_key(name) for name in row} if unseen else set()
                article = row_article(row, file, number)
            except ArticleError as error:
                report(error)
                bad += 1
                if bad == _FAILURE_LIMIT and not good:
                    problem = _lacking(file, row) or "is not JSON Lines; write one object a line"
                    message = f"{shown(file.place)} {problem}."
                    raise ArticleError(message, path=shown(file.place)) from error
                continue
            good += 1
            yield article
    if not good and not bad:
        raise no_rows(file)
    # A column that was told and is in no row is a slip of the pen; what was read stays read.
    lacking = _lacking(file, row) if unseen or not good else None
    if lacking and (good or bad > 1):
        report(ArticleError(f"{shown(file.place)} {lacking}.", path=shown(file.place)))


def _lacking(file: ArticleFile, row: Mapping[str, object]) -> str | None:
    """Say which column the last row that was an object lacks, None where it is not that."""
    return missing_column(list(row), file.columns) if row else None


def _lines(file: ArticleFile, opened: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield line numbers from 1 and non-blank lines; None for a line that is too long."""
    is_packed = file.name.lower().endswith(".gz")
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=opened)) if is_packed else opened
    number = 0
    try:
        while line := stream.readline(LINE_LIMIT):
            number += 1
            if len(line) == LINE_LIMIT and not line.endswith(b"\n"):
                _skip_line(file, stream, number)
                yield number, None
            elif line.strip():
                yield number, line
    except (OSError, EOFError, zlib.error) as error:
        message = f"{shown(file.place)} is damaged after line {number}; get it again."
        raise ArticleError(message, path=shown(file.place)) from error


def _skip_line(file: ArticleFile, stream: BinaryIO, number: int) -> None:
    skipped = 0
    while (piece := stream.readline(LINE_LIMIT)) and not piece.endswith(b"\n"):
        skipped += len(piece)
        if skipped > _SKIP_LIMIT:
            raise row_error(file, number, "never ends")


def _parse(file: ArticleFile, number: int, line: bytes | None) -> Mapping[str, object]:
    if line is None:
        raise row_error(file, number, f"is longer than {LINE_LIMIT // 1_000_000} MB")
    try:
        row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise row_error(file, number, "is not UTF-8") from error
    except RecursionError as error:
        raise row_error(file, number, "is nested too deeply") from error
    except ValueError as error:  # also integers of more than 4,300 digits
        raise row_error(file, number, "is not JSON") from error
    if not isinstance(row, dict):
        raise row_error(file, number, "is not a JSON object")
    return row
