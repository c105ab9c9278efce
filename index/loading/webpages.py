"""Load .html and .htm files: the main text of a saved page, as trafilatura finds it.

The page is parsed from our own decoding, so a charset declared wrongly in it has no effect.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.loading.dates import find_dateline
from index.loading.fields import (
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
from index.loading.files import ArticleFile, OnError, read_file, shown, storable
from index.loading.page_dates import page_dates
from index.loading.texts import decode_file, decoding_fields, too_long
from index.loading.titles import guess_title
from index.types import Article

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PAGE_LIMIT = 10_000_000  # characters without embedded images; trafilatura takes 2 s a million
_ELEMENT_LIMIT = 100_000  # long encyclopaedia pages have 30,000
_ATTRIBUTE_LIMIT = 1_000  # of one tag; the parser is quadratic in them
_EMBEDDED = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]*+")
_DECLARED = re.compile(rb"<meta[^<>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_TAG = re.compile(r"""<[a-zA-Z](?:[^>"']++|"[^"]*+"|'[^']*+')*+""")
_QUOTED = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_BESIDE = ("aside", "footer", "nav")
_SITE_NAME = re.compile(r"\s+[-|–—•·:»]\s+")


def load_html(file: ArticleFile, _report: OnError) -> Iterator[Article]:
    """Yield the article of a web page; :class:`ArticleError` when it has no main text."""
    data = read_file(file)
    declared = _DECLARED.search(data[:4096])
    decoded = decode_file(file, data, declared=declared[1].decode("ascii") if declared else "")
    tree = _tree(file, decoded.text)
    fields = _extract(file, tree)
    body = clean_text(fields["text"]).strip()
    if len(body) > TEXT_LIMIT:
        raise too_long(file)
    if not any(map(str.isalnum, body)):
        raise _no_text(file)
    title = _title(fields, body)
    url = web_address(fields["url"]) if _tells_its_address(tree) else None
    dates = page_dates(tree, url or file.address)
    changed = dates.modified.isoformat() if dates.modified else ""
    # A year of copyright is sometimes taken for a name.
    site = fields["sitename"] if any(map(str.isalpha, fields["sitename"])) else ""
    site = "" if url is None and "." in site and site in fields["url"] else site
    own: dict[str, object] = {"site": site, "modified": changed}
    yield Article(
        id=article_id(url, file.name),
        title=title,
        text=compose_text(title, body),
        source=storable(file.place),
        language=language_code(fields["language"]),
        published=dates.published or find_dateline(body),
        url=url,
        authors=_own_authors(tree, author_names(fields["author"])),
        metadata=metadata({**own, **decoding_fields(decoded)}),
    )


def _tree(file: ArticleFile, page: str) -> HtmlElement:
    """Parse a page of reasonable size."""
    from lxml import etree, html

    page = _EMBEDDED.sub("", page)
    crowded = any(
        len(_QUOTED.sub("=", tag[0]).split()) > _ATTRIBUTE_LIMIT
        for tag in _TAG.finditer(page)
        if tag.end() - tag.start() > _ATTRIBUTE_LIMIT
    )
    if len(page) > PAGE_LIMIT or crowded:
        raise _too_large(file)
    try:
        parser = html.HTMLParser(encoding="utf-8")
        tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise _no_text(file) from error
    if sum(1 for _ in tree.iter()) > _ELEMENT_LIMIT:
        raise _too_large(file)
    return tree


def _extract(file: ArticleFile, tree: HtmlElement) -> dict[str, str]:
    """Return main text and metadata of a page, each ``""`` where it has none."""
    import trafilatura
    from lxml import etree

    _quiet("trafilatura", "htmldate")
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    try:
        found = trafilatura.bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            # Its date is not used: it takes any in the text or a script, and that is an event's.
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except (
        etree.LxmlError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        RecursionError,
    ) as error:
        raise _no_text(file) from error
    if found is None:
        raise _no_text(file)
    names = ("text", "title", "author", "sitename", "url")
    fields = {name: getattr(found, name, None) for name in names}
    return {"language": language} | {name: value or "" for name, value in fields.items()}


def _tells_its_address(tree: HtmlElement) -> bool:
    """Say whether a page names its own address.

    Else what was found is where its pictures are (``base``), or the address of a translation.
    """
    canonical = any(
        "canonical" in (link.get("rel") or "").lower().split() and link.get("href")
        for link in tree.iter("link")
    )
    return canonical or any(
        (meta.get("property") or meta.get("name") or "").lower() in ("og:url", "twitter:url")
        for meta in tree.iter("meta")
    )


def _own_authors(tree: HtmlElement, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names without those that a page only has beside its article: other pages'."""
    if not names:
        return names
    beside = " ".join(
        text
        for element in tree.iter(*_BESIDE)
        if next(element.iterancestors(*_BESIDE), None) is None
        for text in element.itertext()
    ).casefold()
    whole = " ".join([*tree.itertext(), *(meta.get("content") or "" for meta in tree.iter("meta"))])
    counts = [(name, whole.casefold().count(name.casefold())) for name in names]
    return tuple(
        name for name, count in counts if not count or beside.count(name.casefold()) < count
    )


def _quiet(*names: str) -> None:
    """Keep libraries' complaints about a page off the terminal, unless somebody asked for them."""
    for name in names:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.CRITICAL)


def _title(fields: dict[str, str], body: str) -> str:
    """Return the page's title without the name of the site that pages append to it."""
    title = clean_title(fields["title"]) or guess_title(body)
    first = clean_title(body.partition("\n")[0])
    for separator in reversed(list(_SITE_NAME.finditer(title))):
        start, rest = title[: separator.start()], title[separator.end() :]
        if start == first or rest.casefold() == fields["sitename"].casefold():
            return start
    return title


def _no_text(file: ArticleFile) -> ArticleError:
    message = f"No article text found in {shown(file.place)}; save the page's text as .txt instead."
    return ArticleError(message, path=shown(file.place))


def _too_large(file: ArticleFile) -> ArticleError:
    message = f"{shown(file.place)} is too large a page; save its text as .txt instead."
    return ArticleError(message, path=shown(file.place))
