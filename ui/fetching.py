"""Articles from a web address, added as they come.

The index is locked only while a few articles are written, never while a site is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from index import AddReport, Article, ArticleError, ArticleIndex, Failure, Progress, load_articles

_AT_ONCE = 16  # articles


def add_address(
    index: ArticleIndex, address: str, progress: Callable[[Progress], None]
) -> AddReport:
    """Fetch what is at a web address, index it, and return what was done.

    ``progress`` is called after each article; what it raises ends the fetching.
    """
    failures: list[Failure] = []

    def fail(error: ArticleError) -> None:
        failures.append(Failure(error.path, str(error)))

    done, batch = AddReport(), list[Article]()
    for article in load_articles(address, on_error=fail):
        batch.append(article)
        if len(batch) == _AT_ONCE:
            done = _with(done, index.add(batch))
            batch.clear()
        articles = done.added + done.updated + done.unchanged + len(batch)
        progress(Progress(0, None, articles, done.embedded, done.embedded, done.tokens, address))
    if batch:
        done = _with(done, index.add(batch))
    return replace(done, failed=(*done.failed, *failures))


def _with(one: AddReport, other: AddReport) -> AddReport:
    return AddReport(
        added=one.added + other.added,
        updated=one.updated + other.updated,
        unchanged=one.unchanged + other.unchanged,
        removed=one.removed + other.removed,
        duplicates=one.duplicates + other.duplicates,
        failed=(*one.failed, *other.failed),
        seconds=one.seconds + other.seconds,
        embedded=one.embedded + other.embedded,
        tokens=one.tokens + other.tokens,
    )
