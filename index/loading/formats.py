"""Load articles: from a path to files, from a file to the loader of its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from index.errors import ArticleError
from index.loading.csv_tables import load_csv
from index.loading.files import (
    ArticleFile,
    OnError,
    find_files,
    only_supported,
    raise_error,
    shown,
    suffix_of,
)
from index.loading.json_lines import load_json_lines
from index.loading.texts import load_markdown, load_text
from index.loading.webpages import load_html
from index.types import Article

LOADERS: Mapping[str, Callable[[ArticleFile, OnError], Iterator[Article]]] = {
    ".txt": load_text,
    ".md": load_markdown,
    ".html": load_html,
    ".htm": load_html,
    ".jsonl": load_json_lines,
    ".jsonl.gz": load_json_lines,
    ".csv": load_csv,
}


def load_articles(path_or_url: str | Path, *, on_error: OnError | None = None) -> Iterator[Article]:
    """Yield the articles of a file, or of a folder's files, recursively and by name.

    Formats: .txt, .md, .html, .htm, .jsonl, .jsonl.gz, .csv. What cannot be read, down to single
    rows, goes to ``on_error`` and the rest is loaded; without it the first :class:`ArticleError`
    is raised. Nothing is read before the first article is asked for.
    """
    for file in find_files(path_or_url, on_error=on_error):
        yield from load_file(file, on_error=on_error)


def load_file(file: ArticleFile, *, on_error: OnError | None = None) -> Iterator[Article]:
    """Yield the articles of one file; ``on_error`` as in :func:`load_articles`."""
    suffix = suffix_of(file.name)
    try:
        if suffix is None:
            message = f"Cannot read {shown(file.path)}: {only_supported()}."
            raise ArticleError(message, path=shown(file.path))
        yield from LOADERS[suffix](file, on_error or raise_error)
    except ArticleError as error:
        if on_error is None:
            raise
        on_error(error)
