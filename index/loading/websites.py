"""Load articles from web addresses that a user gave: a page, a file, a feed or a sitemap.

A feed's entries of which it has only summaries are fetched too, and the pages of a sitemap; both
are bounded, and no other link is ever followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from index.errors import ArticleError
from index.loading.feeds import EXCERPT
from index.loading.fetching import Fetcher, Page, unpack
from index.loading.files import ArticleFile, OnError, RefusalError, suffix_of, unreadable
from index.loading.isolation import load_isolated
from index.loading.kinds import kind_of_bytes
from index.loading.markup import local_name, parse_xml
from index.types import Article

PAGE_LIMIT = 1_000  # pages of a sitemap, or of a feed
_SITEMAP_LIMIT = 50  # sitemaps of a sitemap of sitemaps
_FAILURES = 10  # in a row: then the site has had enough
_KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".rss",
    "application/rdf+xml": ".rss",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "text/csv": ".csv",
    "message/rfc822": ".eml",
}
_ONE_ARTICLE = {".html", ".txt", ".md", ".pdf", ".epub", ".docx", ".odt", ".rtf", ".eml"}
_FEEDS = {".rss", ".atom"}


def load_address(file: ArticleFile, report: OnError) -> Iterator[Article]:
    """Yield the articles at ``file.address``; what fails on the way goes to ``report``."""
    fetcher = Fetcher()
    page = _fetch(fetcher, file)
    try:
        sitemap = _sitemap(fetcher, file, page, report)
    except RefusalError as error:
        raise unreadable(file, str(error)) from error
    if sitemap is not None:
        yield from _pages(fetcher, file, sitemap, report)
        return
    fetched = _fetched(file, page)
    articles = _articles(fetched, report)
    if fetched.kind in _FEEDS:
        articles = _whole(fetcher, file, articles, report)
    yield from articles


def _fetch(fetcher: Fetcher, file: ArticleFile) -> Page:
    try:
        return fetcher.fetch(file.address)
    except RefusalError as error:
        raise unreadable(file, str(error)) from error


def _fetched(file: ArticleFile, page: Page) -> ArticleFile:
    """Return a fetched page as a file, under the address it was found at."""
    named = suffix_of(urlsplit(page.address.target).path)
    told = _KINDS.get(page.content_type, "")
    kind = kind_of_bytes(page.content[:8192]) or told
    if not kind and page.content_type not in ("text/html", "text/xml", "application/xml"):
        kind = named or ""
    if not kind:
        problem = f"it is {page.content_type}, no article; save what you need of it as a file"
        raise unreadable(file, problem)
    address = str(page.address)
    # A table keeps the form that its name or its type tells: its bytes look like plain text.
    kind = named if kind == ".txt" and named else kind
    return ArticleFile(
        Path(), address, address=address, content=page.content, suffix=kind, columns=file.columns
    )


def _articles(file: ArticleFile, report: OnError) -> Iterator[Article]:
    """Yield the articles of a fetched file; a page goes by the address it was found at.

    What a page calls its own address is believed only of its own host: no page may take the
    place of another site's article.
    """
    for article in load_isolated(file, report):
        if file.kind not in _ONE_ARTICLE:
            yield article
            continue
        claimed = article.url if file.kind == ".html" else None
        url = claimed if claimed and _host(claimed) == _host(file.address) else file.address
        yield replace(article, id=url, url=url)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _whole(
    fetcher: Fetcher, file: ArticleFile, entries: Iterator[Article], report: OnError
) -> Iterator[Article]:
    """Yield the entries of a feed, those that are only summaries from their own pages.

    Where a page cannot be had, the summary stays.
    """
    failures = 0
    for number, entry in enumerate(entries):
        if number == PAGE_LIMIT:
            problem = f"it has more than {PAGE_LIMIT:,} entries, and the rest is left out"
            report(unreadable(file, f"{problem}; give its pages one by one"))
            return
        if EXCERPT not in entry.metadata or entry.url is None or failures >= _FAILURES:
            yield entry
            continue
        try:
            found = list(_one_page(fetcher, file, entry.url, report))
            failures = 0
        except ArticleError as error:
            report(error)
            failures += 1
            found = []
        for article in found:
            # The feed knows the date and the title better than a page's markup.
            yield replace(
                article,
                published=entry.published or article.published,
                authors=article.authors or entry.authors,
            )
        if not found:
            yield entry


def _pages(
    fetcher: Fetcher, file: ArticleFile, urls: list[str], report: OnError
) -> Iterator[Article]:
    """Yield the articles of a sitemap's pages; the site is left alone after many failures."""
    failures = 0
    for url in urls[:PAGE_LIMIT]:
        try:
            yield from _one_page(fetcher, file, url, report)
            failures = 0
        except ArticleError as error:
            report(error)
            failures += 1
            if failures == _FAILURES:
                raise unreadable(file, "its pages cannot be had; try again later") from error
    if len(urls) > PAGE_LIMIT:
        problem = f"it lists more than {PAGE_LIMIT:,} pages; give parts of it one by one"
        report(unreadable(file, problem))


def _one_page(fetcher: Fetcher, file: ArticleFile, url: str, report: OnError) -> Iterator[Article]:
    there = replace(file, address=url, name=url)
    fetched = _fetched(there, _fetch(fetcher, there))
    if fetched.kind not in _ONE_ARTICLE:
        raise unreadable(there, "it is no page with an article; give its address by itself")
    return _articles(fetched, report)


def _sitemap(fetcher: Fetcher, file: ArticleFile, page: Page, report: OnError) -> list[str] | None:
    """Return the pages that a sitemap lists, None for what is no sitemap."""
    found = _listed(page)
    if found is None:
        return None
    urls, nested = found
    for number, url in enumerate(nested):
        if len(urls) > PAGE_LIMIT:
            break  # told with the pages
        if number == _SITEMAP_LIMIT:
            problem = f"it lists more than {_SITEMAP_LIMIT} sitemaps; give the rest one by one"
            report(unreadable(file, problem))
            break
        urls += _nested(fetcher, replace(file, address=url), report)
    # A sitemap speaks for its own host only.
    host = _host(str(page.address))
    urls = list(dict.fromkeys(url for url in urls if _host(url) == host))
    if not urls:
        raise unreadable(file, "it lists no page of its own site; give the pages themselves")
    return urls


def _nested(fetcher: Fetcher, file: ArticleFile, report: OnError) -> list[str]:
    """Return the pages of a sitemap in a sitemap; what is wrong with it stops no other."""
    try:
        listed = _listed(_fetch(fetcher, file))
    except RefusalError as error:
        report(unreadable(file, str(error)))
        return []
    except ArticleError as error:
        report(error)
        return []
    return listed[0] if listed else []


def _listed(page: Page) -> tuple[list[str], list[str]] | None:
    """Return the pages and the sitemaps that a sitemap lists, None for what is none."""
    content = page.content
    if content.startswith(b"\x1f\x8b"):
        content = unpack(content)
    if b"<urlset" not in content[:4096] and b"<sitemapindex" not in content[:4096]:
        return None
    root = parse_xml(content)
    urls: list[str] = []
    nested: list[str] = []
    for element in root:
        for child in element:
            if local_name(child) == "loc" and child.text:
                (nested if local_name(element) == "sitemap" else urls).append(child.text.strip())
    return urls, nested
