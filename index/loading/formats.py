"""Load articles: from a path to files, from a file to the loader of its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from index.errors import ArticleError
from index.loading.archives import ARCHIVES, load_archive
from index.loading.csv_tables import load_csv
from index.loading.ebooks import load_epub
from index.loading.feeds import load_feed
from index.loading.files import (
    NO_COLUMNS,
    ArticleFile,
    OnError,
    only_supported,
    raise_error,
    unreadable,
)
from index.loading.isolation import load_isolated
from index.loading.json_lines import load_json_lines
from index.loading.mails import load_eml
from index.loading.open_documents import load_odt
from index.loading.parquet_tables import load_parquet
from index.loading.pdfs import load_pdf
from index.loading.rich_text import load_rtf
from index.loading.texts import load_markdown, load_text
from index.loading.walking import find_files
from index.loading.webpages import load_html
from index.loading.websites import load_address
from index.loading.word_files import load_docx
from index.types import Article

Loader = Callable[[ArticleFile, OnError], Iterator[Article]]

# Parsed in this process: plain text, read by Python alone, and fast.
PLAIN: Mapping[str, Loader] = {
    ".txt": load_text,
    ".md": load_markdown,
    ".jsonl": load_json_lines,
    ".jsonl.gz": load_json_lines,
    ".csv": load_csv,
    ".tsv": load_csv,
}
# Parsed in another process, which may be slow, large or crash.
RISKY: Mapping[str, Loader] = {
    ".html": load_html,
    ".htm": load_html,
    ".pdf": load_pdf,
    ".docx": load_docx,
    ".odt": load_odt,
    ".rtf": load_rtf,
    ".epub": load_epub,
    ".eml": load_eml,
    ".parquet": load_parquet,
    ".rss": load_feed,
    ".atom": load_feed,
}


def load_articles(
    path_or_url: str | Path,
    *,
    on_error: OnError | None = None,
    columns: Mapping[str, str] = NO_COLUMNS,
) -> Iterator[Article]:
    """Yield the articles of a file, of a folder's files (recursively, by name), or of an address.

    Formats: ``index.SUPPORTED``. What cannot be read, down to single rows, goes to ``on_error``
    and the rest is loaded; without it the first :class:`ArticleError` is raised. Nothing is read
    before the first article is asked for, and nothing but a given web address is ever fetched.

    :param columns: for tables, which column holds a field of the article where its name does not
        say so: ``{"title": "headline", "text": "story"}``.
    """
    for file in find_files(path_or_url, on_error=on_error, columns=columns):
        yield from load_file(file, on_error=on_error)


def load_file(file: ArticleFile, *, on_error: OnError | None = None) -> Iterator[Article]:
    """Yield the articles of one file; ``on_error`` as in :func:`load_articles`."""
    report = on_error or raise_error
    try:
        if file.address and file.content is None:
            yield from load_address(file, report)
        elif file.kind in RISKY or file.kind in ARCHIVES:
            yield from load_isolated(file, report)
        else:
            yield from parse_file(file, report)
    except ArticleError as error:
        if on_error is None:
            raise
        on_error(error)


def parse_file(file: ArticleFile, report: OnError) -> Iterator[Article]:
    """Yield the articles of one file, parsed in this process."""
    kind = file.kind or ""
    loader = PLAIN.get(kind) or RISKY.get(kind)
    if kind in ARCHIVES:
        return load_archive(file, report, parse_file)
    if loader is None:
        raise unreadable(file, only_supported())
    return loader(file, report)
